/** One receiver that does everything wrong, one after the other, while messages go out; and a good one beside it. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Behaviour,
  openWebhookReceiver,
  type Received,
  type WebhookReceiver,
} from '../fakes/webhook-receiver/receiver.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries, leapToNextAttempt, webhook } from '../webhooks.ts';
import { newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

const HOUR_MS = 3_600_000;
const MESSAGES = 8;
const EVENTS = ['message.sent', 'message.delivered'];
const SLOW: Behaviour = { status: 200, afterMs: 200 };
const STORM: readonly Behaviour[] = [
  SLOW,
  'hangs_up',
  'breaks_off',
  { status: 429, headers: { 'retry-after': '90' } },
  SLOW,
  { status: 301, headers: { location: 'https://elsewhere.invalid/' } },
  { status: 500 },
  { status: 503, headers: { 'retry-after': '10' } },
  SLOW,
  { status: 404 },
];
const clock = leapingClock();

let app: TestApp;
let receiver: WebhookReceiver;
let ws: Workspace;

beforeAll(async () => {
  receiver = await openWebhookReceiver();
  app = await openApp({ config: { allowPrivateHosts: true }, clock });
  ws = await openWorkspace(app);
});
afterAll(async () => {
  await app.close();
  await receiver.close();
});

async function sendSome(): Promise<string[]> {
  const sends = Array.from({ length: MESSAGES }, () =>
    ws.send({ message: 'Grüße 👋', recipientPhone: newPhone() }),
  );
  const ids = (await Promise.all(sends)).map(({ body }) => body.message._id);
  for (const id of ids) await ws.reaches(id, 'delivered');
  return ids;
}

test('every event arrives, or stands in the log as exhausted; each message keeps its order, each request both signatures; a replay brings the rest', async () => {
  const calm = await addWebhook(ws, `${receiver.url}/calm`, { events: EVENTS });
  const storm = await addWebhook(ws, `${receiver.url}/storm`, { events: EVENTS });
  const leap = () => leapToNextAttempt(app, clock, ws.workspaceId, storm.id);
  const log = () => deliveries(ws, storm.id);

  // A little of everything, then dead for three days, then slow.
  receiver.behave('/storm', ...STORM, 'hangs_up');
  const first = await sendSome();
  await until('the good one was told at once', () => receiver.at('/calm').length === 2 * MESSAGES);
  const bornAt = clock.now();
  while (clock.now() < bornAt + 72 * HOUR_MS && (await leap()));
  expect(clock.now()).toBeGreaterThan(bornAt + 60 * HOUR_MS);
  receiver.behave('/storm', SLOW);
  while (await leap());

  // 410: it is gone, and what waits for it has nowhere to go.
  receiver.behave('/storm', SLOW, { status: 500 }, { status: 410 });
  const second = await sendSome();
  while (await leap());
  expect(await webhook(ws, storm.id)).toMatchObject({ isActive: false, disabledReason: 'gone' });
  await until('the good one heard all of it', () => receiver.at('/calm').length === 4 * MESSAGES);

  // What was written in the very moment of the switch is given up within the hour.
  clock.leap(HOUR_MS + 1);
  await until('nothing waits for it any more', async () =>
    (await log()).every(({ status }) => status !== 'pending'),
  );
  const ended = await log();
  const told = ended.filter(({ status }) => status === 'delivered');
  const untold = ended.filter(({ status }) => status === 'exhausted');
  expect(told.length + untold.length).toBe(ended.length);
  expect(Math.min(told.length, untold.length)).toBeGreaterThan(0);
  for (const { attempts } of told) expect(attempts.at(-1)).toMatchObject({ statusCode: 200, error: null });
  for (const { attempts } of untold)
    expect(attempts.every(({ error }) => error !== null) || attempts.length === 0).toBe(true);
  // What happens while a webhook is off waits for nobody, until it is asked for.
  for (const id of first) expect(ended.filter(({ messageId }) => messageId === id)).toHaveLength(2);
  for (const id of [...first, ...second]) {
    const ids = receiver.at('/storm').flatMap((each) => (isOf(each, id) ? [idOf(each)] : []));
    expect(ids).toEqual(ids.toSorted());
  }

  // Mended, and asked for what it missed.
  receiver.behave('/storm', { status: 200 });
  await ws.call('PATCH', `/api/webhooks/${storm.id}`, { isActive: true });
  const replay = { since: ended[0]?.createdAt, undeliveredOnly: true };
  await ws.call('POST', `/api/webhooks/${storm.id}/replay`, replay);
  await until('nothing is missing', async () => {
    const all = await log();
    return all.length === 4 * MESSAGES && all.every(({ status }) => status === 'delivered');
  });
  const arrived = new Set(receiver.at('/storm').map(idOf));
  expect(arrived).toEqual(new Set(receiver.at('/calm').map(idOf)));

  for (const request of receiver.at('/storm')) expectBothSignatures(request, storm.secret);
  for (const request of receiver.at('/calm')) expectBothSignatures(request, calm.secret);
});

function idOf({ headers }: Received): string {
  return String(headers['webhook-id']);
}

function isOf({ envelope }: Received, messageId: string): boolean {
  return envelope.messageId === messageId;
}

/** The official package, but for the age: of requests that came in another week. */
function expectBothSignatures({ headers, body }: Received, secret: string): void {
  const text = body.toString('utf8');
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  expect(headers['webhook-signature']).toBe(
    new Webhook(secret).sign(String(headers['webhook-id']), at, text),
  );
  expect(headers['x-tuco-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));
}
