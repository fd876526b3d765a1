/**
 * The same talk by plain requests, for networks that let no WebSocket through: one request that the server holds until it has
 * something to say, and short ones beside it for what is to be said from here.
 */
import { type DeviceEnvelope, POLL_HOLD_MS } from '../contract/lines/relay.ts';
import { type End, type LinkOptions, REFUSALS, type Session } from './link.ts';
import { ServerRefused } from './server-calls.ts';

export function runPolls(options: LinkOptions, forMs: number, onOpen: () => void): Session {
  const { calls, clock, log, onEnvelope, waiting } = options;
  const over = new AbortController();
  const saying = new Set<Promise<void>>();
  let wasOpen = false;
  const ended = hold();

  async function hold(): Promise<End> {
    const until = clock.now() + forMs;
    try {
      // Answered at once: this way is open.
      await exchange([], 0);
      wasOpen = true;
      onOpen();
      while (!over.signal.aborted && clock.now() < until) await exchange([], POLL_HOLD_MS);
      return { end: 'lost', wasOpen, message: 'a WebSocket is tried again' };
    } catch (error) {
      if (error instanceof ServerRefused && error.status === 401)
        return { end: 'refused', message: REFUSALS[4401] ?? error.message };
      return { end: 'lost', wasOpen, message: (error as Error).message };
    }
  }

  async function exchange(envelopes: readonly DeviceEnvelope[], waitMs: number): Promise<void> {
    for (const answer of await calls.poll(envelopes, waiting(), waitMs, over.signal)) onEnvelope(answer);
  }

  return {
    say(envelopes) {
      if (envelopes.length === 0 || !wasOpen) return;
      const request = exchange(envelopes, 0)
        .catch((error: Error) => log.debug({ error: error.message }, 'not heard; it is said again'))
        .finally(() => saying.delete(request));
      saying.add(request);
    },
    ended,
    async close() {
      await Promise.all(saying);
      over.abort();
      await ended;
    },
  };
}
