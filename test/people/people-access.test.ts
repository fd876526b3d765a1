/** Who comes in, who may do what, and that nobody else does (D35). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import { makeSetupToken } from '../../src/actions/people/join.ts';
import type { AuditLogAnswer } from '../../src/contract/access/audit-log.ts';
import type { SendAnswer } from '../../src/contract/messages/messages.ts';
import type {
  InvitationShown,
  MembersAnswer,
  NewInvitationAnswer,
} from '../../src/contract/people/people.ts';
import { SCOPES_OF_ROLE } from '../../src/domain/words.ts';
import { routes } from '../../src/http/routes.ts';
import { openApp, type TestApp } from '../harness.ts';
import {
  type Browser,
  newAddress,
  openBrowser,
  openMember,
  openOwner,
  PASSWORD,
  type Person,
  signInAt,
  tokenIn,
} from '../people.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
let owner: Person;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app);
  owner = await openOwner(app, ws);
});
afterAll(() => app.close());

const invite = (by: Pick<Browser, 'call'>, email: string, role = 'member') =>
  by.call<NewInvitationAnswer & { code?: string }>('POST', '/api/invitations', { email, role });

const accept = (browser: Browser, token: string, rest: object = { name: 'Grace', password: PASSWORD }) =>
  browser.call('POST', '/api/invitations/accept', { token, ...rest });

describe('the set-up link', () => {
  const setUp = (token: string | null, email = newAddress('first'), browser = openBrowser(app.url)) =>
    browser.call('POST', '/api/setup', { token, name: 'Ada', email, password: PASSWORD });

  test('makes an owner once; of many who bring it at once, one', async () => {
    const { workspaceId } = await openWorkspace(app);
    const token = await makeSetupToken(app.deps, workspaceId);
    const answers = await Promise.all(Array.from({ length: 6 }, () => setUp(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404, 404, 404]);
    expect((await setUp(token)).body.code).toBe('SETUP_LINK_INVALID');
    const members = await read(app, 'SELECT role FROM memberships WHERE workspace_id = $1', [workspaceId]);
    expect(members).toEqual([{ role: 'owner' }]);
  });

  test('of a former start is good until somebody used one, and no start makes one from then on', async () => {
    const { workspaceId } = await openWorkspace(app);
    const former = await makeSetupToken(app.deps, workspaceId);
    const latter = await makeSetupToken(app.deps, workspaceId);
    expect((await setUp(former)).status).toBe(201);
    expect((await setUp(latter)).status).toBe(404);
    expect(await makeSetupToken(app.deps, workspaceId)).toBe(null);
    // An operator whose owner is lost can have one all the same.
    const recovered = await makeSetupToken(app.deps, workspaceId, true);
    expect((await setUp(recovered)).status).toBe(201);
  });

  test('runs out after a day; wrong, empty and absent ones are none', async () => {
    const { workspaceId } = await openWorkspace(app);
    const token = await makeSetupToken(app.deps, workspaceId);
    await read(app, "UPDATE setup_links SET expires_at = now() - interval '1 second'");
    for (const each of [token, 'x', '', null])
      expect((await setUp(each)).body.code).toBe('SETUP_LINK_INVALID');
  });

  test('is no way into an account that exists: its owner signs in first, and may then use it', async () => {
    const { workspaceId } = await openWorkspace(app);
    const token = await makeSetupToken(app.deps, workspaceId);
    expect((await setUp(token, owner.email)).body.code).toBe('SIGN_IN_FIRST');
    // Nor for somebody else who is signed in.
    const member = await openMember(app, owner, 'member');
    expect((await setUp(token, owner.email, member)).body.code).toBe('SIGN_IN_FIRST');
    const { browser } = await signInAt(app, owner.email);
    expect((await setUp(token, owner.email, browser)).status).toBe(201);
    const me = await browser.call('GET', '/api/me', undefined, { 'x-workspace-id': workspaceId });
    expect(me.body).toMatchObject({ role: 'owner', workspace: { id: workspaceId } });
  });

  test('no token stands in the database; whether one is needed is told to everybody', async () => {
    const { workspaceId } = await openWorkspace(app);
    const token = (await makeSetupToken(app.deps, workspaceId)) ?? '-';
    const rows = await read<{ hash: string }>(
      app,
      "SELECT encode(token_hash, 'escape') AS hash FROM setup_links",
    );
    expect(JSON.stringify(rows)).not.toContain(token);
    expect((await openBrowser(app.url).call('GET', '/api/setup')).body).toEqual({ needed: false });
    const fresh = await openApp({ dispatches: false });
    expect((await openBrowser(fresh.url).call('GET', '/api/setup')).body).toEqual({ needed: true });
    await fresh.close();
  });
});

describe('an invitation', () => {
  test('shows what it is for, makes a member once, and is gone', async () => {
    const email = newAddress('grace');
    const { body } = await invite(owner, ` ${email.toUpperCase()} `, 'viewer');
    expect(body.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\?token=[\w-]{43}$/);
    const token = tokenIn(body.link);
    const browser = openBrowser(app.url);
    const shown = await browser.call<InvitationShown>('POST', '/api/invitations/look', { token });
    expect(shown.body).toMatchObject({
      workspaceName: 'Test',
      email,
      role: 'viewer',
      invitedBy: 'Olga',
      hasAccount: false,
    });
    const answers = await Promise.all([1, 2, 3].map(() => accept(openBrowser(app.url), token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404]);
    expect((await browser.call('POST', '/api/invitations/look', { token })).body.code).toBe(
      'INVITATION_INVALID',
    );
    const open = await owner.call('GET', '/api/invitations');
    expect(JSON.stringify(open.body)).not.toContain(email);
  });

  test('runs out after seven days, ends when it is withdrawn, and when another takes its place', async () => {
    const email = newAddress('grace');
    const first = tokenIn((await invite(owner, email)).body.link);
    const second = await invite(owner, email);
    expect((await accept(openBrowser(app.url), first)).status).toBe(404);
    const { _id } = second.body.invitation;
    expect((await owner.call('DELETE', `/api/invitations/${_id}`)).status).toBe(200);
    expect((await owner.call('DELETE', `/api/invitations/${_id}`)).body.code).toBe('INVITATION_NOT_FOUND');
    expect((await accept(openBrowser(app.url), tokenIn(second.body.link))).status).toBe(404);
    const third = await invite(owner, email);
    await read(app, "UPDATE invitations SET expires_at = now() - interval '1 second' WHERE email = $1", [
      email,
    ]);
    expect((await accept(openBrowser(app.url), tokenIn(third.body.link))).status).toBe(404);
  });

  test('of somebody who has an account takes that person, signed in, and asks for nothing else', async () => {
    const other = await openWorkspace(app);
    const { body } = await invite(other, owner.email, 'admin');
    const token = tokenIn(body.link);
    const shown = await openBrowser(app.url).call('POST', '/api/invitations/look', { token });
    expect(shown.body).toMatchObject({ hasAccount: true, invitedBy: 'Test' });
    const stranger = openBrowser(app.url);
    expect((await accept(stranger, token)).body.code).toBe('SIGN_IN_FIRST');
    expect((await accept(stranger, token, {})).body.code).toBe('SIGN_IN_FIRST');
    const { browser } = await signInAt(app, owner.email);
    expect((await accept(browser, token, {})).status).toBe(201);
    const me = await browser.call('GET', '/api/me', undefined, { 'x-workspace-id': other.workspaceId });
    expect(me.body).toMatchObject({ role: 'admin' });
    // Without a word, the workspace of before.
    expect((await browser.call('GET', '/api/me')).body).toMatchObject({ workspace: { id: ws.workspaceId } });
  });

  test('of nobody yet needs name and password, and of a member makes none', async () => {
    const { body } = await invite(owner, newAddress('grace'));
    const browser = openBrowser(app.url);
    expect((await accept(browser, tokenIn(body.link), {})).body.code).toBe('ACCOUNT_REQUIRED');
    const short = { name: 'Grace', password: 'too short' };
    expect((await accept(browser, tokenIn(body.link), short)).body).toMatchObject({ param: 'password' });
    expect((await accept(browser, tokenIn(body.link))).status).toBe(201);
    expect((await invite(owner, owner.email)).body.code).toBe('ALREADY_A_MEMBER');
  });
});

describe('a role', () => {
  const ID = '0199c2f07a3b00010c9b2d4e';

  test('allows every call of its scopes and no other: all of them are tried', async () => {
    for (const role of ['viewer', 'member', 'admin', 'owner'] as const) {
      const team = await openWorkspace(app);
      const first = await openOwner(app, team);
      const person = role === 'owner' ? first : await openMember(app, first, role);
      // What would end the walk comes last.
      for (const { method, path, scope, door } of routes) {
        if (scope === null || door !== undefined || path === '/api/members/{personId}') continue;
        const url = path.replaceAll(/\{\w+\}/g, ID);
        const response = await fetch(`${app.url}${url}`, {
          method,
          headers: {
            origin: app.url,
            cookie: [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            'content-type': 'application/json',
          },
          // Nothing in it: whoever may, is told what is missing.
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
        const mayDo = SCOPES_OF_ROLE[role].includes(scope);
        expect(response.status === 403, `${role}: ${method} ${path} ${response.status}`).toBe(!mayDo);
        await response.body?.cancel();
      }
    }
  });

  test('of a viewer: nothing is changed, and the refusal names role and scope', async () => {
    const viewer = await openMember(app, owner, 'viewer');
    for (const { method, path, scope, door } of routes) {
      if (method === 'GET' || scope === null || scope === 'read' || door !== undefined) continue;
      const refused = await viewer.call(method, path.replaceAll(/\{\w+\}/g, ID), {});
      expect([refused.status, refused.body.code, refused.body.reason], path).toEqual([
        403,
        'FORBIDDEN',
        scope,
      ]);
      expect(refused.body.error).toContain('viewer');
    }
    expect((await viewer.call('GET', '/api/members')).status).toBe(200);
  });

  test('changes, and ends, within a second and at every process', async () => {
    const person = await openMember(app, owner, 'admin');
    const other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    const there = openBrowser(other.url);
    for (const [name, value] of person.cookies) there.cookies.set(name, value);
    const write = () => there.call('POST', '/api/lists', { name: 'Again' });
    expect((await write()).status).toBe(201);
    await owner.call('PATCH', `/api/members/${person.id}`, { role: 'viewer' });
    await until('a viewer writes no more', async () => (await write()).status === 403);
    expect((await there.call('GET', '/api/lists')).status).toBe(200);
    await owner.call('DELETE', `/api/members/${person.id}`);
    await until(
      'whoever is removed reads no more',
      async () => (await there.call('GET', '/api/lists')).status === 401,
    );
    // With the password, too, nothing is open.
    const { browser } = await signInAt(app, person.email);
    expect((await browser.call('GET', '/api/me')).body.code).toBe('NOT_A_MEMBER');
    await other.close();
  });

  test('of owners is made and taken by owners alone, and the last one stays', async () => {
    const team = await openWorkspace(app);
    const first = await openOwner(app, team);
    const admin = await openMember(app, first, 'admin');
    const patch = (by: Pick<Browser, 'call'>, id: string, role: string) =>
      by.call('PATCH', `/api/members/${id}`, { role });
    for (const by of [admin, team]) {
      expect((await patch(by, admin.id, 'owner')).body.code).toBe('OWNERS_ONLY');
      expect((await patch(by, first.id, 'viewer')).body.code).toBe('OWNERS_ONLY');
      expect((await by.call('DELETE', `/api/members/${first.id}`)).body.code).toBe('OWNERS_ONLY');
      expect((await invite(by, newAddress('x'), 'owner')).body.code).toBe('OWNERS_ONLY');
    }
    expect((await patch(first, first.id, 'admin')).body.code).toBe('LAST_OWNER');
    expect((await first.call('DELETE', `/api/members/${first.id}`)).body.code).toBe('LAST_OWNER');
    expect((await patch(first, admin.id, 'owner')).status).toBe(200);
    // Of two who take it from each other at once, one keeps it.
    const answers = await Promise.all([patch(first, admin.id, 'member'), patch(admin, first.id, 'member')]);
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    const { members } = (await first.call<MembersAnswer>('GET', '/api/members')).body;
    expect(members.filter(({ role }) => role === 'owner').length).toBe(1);
  });
});

describe('a stream that is open', () => {
  test('ends for whoever is removed, also one who goes on in another workspace', async () => {
    const first = await openWorkspace(app);
    const boss = await openOwner(app, first);
    const person = await openMember(app, boss, 'viewer');
    const { body } = await invite(owner, person.email, 'viewer');
    expect((await accept(person, tokenIn(body.link), {})).status).toBe(201);
    const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const stream = await fetch(`${app.url}/api/live`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    await boss.call('DELETE', `/api/members/${person.id}`);
    // All of it, to its end.
    expect(await stream.text()).toContain('event: now');
    expect((await person.call('GET', '/api/me')).body).toMatchObject({ workspace: { id: ws.workspaceId } });
  });
});

describe('another workspace', () => {
  test('is closed to whoever does not belong to it, asked for by header or by address', async () => {
    const { workspaceId } = await openWorkspace(app);
    for (const id of [workspaceId, 'org_nothing']) {
      const headers = { 'x-workspace-id': id };
      const answers = [
        await owner.call('GET', '/api/me', undefined, headers),
        await owner.call('GET', `/api/lines?workspace=${id}`),
        await owner.call('POST', '/api/lists', { name: 'Foreign' }, headers),
      ];
      for (const { status, body } of answers) expect([status, body.code]).toEqual([403, 'NOT_A_MEMBER']);
    }
    // A write takes the header alone, so that a link that is followed can't say where to write.
    await owner.call('POST', `/api/lists?workspace=${workspaceId}`, { name: 'Here' });
    expect(await read(app, 'SELECT 1 FROM lists WHERE workspace_id = $1', [workspaceId])).toEqual([]);
    const here = { 'x-workspace-id': ws.workspaceId };
    expect((await owner.call('GET', '/api/me', undefined, here)).status).toBe(200);
  });

  test('has members and invitations of its own', async () => {
    const other = await openWorkspace(app);
    const stranger = await openOwner(app, other);
    const invited = await invite(stranger, newAddress('x'));
    const { _id } = invited.body.invitation;
    expect((await owner.call('DELETE', `/api/invitations/${_id}`)).status).toBe(404);
    expect((await owner.call('PATCH', `/api/members/${stranger.id}`, { role: 'viewer' })).status).toBe(404);
    expect((await owner.call('DELETE', `/api/members/${stranger.id}`)).status).toBe(404);
  });
});

test('what a person does stands under that name, in the log and on messages', async () => {
  const person = await openMember(app, owner, 'admin', 'Grace');
  await person.call('POST', '/api/lists', { name: 'By Grace' });
  const { entries } = (await owner.call<AuditLogAnswer>('GET', '/api/audit-log?entity=list&limit=1')).body;
  expect(entries).toMatchObject([
    { personId: person.id, personName: 'Grace', apiKeyId: '', apiKeyName: null, route: 'POST /api/lists' },
  ]);
  const sent = await person.call('POST', '/api/messages', { message: 'Hi', recipientPhone: newPhone() });
  expect(sent.body).toMatchObject({ message: { createdByUserId: person.id } });
  const byKey = await ws.call('POST', '/api/messages', { message: 'Hi', recipientPhone: newPhone() });
  expect(byKey.body).toMatchObject({ message: { createdByUserId: null } });
  const figures = await owner.call('GET', `/api/analytics?userId=${person.id}`);
  expect(figures.status).toBe(200);
  const [row] = await read(app, 'SELECT count(*)::int AS n FROM messages WHERE created_by_user_id = $1', [
    person.id,
  ]);
  expect(row).toEqual({ n: 1 });
});

test('contacts that name no owner are the first member’s, of those who are there', async () => {
  const team = await openWorkspace(app);
  const ownerOfNext = async () => {
    const { body } = await team.call('POST', '/api/messages', { message: 'Hi', recipientPhone: newPhone() });
    return (body as unknown as SendAnswer).message.contactOwnerEmail;
  };
  expect(await ownerOfNext()).toBeNull();
  const first = await openOwner(app, team);
  const second = await openMember(app, first, 'owner', 'Second');
  expect(await ownerOfNext()).toBe(first.email);
  const lineId = team.lines[0]?._id ?? '';
  const stranger = { workspaceId: team.workspaceId, lineId, address: newPhone(), message: 'Hi' };
  await receiveInbound(app.deps, { ...stranger, externalMessageId: null });
  const { body } = await team.call('GET', '/api/leads?limit=1');
  expect(body).toMatchObject({ leads: [{ phone: stranger.address, contactOwnerEmail: first.email }] });
  await second.call('DELETE', `/api/members/${first.id}`);
  expect(await ownerOfNext()).toBe(second.email);
});

test('a key is told of as a key', async () => {
  expect((await ws.call('GET', '/api/me')).body).toMatchObject({
    person: null,
    role: null,
    scopes: ['send', 'read', 'admin'],
    workspaces: [{ id: ws.workspaceId, name: 'Test', role: null }],
  });
});

test('what is over is forgotten: sessions, links, attempts', async () => {
  const { forgetExpired } = await import('../../src/store/people/sign-in-attempts.ts');
  await invite(owner, newAddress('late'));
  await forgetExpired(app.deps.database, app.deps.clock.now() + 400 * 86_400_000);
  for (const table of ['sessions', 'invitations', 'setup_links', 'sign_in_attempts', 'verifications'])
    expect(await read(app, `SELECT 1 FROM ${table}`), table).toEqual([]);
});
