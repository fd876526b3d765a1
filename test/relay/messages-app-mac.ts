/** A driver on a fake Mac, with an agent around it that does no more than keep the journal. */
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import type { Driver, LocalFile, Notes, Send } from '../../src/relay/driver.ts';
import type { Times } from '../../src/relay/drivers/messages-app/messages.ts';
import { createMessagesAppDriver } from '../../src/relay/drivers/messages-app/messages-app.ts';
import { type FakeOptions, startFakeMessages } from '../fakes/messages/messages.ts';
import { leaseOf } from '../leases.ts';

export const clock = systemClock();

export const FAST = { rowMs: 20, sentMs: 20, deliveredMs: 30, readMs: 30, errorMs: 30, slowMs: 1_500 };

export async function startMac(options: FakeOptions = {}, times: Partial<Times> = {}) {
  const fake = await startFakeMessages({ pace: FAST, ...options });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'relay-state-'));
  const drivers: Driver[] = [];
  const journal = new Map<string, Notes>();
  let jobs = 0;

  /** A new one knows only what is on disk. */
  const startDriver = (differs: Partial<Times> = {}): Driver => {
    const driver = createMessagesAppDriver({
      clock,
      dataDir,
      home: fake.home,
      osascriptProgram: fake.osascript,
      times: {
        // Whoever tries a script that never ends says how long that is; every other one has the time a busy machine takes.
        scriptMs: 30_000,
        confirmMs: 3_000,
        pollMs: 10,
        downgradeMs: 100,
        settleMs: 0,
        quietMs: 200,
        patienceMs: 200,
        ...times,
        ...differs,
      },
    });
    drivers.push(driver);
    return driver;
  };
  const driver = startDriver();

  return {
    fake,
    driver,
    journal,
    startDriver,
    dataDir,
    job(address: string, differs: Partial<Send> = {}): Send {
      jobs += 1;
      const reference = jobs.toString(16).padStart(24, '0');
      return {
        jobId: `job-${jobs}`,
        reference,
        attempt: 1,
        address,
        text: 'Hello Anna',
        files: [],
        ...differs,
      };
    },
    async send(send: Send, lease = leaseOf(), by: Driver = driver) {
      const notes = await by.prepare(send);
      journal.set(send.jobId, notes);
      return by.send(send, notes, lease, async (newer) => void journal.set(send.jobId, newer));
    },
    find: (send: Send, by: Driver = driver) =>
      by.find(send, journal.get(send.jobId) ?? null, clock.now() - 1_000),
    async file(name: string, bytes = 'bytes'): Promise<LocalFile> {
      const folder = await mkdtemp(path.join(dataDir, 'file-'));
      const place = path.join(folder, 'content');
      await writeFile(place, bytes);
      return { path: place, name, mimeType: 'text/plain', sizeBytes: bytes.length, hash: 'ab'.repeat(32) };
    },
    async close() {
      for (const each of drivers) await each.close();
      await fake.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Mac = Awaited<ReturnType<typeof startMac>>;
