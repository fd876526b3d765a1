/**
 * A tap on the shoulder between processes: "there is work", "something was settled", "a Mac is wanted", "a Mac answered". Sent outside every transaction
 * (a NOTIFY in each commit serialises commits), coalesced per process, and never relied upon: who misses one looks by
 * himself a moment later. Needs a direct connection; behind a pooler the loops simply poll.
 */
import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Database, statement } from '../database.ts';

const SIGNALS = ['work', 'settled', 'relay_jobs', 'relay_answers'] as const;
export type Signal = (typeof SIGNALS)[number];

export interface Signals {
  /** Cheap; may be called for every message. */
  send(signal: Signal): void;
  close(): Promise<void>;
}

const CHANNEL = 'trunkline';
const NOTIFY = statement('notify', 'SELECT pg_notify($1, $2)');
/** At most one notification of a kind in this time: the first at once, the rest as one. */
const COALESCE_MS = 20;
const RECONNECT_MS = 1_000;

export interface SignalOptions {
  url: string;
  database: Database;
  clock: Clock;
  log: Log;
  onSignal(signal: Signal): void;
}

export function openSignals({ url, database, clock, log, onSignal }: SignalOptions): Signals {
  const closing = new AbortController();
  const sender = createSender(database, clock, log, closing.signal);
  const listening = listen(url, clock, log, onSignal, closing.signal);
  return {
    send: sender,
    async close() {
      closing.abort();
      await listening;
    },
  };
}

function createSender(
  database: Database,
  clock: Clock,
  log: Log,
  closed: AbortSignal,
): (signal: Signal) => void {
  const state: Record<Signal, { busy: boolean; again: boolean }> = {
    work: { busy: false, again: false },
    settled: { busy: false, again: false },
    relay_jobs: { busy: false, again: false },
    relay_answers: { busy: false, again: false },
  };
  const run = async (signal: Signal): Promise<void> => {
    const own = state[signal];
    own.busy = true;
    do {
      own.again = false;
      await database
        .query(NOTIFY, [CHANNEL, signal])
        .catch((error: Error) => log.debug({ error: error.message }, 'a signal was not sent'));
      await clock.sleep(COALESCE_MS, closed);
    } while (own.again && !closed.aborted);
    own.busy = false;
  };
  return (signal) => {
    if (closed.aborted) return;
    if (state[signal].busy) state[signal].again = true;
    else void run(signal);
  };
}

async function listen(
  url: string,
  clock: Clock,
  log: Log,
  onSignal: (signal: Signal) => void,
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'trunkline signals',
      keepAlive: true,
    });
    const lost = new AbortController();
    client.on('error', (error) => {
      log.debug({ error: error.message }, 'the signal connection was lost');
      lost.abort();
    });
    client.on('end', () => lost.abort());
    client.on('notification', ({ payload }) => {
      const signal = SIGNALS.find((each) => each === payload);
      if (signal !== undefined) onSignal(signal);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      // Whatever was said while nobody listened.
      for (const signal of SIGNALS) onSignal(signal);
      await new Promise<void>((resolve) => {
        if (lost.signal.aborted || closed.aborted) return resolve();
        lost.signal.addEventListener('abort', () => resolve(), { once: true });
        closed.addEventListener('abort', () => resolve(), { once: true });
      });
    } catch (error) {
      log.warn({ err: error }, 'cannot listen for signals; looking at intervals instead');
    }
    await client
      .end()
      .catch((error: Error) => log.debug({ error: error.message }, 'signal connection did not end well'));
    if (!closed.aborted) await clock.sleep(RECONNECT_MS, closed);
  }
}
