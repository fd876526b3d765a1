/**
 * People, what they may do in which workspace, and their sessions: reference tables, because whoever signs in names no
 * workspace. Passwords and codes are the library's business (actions/people/sign-in.ts).
 */
import type { Role } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface PersonRow {
  id: string;
  name: string;
  email: string;
  twoFactorEnabled: boolean;
}

const PERSON = 'p.id, p.name, p.email, p.two_factor_enabled AS "twoFactorEnabled"';

const FIND_PERSON = statement('find_person', `SELECT ${PERSON} FROM people p WHERE p.id = $1`);

export async function findPerson(sql: Sql, id: string): Promise<PersonRow | null> {
  const [row] = await sql.query<PersonRow>(FIND_PERSON, [id]);
  return row ?? null;
}

const FIND_PERSON_BY_EMAIL = statement(
  'find_person_by_email',
  `SELECT ${PERSON} FROM people p WHERE p.email = $1`,
);

export async function findPersonByEmail(sql: Sql, email: string): Promise<PersonRow | null> {
  const [row] = await sql.query<PersonRow>(FIND_PERSON_BY_EMAIL, [email]);
  return row ?? null;
}

const INSERT_PERSON = statement(
  'insert_person',
  `WITH person AS (INSERT INTO people (id, name, email, created_at, updated_at) VALUES ($1, $2, $3, $5, $5) RETURNING id)
   INSERT INTO accounts (id, person_id, provider_id, account_id, password, created_at, updated_at)
   SELECT id, id, 'credential', id, $4, $5, $5 FROM person`,
);

/** With the hash of a password; of which the library knows how to make one. */
export async function insertPerson(
  tx: Sql,
  person: { id: string; name: string; email: string; passwordHash: string },
  now: number,
): Promise<void> {
  await tx.query(INSERT_PERSON, [person.id, person.name, person.email, person.passwordHash, toIso(now)]);
}

const SET_PASSWORD = statement(
  'set_password',
  `UPDATE accounts SET password = $2, updated_at = $3 WHERE person_id = $1 AND provider_id = 'credential'`,
);

export async function setPassword(tx: Sql, id: string, passwordHash: string, now: number): Promise<void> {
  await tx.query(SET_PASSWORD, [id, passwordHash, toIso(now)]);
}

const SWITCH_OFF_CODES = statement(
  'switch_off_codes',
  `WITH gone AS (DELETE FROM two_factors WHERE person_id = $1)
   UPDATE people SET two_factor_enabled = false, updated_at = $2 WHERE id = $1`,
);

/** For whoever lost the telephone that makes the codes. */
export async function switchOffCodes(tx: Sql, id: string, now: number): Promise<void> {
  await tx.query(SWITCH_OFF_CODES, [id, toIso(now)]);
}

export interface SessionRow {
  token: string;
  personId: string;
  expiresAt: number;
  /** One row for each workspace; null where the person is in none. */
  workspaceId: string | null;
  role: Role | null;
}

const FIND_SESSIONS = statement(
  'find_sessions',
  `SELECT s.token, s.person_id AS "personId", s.expires_at AS "expiresAt", m.workspace_id AS "workspaceId", m.role
   FROM sessions s LEFT JOIN memberships m ON m.person_id = s.person_id
   WHERE s.token = ANY($1) ORDER BY m.created_at, m.workspace_id`,
);

/** The longest membership of each first. */
export function findSessions(sql: Sql, tokens: readonly string[]): Promise<SessionRow[]> {
  return sql.query<SessionRow>(FIND_SESSIONS, [tokens]);
}

const DELETE_SESSION = statement('delete_session', 'DELETE FROM sessions WHERE token = $1');

export async function deleteSession(sql: Sql, token: string): Promise<void> {
  await sql.query(DELETE_SESSION, [token]);
}

const FORGET_BROWSERS = statement('forget_browsers', 'DELETE FROM verifications WHERE value = $1');

/** Browsers in which no code was asked for, and sign-ins that wait for one. */
export async function forgetBrowsers(tx: Sql, personId: string): Promise<void> {
  await tx.query(FORGET_BROWSERS, [personId]);
}

const DELETE_SESSIONS = statement('delete_sessions', 'DELETE FROM sessions WHERE person_id = $1');

export async function deleteSessions(tx: Sql, personId: string): Promise<void> {
  await tx.query(DELETE_SESSIONS, [personId]);
}

export interface MemberRow extends PersonRow {
  role: Role;
  joinedAt: number;
}

const LIST_MEMBERS = statement(
  'list_members',
  `SELECT ${PERSON}, m.role, m.created_at AS "joinedAt"
   FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.workspace_id = $1 ORDER BY m.created_at, m.person_id`,
);

export function listMembers(sql: Sql, workspaceId: string): Promise<MemberRow[]> {
  return sql.query<MemberRow>(LIST_MEMBERS, [workspaceId]);
}

const LIST_MEMBER_EMAILS = statement(
  'list_member_emails',
  `SELECT p.email FROM memberships m JOIN people p ON p.id = m.person_id
   WHERE m.workspace_id = $1 ORDER BY m.created_at, m.person_id`,
);

/** The longest there first. */
export async function listMemberEmails(sql: Sql, workspaceId: string): Promise<string[]> {
  const rows = await sql.query<{ email: string }>(LIST_MEMBER_EMAILS, [workspaceId]);
  return rows.map(({ email }) => email);
}

export interface MembershipRow {
  workspaceId: string;
  name: string;
  role: Role;
}

const LIST_MEMBERSHIPS = statement(
  'list_memberships',
  `SELECT m.workspace_id AS "workspaceId", w.name, m.role
   FROM memberships m JOIN workspaces w ON w.workspace_id = m.workspace_id
   WHERE m.person_id = $1 ORDER BY m.created_at, m.workspace_id`,
);

/** The workspaces of a person, the first one joined first. */
export function listMemberships(sql: Sql, personId: string): Promise<MembershipRow[]> {
  return sql.query<MembershipRow>(LIST_MEMBERSHIPS, [personId]);
}

const SAVE_MEMBERSHIP = statement(
  'save_membership',
  `INSERT INTO memberships (workspace_id, person_id, role, created_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (workspace_id, person_id) DO UPDATE SET role = excluded.role`,
);

export async function saveMembership(
  tx: Sql,
  workspaceId: string,
  personId: string,
  role: Role,
  now: number,
): Promise<void> {
  await tx.query(SAVE_MEMBERSHIP, [workspaceId, personId, role, toIso(now)]);
}

const DELETE_MEMBERSHIP = statement(
  'delete_membership',
  'DELETE FROM memberships WHERE workspace_id = $1 AND person_id = $2',
);

export async function deleteMembership(tx: Sql, workspaceId: string, personId: string): Promise<void> {
  await tx.query(DELETE_MEMBERSHIP, [workspaceId, personId]);
}

const HAS_ANY_OWNER = statement(
  'has_any_owner',
  `SELECT EXISTS (SELECT 1 FROM memberships WHERE role = 'owner') AS yes`,
);

/** Of any workspace: whether this server was set up. */
export async function hasAnyOwner(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ yes: boolean }>(HAS_ANY_OWNER, []);
  return row?.yes === true;
}

const HAS_OWNER = statement(
  'has_owner',
  `SELECT EXISTS (SELECT 1 FROM memberships WHERE workspace_id = $1 AND role = 'owner') AS yes`,
);

export async function hasOwner(sql: Sql, workspaceId: string): Promise<boolean> {
  const [row] = await sql.query<{ yes: boolean }>(HAS_OWNER, [workspaceId]);
  return row?.yes === true;
}
