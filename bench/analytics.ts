/**
 * What `GET /api/analytics` costs: from folded days, against a full count of the same messages in the same run, which
 * has to come to the same figures. A year of messages, four to a contact within a month, a tenth of them replies; the last
 * day is not over, and one of the days before was touched.
 */
import pg from 'pg';
import { silentLog } from '../src/lib/log.ts';
import { openDatabase } from '../src/store/database.ts';
import { type CountFilter, countMessages } from '../src/store/figures/analytics.ts';
import { closeDays, foldNextDay } from '../src/store/figures/day-figures.ts';
import { insertWorkspace } from '../src/store/workspace/workspaces.ts';
import { createTestDatabase } from '../test/database.ts';
import { countInFull } from '../test/full-count.ts';
import { databaseForBench, median } from './lab.ts';

const WORKSPACE = 'org_analytics';
const ROUNDS = 5;
const TODAY = Date.parse('2026-12-31');
const ANY = { campaignId: null, lineId: null, userId: null, dateFrom: null, dateTo: null };
/** From noon to noon, so that two days are counted in part. */
const MONTH = {
  ...ANY,
  dateFrom: Date.parse('2026-03-01T12:00:00Z'),
  dateTo: Date.parse('2026-04-01T12:00:00Z'),
};
const ASKED: Readonly<Record<string, CountFilter>> = {
  everything: ANY,
  'one line of 20': { ...ANY, lineId: `line${'7'.padStart(20, '0')}` },
  'one user of 5': { ...ANY, userId: 'user_3' },
  'a month of 12': MONTH,
  today: { ...ANY, dateFrom: TODAY },
};

export interface AnalyticsFigures {
  messages: number;
  asked: string;
  foldedMs: number;
  fullMs: number;
}

export async function benchAnalytics(messages: number): Promise<AnalyticsFigures[]> {
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
  try {
    await addMessages(client, messages);
    await insertWorkspace(database, WORKSPACE, 'Bench', TODAY);
    const startedAt = performance.now();
    await closeDays(database, TODAY, 1);
    const unfolded = { workspaceId: WORKSPACE, closedUntil: '2026-12-31' };
    while (await database.transaction((tx) => foldNextDay(tx, unfolded)));
    await client.query('VACUUM (ANALYZE) counted_leads, day_figures');
    console.log(`  365 days folded in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    await client.query(`INSERT INTO touched_days VALUES ($1, '2026-12-29', 'touch')`, [WORKSPACE]);

    const figures: AnalyticsFigures[] = [];
    for (const [asked, filter] of Object.entries(ASKED)) {
      const costs: number[] = [];
      let counts: unknown;
      for (let round = 0; round <= ROUNDS; round += 1) {
        const roundAt = performance.now();
        counts = await countMessages(database, WORKSPACE, filter);
        if (round > 0) costs.push(performance.now() - roundAt);
      }
      const fullAt = performance.now();
      const expected = await countInFull(database, WORKSPACE, filter);
      const each = { messages, asked, foldedMs: median(costs), fullMs: performance.now() - fullAt };
      if (JSON.stringify(sorted(counts)) !== JSON.stringify(sorted(expected)))
        throw new Error(`${asked}: ${JSON.stringify(counts)} is not ${JSON.stringify(expected)}`);
      figures.push(each);
      console.log(
        `  ${asked}: ${Math.round(each.foldedMs)} ms; a full count takes ${Math.round(each.fullMs)} ms and says the same`,
      );
    }
    return figures;
  } finally {
    await database.close();
    await client.end();
    await testDatabase.drop();
    await close();
  }
}

function sorted(counts: unknown): [string, unknown][] {
  return Object.entries(counts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Only with the index that is used: the others would take most of the time. */
async function addMessages(client: pg.Client, count: number): Promise<void> {
  await client.query(`DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'messages'::regclass AND NOT indisprimary
      AND indexrelid <> 'messages_counted'::regclass LOOP EXECUTE 'DROP INDEX ' || name; END LOOP; END $$`);
  await client.query('ALTER TABLE messages DROP CONSTRAINT messages_pkey; ALTER TABLE messages SET UNLOGGED');
  await client.query(
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, campaign_id,
       created_by_user_id, answers_user_id, created_at, updated_at, sent_at, is_positive, priority, due_at, attempts,
       retry_gap_ms, correlation_id)
     SELECT $1, 'm' || lpad(n::text, 23, '0'), CASE WHEN n % 10 = 0 THEN 'received' ELSE 'sent' END,
       CASE WHEN n % 10 = 0 THEN 'delivered'
         ELSE (ARRAY['delivered','delivered','delivered','sent','failed','fallback'])[1 + n % 6] END,
       'imessage', repeat('text of a message ', 5), 'lead' || lpad(((n + x % ($2::int / 12)) / 4)::text, 20, '0'),
       'line' || lpad((x % 20)::text, 20, '0'), 'camp' || lpad((n / ($2 / 12 + 1) * 5 + y % 5)::text, 20, '0'),
       CASE WHEN n % 10 <> 0 THEN 'user_' || y % 5 END, CASE WHEN n % 10 = 0 THEN 'user_' || y % 5 END,
       at, at, at, n % 30 = 0, 0, at, 1, 0, 'app_' || n
     FROM generate_series(0, $2::int - 1) n, LATERAL (SELECT hashint4(n) & 2147483647 AS x, hashint4(-n) & 2147483647 AS y,
       date_trunc('milliseconds', timestamptz '2026-01-01Z' + n * (31536000.0 / $2) * interval '1 second') AS at) t`,
    [WORKSPACE, count],
  );
  await client.query('VACUUM (ANALYZE) messages');
}
