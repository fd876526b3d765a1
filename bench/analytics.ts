/**
 * What `GET /api/analytics` costs: the figures of everything, of a line and of a month, over 100 thousand and a million
 * messages to a quarter as many contacts, a tenth of them answered.
 */
import pg from 'pg';
import { silentLog } from '../src/lib/log.ts';
import { countMessages } from '../src/store/analytics.ts';
import { openDatabase } from '../src/store/database.ts';
import { createTestDatabase } from '../test/database.ts';
import { databaseForBench, median } from './lab.ts';

const WORKSPACE = 'org_analytics';
const ROUNDS = 5;
const ANY = { campaignId: null, lineId: null, userId: null, dateFrom: null, dateTo: null };
const MONTH = { ...ANY, dateFrom: Date.parse('2026-03-01'), dateTo: Date.parse('2026-04-01') - 1 };
const ASKED = {
  everything: ANY,
  'one line of 20': { ...ANY, lineId: `line${'7'.padStart(20, '0')}` },
  'a month of 12': MONTH,
};

export interface AnalyticsFigures {
  messages: number;
  milliseconds: Record<string, number>;
}

export async function benchAnalytics(
  sizes: readonly number[] = [100_000, 1_000_000],
): Promise<AnalyticsFigures[]> {
  const { server, close } = await databaseForBench();
  const testDatabase = await createTestDatabase(server);
  const client = new pg.Client({ connectionString: testDatabase.url });
  await client.connect();
  const database = openDatabase({
    url: testDatabase.url,
    maxConnections: 2,
    namedStatements: true,
    log: silentLog(),
  });
  const figures: AnalyticsFigures[] = [];
  try {
    let messages = 0;
    for (const size of sizes) {
      await addMessages(client, messages, size);
      messages = size;
      const milliseconds: Record<string, number> = {};
      for (const [name, filter] of Object.entries(ASKED)) {
        const costs: number[] = [];
        for (let round = 0; round <= ROUNDS; round += 1) {
          const startedAt = performance.now();
          await countMessages(database, WORKSPACE, filter);
          if (round > 0) costs.push(performance.now() - startedAt);
        }
        milliseconds[name] = median(costs);
        console.log(`  ${size} messages, ${name}: ${Math.round(median(costs))} ms`);
      }
      figures.push({ messages, milliseconds });
    }
  } finally {
    await database.close();
    await client.end();
    await testDatabase.drop();
    await close();
  }
  return figures;
}

async function addMessages(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query(
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, created_at, updated_at,
       sent_at, is_positive, priority, due_at, attempts, retry_gap_ms, correlation_id)
     SELECT $1, 'm' || lpad(n::text, 23, '0'), CASE WHEN n % 10 = 0 THEN 'received' ELSE 'sent' END,
       CASE WHEN n % 10 = 0 THEN 'delivered' ELSE (ARRAY['delivered','delivered','delivered','sent','failed','fallback'])[1 + n % 6] END,
       'imessage', repeat('text of a message ', 8), 'lead' || lpad((n / 4)::text, 20, '0'), 'line' || lpad((n % 20)::text, 20, '0'),
       at, at, at, n % 30 = 0, 0, at, 1, 0, 'app_' || n
     FROM generate_series($2::int, $3::int - 1) n, LATERAL (SELECT timestamptz '2026-01-01Z' + (n % 365) * interval '1 day' AS at) t`,
    [WORKSPACE, from, to],
  );
  await client.query('VACUUM (ANALYZE) messages');
}
