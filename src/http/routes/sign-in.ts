/** `/auth`: what a person does about the own account. Pages of this server ask; sessions travel in cookies that no page can read. */
import type { ZodType } from 'zod';
import type { Visitor, WithCookies } from '../../actions/people/person-calls.ts';
import {
  BackupCodesAnswer,
  ChangePasswordBody,
  CodeBody,
  CodesBegunAnswer,
  DoneAnswer,
  PasswordBody,
  parseChangePassword,
  parseCode,
  parsePassword,
  parseRenamePerson,
  parseSignIn,
  RenamePersonBody,
  SignedInAnswer,
  SignInBody,
} from '../../contract/people/sign-in.ts';
import type { ProblemCode } from '../../contract/problems.ts';
import type { Answer, Call, Route } from '../route.ts';

const CODE: readonly ProblemCode[] = ['WRONG_CODE', 'SIGN_IN_AGAIN', 'CODES_NOT_ON', 'UNAUTHORIZED'];
const WITH_PASSWORD: readonly ProblemCode[] = ['UNAUTHORIZED', 'WRONG_PASSWORD'];

export const signInRoutes: readonly Route[] = [
  at('/auth/sign-in', 'signIn', 'Sign in by email and password', {
    body: SignInBody,
    answer: SignedInAnswer,
    description:
      'A wrong password may be tried ten times in 15 minutes from one address, and 50 times from all together. Sessions last for 14 days after their last use.',
    problems: ['SIGN_IN_FAILED'],
    ask: (call) => call.actions.signIn(call.deps, visitorOf(call), parseSignIn(call.body)),
  }),
  at('/auth/code', 'enterCode', 'Enter the code of the telephone', {
    body: CodeBody,
    description: 'The second step of signing in; and, while signed in, the last one of switching codes on.',
    problems: CODE,
    ask: (call) => call.actions.enterCode(call.deps, visitorOf(call), 'totp', parseCode(call.body)),
  }),
  at('/auth/backup-code', 'enterBackupCode', 'Enter a backup code instead', {
    body: CodeBody,
    problems: CODE,
    ask: (call) => call.actions.enterCode(call.deps, visitorOf(call), 'backup-code', parseCode(call.body)),
  }),
  at('/auth/sign-out', 'signOut', 'Sign out', {
    description: 'The session ends, at every process within a second.',
    problems: [],
    ask: (call) => call.actions.signOut(call.deps, visitorOf(call)),
  }),
  at('/auth/sign-out-elsewhere', 'endOtherSessions', 'End every other session of the person', {
    problems: ['UNAUTHORIZED'],
    ask: (call) => call.actions.endOtherSessions(call.deps, visitorOf(call)),
  }),
  at('/auth/name', 'renamePerson', 'Change the own name', {
    body: RenamePersonBody,
    problems: ['UNAUTHORIZED'],
    ask: (call) => call.actions.renamePerson(call.deps, visitorOf(call), parseRenamePerson(call.body).name),
  }),
  at('/auth/password', 'changePassword', 'Change the own password', {
    body: ChangePasswordBody,
    description: 'Every other session of the person ends.',
    problems: WITH_PASSWORD,
    ask: (call) => call.actions.changePassword(call.deps, visitorOf(call), parseChangePassword(call.body)),
  }),
  at('/auth/codes/begin', 'beginCodes', 'Begin sign-in with codes', {
    body: PasswordBody,
    answer: CodesBegunAnswer,
    description: 'It is on once the first code of the telephone was entered (`POST /auth/code`).',
    problems: [...WITH_PASSWORD, 'CODES_ALREADY_ON'],
    ask: (call) => call.actions.beginCodes(call.deps, visitorOf(call), parsePassword(call.body).password),
  }),
  at('/auth/codes/end', 'endCodes', 'Switch sign-in with codes off', {
    body: PasswordBody,
    problems: WITH_PASSWORD,
    ask: (call) => call.actions.endCodes(call.deps, visitorOf(call), parsePassword(call.body).password),
  }),
  at('/auth/codes/backup', 'newBackupCodes', 'Make new backup codes', {
    body: PasswordBody,
    answer: BackupCodesAnswer,
    description: 'Those of before are good no longer.',
    problems: [...WITH_PASSWORD, 'CODES_NOT_ON'],
    ask: (call) => call.actions.newBackupCodes(call.deps, visitorOf(call), parsePassword(call.body).password),
  }),
];

export function visitorOf({ headers, address }: Call): Visitor {
  return { cookie: headers.cookie, address, agent: headers['user-agent'] };
}

export function withCookies({ body, cookies }: WithCookies<object>, status = 200): Answer {
  return { status, body, ...(cookies.length === 0 ? {} : { headers: { 'set-cookie': [...cookies] } }) };
}

interface PersonCall {
  description?: string;
  body?: ZodType;
  answer?: ZodType;
  problems: readonly ProblemCode[];
  ask(call: Call): Promise<WithCookies<object>>;
}

function at(path: string, operationId: string, summary: string, wanted: PersonCall): Route {
  const { description, body, answer = DoneAnswer, problems, ask } = wanted;
  return {
    operationId,
    method: 'POST',
    path,
    tag: 'People',
    scope: null,
    door: 'person',
    summary,
    ...(description === undefined ? {} : { description }),
    ...(body === undefined ? {} : { body }),
    answers: { 200: { description: 'Done.', schema: answer } },
    problems,
    handle: async (call) => withCookies(await ask(call)),
  };
}
