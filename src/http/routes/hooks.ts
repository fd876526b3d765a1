/** The door for carriers: they call an address of a line's own, and prove by their signature that they may. */
import { z } from 'zod';
import type { Call, Route } from '../route.ts';

export const hookRoutes: readonly Route[] = [
  {
    operationId: 'receiveHook',
    method: 'POST',
    path: '/hooks/{workspaceId}/{lineId}/{hook}',
    tag: 'Operations',
    scope: null,
    summary: 'What a carrier calls',
    description:
      'Status callbacks, inbound messages and hints of a line’s carrier, in the carrier’s own form and signed as the carrier signs. Lines tell their carriers this address by themselves; nobody else calls it.',
    pathParams: z.object({
      workspaceId: z.string(),
      lineId: z.string(),
      hook: z.string().meta({ description: 'What the call is about, in the words of the line’s transport.' }),
    }),
    answers: {
      200: {
        description: 'Taken. The body is what the carrier expects.',
        contentType: '*/*',
        example: '<Response></Response>',
      },
    },
    problems: ['NOT_FOUND', 'FORBIDDEN'],
    handle: receiveHook,
  },
];

async function receiveHook({ deps, actions, params, url, headers, bytes }: Call) {
  const { workspaceId = '', lineId = '', hook = '' } = params;
  const answer = await actions.receiveHook(deps, workspaceId, lineId, {
    hook,
    path: url,
    headers,
    body: bytes,
  });
  return { status: answer.status, body: answer.body, headers: { 'content-type': answer.contentType } };
}
