/**
 * A Mac of one's own, reached by the link that its agent keeps to us. The link may live in another process, or be gone:
 * everything goes by way of rows in `relay_jobs`. A send is queued, the Mac takes it, sends it once and answers. What
 * nobody took is withdrawn in one statement, and so certainly did not leave; what was taken and not answered is unknown,
 * and the journal of the Mac that took it is asked.
 */
import { Readable } from 'node:stream';
import type { Answers, FindWork, JobKind, RelayWork, SendWork } from '../domain/relay-work.ts';
import { isPresent } from '../domain/relay-work.ts';
import type { Bell } from '../lib/bell.ts';
import { type Clock, type Deadline, toIso } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Database } from '../store/database.ts';
import { findDeviceOfLine, type RelayDeviceRow } from '../store/lines/relay-devices.ts';
import {
  dropPieces,
  findJob,
  hasSendUnderWay,
  insertJob,
  listSendsOf,
  type RelayJobRow,
  readPiece,
  withdrawJob,
} from '../store/lines/relay-jobs.ts';
import type { Channel, ChannelLine, Finding, Outcome, Outgoing } from './channel.ts';
import { relaySteps } from './relay-setup.ts';

export interface RelayChannel extends Channel {
  /** See `deps.relay.drain`. */
  drain(): Promise<void>;
}

export interface RelayChannelOptions {
  database: Database;
  clock: Clock;
  ids: Ids;
  /** Rung when Macs are wanted, and when one of them has answered. */
  jobs: Bell;
  answers: Bell;
  sendTimeoutMs?: number;
}

/** With a file to fetch first, a script that hangs, and the look for the message's row. */
const SEND_TIMEOUT_MS = 120_000;
/** Of a Mac that is connected but does not take what it is offered: asleep, or behind a link that is half open. */
const TAKEN_WITHIN_MS = 20_000;
const TAKEN_WITH_FILES_WITHIN_MS = 80_000;
/** Left to a Mac that took it last: less, and it would begin what it can't end. */
const ANSWER_WITHIN_MS = 25_000;
const GESTURE_WITHIN_MS = 15_000;
const FETCH_WITHIN_MS = 120_000;
/** A bell that was missed is made up for by looking. */
const LOOK_EVERY_MS = 1_000;

/** Most sends take a few seconds. */
const DRAIN_MS = 10_000;
const DRAIN_LOOK_MS = 20;

const NOT_PAIRED = 'No Mac is paired with this line: make a pairing code and enter it there';

export function createRelayChannel(options: RelayChannelOptions): RelayChannel {
  const { database, clock, ids, jobs, answers, sendTimeoutMs = SEND_TIMEOUT_MS } = options;
  const draining = new AbortController();
  const underWay = new Set<string>();

  return {
    sendTimeoutMs,

    async send(line, outgoing, lease) {
      if (outgoing.messageType !== 'imessage')
        return refused('invalid_recipient', 'A Mac sends iMessage only', { permanent: true });
      if (lease.hasPassed()) return tooLate();
      if (draining.signal.aborted)
        return refused('server_stops', 'The server stops: it hands over nothing more', { waits: true });
      const device = await findDeviceOfLine(database, line.workspaceId, line.lineId);
      const trouble = troubleOf(device, clock.now());
      if (trouble !== null) return refused('mac_away', trouble, { lineBad: true });

      const jobId = ids();
      const now = clock.now();
      const leaseUntil = now + sendTimeoutMs;
      underWay.add(jobId);
      try {
        const job = newJob(line, jobId, sendWork(outgoing), now, leaseUntil);
        const queued = await insertJob(database, () => !lease.hasPassed(), job);
        if (!queued) return tooLate();
        jobs.announce();
        const takenBy =
          now + (outgoing.attachments.length > 0 ? TAKEN_WITH_FILES_WITHIN_MS : TAKEN_WITHIN_MS);
        return await outcomeOf(line, jobId, takenBy, lease);
      } finally {
        underWay.delete(jobId);
      }
    },

    async reconcile(line, reference) {
      for (const job of await listSendsOf(database, line.workspaceId, reference)) {
        const finding = await whatBecameOf(line, job);
        if (finding.finding !== 'absent') return finding;
      }
      return { finding: 'absent' };
    },

    async checkAvailability(line, address) {
      const answer = await ask(line, { kind: 'check', address }, ANSWER_WITHIN_MS);
      return 'silent' in answer ? { availability: 'error', message: answer.silent } : answer;
    },

    async checkHealth(line) {
      const trouble = troubleOf(await findDeviceOfLine(database, line.workspaceId, line.lineId), clock.now());
      return trouble === null ? { healthy: true } : { healthy: false, message: trouble };
    },

    async checkSetup({ workspaceId, lineId }) {
      const isStored = lineId !== '';
      const device = isStored ? await findDeviceOfLine(database, workspaceId, lineId) : null;
      return relaySteps(device, isStored, clock.now());
    },

    validateConfig(config) {
      const [key] = Object.keys(config);
      return key === undefined
        ? null
        : `transportConfig.${key} is not a setting of a relay line: its Mac is paired by a code`;
    },

    async openInboundAttachment(line, source, signal) {
      const jobId = ids();
      const answer = await ask(line, { kind: 'fetch', source }, FETCH_WITHIN_MS, signal, jobId);
      const drop = () => dropPieces(database, line.workspaceId, [jobId]);
      if ('silent' in answer || !answer.fetched) {
        await drop();
        throw new Error('silent' in answer ? answer.silent : answer.message);
      }
      return Readable.from(pieces(line.workspaceId, jobId, answer.pieces, drop), { objectMode: false });
    },

    async react(line, message, reaction, isRemoved) {
      const answer = await ask(line, { kind: 'react', message, reaction, isRemoved }, GESTURE_WITHIN_MS);
      return 'silent' in answer ? { done: false, message: answer.silent } : answer;
    },

    async showTyping(line, to, isTyping) {
      const answer = await ask(line, { kind: 'typing', to, isTyping }, GESTURE_WITHIN_MS);
      return 'silent' in answer ? { done: false, message: answer.silent } : answer;
    },

    async drain() {
      const until = clock.now() + DRAIN_MS;
      while (underWay.size > 0 && clock.now() < until) await clock.sleep(DRAIN_LOOK_MS);
      draining.abort();
    },

    async close() {},
  };

  /** Until it is answered, nobody took it in time, or the attempt is over. */
  async function outcomeOf(
    line: ChannelLine,
    jobId: string,
    takenBy: number,
    lease: Deadline,
  ): Promise<Outcome> {
    const { workspaceId } = line;
    const over = AbortSignal.any([lease.signal, draining.signal]);
    for (;;) {
      const heard = answers.rings();
      const job = await findJob(database, workspaceId, jobId);
      if (job?.state === 'answered') return job.answer as Outcome;
      const isOver = lease.hasPassed() || draining.signal.aborted;
      const isLost = job === null || job.state === 'withdrawn';
      if (isLost || (job.state === 'queued' && (isOver || clock.now() >= takenBy))) {
        const isBusy = await hasSendUnderWay(database, line, clock.now(), clock.now() - sendTimeoutMs);
        if (isLost || (await withdrawJob(database, workspaceId, jobId, clock.now()))) return notTaken(isBusy);
        // Taken meanwhile: it is looked at again.
        continue;
      }
      if (isOver) return { outcome: 'unknown', message: 'The Mac took the message and has not answered' };
      await answers.wait(heard, LOOK_EVERY_MS, over);
    }
  }

  /** Of one attempt. `absent` is said only of what cannot leave any more. */
  async function whatBecameOf(line: ChannelLine, job: RelayJobRow): Promise<Finding> {
    if (job.state === 'queued' && (await withdrawJob(database, job.workspaceId, job.id, clock.now())))
      return { finding: 'absent' };
    const now = await findJob(database, job.workspaceId, job.id);
    if (now === null || now.state === 'withdrawn') return { finding: 'absent' };
    const work = now.work as SendWork;
    const answer = now.answer as Outcome | null;
    if (answer?.outcome === 'accepted') {
      const { externalMessageId } = answer;
      return { finding: 'found', externalMessageId, address: work.address };
    }
    if (answer !== null && answer.outcome !== 'unknown') return { finding: 'absent' };
    const finding = await ask(line, findWork(now, work), ANSWER_WITHIN_MS);
    if ('silent' in finding) return { finding: 'undecided', message: finding.silent, final: false };
    return finding.finding === 'found' ? { ...finding, address: finding.address ?? work.address } : finding;
  }

  /** A question to the Mac of a line. Nobody who has gone silent is asked; who does not answer in time is not waited for. */
  async function ask<Kind extends Exclude<JobKind, 'send'>>(
    line: ChannelLine,
    work: RelayWork & { kind: Kind },
    withinMs: number,
    signal?: AbortSignal,
    jobId = ids(),
  ): Promise<Answers[Kind] | { silent: string }> {
    const device = await findDeviceOfLine(database, line.workspaceId, line.lineId);
    const away = absenceOf(device, clock.now());
    if (away !== null) return { silent: away };
    const overAt = clock.now() + withinMs;
    await insertJob(database, () => true, newJob(line, jobId, work, clock.now(), overAt));
    jobs.announce();
    for (;;) {
      const heard = answers.rings();
      const job = await findJob(database, line.workspaceId, jobId);
      if (job?.state === 'answered') return job.answer as Answers[Kind];
      const isOver = clock.now() >= overAt || signal?.aborted === true;
      const isLost = job === null || job.state === 'withdrawn';
      if (isLost || (isOver && (await withdrawJob(database, line.workspaceId, jobId, clock.now()))))
        return { silent: 'The Mac did not answer in time' };
      if (!isOver) await answers.wait(heard, Math.min(LOOK_EVERY_MS, overAt - clock.now()), signal);
    }
  }

  async function* pieces(workspaceId: string, jobId: string, count: number, drop: () => Promise<void>) {
    try {
      for (let n = 0; n < count; n += 1) {
        const bytes = await readPiece(database, workspaceId, jobId, n);
        if (bytes === null) throw new Error('A piece of the attachment is missing');
        yield bytes;
      }
    } finally {
      await drop();
    }
  }
}

function newJob(line: ChannelLine, id: string, work: RelayWork, createdAt: number, leaseUntil: number) {
  const { workspaceId, lineId } = line;
  const reference = work.kind === 'send' ? work.reference : null;
  return { workspaceId, id, lineId, kind: work.kind, reference, work, leaseUntil, createdAt };
}

function sendWork({ reference, attempt, address, text, attachments }: Outgoing): SendWork {
  const files = attachments.map(({ name, mimeType, sizeBytes, hash }) => ({
    name,
    mimeType,
    sizeBytes,
    hash,
  }));
  return { kind: 'send', reference, attempt, address, text, files };
}

function findWork(job: RelayJobRow, { reference, attempt, address, text }: SendWork): FindWork {
  return { kind: 'find', ofJob: job.id, reference, attempt, address, text, askedAfter: job.createdAt };
}

/** Why it can't be asked, as a sentence; null when it can. */
function absenceOf(device: RelayDeviceRow | null, now: number): string | null {
  if (device === null) return NOT_PAIRED;
  if (isPresent(device, now)) return null;
  const since = device.lastSeenAt === null ? '' : `; it was last seen at ${toIso(device.lastSeenAt)}`;
  return `The Mac "${device.name}" is not connected${since}`;
}

/** Why it can't send. */
function troubleOf(device: RelayDeviceRow | null, now: number): string | null {
  const away = absenceOf(device, now);
  if (away !== null || device?.selfTest?.ok !== false) return away;
  const failed = device.selfTest.checks.filter(({ ok }) => !ok).map(({ message }) => message);
  return `The Mac "${device.name}" can't send now: ${failed.join('; ') || 'its self-test failed'}`;
}

function tooLate(): Outcome {
  return refused('too_late', 'Its time was over before it was handed to the Mac', { waits: true });
}

/** A Mac does one thing at a time: one that is at another message has not gone away. */
function notTaken(isBusy: boolean): Outcome {
  return isBusy
    ? refused('mac_busy', 'The Mac is busy with another message and did not take this one', { waits: true })
    : refused('not_taken', 'The Mac is not connected: it did not take the message', { lineBad: true });
}

function refused(
  code: string,
  message: string,
  more: { permanent?: boolean; lineBad?: boolean; waits?: boolean } = {},
): Outcome & { outcome: 'rejected' } {
  return { outcome: 'rejected', permanent: false, code, message, ...more };
}
