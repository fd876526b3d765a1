/**
 * The WebSockets of Macs, at `GET /relay/link` with the device's token. A link only carries envelopes: whatever it loses is
 * said again over the next one. One loop for all links of this process looks who is wanted, who was let go, and who has
 * gone silent; it is rung when something happens, and looks every second in any case.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Device } from '../actions/devices/authenticate-device.ts';
import {
  CLOSE_OLD_PROTOCOL,
  CLOSE_REPLACED,
  CLOSE_REVOKED,
  MAX_ENVELOPE_BYTES,
  PING_EVERY_MS,
  parseDeviceEnvelope,
  readJsonText,
  type ServerEnvelope,
} from '../contract/lines/relay.ts';
import type { Deps } from '../deps.ts';
import { createLimiter } from '../lib/limiter.ts';
import type { Actions } from './actions.ts';

interface Link {
  device: Device;
  socket: WebSocket;
  heardAt: number;
  pingedAt: number;
  notedAt: number;
  /** Jobs that were offered here, and when. */
  offered: Map<string, number>;
}

const PATH = '/relay/link';
/** What waits for a Mac that reads nothing; it says it all again over its next link. */
const MAX_WAITING_BYTES = 4 * MAX_ENVELOPE_BYTES;
const LOOK_EVERY_MS = 1_000;
/** Two pings missed, and the time for an answer to the second. */
const DEAD_AFTER_MS = 2 * PING_EVERY_MS + 5_000;
const NOTE_EVERY_MS = 10_000;
/** What was offered and not taken: the Mac may be busy, or may not have heard. */
const OFFER_AGAIN_MS = 10_000;
const GOING_AWAY = 1001;
const FAREWELL_MS = 500;
/** An agent says few things at once. Whoever says more is not read until these are dealt with. */
const ENVELOPES_WAITING = 40;

/** Others offer HTTP/2 to every server they ask, by the same header: theirs are requests like any. */
export function asksForLink({ url = '', headers }: IncomingMessage): boolean {
  return url.split('?')[0] === PATH && headers.upgrade?.toLowerCase() === 'websocket';
}

export function openRelayLinks(
  app: FastifyInstance,
  deps: Deps,
  actions: Actions,
  countGuess: (request: IncomingMessage) => void,
): void {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_ENVELOPE_BYTES,
    perMessageDeflate: false,
  });
  /** By device: a new link takes the place of an old one, which is half open as a rule. */
  const links = new Map<string, Link>();
  const closing = new AbortController();
  let looking = false;

  app.server.on('upgrade', (request, socket, head) => {
    // A socket that fails before it is upgraded is nobody's loss.
    socket.on('error', () => socket.destroy());
    void admit(request, socket, head).catch((error: Error) => {
      deps.log.warn({ error: error.message }, 'a relay was not let in');
      turnAway(socket, '503 Service Unavailable');
    });
  });
  app.addHook('preClose', async () => {
    // What Macs have begun for us they may still answer.
    await deps.relay.drain();
    closing.abort();
    for (const { socket } of links.values()) socket.close(GOING_AWAY, 'The server stops');
    // Who does not answer is half open.
    for (let waited = 0; links.size > 0 && waited < FAREWELL_MS; waited += FAREWELL_MS / 10)
      await deps.clock.sleep(FAREWELL_MS / 10);
    for (const { socket } of links.values()) socket.terminate();
    server.close();
  });

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if ((request.url ?? '').split('?')[0] !== PATH) return turnAway(socket, '404 Not Found');
    const device = await deps.relay.authenticate(request.headers.authorization);
    if (device === null) return refuseStranger(request, socket);
    if (closing.signal.aborted) return turnAway(socket, '503 Service Unavailable');
    server.handleUpgrade(request, socket, head, (websocket) => accept(device, websocket));
  }

  function refuseStranger(request: IncomingMessage, socket: Duplex): void {
    try {
      countGuess(request);
      turnAway(socket, '401 Unauthorized');
    } catch {
      turnAway(socket, '429 Too Many Requests');
    }
  }

  function accept(device: Device, socket: WebSocket): void {
    const now = deps.clock.now();
    const link: Link = { device, socket, heardAt: now, pingedAt: now, notedAt: 0, offered: new Map() };
    links.get(device.deviceId)?.socket.close(CLOSE_REPLACED, 'Another link took its place');
    links.set(device.deviceId, link);
    // In the order in which they were said.
    const inTurn = createLimiter(1);
    const heard = () => {
      link.heardAt = deps.clock.now();
    };
    socket.on('pong', heard);
    socket.on('ping', heard);
    let waiting = 0;
    socket.on('message', (data, isBinary) => {
      heard();
      waiting += 1;
      if (waiting >= ENVELOPES_WAITING) socket.pause();
      void inTurn(() => take(link, data, isBinary)).then(() => {
        waiting -= 1;
        if (waiting === 0) socket.resume();
      });
    });
    socket.on('error', (error) =>
      deps.log.debug({ ...device, error: error.message }, 'the link of a relay failed'),
    );
    socket.on('close', () => forget(link));
    void look();
  }

  function forget(link: Link): void {
    if (links.get(link.device.deviceId) === link) links.delete(link.device.deviceId);
  }

  async function take(link: Link, data: RawData, isBinary: boolean): Promise<void> {
    const envelope = isBinary ? null : parseDeviceEnvelope(readJsonText(data.toString()));
    if (envelope === null) {
      tell(link, { type: 'refused', code: 'UNREADABLE', message: 'An envelope can’t be read' });
      return;
    }
    try {
      const answers = await actions.answerDevice(deps, link.device, envelope);
      for (const answer of answers) {
        tell(link, answer);
        if (answer.type === 'refused') link.socket.close(CLOSE_OLD_PROTOCOL, 'See the last envelope');
        if (answer.type === 'welcome') deps.relay.jobs.ring();
      }
      // From here on it is away, though its socket may still be open.
      if (envelope.type === 'bye') forget(link);
    } catch (error) {
      // Not answered, it is said again.
      deps.log.warn(
        { err: error, ...link.device, type: envelope.type },
        'an envelope could not be dealt with',
      );
    }
  }

  /** Runs while there are links. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    while (links.size > 0 && !closing.signal.aborted) {
      const heard = deps.relay.jobs.rings();
      await lookOnce().catch((error: Error) =>
        deps.log.warn({ error: error.message }, 'could not look after the links of relays'),
      );
      await deps.relay.jobs.wait(heard, LOOK_EVERY_MS, closing.signal);
    }
    looking = false;
  }

  async function lookOnce(): Promise<void> {
    const all = [...links.values()];
    const now = deps.clock.now();
    for (const link of all) keepAlive(link, now);
    const revoked = await actions.revokedAmong(
      deps,
      all.map(({ device }) => device),
    );
    for (const { device, socket } of all) {
      if (!revoked.has(device.deviceId)) continue;
      socket.close(CLOSE_REVOKED, 'This device is no longer paired');
      links.delete(device.deviceId);
    }
    const wanted = await actions.linesWanted(deps);
    for (const link of links.values()) {
      if (wanted.has(`${link.device.workspaceId} ${link.device.lineId}`)) await offer(link);
      if (now - link.notedAt < NOTE_EVERY_MS) continue;
      link.notedAt = now;
      await actions.noteSeen(deps, link.device, link.heardAt);
    }
  }

  function keepAlive(link: Link, now: number): void {
    if (now - link.heardAt > DEAD_AFTER_MS) link.socket.terminate();
    if (now - link.pingedAt < PING_EVERY_MS) return;
    link.pingedAt = now;
    link.socket.ping();
  }

  async function offer(link: Link): Promise<void> {
    const now = deps.clock.now();
    for (const [jobId, at] of link.offered) if (now - at >= OFFER_AGAIN_MS) link.offered.delete(jobId);
    for (const envelope of await actions.jobsOf(deps, link.device)) {
      if (envelope.type !== 'job' || link.offered.has(envelope.id)) continue;
      link.offered.set(envelope.id, now);
      tell(link, envelope);
    }
  }
}

function tell({ socket }: Link, envelope: ServerEnvelope): void {
  if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(envelope));
}

/** Node watches over no connection that asked for an upgrade: it is closed from our side, or stays as long as they like. */
function turnAway(socket: Duplex, status: string): void {
  const answer = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}
