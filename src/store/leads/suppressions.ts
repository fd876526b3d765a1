/** Opt-outs: the append-only ledger, and what follows from it for each address. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

/** One of the two. */
export interface EnteredBy {
  apiKeyId: string | null;
  personId: string | null;
}

export interface LedgerEntry {
  id: string;
  action: 'opt_out' | 'opt_in';
  leadId: string | null;
  address: string | null;
  /** `imessage`, `sms`, `email`, or `all`. */
  channel: string;
  /** `words`, `manual`, or how the carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`. */
  source: string;
  words: string | null;
  /** What told it, where the same may be told again; one entry of each. */
  origin?: string;
  /** Who entered it; absent when the contact or a carrier said it. */
  by?: EnteredBy;
  at: number;
}

const INSERT_LEDGER_ENTRY = statement(
  'insert_ledger_entry',
  `INSERT INTO suppressions (workspace_id, id, action, lead_id, address, channel, source, words, at, origin, api_key_id,
     person_id)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   ON CONFLICT (workspace_id, origin) WHERE origin IS NOT NULL DO NOTHING RETURNING id`,
);

/** False: this was entered before. */
export async function insertLedgerEntry(tx: Sql, workspaceId: string, entry: LedgerEntry): Promise<boolean> {
  const rows = await tx.query(INSERT_LEDGER_ENTRY, [
    workspaceId,
    entry.id,
    entry.action,
    entry.leadId,
    entry.address,
    entry.channel,
    entry.source,
    entry.words,
    toIso(entry.at),
    entry.origin ?? null,
    entry.by?.apiKeyId ?? null,
    entry.by?.personId ?? null,
  ]);
  return rows.length > 0;
}

const SUPPRESS_ADDRESS = statement(
  'suppress_address',
  `INSERT INTO addresses (workspace_id, address, suppressed_at, suppressed_reason, suppressed_by) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (workspace_id, address) DO UPDATE SET suppressed_at = excluded.suppressed_at,
     suppressed_reason = excluded.suppressed_reason, suppressed_by = excluded.suppressed_by`,
);

/** null lifts the suppression. */
export async function suppressAddress(
  tx: Sql,
  workspaceId: string,
  address: string,
  /** `entryId`: the entry of the ledger that tells of it. */
  told: { at: number; reason: string; entryId: string } | null,
): Promise<void> {
  const { at = null, reason = null, entryId = null } = told ?? {};
  await tx.query(SUPPRESS_ADDRESS, [workspaceId, address, toIsoOrNull(at), reason, entryId]);
}

export interface SuppressedAddress {
  /** Of the ledger's entry. */
  id: string;
  address: string;
  reason: string;
  words: string | null;
  channel: string;
  leadId: string | null;
  apiKeyId: string | null;
  personId: string | null;
  /** Of that key or person now; null when it is gone. */
  byName: string | null;
  at: number;
}

const BY = `s.api_key_id AS "apiKeyId", s.person_id AS "personId", coalesce(
     (SELECT k.name FROM api_keys k WHERE k.workspace_id = $1 AND k.id = s.api_key_id LIMIT 1),
     (SELECT p.name FROM people p WHERE p.id = s.person_id)) AS "byName"`;

const SUPPRESSED = `a.suppressed_by IS NOT NULL AND ($2::text IS NULL OR a.address ILIKE $2)`;
const SHOWN = `SELECT a.suppressed_by AS id, a.address, a.suppressed_reason AS reason, a.suppressed_at AS at, s.words, s.channel,
     s.lead_id AS "leadId", ${BY}
   FROM addresses a JOIN suppressions s ON s.workspace_id = $1 AND s.id = a.suppressed_by`;
const LIST_SUPPRESSED = statement(
  'list_suppressed',
  `${SHOWN} WHERE a.workspace_id = $1 AND ${SUPPRESSED} ORDER BY a.suppressed_by DESC OFFSET $3 LIMIT $4`,
);
const COUNT_SUPPRESSED = statement(
  'count_suppressed',
  `SELECT count(*)::int AS total FROM addresses a WHERE a.workspace_id = $1 AND ${SUPPRESSED}`,
);

/** Newest first. `search`: part of the address. */
export async function listSuppressed(
  sql: Sql,
  workspaceId: string,
  search: string | null,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ rows: SuppressedAddress[]; total: number }> {
  const pattern = search === null ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await sql.query<SuppressedAddress>(LIST_SUPPRESSED, [workspaceId, pattern, offset, limit]);
  const [counted] = await sql.query<{ total: number }>(COUNT_SUPPRESSED, [workspaceId, pattern]);
  return { rows, total: counted?.total ?? 0 };
}

const LEDGER = `SELECT s.id, s.action, s.lead_id AS "leadId", s.address, s.channel, s.source, s.words, s.at,
     ${BY}
   FROM suppressions s`;
const READ_LEDGER = statement(
  'read_ledger',
  `${LEDGER} WHERE s.workspace_id = $1 AND s.id < $2 ORDER BY s.id DESC LIMIT $3`,
);
const READ_LEDGER_OF = statement(
  'read_ledger_of',
  `${LEDGER} WHERE s.workspace_id = $1 AND s.id < $2 AND (s.address = ANY($4) OR s.lead_id = $5) ORDER BY s.id DESC LIMIT $3`,
);
/** Behind every id. */
const LAST = '~';

export type LedgerRow = Required<Omit<LedgerEntry, 'origin' | 'by'>> &
  Pick<SuppressedAddress, 'apiKeyId' | 'personId' | 'byName'>;

/** Newest first: everything, or what concerns one of the addresses, or the lead. */
export function readLedger(
  sql: Sql,
  workspaceId: string,
  of: { addresses: readonly string[]; leadId: string | null } | null,
  { after, limit }: { after: string | null; limit: number },
): Promise<LedgerRow[]> {
  const values = [workspaceId, after ?? LAST, limit];
  return of === null
    ? sql.query(READ_LEDGER, values)
    : sql.query(READ_LEDGER_OF, [...values, of.addresses, of.leadId]);
}

const FIND_SUPPRESSED = statement(
  'find_suppressed',
  `${SHOWN} WHERE a.workspace_id = $1 AND a.suppressed_by = $2 FOR NO KEY UPDATE OF a`,
);

/** By the entry of the ledger; null when it was lifted since. Held, so that two who lift it don't both do. */
export async function findSuppressed(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<SuppressedAddress | null> {
  return (await sql.query<SuppressedAddress>(FIND_SUPPRESSED, [workspaceId, id]))[0] ?? null;
}

const FIND_SUPPRESSION = statement(
  'find_suppression',
  `SELECT suppressed_reason AS reason FROM addresses WHERE workspace_id = $1 AND address = $2 AND suppressed_at IS NOT NULL
   FOR NO KEY UPDATE`,
);

/** Why the address is suppressed, and stays so until the commit; null when it is not. */
export async function findSuppression(
  sql: Sql,
  workspaceId: string,
  address: string,
): Promise<string | null> {
  const [row] = await sql.query<{ reason: string }>(FIND_SUPPRESSION, [workspaceId, address]);
  return row?.reason ?? null;
}
