/**
 * `Prefer: wait`: callers who want the outcome in the answer. They only listen; the road does not know of them. All who
 * wait in this process share one question per look, asked when a dispatcher announces settlements and, in case an
 * announcement is lost, at a slow beat.
 */
import { isSettled } from '../../domain/lifecycle.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createWake } from '../../lib/wake.ts';
import type { Database } from '../../store/database.ts';
import { readStatuses } from '../../store/messages/messages.ts';

export interface OutcomeWatch {
  /** Resolves when the message is settled, or after `ms`. */
  wait(workspaceId: string, messageId: string, ms: number): Promise<void>;
  /** Something was settled somewhere. */
  look(): void;
}

const BEAT_MS = 250;

export function createOutcomeWatch({
  database,
  clock,
  log,
}: {
  database: Database;
  clock: Clock;
  log: Log;
}): OutcomeWatch {
  const waiting = new Map<string, Map<string, Set<() => void>>>();
  const wake = createWake();
  let running = false;

  const lookOnce = async () => {
    for (const [workspaceId, messages] of waiting) {
      const rows = await readStatuses(database, workspaceId, [...messages.keys()]);
      for (const row of rows) {
        if (isSettled(row.status)) for (const tell of messages.get(row.id) ?? []) tell();
      }
    }
  };

  const run = async () => {
    if (running) return;
    running = true;
    while (waiting.size > 0) {
      await wake.sleep(clock, BEAT_MS);
      await lookOnce().catch((error: Error) =>
        log.warn({ error: error.message }, 'could not look for outcomes'),
      );
    }
    running = false;
  };

  return {
    look: () => {
      if (waiting.size > 0) wake.wake();
    },
    async wait(workspaceId, messageId, ms) {
      const giveUp = new AbortController();
      const tell = () => giveUp.abort();
      const messages = waiting.get(workspaceId) ?? new Map<string, Set<() => void>>();
      waiting.set(workspaceId, messages);
      const tellers = messages.get(messageId) ?? new Set();
      messages.set(messageId, tellers.add(tell));
      wake.wake();
      void run();
      await clock.sleep(ms, giveUp.signal);
      tellers.delete(tell);
      if (tellers.size === 0) messages.delete(messageId);
      if (messages.size === 0 && waiting.get(workspaceId) === messages) waiting.delete(workspaceId);
    },
  };
}
