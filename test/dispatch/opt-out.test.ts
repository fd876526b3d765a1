/** Do not contact: at acceptance and in the instant before sending (D8), by words and lifted by words (D29). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { Lead } from '../../src/contract/leads/leads.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { suppressAddress } from '../../src/store/leads/suppressions.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import {
  accept,
  addLine,
  copiesIn,
  newEmail,
  newPhone,
  openWorkspace,
  read,
  type Workspace,
} from '../workspaces.ts';

const HOUR = 3_600_000;
const SENTENCE = 'The contact opted out: do not contact';

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const inAnHour = () => toIso(clock.now() + HOUR);

/** Somebody writes to a line of the workspace. */
async function hear(
  ws: Workspace,
  address: string,
  message: string,
  line = 0,
  externalMessageId = app.deps.ids(),
): Promise<void> {
  const inbound = {
    workspaceId: ws.workspaceId,
    lineId: ws.lines[line]?._id ?? '',
    address,
    message,
    externalMessageId,
  };
  await receiveInbound(app.deps, inbound, async () => true);
}

/** Who a reply from this address is taken to come from. */
async function leadOfReply(ws: Workspace, address: string, line: number): Promise<string | undefined> {
  const externalMessageId = app.deps.ids();
  await hear(ws, address, 'Yes?', line, externalMessageId);
  const [reply] = await read<{ leadId: string }>(
    app,
    'SELECT lead_id AS "leadId" FROM messages WHERE workspace_id = $1 AND external_message_id = $2',
    [ws.workspaceId, externalMessageId],
  );
  return reply?.leadId;
}

async function leadOf(ws: Workspace, id: string | null): Promise<Lead> {
  return (await ws.call<{ lead: Lead }>('GET', `/api/leads?id=${id}`)).body.lead;
}

/** As a person or a carrier does. */
async function impose(ws: Workspace, address: string, reason: string): Promise<void> {
  const told = { at: clock.now(), reason, entryId: app.deps.ids() };
  await suppressAddress(app.deps.database, ws.workspaceId, address, told);
}

function ledgerOf({ workspaceId }: Workspace): Promise<Record<string, unknown>[]> {
  return read(
    app,
    `SELECT action, lead_id AS "leadId", address, channel, source, words, at FROM suppressions WHERE workspace_id = $1 ORDER BY id`,
    [workspaceId],
  );
}

describe('a STOP', () => {
  test('opts the lead out, cancels what waits on every channel, and is written down', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    const recipientEmail = newEmail();
    const first = await accept(ws, { recipientPhone: '+12025550109', recipientEmail });
    const waiting = [
      await accept(ws, { leadId: first.leadId, scheduledDate: inAnHour() }),
      await accept(ws, { leadId: first.leadId, messageType: 'email', scheduledDate: inAnHour() }),
    ];
    const stranger = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    for (const { _id } of waiting) await ws.reaches(_id, 'cancelled');
    expect((await ws.timeline(waiting[1]?._id ?? '')).at(-1)).toMatchObject({
      type: 'message.cancelled',
      data: { from: 'scheduled', status: 'cancelled', because: 'The contact opted out' },
    });
    expect((await ws.message(stranger._id)).status).toBe('scheduled');
    const { optedOutAt } = await leadOf(ws, first.leadId);
    expect(await ledgerOf(ws)).toEqual([
      {
        action: 'opt_out',
        leadId: first.leadId,
        address: '+12025550109',
        channel: 'all',
        source: 'words',
        words: 'STOP',
        at: Date.parse(optedOutAt ?? ''),
      },
    ]);
    const events = await read(
      app,
      "SELECT lead_id FROM events WHERE workspace_id = $1 AND type = 'lead.opted_out'",
      [ws.workspaceId],
    );
    expect(events).toEqual([{ lead_id: first.leadId }]);
  });

  test('covers every lead that holds the number, and every address of each', async () => {
    const ws = await openWorkspace(app);
    const shared = newPhone();
    const [one, two] = [newPhone(), newPhone()];
    const first = await accept(ws, { recipientPhone: one, altPhone1: shared });
    const second = await accept(ws, { recipientPhone: two });
    await accept(ws, { leadId: second.leadId, altPhone1: shared });
    await hear(ws, shared, ' Stop. ');
    for (const recipientPhone of [one, two, shared]) {
      expect((await ws.send({ message: 'Hi', recipientPhone })).body).toMatchObject({
        status: 'failed',
        reason: 'dnc',
      });
    }
    expect((await leadOf(ws, first.leadId)).optedOutAt).not.toBeNull();
  });

  test('is heard from a number nobody knows: a message to it fails', async () => {
    const ws = await openWorkspace(app);
    const address = newPhone();
    await hear(ws, address, 'UNSUBSCRIBE');
    expect((await ws.send({ message: 'Hi', recipientPhone: address })).body).toMatchObject({
      status: 'failed',
      reason: 'dnc',
    });
  });

  test('within a sentence is ordinary talk', async () => {
    const ws = await openWorkspace(app);
    const { recipientPhone, leadId } = await accept(ws, { recipientPhone: newPhone() });
    await hear(ws, recipientPhone ?? '', 'Please do not stop now');
    expect((await leadOf(ws, leadId)).optedOutAt).toBeNull();
    expect(await ledgerOf(ws)).toEqual([]);
  });

  test('that the device tells twice is one', async () => {
    const ws = await openWorkspace(app);
    const address = newPhone();
    await Promise.all([1, 2, 3].map(() => hear(ws, address, 'STOP', 0, 'the-same')));
    expect(await ledgerOf(ws)).toHaveLength(1);
    const { messages } = (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received'))
      .body;
    expect(messages).toHaveLength(1);
  });
});

describe('a message to somebody who opted out', () => {
  test('is accepted as failed with reason dnc, in the documented shape; nothing is sent, no SMS either', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const recipientPhone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone });
    await until('the first one arrives', async () => (await copiesIn(app, ws)).length);
    await hear(ws, recipientPhone, 'STOP');
    for (const differs of [
      { recipientPhone },
      { leadId },
      { leadId, recipientPhone: newPhone() },
      { recipientPhone, forceFallback: true },
    ]) {
      const { status, body } = await ws.send({ message: 'Hi', sendFallbackSmsOnFailed: true, ...differs });
      expect(status).toBe('leadId' in differs ? 201 : 200);
      expect(body).toMatchObject({
        success: true,
        status: 'failed',
        reason: 'dnc',
        error: SENTENCE,
        message: {
          status: 'failed',
          reason: 'dnc',
          errorMessage: SENTENCE,
          fallbackSmsDispatched: false,
          attempt: 0,
        },
      });
      expect(await ws.timeline(body.message._id)).toMatchObject([
        { type: 'message.failed', data: { status: 'failed', reason: 'dnc' } },
      ]);
    }
    expect(await copiesIn(app, ws)).toHaveLength(1);
  });

  test('goes to another address of the lead when only one of them is suppressed', async () => {
    const ws = await openWorkspace(app);
    const [bad, good] = [newPhone(), newPhone()];
    await impose(ws, bad, 'carrier');
    const { body } = await ws.send({ message: 'Hi', recipientPhone: bad, altPhone1: good });
    expect(body).toMatchObject({ status: 'sent', message: { address: good } });
    expect(
      (await ws.send({ message: 'Hi', recipientPhone: newPhone(), leadId: body.leadId })).body.status,
    ).toBe('sent');
    await impose(ws, good, 'carrier');
    expect((await ws.send({ message: 'Hi', leadId: body.leadId })).body).toMatchObject({
      status: 'failed',
      reason: 'dnc',
    });
  });

  test('is stopped in the instant before it goes, when the opt-out came in between', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const recipientPhone = newPhone();
    const message = await accept(ws, {
      recipientPhone,
      scheduledDate: inAnHour(),
      sendFallbackSmsOnFailed: true,
    });
    // Suppressed by hand, which cancels nothing.
    await impose(ws, recipientPhone, 'manual');
    expect((await ws.explain(message._id)).gates[0]).toMatchObject({
      gate: 'opt_out',
      state: 'blocked',
      until: null,
    });
    clock.leap(HOUR);
    const failed = await ws.reaches(message._id, 'failed');
    expect(failed).toMatchObject({
      reason: 'dnc',
      errorMessage: SENTENCE,
      fallbackSmsDispatched: false,
      attempt: 0,
    });
    expect(await copiesIn(app, ws)).toEqual([]);
  });

  test('that waits for another attempt is cancelled like any other that waits', async () => {
    const ws = await openWorkspace(app, { lines: [{ retryGapMs: HOUR }] });
    const message = await accept(ws, { recipientPhone: '+12025550104' });
    await ws.reaches(message._id, 'queued');
    await hear(ws, '+12025550104', 'QUIT');
    await ws.reaches(message._id, 'cancelled');
    clock.leap(2 * HOUR);
    expect(await copiesIn(app, ws)).toEqual([]);
  });
});

describe('a START', () => {
  test('lifts what words had imposed, and is written down too', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone });
    await hear(ws, recipientPhone, 'STOP');
    await hear(ws, recipientPhone, 'Start!');
    expect((await leadOf(ws, leadId)).optedOutAt).toBeNull();
    expect((await ws.send({ message: 'Hi', recipientPhone })).body.status).toBe('sent');
    expect((await ledgerOf(ws)).map(({ action, words }) => [action, words])).toEqual([
      ['opt_out', 'STOP'],
      ['opt_in', 'Start!'],
    ]);
  });

  test('lifts nothing that a person or a carrier imposed', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    await accept(ws, { recipientPhone });
    await impose(ws, recipientPhone, 'manual');
    await hear(ws, recipientPhone, 'START');
    expect((await ws.send({ message: 'Hi', recipientPhone })).body.reason).toBe('dnc');
    expect(await ledgerOf(ws)).toEqual([]);
  });

  test('does not soften what a carrier imposed before the contact said STOP', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    await accept(ws, { recipientPhone });
    await impose(ws, recipientPhone, 'carrier');
    await hear(ws, recipientPhone, 'STOP');
    await hear(ws, recipientPhone, 'START');
    expect((await ws.send({ message: 'Hi', recipientPhone })).body.reason).toBe('dnc');
  });

  test('of somebody who never opted out is a reply like any other', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    await accept(ws, { recipientPhone });
    await hear(ws, recipientPhone, 'yes');
    expect(await ledgerOf(ws)).toEqual([]);
    const { messages } = (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received'))
      .body;
    expect(messages).toMatchObject([{ message: 'yes', direction: 'received' }]);
  });
});

describe('a reply', () => {
  test('of an unknown number makes a lead in the list Inbound; the next one finds it', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    const [phone, email] = [newPhone(), newEmail()];
    await hear(ws, phone, 'Hello?');
    await hear(ws, phone, 'Anybody?');
    await hear(ws, email, 'Hello by mail', 1);
    const { messages } = (await ws.call<{ messages: Message[] }>('GET', '/api/messages?direction=received'))
      .body;
    expect(messages.map((each) => each.message)).toEqual(['Hello by mail', 'Anybody?', 'Hello?']);
    expect(new Set(messages.map((each) => each.leadId)).size).toBe(2);
    const lead = await leadOf(ws, messages[1]?.leadId ?? null);
    expect(lead).toMatchObject({ phone, email: null, source: 'inbound' });
    const [list] = await read<{ name: string }>(
      app,
      'SELECT name FROM lists WHERE workspace_id = $1 AND id = $2',
      [ws.workspaceId, lead.listId],
    );
    expect(list?.name).toBe('Inbound');
    // Whoever writes to a line is answered from that line.
    expect((await accept(ws, { recipientPhone: phone })).lineDecision?.reason).toBe('conversation');
  });

  test('belongs to the lead its line talks to, not to the oldest one with that number', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const address = newPhone();
    const talksToLast = ws.lines[1]?._id;
    const oldest = await accept(ws, { recipientPhone: newPhone(), altPhone1: address });
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const message = await accept(ws, { leadId, altPhone1: address, fromLineId: talksToLast });
    await ws.reaches(message._id, 'delivered');
    expect(await leadOfReply(ws, address, 1)).toBe(leadId);
    // Where nobody of them was written to, it is the oldest.
    expect([leadId, oldest.leadId].sort()[0]).toBe(oldest.leadId);
    ws.lines.push(await addLine(ws));
    expect(await leadOfReply(ws, address, 2)).toBe(oldest.leadId);
    // It is in a conversation now, on that line.
    const next = await accept(ws, { leadId, message: 'Great', fromLineId: talksToLast });
    expect(next.priority).toBe('reply');
  });

  test.each(['recipientPhone', 'recipientEmail'])(
    'from an address that is nobody’s belongs to the lead for whom our message went there: %s',
    async (by) => {
      const ws = await openWorkspace(app, {
        lines: by === 'recipientEmail' ? [{ messageType: 'email' }] : [{}],
      });
      const messageType = by === 'recipientEmail' ? 'email' : 'imessage';
      const address = by === 'recipientEmail' ? newEmail() : newPhone();
      const leads: (string | null)[] = [];
      for (let n = 0; n < 2; n += 1) {
        const own = by === 'recipientEmail' ? { recipientEmail: newEmail() } : { recipientPhone: newPhone() };
        const { leadId } = await accept(ws, { ...own, messageType, scheduledDate: inAnHour() });
        const { body } = await ws.send({ message: 'Hi', leadId, messageType, [by]: address });
        expect(body.message.address).toBe(address);
        leads.push(leadId);
      }
      // The last one of two.
      expect(await leadOfReply(ws, address, 0)).toBe(leads[1]);
      const known = await read(app, 'SELECT 1 FROM lead_addresses WHERE workspace_id = $1 AND address = $2', [
        ws.workspaceId,
        address,
      ]);
      expect(known).toEqual([]);
    },
  );

  test('of STOP from such an address opts the lead out on all channels, and START lifts it', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), recipientEmail: newEmail() });
    const elsewhere = newPhone();
    await ws.send({ message: 'Hi', leadId, recipientPhone: elsewhere });
    const waiting = await accept(ws, { leadId, messageType: 'email', scheduledDate: inAnHour() });
    await hear(ws, elsewhere, 'STOP');
    expect((await ws.message(waiting._id)).status).toBe('cancelled');
    expect((await leadOf(ws, leadId)).optedOutAt).not.toBeNull();
    for (const refused of [
      { leadId, messageType: 'email' },
      { leadId },
      { leadId, recipientPhone: elsewhere },
    ])
      expect((await ws.send({ message: 'Hi', ...refused })).body.reason).toBe('dnc');
    await hear(ws, elsewhere, 'START');
    expect((await leadOf(ws, leadId)).optedOutAt).toBeNull();
  });

  test('from where a message of another line went, or none has gone yet, is a stranger’s', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const [sent, waits] = [newPhone(), newPhone()];
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    await ws.send({ message: 'Hi', leadId, recipientPhone: sent, fromLineId: ws.lines[0]?._id });
    await accept(ws, { leadId, recipientPhone: waits, scheduledDate: inAnHour() });
    expect(await leadOfReply(ws, sent, 1)).not.toBe(leadId);
    expect(await leadOfReply(ws, waits, 0)).not.toBe(leadId);
  });
});
