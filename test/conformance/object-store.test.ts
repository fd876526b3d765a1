/**
 * One suite for every place where files may lie. S3 is spoken to s3rver, a server of its own from npm; the environment may
 * name a real one: TRUNKLINE_TEST_S3_ENDPOINT, …_BUCKET, …_ACCESS_KEY, …_SECRET_KEY (a bucket that exists).
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDiskStore } from '../../src/lib/disk-store.ts';
import { type LocalFile, NoSuchObject, type ObjectStore } from '../../src/lib/object-store.ts';
import { createS3Store, type S3Settings } from '../../src/lib/s3-store.ts';

/** It brings no types. */
interface S3Server {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3Server;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trunkline-objects-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Buffer): Promise<LocalFile> {
  const file = path.join(folder, randomUUID());
  await writeFile(file, bytes);
  return { path: file, sizeBytes: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') };
}

interface Place {
  store: ObjectStore;
  close(): Promise<void>;
}

const given = (name: string) => process.env[`TRUNKLINE_TEST_S3_${name}`] ?? '';

async function openS3(changes: Partial<S3Settings> = {}): Promise<Place> {
  const settings = { region: 'us-east-1', pathStyle: true };
  if (given('ENDPOINT') !== '') {
    const own = {
      endpoint: given('ENDPOINT'),
      bucket: given('BUCKET'),
      accessKey: given('ACCESS_KEY'),
      secretKey: given('SECRET_KEY'),
    };
    const store = createS3Store({ ...settings, ...own, ...changes });
    return { store, close: () => store.close() };
  }
  const server = new S3rver({
    port: 0,
    silent: true,
    directory: path.join(folder, 's3'),
    configureBuckets: [{ name: 'files', configs: [] }],
  });
  const { port } = await server.run();
  const own = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'files',
    accessKey: 'S3RVER',
    secretKey: 'S3RVER',
  };
  const store = createS3Store({ ...settings, ...own, ...changes });
  return {
    store,
    async close() {
      await store.close();
      await server.close();
    },
  };
}

async function openDisk(): Promise<Place> {
  const store = createDiskStore(path.join(folder, 'disk'));
  return { store, close: () => store.close() };
}

describe.each([
  ['a folder', openDisk],
  ['a bucket', openS3],
])('%s', (_name, open) => {
  let place: Place;

  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  const key = () => `org_${randomUUID()}/ab/${randomUUID()}`;

  test('gives back the very bytes, from the start each time', async () => {
    const bytes = randomBytes(3_000_000);
    const at = key();
    await place.store.put(at, await fileOf(bytes));
    for (let time = 0; time < 2; time += 1) {
      expect((await buffer(await place.store.open(at))).equals(bytes)).toBe(true);
    }
    expect(await place.store.sizeOf(at)).toBe(bytes.length);
  });

  test('gives a part of them', async () => {
    const at = key();
    await place.store.put(at, await fileOf(Buffer.from('0123456789')));
    expect((await buffer(await place.store.open(at, { start: 2, end: 5 }))).toString()).toBe('2345');
    expect((await buffer(await place.store.open(at, { start: 9, end: 9 }))).toString()).toBe('9');
  });

  test('says so when there is nothing', async () => {
    expect(await place.store.sizeOf(key())).toBeNull();
    await expect(place.store.open(key())).rejects.toThrow(NoSuchObject);
  });

  test('takes the same object twice, also at once', async () => {
    const at = key();
    const file = await fileOf(randomBytes(100_000));
    await Promise.all(Array.from({ length: 5 }, () => place.store.put(at, file)));
    await place.store.put(at, file);
    expect(await place.store.sizeOf(at)).toBe(100_000);
  });

  test('does not take what is not all there', async () => {
    const at = key();
    const missing = { ...(await fileOf(Buffer.from('x'))), path: path.join(folder, 'no-such-file') };
    await expect(place.store.put(at, missing)).rejects.toThrow();
    expect(await place.store.sizeOf(at)).toBeNull();
  });
});

/** s3rver does not look at signatures. */
describe.runIf(given('ENDPOINT') !== '')('a bucket of a real server', () => {
  test('is not opened with a wrong key', async () => {
    const { store, close } = await openS3({ secretKey: 'wrong' });
    await expect(store.put('a/b', await fileOf(Buffer.from('x')))).rejects.toThrow();
    await close();
  });

  test('takes bytes only under the hash that was signed for them', async () => {
    const { store, close } = await openS3();
    const file = await fileOf(Buffer.from('these'));
    await writeFile(file.path, 'those');
    const key = `x/${randomUUID()}`;
    await expect(store.put(key, file)).rejects.toThrow();
    expect(await store.sizeOf(key)).toBeNull();
    await close();
  });
});

test('a folder holds no half-written files', async () => {
  const place = path.join(folder, 'whole');
  const store = createDiskStore(place);
  await store.put('a/b', await fileOf(randomBytes(1_000)));
  await store.put('a/c', { ...(await fileOf(Buffer.from('x'))), path: folder }).catch(() => {});
  expect(await readdir(path.join(place, 'a'))).toEqual(['b']);
});
