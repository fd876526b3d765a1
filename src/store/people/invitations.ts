/** Links that make somebody a member: invitations, and the one that makes the first owner. Only hashes of tokens are kept. */
import type { Role } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface InvitationRow {
  workspaceId: string;
  id: string;
  email: string;
  role: Role;
  invitedBy: string;
  createdAt: number;
  expiresAt: number;
}

const COLUMNS = `workspace_id AS "workspaceId", id, email, role, invited_by AS "invitedBy", created_at AS "createdAt",
  expires_at AS "expiresAt"`;

const INSERT_INVITATION = statement(
  'insert_invitation',
  `INSERT INTO invitations (token_hash, workspace_id, id, email, role, invited_by, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export async function insertInvitation(tx: Sql, tokenHash: Buffer, row: InvitationRow): Promise<void> {
  await tx.query(INSERT_INVITATION, [
    tokenHash,
    row.workspaceId,
    row.id,
    row.email,
    row.role,
    row.invitedBy,
    toIso(row.createdAt),
    toIso(row.expiresAt),
  ]);
}

const LIST_INVITATIONS = statement(
  'list_invitations',
  `SELECT ${COLUMNS} FROM invitations WHERE workspace_id = $1 AND expires_at > $2 ORDER BY id`,
);

/** Without those that ran out. */
export function listInvitations(sql: Sql, workspaceId: string, now: number): Promise<InvitationRow[]> {
  return sql.query<InvitationRow>(LIST_INVITATIONS, [workspaceId, toIso(now)]);
}

const FIND_INVITATION = statement(
  'find_invitation',
  `SELECT ${COLUMNS} FROM invitations WHERE token_hash = $1 AND expires_at > $2`,
);

export async function findInvitation(
  sql: Sql,
  tokenHash: Buffer,
  now: number,
): Promise<InvitationRow | null> {
  const [row] = await sql.query<InvitationRow>(FIND_INVITATION, [tokenHash, toIso(now)]);
  return row ?? null;
}

const USE_INVITATION = statement(
  'use_invitation',
  `DELETE FROM invitations WHERE token_hash = $1 AND expires_at > $2 RETURNING ${COLUMNS}`,
);

/** Once: of two who bring the same token at once, one gets null. */
export async function useInvitation(tx: Sql, tokenHash: Buffer, now: number): Promise<InvitationRow | null> {
  const [row] = await tx.query<InvitationRow>(USE_INVITATION, [tokenHash, toIso(now)]);
  return row ?? null;
}

const DELETE_INVITATION = statement(
  'delete_invitation',
  'DELETE FROM invitations WHERE workspace_id = $1 AND id = $2',
);

export async function deleteInvitation(tx: Sql, workspaceId: string, id: string): Promise<void> {
  await tx.query(DELETE_INVITATION, [workspaceId, id]);
}

const DELETE_INVITATIONS_TO = statement(
  'delete_invitations_to',
  'DELETE FROM invitations WHERE workspace_id = $1 AND email = $2',
);

export async function deleteInvitationsTo(tx: Sql, workspaceId: string, email: string): Promise<void> {
  await tx.query(DELETE_INVITATIONS_TO, [workspaceId, email]);
}

const INSERT_SETUP_LINK = statement(
  'insert_setup_link',
  'INSERT INTO setup_links (workspace_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4)',
);

export async function insertSetupLink(
  tx: Sql,
  workspaceId: string,
  tokenHash: Buffer,
  now: number,
  expiresAt: number,
): Promise<void> {
  await tx.query(INSERT_SETUP_LINK, [workspaceId, tokenHash, toIso(now), toIso(expiresAt)]);
}

const FIND_SETUP_LINK = statement(
  'find_setup_link',
  'SELECT workspace_id AS "workspaceId" FROM setup_links WHERE token_hash = $1 AND expires_at > $2',
);

export async function findSetupLink(
  sql: Sql,
  tokenHash: Buffer,
  now: number,
): Promise<{ workspaceId: string } | null> {
  const [row] = await sql.query<{ workspaceId: string }>(FIND_SETUP_LINK, [tokenHash, toIso(now)]);
  return row ?? null;
}

const DELETE_SETUP_LINKS = statement('delete_setup_links', 'DELETE FROM setup_links WHERE workspace_id = $1');

export async function deleteSetupLinks(tx: Sql, workspaceId: string): Promise<void> {
  await tx.query(DELETE_SETUP_LINKS, [workspaceId]);
}
