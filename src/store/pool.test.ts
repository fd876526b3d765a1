import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { withClient } from '../../test/database-server.ts';
import { until } from '../../test/until.ts';
import { openPool } from './pool.ts';

const NAME = 'pool under test';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function ask(text: string): Promise<unknown[]> {
  return withClient(database.url, async (client) => (await client.query(text, [NAME])).rows);
}

test('an idle connection that the server ends is told of, and the next statement gets another', async () => {
  const lost: string[] = [];
  const { pool, close } = openPool({
    connectionString: database.url,
    application_name: NAME,
    onLost: ({ message }) => lost.push(message),
  });
  await pool.query('SELECT 1');
  await ask('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1');
  await until('the loss is noticed', () => lost.length > 0);
  expect(lost).toHaveLength(1);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await close();
});

test('a closed pool has let go of its connections, and what happens to them on the way is no loss', async () => {
  const lost: string[] = [];
  const { pool, close } = openPool({
    connectionString: database.url,
    application_name: NAME,
    onLost: ({ message }) => lost.push(message),
  });
  let ended = 0;
  const onEnd = () => {
    ended += 1;
  };
  pool.on('connect', (client) => client.once('end', onEnd));
  await Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT 1')));
  const closed = close();
  // As the pool does for a server that shuts down meanwhile.
  pool.emit('error', new Error('terminating connection'), new pg.Client());
  await closed;
  expect(ended).toBe(5);
  expect(lost).toEqual([]);
});
