/** The BlueBubbles server that a relay drives: told once, then kept in its folder, in a file that only its owner can read. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { type BlueBubblesServer, readServerUrl } from '../bluebubbles/settings.ts';

/** What was told at this start; null where nothing was. */
export interface ToldServer {
  url: string | null;
  password: string | null;
}

/** A sentence for whoever started the relay. */
export class ServerUnknown extends Error {
  override name = 'ServerUnknown';
}

const FILE = 'bluebubbles.json';

/** What is told replaces what was kept. Throws `ServerUnknown`. */
export async function findBlueBubblesServer(dataDir: string, told: ToldServer): Promise<BlueBubblesServer> {
  const kept = await readKept(dataDir);
  const url = told.url ?? kept?.serverUrl;
  const password = told.password?.trim() ?? kept?.password;
  if (url === undefined || password === undefined || password === '')
    throw new ServerUnknown(
      'The bluebubbles driver needs --bluebubbles-url and its password: --bluebubbles-password-file, or TRUNKLINE_BLUEBUBBLES_PASSWORD in the environment.',
    );
  const read = readServerUrl(url);
  if ('wrong' in read) throw new ServerUnknown(`--bluebubbles-url ${read.wrong}.`);
  const server: BlueBubblesServer = { serverUrl: read.url, method: 'auto', password };
  if (kept?.serverUrl !== server.serverUrl || kept.password !== server.password) await keep(dataDir, server);
  return server;
}

async function readKept(dataDir: string): Promise<Pick<BlueBubblesServer, 'serverUrl' | 'password'> | null> {
  const text = await readFile(path.join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as BlueBubblesServer);
}

async function keep(dataDir: string, { serverUrl, password }: BlueBubblesServer): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const fresh = path.join(dataDir, `${FILE}.new`);
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ serverUrl, password }, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path.join(dataDir, FILE));
}
