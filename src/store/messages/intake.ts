/**
 * The two statements of the intake: read what a batch of requests needs to know, then write all of it at once. Both
 * serve one workspace and probe indexes row by row: joined to `leads` instead, the planner reads the whole table and
 * batching gains nothing. Every part of the write stands for itself, so that it can be sent as separate statements
 * where the database is sharded.
 */
import type { LineDecision } from '../../domain/line-choice.ts';
import { isWebhookEvent } from '../../domain/webhook-events.ts';
import type { SendWindow } from '../../domain/window.ts';
import type { MessageStatus, MessageType, Reason } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { deliveriesOf } from '../events/events.ts';
import { counting, countsOf } from '../figures/counts.ts';
import { touching } from '../figures/day-figures.ts';
import { countChanges, countingLeads, inLists } from '../leads/lead-counts.ts';
import {
  LEAD_JSON,
  LEAD_RECORD_COLUMNS,
  LEAD_RECORD_TYPES,
  type LeadRow,
  leadRecord,
  type NewLead,
} from '../leads/leads.ts';
import { type CrmLinks, WAITING_SQL } from './messages.ts';

export interface IntakeQuestion {
  messageType: MessageType;
  leadId: string | null;
  phone: string | null;
  email: string | null;
  idempotencyKey: string | null;
}

export interface StoredAnswer {
  requestHash: string;
  httpStatus: number;
  answer: unknown;
}

export interface IntakeFacts {
  lead: LeadRow | null;
  /** Which of the lead's and the request's addresses are suppressed. */
  suppressed: string[] | null;
  /** Lines that have written to the lead, latest first. */
  touches: { lineId: string; lastReplyAt: number | null }[] | null;
  /**
   * Where a message of this type waits for the lead, of several the one that is due first; not looked for while a line that is up
   * talks to it in this type.
   */
  waitingLineId: string | null;
  stored: StoredAnswer | null;
}

// `IS TRUE` keeps the planner from the index of the queues: a line's may hold a million, a lead has a few.
const READ_INTAKE_FACTS = statement(
  'read_intake_facts',
  `WITH asked AS MATERIALIZED (
     SELECT r.*, CASE
       WHEN r.lead_id IS NOT NULL THEN r.lead_id
       ELSE coalesce(
         (SELECT min(a.lead_id) FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = r.phone),
         (SELECT min(a.lead_id) FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = r.email))
       END AS found_id
     FROM json_to_recordset($2::json) AS r(n int, message_type text, lead_id text, phone text, email text, idempotency_key text)
   )
   SELECT
     CASE WHEN q.found_id IS NULL THEN NULL
       ELSE (SELECT ${LEAD_JSON} FROM leads l WHERE l.workspace_id = $1 AND l.id = q.found_id) END AS lead,
     (SELECT array_agg(a.address) FROM addresses a WHERE a.workspace_id = $1 AND a.suppressed_at IS NOT NULL
        AND a.address = ANY(ARRAY[q.phone, q.email]
          || CASE WHEN q.found_id IS NULL THEN NULL
               ELSE ARRAY(SELECT la.address FROM lead_addresses la WHERE la.workspace_id = $1 AND la.lead_id = q.found_id) END)
     ) AS suppressed,
     CASE WHEN q.found_id IS NULL THEN NULL ELSE (
       SELECT json_agg(json_build_object('lineId', t.line_id, 'lastReplyAt', extract(epoch FROM t.last_reply_at) * 1000)
         ORDER BY t.last_at DESC, t.line_id)
       FROM touches t WHERE t.workspace_id = $1 AND t.lead_id = q.found_id) END AS touches,
     CASE WHEN q.found_id IS NULL OR (
         SELECT l.is_active AND l.health_status = 'healthy' FROM touches t
         JOIN lines l ON l.workspace_id = t.workspace_id AND l.id = t.line_id
         WHERE t.workspace_id = $1 AND t.lead_id = q.found_id AND l.message_type = q.message_type
         ORDER BY t.last_at DESC, t.line_id LIMIT 1) THEN NULL
       ELSE (SELECT m.line_id FROM messages m WHERE m.workspace_id = $1 AND m.lead_id = q.found_id
         AND m.message_type = q.message_type AND (m.status IN ${WAITING_SQL}) IS TRUE
         ORDER BY m.due_at, m.id LIMIT 1) END AS "waitingLineId",
     CASE WHEN q.idempotency_key IS NULL THEN NULL ELSE (
       SELECT json_build_object('requestHash', i.request_hash, 'httpStatus', i.http_status, 'answer', i.answer)
       FROM idempotency_keys i WHERE i.workspace_id = $1 AND i.key = q.idempotency_key) END AS stored
   FROM asked q ORDER BY q.n`,
);

export function readIntakeFacts(
  sql: Sql,
  workspaceId: string,
  questions: readonly IntakeQuestion[],
): Promise<IntakeFacts[]> {
  const rows = questions.map((question, n) => ({
    n,
    message_type: question.messageType,
    lead_id: question.leadId,
    phone: question.phone,
    email: question.email,
    idempotency_key: question.idempotencyKey,
  }));
  return sql.query<IntakeFacts>(READ_INTAKE_FACTS, [workspaceId, JSON.stringify(rows)]);
}

export interface NewMessage {
  id: string;
  eventId: string;
  /** Event type that tells of its birth, and what it carries. */
  eventType: string;
  eventData: Readonly<Record<string, unknown>>;
  direction: 'sent';
  status: MessageStatus;
  reason: Reason | null;
  errorMessage: string | null;
  messageType: MessageType;
  message: string;
  rendered: boolean;
  subject: string | null;
  attachments: readonly { url: string; name: string | null }[];
  leadId: string;
  recipientPhone: string | null;
  recipientEmail: string | null;
  recipientName: string | null;
  recipientGiven: boolean;
  recipientDiffers: boolean;
  lineId: string;
  linePinned: boolean;
  lineDecision: LineDecision;
  priority: number;
  firstTouch: boolean;
  dueAt: number;
  scheduledDate: number | null;
  expiresAt: number | null;
  settings: SendWindow | null;
  attempts: number;
  retryGapMs: number;
  sendFallbackSmsOnFailed: boolean;
  forceFallback: boolean;
  fallbackSmsDispatched: boolean;
  fallbackOf: string | null;
  batchId: string | null;
  campaignId: string | null;
  stepIndex: number | null;
  stepKey: string | null;
  campaignEntry: number | null;
  campaignStartedAt: number | null;
  fallbackMessage: string | null;
  contactOwnerEmail: string | null;
  /** The person who asked for it; null where a key did. */
  createdByUserId: string | null;
  crm: CrmLinks;
  correlationId: string;
}

export interface NewIdempotencyKey {
  key: string;
  requestHash: string;
  httpStatus: number;
  answer: unknown;
}

export interface IntakeWrite {
  leads: readonly NewLead[];
  messages: readonly NewMessage[];
  idempotencyKeys: readonly NewIdempotencyKey[];
  wakes: readonly { lineId: string; id: string }[];
}

const MESSAGE_RECORD = `id text, status text, reason text, error_message text, message_type text, message text, rendered boolean,
  subject text, attachments jsonb, lead_id text, recipient_phone text, recipient_email text, recipient_name text,
  recipient_given boolean, recipient_differs boolean, line_id text, line_pinned boolean, line_decision jsonb, priority smallint, first_touch boolean,
  due_at timestamptz, scheduled_date timestamptz, expires_at timestamptz, settings jsonb, attempts int, retry_gap_ms int,
  send_fallback_sms_on_failed boolean, force_fallback boolean, fallback_sms_dispatched boolean, fallback_of text,
  batch_id text, campaign_id text, step_index int, step_key text, campaign_entry int,
  campaign_started_at timestamptz, fallback_message text, contact_owner_email text, created_by_user_id text, crm jsonb,
  correlation_id text`;
const MESSAGE_RECORD_COLUMNS = MESSAGE_RECORD.split(',')
  .map((column) => column.trim().split(' ')[0])
  .join(', ');

/**
 * Whether it is a first touch is asked once more here: a touch may have been made since the facts were read. As a value, and not
 * by `NOT EXISTS`: the planner answered that by reading all touches of a workspace, as long as those were less than some 20,000.
 */
const MESSAGE_RECORD_VALUES = MESSAGE_RECORD_COLUMNS.replace(
  'first_touch',
  `first_touch AND (SELECT t.line_id FROM touches t
     WHERE t.workspace_id = $1 AND t.lead_id = record.lead_id AND t.line_id = record.line_id) IS NULL`,
);

const INTAKE_WRITTEN = `WITH record AS MATERIALIZED (
     SELECT * FROM json_to_recordset($2::json) AS r(${MESSAGE_RECORD}, event_id text, event_type text, event_data jsonb, told boolean)
   ), new_leads AS MATERIALIZED (
     SELECT * FROM json_to_recordset($3::json) AS r(${LEAD_RECORD_TYPES})
   ), leads_written AS (
     INSERT INTO leads (workspace_id, ${LEAD_RECORD_COLUMNS}, created_at, updated_at)
     SELECT $1, ${LEAD_RECORD_COLUMNS}, $6::timestamptz, $6::timestamptz FROM new_leads
   ), addresses_written AS (
     INSERT INTO lead_addresses (workspace_id, address, lead_id)
     SELECT DISTINCT $1, a.address, r.id FROM new_leads r,
       LATERAL unnest(ARRAY[r.phone, r.alt_phone1, r.alt_phone2, r.alt_phone3, r.email, r.alt_email1, r.alt_email2, r.alt_email3]) AS a(address)
     WHERE a.address IS NOT NULL
   ), messages_written AS (
     INSERT INTO messages (workspace_id, direction, ${MESSAGE_RECORD_COLUMNS}, created_at, updated_at)
     SELECT $1, 'sent', ${MESSAGE_RECORD_VALUES}, $6::timestamptz, $6::timestamptz FROM record
   ), keys_written AS (
     INSERT INTO idempotency_keys (workspace_id, key, request_hash, http_status, answer, created_at)
     SELECT $1, k.key, k.request_hash, k.http_status, k.answer, $6::timestamptz
     FROM json_to_recordset($4::json) AS k(key text, request_hash text, http_status smallint, answer json)
   ), wakes_written AS (
     INSERT INTO line_wakes (workspace_id, line_id, id)
     SELECT $1, w.line_id, w.id FROM json_to_recordset($5::json) AS w(line_id text, id text)
   ), counted AS (
     ${counting('$7')}
   ), leads_counted AS (
     ${countingLeads('$8')}
   )`;

const WRITE_INTAKE = statement(
  'write_intake',
  `${INTAKE_WRITTEN}
   INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data)
   SELECT $1, event_id, event_type, id, lead_id, line_id, $6::timestamptz, event_data FROM record`,
);

/** What ended in the moment of its acceptance is told of at once; everything else keeps the plain statement. */
const WRITE_TOLD_INTAKE = statement(
  'write_told_intake',
  `${INTAKE_WRITTEN}, e AS MATERIALIZED (
     SELECT event_id AS id, event_type AS type, id AS message_id, lead_id, line_id, $6::timestamptz AS at, event_data AS data,
       told FROM record
   ), deliveries AS (
     ${deliveriesOf('e')}
   ), touched AS (
     ${touching("ARRAY[($6::timestamptz AT TIME ZONE 'UTC')::date]", '(SELECT min(event_id) FROM record)')}
   )
   INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data, sequence)
   SELECT $1, id, type, message_id, lead_id, line_id, at, data, CASE WHEN told THEN 0 END FROM e`,
);

/** One commit: leads, messages, their events, idempotency keys, and a wake for each line concerned. */
export async function writeIntake(
  sql: Sql,
  workspaceId: string,
  write: IntakeWrite,
  ids: Ids,
  now: number,
): Promise<void> {
  const isTold = write.messages.some(({ eventType }) => isWebhookEvent(eventType));
  await sql.query(isTold ? WRITE_TOLD_INTAKE : WRITE_INTAKE, [
    workspaceId,
    JSON.stringify(write.messages.map(messageRecord)),
    // In one order, so that two processes that make the same leads at once don't wait for each other in a circle.
    JSON.stringify(sortBy(write.leads, (lead) => `${lead.phone} ${lead.email}`).map(leadRecord)),
    JSON.stringify(
      sortBy(write.idempotencyKeys, ({ key }) => key).map((key) => ({
        key: key.key,
        request_hash: key.requestHash,
        http_status: key.httpStatus,
        answer: key.answer,
      })),
    ),
    JSON.stringify(write.wakes.map((wake) => ({ line_id: wake.lineId, id: wake.id }))),
    toIso(now),
    JSON.stringify(
      countsOf(
        write.messages.map(({ eventId: id, eventType: type, eventData: data }) => ({
          id,
          type,
          at: now,
          data,
        })),
      ),
    ),
    JSON.stringify(countChanges(inLists(write.leads, 1), ids)),
  ]);
}

/** Absent keys read as SQL null: what is null is left out, which halves the text to parse. */
function messageRecord(message: NewMessage): Record<string, unknown> {
  return {
    id: message.id,
    event_id: message.eventId,
    event_type: message.eventType,
    event_data: message.eventData,
    told: isWebhookEvent(message.eventType) ? true : undefined,
    status: message.status,
    reason: message.reason ?? undefined,
    error_message: message.errorMessage ?? undefined,
    message_type: message.messageType,
    message: message.message,
    rendered: message.rendered,
    subject: message.subject ?? undefined,
    attachments: message.attachments.length > 0 ? message.attachments : undefined,
    lead_id: message.leadId,
    recipient_phone: message.recipientPhone ?? undefined,
    recipient_email: message.recipientEmail ?? undefined,
    recipient_name: message.recipientName ?? undefined,
    recipient_given: message.recipientGiven,
    recipient_differs: message.recipientDiffers,
    line_id: message.lineId,
    line_pinned: message.linePinned,
    line_decision: message.lineDecision,
    priority: message.priority,
    first_touch: message.firstTouch,
    due_at: toIso(message.dueAt),
    scheduled_date: message.scheduledDate === null ? undefined : toIso(message.scheduledDate),
    expires_at: message.expiresAt === null ? undefined : toIso(message.expiresAt),
    settings: message.settings ?? undefined,
    attempts: message.attempts,
    retry_gap_ms: message.retryGapMs,
    send_fallback_sms_on_failed: message.sendFallbackSmsOnFailed,
    force_fallback: message.forceFallback,
    fallback_sms_dispatched: message.fallbackSmsDispatched,
    fallback_of: message.fallbackOf ?? undefined,
    batch_id: message.batchId ?? undefined,
    campaign_id: message.campaignId ?? undefined,
    step_index: message.stepIndex ?? undefined,
    step_key: message.stepKey ?? undefined,
    campaign_entry: message.campaignEntry ?? undefined,
    campaign_started_at: message.campaignStartedAt === null ? undefined : toIso(message.campaignStartedAt),
    fallback_message: message.fallbackMessage ?? undefined,
    contact_owner_email: message.contactOwnerEmail ?? undefined,
    created_by_user_id: message.createdByUserId ?? undefined,
    crm: hasLink(message.crm) ? message.crm : undefined,
    correlation_id: message.correlationId,
  };
}

function hasLink(crm: CrmLinks): boolean {
  return (
    crm.hsContactId !== null ||
    crm.hsPortalId !== null ||
    crm.ghlContactId !== null ||
    crm.ghlLocationId !== null
  );
}

function sortBy<Item>(items: readonly Item[], name: (item: Item) => string): Item[] {
  return items.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}
