import {
  parseReact,
  parseTyping,
  ReactAnswer,
  ReactBody,
  TypingAnswer,
  TypingBody,
} from '../../contract/messages/gestures.ts';
import type { ProblemCode } from '../../contract/problems.ts';
import type { Answer, Call, Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const common = { tag: 'Messages', scope: 'send' } as const;
const PROBLEMS = [
  'READ_ONLY',
  'INVALID_MESSAGE_ID',
  'MESSAGE_NOT_FOUND',
  'LINE_UNUSABLE',
  'GESTURE_NOT_CARRIED',
  'CARRIER_ERROR',
] as const satisfies readonly ProblemCode[];

export const gestureRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'reactToMessage',
    method: 'POST',
    path: '/api/messages/react',
    summary: 'Put a tapback on a message',
    description: 'It is stored beside the message and goes at once, or is refused: a tapback never waits.',
    body: ReactBody,
    answers: { 200: { description: 'The device has it.', schema: ReactAnswer } },
    problems: [
      ...PROBLEMS,
      'REACTION_INCOMPLETE',
      'INVALID_REACTION',
      'NO_CONTACT_ADDRESS',
      'NO_DEVICE_MESSAGE',
    ],
    handle: react,
  },
  {
    ...common,
    operationId: 'startTyping',
    method: 'POST',
    path: '/api/messages/typing',
    summary: 'Show the contact that somebody is typing',
    body: TypingBody,
    answers: { 200: { description: 'Shown.', schema: TypingAnswer } },
    problems: [...PROBLEMS, 'NO_CHAT_TARGET'],
    handle: (call) => showTyping(call, true),
  },
  {
    ...common,
    operationId: 'stopTyping',
    method: 'DELETE',
    path: '/api/messages/typing',
    summary: 'Take the typing sign back',
    description: 'Best effort: the sign ends by itself.',
    body: TypingBody,
    answers: { 200: { description: 'Taken back, or left to end by itself.', schema: TypingAnswer } },
    problems: [...PROBLEMS, 'NO_CHAT_TARGET'],
    handle: (call) => showTyping(call, false),
  },
];

async function react({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseReact(body);
  return withWarnings(await actions.react(deps, caller, request), warnings);
}

async function showTyping({ deps, actions, caller, body }: Call, isTyping: boolean): Promise<Answer> {
  const { messageId, warnings } = parseTyping(body);
  return withWarnings(await actions.showTyping(deps, caller, messageId, isTyping), warnings);
}
