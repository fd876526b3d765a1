/**
 * Launching a campaign for 100,000 leads over 8 lines: its list enters and every first message is made, by the very looks a
 * dispatcher takes. Nothing is sent, so that only this is measured: how long, how much memory, and how long one look
 * keeps the campaign's lock.
 */
import pg from 'pg';
import { runCampaign } from '../src/actions/campaigns/run-campaign.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import type { Deps } from '../src/deps.ts';
import { prepare } from '../src/dispatcher/prepare.ts';
import { createLog } from '../src/lib/log.ts';
import { insertCampaign } from '../src/store/campaigns/campaigns.ts';
import { scanDueLines } from '../src/store/lines/line-queue.ts';
import { createTestDatabase } from '../test/database.ts';
import { COUNT_LISTS, databaseForBench, percentile } from './lab.ts';

const WORKSPACE = 'org_campaigns';
const CAMPAIGN = 'c'.repeat(24);
const LINES = 8;

export interface LaunchFigures {
  leads: number;
  seconds: number;
  /** How much more memory the process held at most than before it began. */
  grewByMb: number;
  looks: number;
  lookP50Ms: number;
  lookP99Ms: number;
  /** From a pause until all messages are out of their queues' way, all 8 lines at once, and from a resume until they are back. */
  heldInSeconds: number;
  passes: number;
  backInSeconds: number;
}

export async function benchCampaigns(leads = 100_000): Promise<LaunchFigures> {
  const { server, close } = await databaseForBench();
  const database = await createTestDatabase(server);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await seed(client, leads);
  const app = await compose({
    config: readConfig({}),
    databaseUrl: database.url,
    secretKey: Buffer.alloc(32, 1),
    role: 'dispatcher',
    log: createLog('warn'),
  });
  try {
    const { deps } = app;
    await insertCampaign(deps.database, WORKSPACE, CAMPAIGN, campaign(), deps.clock.now());
    await client.query(
      `UPDATE campaigns SET status = 'active', started_at = now(), entering_after = '', look_at = now() WHERE id = '${CAMPAIGN}'`,
    );
    const before = process.memoryUsage.rss();
    let most = before;
    const looks: number[] = [];
    const startedAt = performance.now();
    for (let more = true; more; ) {
      const began = performance.now();
      const look = await runCampaign(deps, WORKSPACE, CAMPAIGN);
      looks.push(performance.now() - began);
      most = Math.max(most, process.memoryUsage.rss());
      more = look?.more === true;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const made = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM messages WHERE campaign_id = '${CAMPAIGN}'`,
    );
    if (made.rows[0]?.n !== leads) throw new Error(`${made.rows[0]?.n} messages were made, not ${leads}`);
    const pausing = await pauseAll(deps, client, leads);
    const resuming = await resumeAll(deps, client, leads);
    return {
      ...pausing,
      ...resuming,
      leads,
      seconds,
      grewByMb: (most - before) / 1024 ** 2,
      looks: looks.length,
      lookP50Ms: percentile(looks, 0.5),
      lookP99Ms: percentile(looks, 0.99),
    };
  } finally {
    await app.close();
    await client.end();
    await database.drop();
    await close();
  }
}

/** By the passes that a dispatcher makes over the lines. */
async function pauseAll(deps: Deps, client: pg.Client, leads: number) {
  await client.query(`UPDATE campaigns SET status = 'paused' WHERE id = '${CAMPAIGN}'`);
  const snapshot = await deps.snapshots.reload(WORKSPACE);
  if (snapshot === null) throw new Error('the workspace is there');
  const startedAt = performance.now();
  let passes = 0;
  for (let due = ['']; due.length > 0; passes += 1) {
    due = (await scanDueLines(deps.database, deps.clock.now(), 200)).map(({ lineId }) => lineId);
    const { leased } = await prepare(deps, snapshot, due, 1000);
    if (leased.length > 0) throw new Error('a paused campaign sends nothing');
  }
  const heldInSeconds = (performance.now() - startedAt) / 1000;
  await expectDueAt(client, '=', leads);
  return { heldInSeconds, passes };
}

async function resumeAll(deps: Deps, client: pg.Client, leads: number) {
  await client.query(`UPDATE campaigns SET status = 'active', is_waking = true WHERE id = '${CAMPAIGN}'`);
  const startedAt = performance.now();
  for (let more = true; more; ) more = (await runCampaign(deps, WORKSPACE, CAMPAIGN))?.more === true;
  const backInSeconds = (performance.now() - startedAt) / 1000;
  await expectDueAt(client, '<', leads);
  return { backInSeconds };
}

async function expectDueAt(client: pg.Client, comparison: '=' | '<', leads: number): Promise<void> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM messages WHERE due_at ${comparison} '9999-01-01T00:00:00Z'`,
  );
  if (rows[0]?.n !== leads) throw new Error(`${rows[0]?.n} messages are where ${leads} should be`);
}

function campaign() {
  const step = (key: string, days: number) => ({
    key,
    message: 'Hello {firstName|there}, see you tonight.',
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: days, unit: 'd' as const },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
  });
  return {
    name: 'Bench',
    messageType: 'imessage' as const,
    listId: 'list',
    lineIds: Array.from({ length: LINES }, (_, n) => `line${n + 1}`),
    steps: [step('one', 0), step('two', 2), step('three', 2), step('four', 2), step('five', 2)],
    secret: null,
    schedule: null,
    onReply: 'stop' as const,
    allowReentry: false,
    newLeadsFirst: false,
    sendFallbackSmsOnFailed: false,
  };
}

async function seed(client: pg.Client, leads: number): Promise<void> {
  await client.query(
    `INSERT INTO workspaces (workspace_id, name, created_at, updated_at) VALUES ('${WORKSPACE}', 'Campaigns', now(), now())`,
  );
  await client.query(
    `INSERT INTO devices (workspace_id, id, gap_ms) SELECT '${WORKSPACE}', 'line' || n, 30000 FROM generate_series(1, ${LINES}) n`,
  );
  await client.query(
    `INSERT INTO lines (workspace_id, id, device_id, message_type, channel_type, transport, contact_gap_ms, attempts,
       retry_gap_ms, reconcile_limit_ms, created_at, updated_at, health_checked_at)
     SELECT '${WORKSPACE}', 'line' || n, 'line' || n, 'imessage', 'phone', 'sandbox', 45000, 5, 60000, 600000, now(), now(), now()
     FROM generate_series(1, ${LINES}) n`,
  );
  await client.query(
    `INSERT INTO leads (workspace_id, id, list_id, first_name, phone, source, created_at, updated_at)
     SELECT '${WORKSPACE}', lpad(to_hex(n), 24, '0'), 'list', 'Lead' || n, '+1' || (4000000000 + n), 'bench', now(), now()
     FROM generate_series(1, ${leads}) n`,
  );
  await client.query(
    `INSERT INTO lead_addresses SELECT workspace_id, phone, id FROM leads WHERE workspace_id = '${WORKSPACE}'`,
  );
  await client.query(COUNT_LISTS);
  await client.query('CHECKPOINT');
}
