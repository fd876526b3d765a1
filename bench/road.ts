/**
 * The whole road with pacing off: from the acceptance of a message to its copy on a simulated phone. Latency one at a
 * time on an idle system; throughput by filling the queues and letting its dispatcher run. Times are taken
 * from the database's rows, made by one clock.
 */
import pg from 'pg';
import { createTestDatabase } from '../test/database.ts';
import { databaseForBench, median, percentile, startChild } from './lab.ts';

export interface RoadFigures {
  p50Ms: number;
  p99Ms: number;
  messagesPerSecond: number;
  /** What a database round trip with a commit costs here: the unit of the road. */
  commitMs: number;
}

export async function benchRoad({ singles = 300, burst = 5000 } = {}): Promise<RoadFigures> {
  const { server, close } = await databaseForBench();
  const database = await createTestDatabase(server);
  const app = await startChild('bench/server.ts', ['all'], { DATABASE_URL: database.url });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const commitMs = await measureCommit(client);
    for (let n = 0; n < singles; n += 1) await send(app, `+1300000${String(n).padStart(4, '0')}`, 'wait=10');
    const latencies = await readLatencies(client);
    await client.query('TRUNCATE sandbox_copies');
    const messagesPerSecond = await measureBurst(app, client, burst);
    return { p50Ms: median(latencies), p99Ms: percentile(latencies, 0.99), messagesPerSecond, commitMs };
  } finally {
    await client.end();
    await app.stop();
    await database.drop();
    await close();
  }
}

async function measureBurst(
  app: { address: string; key: string },
  client: pg.Client,
  burst: number,
): Promise<number> {
  const numbers = Array.from({ length: burst }, (_, n) => `+1310${String(n).padStart(7, '0')}`);
  const workers = Array.from({ length: 32 }, async () => {
    for (let phone = numbers.pop(); phone !== undefined; phone = numbers.pop()) await send(app, phone, null);
  });
  await Promise.all(workers);
  for (;;) {
    const { rows } = await client.query<{ copies: string; seconds: number }>(
      `SELECT count(*) AS copies, extract(epoch FROM max(received_at) - (SELECT min(created_at) FROM messages WHERE recipient_phone LIKE '+1310%'))::float AS seconds
       FROM sandbox_copies WHERE address LIKE '+1310%'`,
    );
    const [row] = rows;
    if (row !== undefined && Number(row.copies) >= burst) return burst / row.seconds;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function send(
  { address, key }: { address: string; key: string },
  phone: string,
  prefer: string | null,
): Promise<void> {
  const response = await fetch(`${address}/api/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(prefer === null ? {} : { prefer }),
    },
    body: JSON.stringify({ recipientPhone: phone, message: 'Hello {firstName|there}' }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

async function readLatencies(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ ms: number }>(
    `SELECT extract(epoch FROM c.received_at - m.created_at)::float * 1000 AS ms
     FROM sandbox_copies c JOIN messages m ON m.workspace_id = c.workspace_id AND m.id = c.reference ORDER BY c.id OFFSET 20`,
  );
  return rows.map((row) => row.ms);
}

async function measureCommit(client: pg.Client): Promise<number> {
  await client.query('CREATE TABLE bench_commits (n int)');
  const times: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const startedAt = performance.now();
    await client.query('INSERT INTO bench_commits VALUES ($1)', [n]);
    times.push(performance.now() - startedAt);
  }
  await client.query('DROP TABLE bench_commits');
  return median(times);
}
