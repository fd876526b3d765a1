/** The bluebubbles driver by its port: what a dead agent left behind, what comes back, what the Mac lacks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Driver, LocalFile, Notes, Send } from '../../src/relay/driver.ts';
import { createBlueBubblesDriver } from '../../src/relay/drivers/bluebubbles.ts';
import { PATIENCE, QUICK } from '../bluebubbles.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { leaseOf, leaseSleptThrough } from '../leases.ts';
import { until } from '../until.ts';

const ANNA = '+12025550177';
const LOST_THOUGH_SENT = '+12025550105';
const QUIET_MS = 1_500;
const clock = systemClock();

let fake: FakeBlueBubbles;
let dataDir: string;
let driver: Driver;
let jobs = 0;
/** What the agent's journal would hold. */
const journal = new Map<string, Notes>();

beforeEach(async () => {
  fake = await startBlueBubbles({ timings: QUICK });
  dataDir = await mkdtemp(path.join(tmpdir(), 'bluebubbles-'));
  driver = newDriver();
  journal.clear();
});
afterEach(async () => {
  await driver.close();
  await fake.close();
  await rm(dataDir, { recursive: true, force: true });
});

function newDriver(differs: { password?: string; quietMs?: number } = {}): Driver {
  const { password = fake.password, quietMs = QUIET_MS } = differs;
  const server = { serverUrl: fake.url, method: 'auto', password } as const;
  return createBlueBubblesDriver({ server, clock, dataDir, patience: { ...PATIENCE, quietMs } });
}

/** As after a crash of the agent: what is not on disk is gone. */
async function restart(differs: { password?: string; quietMs?: number } = {}): Promise<void> {
  await driver.close();
  driver = newDriver(differs);
}

function job(address = ANNA, differs: Partial<Send> = {}): Send {
  jobs += 1;
  const reference = jobs.toString(16).padStart(24, '0');
  return { jobId: `job-${jobs}`, reference, attempt: 1, address, text: 'Hello Anna', files: [], ...differs };
}

async function send(what: Send, lease = leaseOf()) {
  const notes = await driver.prepare(what);
  journal.set(what.jobId, notes);
  return driver.send(what, notes, lease, async (newer) => void journal.set(what.jobId, newer));
}

const find = (what: Send) => driver.find(what, journal.get(what.jobId) ?? null, clock.now());

async function file(name: string, bytes: string): Promise<LocalFile> {
  const place = path.join(dataDir, 'content');
  await writeFile(place, bytes);
  return { path: place, name, mimeType: 'text/plain', sizeBytes: bytes.length, hash: 'ab'.repeat(32) };
}

describe('a send that was cut off', () => {
  test('before the server was asked is absent at once, even while the server is away', async () => {
    const one = job();
    journal.set(one.jobId, await driver.prepare(one));
    await fake.stop();
    expect(await find(one)).toEqual({ finding: 'absent' });
  });

  test('is absent only once the server can have nothing more of it', async () => {
    const one = job();
    journal.set(one.jobId, { startedAt: clock.now(), fileNames: [] });
    expect(await find(one)).toMatchObject({ finding: 'undecided', final: false });
    await until('it is certain', async () => (await find(one)).finding === 'absent');
  });

  test('is not taken for another one of the same words, also not by a later process', async () => {
    const [sent, cut] = [job(), job()];
    const outcome = await send(sent);
    journal.set(cut.jobId, { startedAt: clock.now(), fileNames: [] });
    await restart({ quietMs: 0 });
    expect(await find(cut)).toEqual({ finding: 'absent' });
    const { externalMessageId } = outcome as { externalMessageId: string };
    expect(await find(sent)).toEqual({ finding: 'found', externalMessageId, address: ANNA });
  });

  test('and left is found, once for each of two with the same words', async () => {
    const both = [job(LOST_THOUGH_SENT), job(LOST_THOUGH_SENT)];
    for (const each of both) expect(await send(each)).toMatchObject({ outcome: 'unknown' });
    await restart();
    const found = [];
    for (const each of both) found.push(await find(each));
    const ids = found.map((each) => each.finding === 'found' && each.externalMessageId);
    expect(ids.sort()).toEqual(fake.mac.rows.map(({ guid }) => guid).sort());
  });

  test('of which the journal is lost is found by its row; without one nobody can say', async () => {
    const [sent, other] = [job(LOST_THOUGH_SENT), job(ANNA)];
    await send(sent);
    journal.clear();
    await restart({ quietMs: 0 });
    expect(await find(sent)).toMatchObject({ finding: 'found', address: LOST_THOUGH_SENT });
    expect(await find(other)).toMatchObject({ finding: 'undecided', final: true });
  });

  test('by the end of its time before the server was asked did not leave', async () => {
    expect(await send(job(), leaseSleptThrough())).toMatchObject({ outcome: 'rejected', permanent: false });
    expect(fake.mac.rows).toEqual([]);
  });
});

describe('what goes out', () => {
  test('takes its files along, under their names', async () => {
    await send(job(ANNA, { files: [await file('Plan.txt', 'the plan')] }));
    const [row] = fake.mac.rows;
    expect(row).toMatchObject({ text: 'Hello Anna', files: [{ name: 'Plan.txt' }] });
    expect(row?.files[0]?.bytes.toString()).toBe('the plan');
  });

  test('can be a tapback or a typing sign', async () => {
    const outcome = await send(job());
    const { externalMessageId } = outcome as { externalMessageId: string };
    expect(await driver.react?.({ externalMessageId, address: ANNA }, 'love', false)).toEqual({ done: true });
    expect(await driver.showTyping?.({ externalMessageId: null, address: ANNA }, true)).toEqual({
      done: true,
    });
    expect(fake.world.gestures.map(({ what }) => what)).toEqual(['love', 'typing']);
  });

  test('is checked first where the Private API is connected', async () => {
    expect(await driver.check(ANNA)).toEqual({ availability: 'available' });
    expect(await driver.check('+12025550102')).toEqual({ availability: 'unavailable' });
    fake.world.helperConnected = false;
    expect(await driver.check(ANNA)).toEqual({ availability: 'cannot_check' });
  });
});

describe('what comes back', () => {
  test('begins now, goes on from the cursor, and brings files', async () => {
    fake.receive(ANNA, 'long ago');
    const { cursor, news } = await driver.askForNews({ cursor: null, outstanding: [] });
    expect(news).toEqual([]);
    const bytes = Buffer.from('the offer');
    const files = [{ guid: 'FILE', name: 'offer.txt', mimeType: 'text/plain', bytes }];
    fake.receive(ANNA, 'now', { files });
    await restart();
    const answer = await driver.askForNews({ cursor, outstanding: [] });
    expect(answer.news).toMatchObject([{ news: 'inbound', from: ANNA, text: 'now' }]);
    const [inbound] = answer.news;
    const source = inbound?.news === 'inbound' ? inbound.attachments?.[0]?.source : null;
    expect(await text(await driver.openAttachment(source, new AbortController().signal))).toBe('the offer');
  });

  test('are receipts, asked for at once and then ever more rarely', async () => {
    const one = job('+12025550107');
    const outcome = await send(one);
    const { externalMessageId } = outcome as { externalMessageId: string };
    const { reference, address } = one;
    const outstanding = [{ reference, externalMessageId, address, sentAt: clock.now() }];
    const asked = () => fake.calls.filter((call) => call === `GET message/${externalMessageId}`).length;
    const before = asked();
    for (let n = 0; n < 3; n += 1) await driver.askForNews({ cursor: null, outstanding });
    expect(asked()).toBe(before + 1);
    const [row] = fake.mac.rows;
    Object.assign(row ?? {}, { delivered: fake.mac.now() });
    await restart();
    const { news } = await driver.askForNews({ cursor: null, outstanding });
    expect(news).toMatchObject([{ news: 'receipt', reference, receipt: 'delivered' }]);
  });
});

describe('the self-test', () => {
  test('tells what the server is', async () => {
    const { ok, checks, versions } = await driver.selfTest();
    expect(ok).toBe(true);
    expect(checks.map(({ check }) => check)).toEqual(['server', 'signed-in', 'private-api', 'clock']);
    expect(versions).toEqual({ macos: '26.1.0', bluebubbles: '1.9.9' });
  });

  test.each([
    ['the password is wrong', /password/, () => restart({ password: 'wrong' })],
    [
      'nobody is signed in',
      /signed in to no account/,
      async () => void Object.assign(fake.world, { signedIn: null }),
    ],
    ['the server is away', /cannot be reached/, () => fake.stop()],
  ])('says that %s', async (_what, sentence, spoil) => {
    await spoil();
    const { ok, checks } = await driver.selfTest();
    expect(ok).toBe(false);
    expect(checks.find((check) => !check.ok)?.message).toMatch(sentence);
  });

  test('passes without the Private API, since AppleScript sends then', async () => {
    fake.world.helperConnected = false;
    const { ok, checks } = await driver.selfTest();
    expect(ok).toBe(true);
    expect(checks.find(({ check }) => check === 'private-api')?.message).toMatch(/AppleScript/);
  });
});
