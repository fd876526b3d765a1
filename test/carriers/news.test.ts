/** What carriers tell, asked or unasked: recorded once, whatever is told twice, late, or to a process that dies. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { News } from '../../src/channels/news.ts';
import type { Message, TimelineAnswer } from '../../src/contract/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { GENUINE, type ScriptedCarrier, scriptedCarrier } from '../scripted-carrier.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

let clock: LeapingClock;
let carrier: ScriptedCarrier;
let app: TestApp;
let ws: Workspace;
let lineId: string;

beforeEach(async () => {
  clock = leapingClock();
  carrier = scriptedCarrier();
  app = await openApp({ clock, channels: new Map([['sandbox', carrier]] as const) });
  ws = await openWorkspace(app, { fallback: true });
  lineId = ws.lines[0]?._id ?? '';
});
afterEach(() => app.close());

const firstQuestion = () => until('the line was asked once', () => carrier.questions.length > 0);

async function send(body: Record<string, unknown> = {}): Promise<Message> {
  const { _id } = await accept(ws, { recipientPhone: newPhone(), fromLineId: lineId, ...body });
  return ws.reaches(_id, 'sent');
}

const messagesOf = async (direction: string) =>
  (await ws.call<{ messages: Message[] }>('GET', `/api/messages?direction=${direction}`)).body.messages;

async function call(
  hook: string,
  body: string,
  line = lineId,
): Promise<{ status: number; body: string; type: string }> {
  const answer = await fetch(`${app.url}/hooks/${ws.workspaceId}/${line}/${hook}`, { method: 'POST', body });
  return { status: answer.status, body: await answer.text(), type: answer.headers.get('content-type') ?? '' };
}

const tell = (...news: News[]) => call('status', GENUINE + JSON.stringify(news));
const receipt = (reference: string, kind: 'accepted' | 'delivered' | 'read' | 'bounced' | 'not_on_channel') =>
  ({ news: 'receipt', reference, receipt: kind }) as const;

describe('a carrier that is asked', () => {
  test('is asked again from where it was, page after page', async () => {
    await firstQuestion();
    const from = newPhone();
    for (const id of ['a', 'b', 'c'])
      carrier.pages.push([{ news: 'inbound', from, text: `message ${id}`, externalMessageId: id }]);
    clock.leap(HOUR);
    await until('all pages are told', async () => (await messagesOf('received')).length === 3);
    const cursors = carrier.questions.map(({ cursor }) => cursor);
    expect(cursors).toEqual(expect.arrayContaining([0, 1, 2]));
    await until('the cursor is kept', async () => {
      const [row] = await read<{ cursor: number }>(app, 'SELECT cursor FROM line_news WHERE line_id = $1', [
        lineId,
      ]);
      return row?.cursor === 3;
    });
  });

  test('that does not answer is asked again, later and later, and nothing is lost', async () => {
    await firstQuestion();
    carrier.silences = 2;
    carrier.pages.push([{ news: 'inbound', from: newPhone(), text: 'Hello?', externalMessageId: 'x' }]);
    clock.leap(HOUR);
    await until('it was asked in vain', async () => {
      const [row] = await read<{ failures: number }>(app, 'SELECT max(failures) AS failures FROM line_news');
      return (row?.failures ?? 0) > 0;
    });
    clock.leap(HOUR);
    await until('it is heard', async () => {
      clock.leap(10 * SECOND);
      return (await messagesOf('received')).length === 1;
    });
  });

  test('is asked for receipts that are missing, ever more rarely, and no more after three days', async () => {
    await firstQuestion();
    const message = await send();
    const asked = () =>
      carrier.questions.filter(({ outstanding }) =>
        outstanding.some(({ reference }) => reference === message._id),
      ).length;
    clock.leap(HOUR);
    await until('it is asked', () => asked() === 1);
    const question = carrier.questions.find(({ outstanding }) => outstanding.length > 0);
    expect(question?.outstanding).toEqual([
      {
        reference: message._id,
        externalMessageId: 'ext-1',
        address: message.recipientPhone,
        sentAt: Date.parse(message.sentAt ?? ''),
      },
    ]);
    clock.leap(80 * HOUR);
    await until('it is asked for the last time', () => asked() === 2);
    const left = () => read(app, 'SELECT id FROM messages WHERE receipt_at IS NOT NULL');
    await until('nobody asks any more', async () => (await left()).length === 0);
  });

  test('is not asked for a receipt that came by itself', async () => {
    const { _id } = await send();
    await tell(receipt(_id, 'delivered'), receipt(_id, 'read'));
    expect(
      (await ws.call<{ message: Message }>('GET', `/api/messages/${_id}`)).body.message.readAt,
    ).not.toBeNull();
    expect(await read(app, 'SELECT id FROM messages WHERE receipt_at IS NOT NULL')).toEqual([]);
  });
});

describe('a hint', () => {
  const askedFor = (id: string) =>
    carrier.questions.filter(({ outstanding }) => outstanding.some(({ reference }) => reference === id))
      .length;

  test('brings forward the receipts of what was sent lately, and of nothing older', async () => {
    await firstQuestion();
    const old = await send();
    clock.leap(12 * HOUR);
    await until('the old one was asked for', () => askedFor(old._id) === 1);
    const fresh = await send();
    expect(askedFor(fresh._id)).toBe(0);
    await call('hint', `${GENUINE}[]`);
    await until('its receipt is asked for at once', () => askedFor(fresh._id) === 1);
    expect(askedFor(old._id)).toBe(1);
  });

  test('that comes while a message is still being sent is heeded once it is sent', async () => {
    await firstQuestion();
    const handOver = carrier.send;
    carrier.send = async (...handed) => {
      await call('hint', `${GENUINE}[]`);
      await until('the line is asked, too early', () => carrier.questions.length === 2);
      return handOver(...handed);
    };
    const { _id } = await send();
    await until('its receipt is asked for', () => askedFor(_id) === 1);
  });

  test('holds for one question', async () => {
    await firstQuestion();
    await call('hint', `${GENUINE}[]`);
    await until('the hint was taken', () => carrier.questions.length === 2);
    const [row] = await read(app, 'SELECT is_hinted FROM line_news WHERE line_id = $1', [lineId]);
    expect(row).toEqual({ is_hinted: false });
  });
});

describe('a carrier that calls', () => {
  test('is answered in its own form once the news is recorded', async () => {
    const { _id } = await send();
    expect(await tell(receipt(_id, 'delivered'))).toEqual({
      status: 200,
      body: '<Response/>',
      type: 'text/xml',
    });
    await ws.reaches(_id, 'delivered');
  });

  test('without the right to, changes nothing', async () => {
    const { _id } = await send();
    const forged = JSON.stringify([receipt(_id, 'delivered')]);
    expect(await call('status', forged)).toMatchObject({ status: 403 });
    expect((await ws.call<{ message: Message }>('GET', `/api/messages/${_id}`)).body.message.status).toBe(
      'sent',
    );
  });

  test('for a line that is not there, or of another workspace, is told so', async () => {
    const other = await openWorkspace(app);
    expect(await call('status', GENUINE, 'f'.repeat(24))).toMatchObject({ status: 404 });
    expect(await call('status', GENUINE, other.lines[0]?._id)).toMatchObject({ status: 404 });
  });

  test('about a message of another workspace changes nothing there', async () => {
    const other = await openWorkspace(app);
    const { _id } = await accept(other, { recipientPhone: newPhone() });
    await other.reaches(_id, 'sent');
    expect(await tell(receipt(_id, 'delivered'), receipt('nonsense', 'read'))).toMatchObject({ status: 200 });
    expect((await other.call<{ message: Message }>('GET', `/api/messages/${_id}`)).body.message.status).toBe(
      'sent',
    );
  });

  test('only to hint, makes us ask at once', async () => {
    await firstQuestion();
    carrier.pages.push([{ news: 'inbound', from: newPhone(), text: 'Here', externalMessageId: 'y' }]);
    await call('hint', `${GENUINE}[]`);
    await until('it was asked', async () => (await messagesOf('received')).length === 1);
  });
});

describe('news', () => {
  test('told twice, in any order, is recorded once', async () => {
    const { _id, recipientPhone } = await send();
    const reply: News = { news: 'inbound', from: recipientPhone ?? '', text: 'Yes', externalMessageId: 'r1' };
    await tell(receipt(_id, 'read'), reply, reply);
    await tell(reply, receipt(_id, 'delivered'), receipt(_id, 'read'));
    const { body } = await ws.call<TimelineAnswer>('GET', `/api/messages/${_id}/timeline`);
    const types = body.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'message.opened')).toHaveLength(1);
    expect(await messagesOf('received')).toHaveLength(1);
  });

  test('of an outcome nobody knew settles it', async () => {
    carrier.outcomes.push({ outcome: 'unknown', message: 'the line was cut' });
    const { _id } = await accept(ws, { recipientPhone: newPhone(), fromLineId: lineId });
    await ws.reaches(_id, 'unknown');
    await tell({ ...receipt(_id, 'accepted'), externalMessageId: 'late' });
    expect(await ws.reaches(_id, 'sent')).toMatchObject({ externalMessageId: 'late' });
    expect(carrier.taken).toHaveLength(1);
  });

  test('that a device found nobody on iMessage after it took the message makes it a fallback, with one SMS', async () => {
    const { _id } = await send();
    await tell(receipt(_id, 'not_on_channel'));
    await tell(receipt(_id, 'not_on_channel'));
    expect(await ws.reaches(_id, 'fallback')).toMatchObject({ fallbackSmsDispatched: true });
    await until('the SMS went', () => carrier.taken.length === 2);
    expect(carrier.taken.map(({ messageType }) => messageType)).toEqual(['imessage', 'sms']);
  });

  test('of a bounce names the carrier’s own code', async () => {
    const { _id } = await send();
    await tell({ ...receipt(_id, 'bounced'), code: '30005', message: 'Unknown handset' });
    const failed = await ws.reaches(_id, 'failed');
    expect(failed).toMatchObject({ reason: 'bounced', errorMessage: 'Unknown handset' });
  });

  test('keeps the time at which the carrier saw it, but never a future one', async () => {
    const [one, other] = [await send(), await send()];
    const at = Date.parse(one.sentAt ?? '');
    await tell(
      { ...receipt(one._id, 'delivered'), at },
      { ...receipt(other._id, 'delivered'), at: at + 1e12 },
    );
    expect((await ws.reaches(one._id, 'delivered')).deliveredAt).toBe(new Date(at).toISOString());
    const delivered = Date.parse((await ws.reaches(other._id, 'delivered')).deliveredAt ?? '');
    expect(delivered).toBeLessThanOrEqual(clock.now());
  });

  test('from a stranger is kept whatever bytes it holds; from a short code there is nobody to answer', async () => {
    const text = 'a\u0000b\ud800c\u0007\nd';
    await tell(
      { news: 'inbound', from: newPhone(), text, externalMessageId: 'odd', subject: 'S\u0000\nT' },
      { news: 'inbound', from: '72975', text: 'Your code is 1', externalMessageId: 'short' },
    );
    const received = await messagesOf('received');
    expect(received.map(({ message }) => message)).toEqual(['ab\ufffdc\nd']);
  });

  test('of a reaction is kept beside the message, the latest word counts', async () => {
    const { externalMessageId, recipientPhone } = await send();
    const reaction = {
      news: 'reaction',
      from: recipientPhone ?? '',
      targetExternalMessageId: externalMessageId ?? '',
    } as const;
    const at = clock.now();
    await tell(
      { ...reaction, reaction: 'love', isRemoved: true, externalMessageId: 't2', at },
      { ...reaction, reaction: 'love', isRemoved: false, externalMessageId: 't1', at: at - 1_000 },
    );
    expect(await read(app, 'SELECT target, reaction, is_removed FROM reactions')).toEqual([
      { target: externalMessageId, reaction: 'love', is_removed: true },
    ]);
    expect(await messagesOf('received')).toEqual([]);
  });

  test('of a reply counts for the campaign of what was sent to the contact last', async () => {
    const { _id, recipientPhone } = await send();
    await read(app, 'UPDATE messages SET campaign_id = $2 WHERE id = $1', [_id, 'c'.repeat(24)]);
    await tell({ news: 'inbound', from: recipientPhone ?? '', text: 'Yes', externalMessageId: 'r' });
    expect((await messagesOf('received')).map(({ campaignId }) => campaignId)).toEqual(['c'.repeat(24)]);
  });

  test('of trouble on the line counts against its health', async () => {
    for (let i = 0; i < 7; i += 1)
      await tell({ news: 'line', health: 'wrong', message: 'The number was deregistered' });
    const { body } = await ws.call<{ line: { healthCheck: { status: string } } }>(
      'GET',
      `/api/lines/${lineId}`,
    );
    expect(body.line.healthCheck.status).toBe('down');
  });
});

describe('an address that may not be written to any more', () => {
  const ledger = () =>
    read(app, 'SELECT action, address, channel, source, words FROM suppressions WHERE workspace_id = $1', [
      ws.workspaceId,
    ]);

  test('is in the ledger once, however often it is told, and is not written to', async () => {
    const { recipientPhone } = await send();
    const told: News = {
      news: 'suppression',
      address: recipientPhone ?? '',
      source: 'one_click',
      words: 'link',
      id: '1',
    };
    await tell(told, told);
    const entry = {
      action: 'opt_out',
      address: recipientPhone,
      channel: 'imessage',
      source: 'one_click',
      words: 'link',
    };
    expect(await ledger()).toEqual([entry]);
    const { _id } = await accept(ws, { recipientPhone });
    expect(await ws.reaches(_id, 'failed')).toMatchObject({ reason: 'dnc' });
    expect(carrier.taken).toHaveLength(1);
  });

  test('because its carrier says so when asked to send ends the message like any opt-out: no second try, no SMS', async () => {
    carrier.outcomes.push({
      outcome: 'rejected',
      permanent: true,
      code: '21610',
      message: 'Unsubscribed recipient',
      addressBad: true,
      suppresses: 'carrier_opt_out',
    });
    const recipientPhone = newPhone();
    const body = { recipientPhone, fromLineId: lineId, sendFallbackSmsOnFailed: true };
    const { _id } = await accept(ws, body);
    expect(await ws.reaches(_id, 'failed')).toMatchObject({ reason: 'dnc', fallbackSmsDispatched: false });
    expect(await ledger()).toEqual([
      {
        action: 'opt_out',
        address: recipientPhone,
        channel: 'imessage',
        source: 'carrier_opt_out',
        words: 'Unsubscribed recipient',
      },
    ]);
  });

  test('for its carrier’s reason is free again when the carrier says so; what others imposed stays', async () => {
    const [one, other] = [newPhone(), newPhone()];
    await send({ recipientPhone: one });
    await send({ recipientPhone: other });
    await tell(
      { news: 'suppression', address: one, source: 'carrier_opt_out', words: 'STOP', id: '1' },
      { news: 'suppression', address: other, source: 'complaint', words: 'spam', id: '2' },
      { news: 'lifted', address: one, words: 'START', id: '3' },
      { news: 'lifted', address: other, words: 'START', id: '4' },
    );
    await send({ recipientPhone: one });
    const { _id } = await accept(ws, { recipientPhone: other });
    expect(await ws.reaches(_id, 'failed')).toMatchObject({ reason: 'dnc' });
  });
});
