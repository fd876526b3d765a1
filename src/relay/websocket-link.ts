/** One WebSocket to the server, from its opening to its end. A socket that went silent is dead, whatever it says of itself. */
import { WebSocket } from 'ws';
import {
  MAX_ENVELOPE_BYTES,
  PING_EVERY_MS,
  parseServerEnvelope,
  readJsonText,
} from '../contract/lines/relay.ts';
import { type End, type LinkOptions, REFUSALS, type Session } from './link.ts';

const OPEN_WITHIN_MS = 10_000;
const DEAD_AFTER_MS = 2 * PING_EVERY_MS + 5_000;
const LOOK_EVERY_MS = 5_000;
const FAREWELL_MS = 2_000;

export function runWebSocket(options: LinkOptions, onOpen: () => void): Session {
  const { clock, log, onEnvelope } = options;
  const socket = new WebSocket(`${options.server.replace(/^http/, 'ws')}/relay/link`, {
    headers: { authorization: `Bearer ${options.token}` },
    handshakeTimeout: OPEN_WITHIN_MS,
    maxPayload: MAX_ENVELOPE_BYTES,
    perMessageDeflate: false,
  });
  const over = new AbortController();
  let wasOpen = false;
  let heardAt = clock.now();
  let trouble = 'it was closed';
  let refusal: string | null = null;
  const heard = () => {
    heardAt = clock.now();
  };

  const ended = new Promise<End>((resolve) => {
    socket.on('close', (code) => {
      over.abort();
      refusal ??= REFUSALS[code] ?? null;
      if (refusal !== null) resolve({ end: 'refused', message: refusal });
      else resolve({ end: 'lost', wasOpen, message: trouble });
    });
  });
  socket.on('error', (error) => {
    trouble = error.message;
  });
  socket.on('unexpected-response', (_request, response) => {
    trouble = `the server answered ${response.statusCode}`;
    if (response.statusCode === 401) refusal = REFUSALS[4401] ?? null;
    response.resume();
    socket.terminate();
  });
  socket.on('open', () => {
    wasOpen = true;
    heard();
    onOpen();
    void keepAlive();
  });
  socket.on('ping', heard);
  socket.on('pong', heard);
  socket.on('message', (data, isBinary) => {
    heard();
    const envelope = isBinary ? null : parseServerEnvelope(readJsonText(data.toString()));
    if (envelope === null) log.warn('the server said something that can’t be read');
    else onEnvelope(envelope);
  });

  async function keepAlive(): Promise<void> {
    let pingedAt = clock.now();
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, over.signal);
      const now = clock.now();
      // A Mac that slept finds its socket half open: the clock tells, and not the timer.
      if (now - heardAt > DEAD_AFTER_MS) {
        trouble = 'the server went silent';
        socket.terminate();
      } else if (now - pingedAt >= PING_EVERY_MS) {
        pingedAt = now;
        socket.ping();
      }
    }
  }

  return {
    say(envelopes) {
      if (socket.readyState !== WebSocket.OPEN) return;
      for (const envelope of envelopes) socket.send(JSON.stringify(envelope));
    },
    ended,
    async close() {
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      else socket.terminate();
      void clock.sleep(FAREWELL_MS, over.signal).then(() => socket.terminate());
      await ended;
    },
  };
}
