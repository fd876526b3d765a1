/** How people come in: by the link that makes the first owner, or by an invitation. There is no other way. */
import { createHash, randomBytes } from 'node:crypto';
import type { AcceptInvitation, InvitationShown, JoinedAnswer, Setup } from '../../contract/people/people.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { Role } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { isUniqueViolation, type Sql } from '../../store/database.ts';
import {
  deleteSetupLinks,
  findInvitation,
  findSetupLink,
  insertSetupLink,
  useInvitation,
} from '../../store/people/invitations.ts';
import {
  findPersonByEmail,
  hasAnyOwner,
  hasOwner,
  insertPerson,
  listMembers,
  saveMembership,
} from '../../store/people/people.ts';
import { findWorkspace, lockWorkspace } from '../../store/workspace/workspaces.ts';
import { audit } from '../access/audit-log.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { signIn, type Visitor, type WithCookies } from './person-calls.ts';
import type { Session } from './sessions.ts';

const SETUP_LINK_MS = 24 * 3_600_000;

export async function isSetupNeeded(deps: Pick<Deps, 'database'>): Promise<{ needed: boolean }> {
  return { needed: !(await hasAnyOwner(deps.database)) };
}

/**
 * The token of a link that makes its bringer an owner. Without `evenIfOwned` null where somebody owns the workspace: the link
 * that a start prints is for the first one alone.
 */
export async function makeSetupToken(
  { database, clock }: Pick<Deps, 'database' | 'clock'>,
  workspaceId: string,
  evenIfOwned = false,
): Promise<string | null> {
  const token = newToken();
  return database.transaction(async (tx) => {
    // Against an owner who comes in at this moment: the links of before end with that.
    if ((await lockWorkspace(tx, workspaceId)) === null) return null;
    if (!evenIfOwned && (await hasOwner(tx, workspaceId))) return null;
    const now = clock.now();
    await insertSetupLink(tx, workspaceId, hashToken(token), now, now + SETUP_LINK_MS);
    return token;
  });
}

export async function setUp(
  deps: Deps,
  visitor: Visitor,
  { token, ...wish }: Setup,
): Promise<WithCookies<JoinedAnswer>> {
  const hash = hashToken(token);
  const now = deps.clock.now();
  if ((await findSetupLink(deps.database, hash, now)) === null) throw problem('SETUP_LINK_INVALID');
  const account = { ...wish, passwordHash: await deps.people.signIn.hashPassword(wish.password) };
  const session = await deps.people.sessions.find(visitor.cookie);
  const workspaceId = await deps.database.transaction(async (tx) => {
    const link = await findSetupLink(tx, hash, now);
    if (link === null) throw problem('SETUP_LINK_INVALID');
    await lockWorkspace(tx, link.workspaceId);
    // Asked again behind the lock: of two who bring the link at once, one is too late.
    if ((await findSetupLink(tx, hash, now)) === null) throw problem('SETUP_LINK_INVALID');
    await deleteSetupLinks(tx, link.workspaceId);
    const personId = await knownOrNew(deps, tx, session, account);
    await makeMember(deps, tx, link.workspaceId, personId, 'owner', 'POST /api/setup');
    return link.workspaceId;
  });
  return signedIn(deps, visitor, workspaceId, wish);
}

export async function lookAtInvitation(deps: Deps, token: string): Promise<InvitationShown> {
  const found = await findInvitation(deps.database, hashToken(token), deps.clock.now());
  const workspace = found === null ? null : await findWorkspace(deps.database, found.workspaceId);
  if (found === null || workspace === null) throw problem('INVITATION_INVALID');
  return {
    workspaceName: workspace.name,
    email: found.email,
    role: found.role,
    invitedBy: found.invitedBy,
    expiresAt: toIso(found.expiresAt),
    hasAccount: (await findPersonByEmail(deps.database, found.email)) !== null,
  };
}

export async function acceptInvitation(
  deps: Deps,
  visitor: Visitor,
  { token, account }: AcceptInvitation,
): Promise<WithCookies<JoinedAnswer>> {
  const hash = hashToken(token);
  const now = deps.clock.now();
  const found = await findInvitation(deps.database, hash, now);
  if (found === null) throw problem('INVITATION_INVALID');
  await refuseReadOnly(deps, found);
  const passwordHash = account === null ? '' : await deps.people.signIn.hashPassword(account.password);
  const session = await deps.people.sessions.find(visitor.cookie);
  const workspaceId = await deps.database.transaction(async (tx) => {
    await lockWorkspace(tx, found.workspaceId);
    const invitation = await useInvitation(tx, hash, now);
    if (invitation === null) throw problem('INVITATION_INVALID');
    const { email, role, workspaceId } = invitation;
    const wish = account === null ? null : { name: account.name, email, passwordHash };
    const personId = await knownOrNew(deps, tx, session, wish ?? { name: '', email, passwordHash: '' });
    const isMember = (await listMembers(tx, workspaceId)).some((each) => each.id === personId);
    // Nobody loses rights by a link of long ago.
    if (!isMember) await makeMember(deps, tx, workspaceId, personId, role, 'POST /api/invitations/accept');
    return workspaceId;
  });
  return signedIn(
    deps,
    visitor,
    workspaceId,
    account === null ? null : { email: found.email, password: account.password },
  );
}

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Whoever has an account proves it by being signed in: a link to one workspace must not be a way into an account that can do
 * more, nor a way around its code.
 */
async function knownOrNew(
  deps: Deps,
  tx: Sql,
  session: Session | null,
  account: { name: string; email: string; passwordHash: string },
): Promise<string> {
  const known = await findPersonByEmail(tx, account.email);
  if (known !== null) {
    if (session?.personId !== known.id) throw problem('SIGN_IN_FIRST');
    return known.id;
  }
  if (account.passwordHash === '') throw problem('ACCOUNT_REQUIRED');
  const id = deps.ids();
  try {
    await insertPerson(tx, { ...account, id }, deps.clock.now());
  } catch (error) {
    if (isUniqueViolation(error, 'people_email')) throw problem('SIGN_IN_FIRST');
    throw error;
  }
  return id;
}

async function makeMember(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  personId: string,
  role: Role,
  route: string,
): Promise<void> {
  await saveMembership(tx, workspaceId, personId, role, deps.clock.now());
  const caller = {
    workspaceId,
    apiKeyId: '',
    personId,
    scopes: [],
    sendsAs: 'imessage_first' as const,
    route,
  };
  await audit(deps, tx, caller, {
    entity: 'member',
    entityId: personId,
    action: 'created',
    before: null,
    after: { role },
  });
}

/** With the account just made; whoever had one is signed in already. */
async function signedIn(
  deps: Deps,
  visitor: Visitor,
  workspaceId: string,
  account: { email: string; password: string } | null,
): Promise<WithCookies<JoinedAnswer>> {
  deps.people.sessions.forget();
  deps.snapshots.forget(workspaceId);
  const body: JoinedAnswer = { success: true, workspaceId };
  const session = await deps.people.sessions.find(visitor.cookie);
  const isInAlready = session?.memberships.some((each) => each.workspaceId === workspaceId) === true;
  if (account === null || isInAlready) return { body, cookies: [] };
  const { cookies } = await signIn(deps, visitor, { ...account, remember: true });
  return { body, cookies };
}
