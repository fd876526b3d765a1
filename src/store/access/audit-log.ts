/** Who changed what: append-only, written in the commit of the change. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface AuditRow {
  id: string;
  at: number;
  apiKeyId: string;
  /** Name of that key now; null when it is gone. */
  apiKeyName: string | null;
  personId: string | null;
  personName: string | null;
  route: string;
  action: string;
  entity: string;
  entityId: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

const INSERT_AUDIT_ENTRY = statement(
  'insert_audit_entry',
  `INSERT INTO audit_log (workspace_id, id, at, api_key_id, route, action, entity, entity_id, before, after, person_id)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

export async function insertAuditEntry(
  tx: Sql,
  workspaceId: string,
  entry: Omit<AuditRow, 'apiKeyName' | 'personName'>,
): Promise<void> {
  await tx.query(INSERT_AUDIT_ENTRY, [
    workspaceId,
    entry.id,
    toIso(entry.at),
    entry.apiKeyId,
    entry.route,
    entry.action,
    entry.entity,
    entry.entityId,
    JSON.stringify(entry.before),
    JSON.stringify(entry.after),
    entry.personId,
  ]);
}

const LIST_AUDIT_ENTRIES = statement(
  'list_audit_entries',
  `SELECT a.id, a.at, a.api_key_id AS "apiKeyId", a.route, a.action, a.entity, a.entity_id AS "entityId", a.before, a.after,
     (SELECT k.name FROM api_keys k WHERE k.workspace_id = $1 AND k.id = a.api_key_id LIMIT 1) AS "apiKeyName",
     a.person_id AS "personId", (SELECT p.name FROM people p WHERE p.id = a.person_id) AS "personName"
   FROM audit_log a
   WHERE a.workspace_id = $1 AND ($2::text IS NULL OR a.id < $2) AND ($3::text IS NULL OR a.entity = $3)
     AND ($4::text IS NULL OR a.entity_id = $4)
   ORDER BY a.id DESC LIMIT $5`,
);

/** Newest first. `after`: id of the last entry of the page before. */
export function listAuditEntries(
  sql: Sql,
  workspaceId: string,
  asked: { after: string | null; entity: string | null; entityId: string | null; limit: number },
): Promise<AuditRow[]> {
  const { after, entity, entityId, limit } = asked;
  return sql.query(LIST_AUDIT_ENTRIES, [workspaceId, after, entity, entityId, limit]);
}
