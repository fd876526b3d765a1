/** A Mac that says what the test makes it say: for what a well-behaved agent never does. */
import { type RawData, WebSocket } from 'ws';
import { RELAY_PROTOCOL, type ServerEnvelope } from '../../src/contract/lines/relay.ts';
import { until } from '../until.ts';

export interface RawDevice {
  socket: WebSocket;
  heard: ServerEnvelope[];
  /** Close code, once closed. */
  closed(): number | null;
  say(envelope: unknown): void;
  /** The first one of this type that was not asked for before. */
  next<Type extends ServerEnvelope['type']>(type: Type): Promise<ServerEnvelope & { type: Type }>;
}

export async function openRawDevice(url: string, token: string): Promise<RawDevice> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/relay/link`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: ServerEnvelope[] = [];
  let closed: number | null = null;
  socket.on('message', (data: RawData) => heard.push(JSON.parse(data.toString())));
  socket.on('close', (code) => {
    closed = code;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  const seen = new Set<ServerEnvelope>();
  return {
    socket,
    heard,
    closed: () => closed,
    say: (envelope) => socket.send(typeof envelope === 'string' ? envelope : JSON.stringify(envelope)),
    next: (type) =>
      until(`the server says ${type}`, () => {
        const found = heard.find((each) => each.type === type && !seen.has(each));
        if (found !== undefined) seen.add(found);
        return found as never;
      }),
  };
}

export const HELLO = {
  type: 'hello',
  protocol: RELAY_PROTOCOL,
  agent: '0.0.1',
  driver: 'raw',
  name: 'Raw Mac',
  selfTest: { ok: true, checks: [], versions: {} },
};
