/**
 * What one claim costs while 10 thousand, 100 thousand and 1 million messages wait over 1,000 lines: the dispatcher's own
 * scan and prepare (locks, heads, facts, gates, lease, cap, gap, event, commit), nothing sent. Same database, growing,
 * so that only the backlog differs.
 */
import pg from 'pg';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { prepare } from '../src/dispatcher/prepare.ts';
import { createLog } from '../src/lib/log.ts';
import { scanDueLines } from '../src/store/lines/line-queue.ts';
import { createTestDatabase } from '../test/database.ts';
import { databaseForBench, median } from './lab.ts';

const WORKSPACE = 'org_claims';
const LINES = 1000;
const LINES_PER_CLAIM = 50;
/** A cycle claims one message from every line. */
const CYCLES = 5;

export interface ClaimFigures {
  waiting: number;
  microsecondsPerClaim: number;
}

export async function benchClaims(
  sizes: readonly number[] = [10_000, 100_000, 1_000_000],
): Promise<ClaimFigures[]> {
  const { server, close } = await databaseForBench();
  const database = await createTestDatabase(server);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await seed(client);
  const app = await compose({
    config: readConfig({}),
    databaseUrl: database.url,
    secretKey: Buffer.alloc(32, 1),
    role: 'dispatcher',
    log: createLog('warn'),
  });
  const figures: ClaimFigures[] = [];
  try {
    let waiting = 0;
    for (const size of sizes) {
      await addWaiting(client, waiting, size);
      waiting = size;
      await cycle(app.deps, client);
      const costs: number[] = [];
      for (let round = 0; round < CYCLES; round += 1) costs.push(await cycle(app.deps, client));
      figures.push({ waiting: size, microsecondsPerClaim: median(costs) });
      console.log(`  ${size} waiting: ${Math.round(median(costs))} µs a claim`);
    }
  } finally {
    await app.close();
    await client.end();
    await database.drop();
    await close();
  }
  return figures;
}

/** Claims one message from every line; answers µs per claim. */
async function cycle(deps: Parameters<typeof prepare>[0], client: pg.Client): Promise<number> {
  await client.query('UPDATE devices SET last_send_at = NULL');
  await client.query('UPDATE lines SET next_send_at = created_at, last_first_touch_at = NULL');
  await client.query('VACUUM lines, devices');
  const snapshot = await deps.snapshots.reload(WORKSPACE);
  if (snapshot === null) throw new Error('the workspace is there');
  let claimed = 0;
  const startedAt = performance.now();
  while (claimed < LINES) {
    const due = await scanDueLines(deps.database, deps.clock.now(), 200);
    for (let start = 0; start < due.length; start += LINES_PER_CLAIM) {
      const lineIds = due.slice(start, start + LINES_PER_CLAIM).map((line) => line.lineId);
      claimed += (await prepare(deps, snapshot, lineIds, 1000)).leased.length;
    }
  }
  return ((performance.now() - startedAt) * 1000) / claimed;
}

async function seed(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO workspaces (workspace_id, name, created_at, updated_at) VALUES ('${WORKSPACE}', 'Claims', now(), now())`,
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
}

/** Messages spread evenly over the lines, each to a lead of its own, all due, of two classes and both kinds of touch. */
async function addWaiting(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query(
    `INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
     SELECT '${WORKSPACE}', lpad(to_hex(n), 24, '0'), 'list', '+1' || (4000000000 + n), 'bench', now(), now()
     FROM generate_series(${from}, ${to} - 1) n`,
  );
  await client.query(
    `INSERT INTO lead_addresses SELECT workspace_id, '+1' || (4000000000 + n), lpad(to_hex(n), 24, '0')
     FROM workspaces, generate_series(${from}, ${to} - 1) n`,
  );
  await client.query(
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
       first_touch, due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at)
     SELECT '${WORKSPACE}', lpad(to_hex(n), 24, '0'), 'sent', 'pending', 'imessage', 'Hello {firstName|there}, see you tonight.',
       lpad(to_hex(n), 24, '0'), '+1' || (4000000000 + n), 'line' || (1 + n % ${LINES}), 1 + (n / 7) % 2,
       (n / 3) % 2 = 0, now() - interval '1 minute' + n * interval '1 microsecond', 5, 60000, 'app_bench', now(), now()
     FROM generate_series(${from}, ${to} - 1) n`,
  );
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}
