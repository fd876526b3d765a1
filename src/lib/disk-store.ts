/** Objects as files of a folder. Written beside their place, synced, then renamed into it: a crash leaves all or nothing. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { NoSuchObject, type ObjectStore } from './object-store.ts';
import { codeOf } from './out-of-reach.ts';

export function createDiskStore(folder: string): ObjectStore {
  const placeOf = (key: string) => path.join(folder, ...key.split('/'));
  return {
    async put(key, file) {
      const place = placeOf(key);
      if ((await sizeOf(place)) === file.sizeBytes) return;
      const directory = path.dirname(place);
      await mkdir(directory, { recursive: true });
      const beside = `${place}.${randomUUID()}.part`;
      try {
        await copyFile(file.path, beside);
        await sync(beside);
        await rename(beside, place);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      for (let at = directory; at.startsWith(folder); at = path.dirname(at)) await sync(at);
    },
    async open(key, range) {
      try {
        const file = await open(placeOf(key));
        return file.createReadStream(range);
      } catch (error) {
        throw codeOf(error) === 'ENOENT' ? new NoSuchObject(key) : error;
      }
    },
    sizeOf: (key) => sizeOf(placeOf(key)),
    async close() {},
  };
}

async function sizeOf(place: string): Promise<number | null> {
  try {
    return (await stat(place)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Windows syncs no folders. */
async function sync(place: string): Promise<void> {
  const file = await open(place, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'EISDIR' || codeOf(error) === 'EPERM') return null;
    throw error;
  });
  try {
    await file?.sync();
  } catch (error) {
    if (codeOf(error) !== 'EPERM' && codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await file?.close();
  }
}
