/** Opt-outs: the append-only ledger, and what follows from it for each address. */
import { toIso, toIsoOrNull } from '../lib/clock.ts';
import { type Sql, statement } from './database.ts';

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
  at: number;
}

const INSERT_LEDGER_ENTRY = statement(
  'insert_ledger_entry',
  `INSERT INTO suppressions (workspace_id, id, action, lead_id, address, channel, source, words, at, origin)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
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
  ]);
  return rows.length > 0;
}

const SUPPRESS_ADDRESS = statement(
  'suppress_address',
  `INSERT INTO addresses (workspace_id, address, suppressed_at, suppressed_reason) VALUES ($1, $2, $3, $4)
   ON CONFLICT (workspace_id, address) DO UPDATE SET suppressed_at = excluded.suppressed_at,
     suppressed_reason = excluded.suppressed_reason`,
);

/** `at` null lifts the suppression. */
export async function suppressAddress(
  tx: Sql,
  workspaceId: string,
  address: string,
  at: number | null,
  reason: string | null,
): Promise<void> {
  await tx.query(SUPPRESS_ADDRESS, [workspaceId, address, toIsoOrNull(at), reason]);
}

const FIND_SUPPRESSION = statement(
  'find_suppression',
  'SELECT suppressed_reason AS reason FROM addresses WHERE workspace_id = $1 AND address = $2 AND suppressed_at IS NOT NULL',
);

/** Why the address is suppressed; null when it is not. */
export async function findSuppression(
  sql: Sql,
  workspaceId: string,
  address: string,
): Promise<string | null> {
  const [row] = await sql.query<{ reason: string }>(FIND_SUPPRESSION, [workspaceId, address]);
  return row?.reason ?? null;
}
