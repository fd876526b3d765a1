/**
 * Where each lead stands in a campaign. A row is read and moved on by the pass that holds its campaign's lock; everybody
 * else only says "look at it again" (`wakeEntries`, `wakeLeads`), in the commit that changes something it waits for.
 */
import type { CampaignLeadStatus, MessageStatus } from '../../domain/words.ts';
import { toIso, toIsoOrAbsent } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import {
  addLeadCounts,
  countMoved,
  MOVED,
  type MovedEntry,
  moved,
  STOOD,
  type Standing,
} from '../leads/lead-counts.ts';
import type { MessageRow } from '../messages/messages.ts';
import { wakeCampaigns } from './campaign-runs.ts';

/** Instants in epoch ms. */
export interface EntryRow {
  campaignId: string;
  leadId: string;
  /** Which time the lead is in, from 1. */
  entry: number;
  status: CampaignLeadStatus;
  lineId: string | null;
  stepKey: string | null;
  messageId: string | null;
  stepAt: number | null;
  nextStepKey: string | null;
  lookAt: number | null;
  reason: string | null;
  detail: string | null;
  conditionId: string | null;
  enteredAt: number;
  endedAt: number | null;
  updatedAt: number;
}

export const ENTRY_COLUMNS = `e.campaign_id AS "campaignId", e.lead_id AS "leadId", e.entry, e.status, e.line_id AS "lineId",
  e.step_key AS "stepKey", e.message_id AS "messageId", e.step_at AS "stepAt", e.next_step_key AS "nextStepKey",
  e.look_at AS "lookAt", e.reason, e.detail, e.condition_id AS "conditionId", e.entered_at AS "enteredAt",
  e.ended_at AS "endedAt", e.updated_at AS "updatedAt"`;

export const LIVE_SQL = `('active', 'held')`;

const FIND_LAST_ENTRY = statement(
  'find_last_entry',
  `SELECT ${ENTRY_COLUMNS} FROM campaign_leads e
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = $3 ORDER BY e.entry DESC LIMIT 1`,
);

export async function findLastEntry(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  leadId: string,
): Promise<EntryRow | null> {
  return (await sql.query<EntryRow>(FIND_LAST_ENTRY, [workspaceId, campaignId, leadId]))[0] ?? null;
}

/** One whose lock is held, and where it stood when it was taken. */
export interface LockedEntry extends EntryRow {
  readonly stood: Readonly<Standing>;
}

function locked(rows: readonly EntryRow[]): LockedEntry[] {
  return rows.map((row) => ({
    ...row,
    stood: { status: row.status, stepKey: row.stepKey, reason: row.reason },
  }));
}

const LOCK_DUE_ENTRIES = statement(
  'lock_due_entries',
  `SELECT ${ENTRY_COLUMNS} FROM campaign_leads e
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.look_at <= $3
   ORDER BY e.look_at, e.lead_id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED`,
);

/**
 * The longest due first. Who is being changed by somebody else is left out: the wake in that commit brings it back, and to
 * wait for it here, with a campaign in hand, would be to wait in a circle.
 */
export async function lockDueEntries(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  now: number,
  limit: number,
): Promise<LockedEntry[]> {
  return locked(await tx.query<EntryRow>(LOCK_DUE_ENTRIES, [workspaceId, campaignId, toIso(now), limit]));
}

const HOLD_FIRST_DUE = statement(
  'hold_first_due_entry',
  `WITH own AS MATERIALIZED (
     SELECT e.lead_id, e.entry, ${STOOD} FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.look_at <= $3 ORDER BY e.look_at, e.lead_id LIMIT 1
     FOR NO KEY UPDATE SKIP LOCKED)
   UPDATE campaign_leads e SET status = 'held', reason = 'trouble', detail = $5, look_at = $4, updated_at = $3 FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING ${MOVED}`,
);
const TROUBLE = 'Its next step could not be made; it is tried again';

/** The one that a look failed for: until `until` it stands in nobody's way. False: none is due. */
export async function holdFirstDue(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  ids: Ids,
  { now, until }: { now: number; until: number },
): Promise<boolean> {
  const values = [workspaceId, campaignId, toIso(now), toIso(until), TROUBLE];
  const held = await tx.query<MovedEntry>(HOLD_FIRST_DUE, values);
  await countMoved(tx, workspaceId, held, ids);
  return held.length > 0;
}

const LOCK_LIVE_ENTRIES = statement(
  'lock_live_entries',
  `SELECT ${ENTRY_COLUMNS} FROM campaign_leads e
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.status IN ${LIVE_SQL}
   LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** Of a campaign that has ended: whoever is still on the way. */
export async function lockLiveEntries(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  limit: number,
): Promise<LockedEntry[]> {
  return locked(await tx.query<EntryRow>(LOCK_LIVE_ENTRIES, [workspaceId, campaignId, limit]));
}

const ENTRY_RECORD = `lead_id text, entry int, status text, line_id text, step_key text, message_id text, step_at timestamptz,
  next_step_key text, look_at timestamptz, reason text, detail text, condition_id text, ended_at timestamptz`;
const STORE_ENTRIES = statement(
  'store_entries',
  `UPDATE campaign_leads e SET status = r.status, line_id = r.line_id, step_key = r.step_key, message_id = r.message_id,
     step_at = r.step_at, next_step_key = r.next_step_key, look_at = r.look_at, reason = r.reason, detail = r.detail,
     condition_id = r.condition_id, ended_at = r.ended_at, updated_at = $4
   FROM json_to_recordset($3::json) AS r(${ENTRY_RECORD})
   WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.lead_id = ANY($5) AND e.lead_id = r.lead_id AND e.entry = r.entry`,
);

export async function storeEntries(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  entries: readonly LockedEntry[],
  ids: Ids,
  now: number,
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((each) => ({
    lead_id: each.leadId,
    entry: each.entry,
    status: each.status,
    line_id: each.lineId ?? undefined,
    step_key: each.stepKey ?? undefined,
    message_id: each.messageId ?? undefined,
    step_at: toIsoOrAbsent(each.stepAt),
    next_step_key: each.nextStepKey ?? undefined,
    look_at: toIsoOrAbsent(each.lookAt),
    reason: each.reason ?? undefined,
    detail: each.detail ?? undefined,
    condition_id: each.conditionId ?? undefined,
    ended_at: toIsoOrAbsent(each.endedAt),
  }));
  const leadIds = rows.map((row) => row.lead_id);
  await tx.query(STORE_ENTRIES, [workspaceId, campaignId, JSON.stringify(rows), toIso(now), leadIds]);
  const changes = entries.flatMap((entry) => moved(campaignId, entry.stood, entry));
  await addLeadCounts(tx, workspaceId, changes, ids);
}

const NEXT_LOOK = statement(
  'next_look_at_entries',
  `SELECT (SELECT e.look_at FROM campaign_leads e
       WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.look_at IS NOT NULL ORDER BY e.look_at LIMIT 1) AS "lookAt",
     EXISTS (SELECT 1 FROM campaign_leads e
       WHERE e.workspace_id = $1 AND e.campaign_id = $2 AND e.status IN ${LIVE_SQL}) AS "anyLive"`,
);

/** When the next of its leads is to be looked at, and whether any is on its way at all. */
export async function readOutlook(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
): Promise<{ lookAt: number | null; anyLive: boolean }> {
  const [row] = await sql.query<{ lookAt: number | null; anyLive: boolean }>(NEXT_LOOK, [
    workspaceId,
    campaignId,
  ]);
  return row ?? { lookAt: null, anyLive: false };
}

/** Locked in one order, so that two who wake the same leads don't wait for each other in a circle. */
const WAKE_ENTRIES = statement(
  'wake_entries',
  `WITH own AS MATERIALIZED (
     SELECT e.campaign_id, e.lead_id, e.entry, r.look_at FROM campaign_leads e
     JOIN json_to_recordset($2::json) AS r(campaign_id text, lead_id text, entry int, message_id text, look_at timestamptz)
       ON r.campaign_id = e.campaign_id AND r.lead_id = e.lead_id AND r.entry = e.entry AND r.message_id = e.message_id
     WHERE e.workspace_id = $1 AND e.campaign_id = ANY($3) AND e.lead_id = ANY($4) AND e.status IN ${LIVE_SQL}
     ORDER BY e.campaign_id, e.lead_id, e.entry FOR NO KEY UPDATE OF e)
   UPDATE campaign_leads e SET look_at = own.look_at, updated_at = $5 FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = own.campaign_id AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING e.campaign_id AS "campaignId"`,
);

export interface SettledStep {
  messageId: string;
  campaignId: string;
  leadId: string;
  entry: number;
}

const SETTLED: readonly MessageStatus[] = ['sent', 'delivered', 'fallback', 'failed', 'cancelled'];

/** null: it is no step of a campaign, or still on its way. */
export function settledStep({
  id,
  status,
  campaignId,
  leadId,
  stepKey,
  campaignEntry,
}: MessageRow): SettledStep | null {
  if (campaignId === null || stepKey === null || campaignEntry === null) return null;
  return SETTLED.includes(status) ? { messageId: id, campaignId, leadId, entry: campaignEntry } : null;
}

/** Their messages came to something: what follows is decided next, or once it has rested. In the commit that settles them. */
export async function wakeEntries(
  tx: Sql,
  workspaceId: string,
  settled: readonly (SettledStep & { restMs?: number })[],
  ids: Ids,
  now: number,
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.map((each) => ({
    campaign_id: each.campaignId,
    lead_id: each.leadId,
    entry: each.entry,
    message_id: each.messageId,
    look_at: toIso(now + (each.restMs ?? 0)),
  }));
  const campaignIds = [...new Set(rows.map((row) => row.campaign_id))];
  const leadIds = rows.map((row) => row.lead_id);
  const values = [workspaceId, JSON.stringify(rows), campaignIds, leadIds, toIso(now)];
  const woken = await tx.query<{ campaignId: string }>(WAKE_ENTRIES, values);
  await wakeCampaigns(
    tx,
    workspaceId,
    woken.map(({ campaignId }) => campaignId),
    ids,
  );
}

const WAKE_LEADS = statement(
  'wake_leads_of_campaigns',
  `WITH own AS MATERIALIZED (
     SELECT e.campaign_id, e.lead_id, e.entry FROM campaign_leads e
     WHERE e.workspace_id = $1 AND e.lead_id = ANY($2) AND e.status IN ${LIVE_SQL}
     ORDER BY e.campaign_id, e.lead_id, e.entry FOR NO KEY UPDATE)
   UPDATE campaign_leads e SET look_at = $3, updated_at = $3 FROM own
   WHERE e.workspace_id = $1 AND e.campaign_id = own.campaign_id AND e.lead_id = own.lead_id AND e.entry = own.entry
   RETURNING e.campaign_id AS "campaignId"`,
);

/** Something about these leads changed that a way on, or a stop, may depend on. In the commit that changes it. */
export async function wakeLeads(
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
  ids: Ids,
  now: number,
): Promise<void> {
  if (leadIds.length === 0) return;
  const woken = await tx.query<{ campaignId: string }>(WAKE_LEADS, [workspaceId, leadIds, toIso(now)]);
  await wakeCampaigns(
    tx,
    workspaceId,
    woken.map(({ campaignId }) => campaignId),
    ids,
  );
}

const MOVE_ENTRIES = statement(
  'move_entries',
  `UPDATE campaign_leads e SET line_id = r.line_id, updated_at = $3
   FROM json_to_recordset($2::json) AS r(campaign_id text, lead_id text, entry int, line_id text)
   WHERE e.workspace_id = $1 AND e.campaign_id = r.campaign_id AND e.lead_id = ANY($4) AND e.lead_id = r.lead_id
     AND e.entry = r.entry AND e.status IN ${LIVE_SQL}`,
);

/** Where a step was moved to another line, its lead stays there from now on. */
export async function moveEntries(
  tx: Sql,
  workspaceId: string,
  moved: readonly { campaignId: string; leadId: string; entry: number; lineId: string }[],
  now: number,
): Promise<void> {
  if (moved.length === 0) return;
  const rows = moved
    .map((each) => ({
      campaign_id: each.campaignId,
      lead_id: each.leadId,
      entry: each.entry,
      line_id: each.lineId,
    }))
    .sort((a, b) => (`${a.campaign_id} ${a.lead_id}` < `${b.campaign_id} ${b.lead_id}` ? -1 : 1));
  const leadIds = rows.map((row) => row.lead_id);
  await tx.query(MOVE_ENTRIES, [workspaceId, JSON.stringify(rows), toIso(now), leadIds]);
}
