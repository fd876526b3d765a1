/**
 * What a simulation takes along from the real tables, in one look at them: of one workspace, what has to do with the lines that
 * its campaign may send from. Whatever else waits on them is part of it, since caps and gaps are shared.
 */
import type { Step } from '../../domain/campaign/campaign.ts';
import { toIso } from '../../lib/clock.ts';
import { type Database, passing, type Sql } from '../database.ts';
import { UNDER_WAY_SQL, WAITING_SQL } from '../messages/messages.ts';

export interface Take {
  workspaceId: string;
  lineIds: readonly string[];
  /** Those that run on these lines, and the one that is asked about; the steps as they are assumed. */
  campaigns: readonly { id: string; steps: readonly Step[] }[];
  /** Lists whose leads are still to enter. */
  listIds: readonly string[];
  now: number;
  /** Someone may write: then it must be known whose address is whose. */
  withAddressBook: boolean;
}

/** `SET LOCAL`, for the one transaction that copies: the rest of a queue is found by index, the whole of a list is not. */
const ONE_LOOK = passing('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
const READ_ALL = passing('SET LOCAL enable_seqscan = on');
const COMMIT_SOON = passing('SET LOCAL synchronous_commit = off');

export async function copyToScratch(database: Database, schema: string, take: Take): Promise<void> {
  const { workspaceId, lineIds, campaigns, listIds } = take;
  const campaignIds = campaigns.map(({ id }) => id);
  await database.transaction(async (tx) => {
    for (const setting of [ONE_LOOK, READ_ALL, COMMIT_SOON]) await tx.query(setting, []);
    const copy = (text: string, ...values: unknown[]) =>
      tx.query(passing(text.replaceAll('SCRATCH', schema)), [workspaceId, ...values]);
    for (const table of ['workspaces', 'lists', 'devices', 'lines'])
      await copy(`INSERT INTO SCRATCH.${table} SELECT * FROM ${table} WHERE workspace_id = $1`);
    await copy(
      'INSERT INTO SCRATCH.campaigns SELECT * FROM campaigns WHERE workspace_id = $1 AND id = ANY($2)',
      campaignIds,
    );
    await copy(
      'INSERT INTO SCRATCH.campaign_leads SELECT * FROM campaign_leads WHERE workspace_id = $1 AND campaign_id = ANY($2)',
      campaignIds,
    );
    await copy(WAITING_MESSAGES, lineIds);
    await copy(MESSAGES_OF_THOSE_ON_THEIR_WAY);
    await copy(LEADS, listIds);
    for (const table of ['lead_counts', 'fresh_lead_counts'])
      await copy(
        `INSERT INTO SCRATCH.${table} SELECT * FROM ${table} WHERE workspace_id = $1 AND group_id = ANY($2)`,
        listIds,
      );
    await copy(TOUCHES);
    await copy(ADDRESSES);
    await copy(take.withAddressBook ? ADDRESS_BOOK : ADDRESSES_OF_NOTE);
    await calm(tx, schema, take);
  });
}

/** Everything that waits on the lines, or is under way from them. */
const WAITING_MESSAGES = `INSERT INTO SCRATCH.messages SELECT * FROM messages
  WHERE workspace_id = $1 AND line_id = ANY($2) AND (status IN ${WAITING_SQL} OR status IN ${UNDER_WAY_SQL})`;

/** What was said to, and by, the leads that are on their way: conditions ask for it. */
const MESSAGES_OF_THOSE_ON_THEIR_WAY = `INSERT INTO SCRATCH.messages
  SELECT m.* FROM (SELECT lead_id, min(entered_at) AS since FROM SCRATCH.campaign_leads
    WHERE workspace_id = $1 AND status IN ('active', 'held') GROUP BY lead_id) e
  JOIN messages m ON m.workspace_id = $1 AND m.lead_id = e.lead_id
  WHERE (m.campaign_id IS NOT NULL OR (m.direction = 'received' AND m.created_at >= e.since))
    AND NOT EXISTS (SELECT 1 FROM SCRATCH.messages c WHERE c.workspace_id = $1 AND c.id = m.id)`;

const LEADS = `INSERT INTO SCRATCH.leads SELECT l.* FROM leads l WHERE l.workspace_id = $1 AND (l.list_id = ANY($2) OR l.id IN (
    SELECT lead_id FROM SCRATCH.campaign_leads WHERE status IN ('active', 'held')
    UNION SELECT lead_id FROM SCRATCH.messages))`;

const TOUCHES = `INSERT INTO SCRATCH.touches SELECT t.* FROM touches t
  JOIN SCRATCH.leads l ON l.id = t.lead_id WHERE t.workspace_id = $1`;

const ADDRESSES = `INSERT INTO SCRATCH.addresses SELECT a.* FROM addresses a WHERE a.workspace_id = $1
  AND (a.suppressed_at IS NOT NULL OR a.availability IS NOT NULL) AND a.address IN (
    SELECT la.address FROM lead_addresses la JOIN SCRATCH.leads l ON l.id = la.lead_id WHERE la.workspace_id = $1
    UNION SELECT recipient_phone FROM SCRATCH.messages UNION SELECT recipient_email FROM SCRATCH.messages)`;

/** Addresses of which nothing is known need not be asked about. */
const ADDRESSES_OF_NOTE = `INSERT INTO SCRATCH.lead_addresses SELECT la.* FROM lead_addresses la
  JOIN SCRATCH.addresses a ON a.address = la.address JOIN SCRATCH.leads l ON l.id = la.lead_id WHERE la.workspace_id = $1`;
const ADDRESS_BOOK = `INSERT INTO SCRATCH.lead_addresses SELECT la.* FROM lead_addresses la
  JOIN SCRATCH.leads l ON l.id = la.lead_id WHERE la.workspace_id = $1`;

/**
 * Makes of what was found what a simulation assumes: what is under way arrives, files are there, nothing needs a credential,
 * and every line is looked at in the first pass.
 */
async function calm(tx: Sql, schema: string, { workspaceId, lineIds, campaigns, now }: Take): Promise<void> {
  const change = (text: string, ...values: unknown[]) =>
    tx.query(passing(text.replaceAll('SCRATCH', schema)), values);
  await change(
    `UPDATE SCRATCH.messages SET status = 'sent', sent_at = $1::timestamptz, lease_until = NULL, is_fetching = false,
       reserved = NULL, reconcile_at = NULL, unknown_since = NULL WHERE status IN ${UNDER_WAY_SQL}`,
    toIso(now),
  );
  await change('UPDATE SCRATCH.messages SET attachments = NULL WHERE attachments IS NOT NULL');
  await change(
    `UPDATE SCRATCH.lines SET secret = NULL, transport_config = '{}', refusals = 0, next_send_at = NULL`,
  );
  for (const { id, steps } of campaigns)
    await change(
      'UPDATE SCRATCH.campaigns SET secret = NULL, steps = $2 WHERE id = $1',
      id,
      JSON.stringify(steps),
    );
  await change(
    `UPDATE SCRATCH.campaign_leads e SET look_at = $1::timestamptz FROM SCRATCH.messages m
     WHERE e.message_id = m.id AND e.status = 'active' AND e.look_at IS NULL AND m.status NOT IN ${WAITING_SQL}`,
    toIso(now),
  );
  await change(
    `INSERT INTO SCRATCH.line_wakes (workspace_id, line_id, id) SELECT $1, line.id, line.id FROM unnest($2::text[]) AS line(id)`,
    workspaceId,
    lineIds,
  );
  await change(
    'UPDATE SCRATCH.campaigns SET look_at = $1::timestamptz WHERE status <> $2',
    toIso(now),
    'draft',
  );
}

export interface LineChanges {
  /** So many copies of `like`, each on a device of its own. */
  added: readonly string[];
  like: string;
  caps: Readonly<Record<string, number | null>>;
}

/** Columns of caps, by their API names. */
const CAPS: Readonly<Record<string, string>> = {
  dailyNewConversationsLimit: 'daily_new_conversations_limit',
  dailyTotalMessagesLimit: 'daily_total_messages_limit',
  hourlyNewConversationsLimit: 'hourly_new_conversations_limit',
};

/** What if: the lines of a campaign with other caps, and more of them. */
export async function changeScratchLines(
  sql: Sql,
  schema: string,
  campaignId: string,
  { added, like, caps }: LineChanges,
): Promise<void> {
  const change = (text: string, ...values: unknown[]) =>
    sql.query(passing(text.replaceAll('SCRATCH', schema)), values);
  for (const [name, limit] of Object.entries(caps))
    if (CAPS[name] !== undefined)
      await change(
        `UPDATE SCRATCH.lines SET ${CAPS[name]} = $1::int WHERE id IN (SELECT unnest(line_ids) FROM SCRATCH.campaigns WHERE id = $2)`,
        limit,
        campaignId,
      );
  for (const id of added) {
    for (const [table, fresh] of Object.entries(FRESH))
      await change(
        `INSERT INTO SCRATCH.${table} SELECT (jsonb_populate_record(l, jsonb_build_object(${fresh}))).* FROM SCRATCH.${table} l
         WHERE l.id = (SELECT ${table === 'lines' ? 'id' : 'device_id'} FROM SCRATCH.lines WHERE id = $2)`,
        id,
        like,
      );
    await change(
      'UPDATE SCRATCH.campaigns SET line_ids = line_ids || $1::text WHERE id = $2',
      id,
      campaignId,
    );
  }
}

/** What a line, and its device, starts with. */
const FRESH: Readonly<Record<string, string>> = {
  devices: `'id', $1::text, 'last_send_at', NULL, 'last_check_at', NULL`,
  lines: `'id', $1::text, 'device_id', $1::text, 'usage_day', NULL, 'new_conversations_today', 0, 'total_messages_today', 0,
    'usage_hour', NULL, 'new_conversations_hour', 0, 'last_send_at', NULL, 'last_first_touch_at', NULL, 'risk', 'low',
    'health_status', 'healthy', 'down_since', NULL`,
};
