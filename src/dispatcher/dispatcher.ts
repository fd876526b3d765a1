/** The loop around `tick`: sleeps until something is due or somebody wakes it, and keeps count of what is in flight. */
import type { Deps } from '../deps.ts';
import { within } from '../lib/clock.ts';
import type { Wake } from '../lib/wake.ts';
import type { Launch } from './chores.ts';
import { createTicker } from './tick.ts';

export interface Dispatcher {
  /** Messages are on their way right now. */
  isSending(): boolean;
  /** Stops taking work, waits until everything on its way is settled. */
  stop(): Promise<void>;
}

/** Also after a line was locked by another process: by then it will have let go. */
const SHORTEST_PAUSE_MS = 5;
/** It may also stand still with the lock in its hands: each look in vain waits twice as long as the one before. */
const LONGEST_PAUSE_IN_VAIN_MS = 100;
const AFTER_ERROR_MS = 1_000;
/** At the end: for chores that are nearly done. Whatever hangs comes up again, here or at another dispatcher. */
const CHORES_END_WITHIN_MS = 1_000;

export function startDispatcher(deps: Deps, wake: Wake): Dispatcher {
  const stopping = new AbortController();
  const ticker = createTicker(deps, stopping.signal);
  const sends = new Set<Promise<void>>();
  const chores = new Set<Promise<void>>();
  let isOver = false;

  const launch: Launch = (task, kind) => {
    const inFlight = kind === 'send' ? sends : chores;
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        // Who is left behind at the end finds the database closed.
        if (isOver) return;
        // A send's lease runs out and reconciliation takes over; a chore comes up again.
        deps.log.error({ err: error }, `a ${kind} of the dispatcher failed`);
      })
      .finally(() => {
        inFlight.delete(running);
        // Its place is free; chores wake whoever they made work for.
        if (kind === 'send') wake.wake();
      });
    inFlight.add(running);
  };

  let looksInVain = 0;
  const pass = async (): Promise<number> => {
    const capacity = deps.config.sendsInFlight - sends.size;
    const { leased, more } = await ticker.tick(capacity, launch);
    looksInVain = leased === 0 && more ? looksInVain + 1 : 0;
    if (leased > 0) return 0;
    if (more && capacity > 0)
      return Math.min(SHORTEST_PAUSE_MS * 2 ** (looksInVain - 1), LONGEST_PAUSE_IN_VAIN_MS);
    const nextDue = capacity > 0 ? await ticker.nextDue() : null;
    const untilDue = nextDue === null ? deps.config.pollMs : nextDue - deps.clock.now();
    return Math.max(SHORTEST_PAUSE_MS, Math.min(untilDue, deps.config.pollMs));
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      const pause = await pass().catch((error: unknown) => {
        deps.log.error({ err: error }, 'a pass of the dispatcher failed; trying again');
        return AFTER_ERROR_MS;
      });
      if (pause > 0 && !stopping.signal.aborted) await wake.sleep(deps.clock, pause);
    }
  };

  const loop = run();
  return {
    isSending: () => sends.size > 0,
    async stop() {
      stopping.abort();
      wake.wake();
      await loop;
      await Promise.all(sends);
      await within(deps.clock, CHORES_END_WITHIN_MS, Promise.all(chores), undefined);
      isOver = true;
    },
  };
}
