/** What is told of a line speaks of that line alone, and whatever stands in it, what is told beside it is recorded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { News } from '../../src/channels/news.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { GENUINE, type ScriptedCarrier, scriptedCarrier } from '../scripted-carrier.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let carrier: ScriptedCarrier;
let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  carrier = scriptedCarrier();
  app = await openApp({ channels: new Map([['sandbox', carrier]] as const) });
  ws = await openWorkspace(app, { lines: [{}, {}] });
});
afterAll(() => app.close());

const lineId = (n: number, of = ws) => of.lines[n]?._id ?? '';

async function sent(from = ws, n = 0): Promise<Message> {
  const { _id } = await accept(from, { recipientPhone: newPhone(), fromLineId: lineId(n, from) });
  return from.reaches(_id, 'sent');
}

async function tell(line: string, ...news: News[]): Promise<number> {
  const path = `${app.url}/hooks/${ws.workspaceId}/${line}/status`;
  return (await fetch(path, { method: 'POST', body: GENUINE + JSON.stringify(news) })).status;
}

const receipt = (reference: string, kind: 'delivered' | 'read' | 'bounced' | 'not_on_channel') =>
  ({ news: 'receipt', reference, receipt: kind }) as const;
const inbound = (text: string, externalMessageId: string) =>
  ({ news: 'inbound', from: '+12025550188', text, externalMessageId }) as const;

describe('whoever speaks for a line', () => {
  test('changes no message of another line or workspace, nor one that somebody wrote to us', async () => {
    const stranger = await openWorkspace(app, { lines: [{}] });
    const [own, others, theirs] = [await sent(ws, 0), await sent(ws, 1), await sent(stranger)];
    await tell(lineId(0), inbound('Hello', 'in-1'));
    const { messages } = (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received'))
      .body;
    const received = messages[0]?._id ?? '';
    for (const kind of ['bounced', 'not_on_channel', 'read', 'delivered'] as const)
      await tell(
        lineId(0),
        ...[others, theirs].map(({ _id }) => receipt(_id, kind)),
        receipt(received, kind),
      );
    await tell(lineId(0), receipt(own._id, 'delivered'));
    expect((await ws.message(own._id)).status).toBe('delivered');
    expect((await ws.message(others._id)).status).toBe('sent');
    expect((await stranger.message(theirs._id)).status).toBe('sent');
    expect(await ws.message(received)).toMatchObject({ status: 'delivered', readAt: null });
  });

  test('is believed of a message that it tried before another line got it', async () => {
    const message = await sent(ws, 0);
    await read(app, 'UPDATE messages SET line_id = $2 WHERE id = $1', [message._id, lineId(1)]);
    await tell(lineId(0), receipt(message._id, 'delivered'));
    expect((await ws.message(message._id)).status).toBe('delivered');
  });
});

describe('what no column can hold', () => {
  test('is told as far as it can be stored, and takes nothing else with it', async () => {
    const message = await sent();
    const deep = JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`);
    const status = await tell(
      lineId(0),
      { ...receipt(message._id, 'bounced'), code: '5\0', message: 'no\ud800', at: Number.MAX_SAFE_INTEGER },
      { ...receipt('\0', 'delivered') },
      {
        ...inbound('a\0b\ud800', 'x\0y'),
        at: 1e300,
        subject: '\0',
        inReplyTo: '\ud800',
        attachments: [{ name: '../\0', mimeType: '\0', source: { '\0': '\0', deep } }],
      },
      { news: 'suppression', address: '+12025550187', source: 'carrier_opt_out', words: 'STOP\0', id: '\0' },
      { news: 'line', health: 'wrong', message: '\0'.repeat(5_000) },
      inbound('last', 'in-last'),
    );
    expect(status).toBe(200);
    expect((await ws.message(message._id)).status).toBe('failed');
    const texts = await read<{ message: string }>(
      app,
      "SELECT message FROM messages WHERE workspace_id = $1 AND direction = 'received' ORDER BY id",
      [ws.workspaceId],
    );
    expect(texts.map((each) => each.message)).toEqual(expect.arrayContaining(['ab\ufffd', 'last']));
    expect(await read(app, "SELECT 1 FROM suppressions WHERE address = '+12025550187'")).toHaveLength(1);
  });

  test('a thousand files of one message are fifty', async () => {
    const attachments = Array.from({ length: 1_000 }, (_, n) => ({
      name: `${n}`,
      mimeType: null,
      source: { n },
    }));
    await tell(lineId(1), { ...inbound('Look', 'in-many'), attachments });
    const rows = await read(app, 'SELECT 1 FROM inbound_attachments WHERE line_id = $1', [lineId(1)]);
    expect(rows).toHaveLength(50);
  });
});
