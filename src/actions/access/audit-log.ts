/** Who changed what. Every write of settings, lines, keys, webhooks and lists calls `audit` inside its own transaction. */
import type { AuditEntity, AuditLogAnswer, ListAuditLog } from '../../contract/access/audit-log.ts';
import type { Deps } from '../../deps.ts';
import { changesOf } from '../../domain/changes.ts';
import { toIso } from '../../lib/clock.ts';
import { insertAuditEntry, listAuditEntries } from '../../store/access/audit-log.ts';
import type { Sql } from '../../store/database.ts';
import type { Caller } from './authenticate.ts';

export interface Change {
  entity: AuditEntity;
  entityId: string;
  /** `created`, `updated`, `deleted`, …: a past participle. */
  action: string;
  /** The thing before and after; null where it did not exist. Secrets in it are not stored. */
  before: object | null;
  after: object | null;
}

export async function audit(deps: Deps, tx: Sql, caller: Caller, change: Change): Promise<void> {
  const { entity, entityId, action, before, after } = change;
  const changes = changesOf(before === null ? null : { ...before }, after === null ? null : { ...after });
  // A change that changes nothing leaves no trace; what is only done, like making a code, has neither state.
  const isNothing = Object.keys(changes.before).length + Object.keys(changes.after).length === 0;
  if (isNothing && before !== null && after !== null) return;
  await insertAuditEntry(tx, caller.workspaceId, {
    id: deps.ids(),
    at: deps.clock.now(),
    apiKeyId: caller.apiKeyId,
    personId: caller.personId ?? null,
    route: caller.route ?? '',
    action,
    entity,
    entityId,
    ...changes,
  });
}

export async function listAuditLog(
  deps: Deps,
  { workspaceId }: Caller,
  { limit, cursor, entity, entityId }: ListAuditLog,
): Promise<AuditLogAnswer> {
  // One more than asked for tells whether there is a next page.
  const asked = { after: cursor, entity, entityId, limit: limit + 1 };
  const rows = await listAuditEntries(deps.database, workspaceId, asked);
  const entries = rows.slice(0, limit);
  return {
    entries: entries.map(({ at, ...entry }) => ({ ...entry, at: toIso(at) })),
    nextCursor: rows.length > entries.length ? (entries.at(-1)?.id ?? null) : null,
  };
}
