import { randomBytes } from 'node:crypto';
import { databaseUrl, SERVER_VARIABLE, type TestServer, withClient } from './database-server.ts';

export interface TestDatabase {
  url: string;
  /** Also when connections are still open. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of its own: a copy of the run's template, about 100 ms. Programs outside of the test runner
 * hand in the server that `startTestServer` gave them.
 */
export async function createTestDatabase(
  server: Pick<TestServer, 'url' | 'prefix' | 'template'> = serverOfThisRun(),
): Promise<TestDatabase> {
  const name = `${server.prefix}${randomBytes(6).toString('hex')}`;
  await withClient(server.url, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${server.template}`),
  );
  return {
    url: databaseUrl(server.url, name),
    async drop() {
      await withClient(server.url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

function serverOfThisRun(): Pick<TestServer, 'url' | 'prefix' | 'template'> {
  const given = process.env[SERVER_VARIABLE];
  if (given === undefined)
    throw new Error('createTestDatabase needs a server; outside of vitest start one first');
  return JSON.parse(given) as TestServer;
}
