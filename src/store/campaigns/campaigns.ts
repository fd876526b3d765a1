/** Campaigns themselves. Whoever changes one holds its lock, so that a whole row can be written; their leads: campaign-leads.ts. */
import type { Schedule, Step } from '../../domain/campaign/campaign.ts';
import type { CampaignStatus, MessageType, OnReply } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { forgetLeadCounts } from '../leads/lead-counts.ts';

export interface CampaignRow {
  id: string;
  name: string;
  status: CampaignStatus;
  messageType: MessageType;
  listId: string | null;
  lineIds: string[];
  steps: Step[];
  /** Headers of its HTTP conditions, sealed: actions/campaigns/condition-headers.ts. */
  secret: Buffer | null;
  schedule: Schedule | null;
  onReply: OnReply;
  allowReentry: boolean;
  newLeadsFirst: boolean;
  sendFallbackSmsOnFailed: boolean;
  nextLine: number;
  enteringAfter: string | null;
  enteringTotal: number | null;
  /** The list that is being entered, or was entered last; null: its own. */
  enteringListId: string | null;
  recheckingAfter: string | null;
  lookAt: number | null;
  isWaking: boolean;
  pauseReason: string | null;
  startedAt: number | null;
  pausedAt: number | null;
  completedAt: number | null;
  archivedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Of `campaigns c`, as a CampaignRow. */
export const CAMPAIGN_COLUMNS = `c.id, c.name, c.status, c.message_type AS "messageType", c.list_id AS "listId", c.line_ids AS "lineIds",
  c.steps, c.secret, c.schedule, c.on_reply AS "onReply", c.allow_reentry AS "allowReentry", c.new_leads_first AS "newLeadsFirst",
  c.send_fallback_sms_on_failed AS "sendFallbackSmsOnFailed", c.next_line AS "nextLine", c.entering_after AS "enteringAfter",
  c.entering_total AS "enteringTotal", c.entering_list_id AS "enteringListId", c.rechecking_after AS "recheckingAfter", c.look_at AS "lookAt", c.is_waking AS "isWaking", c.pause_reason AS "pauseReason",
  c.started_at AS "startedAt", c.paused_at AS "pausedAt", c.completed_at AS "completedAt", c.archived_at AS "archivedAt",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;

const FIND_CAMPAIGN = statement(
  'find_campaign',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2`,
);

export async function findCampaign(sql: Sql, workspaceId: string, id: string): Promise<CampaignRow | null> {
  return (await sql.query<CampaignRow>(FIND_CAMPAIGN, [workspaceId, id]))[0] ?? null;
}

const FIND_CAMPAIGNS = statement(
  'find_campaigns',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c WHERE c.workspace_id = $1 AND c.id = ANY($2) ORDER BY c.id`,
);

export function findCampaigns(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<CampaignRow[]> {
  return sql.query(FIND_CAMPAIGNS, [workspaceId, ids]);
}

const LOCK_CAMPAIGN = statement(
  'lock_campaign',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE`,
);

/** Nobody else changes it until the commit. */
export async function lockCampaign(tx: Sql, workspaceId: string, id: string): Promise<CampaignRow | null> {
  return (await tx.query<CampaignRow>(LOCK_CAMPAIGN, [workspaceId, id]))[0] ?? null;
}

const HOLD_CAMPAIGN = statement(
  'hold_campaign',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c WHERE c.workspace_id = $1 AND c.id = $2 FOR SHARE`,
);

/** As it is, and stays until the commit; others may hold it as well. */
export async function holdCampaign(tx: Sql, workspaceId: string, id: string): Promise<CampaignRow | null> {
  return (await tx.query<CampaignRow>(HOLD_CAMPAIGN, [workspaceId, id]))[0] ?? null;
}

const LIST_CAMPAIGNS = statement(
  'list_campaigns',
  `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns c
   WHERE c.workspace_id = $1 AND ($2::text IS NULL OR c.id < $2) AND ($3::text IS NULL OR c.status = $3)
   ORDER BY c.id DESC LIMIT $4`,
);

/** Newest first. `after`: id of the last one of the page before. */
export function listCampaigns(
  sql: Sql,
  workspaceId: string,
  { after, status, limit }: { after: string | null; status: CampaignStatus | null; limit: number },
): Promise<CampaignRow[]> {
  return sql.query(LIST_CAMPAIGNS, [workspaceId, after, status, limit]);
}

const INSERT_CAMPAIGN = statement(
  'insert_campaign',
  `INSERT INTO campaigns (workspace_id, id, name, status, message_type, list_id, line_ids, steps, secret, schedule, on_reply,
     allow_reentry, new_leads_first, send_fallback_sms_on_failed, created_at, updated_at)
   VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)`,
);

/** What people write of a campaign. */
export type CampaignContent = Pick<
  CampaignRow,
  | 'name'
  | 'messageType'
  | 'listId'
  | 'lineIds'
  | 'steps'
  | 'secret'
  | 'schedule'
  | 'onReply'
  | 'allowReentry'
  | 'newLeadsFirst'
  | 'sendFallbackSmsOnFailed'
>;

/** A draft. */
export async function insertCampaign(
  tx: Sql,
  workspaceId: string,
  id: string,
  content: CampaignContent,
  now: number,
): Promise<void> {
  await tx.query(INSERT_CAMPAIGN, [workspaceId, id, ...written(content), toIso(now)]);
}

const STORE_CAMPAIGN = statement(
  'store_campaign',
  `UPDATE campaigns SET name = $3, message_type = $4, list_id = $5, line_ids = $6, steps = $7, secret = $8, schedule = $9,
     on_reply = $10, allow_reentry = $11, new_leads_first = $12, send_fallback_sms_on_failed = $13, status = $14, next_line = $15,
     entering_after = $16, entering_total = $17, look_at = $18, is_waking = $19, pause_reason = $20, started_at = $21,
     paused_at = $22, completed_at = $23, archived_at = $24, updated_at = $25, entering_list_id = $26, rechecking_after = $27
   WHERE workspace_id = $1 AND id = $2`,
);

/** All of it. The caller holds the row's lock. */
export async function storeCampaign(
  tx: Sql,
  workspaceId: string,
  row: CampaignRow,
  now: number,
): Promise<void> {
  await tx.query(STORE_CAMPAIGN, [
    workspaceId,
    row.id,
    ...written(row),
    row.status,
    row.nextLine,
    row.enteringAfter,
    row.enteringTotal,
    toIsoOrNull(row.lookAt),
    row.isWaking,
    row.pauseReason,
    toIsoOrNull(row.startedAt),
    toIsoOrNull(row.pausedAt),
    toIsoOrNull(row.completedAt),
    toIsoOrNull(row.archivedAt),
    toIso(now),
    row.enteringListId,
    row.recheckingAfter,
  ]);
}

function written(content: CampaignContent): unknown[] {
  return [
    content.name,
    content.messageType,
    content.listId,
    content.lineIds,
    JSON.stringify(content.steps),
    content.secret,
    content.schedule === null ? null : JSON.stringify(content.schedule),
    content.onReply,
    content.allowReentry,
    content.newLeadsFirst,
    content.sendFallbackSmsOnFailed,
  ];
}

const DELETE_CAMPAIGN = statement(
  'delete_campaign',
  'DELETE FROM campaigns WHERE workspace_id = $1 AND id = $2',
);
const DELETE_CAMPAIGN_LEADS = statement(
  'delete_campaign_leads',
  'DELETE FROM campaign_leads WHERE workspace_id = $1 AND campaign_id = $2',
);

/** With where its leads stood; its messages stay. The caller holds the row's lock. */
export async function deleteCampaign(tx: Sql, workspaceId: string, id: string): Promise<void> {
  await tx.query(DELETE_CAMPAIGN_LEADS, [workspaceId, id]);
  await forgetLeadCounts(tx, workspaceId, id);
  await tx.query(DELETE_CAMPAIGN, [workspaceId, id]);
}

const FIND_ON_LINE = statement(
  'find_campaign_on_line',
  `SELECT id FROM campaigns WHERE workspace_id = $1 AND $2 = ANY(line_ids) AND status IN ('active', 'paused') ORDER BY id LIMIT 1`,
);

/** One that was launched with this line and is not over; null: none. */
export async function findCampaignOnLine(
  sql: Sql,
  workspaceId: string,
  lineId: string,
): Promise<string | null> {
  return (await sql.query<{ id: string }>(FIND_ON_LINE, [workspaceId, lineId]))[0]?.id ?? null;
}

const FIND_ON_LIST = statement(
  'find_campaign_on_list',
  `SELECT id FROM campaigns WHERE workspace_id = $1 AND (list_id = $2 OR entering_list_id = $2) AND status IN ('active', 'paused') ORDER BY id LIMIT 1`,
);

/** One that was launched on the list, or was given it last, and is not over; null: none. */
export async function findCampaignOnList(
  sql: Sql,
  workspaceId: string,
  listId: string,
): Promise<string | null> {
  return (await sql.query<{ id: string }>(FIND_ON_LIST, [workspaceId, listId]))[0]?.id ?? null;
}

const COUNT_MADE = statement(
  'count_campaign_messages',
  `SELECT m.step_key AS key, max(m.step_index) AS "stepIndex", count(*)::int AS messages FROM messages m
   WHERE m.workspace_id = $1 AND m.campaign_id = $2 AND m.step_key IS NOT NULL GROUP BY m.step_key`,
);

export interface MadeStep {
  key: string;
  stepIndex: number;
  messages: number;
}

/** How many messages of each step there are, whatever became of them. */
export function countMade(sql: Sql, workspaceId: string, campaignId: string): Promise<MadeStep[]> {
  return sql.query(COUNT_MADE, [workspaceId, campaignId]);
}
