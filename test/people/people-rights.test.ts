/** Rights that are taken away while somebody still has them in hand: nothing that is given then stays (D35). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSetupToken } from '../../src/actions/people/join.ts';
import type { ApiKeysAnswer, NewApiKeyAnswer } from '../../src/contract/access/api-keys.ts';
import type { AuditLogAnswer } from '../../src/contract/access/audit-log.ts';
import type {
  InvitationsAnswer,
  MembersAnswer,
  NewInvitationAnswer,
} from '../../src/contract/people/people.ts';
import type { Role } from '../../src/domain/words.ts';
import { revokeApiKey } from '../../src/store/access/api-keys.ts';
import type { Sql } from '../../src/store/database.ts';
import { deleteMembership, saveMembership } from '../../src/store/people/people.ts';
import { lockWorkspace } from '../../src/store/workspace/workspaces.ts';
import { type Answer, type Client, openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import {
  type Browser,
  newAddress,
  openBrowser,
  openMember,
  openOwner,
  PASSWORD,
  tokenIn,
} from '../people.ts';
import { until } from '../until.ts';
import { openWorkspace, read } from '../workspaces.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

async function openTeam() {
  const ws = await openWorkspace(app);
  const owner = await openOwner(app, ws);
  const second = await openMember(app, owner, 'owner', 'Second');
  const admin = await openMember(app, owner, 'admin');
  const member = await openMember(app, owner, 'member');
  return { ws, owner, second, admin, member };
}

type Team = Awaited<ReturnType<typeof openTeam>>;

const rolesIn = async ({ ws }: Team) =>
  new Map(
    (
      await read<{ id: string; role: Role }>(
        app,
        'SELECT person_id AS id, role FROM memberships WHERE workspace_id = $1',
        [ws.workspaceId],
      )
    ).map(({ id, role }) => [id, role]),
  );

/** The call was let in, and waits its turn, while `change` happens. */
async function amid<Body>(
  { ws: { workspaceId } }: Team,
  change: (tx: Sql) => Promise<void>,
  call: () => Promise<Answer<Body>>,
): Promise<Answer<Body>> {
  const [answer] = await app.deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const called = call();
    await until('the call waits', async () => {
      const waiting = await read(
        app,
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return waiting.length > 0;
    });
    await change(tx);
    return [called];
  });
  return answer;
}

const invite = (by: Pick<Browser, 'call'>, email: string, role: Role) =>
  by.call<NewInvitationAnswer & { code?: string; reason?: string }>('POST', '/api/invitations', {
    email,
    role,
  });

describe('an owner who becomes an admin while the own call waits', () => {
  const demoted = (team: Team) => (tx: Sql) =>
    saveMembership(tx, team.ws.workspaceId, team.second.id, 'admin', Date.now());

  test('makes no owner, neither of the own person nor of another', async () => {
    const team = await openTeam();
    const { second, member } = team;
    const refused = await amid(team, demoted(team), () =>
      second.call('PATCH', `/api/members/${member.id}`, { role: 'owner' }),
    );
    expect([refused.status, refused.body.code]).toEqual([403, 'OWNERS_ONLY']);
    const self = await second.call('PATCH', `/api/members/${second.id}`, { role: 'owner' });
    expect(self.body.code).toBe('OWNERS_ONLY');
    const roles = await rolesIn(team);
    expect([roles.get(member.id), roles.get(second.id)]).toEqual(['member', 'admin']);
  });

  test('removes no owner', async () => {
    const team = await openTeam();
    const refused = await amid(team, demoted(team), () =>
      team.second.call('DELETE', `/api/members/${team.owner.id}`),
    );
    expect([refused.status, refused.body.code]).toEqual([403, 'OWNERS_ONLY']);
    expect((await rolesIn(team)).get(team.owner.id)).toBe('owner');
  });

  test('invites no owner, but may do what an admin may', async () => {
    const team = await openTeam();
    const refused = await amid(team, demoted(team), () => invite(team.second, newAddress('x'), 'owner'));
    expect([refused.status, refused.body.code]).toEqual([403, 'OWNERS_ONLY']);
    expect((await invite(team.second, newAddress('y'), 'admin')).status).toBe(201);
    const { invitations } = (await team.owner.call<InvitationsAnswer>('GET', '/api/invitations')).body;
    expect(invitations.map(({ role }) => role)).toEqual(['admin']);
  });
});

describe('an admin who may no more, while the own call waits', () => {
  test('and is a member now, makes nobody an admin, and withdraws no invitation', async () => {
    const team = await openTeam();
    const { admin, member, owner, ws } = team;
    const become = (role: Role) => (tx: Sql) =>
      saveMembership(tx, ws.workspaceId, admin.id, role, Date.now());
    const raised = await amid(team, become('member'), () =>
      admin.call('PATCH', `/api/members/${member.id}`, { role: 'admin' }),
    );
    expect([raised.status, raised.body.code, raised.body.reason]).toEqual([403, 'FORBIDDEN', 'admin']);
    expect((await rolesIn(team)).get(member.id)).toBe('member');
    await owner.call('PATCH', `/api/members/${admin.id}`, { role: 'admin' });
    const { body } = await invite(owner, newAddress('x'), 'viewer');
    const { _id } = body.invitation;
    const withdrawn = await amid(team, become('viewer'), () =>
      admin.call('DELETE', `/api/invitations/${_id}`),
    );
    expect([withdrawn.status, withdrawn.body.code]).toEqual([403, 'FORBIDDEN']);
    const open = (await owner.call<InvitationsAnswer>('GET', '/api/invitations')).body.invitations;
    expect(open.map((each) => each._id)).toEqual([_id]);
  });

  test('and is gone, leaves no way back: neither an invitation nor a removal of others', async () => {
    const team = await openTeam();
    const { admin, member, ws } = team;
    const gone = (tx: Sql) => deleteMembership(tx, ws.workspaceId, admin.id);
    const invited = await amid(team, gone, () => invite(admin, admin.email, 'admin'));
    expect([invited.status, invited.body.code]).toEqual([403, 'NOT_A_MEMBER']);
    expect(await read(app, 'SELECT 1 FROM invitations WHERE email = $1', [admin.email])).toEqual([]);
    app.deps.people.sessions.forget();
    expect((await admin.call('DELETE', `/api/members/${member.id}`)).body.code).toBe('NOT_A_MEMBER');
    expect((await rolesIn(team)).has(member.id)).toBe(true);
  });
});

describe('a key of the API', () => {
  const makeKey = (by: Pick<Browser, 'call'>, name: string) =>
    by.call<NewApiKeyAnswer & { code?: string; reason?: string }>('POST', '/api/api-keys', { name });
  const namesIn = async ({ owner }: Team) =>
    (await owner.call<ApiKeysAnswer>('GET', '/api/api-keys')).body.apiKeys.map(({ name }) => name);

  test('is not made, renamed or removed by an admin who became a member while the own call waits', async () => {
    const team = await openTeam();
    const { admin, owner, ws } = team;
    const kept = (await makeKey(owner, 'Kept')).body.apiKey._id;
    const become = (role: Role) => (tx: Sql) =>
      saveMembership(tx, ws.workspaceId, admin.id, role, Date.now());
    for (const call of [
      () => makeKey(admin, 'Way back'),
      () => admin.call('PATCH', `/api/api-keys/${kept}`, { name: 'Mine' }),
      () => admin.call('DELETE', `/api/api-keys/${kept}`),
    ]) {
      await owner.call('PATCH', `/api/members/${admin.id}`, { role: 'admin' });
      const { status, body } = await amid<{ code?: string; reason?: string }>(team, become('member'), call);
      expect([status, body.code, body.reason]).toEqual([403, 'FORBIDDEN', 'admin']);
    }
    expect(await namesIn(team)).toEqual(['Test', 'Kept']);
  });

  test('is not made by an admin who was removed while the own call waits', async () => {
    const team = await openTeam();
    const gone = (tx: Sql) => deleteMembership(tx, team.ws.workspaceId, team.admin.id);
    const refused = await amid(team, gone, () => makeKey(team.admin, 'Way back'));
    expect([refused.status, refused.body.code]).toEqual([403, 'NOT_A_MEMBER']);
    expect(await namesIn(team)).toEqual(['Test']);
  });

  test('that is revoked while its own call waits makes no other key, and invites nobody', async () => {
    const team = await openTeam();
    for (const call of [
      (by: Client) => makeKey(by, 'Way back'),
      (by: Client) => invite(by, newAddress('x'), 'admin'),
    ]) {
      const { body } = await makeKey(team.owner, 'Stolen');
      const revoked = (tx: Sql) =>
        revokeApiKey(tx, team.ws.workspaceId, body.apiKey._id, app.deps.clock.now());
      const refused = await amid<{ code?: string }>(team, revoked, () => call(openClient(app.url, body.key)));
      expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED']);
    }
    expect(await namesIn(team)).toEqual(['Test']);
    expect((await team.owner.call<InvitationsAnswer>('GET', '/api/invitations')).body.invitations).toEqual(
      [],
    );
  });
});

test('of all owners who leave at once, one stays', async () => {
  const team = await openTeam();
  const third = await openMember(app, team.owner, 'owner', 'Third');
  const owners = [team.owner, team.second, third];
  const left = await Promise.all(owners.map((each) => each.call('DELETE', `/api/members/${each.id}`)));
  expect(left.map(({ status }) => status).sort()).toEqual([200, 200, 409]);
  expect(left.find(({ status }) => status === 409)?.body.code).toBe('LAST_OWNER');
  expect([...(await rolesIn(team)).values()].filter((role) => role === 'owner')).toEqual(['owner']);
});

test('a member and a viewer invite nobody, change no role, not even their own, and remove nobody', async () => {
  const team = await openTeam();
  const before = await rolesIn(team);
  for (const role of ['member', 'viewer'] as const) {
    const person = role === 'member' ? team.member : await openMember(app, team.owner, 'viewer');
    before.set(person.id, role);
    for (const answer of [
      await invite(person, newAddress('x'), 'viewer'),
      await person.call('PATCH', `/api/members/${person.id}`, { role: 'admin' }),
      await person.call('PATCH', `/api/members/${team.owner.id}`, { role: 'viewer' }),
      await person.call('DELETE', `/api/members/${team.admin.id}`),
    ])
      expect([answer.status, answer.body.code, answer.body.reason]).toEqual([403, 'FORBIDDEN', 'admin']);
  }
  expect(await rolesIn(team)).toEqual(before);
});

test('a role that is none is refused, and so is one of another case', async () => {
  const team = await openTeam();
  for (const role of ['Owner', 'superuser', '__proto__', '', null, ['owner'], { role: 'owner' }]) {
    const patched = await team.owner.call('PATCH', `/api/members/${team.member.id}`, { role });
    expect([patched.status, patched.body.param], JSON.stringify(role)).toEqual([400, 'role']);
  }
  expect((await rolesIn(team)).get(team.member.id)).toBe('member');
});

describe('an invitation', () => {
  const accept = (token: string, name: string) =>
    openBrowser(app.url).call('POST', '/api/invitations/accept', { token, name, password: PASSWORD });

  test('makes one person, of however many who bring it at once', async () => {
    const team = await openTeam();
    const email = newAddress('many');
    const token = tokenIn((await invite(team.owner, email, 'viewer')).body.link);
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => accept(token, name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
    expect(await read(app, 'SELECT 1 FROM people WHERE email = $1', [email])).toHaveLength(1);
    const { members } = (await team.owner.call<MembersAnswer>('GET', '/api/members')).body;
    expect(members.filter((each) => each.email === email)).toHaveLength(1);
    const { entries } = (await team.owner.call<AuditLogAnswer>('GET', '/api/audit-log')).body;
    const joined = members.find((each) => each.email === email)?.personId;
    expect(entries.filter(({ entityId }) => entityId === joined)).toHaveLength(1);
  });

  test('that could not be used, for want of an account or of the right person, stays good', async () => {
    const team = await openTeam();
    const email = newAddress('stays');
    const token = tokenIn((await invite(team.owner, email, 'viewer')).body.link);
    const alone = await openBrowser(app.url).call('POST', '/api/invitations/accept', { token });
    expect([alone.status, alone.body.code]).toEqual([400, 'ACCOUNT_REQUIRED']);
    const short = await openBrowser(app.url).call('POST', '/api/invitations/accept', {
      token,
      name: 'X',
      password: 'short',
    });
    expect([short.status, short.body.param]).toEqual([400, 'password']);
    expect((await accept(token, 'Right')).status).toBe(201);
  });

  test('of somebody else is not taken by whoever is signed in: the account is of the invited address', async () => {
    const team = await openTeam();
    const { member } = team;
    const other = await openWorkspace(app);
    const boss = await openOwner(app, other);
    const stranger = await openMember(app, boss, 'viewer', 'Stranger');
    const token = tokenIn((await invite(team.owner, stranger.email, 'admin')).body.link);
    const taken = await member.call('POST', '/api/invitations/accept', { token });
    expect(taken.body.code).toBe('SIGN_IN_FIRST');
    expect((await rolesIn(team)).get(member.id)).toBe('member');
    expect((await stranger.call('POST', '/api/invitations/accept', { token })).status).toBe(201);
    expect((await rolesIn(team)).get(stranger.id)).toBe('admin');
  });

  test('that was not used, because there was another way in, is no way back for whoever is removed', async () => {
    const team = await openTeam();
    const email = newAddress('back');
    const token = tokenIn((await invite(team.owner, email, 'admin')).body.link);
    const link = await makeSetupToken(app.deps, team.ws.workspaceId, true);
    const browser = openBrowser(app.url);
    const wish = { token: link, name: 'Back', email, password: PASSWORD };
    expect((await browser.call('POST', '/api/setup', wish)).status).toBe(201);
    const { members } = (await team.owner.call<MembersAnswer>('GET', '/api/members')).body;
    const id = members.find((each) => each.email === email)?.personId ?? '';
    expect((await team.owner.call('DELETE', `/api/members/${id}`)).status).toBe(200);
    const again = await signedIn(email);
    const back = await again.call('POST', '/api/invitations/accept', { token });
    expect([back.status, back.body.code]).toEqual([404, 'INVITATION_INVALID']);
    expect((await rolesIn(team)).has(id)).toBe(false);
  });
});

async function signedIn(email: string): Promise<Browser> {
  const browser = openBrowser(app.url);
  await browser.call('POST', '/auth/sign-in', { email, password: PASSWORD });
  return browser;
}
