/** What a paired Mac knows of its line: where the server is, and the token, in a file that only its owner can read. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { pairWith } from './server-calls.ts';

export interface Pairing {
  server: string;
  token: string;
  deviceId: string;
  lineId: string;
  /** Phone number or Apple ID of the line. */
  address: string;
}

const FILE = 'pairing.json';

/** Trades a code for a token, and keeps it. What was paired before is replaced. */
export async function pair(
  dataDir: string,
  request: { server: string; code: string; name: string; driver: string },
): Promise<Pairing> {
  const { server, ...asked } = request;
  // Before the code is used up: a folder that can't be written to is found out first.
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const handle = await open(path.join(dataDir, `${FILE}.new`), 'w', 0o600);
  try {
    const { token, device, line } = await pairWith(server, asked);
    const address = line.phone ?? line.email ?? line._id;
    const pairing: Pairing = { server, token, deviceId: device._id, lineId: line._id, address };
    await handle.writeFile(`${JSON.stringify(pairing, null, 2)}\n`);
    await handle.sync();
    await rename(path.join(dataDir, `${FILE}.new`), path.join(dataDir, FILE));
    return pairing;
  } finally {
    await handle.close();
  }
}

/** null: this folder was never paired. */
export async function readPairing(dataDir: string): Promise<Pairing | null> {
  const text = await readFile(path.join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as Pairing);
}
