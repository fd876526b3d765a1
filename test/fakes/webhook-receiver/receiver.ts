/** A customer's server that takes webhooks: keeps the very bytes it got, and answers as a test tells it to. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body, parsed: JSON or a form. */
  envelope: Record<string, unknown> & { event: string; data: Record<string, unknown> };
  at: number;
}

/** How requests are answered: a status with headers and body, or a misbehaviour. */
export type Behaviour =
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number }
  /** Takes the request and never answers. */
  | 'hangs'
  /** Hangs up in the middle of its own answer. */
  | 'breaks_off'
  /** Hangs up instead of an answer. */
  | 'hangs_up';

export interface WebhookReceiver {
  url: string;
  /** Everything that arrived, in that order, whatever was answered. */
  received: Received[];
  /** Of one path, of one kind if wanted. */
  at(path: string, event?: string): Received[];
  /** What a path answers from now on; 200 unless told. A list is used up first, its last stays. */
  behave(path: string, ...behaviours: Behaviour[]): void;
  /** Requests that are being answered right now, and the most there ever were, by path. */
  inFlight(path: string): { now: number; most: number };
  close(): Promise<void>;
}

const FINE: Behaviour = { status: 200, body: 'ok' };

export async function openWebhookReceiver({ port = 0 } = {}): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const behaviours = new Map<string, Behaviour[]>();
  const flights = new Map<string, { now: number; most: number }>();

  const flightsOf = (path: string) => {
    const known = flights.get(path) ?? { now: 0, most: 0 };
    flights.set(path, known);
    return known;
  };
  const next = (path: string): Behaviour => {
    const list = behaviours.get(path) ?? [];
    return (list.length > 1 ? list.shift() : list[0]) ?? FINE;
  };

  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const flight = flightsOf(path);
    flight.now += 1;
    flight.most = Math.max(flight.most, flight.now);
    response.on('close', () => {
      flight.now -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const envelope = parse(request.headers['content-type'], body.toString('utf8'));
    received.push({ path, headers: request.headers, body, envelope, at: performance.now() });
    const behaviour = next(path);
    if (behaviour === 'hangs') return;
    if (behaviour === 'hangs_up') return void request.socket.destroy();
    if (behaviour === 'breaks_off') {
      response.writeHead(500, { 'content-length': '1000' });
      response.write('I was about to s');
      return void setImmediate(() => request.socket.destroy());
    }
    if (behaviour.afterMs !== undefined) await sleep(behaviour.afterMs);
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${taken}`,
    received,
    at: (path, event) =>
      received.filter((each) => each.path === path && (event === undefined || each.envelope.event === event)),
    behave(path, ...list) {
      behaviours.set(path, list);
    },
    inFlight: flightsOf,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function parse(type: string | undefined, text: string): Received['envelope'] {
  const isForm = type?.startsWith('application/x-www-form-urlencoded') === true;
  const parsed: unknown = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
  return parsed as Received['envelope'];
}
