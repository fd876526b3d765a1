import { afterAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';

const made: TestDatabase[] = [];

afterAll(() => Promise.all(made.map((database) => database.drop())));

async function create(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  made.push(database);
  return database;
}

test('every test file gets a database that no other one sees', async () => {
  const [one, other] = await Promise.all([create(), create()]);
  await withClient(one.url, (client) => client.query('CREATE TABLE only_here (id int)'));
  const found = await withClient(other.url, (client) =>
    client.query("SELECT to_regclass('only_here') AS found"),
  );
  expect(found.rows).toEqual([{ found: null }]);
});

test('a test database goes away with connections still open, and asking twice is harmless', async () => {
  const database = await create();
  await withClient(database.url, async (client) => {
    client.on('error', () => {});
    await database.drop();
    await database.drop();
  });
  await expect(withClient(database.url, async () => {})).rejects.toThrow('does not exist');
});
