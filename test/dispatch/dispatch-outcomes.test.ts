/** What follows an attempt: retries (D21), the cascade of addresses (D22), unknown outcomes (D20). */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { accept, copiesIn, newEmail, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NO_IMESSAGE = '+12025550102';

const clock = leapingClock();
const logged: Record<string, unknown>[] = [];
const log = pino({ level: 'debug', base: null }, { write: (line) => logged.push(JSON.parse(line)) });
let app: TestApp;

beforeAll(async () => {
  app = await openApp({ clock, log });
});
afterAll(() => app.close());

/** What an attempt did, step by step: `check +1… available`. */
async function stepsOf(ws: Workspace, { _id }: { _id: string }): Promise<string[]> {
  interface Step {
    address: string;
    did: string;
    result: string;
  }
  const events = await ws.timeline(_id);
  return events
    .flatMap((event) => (event.data.steps ?? []) as Step[])
    .map((step) => `${step.did} ${step.address} ${step.result}`);
}

describe('a refusal for now', () => {
  test('is tried again a minute later, and no earlier, until it is accepted', async () => {
    const ws = await openWorkspace(app, { lines: [{ attempts: 5, retryGapMs: MINUTE }] });
    const message = await accept(ws, { recipientPhone: '+12025550104' });
    for (const attempt of [1, 2]) {
      const waiting = await until(`attempt ${attempt} was refused`, async () => {
        const found = await ws.message(message._id);
        return found.status === 'queued' && found.attempt === attempt ? found : null;
      });
      // Refused between the lease and the row that tells of it, however long that takes.
      const [leasedAt = 0, toldAt = 0] = (await ws.timeline(message._id))
        .slice(-2)
        .map(({ at }) => Date.parse(at));
      const dueAt = Date.parse(waiting.dueAt ?? '');
      expect(dueAt).toBeGreaterThanOrEqual(leasedAt + MINUTE);
      expect(dueAt).toBeLessThanOrEqual(toldAt + MINUTE);
      const gate = (await ws.explain(message._id)).gates.find((each) => each.state === 'blocked');
      expect(gate).toMatchObject({ gate: 'retry', until: toIso(dueAt) });
      clock.leap(dueAt - clock.now());
    }
    const sent = await ws.reaches(message._id, 'delivered');
    expect(sent).toMatchObject({ attempt: 3, reason: null, errorMessage: null });
    const turns = (await ws.timeline(message._id)).filter((event) => event.type === 'message.sending');
    for (const [index, turn] of turns.slice(1).entries()) {
      expect(Date.parse(turn.at) - Date.parse(turns[index]?.at ?? '')).toBeGreaterThanOrEqual(MINUTE);
    }
  });

  test('ends as failed when the attempts are used up', async () => {
    const ws = await openWorkspace(app, { lines: [{ attempts: 2, retryGapMs: MINUTE }] });
    const message = await accept(ws, { recipientPhone: '+12025550104' });
    await until('it waits', async () => (await ws.message(message._id)).attempt === 1);
    await ws.reaches(message._id, 'queued');
    clock.leap(MINUTE);
    const failed = await ws.reaches(message._id, 'failed');
    expect(failed).toMatchObject({
      attempt: 2,
      reason: 'retries_exhausted',
      errorMessage: 'All attempts failed; the last one: Busy until attempt 3',
    });
    expect(await copiesIn(app, ws)).toEqual([]);
  });

  test('keeps the number of attempts it was accepted with, whatever becomes of the line', async () => {
    const ws = await openWorkspace(app, { lines: [{ attempts: 3, retryGapMs: 20 }] });
    const scheduledDate = toIso(clock.now() + MINUTE);
    const message = await accept(ws, { recipientPhone: '+12025550104', scheduledDate });
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { attempts: 1 });
    clock.leap(MINUTE);
    expect((await ws.reaches(message._id, 'delivered')).attempt).toBe(3);
  });
});

test('an attempt is summed up in the log, under the correlation id of its message', async () => {
  const ws = await openWorkspace(app);
  const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone(), correlationId: 'c1' });
  const { _id: messageId, fromLineId: lineId } = body.message;
  const summary = logged.find((each) => each.msg === 'message.send.summary' && each.messageId === messageId);
  expect(summary).toMatchObject({ correlationId: 'c1', lineId, attempt: 1, event: 'accept' });
});

describe('an address given with the message', () => {
  const kinds = [{}, { messageType: 'sms' }, { messageType: 'email' }];

  test('is where an iMessage goes, whatever the lead has; only then the lead’s own are tried', async () => {
    const ws = await openWorkspace(app, { lines: kinds });
    const own = newPhone();
    const { leadId } = await accept(ws, { recipientPhone: own });
    const given = newEmail();
    const direct = await ws.send({ message: 'Hi', leadId, recipientEmail: given });
    expect(direct.body).toMatchObject({ status: 'sent', message: { address: given } });
    const turned = await ws.send({ message: 'Hi', leadId, recipientEmail: 'imessage+no@example.com' });
    expect(turned.body).toMatchObject({ status: 'sent', message: { address: own } });
  });

  test('is where an SMS and an email go', async () => {
    const ws = await openWorkspace(app, { lines: kinds });
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), recipientEmail: newEmail() });
    const [recipientPhone, recipientEmail] = [newPhone(), newEmail()];
    const both = { message: 'Hi', leadId, recipientPhone, recipientEmail };
    const sms = await ws.send({ ...both, messageType: 'sms' });
    const email = await ws.send({ ...both, messageType: 'email' });
    expect([sms.body.message.address, email.body.message.address]).toEqual([recipientPhone, recipientEmail]);
  });

  test('is tried first also when it is what the lead was found by', async () => {
    const ws = await openWorkspace(app, { lines: kinds });
    const recipientEmail = newEmail();
    const { leadId } = await accept(ws, { recipientPhone: newPhone(), recipientEmail });
    const { body } = await ws.send({ message: 'Hi', recipientEmail });
    expect(body).toMatchObject({ leadId, status: 'sent', message: { address: recipientEmail } });
  });

  test('of a lead that the message itself makes keeps the documented order: all phones come first', async () => {
    const ws = await openWorkspace(app, { lines: kinds });
    const altPhone1 = newPhone();
    const { body } = await ws.send({
      message: 'Hi',
      recipientPhone: NO_IMESSAGE,
      recipientEmail: newEmail(),
      altPhone1,
    });
    expect(body).toMatchObject({ status: 'sent', message: { address: altPhone1 } });
  });
});

describe('the cascade of addresses', () => {
  const ALTERNATE = '+12025550112';

  test('ends at the first one on iMessage; what was learnt is used again and not asked again', async () => {
    const ws = await openWorkspace(app);
    const recipient = { recipientPhone: NO_IMESSAGE, altPhone2: ALTERNATE, altEmail1: 'ada@example.com' };
    const { body } = await ws.send({ message: 'one', ...recipient });
    expect(body.status).toBe('sent');
    expect(body.message).toMatchObject({ address: 'ada@example.com', recipientPhone: NO_IMESSAGE });
    expect(await stepsOf(ws, body.message)).toEqual([
      `check ${NO_IMESSAGE} unavailable`,
      `check ${ALTERNATE} unavailable`,
      'check ada@example.com available',
      'send ada@example.com accepted',
    ]);
    const again = (await ws.send({ message: 'two', recipientPhone: NO_IMESSAGE })).body.message;
    expect(await stepsOf(ws, again)).toEqual(['send ada@example.com accepted']);
    clock.leap(8 * DAY);
    const later = (await ws.send({ message: 'three', recipientPhone: NO_IMESSAGE })).body.message;
    expect(await stepsOf(ws, later)).toEqual([
      `check ${NO_IMESSAGE} unavailable`,
      `check ${ALTERNATE} unavailable`,
      'send ada@example.com accepted',
    ]);
    // Its receipt says that the address is on iMessage, too: not after the leap.
    await ws.reaches(later._id, 'delivered');
    clock.leap(31 * DAY);
    const muchLater = (await ws.send({ message: 'four', recipientPhone: NO_IMESSAGE })).body.message;
    expect(await stepsOf(ws, muchLater)).toContain('check ada@example.com available');
  });

  test('names every address it found wanting', async () => {
    const ws = await openWorkspace(app);
    const { body } = await ws.send({ message: 'Hi', recipientPhone: NO_IMESSAGE, altPhone1: ALTERNATE });
    expect(body.error).toBe(`Prospect's iMessage not available on ${NO_IMESSAGE}, ${ALTERNATE}`);
    expect(body.message.checkedAddresses).toEqual([NO_IMESSAGE, ALTERNATE]);
    const again = await ws.send({ message: 'Hi', leadId: body.leadId });
    expect(again.body.message.checkedAddresses).toEqual([NO_IMESSAGE, ALTERNATE]);
    expect(await stepsOf(ws, again.body.message)).toEqual([]);
  });

  test('on a line that cannot check is told by the sends themselves, and remembered alike', async () => {
    const ws = await openWorkspace(app, { lines: [{ transportConfig: { checksAvailability: false } }] });
    const recipient = { recipientPhone: NO_IMESSAGE, altPhone1: newPhone() };
    const { body } = await ws.send({ message: 'one', ...recipient });
    expect(body.message.address).toBe(recipient.altPhone1);
    expect(await stepsOf(ws, body.message)).toEqual([
      `send ${NO_IMESSAGE} not_on_channel`,
      `send ${recipient.altPhone1} accepted`,
    ]);
    const again = (await ws.send({ message: 'two', leadId: body.leadId })).body.message;
    expect(await stepsOf(ws, again)).toEqual([`send ${recipient.altPhone1} accepted`]);
  });

  test('of an email goes on from a mailbox that does not exist', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'email' }] });
    const { body } = await ws.send({
      message: 'Hi',
      messageType: 'email',
      recipientEmail: 'rejected@example.com',
      altEmail1: 'ada@example.com',
    });
    expect(body).toMatchObject({ status: 'sent', message: { address: 'ada@example.com' } });
  });

  test('is walked anew at each attempt: what the lead was given meanwhile counts', async () => {
    const ws = await openWorkspace(app);
    const scheduledDate = toIso(clock.now() + 10 * MINUTE);
    const message = await accept(ws, {
      message: 'Hi {firstName|x}',
      recipientPhone: NO_IMESSAGE,
      scheduledDate,
    });
    const altPhone1 = newPhone();
    await accept(ws, {
      message: 'other',
      leadId: message.leadId,
      altPhone1,
      scheduledDate: toIso(clock.now() + DAY),
    });
    clock.leap(10 * MINUTE);
    expect((await ws.reaches(message._id, 'delivered')).address).toBe(altPhone1);
  });
});

describe('an unknown outcome', () => {
  test('that nobody can tell ends as failed, says so, and neither sends again nor falls back', async () => {
    const ws = await openWorkspace(app, { lines: [{ reconcileLimitMs: 10 * MINUTE }], fallback: true });
    const message = await accept(ws, { recipientPhone: '+12025550106', sendFallbackSmsOnFailed: true });
    // Before anybody can ask what became of it, the device is switched off.
    await ws.reaches(message._id, 'sending');
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { transportConfig: { down: true } });
    await ws.reaches(message._id, 'unknown');
    for (let asked = 0; asked < 9; asked += 1) {
      clock.leap(MINUTE);
      expect((await ws.message(message._id)).status).toBe('unknown');
    }
    clock.leap(2 * MINUTE);
    const failed = await ws.reaches(message._id, 'failed');
    expect(failed).toMatchObject({
      reason: 'outcome_unknown',
      errorMessage: 'Nobody can tell whether it left: The simulated device is switched off',
      fallbackSmsDispatched: false,
      attempt: 1,
    });
    expect(
      (await ws.call<{ messages: Message[] }>('GET', '/api/messages?messageType=sms')).body.messages,
    ).toEqual([]);
    const { body } = await ws.call<{ line: Line }>('GET', `/api/lines/${ws.lines[0]?._id}`);
    // It may have left, so its place in the caps is not given back.
    expect(body.line.usage).toMatchObject({ totalMessagesCount: 1, newConversationsCount: 1 });
  });

  test('whose sender died is taken up when its lease runs out: found, not sent again', async () => {
    const ws = await openWorkspace(app);
    let comeBack = () => {};
    let onSent: () => void | Promise<void> = () => {};
    const gone = new Promise<void>((isGone) => {
      onSent = () =>
        new Promise((resolve) => {
          // The copy is out, and the process does not say a word more.
          onSent = () => {};
          comeBack = resolve;
          isGone();
        });
    });
    const mortal = await openApp({
      databaseUrl: app.databaseUrl,
      clock,
      dispatches: false,
      checkpoint: (label) => (label === 'send.after' ? onSent() : undefined),
    });
    await app.startDispatcher()?.stop();
    // A phone that gives no receipt: nobody but reconciliation can tell.
    const message = await accept(ws, { recipientPhone: '+12025550107' });
    mortal.startDispatcher();
    await gone;
    expect((await ws.message(message._id)).status).toBe('sending');
    clock.leap(5 * MINUTE);
    await until('it is missed', async () => (await ws.message(message._id)).status !== 'sending');
    clock.leap(MINUTE);
    await ws.reaches(message._id, 'sent');
    // It was only asleep: what it has to say comes too late, and changes nothing.
    comeBack();
    await mortal.close();
    expect((await ws.timeline(message._id)).map((event) => event.type)).toEqual([
      'message.accepted',
      'message.sending',
      'message.unknown',
      'message.sent',
    ]);
    expect(await ws.message(message._id)).toMatchObject({ status: 'sent', attempt: 1 });
    expect(await copiesIn(app, ws)).toHaveLength(1);
  });
});
