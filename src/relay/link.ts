/**
 * The way to the server, always from here to there: a WebSocket, or where none gets through, a long poll; lost and made
 * again for as long as the relay runs. What is said while there is no link is not lost: the outbox says it again.
 */
import {
  CLOSE_OLD_PROTOCOL,
  CLOSE_REVOKED,
  type DeviceEnvelope,
  type ServerEnvelope,
} from '../contract/lines/relay.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { runPolls } from './poll-link.ts';
import type { ServerCalls } from './server-calls.ts';
import { runWebSocket } from './websocket-link.ts';

export interface LinkOptions {
  server: string;
  token: string;
  calls: ServerCalls;
  clock: Clock;
  random: Random;
  log: Log;
  /** A link is open: everything that matters is to be said. */
  onOpen(): void;
  onEnvelope(envelope: ServerEnvelope): void;
  /** Jobs that the server need not offer again. */
  waiting(): string[];
  /** Only tests have others. */
  longestWaitMs?: number;
}

/** How a session ended. `refused`: for good, with a sentence for people. */
export type End = { end: 'lost'; wasOpen: boolean; message: string } | { end: 'refused'; message: string };

/** One way of talking, while it lasts. */
export interface Session {
  say(envelopes: readonly DeviceEnvelope[]): void;
  ended: Promise<End>;
  close(): Promise<void>;
}

export interface Link {
  say(envelope: DeviceEnvelope): void;
  kind(): 'websocket' | 'poll' | 'none';
  /** The server wants nothing to do with this relay: why. Never resolves otherwise. */
  refused: Promise<string>;
  /** Says `last` and closes. */
  close(last: readonly DeviceEnvelope[]): Promise<void>;
}

const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Then a WebSocket is tried again. */
const POLL_FOR_MS = 300_000;

export const REFUSALS: Readonly<Record<number, string>> = {
  [CLOSE_REVOKED]: 'This Mac is no longer paired with its line: pair it again with a new code',
  [CLOSE_OLD_PROTOCOL]: 'This relay is too old for the server: update it',
};

export function openLink(options: LinkOptions): Link {
  const { clock, random, log } = options;
  const closing = new AbortController();
  let session: Session | null = null;
  let kind: 'websocket' | 'poll' | 'none' = 'none';
  let refuse: (message: string) => void = () => {};
  const refused = new Promise<string>((resolve) => {
    refuse = resolve;
  });
  const running = run();

  return {
    say: (envelope) => session?.say([envelope]),
    kind: () => kind,
    refused,
    async close(last) {
      session?.say(last);
      closing.abort();
      await session?.close();
      await running;
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      let end = await use(
        'websocket',
        runWebSocket(options, () => opened('websocket')),
      );
      if (end.end === 'lost' && !end.wasOpen && !closing.signal.aborted) {
        log.info({ why: end.message }, 'no WebSocket gets through; polling');
        end = await use(
          'poll',
          runPolls(options, POLL_FOR_MS, () => opened('poll')),
        );
      }
      if (end.end === 'refused') {
        refuse(end.message);
        return;
      }
      failures = end.wasOpen ? 0 : failures + 1;
      if (closing.signal.aborted) return;
      // Full jitter: a hundred Macs that lost the same server do not come back together.
      const longest = Math.min(options.longestWaitMs ?? LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** failures);
      const waitMs = random.next() * longest;
      log.info({ why: end.message, againInMs: Math.round(waitMs) }, 'the link to the server was lost');
      await clock.sleep(waitMs, closing.signal);
    }
  }

  async function use(as: 'websocket' | 'poll', next: Session): Promise<End> {
    session = next;
    const end = await next.ended;
    session = null;
    if (kind === as) kind = 'none';
    return end;
  }

  function opened(as: 'websocket' | 'poll'): void {
    kind = as;
    log.info({ server: options.server, by: as }, 'linked with the server');
    options.onOpen();
  }
}
