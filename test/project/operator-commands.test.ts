/** What an operator types beside a running server: billing (D36), keys (D34) and people (D35). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { codeOf, openBrowser, openMember, openOwner, PASSWORD, signInAt, tokenIn } from '../people.ts';
import { runToEnd } from '../program.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace } from '../workspaces.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const run = (...args: string[]) => runToEnd(args, { DATABASE_URL: app.databaseUrl });

test('billing makes a workspace read-only, and lets it write again', async () => {
  const ws = await openWorkspace(app);
  const send = async () => (await ws.send({ message: 'Hi', recipientPhone: newPhone() })).status;
  expect(await run('billing', ws.workspaceId, 'past_due')).toMatchObject({
    code: 0,
    stdout: `${ws.workspaceId} is past_due: it can be read, but not written to.\n`,
  });
  await until('it is refused', async () => (await send()) === 402);
  expect((await run('billing', ws.workspaceId, 'active')).code).toBe(0);
  await until('it is taken', async () => (await send()) === 201);
});

test('keys are listed, made and removed', async () => {
  const ws = await openWorkspace(app);
  const made = await run('keys', 'add', ws.workspaceId, 'Rescue');
  const [key = ''] = made.stdout.split('\n');
  const client = openClient(app.url, key);
  expect((await client.call('GET', '/api/lines')).status).toBe(200);
  const listed = await run('keys', 'list', ws.workspaceId);
  expect(listed.stdout).toContain('Rescue');
  expect(listed.stdout).not.toContain(key);
  const id = /^(\w{24}) .*Rescue/m.exec(listed.stdout)?.[1] ?? '';
  expect((await run('keys', 'remove', ws.workspaceId, id)).code).toBe(0);
  await until('it opens nothing', async () => (await client.call('GET', '/api/lines')).status === 401);
});

test('whoever lost the owner of a workspace makes another by a link', async () => {
  const ws = await openWorkspace(app);
  const owner = await openOwner(app, ws);
  const listed = await run('people', 'list', ws.workspaceId);
  expect(listed.stdout).toContain(`owner   ${owner.email}  Olga`);
  const { stdout } = await run('people', 'setup-link', ws.workspaceId);
  const [link = ''] = stdout.split('\n');
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8080\/setup\?token=/);
  const body = { token: tokenIn(link), name: 'Ada', email: 'rescue@example.com', password: PASSWORD };
  expect((await openBrowser(app.url).call('POST', '/api/setup', body)).status).toBe(201);
});

test('whoever lost password and telephone gets a new password; sessions and codes end', async () => {
  const owner = await openOwner(app, await openWorkspace(app));
  const person = await openMember(app, owner, 'member');
  const begun = await person.call<{ uri: string }>('POST', '/auth/codes/begin', { password: PASSWORD });
  await person.call('POST', '/auth/code', { code: codeOf(begun.body.uri, Date.now()) });
  const { stdout } = await run('people', 'new-password', person.email.toUpperCase());
  const [password = ''] = stdout.split('\n');
  await until('the session has ended', async () => (await person.call('GET', '/api/me')).status === 401);
  expect((await signInAt(app, person.email)).status).toBe(401);
  const { status, body } = await signInAt(app, person.email, password);
  expect([status, body.codeNeeded]).toEqual([200, false]);
});

test.each([
  [['billing'], 2],
  [['billing', 'org_1', 'paid'], 2],
  [['billing', 'org_none', 'active'], 1],
  [['keys', 'toString', 'org_1'], 2],
  [['keys', 'add', 'org_1'], 2],
  [['keys', 'list', 'org_none'], 1],
  [['people', 'toString', 'org_1'], 2],
  [['people', 'list'], 2],
  [['people', 'list', 'org_none'], 1],
  [['people', 'setup-link', 'org_none'], 1],
  [['people', 'new-password', 'nobody@example.com'], 1],
])('%j ends with %i and a sentence', async (args, code) => {
  const ended = await run(...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toMatch(/^[^\n]+\.\n/);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});
