/**
 * Intake end to end (HTTP, key, lead, plan, message, event, wake) against the limit of the same machine in the same run:
 * the bare intake statement (find or make the lead, store the message, store the event), one message per commit, run by
 * 32 connections of pgbench, PostgreSQL's own load generator. Rounds alternate, so that noise meets both alike.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createTestDatabase } from '../test/database.ts';
import { type BenchServer, databaseForBench, median, runChild, startChild } from './lab.ts';

const run = promisify(execFile);
const KNOWN_LEADS = 20_000;
const CONNECTIONS = 32;

/** The least an intake must do durably, as one statement. Half of the numbers are known, as in load.ts. */
const BARE = `
\\set known random(0, ${KNOWN_LEADS - 1})
\\set fresh random(5000000000, 9999999999)
\\set pick random(0, 1)
\\set id random(0, 1099511627775)
WITH asked AS MATERIALIZED (
  SELECT '+1' || CASE WHEN :pick::int = 0 THEN 4000000000 + :known::bigint ELSE :fresh::bigint END AS phone,
    lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000000)::bigint), 14, '0') || lpad(to_hex(:id::bigint), 10, '0') AS id
), found AS MATERIALIZED (
  SELECT (SELECT min(a.lead_id) FROM lead_addresses a WHERE a.workspace_id = 'org_bare' AND a.address = asked.phone) AS lead_id FROM asked
), made AS (
  INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
  SELECT 'org_bare', id, 'list', phone, 'api', now(), now() FROM asked, found WHERE found.lead_id IS NULL
  ON CONFLICT DO NOTHING
), addressed AS (
  INSERT INTO lead_addresses (workspace_id, address, lead_id)
  SELECT 'org_bare', phone, id FROM asked, found WHERE found.lead_id IS NULL ON CONFLICT DO NOTHING
), stored AS (
  INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id,
    priority, first_touch, due_at, attempts, retry_gap_ms, batch_id, correlation_id, created_at, updated_at)
  SELECT 'org_bare', id, 'sent', 'pending', 'imessage',
    'Hello {firstName|there}, your table for two is booked for tonight at eight. Reply STOP to opt out.',
    coalesce(found.lead_id, id), phone, 'line' || (:id::bigint % 3), 1, found.lead_id IS NULL, now(), 5, 60000, 'bench', 'app_' || id, now(), now()
  FROM asked, found
)
INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data)
SELECT 'org_bare', id, 'message.accepted', id, coalesce(found.lead_id, id), 'line', now(), '{"status": "pending"}' FROM asked, found;
`;

export interface IntakeFigures {
  perSecond: number;
  limitPerSecond: number;
  ratio: number;
  p50Ms: number;
  p99Ms: number;
  failed: number;
  limitBy: string;
}

export async function benchIntake({ rounds = 5, seconds = 5 } = {}): Promise<IntakeFigures> {
  const { server, close } = await databaseForBench();
  const database = await createTestDatabase(server);
  await seedKnownLeads(database.url, 'org_bare');
  const api: BenchServer = await startChild('bench/server.ts', ['api'], { DATABASE_URL: database.url });
  const workspaceId = await onlyWorkspace(database.url);
  await seedKnownLeads(database.url, workspaceId);
  const bare = await bareLimit(database.url);
  const rows: { perSecond: number; limit: number; p50Ms: number; p99Ms: number; failed: number }[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const limit = await bare.measure(seconds);
      const load = await runChild('bench/load.ts', [
        api.address,
        api.key,
        '64',
        String(seconds),
        String(KNOWN_LEADS),
      ]);
      const row = { limit, ...(load as { perSecond: number; p50Ms: number; p99Ms: number; failed: number }) };
      // The first round warms up both.
      if (round > 0) rows.push(row);
      console.log(
        `  round ${round}${round === 0 ? ' (warm-up)' : ''}: ${Math.round(row.perSecond)}/s of ${Math.round(limit)}/s = ` +
          `${(row.perSecond / limit).toFixed(2)}   p50 ${row.p50Ms} ms, p99 ${row.p99Ms} ms`,
      );
    }
  } finally {
    await bare.close();
    await api.stop();
    await database.drop();
    await close();
  }
  return {
    perSecond: median(rows.map((row) => row.perSecond)),
    limitPerSecond: median(rows.map((row) => row.limit)),
    ratio: median(rows.map((row) => row.perSecond / row.limit)),
    p50Ms: median(rows.map((row) => row.p50Ms)),
    p99Ms: median(rows.map((row) => row.p99Ms)),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
    limitBy: bare.by,
  };
}

interface BareLimit {
  by: string;
  /** Statements per second. */
  measure(seconds: number): Promise<number>;
  close(): Promise<void>;
}

async function bareLimit(url: string): Promise<BareLimit> {
  const pgbench = findPgbench();
  if (pgbench === null)
    throw new Error('pgbench is needed as the yardstick: install postgresql (its contrib programs)');
  const folder = await mkdtemp(path.join(tmpdir(), 'trunkline-bench-'));
  const script = path.join(folder, 'intake.sql');
  await writeFile(script, BARE);
  return {
    by: `pgbench, ${CONNECTIONS} connections, prepared`,
    async measure(seconds) {
      const args = [
        '-n',
        '-M',
        'prepared',
        '-c',
        `${CONNECTIONS}`,
        '-j',
        '1',
        '-T',
        `${seconds}`,
        '-f',
        script,
        url,
      ];
      const { stdout } = await run(pgbench, args);
      return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function findPgbench(): string | null {
  try {
    const root = '/usr/lib/postgresql';
    const [version] = readdirSync(root).sort().reverse();
    return version === undefined ? null : path.join(root, version, 'bin/pgbench');
  } catch {
    return null;
  }
}

async function onlyWorkspace(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ workspace_id: string }>('SELECT workspace_id FROM workspaces');
    return rows[0]?.workspace_id ?? '';
  });
}

async function seedKnownLeads(url: string, workspaceId: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
       SELECT $1, lpad(to_hex(n), 24, '0'), 'known', '+1' || (4000000000 + n), 'bench', now(), now()
       FROM generate_series(0, $2::bigint - 1) n`,
      [workspaceId, KNOWN_LEADS],
    );
    await client.query(
      `INSERT INTO lead_addresses (workspace_id, address, lead_id)
       SELECT workspace_id, phone, id FROM leads WHERE workspace_id = $1`,
      [workspaceId],
    );
    await client.query('ANALYZE leads, lead_addresses');
  });
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
