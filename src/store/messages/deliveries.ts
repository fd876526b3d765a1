/** The road of a waiting message: heads of the queues, facts, lease, settlement. All inside one workspace. */

import type { StepGate } from '../../domain/campaign/next-step.ts';
import { isWaiting } from '../../domain/lifecycle.ts';
import type { Reservation } from '../../domain/pacing.ts';
import type { SendWindow } from '../../domain/window.ts';
import type { CampaignStatus } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { LEAD_JSON, type LeadRow } from '../leads/leads.ts';
import { CLASSES_SQL, MESSAGE_COLUMNS, type MessageRow, UNDER_WAY_SQL, WAITING_SQL } from './messages.ts';

export interface QueueHead {
  lineId: string;
  id: string;
  leadId: string;
  priority: number;
  /** By fact, not by the queue it waits in: what it waits for is decided by this. */
  firstTouch: boolean;
  queuedAsFirstTouch: boolean;
  dueAt: number;
  campaignStartedAt: number | null;
}

/**
 * The earliest due messages of each class and each kind of touch: eight probes of one index per line, whatever the
 * backlog. Ordering by rank across classes would have to walk the backlog (see bench/README.md). A contact to whom the
 * line is sending right now is passed over: the next message keeps its place until the one before it is settled. So is
 * one for whom an outcome is unknown: should it turn out not to have left, it takes its first touch back with it. Who
 * they are is asked once per line, not of each message: a busy contact may have many waiting. Inside `coalesce` the
 * planner can't guess how many they leave over; it guessed none, and walked the workspace rather than the queue.
 */
const READ_QUEUE_HEADS = statement(
  'read_queue_heads',
  `WITH line AS MATERIALIZED (
     SELECT asked.id, asked.depth, ARRAY(
       SELECT DISTINCT o.lead_id FROM messages o
       WHERE o.workspace_id = $1 AND o.line_id = asked.id AND o.status IN ${UNDER_WAY_SQL}) AS busy
     FROM unnest($2::text[], $3::int[]) AS asked(id, depth)
   )
   SELECT line.id AS "lineId", h.id, h.lead_id AS "leadId", h.priority, h.first_touch AS "queuedAsFirstTouch", h.due_at AS "dueAt",
     h.campaign_started_at AS "campaignStartedAt",
     (SELECT t.line_id FROM touches t WHERE t.workspace_id = $1 AND t.lead_id = h.lead_id AND t.line_id = line.id
       AND t.message_id <> h.id) IS NULL AS "firstTouch"
   FROM line
   CROSS JOIN ${CLASSES_SQL}
   CROSS JOIN LATERAL (
     SELECT m.id, m.lead_id, m.priority, m.first_touch, m.due_at, m.campaign_started_at FROM messages m
     WHERE m.workspace_id = $1 AND m.line_id = line.id AND m.first_touch = class.first_touch
       AND m.priority = class.priority AND m.status IN ${WAITING_SQL} AND coalesce(m.lead_id <> ALL (line.busy), true)
     ORDER BY m.due_at, m.campaign_started_at, m.id LIMIT line.depth
   ) h`,
);

/** `depth`: how many messages of each class to read. */
export function readQueueHeads(
  tx: Sql,
  workspaceId: string,
  lines: readonly { id: string; depth: number }[],
): Promise<QueueHead[]> {
  return tx.query<QueueHead>(READ_QUEUE_HEADS, [
    workspaceId,
    lines.map((line) => line.id),
    lines.map((line) => line.depth),
  ]);
}

export interface KnownAddress {
  address: string;
  availability: 'available' | 'unavailable' | null;
  checkedAt: number | null;
  suppressedAt: number | null;
}

export interface DeliveryFacts {
  message: MessageRow;
  lead: LeadRow | null;
  /** What is known of the lead's addresses and the message's own. */
  addresses: KnownAddress[] | null;
  /** The message that first touched this lead from this line; null when none did. */
  touchedBy: string | null;
  /** Another message to this lead is on its way from this line, or may be. */
  busy: boolean;
  /** null where it belongs to no campaign. */
  campaignStatus: CampaignStatus | null;
  /** What its campaign has against it; actions/campaigns/stop-gate.ts asks. */
  stop: StepGate;
}

const DELIVERY_FACTS = `
  (SELECT ${LEAD_JSON} FROM leads l WHERE l.workspace_id = $1 AND l.id = m.lead_id) AS lead,
  (SELECT json_agg(json_build_object('address', a.address, 'availability', a.availability,
      'checkedAt', extract(epoch FROM a.availability_checked_at) * 1000, 'suppressedAt', extract(epoch FROM a.suppressed_at) * 1000))
   FROM addresses a WHERE a.workspace_id = $1
     AND a.address = ANY(ARRAY[m.recipient_phone, m.recipient_email]
       || ARRAY(SELECT la.address FROM lead_addresses la WHERE la.workspace_id = $1 AND la.lead_id = m.lead_id))) AS addresses,
  (SELECT t.message_id FROM touches t
   WHERE t.workspace_id = $1 AND t.lead_id = m.lead_id AND t.line_id = m.line_id) AS "touchedBy",
  (SELECT o.id FROM messages o WHERE o.workspace_id = $1 AND o.lead_id = m.lead_id
    AND o.status IN ${UNDER_WAY_SQL} AND o.line_id = m.line_id AND o.id <> m.id LIMIT 1) IS NOT NULL AS busy,
  (SELECT c.status FROM campaigns c WHERE c.workspace_id = $1 AND c.id = m.campaign_id) AS "campaignStatus"`;

const LOCK_DELIVERY_FACTS = statement(
  'lock_delivery_facts',
  `SELECT ${MESSAGE_COLUMNS}, ${DELIVERY_FACTS} FROM messages m
   WHERE m.workspace_id = $1 AND m.id = ANY($2) FOR NO KEY UPDATE OF m SKIP LOCKED`,
);
const READ_DELIVERY_FACTS = statement(
  'read_delivery_facts',
  `SELECT ${MESSAGE_COLUMNS}, ${DELIVERY_FACTS} FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2)`,
);

const READ_OUTLOOK = statement(
  'read_outlook',
  `SELECT
     (SELECT json_agg(json_build_object('address', a.address, 'availability', a.availability,
        'checkedAt', extract(epoch FROM a.availability_checked_at) * 1000, 'suppressedAt', extract(epoch FROM a.suppressed_at) * 1000))
      FROM addresses a WHERE a.workspace_id = $1 AND a.address = ANY($2)) AS addresses,
     (SELECT o.id FROM messages o WHERE o.workspace_id = $1 AND o.lead_id = $3 AND o.line_id = $4
       AND o.status IN ${UNDER_WAY_SQL} LIMIT 1) IS NOT NULL AS busy`,
);

/** The facts of a delivery for a message that is not stored. `leadId` null: its lead would be a new one. */
export async function readOutlook(
  sql: Sql,
  workspaceId: string,
  { addresses, leadId, lineId }: { addresses: readonly string[]; leadId: string | null; lineId: string },
): Promise<Pick<DeliveryFacts, 'addresses' | 'busy'>> {
  const [row] = await sql.query<Pick<DeliveryFacts, 'addresses' | 'busy'>>(READ_OUTLOOK, [
    workspaceId,
    addresses,
    leadId,
    lineId,
  ]);
  return row ?? { addresses: null, busy: false };
}

type FactsRow = MessageRow & Omit<DeliveryFacts, 'message' | 'stop'>;

/** Locks the messages that still wait and that nobody else is changing; the rest is left out. */
export async function lockDeliveryFacts(
  tx: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<DeliveryFacts[]> {
  const rows = await tx.query<FactsRow>(LOCK_DELIVERY_FACTS, [workspaceId, ids]);
  // Asked of the rows, not of the database: with the states in its WHERE the planner may walk the whole queue instead.
  return rows.filter((row) => isWaiting(row.status)).map(splitFacts);
}

/** The same facts, only to look at. */
export async function readDeliveryFacts(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<DeliveryFacts | null> {
  const [row] = await sql.query<FactsRow>(READ_DELIVERY_FACTS, [workspaceId, [id]]);
  return row === undefined ? null : splitFacts(row);
}

function splitFacts({
  lead,
  addresses,
  touchedBy,
  busy,
  campaignStatus,
  ...message
}: FactsRow): DeliveryFacts {
  return { message, lead, addresses, touchedBy, busy, campaignStatus, stop: null };
}

export interface NewLease {
  id: string;
  leaseUntil: number;
  /** Its attachments come first. */
  isFetching: boolean;
  firstTouch: boolean;
  reserved: Reservation;
}

const LEASE_MESSAGES = statement(
  'lease_messages',
  `UPDATE messages m SET status = 'sending', attempt = m.attempt + 1, lease_until = r.lease_until, is_fetching = r.is_fetching,
     first_touch = r.first_touch, reserved = r.reserved, updated_at = $3
   FROM json_to_recordset($2::json) AS r(id text, lease_until timestamptz, is_fetching boolean, first_touch boolean, reserved jsonb)
   WHERE m.workspace_id = $1 AND m.id = ANY($4) AND m.id = r.id`,
);

/** The caller holds the rows' locks. */
export async function leaseMessages(
  tx: Sql,
  workspaceId: string,
  leases: readonly NewLease[],
  now: number,
): Promise<void> {
  if (leases.length === 0) return;
  const rows = leases.map((lease) => ({
    id: lease.id,
    lease_until: toIso(lease.leaseUntil),
    is_fetching: lease.isFetching,
    first_touch: lease.firstTouch,
    reserved: lease.reserved,
  }));
  await tx.query(LEASE_MESSAGES, [workspaceId, JSON.stringify(rows), toIso(now), rows.map((row) => row.id)]);
}

const RENEW_RESERVATION = statement(
  'renew_reservation',
  `UPDATE messages SET reserved = $4 WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'sending' RETURNING id`,
);

/** False: the attempt is over, whoever said so. */
export async function renewReservation(
  tx: Sql,
  workspaceId: string,
  id: string,
  attempt: number,
  reserved: Reservation,
): Promise<boolean> {
  const rows = await tx.query(RENEW_RESERVATION, [workspaceId, id, attempt, JSON.stringify(reserved)]);
  return rows.length > 0;
}

export interface Hold {
  id: string;
  dueAt: number;
}

const HOLD_MESSAGES = statement(
  'hold_messages',
  `UPDATE messages m SET status = 'queued', due_at = r.due_at, updated_at = $3
   FROM json_to_recordset($2::json) AS r(id text, due_at timestamptz)
   WHERE m.workspace_id = $1 AND m.id = ANY($4) AND m.id = r.id`,
);

export async function holdMessages(
  tx: Sql,
  workspaceId: string,
  holds: readonly Hold[],
  now: number,
): Promise<void> {
  if (holds.length === 0) return;
  const rows = holds.map((hold) => ({ id: hold.id, due_at: toIso(hold.dueAt) }));
  await tx.query(HOLD_MESSAGES, [workspaceId, JSON.stringify(rows), toIso(now), rows.map((row) => row.id)]);
}

export type Waiting = Pick<MessageRow, 'id' | 'status' | 'leadId' | 'lineId'>;

/**
 * Ids of what is due on line $2 by $4 where `column` is $3, up to $5 of each class. Class by class, so that only what is due is
 * looked at: what was held before lies further ahead in the same index.
 */
export function dueBehind(column: 'w.settings' | 'w.campaign_id'): string {
  return `SELECT due.id FROM ${CLASSES_SQL}
     CROSS JOIN LATERAL (
       SELECT w.id FROM messages w
       WHERE w.workspace_id = $1 AND w.line_id = $2 AND w.first_touch = class.first_touch AND w.priority = class.priority
         AND w.status IN ${WAITING_SQL} AND w.due_at <= $4 AND ${column} = $3
       ORDER BY w.due_at, w.campaign_started_at, w.id LIMIT $5
     ) due`;
}

const LOCK_DUE_BEHIND = statement(
  'lock_due_behind',
  `SELECT m.id, m.status, m.lead_id AS "leadId", m.line_id AS "lineId" FROM messages m
   WHERE m.workspace_id = $1 AND m.status IN ${WAITING_SQL} AND m.id = ANY(ARRAY(
     ${dueBehind('w.settings')}))
   ORDER BY m.id FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Messages of the line that are due and wait for the same window, up to `limit` of each class. */
export function lockDueBehind(
  tx: Sql,
  workspaceId: string,
  { lineId, window }: { lineId: string; window: SendWindow },
  now: number,
  limit: number,
): Promise<Waiting[]> {
  return tx.query(LOCK_DUE_BEHIND, [workspaceId, lineId, JSON.stringify(window), toIso(now), limit]);
}

// `IS TRUE` keeps the planner from the index of the queues: a line's may hold a million, a lead has a few.
const MARK_FIRST_TOUCH = statement(
  'mark_first_touch',
  `UPDATE messages m SET first_touch = r.first_touch
   FROM json_to_recordset($2::json) AS r(line_id text, lead_id text, first_touch boolean)
   WHERE m.workspace_id = $1 AND m.lead_id = ANY($3) AND m.lead_id = r.lead_id AND m.line_id = r.line_id
     AND m.first_touch <> r.first_touch AND (m.status IN ${WAITING_SQL}) IS TRUE`,
);

export interface TouchMark {
  lineId: string;
  leadId: string;
  firstTouch: boolean;
}

/** Tells the messages that wait for these leads on these lines whether they would be first touches. */
export async function markFirstTouch(
  tx: Sql,
  workspaceId: string,
  marks: readonly TouchMark[],
): Promise<void> {
  if (marks.length === 0) return;
  const rows = marks.map((mark) => ({
    line_id: mark.lineId,
    lead_id: mark.leadId,
    first_touch: mark.firstTouch,
  }));
  await tx.query(MARK_FIRST_TOUCH, [workspaceId, JSON.stringify(rows), rows.map((row) => row.lead_id)]);
}

const UPSERT_TOUCHES = statement(
  'upsert_touches',
  `INSERT INTO touches AS t (workspace_id, lead_id, line_id, message_id, first_at, last_at)
   SELECT $1, r.lead_id, r.line_id, r.message_id, $3, $3
   FROM json_to_recordset($2::json) AS r(lead_id text, line_id text, message_id text)
   ON CONFLICT (workspace_id, lead_id, line_id) DO UPDATE SET last_at = excluded.last_at`,
);

export async function upsertTouches(
  tx: Sql,
  workspaceId: string,
  touches: readonly { leadId: string; lineId: string; messageId: string }[],
  now: number,
): Promise<void> {
  if (touches.length === 0) return;
  const rows = touches.map((touch) => ({
    lead_id: touch.leadId,
    line_id: touch.lineId,
    message_id: touch.messageId,
  }));
  await tx.query(UPSERT_TOUCHES, [workspaceId, JSON.stringify(rows), toIso(now)]);
}

const READ_TALKING_LINES = statement(
  'read_talking_lines',
  `SELECT t.lead_id AS "leadId", t.line_id AS "lineId" FROM touches t
   WHERE t.workspace_id = $1 AND t.lead_id = ANY($2) ORDER BY t.last_at DESC, t.line_id`,
);

/** Which lines have talked to these leads, latest first. */
export function readTalkingLines(
  sql: Sql,
  workspaceId: string,
  leadIds: readonly string[],
): Promise<{ leadId: string; lineId: string }[]> {
  return leadIds.length === 0 ? Promise.resolve([]) : sql.query(READ_TALKING_LINES, [workspaceId, leadIds]);
}

const DELETE_TOUCHES = statement(
  'delete_touches',
  `DELETE FROM touches t USING json_to_recordset($2::json) AS r(id text, lead_id text, line_id text)
   WHERE t.workspace_id = $1 AND t.lead_id = ANY($3) AND t.lead_id = r.lead_id AND t.line_id = r.line_id AND t.message_id = r.id
     AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.workspace_id = $1 AND o.lead_id = t.lead_id AND o.line_id = t.line_id
       AND o.id <> ALL($4) AND (o.sent_at IS NOT NULL OR o.status IN ('sending', 'unknown')))
   RETURNING t.lead_id AS "leadId", t.line_id AS "lineId"`,
);

/**
 * Forgets first touches that these messages reserved and did not make. A conversation that went on meanwhile stays one:
 * somebody wrote, or another message left or may have left.
 */
export function deleteTouches(
  tx: Sql,
  workspaceId: string,
  messages: readonly { id: string; leadId: string; lineId: string }[],
): Promise<{ leadId: string; lineId: string }[]> {
  if (messages.length === 0) return Promise.resolve([]);
  return tx.query(DELETE_TOUCHES, [
    workspaceId,
    JSON.stringify(messages.map((m) => ({ id: m.id, lead_id: m.leadId, line_id: m.lineId }))),
    messages.map((m) => m.leadId),
    messages.map((m) => m.id),
  ]);
}
