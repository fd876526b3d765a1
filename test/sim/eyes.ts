/** How the judge sees the app: its events as they are written, and the rows they tell of, by a connection of its own. */
import type { Reservation } from '../../src/domain/pacing.ts';
import type { MessageStatus, MessageType } from '../../src/domain/words.ts';
import { type Database, statement } from '../../src/store/database.ts';
import type { SeenEvent } from './history.ts';

export interface MessageFacts {
  id: string;
  workspaceId: string;
  status: MessageStatus;
  reason: string | null;
  messageType: MessageType;
  leadId: string;
  lineId: string;
  attempt: number;
  priority: number;
  dueAt: number;
  leaseUntil: number | null;
  reserved: Reservation | null;
  reconcileAt: number | null;
  fallbackOf: string | null;
  fallbackSmsDispatched: boolean;
  recipientPhone: string | null;
  batchId: string | null;
  campaignId: string | null;
  stepKey: string | null;
  campaignEntry: number | null;
}

export interface LineFacts {
  id: string;
  usageDay: string | null;
  total: number;
  firstTouches: number;
  usageHour: number | null;
  firstTouchesHour: number;
}

const READ_EVENTS = statement(
  'sim_events',
  `SELECT workspace_id AS "workspaceId", id, type, message_id AS "messageId", lead_id AS "leadId", line_id AS "lineId", at, data
   FROM events WHERE workspace_id = ANY($1) AND id >= $2 ORDER BY at, id`,
);
const MESSAGE_COLUMNS = `id, workspace_id AS "workspaceId", status, reason, message_type AS "messageType", lead_id AS "leadId",
  line_id AS "lineId", attempt, priority, due_at AS "dueAt", lease_until AS "leaseUntil", reserved, reconcile_at AS "reconcileAt",
  fallback_of AS "fallbackOf", fallback_sms_dispatched AS "fallbackSmsDispatched", recipient_phone AS "recipientPhone",
  batch_id AS "batchId", campaign_id AS "campaignId", step_key AS "stepKey", campaign_entry AS "campaignEntry"`;
const READ_MESSAGES = statement(
  'sim_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE workspace_id = ANY($1) AND id = ANY($2) AND direction = 'sent'`,
);
const READ_ALL_MESSAGES = statement(
  'sim_all_messages',
  `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE workspace_id = ANY($1) AND direction = 'sent'`,
);
const READ_ON_THE_WAY = statement(
  'sim_on_the_way',
  `SELECT 'lead ' || e.lead_id || ' of campaign ' || e.campaign_id || ' (' || c.status || ') is still ' || e.status || ' at '
     || coalesce(e.step_key, 'its beginning') AS text
   FROM campaign_leads e JOIN campaigns c ON c.workspace_id = e.workspace_id AND c.id = e.campaign_id
   WHERE e.workspace_id = ANY($1) AND e.status IN ('active', 'held')`,
);
const READ_LINES = statement(
  'sim_lines',
  `SELECT id, usage_day AS "usageDay", total_messages_today AS total, new_conversations_today AS "firstTouches",
     usage_hour AS "usageHour", new_conversations_hour AS "firstTouchesHour" FROM lines WHERE workspace_id = ANY($1)`,
);

export class Eyes {
  readonly #database: Database;
  readonly #seen = new Set<string>();
  #since = '';

  constructor(database: Database) {
    this.#database = database;
  }

  /** Events written since the last call. `now`: the world's time, which no later event's id lies before. */
  async newEvents(workspaceIds: readonly string[], now: number): Promise<SeenEvent[]> {
    const rows = await this.#database.query<SeenEvent>(READ_EVENTS, [workspaceIds, this.#since]);
    const fresh = rows.filter((row) => !this.#seen.has(row.id));
    for (const row of fresh) this.#seen.add(row.id);
    this.#since = now.toString(16).padStart(12, '0');
    return fresh;
  }

  /** `ids` null: all. */
  messages(workspaceIds: readonly string[], ids: readonly string[] | null): Promise<MessageFacts[]> {
    if (ids === null) return this.#database.query(READ_ALL_MESSAGES, [workspaceIds]);
    return ids.length === 0 ? Promise.resolve([]) : this.#database.query(READ_MESSAGES, [workspaceIds, ids]);
  }

  /** Who has not come to the end of a campaign, in words. */
  async onTheWay(workspaceIds: readonly string[]): Promise<string[]> {
    const rows = await this.#database.query<{ text: string }>(READ_ON_THE_WAY, [workspaceIds]);
    return rows.map(({ text }) => text);
  }

  lines(workspaceIds: readonly string[]): Promise<LineFacts[]> {
    return this.#database.query(READ_LINES, [workspaceIds]);
  }
}
