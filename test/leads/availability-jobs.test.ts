/** Leads checked in the background: counted once each, whoever dies; within quota and gap, however many are at it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { queueAvailabilityCheck, startBulkCheck } from '../../src/actions/availability/availability-jobs.ts';
import { takeNews } from '../../src/actions/news/take-news.ts';
import type { AvailabilityJobAnswer } from '../../src/contract/leads/availability.ts';
import type { LeadAnswer } from '../../src/contract/leads/leads.ts';
import { forgetOldJobs } from '../../src/dispatcher/check-availability.ts';
import { openTown, type Town } from '../asking-carrier.ts';
import type { TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const DAY = 86_400_000;
/** Who waits for a line looks for one again. */
const LOOKS_AFTER_MS = 60_000;
const UNAVAILABLE = { availability: 'unavailable' } as const;
const FAILED = { availability: 'error', message: 'The Mac did not answer' } as const;

let town: Town;
let app: TestApp;
/** At this step of the second application, if any, it stops for ever. */
let diesAt: string | null = null;
let died = 0;
let other: TestApp;

beforeAll(async () => {
  town = await openTown();
  app = await town.open({ dispatches: false });
  other = await town.open({
    dispatches: false,
    role: 'dispatcher',
    checkpoint: (label) => {
      if (label !== diesAt) return;
      diesAt = null;
      died += 1;
      return new Promise<never>(() => {});
    },
  });
  // What is to be seen of one application begins with the other.
  other.startDispatcher();
});
afterAll(() => town.close());
beforeEach(() => {
  town.asked.length = 0;
});

interface Person {
  leadId: string;
  phone: string;
}

async function newPeople(ws: Workspace, count: number): Promise<Person[]> {
  const scheduledDate = new Date(town.clock.now() + 300 * DAY).toISOString();
  const people: Person[] = [];
  for (let n = 0; n < count; n += 1) {
    const phone = newPhone();
    const message = await accept(ws, { recipientPhone: phone, scheduledDate });
    await ws.call('POST', `/api/messages/${message._id}/cancel`);
    people.push({ leadId: message.leadId ?? '', phone });
  }
  return people;
}

async function start(ws: Workspace, people: readonly Person[]): Promise<string> {
  const leadIds = people.map(({ leadId }) => leadId);
  const { status, body } = await ws.call('POST', '/api/leads/check-availability', { leadIds });
  expect(status).toBe(200);
  return String(body.jobId);
}

const jobOf = async (ws: Workspace, id: string) =>
  (await ws.call<AvailabilityJobAnswer>('GET', `/api/availability-jobs/${encodeURIComponent(id)}`)).body;

const comesTo = (ws: Workspace, id: string, status: AvailabilityJobAnswer['status']) =>
  until(`the job is ${status}`, async () => {
    town.clock.leap(100);
    const job = await jobOf(ws, id);
    return job.status === status ? job : null;
  });

const statusOf = async (ws: Workspace, { leadId }: Person) =>
  (await ws.call<LeadAnswer>('GET', `/api/leads?id=${leadId}`)).body.lead.availabilityStatus;

async function setUsed(ws: Workspace, checks: number): Promise<void> {
  const today = new Date(town.clock.now()).toISOString().slice(0, 10);
  const sql = 'UPDATE lines SET checks_day = $2, checks_today = $3 WHERE workspace_id = $1';
  await read(app, sql, [ws.workspaceId, today, checks]);
}

/** Of each device apart. */
function shortestGap(ws: Workspace): number {
  const ofWorkspace = new Set(ws.lines.map(({ _id }) => _id));
  const deviceOf = new Map(ws.lines.map((line) => [line._id, line.deviceId]));
  const asked = town.asked.filter(({ lineId }) => ofWorkspace.has(lineId));
  const gaps = [...Map.groupBy(asked, ({ lineId }) => deviceOf.get(lineId)).values()].flatMap((ofDevice) => {
    const instants = ofDevice.map(({ at }) => at).sort((a, b) => a - b);
    return instants.slice(1).map((at, n) => at - (instants[n] ?? 0));
  });
  return Math.min(...gaps);
}

describe('a large batch', () => {
  test('is answered at once, in the documented shape, and done in the background', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const people = await newPeople(ws, 11);
    const [not, unclear] = people;
    town.says.set(not?.phone ?? '', UNAVAILABLE).set(unclear?.phone ?? '', FAILED);
    const { body } = await ws.call('POST', '/api/leads/check-availability', {
      leadIds: people.map(({ leadId }) => leadId),
    });
    expect(body).toEqual({
      success: true,
      message: 'Bulk availability check started in background',
      jobId: expect.stringMatching(/^bulk-availability-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      checked: 11,
      processingMode: 'background',
      warnings: [],
    });
    const jobId = String(body.jobId);
    expect(await jobOf(ws, jobId)).toMatchObject({ success: true, jobId, total: 11, finishedAt: null });
    const done = await comesTo(ws, jobId, 'finished');
    expect(done).toMatchObject({ total: 11, checked: 11, available: 9, unavailable: 1, errors: 1 });
    expect(done).toMatchObject({ waitingFor: null, waitingUntil: null, finishedAt: expect.any(String) });
    for (const person of people.slice(2)) expect(await statusOf(ws, person)).toBe('available');
    expect(await statusOf(ws, not as Person)).toBe('unavailable');
    expect(await statusOf(ws, unclear as Person)).toBe('error');
    expect(shortestGap(ws)).toBeGreaterThanOrEqual(3_000);
  });

  test('of a list is the same; what is known costs nothing', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const people = await newPeople(ws, 11);
    await comesTo(ws, await start(ws, people), 'finished');
    await setUsed(ws, 70);
    const lead = (await ws.call<LeadAnswer>('GET', `/api/leads?id=${people[0]?.leadId}`)).body.lead;
    const { body } = await ws.call('POST', '/api/leads/check-availability', { listId: lead.listId });
    expect(body).toMatchObject({ checked: 11, processingMode: 'background' });
    expect(await comesTo(ws, String(body.jobId), 'finished')).toMatchObject({ available: 11 });
    expect(town.asked).toHaveLength(11);
  });

  test('counts leads that are gone as errors', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const people = await newPeople(ws, 11);
    await read(app, 'DELETE FROM leads WHERE id = $1', [people[0]?.leadId]);
    const done = await comesTo(ws, await start(ws, people), 'finished');
    expect(done).toMatchObject({ total: 11, available: 10, errors: 1 });
  });

  test('waits for the next day when this one is used up, and says so', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 11);
    await setUsed(ws, 66);
    const jobId = await start(ws, people);
    const waiting = await comesTo(ws, jobId, 'waiting');
    const midnight = new Date(Math.ceil(town.clock.now() / DAY) * DAY).toISOString();
    expect(waiting).toMatchObject({ checked: 4, available: 4, waitingFor: 'quota', waitingUntil: midnight });
    expect(town.asked).toHaveLength(4);
    town.clock.leap(Date.parse(midnight) - town.clock.now());
    expect(await comesTo(ws, jobId, 'finished')).toMatchObject({
      checked: 11,
      available: 11,
      waitingFor: null,
    });
  });

  test('goes on sooner when another line comes', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 11);
    await setUsed(ws, 70);
    const jobId = await start(ws, people);
    await comesTo(ws, jobId, 'waiting');
    await ws.call('POST', '/api/lines', { transport: 'sandbox', phone: newPhone() });
    const midnight = Math.ceil(town.clock.now() / DAY) * DAY;
    town.clock.leap(LOOKS_AFTER_MS);
    expect(await comesTo(ws, jobId, 'finished')).toMatchObject({ available: 11 });
    expect(town.clock.now()).toBeLessThan(midnight);
  });

  test('waits for a line while none is up', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 11);
    await read(app, "UPDATE lines SET health_status = 'down' WHERE workspace_id = $1", [ws.workspaceId]);
    const jobId = await startBulkCheck(
      app.deps,
      ws.workspaceId,
      people.map(({ leadId }) => leadId),
    );
    expect(await comesTo(ws, jobId, 'waiting')).toMatchObject({ waitingFor: 'line', waitingUntil: null });
    await read(app, "UPDATE lines SET health_status = 'healthy' WHERE workspace_id = $1", [ws.workspaceId]);
    town.clock.leap(LOOKS_AFTER_MS);
    expect(await comesTo(ws, jobId, 'finished')).toMatchObject({ available: 11 });
  });

  test('has a name of its own, also of two in one millisecond', async () => {
    const ws = await openWorkspace(app);
    const [person] = await newPeople(ws, 1);
    const started = Array.from({ length: 5 }, () =>
      startBulkCheck(app.deps, ws.workspaceId, [person?.leadId ?? '']),
    );
    expect(new Set(await Promise.all(started)).size).toBe(5);
  });

  test('is remembered for 30 days', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    const jobId = await start(ws, await newPeople(ws, 11));
    await comesTo(ws, jobId, 'finished');
    await forgetOldJobs(app.deps);
    expect((await jobOf(ws, jobId)).status).toBe('finished');
    town.clock.leap(31 * DAY);
    await forgetOldJobs(app.deps);
    expect(await jobOf(ws, jobId)).toMatchObject({ code: 'AVAILABILITY_JOB_NOT_FOUND' });
  });
});

describe('two processes', () => {
  beforeAll(() => void app.startDispatcher());

  test('share quota, gap and questions, with each other and with people who wait', async () => {
    const device = { deviceId: 'mac' };
    const ws = await openWorkspace(app, { lines: [device, device] });
    const people = await newPeople(ws, 12);
    await setUsed(ws, 64);
    const jobs = [await start(ws, people), await start(ws, people)];
    // One of those the jobs check too, and nobody else's.
    const asked = ws.call('GET', `/api/leads/check-availability?id=${people[11]?.leadId}`);
    for (const id of jobs)
      expect(await comesTo(ws, id, 'finished')).toMatchObject({ checked: 12, available: 12 });
    expect((await asked).body).toMatchObject({ available: true });
    expect(town.askedTwiceAtOnce).toEqual([]);
    expect(town.asked).toHaveLength(12);
    expect(shortestGap(ws)).toBeGreaterThanOrEqual(3_000);
    const used = await read<{ used: number }>(
      app,
      'SELECT sum(checks_today) AS used FROM lines WHERE workspace_id = $1',
      [ws.workspaceId],
    );
    expect(Number(used[0]?.used)).toBe(140);
  });

  test('never ask more than 70 times a day from a line, however many addresses wait', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 14);
    await setUsed(ws, 62);
    const halves = [await start(ws, people), await start(ws, people.toReversed())];
    for (const id of halves) await comesTo(ws, id, 'waiting');
    expect(town.asked).toHaveLength(8);
    const [line] = await read<{ used: number }>(
      app,
      'SELECT checks_today AS used FROM lines WHERE workspace_id = $1',
      [ws.workspaceId],
    );
    expect(line?.used).toBe(70);
  });

  test.each(['check.taken', 'check.asked', 'job.checked', 'job.counted'])(
    'finish what one of them left when it died at %s; every lead is counted once',
    async (step) => {
      const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
      const people = await newPeople(ws, 11);
      const before = died;
      diesAt = step;
      const jobIds: string[] = [];
      // Whichever process takes a job: sooner or later it is the one that dies.
      for (let n = 0; died === before; n += 1) {
        expect(n).toBeLessThan(40);
        const jobId = await startBulkCheck(
          app.deps,
          ws.workspaceId,
          people.map(({ leadId }) => leadId),
        );
        jobIds.push(jobId);
        await read(app, 'UPDATE addresses SET availability_checked_at = NULL WHERE workspace_id = $1', [
          ws.workspaceId,
        ]);
        await until('somebody is at it', async () => {
          town.clock.leap(100);
          return died > before || (await jobOf(ws, jobId)).checked > 0;
        });
      }
      for (const id of jobIds) {
        const done = await comesTo(ws, id, 'finished');
        expect(done).toMatchObject({ total: 11, checked: 11, available: 11, unavailable: 0, errors: 0 });
      }
      expect(town.askedTwiceAtOnce).toEqual([]);
      expect(shortestGap(ws)).toBeGreaterThanOrEqual(3_000);
    },
  );
});

describe('new leads', () => {
  const jobsOf = (ws: Workspace) =>
    read<{ id: string }>(app, 'SELECT id FROM availability_jobs WHERE workspace_id = $1', [ws.workspaceId]);

  const queue = (ws: Workspace, people: readonly Person[]) =>
    app.deps.database.transaction((tx) =>
      queueAvailabilityCheck(
        app.deps,
        tx,
        ws.workspaceId,
        people.map(({ leadId }) => leadId),
      ),
    );

  test('are checked in the wake of the commit that makes them, and leave no job behind', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 2);
    await queue(ws, people);
    await until('both are checked', async () => {
      town.clock.leap(100);
      return (await Promise.all(people.map((person) => statusOf(ws, person)))).every(
        (s) => s === 'available',
      );
    });
    await until('the job is gone', async () => (await jobsOf(ws)).length === 0);
  });

  test('of a commit that fails are not', async () => {
    const ws = await openWorkspace(app);
    const people = await newPeople(ws, 1);
    const failing = app.deps.database.transaction(async (tx) => {
      await queueAvailabilityCheck(app.deps, tx, ws.workspaceId, [people[0]?.leadId ?? '']);
      throw new Error('after all not');
    });
    await expect(failing).rejects.toThrow('after all not');
    expect(await jobsOf(ws)).toEqual([]);
  });

  test('are left to the sends where nobody could check them', async () => {
    const none = await openWorkspace(app, { lines: [{ messageType: 'sms' }] });
    await queue(none, [{ leadId: '0'.repeat(24), phone: '' }]);
    expect(await jobsOf(none)).toEqual([]);

    const cannot = await openWorkspace(app);
    town.cannotCheck.add(cannot.lines[0]?._id ?? '');
    const people = await newPeople(cannot, 1);
    await queue(cannot, people);
    await until('the job is given up', async () => {
      town.clock.leap(100);
      return (await jobsOf(cannot)).length === 0;
    });
    expect(await statusOf(cannot, people[0] as Person)).toBeNull();
  });

  test('who wrote by SMS are checked; who wrote STOP, or by iMessage, are not', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
    const [imessage, sms] = ws.lines.map(({ _id }) => _id) as [string, string];
    const [one, two, three] = [newPhone(), newPhone(), newPhone()];
    const wrote = (lineId: string, from: string, text: string) =>
      takeNews(app.deps, ws.workspaceId, lineId, [{ news: 'inbound', from, text, externalMessageId: from }]);
    await wrote(sms, two, 'STOP');
    await wrote(imessage, three, 'Hello');
    await wrote(sms, one, 'Hello');
    await until('the first is checked', () => {
      town.clock.leap(100);
      return town.asked.length > 0;
    });
    await until('nothing is left to do', async () => (await jobsOf(ws)).length === 0);
    expect(town.asked.map(({ address }) => address)).toEqual([one]);
  });
});
