/** Who belongs to a workspace, and who is asked to. Only owners make or remove owners, and the last one stays. */
import type {
  Invitation,
  InvitationsAnswer,
  Me,
  Member,
  MemberAnswer,
  MembersAnswer,
  NewInvitationAnswer,
} from '../../contract/people/people.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { type Role, SCOPES, type Scope } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import { listApiKeys } from '../../store/access/api-keys.ts';
import type { Sql } from '../../store/database.ts';
import {
  deleteInvitation,
  deleteInvitationsTo,
  type InvitationRow,
  insertInvitation,
  listInvitations as listInvitationRows,
} from '../../store/people/invitations.ts';
import {
  deleteMembership,
  deleteSessions,
  findPerson,
  listMembers as listMemberRows,
  listMemberships,
  type MemberRow,
  saveMembership,
} from '../../store/people/people.ts';
import { lockWorkspace } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { adminAsOfNow } from '../access/caller-now.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { hashToken, newToken } from './join.ts';

const INVITATION_MS = 7 * 86_400_000;
const MAX_INVITATIONS = 200;

export async function getMe(deps: Deps, caller: Caller): Promise<Me> {
  const { workspaceId, personId, role = null } = caller;
  const snapshot = await deps.snapshots.read(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { name, timezone } = snapshot.workspace;
  const common = { role, scopes: scopesOf(caller), workspace: { id: workspaceId, name, timezone } };
  if (personId === undefined)
    return { person: null, ...common, workspaces: [{ id: workspaceId, name, role: null }] };
  const [person, memberships] = await Promise.all([
    findPerson(deps.database, personId),
    listMemberships(deps.database, personId),
  ]);
  invariant(person !== null, 'a session is of somebody');
  return {
    person,
    ...common,
    workspaces: memberships.map((each) => ({ id: each.workspaceId, name: each.name, role: each.role })),
  };
}

/** Spelt out: `admin` of a key includes the others. */
function scopesOf({ scopes }: Caller): Scope[] {
  return scopes.includes('admin') ? [...SCOPES] : [...scopes];
}

export async function listMembers(deps: Deps, { workspaceId }: Caller): Promise<MembersAnswer> {
  return { members: (await listMemberRows(deps.database, workspaceId)).map(present) };
}

export async function updateMember(
  deps: Deps,
  caller: Caller,
  personId: string,
  role: Role,
): Promise<MemberAnswer> {
  await refuseReadOnly(deps, caller);
  const member = await inTurn(deps, caller, personId, async (tx, row, others, callerNow) => {
    if (row.role === role) return row;
    if (row.role === 'owner' || role === 'owner') refuseUnlessOwner(callerNow);
    if (row.role === 'owner') refuseWithoutOwner(others);
    await saveMembership(tx, caller.workspaceId, personId, role, deps.clock.now());
    await tell(deps, tx, caller, 'member', personId, 'updated', { role: row.role }, { role });
    return { ...row, role };
  });
  return { member: present(member) };
}

/** Also oneself. Past due or not: whoever must go, goes. */
export async function removeMember(deps: Deps, caller: Caller, personId: string): Promise<{ success: true }> {
  await inTurn(deps, caller, personId, async (tx, row, others, callerNow) => {
    if (row.role === 'owner') {
      refuseUnlessOwner(callerNow);
      refuseWithoutOwner(others);
    }
    await deleteMembership(tx, caller.workspaceId, personId);
    // A link of before, not used because there was another way in, must not be the way back.
    await deleteInvitationsTo(tx, caller.workspaceId, row.email);
    // Of no workspace any more: nothing is left to sign in to.
    if ((await listMemberships(tx, personId)).length === 0) await deleteSessions(tx, personId);
    const before = { name: row.name, email: row.email, role: row.role };
    await tell(deps, tx, caller, 'member', personId, 'deleted', before, null);
  });
  return { success: true };
}

export async function listInvitations(deps: Deps, { workspaceId }: Caller): Promise<InvitationsAnswer> {
  const rows = await listInvitationRows(deps.database, workspaceId, deps.clock.now());
  return { invitations: rows.map(presentInvitation) };
}

/** A second one for the same address takes the place of the first. */
export async function invite(
  deps: Deps,
  caller: Caller,
  { email, role }: { email: string; role: Role },
  base: string,
): Promise<NewInvitationAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const token = newToken();
  const now = deps.clock.now();
  const row = await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const callerNow = await adminAsOfNow(tx, caller, now);
    if (role === 'owner') refuseUnlessOwner(callerNow);
    const members = await listMemberRows(tx, workspaceId);
    if (members.some((each) => each.email === email)) throw problem('ALREADY_A_MEMBER');
    const open = await listInvitationRows(tx, workspaceId, now);
    if (open.length >= MAX_INVITATIONS) throw problem('TOO_MANY_INVITATIONS');
    await deleteInvitationsTo(tx, workspaceId, email);
    const invitation: InvitationRow = {
      workspaceId,
      id: deps.ids(),
      email,
      role,
      invitedBy: await nameOf(tx, caller),
      createdAt: now,
      expiresAt: now + INVITATION_MS,
    };
    await insertInvitation(tx, hashToken(token), invitation);
    await tell(deps, tx, caller, 'invitation', invitation.id, 'created', null, { email, role });
    return invitation;
  });
  return { invitation: presentInvitation(row), link: `${base}/join?token=${token}` };
}

export async function withdrawInvitation(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const now = deps.clock.now();
    await adminAsOfNow(tx, caller, now);
    const rows = await listInvitationRows(tx, workspaceId, now);
    const row = rows.find((each) => each.id === id);
    if (row === undefined) throw problem('INVITATION_NOT_FOUND');
    await deleteInvitation(tx, workspaceId, id);
    const { email, role } = row;
    await tell(deps, tx, caller, 'invitation', id, 'deleted', { email, role }, null);
  });
  return { success: true };
}

/** Under the workspace's lock, so that of two owners who demote each other one stays. */
async function inTurn<Result>(
  deps: Deps,
  caller: Caller,
  personId: string,
  work: (tx: Sql, row: MemberRow, others: MemberRow[], callerNow: Caller) => Promise<Result>,
): Promise<Result> {
  const result = await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, caller.workspaceId);
    const callerNow = await adminAsOfNow(tx, caller, deps.clock.now());
    const rows = await listMemberRows(tx, caller.workspaceId);
    const row = rows.find((each) => each.id === personId);
    if (row === undefined) throw problem('MEMBER_NOT_FOUND');
    return work(
      tx,
      row,
      rows.filter((each) => each.id !== personId),
      callerNow,
    );
  });
  deps.people.sessions.forget();
  deps.snapshots.forget(caller.workspaceId);
  return result;
}

/** A key may do what an admin may. */
function refuseUnlessOwner({ role }: Caller): void {
  if (role !== 'owner') throw problem('OWNERS_ONLY');
}

function refuseWithoutOwner(others: readonly MemberRow[]): void {
  if (!others.some(({ role }) => role === 'owner')) throw problem('LAST_OWNER');
}

async function nameOf(tx: Sql, { workspaceId, personId, apiKeyId }: Caller): Promise<string> {
  if (personId !== undefined) return (await findPerson(tx, personId))?.name ?? '';
  return (await listApiKeys(tx, workspaceId)).find(({ id }) => id === apiKeyId)?.name ?? '';
}

function tell(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  entity: 'member' | 'invitation',
  entityId: string,
  action: string,
  before: object | null,
  after: object | null,
): Promise<void> {
  return audit(deps, tx, caller, { entity, entityId, action, before, after });
}

function present({ id, name, email, role, twoFactorEnabled, joinedAt }: MemberRow): Member {
  return { personId: id, name, email, role, twoFactorEnabled, joinedAt: toIso(joinedAt) };
}

function presentInvitation({ id, email, role, invitedBy, createdAt, expiresAt }: InvitationRow): Invitation {
  return {
    _id: id,
    email,
    role,
    invitedBy,
    createdAt: toIso(createdAt),
    expiresAt: toIso(expiresAt),
  };
}
