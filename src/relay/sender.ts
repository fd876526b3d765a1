/**
 * From an offered job to a reported outcome, one message at a time. Each step is in the journal before the next is taken:
 *
 *   taken → (granted by the server) → started → noted → settled → reported
 *
 * A job is begun once: only by the fence under which it was taken, only when the server granted it, and never again once
 * `started` stands in the journal. What a crash left there is looked for on the device.
 */

import type { ServerEnvelope } from '../contract/lines/relay.ts';
import type { Finding, Outcome } from '../domain/outcome.ts';
import type { FindWork, SendWork } from '../domain/relay-work.ts';
import { type Clock, deadline } from '../lib/clock.ts';
import { invariant } from '../lib/invariant.ts';
import { createLimiter } from '../lib/limiter.ts';
import type { Log } from '../lib/log.ts';
import type { Driver, Notes, Send } from './driver.ts';
import type { RelayFiles } from './files.ts';
import { fitAnswer } from './fit.ts';
import type { Entry, Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';

/** Named instants between two steps; a crash test ends the process at one of them. */
export type Checkpoint = (label: string) => void | Promise<void>;

export interface SenderOptions {
  driver: Driver;
  journal: Journal;
  outbox: Outbox;
  files: RelayFiles;
  clock: Clock;
  log: Log;
  newFence(): string;
  checkpoint: Checkpoint;
  /** The journal can't be written: nothing may go on. */
  onFailure(error: unknown): void;
}

export interface Sender {
  offer(jobId: string, work: SendWork): void;
  granted(grant: ServerEnvelope & { type: 'grant' }): void;
  voided(jobId: string): void;
  /** The server has the outcome. */
  acknowledged(jobId: string): Promise<void>;
  /** What became of a job, as far as journal and device can tell. */
  find(work: FindWork): Promise<Finding>;
  /** Jobs that need not be offered again. */
  waiting(): string[];
  /** Settles what an earlier life of this process left open, and takes up what it had only taken. */
  recover(): Promise<void>;
  /** Resolves when nothing is being sent; nothing begins any more. */
  stop(): Promise<void>;
}

/** Kept of a lease, so that the answer is there before it ends. */
const LEASE_MARGIN_MS = 3_000;
const UNDECIDED_NOW = { finding: 'undecided', final: false } as const;

type Grant = { leaseUntil: number } | 'void' | 'stopping';

export function createSender(options: SenderOptions): Sender {
  const { driver, journal, outbox, files, clock, log, checkpoint } = options;
  /** The device does one thing at a time. */
  const inTurn = createLimiter(1);
  const offered = new Map<string, SendWork>();
  const grants = new Map<string, (grant: Grant) => void>();
  const stopping = new AbortController();
  let sending: string | null = null;

  return {
    offer(jobId, work) {
      if (offered.has(jobId) || journal.entry(jobId) !== undefined || stopping.signal.aborted) return;
      offered.set(jobId, work);
      enqueue(() => takeUp(jobId, work));
    },
    granted: ({ jobId, at, leaseMs }) => grants.get(jobId)?.({ leaseUntil: at + leaseMs - LEASE_MARGIN_MS }),
    voided: (jobId) => grants.get(jobId)?.('void'),

    async acknowledged(jobId) {
      if (!outbox.has(resultKey(jobId))) return;
      await journal.write({ step: 'reported', jobId });
      outbox.remove(resultKey(jobId));
    },

    async find(work) {
      if (sending === work.ofJob) return { ...UNDECIDED_NOW, message: 'It is being sent at this moment' };
      return inTurn(() => whatBecameOf(work));
    },

    waiting: () => [...offered.keys(), ...grants.keys()],

    async recover() {
      for (const entry of journal.entries()) {
        if (entry.state === 'started') await settle(entry.jobId, await outcomeAfterCrash(entry));
        else if (entry.state === 'settled' && !entry.isReported) report(entry);
        else if (entry.state === 'taken') enqueue(() => begin(entry));
      }
    },

    async stop() {
      stopping.abort();
      for (const answer of grants.values()) answer('stopping');
      await inTurn(async () => {});
    },
  };

  function enqueue(work: () => Promise<void>): void {
    void inTurn(async () => (stopping.signal.aborted ? undefined : work())).catch(options.onFailure);
  }

  async function takeUp(jobId: string, work: SendWork): Promise<void> {
    // Fetched before the job is taken: a lease is not spent on waiting for bytes.
    await files.fetchAll(jobId, work.files, stopping.signal);
    if (stopping.signal.aborted) return;
    await journal.write({ step: 'taken', jobId, fence: options.newFence(), work, at: clock.now() });
    offered.delete(jobId);
    await checkpoint('taken');
    const entry = journal.entry(jobId);
    invariant(entry !== undefined, 'what was just noted is there');
    await begin(entry);
  }

  /** Of a job that is in the journal as taken. */
  async function begin(entry: Entry): Promise<void> {
    const { jobId } = entry;
    // Meanwhile the server asked after it, and was told that it never left.
    if (entry.state !== 'taken') return;
    const grant = await askForGrant(entry);
    await checkpoint('granted');
    if (grant === 'stopping') return;
    if (grant === 'void') return journal.write({ step: 'dropped', jobId });
    const lease = deadline(clock, grant.leaseUntil);
    sending = jobId;
    try {
      await settle(jobId, await sendOnce(entry, lease));
    } finally {
      sending = null;
      lease.clear();
    }
  }

  async function askForGrant({ jobId, fence }: Entry): Promise<Grant> {
    const key = `take ${jobId}`;
    try {
      return await new Promise<Grant>((resolve) => {
        grants.set(jobId, resolve);
        outbox.add(key, () => ({ type: 'take', jobId, fence, at: clock.now() }));
      });
    } finally {
      outbox.remove(key);
      grants.delete(jobId);
    }
  }

  async function sendOnce(entry: Entry, lease: ReturnType<typeof deadline>): Promise<Outcome> {
    const { jobId, work } = entry;
    const tooLate = () => refused('too_late', 'Its time was over before the Mac could send it');
    const local = await files.localFiles(work.files);
    if (local === null)
      return refused('attachment_missing', 'An attachment could not be fetched from the server');
    const send: Send = { ...work, jobId, files: local };
    if (lease.hasPassed()) return tooLate();
    let notes: Notes;
    try {
      notes = await driver.prepare(send);
    } catch (error) {
      log.warn({ err: error, jobId }, 'the device can’t send now');
      return { ...refused('device_not_ready', (error as Error).message), lineBad: true };
    }
    await journal.write({ step: 'started', jobId, notes });
    await checkpoint('started');
    if (lease.hasPassed()) return tooLate();
    try {
      const outcome = await driver.send(send, notes, lease, async (news) => {
        await journal.write({ step: 'noted', jobId, notes: news });
        await checkpoint('noted');
      });
      await checkpoint('sent');
      return outcome;
    } catch (error) {
      log.error({ err: error, jobId }, 'the driver failed while it sent');
      return { outcome: 'unknown', message: `The driver failed while it sent: ${(error as Error).message}` };
    }
  }

  async function settle(jobId: string, outcome: Outcome): Promise<void> {
    await journal.write({ step: 'settled', jobId, outcome });
    await checkpoint('settled');
    const entry = journal.entry(jobId);
    invariant(entry !== undefined, 'what was just settled is there');
    report(entry);
  }

  function report({ jobId, fence, outcome }: Entry): void {
    const answer = fitAnswer(outcome ?? {});
    outbox.add(resultKey(jobId), () => ({ type: 'result', jobId, fence, answer }));
  }

  async function outcomeAfterCrash(entry: Entry): Promise<Outcome> {
    const finding = await findOnDevice(entry.work, entry.jobId, entry.notes, entry.takenAt);
    switch (finding.finding) {
      case 'found':
        return { outcome: 'accepted', externalMessageId: finding.externalMessageId };
      case 'absent':
        return refused('not_sent', 'The relay stopped before the message left');
      case 'undecided':
        return { outcome: 'unknown', message: `The relay stopped amid the send. ${finding.message}` };
    }
  }

  async function whatBecameOf({ ofJob, askedAfter, ...work }: FindWork): Promise<Finding> {
    const entry = journal.entry(ofJob);
    // The server knows that this line's Mac took it: another Mac, or this one before its journal was lost.
    if (entry === undefined) return findOnDevice(work, ofJob, null, askedAfter);
    if (entry.state === 'taken') await journal.write({ step: 'dropped', jobId: ofJob });
    const { outcome } = entry;
    if (entry.state === 'dropped' || outcome?.outcome === 'rejected' || outcome?.outcome === 'not_on_channel')
      return { finding: 'absent' };
    const { address } = entry.work;
    if (outcome?.outcome === 'accepted')
      return { finding: 'found', externalMessageId: outcome.externalMessageId, address };
    const finding = await findOnDevice(entry.work, ofJob, entry.notes, entry.takenAt);
    // Known from now on: its receipts are looked for, and the next question needs no search.
    if (finding.finding === 'found') {
      const { externalMessageId } = finding;
      await journal.write({
        step: 'settled',
        jobId: ofJob,
        outcome: { outcome: 'accepted', externalMessageId },
      });
    } else if (finding.finding === 'absent') {
      const outcome = refused('not_sent', 'It was looked for, and never left');
      await journal.write({ step: 'settled', jobId: ofJob, outcome });
    }
    return finding;
  }

  async function findOnDevice(
    work: Omit<SendWork, 'files' | 'kind'>,
    jobId: string,
    notes: Notes | null,
    askedAfter: number,
  ): Promise<Finding> {
    const { reference, attempt, address, text } = work;
    try {
      const finding = await driver.find({ jobId, reference, attempt, address, text }, notes, askedAfter);
      if (finding.finding !== 'absent' || notes !== null) return finding;
      return { ...UNDECIDED_NOW, message: 'The journal of this Mac does not know the message' };
    } catch (error) {
      log.warn({ err: error, jobId }, 'the device could not be searched');
      return {
        ...UNDECIDED_NOW,
        message: `The device could not be searched: ${(error as Error).message}`,
      };
    }
  }
}

function resultKey(jobId: string): string {
  return `result ${jobId}`;
}

function refused(code: string, message: string): Outcome & { outcome: 'rejected' } {
  return { outcome: 'rejected', permanent: false, code, message };
}
