/**
 * What happens on the device goes to the server, in order, and is told until it is acknowledged: only then the driver's
 * cursor moves on, in the journal. Receipts that the server has are not told again.
 */
import { MAX_NEWS } from '../contract/lines/relay.ts';
import type { News, Outstanding, ReceiptNews } from '../domain/news.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Log } from '../lib/log.ts';
import { createWake } from '../lib/wake.ts';
import type { Driver } from './driver.ts';
import { fitNews } from './fit.ts';
import type { Entry, Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';

export interface NewsPumpOptions {
  driver: Driver;
  journal: Journal;
  outbox: Outbox;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** The journal can't be written. */
  onFailure(error: unknown): void;
}

export interface NewsPump {
  acknowledged(newsId: string): void;
  /** There may be news. */
  hint(): void;
  stop(): Promise<void>;
}

/** Receipts that have not come by then do not come. */
const RECEIPTS_FOR_MS = 7 * 86_400_000;
const MAX_OUTSTANDING = 1_000;
const LONGEST_TROUBLE_MS = 60_000;
/** Of one envelope, so that it stays under its limit. */
const MAX_BYTES = 400_000;
const RANK: Readonly<Record<ReceiptNews['receipt'], number>> = {
  accepted: 1,
  delivered: 2,
  read: 3,
  bounced: 4,
  not_on_channel: 4,
};

export function startNewsPump(options: NewsPumpOptions): NewsPump {
  const { driver, journal, outbox, clock, ids, log } = options;
  const wake = createWake();
  const stopping = new AbortController();
  let awaited: { newsId: string; heard: () => void } | null = null;
  const unwatch = driver.watch?.(() => wake.wake());
  const running = run().catch(options.onFailure);

  return {
    acknowledged(newsId) {
      if (awaited?.newsId === newsId) awaited.heard();
    },
    hint: () => wake.wake(),
    async stop() {
      stopping.abort();
      unwatch?.();
      wake.wake();
      awaited?.heard();
      await running;
    },
  };

  async function run(): Promise<void> {
    let troubleMs = 0;
    while (!stopping.signal.aborted) {
      const cursor = journal.cursor();
      const answer = await driver
        .askForNews({ cursor, outstanding: outstanding(journal.entries()) })
        .catch((error: Error) => {
          log.warn({ err: error }, 'the device could not be asked for news');
          return null;
        });
      if (answer === null) {
        troubleMs = Math.min(LONGEST_TROUBLE_MS, Math.max(1_000, troubleMs * 2));
      } else {
        troubleMs = 0;
        const news = answer.news.filter(isNewToServer).map(fitNews);
        for (const some of inEnvelopes(news)) if (!(await tell(some))) return;
        if (JSON.stringify(answer.cursor) !== JSON.stringify(cursor))
          await journal.write({ step: 'cursor', cursor: answer.cursor });
      }
      if (answer?.more !== true) await wake.sleep(clock, Math.max(driver.newsEveryMs, troubleMs));
    }
  }

  /** False: the relay stops, and nobody has acknowledged it. */
  async function tell(news: readonly News[]): Promise<boolean> {
    const newsId = ids();
    await new Promise<void>((resolve) => {
      awaited = { newsId, heard: resolve };
      outbox.add('news', () => ({ type: 'news', newsId, news: [...news] }));
    });
    awaited = null;
    outbox.remove('news');
    if (stopping.signal.aborted) return false;
    for (const each of news) if (each.news === 'receipt') await noteReceipt(each);
    return true;
  }

  function isNewToServer(news: News): boolean {
    if (news.news !== 'receipt') return true;
    const entry = acceptedEntry(news.reference);
    return entry === undefined || rankOf(entry.receipt) < RANK[news.receipt];
  }

  async function noteReceipt({ reference, receipt }: ReceiptNews): Promise<void> {
    const entry = acceptedEntry(reference);
    if (entry !== undefined) await journal.write({ step: 'receipt', jobId: entry.jobId, receipt });
  }

  function acceptedEntry(reference: string): Entry | undefined {
    return journal.entries().findLast((entry) => entry.work.reference === reference && isAccepted(entry));
  }

  /** Sent from here, lately, and not known to be read or lost. */
  function outstanding(entries: readonly Entry[]): Outstanding[] {
    const oldest = clock.now() - RECEIPTS_FOR_MS;
    return entries
      .filter((entry) => isAccepted(entry) && entry.takenAt > oldest && rankOf(entry.receipt) < RANK.read)
      .slice(-MAX_OUTSTANDING)
      .map(({ work, outcome, takenAt }) => ({
        reference: work.reference,
        externalMessageId: outcome?.outcome === 'accepted' ? outcome.externalMessageId : null,
        address: work.address,
        sentAt: takenAt,
      }));
  }
}

function isAccepted({ outcome }: Entry): boolean {
  return outcome?.outcome === 'accepted';
}

function rankOf(receipt: Entry['receipt']): number {
  return receipt === null ? 0 : RANK[receipt];
}

function inEnvelopes(news: readonly News[]): News[][] {
  const envelopes: News[][] = [];
  let bytes = 0;
  for (const each of news) {
    const size = Buffer.byteLength(JSON.stringify(each));
    const last = envelopes.at(-1);
    if (last === undefined || last.length >= MAX_NEWS || bytes + size > MAX_BYTES) {
      envelopes.push([each]);
      bytes = size;
    } else {
      last.push(each);
      bytes += size;
    }
  }
  return envelopes;
}
