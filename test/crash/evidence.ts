/** What the database holds after a run, read in one go, before anybody judges it. */
import type {
  CampaignLeadStatus,
  CampaignStatus,
  MessageStatus,
  MessageType,
  Reason,
  Transport,
} from '../../src/domain/words.ts';
import { withClient } from '../database-server.ts';
import { until } from '../until.ts';

export interface MessageFact {
  id: string;
  text: string;
  status: MessageStatus;
  reason: Reason | null;
  messageType: MessageType;
  recipient: string;
  leadId: string;
  lineId: string;
  attempt: number;
  fallbackOf: string | null;
  fallbackSmsDispatched: boolean;
  campaignId: string | null;
  stepKey: string | null;
  sentAt: number | null;
  /** Anything a settled message must not have: a lease, a question to the carrier. */
  unfinished: boolean;
}

export interface EventFact {
  id: string;
  messageId: string;
  type: string;
  at: number;
  data: Record<string, unknown> & { from?: MessageStatus; status?: MessageStatus; attempt?: number };
}

export interface CopyFact {
  id: string;
  reference: string;
  attempt: number;
  address: string;
  lineId: string;
  receivedAt: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  /** The carrier took it back afterwards: it reached nobody. */
  isUndone: boolean;
}

export interface LineFact {
  id: string;
  transport: Transport;
  deviceId: string;
  /** Between two messages of its device. */
  gapMs: number;
  /** Day of the counters. */
  usageDay: string | null;
  totalMessages: number;
  newConversations: number;
}

export interface TouchFact {
  leadId: string;
  lineId: string;
  /** The message that made it. */
  messageId: string;
}

/** A lead's way through a campaign. */
export interface EntryFact {
  campaignId: string;
  leadId: string;
  status: CampaignLeadStatus;
  campaignStatus: CampaignStatus;
  /** Its campaign has no list: it is never complete by itself. */
  endless: boolean;
}

export interface Evidence {
  messages: readonly MessageFact[];
  /** By id, which is the order of timelines. */
  events: readonly EventFact[];
  copies: readonly CopyFact[];
  lines: readonly LineFact[];
  touches: readonly TouchFact[];
  entries: readonly EntryFact[];
}

const MESSAGES = `
  SELECT id, message AS text, status, reason, message_type AS "messageType", lead_id AS "leadId", line_id AS "lineId",
    coalesce(recipient_phone, recipient_email, '') AS recipient, attempt, fallback_of AS "fallbackOf",
    fallback_sms_dispatched AS "fallbackSmsDispatched", campaign_id AS "campaignId", step_key AS "stepKey",
    extract(epoch FROM sent_at)::float8 * 1000 AS "sentAt",
    lease_until IS NOT NULL OR reconcile_at IS NOT NULL OR unknown_since IS NOT NULL AS unfinished
  FROM messages WHERE direction = 'sent' ORDER BY id`;
const EVENTS = `
  SELECT id, message_id AS "messageId", type, extract(epoch FROM at)::float8 * 1000 AS at, data
  FROM events WHERE message_id IS NOT NULL ORDER BY id`;
const COPIES = `
  SELECT id, reference, attempt, address, line_id AS "lineId", extract(epoch FROM received_at)::float8 * 1000 AS "receivedAt",
    to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, false AS "isUndone"
  FROM sandbox_copies ORDER BY received_at, id`;
const LINES = `
  SELECT l.id, l.transport, l.device_id AS "deviceId", d.gap_ms AS "gapMs", l.usage_day::text AS "usageDay",
    l.total_messages_today AS "totalMessages", l.new_conversations_today AS "newConversations"
  FROM lines l JOIN devices d ON d.workspace_id = l.workspace_id AND d.id = l.device_id ORDER BY l.id`;
const TOUCHES = 'SELECT lead_id AS "leadId", line_id AS "lineId", message_id AS "messageId" FROM touches';

const ENTRIES = `
  SELECT e.campaign_id AS "campaignId", e.lead_id AS "leadId", e.status, c.status AS "campaignStatus", c.list_id IS NULL AS endless
  FROM campaign_leads e JOIN campaigns c ON c.workspace_id = e.workspace_id AND c.id = e.campaign_id`;

export function readEvidence(databaseUrl: string): Promise<Evidence> {
  return withClient(databaseUrl, async (client) => ({
    messages: (await client.query<MessageFact>(MESSAGES)).rows,
    events: (await client.query<EventFact>(EVENTS)).rows,
    copies: (await client.query<CopyFact>(COPIES)).rows,
    lines: (await client.query<LineFact>(LINES)).rows,
    touches: (await client.query<TouchFact>(TOUCHES)).rows,
    entries: (await client.query<EntryFact>(ENTRIES)).rows,
  }));
}

const UNFINISHED = `
  SELECT (SELECT count(*) FROM messages WHERE status IN ('pending', 'scheduled', 'queued', 'sending', 'unknown'))
       + (SELECT count(*) FROM campaign_leads WHERE status IN ('active', 'held'))
       + (SELECT count(*) FROM campaigns WHERE status = 'active' AND list_id IS NOT NULL)
       + (SELECT count(*) FROM sandbox_callbacks) AS unfinished`;

/** Resolves when every message is settled and every receipt recorded; false when that takes too long. */
export function drained(databaseUrl: string, withinMs: number): Promise<boolean> {
  return withClient(databaseUrl, (client) => {
    const look = async () =>
      (await client.query<{ unfinished: string }>(UNFINISHED)).rows[0]?.unfinished === '0';
    return until('everything is settled', look, withinMs).catch(() => false);
  });
}

/** Everything known of one message, for whoever has to find out what went wrong. */
export function timelineOf(evidence: Evidence, messageId: string): string {
  const message = evidence.messages.find(({ id }) => id === messageId);
  const events = evidence.events.filter((event) => event.messageId === messageId);
  const copies = evidence.copies.filter((copy) => copy.reference === messageId);
  const instant = (at: number) => new Date(at).toISOString().slice(11, 23);
  return [
    message === undefined ? `message ${messageId} does not exist` : JSON.stringify(message),
    ...events.map((event) => `  ${instant(event.at)} ${event.type} ${JSON.stringify(event.data)}`),
    ...copies.map(
      (copy) => `  ${instant(copy.receivedAt)} a copy at ${copy.address}, attempt ${copy.attempt}`,
    ),
  ].join('\n');
}
