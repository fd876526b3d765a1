/** The key that encrypts stored credentials: from the environment, else a file made at first start. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, ConfigError } from './config.ts';
import { SECRET_KEY_BYTES } from './lib/secret-box.ts';

const FILE = 'secret.key';

export async function readSecretKey(config: Config): Promise<Buffer> {
  const found = await findSecretKey(config);
  if (found !== null) return found;
  const path = join(config.dataDir, FILE);
  try {
    return await makeKeyFile(path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `The key file ${path} cannot be created: ${(error as Error).message}. Set TRUNKLINE_SECRET_KEY, or choose ` +
        'another folder with TRUNKLINE_DATA.',
    );
  }
}

/** The key there is; null when the first start will make one. Writes nothing. */
export async function findSecretKey(config: Config): Promise<Buffer | null> {
  if (config.secretKey !== null) return decode(config.secretKey, 'TRUNKLINE_SECRET_KEY');
  const path = join(config.dataDir, FILE);
  const stored = await readIfThere(path);
  return stored === null ? null : decode(stored, path);
}

async function makeKeyFile(path: string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true });
  // Written aside and linked: whoever starts at the same moment reads a whole file, and both end with the same key.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(SECRET_KEY_BYTES).toString('base64')}\n`, { mode: 0o600 });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  return decode(await readFile(path, 'utf8'), path);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new ConfigError(`The key file cannot be read: ${message}`);
  }
}

function decode(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== SECRET_KEY_BYTES) {
    throw new ConfigError(`${where} must hold ${SECRET_KEY_BYTES} bytes in base64`);
  }
  return key;
}
