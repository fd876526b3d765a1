/**
 * How long a simulation takes: a campaign of three steps to so many leads that 100,000 messages come of it, over 8, 50 and 200
 * lines with the gaps and caps of iMessage lines. Beside the time of day, the processor time of both who work on it: on a
 * busy machine only that says something.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/lib/log.ts';
import { runSimulation } from '../src/simulate/run-simulation.ts';
import { claimSimulation, insertSimulation } from '../src/store/campaigns/simulations.ts';
import { openDatabase } from '../src/store/database.ts';
import { dropScratch, scratchName } from '../src/store/scratch/scratch-schema.ts';
import { createTestDatabase } from '../test/database.ts';
import { COUNT_LISTS, databaseForBench } from './lab.ts';

const WORKSPACE = 'org_simulation';
const LIST = 'f'.repeat(24);
const CAMPAIGN = 'e'.repeat(24);
const HOUR_MS = 3_600_000;

export interface SimulationFigures {
  lines: number;
  messages: number;
  days: number;
  seconds: number;
  /** Of the process that simulates, and of the connection it works on. */
  processorSeconds: { node: number; postgres: number };
}

export async function benchSimulation(
  lineCounts: readonly number[] = [8, 50, 200],
  messages = 100_000,
): Promise<SimulationFigures[]> {
  const figures: SimulationFigures[] = [];
  const { server, close } = await databaseForBench();
  try {
    for (const lines of lineCounts) {
      const figure = await simulateOver(server, lines, messages);
      const { node, postgres } = figure.processorSeconds;
      console.log(
        `  ${lines} lines: ${figure.messages} messages over ${figure.days} days in ${figure.seconds.toFixed(1)} s (processor: Node ${node.toFixed(1)} s, PostgreSQL ${postgres.toFixed(1)} s)`,
      );
      figures.push(figure);
    }
  } finally {
    await close();
  }
  return figures;
}

async function simulateOver(
  server: Awaited<ReturnType<typeof databaseForBench>>['server'],
  lines: number,
  messages: number,
): Promise<SimulationFigures> {
  const made = await createTestDatabase(server);
  const client = new pg.Client({ connectionString: made.url });
  await client.connect();
  await seed(client, lines, Math.round(messages / 3));
  const log = createLog('warn');
  const config = readConfig({});
  const secretKey = Buffer.alloc(32, 1);
  const app = await compose({ config, databaseUrl: made.url, secretKey, role: 'dispatcher', log });
  const database = openDatabase({ url: made.url, maxConnections: 1, namedStatements: true, log });
  const { deps } = app;
  try {
    const id = deps.ids();
    const asked = { startAt: null, replyRate: 0, seed: 1, http: false, addLines: 0, caps: {} };
    const now = deps.clock.now();
    await insertSimulation(database, WORKSPACE, { id, campaignId: CAMPAIGN, asked }, 1, now);
    await claimSimulation(database, { workspaceId: WORKSPACE, id }, now, now + HOUR_MS);
    const schema = scratchName(id, 1);
    const used = process.cpuUsage();
    const startedAt = performance.now();
    let postgres = 0;
    const held = { workspaceId: WORKSPACE, id, attempt: 1 };
    const isKept = await runSimulation(
      deps,
      { ...held, campaignId: CAMPAIGN, asked, schema },
      {
        databaseUrl: made.url,
        database,
        async goOn() {
          postgres = await processorTimeOf(client);
          return true;
        },
      },
    );
    if (!isKept) throw new Error('it was not kept');
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(used);
    const { rows } = await client.query<{ messages: number; finishAt: number }>(
      `SELECT (result ->> 'messages')::int AS messages, (result ->> 'finishAt')::float8 AS "finishAt" FROM simulations`,
    );
    const days = Math.ceil(((rows[0]?.finishAt ?? 0) - now) / (24 * HOUR_MS));
    const node = (user + system) / 1e6;
    await dropScratch(database, schema);
    return { lines, messages: rows[0]?.messages ?? 0, days, seconds, processorSeconds: { node, postgres } };
  } finally {
    await database.close();
    await app.close();
    await client.end();
    await made.drop();
  }
}

let pid: number | null = null;
let looks = 0;
let latest = 0;

/** Of the connection that simulates, on the server; looked at every now and then. */
async function processorTimeOf(client: pg.Client): Promise<number> {
  looks += 1;
  if (looks % 10 !== 1) return latest;
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'trunkline simulation'`,
  );
  if (rows[0]?.pid !== pid) latest = 0;
  pid = rows[0]?.pid ?? null;
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  latest = (Number(fields[11]) + Number(fields[12])) / 100;
  return latest;
}

async function seed(client: pg.Client, lines: number, leads: number): Promise<void> {
  const steps = ['hello', 'again', 'last'].map((key, index) => ({
    key,
    message: `Hello {firstName|there}, this is ${key}.`,
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: index * 2, unit: 'd' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
  }));
  const own = `'${WORKSPACE}'`;
  const named = (letter: string) => `'${letter}' || lpad(n::text, 23, '0')`;
  await client.query(
    `INSERT INTO workspaces (workspace_id, name, created_at, updated_at) VALUES (${own}, 'Simulation', now(), now())`,
  );
  await client.query(
    `INSERT INTO lists (workspace_id, id, name, created_at, updated_at) VALUES (${own}, '${LIST}', 'All', now(), now())`,
  );
  await client.query(
    `INSERT INTO devices (workspace_id, id, gap_ms) SELECT ${own}, ${named('a')}, 30000 FROM generate_series(1, ${lines}) n`,
  );
  await client.query(
    `INSERT INTO lines (workspace_id, id, device_id, message_type, channel_type, transport, contact_gap_ms, attempts, retry_gap_ms,
       reconcile_limit_ms, daily_new_conversations_limit, daily_total_messages_limit, hourly_new_conversations_limit, created_at, updated_at)
     SELECT ${own}, ${named('a')}, ${named('a')}, 'imessage', 'phone', 'sandbox', 45000, 5, 60000, 600000, 400, 1200, 50, now(), now()
     FROM generate_series(1, ${lines}) n`,
  );
  await client.query(
    `INSERT INTO leads (workspace_id, id, list_id, first_name, phone, source, created_at, updated_at)
     SELECT ${own}, ${named('b')}, '${LIST}', 'Ann', '+1' || (3030000000 + n), 'api', now(), now() FROM generate_series(1, ${leads}) n`,
  );
  await client.query(
    `INSERT INTO lead_addresses SELECT workspace_id, phone, id FROM leads WHERE workspace_id = ${own}`,
  );
  await client.query(COUNT_LISTS);
  await client.query(
    `INSERT INTO campaigns (workspace_id, id, name, status, message_type, list_id, line_ids, steps, on_reply, allow_reentry, new_leads_first,
       send_fallback_sms_on_failed, created_at, updated_at)
     SELECT ${own}, '${CAMPAIGN}', 'Simulation', 'draft', 'imessage', '${LIST}', array_agg(id ORDER BY id), $1, 'stop', false, false, false, now(), now()
     FROM lines WHERE workspace_id = ${own}`,
    [JSON.stringify(steps)],
  );
  await client.query('VACUUM ANALYZE');
}
