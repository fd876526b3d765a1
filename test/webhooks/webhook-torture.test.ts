/**
 * Receivers at their worst: every event arrives, or stands in the log as exhausted; the order of each message is kept; nobody
 * else is delayed. Days pass by leaps, each exactly to the next attempt.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateWebhookAnswer, WebhookDelivery } from '../../src/contract/webhooks/webhooks.ts';
import {
  openWebhookReceiver,
  type Received,
  type WebhookReceiver,
} from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries, leapToNextAttempt as leapToNext, webhook } from '../webhooks.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR_MS = 3_600_000;
const clock = leapingClock();

let app: TestApp;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await openWebhookReceiver();
  app = await openApp({ config: { allowPrivateHosts: true }, clock });
});
afterAll(async () => {
  await app.close();
  await receiver.close();
});

interface Told extends Workspace {
  hook: CreateWebhookAnswer;
  log(): Promise<WebhookDelivery[]>;
}

/** A workspace with one webhook, at a path of its own, for what was sent and what was delivered. */
async function openTold(path: string, wish: Record<string, unknown> = {}): Promise<Told> {
  const ws = await openWorkspace(app);
  const events = ['message.sent', 'message.delivered'];
  const hook = await addWebhook(ws, receiver.url + path, { events, ...wish });
  return { ...ws, hook, log: () => deliveries(ws, hook.id) };
}

/** Sends and waits until all of it is delivered to the phone; answers the ids. */
async function sendSome(ws: Workspace, count: number): Promise<string[]> {
  const sends = Array.from({ length: count }, () => ws.send({ message: 'Hi', recipientPhone: newPhone() }));
  const ids = (await Promise.all(sends)).map(({ body }) => body.message._id);
  for (const id of ids) await ws.reaches(id, 'delivered');
  return ids;
}

const leapToNextAttempt = ({ workspaceId, hook }: Told) => leapToNext(app, clock, workspaceId, hook.id);

async function leapToTheEnd(ws: Told): Promise<void> {
  while (await leapToNextAttempt(ws));
}

/** Of one message: nothing later was tried before the earlier was over. (A receipt may overtake the carrier's own answer.) */
function expectOrder(requests: readonly Received[], messageId: string): void {
  const ids = requests
    .filter(({ envelope }) => envelope.messageId === messageId)
    .map(({ headers }) => String(headers['webhook-id']));
  expect(new Set(ids).size).toBe(2);
  expect(ids).toEqual(ids.toSorted());
}

describe('a receiver', () => {
  test('that is dead for three days, until the last attempt, gets every event, each message in its order, under the ids of the first attempts', async () => {
    const ws = await openTold('/dead');
    receiver.behave('/dead', 'hangs_up');
    const ids = await sendSome(ws, 5);
    const diedAt = clock.now();
    // Chance moves each attempt a little, but none comes ten hours early: by then all have one left.
    const haveOneLeft = async () =>
      (await ws.log()).every(({ attempts }) => attempts.length === 0 || attempts.length === 9);
    while (!(await haveOneLeft()) && (await leapToNextAttempt(ws)));
    const failed = [...receiver.at('/dead')];
    receiver.behave('/dead', { status: 204 });
    await leapToTheEnd(ws);
    expect(clock.now() - diedAt).toBeGreaterThan(60 * HOUR_MS);
    const log = await ws.log();
    expect(log.map(({ status }) => status)).toEqual(Array(10).fill('delivered'));
    for (const id of ids) expectOrder(receiver.at('/dead'), id);
    for (const { headers, envelope } of failed) {
      const same = log.find(({ id }) => id === headers['webhook-id']);
      expect(same).toMatchObject({ messageId: envelope.messageId, event: envelope.event });
    }
    expect(await webhook(ws, ws.hook.id)).toMatchObject({ isActive: true, failureCount: 0 });
  });

  test('that stays dead leaves each event exhausted after ten attempts over 75 hours, and is switched off after five days', async () => {
    const ws = await openTold('/gone');
    const events = ['webhook.disabled'];
    await addWebhook(ws, `${receiver.url}/notices`, { events });
    receiver.behave('/gone', { status: 500 });
    await sendSome(ws, 1);
    await leapToTheEnd(ws);
    const [sent, delivered] = await ws.log();
    expect([sent?.status, delivered?.status]).toEqual(['exhausted', 'exhausted']);
    expect(sent?.attempts).toHaveLength(10);
    const instants = (sent?.attempts ?? []).map(({ at }) => Date.parse(at));
    const hours = ((instants.at(-1) ?? 0) - (instants[0] ?? 0)) / HOUR_MS;
    expect(hours).toBeGreaterThan(68);
    expect(hours).toBeLessThan(84);
    expect(sent?.attempts[0]).toMatchObject({ statusCode: 500, error: 'HTTP 500: Internal Server Error' });
    const off = await webhook(ws, ws.hook.id);
    expect(off).toMatchObject({ isActive: false, disabledReason: 'failing' });
    expect(Date.parse(off.lastFailureAt ?? '') - (instants[0] ?? 0)).toBeGreaterThanOrEqual(
      5 * 24 * HOUR_MS - 1000,
    );
    const notice = await until('the notice arrives', () => receiver.at('/notices').at(0));
    expect(notice.envelope).toMatchObject({
      event: 'webhook.disabled',
      messageId: null,
      data: { webhookId: ws.hook.id, reason: 'failing', failureCount: off.failureCount },
    });
    const feed = await ws.call<{ events: { event: string }[] }>('GET', '/api/events?types=webhook.disabled');
    expect(feed.body.events).toHaveLength(1);

    // Mended: what it missed comes when asked for, also what happened while it was off.
    await sendSome(ws, 1);
    receiver.behave('/gone', { status: 200 });
    await ws.call('PATCH', `/api/webhooks/${ws.hook.id}`, { isActive: true });
    await ws.call('POST', `/api/webhooks/${ws.hook.id}/replay`, {
      since: sent?.createdAt,
      undeliveredOnly: true,
    });
    await until('all of it has arrived', async () => {
      const log = await ws.log();
      return log.length === 4 && log.every(({ status }) => status === 'delivered');
    });
  });

  test('that hangs delays neither another, nor the messages, and is asked few things at once', async () => {
    const ws = await openTold('/hangs');
    const other = await openTold('/quick');
    await addWebhook(ws, `${receiver.url}/neighbour`, { events: ['message.sent'] });
    receiver.behave('/hangs', 'hangs');
    const [slow, quick] = await Promise.all([sendSome(ws, 40), sendSome(other, 20)]);
    await until('everybody else was told', () => {
      const told = receiver.at('/neighbour').length + receiver.at('/quick').length;
      return told === slow.length + 2 * quick.length;
    });
    await until('it hangs on as many as it may', () => receiver.inFlight('/hangs').most === 3);
    expect(receiver.inFlight('/quick').most).toBeLessThanOrEqual(10);
    // Once it has kept us waiting for 15 seconds it is failing, and is asked one thing at a time.
    await until('it has failed', async () => (await webhook(ws, ws.hook.id)).failureCount >= 3);
    await until('the three are over', () => receiver.inFlight('/hangs').now <= 1);
    expect(receiver.inFlight('/hangs').most).toBe(3);
    const [delivery] = await ws.log();
    expect(delivery?.attempts[0]).toMatchObject({
      statusCode: null,
      error: 'The operation was aborted due to timeout',
    });
    await ws.call('DELETE', `/api/webhooks/${ws.hook.id}`);
  });

  test('is told at once, however many others hang and whoever they belong to', async () => {
    const crowd = await openWorkspace(app);
    const paths = Array.from({ length: 60 }, (_, index) => `/crowd-${index}`);
    const hooks = [];
    for (const path of paths) {
      receiver.behave(path, 'hangs');
      hooks.push(
        await addWebhook(crowd, receiver.url + path, { events: ['message.sent', 'message.delivered'] }),
      );
    }
    await sendSome(crowd, 10);
    await until('each hangs on something', () => paths.every((path) => receiver.inFlight(path).now > 0));
    const other = await openTold('/unimpressed');
    await sendSome(other, 1);
    await until('it is told', () => receiver.at('/unimpressed').length === 2, 14_000);
    const total = paths.reduce((sum, path) => sum + receiver.inFlight(path).now, 0);
    expect(total).toBeLessThanOrEqual(3 * paths.length);
    for (const { id } of hooks) await crowd.call('DELETE', `/api/webhooks/${id}`);
  });

  test('that answers 410 is switched off at once; what waited for it stands in the log as exhausted', async () => {
    const ws = await openTold('/410');
    receiver.behave('/410', { status: 410 });
    await sendSome(ws, 2);
    await until('it is off', async () => !(await webhook(ws, ws.hook.id)).isActive);
    expect(await webhook(ws, ws.hook.id)).toMatchObject({ disabledReason: 'gone' });
    const nothingWaits = () =>
      until('nothing waits', async () => {
        // What was written in the same moment is found later.
        clock.leap(HOUR_MS / 10);
        return (await ws.log()).every(({ status }) => status === 'exhausted');
      });
    await nothingWaits();
    const asked = receiver.at('/410').length;
    await sendSome(ws, 1);
    expect(receiver.at('/410')).toHaveLength(asked);

    // By a commit that had still seen it, and by a process that died amid its attempt; a replay waits as it was asked to.
    const insert = (event: string, leased: boolean, late: string) =>
      read(
        app,
        `INSERT INTO webhook_deliveries
           (workspace_id, webhook_id, event_id, event, subject, status, leased, created_at, due_at)
         SELECT workspace_id, webhook_id, event_id || $3, event, subject, 'pending', $4, created_at,
           created_at + $5::interval
         FROM webhook_deliveries WHERE workspace_id = $1 AND webhook_id = $2 ORDER BY event_id LIMIT 1`,
        [ws.workspaceId, ws.hook.id, event, leased, late],
      );
    await insert('a', false, '0');
    await insert('b', true, '1 minute');
    await nothingWaits();
    await insert('c', false, '1 minute');
    clock.leap(2 * HOUR_MS);
    await insert('d', false, '0');
    await until('one of them was given up', async () => {
      clock.leap(HOUR_MS / 10);
      return (await ws.log()).filter(({ status }) => status === 'pending').length === 1;
    });
    expect((await ws.log()).find(({ status }) => status === 'pending')?.id).toMatch(/c$/);
  });

  test('that asks for patience by 429 or 503 hears of nothing for so long, then of everything', async () => {
    for (const status of [429, 503]) {
      const path = `/${status}`;
      const ws = await openTold(path);
      receiver.behave(path, { status, headers: { 'retry-after': '1800' } }, { status: 200 });
      const [first] = await sendSome(ws, 1);
      const [delivery] = await until('it was noted', async () => {
        const log = await ws.log();
        return (log[0]?.attempts.length ?? 0) > 0 ? log : null;
      });
      expect(Date.parse(delivery?.nextAttemptAt ?? '') - clock.now()).toBeGreaterThan(1_700_000);
      await sendSome(ws, 3);
      expect(receiver.at(path)).toHaveLength(1);
      await leapToTheEnd(ws);
      expect((await ws.log()).map((each) => each.status)).toEqual(Array(8).fill('delivered'));
      expectOrder(receiver.at(path), first ?? '');
    }
  });

  test('that sends elsewhere by 301 is not followed; that counts as a failure', async () => {
    const ws = await openTold('/301', { events: ['message.sent'] });
    receiver.behave(
      '/301',
      { status: 301, headers: { location: `${receiver.url}/elsewhere` } },
      { status: 200 },
    );
    await sendSome(ws, 1);
    await leapToTheEnd(ws);
    expect(receiver.at('/elsewhere')).toEqual([]);
    const [delivery] = await ws.log();
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: [
        { statusCode: 301, error: 'HTTP 301: Moved Permanently' },
        { statusCode: 200, error: null },
      ],
    });
  });

  test('that breaks off, or hangs up, is told again under the same id; later events of the message wait', async () => {
    for (const behaviour of ['breaks_off', 'hangs_up'] as const) {
      const path = `/${behaviour}`;
      const ws = await openTold(path);
      receiver.behave(path, behaviour, { status: 200 });
      const [id] = await sendSome(ws, 1);
      await until(
        'the first attempt is noted',
        async () => (await webhook(ws, ws.hook.id)).failureCount === 1,
      );
      const [other] = await sendSome(ws, 1);
      await until('the other message is told of', () =>
        receiver.at(path, 'message.delivered').some(({ envelope }) => envelope.messageId === other),
      );
      expect(receiver.at(path).filter(({ envelope }) => envelope.messageId === id)).toHaveLength(1);
      await leapToTheEnd(ws);
      const mine = receiver.at(path).filter(({ envelope }) => envelope.messageId === id);
      expect(mine.map(({ envelope }) => envelope.event)).toEqual([
        'message.sent',
        'message.sent',
        'message.delivered',
      ]);
      expect(mine[0]?.headers['webhook-id']).toBe(mine[1]?.headers['webhook-id']);
      expect(mine[0]?.body.equals(mine[1]?.body ?? Buffer.of())).toBe(true);
    }
  });
});

describe('dispatchers', () => {
  test('that are two tell of each event once', async () => {
    const second = await openApp(beside());
    const ws = await openTold('/two');
    const ids = await sendSome(ws, 60);
    await until('all is told', async () => {
      const log = await ws.log();
      return log.length === 2 * ids.length && log.every(({ status }) => status === 'delivered');
    });
    expect(receiver.at('/two')).toHaveLength(2 * ids.length);
    for (const id of ids) expectOrder(receiver.at('/two'), id);
    await second.close();
  });

  test('one that dies between a request and its note leaves it to another: the same id again, never lost', async () => {
    const owner = await openApp({ config: { allowPrivateHosts: true }, clock, dispatches: false });
    const nobodyGoesOn = new Promise<void>(() => {});
    const dying = await openApp({
      ...beside(owner),
      checkpoint: (label) => (label === 'webhook.posted' ? nobodyGoesOn : undefined),
    });
    const ws = await openWorkspace(owner);
    const { id } = await addWebhook(ws, `${receiver.url}/killed`, { events: ['message.sent'] });
    await sendSome(ws, 1);
    await until('the request was made', () => receiver.at('/killed').length === 1);
    await dying.close();
    expect(await deliveries(ws, id)).toMatchObject([{ status: 'pending', attempt: 1, attempts: [] }]);
    const heir = await openApp(beside(owner));
    clock.leap(61_000);
    await until('it is noted', async () => (await deliveries(ws, id))[0]?.status === 'delivered');
    const [first, again] = receiver.at('/killed');
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(receiver.at('/killed')).toHaveLength(2);
    await heir.close();
    await owner.close();
  });

  /** Another application on the same database. */
  function beside({ databaseUrl, key } = app) {
    return { config: { allowPrivateHosts: true }, clock, databaseUrl, key };
  }
});
