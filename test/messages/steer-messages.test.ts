/** Cancelling and editing what waits, and races with the dispatcher. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CancelForLeadAnswer, Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { accept, copiesIn, newEmail, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const clock = leapingClock();
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock });
});
afterAll(() => app.close());

const inAnHour = () => toIso(clock.now() + HOUR);

/** `HH:mm` in UTC, so many hours from now. */
function timeIn(hours: number): string {
  return toIso(clock.now() + hours * HOUR).slice(11, 16);
}

async function typesOf(ws: Workspace, id: string): Promise<string[]> {
  return (await ws.timeline(id)).map((event) => event.type);
}

function cancel(ws: Workspace, id: string): ReturnType<Workspace['call']> {
  return ws.call('POST', `/api/messages/${id}/cancel`);
}

async function cancelFor(ws: Workspace, target: object): Promise<CancelForLeadAnswer> {
  return (await ws.call<CancelForLeadAnswer>('POST', '/api/messages/cancel-for-lead', target)).body;
}

describe('cancelling', () => {
  test('takes back what waits, once; asking again changes nothing', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await cancel(ws, message._id);
      expect(status).toBe(200);
      expect(body).toMatchObject({ success: true, message: { _id: message._id, status: 'cancelled' } });
    }
    expect(await ws.timeline(message._id)).toMatchObject([
      { type: 'message.accepted' },
      {
        type: 'message.cancelled',
        data: { from: 'scheduled', status: 'cancelled', because: 'Cancelled by request' },
      },
    ]);
    clock.leap(2 * HOUR);
    expect((await ws.send({ message: 'later', recipientPhone: newPhone() })).body.status).toBe('sent');
    expect((await copiesIn(app, ws)).map((copy) => copy.message)).toEqual(['later']);
  });

  test('comes too late for what went, and says what it is now', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550107' });
    const late = await cancel(ws, body.message._id);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({
      code: 'MESSAGE_NOT_WAITING',
      error: 'Message is no longer waiting',
      reason: 'sent',
    });
  });

  test('for a lead takes back all that waits for it, on all channels, and nobody else’s', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }] });
    const recipient = { recipientPhone: newPhone(), recipientEmail: newEmail(), altPhone2: newPhone() };
    const own = [
      await accept(ws, { ...recipient, scheduledDate: inAnHour() }),
      await accept(ws, {
        recipientEmail: recipient.recipientEmail,
        messageType: 'email',
        scheduledDate: inAnHour(),
      }),
    ];
    const other = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const answer = await cancelFor(ws, { recipientPhone: recipient.altPhone2 });
    expect(answer).toEqual({
      success: true,
      cancelledCount: 2,
      jobsRemovedFromQueue: 2,
      leadId: own[0]?.leadId,
      messageIds: own.map((message) => message._id),
      warnings: [],
    });
    expect((await ws.message(other._id)).status).toBe('scheduled');
  });

  test.each(['leadId', 'recipientPhone', 'recipientEmail'])('for a lead finds it by %s', async (by) => {
    const ws = await openWorkspace(app);
    const recipient = { recipientPhone: newPhone(), recipientEmail: newEmail() };
    const message = await accept(ws, { ...recipient, scheduledDate: inAnHour() });
    const target = { leadId: message.leadId, ...recipient }[by];
    expect((await cancelFor(ws, { [by]: target })).messageIds).toEqual([message._id]);
  });

  test('for a number that is no lead’s finds the messages that name it', async () => {
    const ws = await openWorkspace(app);
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const recipientPhone = newPhone();
    const message = await accept(ws, { leadId, recipientPhone, scheduledDate: inAnHour() });
    expect(await cancelFor(ws, { recipientPhone })).toMatchObject({
      cancelledCount: 1,
      messageIds: [message._id],
    });
  });

  test('for several targets takes back what waits for each of them, and answers the first lead', async () => {
    const ws = await openWorkspace(app);
    const [byId, byPhone, byEmail, other] = [
      await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() }),
      await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() }),
      await accept(ws, { recipientEmail: newEmail(), scheduledDate: inAnHour() }),
      await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() }),
    ];
    const addressed = await accept(ws, {
      leadId: other.leadId,
      recipientPhone: byPhone.recipientPhone,
      scheduledDate: inAnHour(),
    });
    const answer = await cancelFor(ws, {
      leadId: byId.leadId,
      recipientPhone: byPhone.recipientPhone,
      recipientEmail: byEmail.recipientEmail,
    });
    expect(answer.leadId).toBe(byId.leadId);
    expect(answer.messageIds).toEqual([byId, byPhone, byEmail, addressed].map((message) => message._id));
    expect((await ws.message(other._id)).status).toBe('scheduled');
  });

  test('for a lead’s number finds also what names it for another lead', async () => {
    const ws = await openWorkspace(app);
    const own = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const { recipientPhone } = own;
    const message = await accept(ws, { leadId, recipientPhone, scheduledDate: inAnHour() });
    expect(await cancelFor(ws, { recipientPhone })).toMatchObject({
      leadId: own.leadId,
      messageIds: [own._id, message._id],
    });
  });

  test('for a stranger is 200 with zeros', async () => {
    const ws = await openWorkspace(app);
    for (const target of [
      { leadId: 'f'.repeat(24) },
      { recipientPhone: newPhone() },
      { recipientEmail: newEmail() },
    ]) {
      expect(await cancelFor(ws, target)).toMatchObject({
        success: true,
        cancelledCount: 0,
        jobsRemovedFromQueue: 0,
        leadId: null,
        messageIds: [],
      });
    }
  });

  test('races the dispatcher: a message is either cancelled and never arrives, or it arrives and cannot be cancelled', async () => {
    const ws = await openWorkspace(app);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const recipientPhone = newPhone();
        const message = await accept(ws, { message: `m${n}`, recipientPhone });
        const { status } = await cancel(ws, message._id);
        return { id: message._id, recipientPhone, cancelled: status === 200 };
      }),
    );
    for (const { id, cancelled } of outcomes) await ws.reaches(id, cancelled ? 'cancelled' : 'delivered');
    const reached = new Set((await copiesIn(app, ws)).map((copy) => copy.address));
    for (const { recipientPhone, cancelled } of outcomes)
      expect(reached.has(recipientPhone)).toBe(!cancelled);
  });
});

describe('editing', () => {
  const edit = (ws: Workspace, id: string, changes: object) =>
    ws.call<{ message: Message; warnings: string[]; error?: string }>(
      'PATCH',
      `/api/messages/${id}`,
      changes,
    );

  test('changes text, time, window and line of what waits; the rest stays', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const recipientPhone = newPhone();
    const message = await accept(ws, {
      message: 'old',
      recipientPhone,
      batchId: 'b',
      scheduledDate: inAnHour(),
      fromLineId: ws.lines[0]?._id,
    });
    const scheduledDate = toIso(clock.now() + 2 * HOUR);
    const window = { timezone: 'UTC', sendWindowStart: timeIn(3), sendWindowEnd: timeIn(4) };
    const { status, body } = await edit(ws, message._id, {
      message: 'new',
      scheduledDate,
      fromLineId: ws.lines[1]?._id,
      ...window,
    });
    expect(status).toBe(200);
    expect(body.message).toMatchObject({
      message: 'new',
      status: 'scheduled',
      scheduledDate,
      settings: window,
      batchId: 'b',
      fromLineId: ws.lines[1]?._id,
      fromLinePhone: ws.lines[1]?.phone,
      lineDecision: { reason: 'requested' },
    });
    expect(await ws.message(message._id)).toEqual(body.message);
    clock.leap(3 * HOUR);
    await ws.reaches(message._id, 'delivered');
    expect(await ws.phone(recipientPhone)).toMatchObject([{ message: 'new', fromLineId: ws.lines[1]?._id }]);
  });

  test('to an earlier time wakes the line at once', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    expect((await edit(ws, message._id, { scheduledDate: null })).body.message.status).toBe('pending');
    await ws.reaches(message._id, 'delivered');
    expect(await typesOf(ws, message._id)).toEqual([
      'message.accepted',
      'message.edited',
      'message.sending',
      'message.sent',
      'message.delivered',
    ]);
  });

  test('makes of a message what its date and window say, each time with one event', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const window = { timezone: 'UTC', sendWindowStart: timeIn(3), sendWindowEnd: timeIn(4) };
    await edit(ws, message._id, { scheduledDate: null, ...window });
    await edit(ws, message._id, { scheduledDate: inAnHour() });
    const edits = (await ws.timeline(message._id)).filter((event) => event.type === 'message.edited');
    expect(edits.map(({ data }) => [data.from, data.status])).toEqual([
      ['scheduled', 'queued'],
      ['queued', 'scheduled'],
    ]);
  });

  test('warns of what means nothing for the message, and leaves that out', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const { status, body } = await edit(ws, message._id, {
      message: 'new',
      subject: 'News',
      timezone: 'Europe/Berlin',
      color: 'red',
    });
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      'Unknown field: color',
      'subject is ignored for messageType imessage',
      'timezone is ignored without a send window',
    ]);
    expect(body.message).toMatchObject({ message: 'new', subject: null, settings: null });
    expect((await ws.timeline(message._id)).at(-1)?.data.changed).toEqual(['message']);
  });

  test('to a past date means now; the date is shown as it was given', async () => {
    const ws = await openWorkspace(app);
    const message = await accept(ws, { recipientPhone: newPhone(), scheduledDate: inAnHour() });
    const scheduledDate = '2020-01-01T00:00:00.000Z';
    const { body } = await edit(ws, message._id, { scheduledDate });
    expect(body.message).toMatchObject({ status: 'pending', scheduledDate });
    expect(await ws.reaches(message._id, 'delivered')).toMatchObject({ scheduledDate });
  });

  test('does not shorten the pause between two attempts', async () => {
    const ws = await openWorkspace(app, { lines: [{ retryGapMs: HOUR }] });
    const message = await accept(ws, { recipientPhone: '+12025550104' });
    const waiting = await ws.reaches(message._id, 'queued');
    const { body } = await edit(ws, message._id, { message: 'other words' });
    expect(body.message.dueAt).toBe(waiting.dueAt);
  });

  test('refuses what acceptance would refuse, in the same words, and changes nothing', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { isActive: false }, { messageType: 'sms' }] });
    const message = await accept(ws, {
      recipientPhone: newPhone(),
      scheduledDate: inAnHour(),
      expiresAt: toIso(clock.now() + 2 * HOUR),
    });
    for (const [changes, code] of [
      [{ message: '' }, 'MESSAGE_EMPTY'],
      [{ message: ' \n ' }, 'MESSAGE_EMPTY'],
      [{ sendWindowStart: '09:00' }, 'INVALID_TIME_FORMAT'],
      [{ sendWindowStart: '09:00', sendWindowEnd: '17:00' }, 'INVALID_WINDOW'],
      [{ sendWindowStart: '09:00', sendWindowEnd: '09:00', timezone: 'UTC' }, 'INVALID_WINDOW'],
      [{ scheduledDate: toIso(clock.now() + 3 * HOUR) }, 'INVALID_FIELD'],
      [{ scheduledDate: 'tomorrow' }, 'INVALID_SCHEDULED_DATE'],
      [{ fromLineId: ws.lines[1]?._id }, 'LINE_NOT_ACTIVE'],
      [{ fromLineId: ws.lines[2]?._id }, 'LINE_WRONG_CHANNEL'],
      [{ fromLineId: 'f'.repeat(24) }, 'LINE_NOT_FOUND'],
      [{ recipientPhone: newPhone() }, 'NOTHING_TO_CHANGE'],
    ] as const) {
      expect((await edit(ws, message._id, changes)).body, JSON.stringify(changes)).toMatchObject({ code });
    }
    expect(await ws.message(message._id)).toEqual(message);
  });

  test('comes too late for what went', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: '+12025550107' });
    const late = await edit(ws, body.message._id, { message: 'Ho' });
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ code: 'MESSAGE_NOT_WAITING', reason: 'sent' });
  });

  test('races the dispatcher: what arrives is the old text or the new one, and the answer tells which', async () => {
    const ws = await openWorkspace(app);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const recipientPhone = newPhone();
        const message = await accept(ws, { message: 'old', recipientPhone });
        const { status } = await edit(ws, message._id, { message: 'new' });
        return { id: message._id, recipientPhone, text: status === 200 ? 'new' : 'old' };
      }),
    );
    for (const { id } of outcomes) await ws.reaches(id, 'delivered');
    const arrived = new Map((await copiesIn(app, ws)).map((copy) => [copy.address, copy.message]));
    for (const { recipientPhone, text } of outcomes) expect(arrived.get(recipientPhone)).toBe(text);
  });
});
