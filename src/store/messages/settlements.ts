/** What a transition writes: on the message, and on what was learnt of addresses and leads. */
import type { Reservation } from '../../domain/pacing.ts';
import type { AvailabilityStatus, MessageStatus, Reason } from '../../domain/words.ts';
import { toIso, toIsoOrAbsent } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { dateOf, touching } from '../figures/day-figures.ts';
import type { MessageRow } from './messages.ts';

/** All that a transition may write on its message; start from `settlementOf` and change what changed. */
export interface Settlement {
  id: string;
  status: MessageStatus;
  reason: Reason | null;
  errorMessage: string | null;
  errorCode: string | null;
  dueAt: number;
  attempts: number;
  address: string | null;
  checkedAddresses: string[] | null;
  externalMessageId: string | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  leaseUntil: number | null;
  reserved: Reservation | null;
  reconcileAt: number | null;
  receiptAt: number | null;
  unknownSince: number | null;
  fallbackSmsDispatched: boolean;
}

export function settlementOf(message: MessageRow): Settlement {
  return {
    id: message.id,
    status: message.status,
    reason: message.reason,
    errorMessage: message.errorMessage,
    errorCode: message.errorCode,
    dueAt: message.dueAt,
    attempts: message.attempts,
    address: message.address,
    checkedAddresses: message.checkedAddresses,
    externalMessageId: message.externalMessageId,
    sentAt: message.sentAt,
    deliveredAt: message.deliveredAt,
    readAt: message.readAt,
    leaseUntil: message.leaseUntil,
    reserved: message.reserved,
    reconcileAt: message.reconcileAt,
    receiptAt: message.receiptAt,
    unknownSince: message.unknownSince,
    fallbackSmsDispatched: message.fallbackSmsDispatched,
  };
}

const STORE_SETTLEMENTS = statement(
  'store_settlements',
  `WITH touched AS (${touching('$5', '$6')})
   UPDATE messages m SET status = r.status, reason = r.reason, error_message = r.error_message, error_code = r.error_code,
     due_at = r.due_at, attempts = r.attempts, address = r.address, checked_addresses = r.checked_addresses, external_message_id = r.external_message_id,
     sent_at = r.sent_at, delivered_at = r.delivered_at, read_at = r.read_at, lease_until = r.lease_until, reserved = r.reserved,
     reconcile_at = r.reconcile_at, receipt_at = r.receipt_at, unknown_since = r.unknown_since, fallback_sms_dispatched = r.fallback_sms_dispatched,
     updated_at = $3
   FROM json_to_recordset($2::json) AS r(id text, status text, reason text, error_message text, error_code text, due_at timestamptz, attempts int,
     address text, checked_addresses text[], external_message_id text, sent_at timestamptz, delivered_at timestamptz,
     read_at timestamptz, lease_until timestamptz, reserved jsonb, reconcile_at timestamptz, receipt_at timestamptz, unknown_since timestamptz,
     fallback_sms_dispatched boolean)
   WHERE m.workspace_id = $1 AND m.id = ANY($4) AND m.id = r.id`,
);

/**
 * The caller holds the rows' locks and has checked attempt and state. `counted`: when those were created that count as
 * something else from now on, and a new id. The ids stand beside the rows, here and in every
 * such statement: a planner without statistics of a young table else walks the whole workspace for each row.
 */
export async function storeSettlements(
  tx: Sql,
  workspaceId: string,
  settled: readonly Settlement[],
  counted: { instants: readonly number[]; id: string },
  now: number,
): Promise<void> {
  if (settled.length === 0) return;
  // Absent keys read as SQL null, and need not be parsed.
  const rows = settled.map((each) => ({
    id: each.id,
    status: each.status,
    reason: each.reason ?? undefined,
    error_message: each.errorMessage ?? undefined,
    error_code: each.errorCode ?? undefined,
    due_at: toIso(each.dueAt),
    attempts: each.attempts,
    address: each.address ?? undefined,
    checked_addresses: each.checkedAddresses ?? undefined,
    external_message_id: each.externalMessageId ?? undefined,
    sent_at: toIsoOrAbsent(each.sentAt),
    delivered_at: toIsoOrAbsent(each.deliveredAt),
    read_at: toIsoOrAbsent(each.readAt),
    lease_until: toIsoOrAbsent(each.leaseUntil),
    reserved: each.reserved ?? undefined,
    reconcile_at: toIsoOrAbsent(each.reconcileAt),
    receipt_at: toIsoOrAbsent(each.receiptAt),
    unknown_since: toIsoOrAbsent(each.unknownSince),
    fallback_sms_dispatched: each.fallbackSmsDispatched,
  }));
  await tx.query(STORE_SETTLEMENTS, [
    workspaceId,
    JSON.stringify(rows),
    toIso(now),
    rows.map((row) => row.id),
    [...new Set(counted.instants.map(dateOf))],
    counted.id,
  ]);
}

export interface AvailabilityNote {
  address: string;
  availability: 'available' | 'unavailable';
  lineId: string;
  /** When it turned out, epoch ms; absent: now. */
  at?: number;
}

const NOTE_AVAILABILITY = statement(
  'note_availability',
  `INSERT INTO addresses (workspace_id, address, availability, availability_checked_at, availability_line_id)
   SELECT $1, r.address, r.availability, r.at, r.line_id
   FROM json_to_recordset($2::json) AS r(address text, availability text, line_id text, at timestamptz) ORDER BY r.address
   ON CONFLICT (workspace_id, address) DO UPDATE SET availability = excluded.availability,
     availability_checked_at = excluded.availability_checked_at, availability_line_id = excluded.availability_line_id
   WHERE addresses.availability_checked_at IS NULL OR addresses.availability_checked_at <= excluded.availability_checked_at
     OR addresses.availability_checked_at > $3::timestamptz + interval '5 seconds'`,
);

/**
 * What was learnt of addresses; of what turned out earlier than what is known, nothing is kept (a clock that was set back
 * makes what is known later than now: that counts as old). One row per address, in their order, so that two writers cannot
 * wait for each other.
 */
export async function noteAvailability(
  tx: Sql,
  workspaceId: string,
  notes: readonly AvailabilityNote[],
  now: number,
): Promise<void> {
  if (notes.length === 0) return;
  const latest = new Map(notes.map((note) => [note.address, note]));
  const rows = [...latest.values()].map((note) => ({
    address: note.address,
    availability: note.availability,
    line_id: note.lineId,
    at: toIso(note.at ?? now),
  }));
  await tx.query(NOTE_AVAILABILITY, [workspaceId, JSON.stringify(rows), toIso(now)]);
}

const NOTE_LEAD_AVAILABILITY = statement(
  'note_lead_availability',
  `UPDATE leads l SET availability_status = r.status, updated_at = $3
   FROM (SELECT r.id, r.status FROM json_to_recordset($2::json) AS r(id text, status text)) r
   WHERE l.workspace_id = $1 AND l.id = ANY($4) AND l.id = r.id AND l.availability_status IS DISTINCT FROM r.status`,
);

export async function noteLeadAvailability(
  tx: Sql,
  workspaceId: string,
  notes: ReadonlyMap<string, AvailabilityStatus>,
  now: number,
): Promise<void> {
  if (notes.size === 0) return;
  const rows = [...notes].map(([id, status]) => ({ id, status })).sort((a, b) => (a.id < b.id ? -1 : 1));
  await tx.query(NOTE_LEAD_AVAILABILITY, [workspaceId, JSON.stringify(rows), toIso(now), [...notes.keys()]]);
}
