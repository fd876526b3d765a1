/** An application with something of everything in it, for strangers to ask after, and a neighbour whose things nobody may see. */
import { openApp, type TestApp } from '../harness.ts';
import { pairingCode, QUICK_LINE } from '../relay/mac.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';

export interface FuzzWorld {
  app: TestApp;
  workspace: Workspace;
  neighbour: Workspace;
  device: string;
  /** Ids, addresses, cursors and tokens that exist: where one of them is expected a stranger's text goes no deeper. */
  known: string[];
  /** Such as calls under this path gave out. */
  knownAt(path: string): readonly string[];
  /** What later answers give out joins them; the newest are kept. */
  learn(answer: string, path: string): void;
}

/** Stands in everything of the neighbour's. */
export const NEIGHBOURS = 'Zaphod-next-door';
const LEARNT_AT_MOST = 300;
const LEARNT_AT_A_PLACE = 20;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

export async function openFuzzWorld(): Promise<FuzzWorld> {
  const app = await openApp({
    dispatches: false,
    config: {
      publicUrl: 'https://trunkline.example.com',
      checksPerMinute: 0,
      allowPrivateHosts: true,
      twilioUrl: NOWHERE,
    },
  });
  const workspace = await openWorkspace(app, {
    lines: [
      {},
      { messageType: 'sms' },
      { messageType: 'email' },
      QUICK_LINE,
      {
        transport: 'twilio',
        messageType: 'sms',
        transportConfig: { accountSid: `AC${'0'.repeat(32)}` },
        secret: 'token',
      },
      { transport: 'bluebubbles', transportConfig: { serverUrl: NOWHERE }, secret: 'word' },
    ],
  });
  const neighbour = await openWorkspace(app, { lines: [{ firstName: NEIGHBOURS }] });
  const code = await pairingCode(workspace, workspace.lines[3]?._id ?? '');
  const { body: paired } = await workspace.call('POST', '/relay/pair', { code });
  const device = String(paired.token);
  // It takes no jobs: whoever asked it who is on iMessage would wait for an answer, as is right.
  await workspace.call('PATCH', `/api/lines/${workspace.lines[3]?._id}`, { isActive: false });

  const own = await furnish(workspace, '+12025550171', 'Hi');
  const theirs = await furnish(neighbour, '+12025550172', NEIGHBOURS);
  const fixed = [
    ...own,
    ...theirs,
    ...workspace.lines.map(({ _id }) => _id),
    ...neighbour.lines.map(({ _id }) => _id),
    workspace.workspaceId,
    neighbour.workspaceId,
    '+12025550171',
    'a@b.co',
    ...['events', 'status', 'inbound', '0', '1'],
    ...['Europe/Madrid', '09:00', '17:00', '2026-11-24', '2027-01-31T09:30:00Z', '+44'],
    `${app.url}/healthz`,
    `AC${'0'.repeat(32)}`,
    `SM${'0'.repeat(8)}${own[0]}`,
  ];
  // Whoever takes these away takes away the way in.
  const spared = await idsOf(workspace, ['/api/api-keys', `/api/lines/${workspace.lines[3]?._id}/devices`]);
  const places = new Map<string, readonly string[]>();
  const world: FuzzWorld = {
    app,
    workspace,
    neighbour,
    device,
    known: fixed,
    knownAt: (path) => places.get(placeOf(path)) ?? world.known,
    learn(answer, path) {
      const ids = idsIn(answer)
        .slice(0, 5)
        .filter((id) => !spared.has(id));
      world.known = fixed.concat(world.known.slice(fixed.length).concat(ids).slice(-LEARNT_AT_MOST));
      const there = (places.get(placeOf(path)) ?? []).concat(ids).slice(-LEARNT_AT_A_PLACE);
      if (there.length > 0) places.set(placeOf(path), there);
    },
  };
  return world;
}

/** A lead, two messages, a list, a webhook, an entry of the do-not-contact list: their ids, and cursors of pages. */
async function furnish(workspace: Workspace, phone: string, word: string): Promise<string[]> {
  const made = [
    await workspace.send({ message: word, recipientPhone: phone, recipientName: word }, { prefer: 'wait=0' }),
    await workspace.send({ message: word, recipientPhone: phone }, { prefer: 'wait=0' }),
    await workspace.call('POST', '/api/lists', { name: word }),
    await workspace.call('POST', '/api/webhooks', {
      url: 'https://example.com/hook',
      events: ['message.reply'],
      name: word,
    }),
    await workspace.call('POST', '/api/dnc', { email: `${word.toLowerCase()}@example.com`, reason: word }),
    await workspace.call('GET', '/api/messages?limit=1'),
    await workspace.call('GET', '/api/events?limit=1'),
  ];
  const refused = made.find(({ status }) => status > 201);
  if (refused !== undefined) throw new Error(`not furnished: ${JSON.stringify(refused.body)}`);
  return [
    ...new Set(
      made.flatMap(({ body }) => [
        ...idsIn(JSON.stringify(body)),
        ...cursorsIn(body as Record<string, unknown>),
      ]),
    ),
  ];
}

/** `/api/leads` of all that is below it. */
function placeOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}

function cursorsIn(body: Record<string, unknown>): string[] {
  return [body.nextCursor, body.next, body.nextAfter].filter((each) => typeof each === 'string');
}

async function idsOf(workspace: Workspace, paths: readonly string[]): Promise<Set<string>> {
  const answers = await Promise.all(paths.map((path) => workspace.call('GET', path)));
  return new Set(
    answers.flatMap(({ body }) =>
      idsIn(JSON.stringify(body)).filter((id) => !workspace.lines.some(({ _id }) => _id === id)),
    ),
  );
}

function idsIn(text: string): string[] {
  return text.match(/(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])/g) ?? [];
}
