import { z } from 'zod';
import { NowAnswer } from '../../contract/workspace/now.ts';
import { EVENT_STREAM_HEADERS } from '../../lib/event-stream.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';

const tag = 'Now';

const EXAMPLE = `retry: 2000

id: 2026-11-24T09:30:00.000Z
event: now
data: {"at":"2026-11-24T09:30:00.000Z","counts":{"sent":41}}

event: changed
data: {"topics":["messages","lines"]}

: ping

`;

export const nowRoutes: readonly Route[] = [
  {
    operationId: 'readNow',
    method: 'GET',
    path: '/api/now',
    tag,
    scope: 'read',
    summary: 'What happens at this moment?',
    description:
      'Counts of today, throughput, every line at a glance, and what needs somebody’s hand. Figures are exact unless they say `more`.',
    answers: { 200: { description: 'As of `at`.', schema: NowAnswer } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.readNow(deps, caller)),
  },
  {
    operationId: 'listenLive',
    method: 'GET',
    path: '/api/live',
    tag,
    scope: 'read',
    summary: 'Hear of what happens, as it happens',
    description: `Server-sent events, until either side hangs up. \`now\`: the object of \`GET /api/now\`, at once, and then whenever it changed,
once a second at most. \`changed\`: \`{"topics": […]}\` of \`messages\`, \`conversations\`, \`lines\`, \`campaigns\`, \`leads\`, \`webhooks\`: what to ask
again; a hint, which may come in vain. A comment every 15 seconds keeps the connection open. Whoever reads slowly misses what is
outdated by then, never what is latest. Who comes back with \`last-event-id\` is told of all topics. The stream ends within about a second when
the key or session it was opened with is revoked.`,
    query: z.object({
      workspace: z
        .string()
        .optional()
        .meta({ description: 'Which of a person’s workspaces; an `EventSource` can bring no header.' }),
    }),
    headers: z.object({
      'last-event-id': z.string().optional().meta({ description: 'Sent by browsers that come back.' }),
    }),
    answers: {
      200: { description: 'The stream.', contentType: 'text/event-stream', example: EXAMPLE },
    },
    problems: ['TOO_MANY_STREAMS'],
    handle: listen,
  },
];

async function listen({
  deps,
  actions,
  caller,
  headers,
  method,
  gone,
  isStillAdmitted,
}: Call): Promise<Answer> {
  // HEAD is answered like GET, and has nothing to listen to.
  if (method === 'HEAD') return { status: 200, body: '', headers: EVENT_STREAM_HEADERS };
  const isBack = headers['last-event-id'] !== undefined;
  const stream = await actions.listenLive(deps, caller, { isBack, gone, isStillAdmitted });
  return { status: 200, body: stream, headers: EVENT_STREAM_HEADERS };
}
