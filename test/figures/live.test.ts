/** `GET /api/live`: what is heard, by whom, and how it ends. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { NewApiKeyAnswer } from '../../src/contract/access/api-keys.ts';
import { type Ear, listen } from '../event-source.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openOwner } from '../people.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

async function hear({ key }: { key: string }, headers: Record<string, string> = {}, at = app): Promise<Ear> {
  const ear = await listen(at.url, { authorization: `Bearer ${key}`, ...headers });
  onTestFinished(() => ear.hangUp());
  return ear;
}

test('what happens is heard within a moment: counts, and what to ask again', async () => {
  const workspace = await openWorkspace(app);
  const ear = await hear(workspace);
  expect(ear.status).toBe(200);
  await ear.now('nothing was sent yet', ({ counts }) => counts.sent === 0);
  await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
  await ear.now('one was delivered', ({ counts }) => counts.sent === 1 && counts.delivered === 1);
  await Promise.all([ear.topic('messages'), ear.topic('conversations'), ear.topic('lines')]);
  await workspace.call('POST', '/api/campaigns', { name: 'Spring', steps: [{ message: 'Hi' }] });
  await ear.topic('campaigns');
  await workspace.call('POST', '/api/lists', { name: 'Friends' });
  await ear.topic('leads');
  const hook = { url: 'https://receiver.invalid/', events: ['message.reply'], name: 'CRM' };
  await workspace.call('POST', '/api/webhooks', hook);
  await ear.topic('webhooks');
});

test('what one reads, or marks as unread, is told to all who listen', async () => {
  const workspace = await openWorkspace(app);
  const scheduledDate = new Date(app.deps.clock.now() + 3_600_000).toISOString();
  const recipientPhone = newPhone();
  const { leadId } = await accept(workspace, { message: 'Later', recipientPhone, scheduledDate });
  await receiveInbound(app.deps, {
    workspaceId: workspace.workspaceId,
    lineId: workspace.lines[0]?._id ?? '',
    address: recipientPhone,
    message: 'Already?',
    externalMessageId: app.deps.ids(),
  });
  for (const mark of ['read', 'unread']) {
    const ear = await hear(workspace);
    await ear.now('a reply is there', ({ counts }) => counts.replies === 1);
    const { status } = await workspace.call('POST', `/api/conversations/${leadId}/${mark}`, {});
    expect(status).toBe(200);
    await ear.topic('conversations');
    ear.hangUp();
  }
});

test('nothing is told twice: while nothing changes there is nothing to hear', async () => {
  const workspace = await openWorkspace(app, { lines: [] });
  const ear = await hear(workspace);
  await ear.now('it is there', () => true);
  const other = await openWorkspace(app);
  const louder = await hear(other);
  await other.send({ message: 'Hi', recipientPhone: newPhone() });
  await louder.now('the other sent', ({ counts }) => counts.sent === 1);
  // Only the series may have begun another minute meanwhile.
  expect(ear.heard.length).toBeLessThanOrEqual(2);
});

test('a foreign workspace hears nothing of it', async () => {
  const [own, stranger] = await Promise.all([openWorkspace(app), openWorkspace(app)]);
  const [ear, foreign] = await Promise.all([hear(own), hear(stranger)]);
  await stranger.send({ message: 'Xanadu', recipientPhone: newPhone() });
  await foreign.now('its own was sent', ({ counts }) => counts.sent === 1);
  await own.send({ message: 'Hi', recipientPhone: newPhone() });
  await ear.now('one of its own was sent, and no other', ({ counts }) => counts.sent === 1);
  for (const { lines } of [stranger]) for (const { _id } of lines) expect(ear.text()).not.toContain(_id);
});

test('no proxy keeps or packs it, and a browser is told when to come back', async () => {
  const ear = await hear(await openWorkspace(app), { 'accept-encoding': 'gzip, br' });
  expect(ear.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(ear.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(ear.headers.get('x-accel-buffering')).toBe('no');
  expect(ear.headers.get('content-encoding')).toBeNull();
  await ear.now('it is there', () => true);
  expect(ear.text().startsWith('retry: 2000\n\n')).toBe(true);
});

test('who comes back hears what is now, and is told to ask for everything again', async () => {
  const workspace = await openWorkspace(app);
  const ear = await hear(workspace);
  await ear.now('it is there', () => true);
  ear.hangUp();
  await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
  const id = ear.heard.at(-1)?.id ?? '';
  const again = await hear(workspace, { 'last-event-id': id });
  await again.now('what it missed', ({ counts }) => counts.sent === 1);
  for (const topic of ['messages', 'leads', 'webhooks'] as const) await again.topic(topic);
});

test('a key that is removed hears nothing more', async () => {
  const workspace = await openWorkspace(app);
  const made = await workspace.call<NewApiKeyAnswer>('POST', '/api/api-keys', {
    name: 'Ear',
    scopes: ['read'],
  });
  const { key, apiKey } = made.body;
  const [ear, kept] = await Promise.all([hear({ key }), hear(workspace)]);
  await ear.now('it is there', () => true);
  await workspace.call('DELETE', `/api/api-keys/${apiKey._id}`);
  await until('its stream has ended', ear.hasEnded);
  expect(kept.hasEnded()).toBe(false);
  expect((await hear({ key })).status).toBe(401);
});

test('a person hears the workspace that is asked for, until signed out', async () => {
  const workspace = await openWorkspace(app);
  const owner = await openOwner(app, workspace);
  const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const ear = await listen(app.url, { cookie }, `?workspace=${workspace.workspaceId}`);
  const other = await openWorkspace(app);
  const foreign = await listen(app.url, { cookie }, `?workspace=${other.workspaceId}`);
  onTestFinished(() => ear.hangUp());
  await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
  await ear.now('one was sent', ({ counts }) => counts.sent === 1);
  expect(foreign.status).toBeGreaterThanOrEqual(400);
  expect((await owner.call('POST', '/auth/sign-out', {})).status).toBe(200);
  await until('its stream has ended', ear.hasEnded);
});

test('one key has twenty ears, and no more until one of them closes', async () => {
  const workspace = await openWorkspace(app);
  const ears = await Promise.all(Array.from({ length: 20 }, () => hear(workspace)));
  expect(ears.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const refused = await workspace.call('GET', '/api/live');
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({ code: 'TOO_MANY_STREAMS' });
  expect(refused.headers.get('retry-after')).toBe('10');
  ears[0]?.hangUp();
  await until('there is a place again', async () => (await hear(workspace)).status === 200);
});

test('who reads nothing keeps nobody else from hearing, and costs no memory', async () => {
  const workspace = await openWorkspace(app, { lines: Array.from({ length: 60 }, () => ({})) });
  const { port } = new URL(app.url);
  const deaf = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void deaf.destroy());
  deaf.pause();
  deaf.write(`GET /api/live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${workspace.key}\r\n\r\n`);
  const ear = await hear(workspace);
  for (let n = 1; n <= 5; n += 1) {
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    await ear.now(`${n} were sent`, ({ counts }) => counts.sent === n);
  }
});

test('a server that stops ends it at once, and another one goes on', async () => {
  const first = await openApp();
  const second = await openApp({ databaseUrl: first.databaseUrl, key: first.key, dispatches: false });
  onTestFinished(async () => {
    await second.close();
    await first.close().catch(() => {});
  });
  const ear = await hear(first, {}, second);
  await ear.now('it is there', () => true);
  const since = performance.now();
  await second.server?.close();
  await until('the stream has ended', ear.hasEnded);
  expect(performance.now() - since).toBeLessThan(1_000);
  const again = await hear(first, { 'last-event-id': 'x' }, first);
  await again.now('it goes on', () => true);
});

test('HEAD is answered, and listens to nothing', async () => {
  const workspace: Workspace = await openWorkspace(app);
  const answer = await fetch(`${app.url}/api/live`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${workspace.key}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
});
