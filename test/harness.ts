/** A whole application for one test file: real database, real server on a free port, real dispatcher, simulated phones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootstrap, newApiKey } from '../src/actions/workspace/bootstrap.ts';
import { type App, type ComposeOptions, compose } from '../src/compose.ts';
import { type Config, readConfig } from '../src/config.ts';
import { silentLog } from '../src/lib/log.ts';
import { type Client, openClient } from './client.ts';
import { createTestDatabase } from './database.ts';

export type { Answer } from './client.ts';

export interface TestApp extends App, Client {
  url: string;
  key: string;
  workspaceId: string;
  databaseUrl: string;
}

export interface AppOptions extends Partial<Omit<ComposeOptions, 'config' | 'databaseUrl'>> {
  config?: Partial<Config>;
  /** An existing database, for a second application on the same one. */
  databaseUrl?: string;
  key?: string;
  /** False: nothing is sent until the test starts the dispatcher itself. */
  dispatches?: boolean;
}

export async function openApp(options: AppOptions = {}): Promise<TestApp> {
  const { config: changes, databaseUrl: given, key: givenKey, dispatches = true, ...rest } = options;
  const database = given === undefined ? await createTestDatabase() : null;
  const databaseUrl = given ?? database?.url ?? '';
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trunkline-app-'));
  const config = {
    ...readConfig({}),
    dataDir,
    port: 0,
    sendsPerMinute: 0,
    databaseConnections: 8,
    ...changes,
  };
  const app = await compose({
    config,
    databaseUrl,
    secretKey: Buffer.alloc(32, 7),
    role: 'all',
    log: silentLog(),
    ...rest,
  });
  const key = givenKey ?? newApiKey();
  await bootstrap(app.deps, key);
  const caller = await app.deps.authenticate(`Bearer ${key}`);
  const url = app.server === null ? '' : await app.server.listen({ host: '127.0.0.1', port: 0 });
  if (dispatches) app.startDispatcher();

  return {
    ...app,
    ...openClient(url, key),
    url,
    key,
    workspaceId: caller?.workspaceId ?? '',
    databaseUrl,
    async close() {
      await app.close();
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
