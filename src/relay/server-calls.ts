/** The HTTP calls to the server, apart from the link: pairing, polling, and the bytes of attachments. */
import { Readable } from 'node:stream';
import { type DeviceEnvelope, parseServerEnvelope, type ServerEnvelope } from '../contract/lines/relay.ts';
import type { PairAnswer } from '../contract/lines/relay-devices.ts';

export interface ServerCalls {
  /** Held by the server for up to `waitMs`. */
  poll(
    envelopes: readonly DeviceEnvelope[],
    known: readonly string[],
    waitMs: number,
    signal: AbortSignal,
  ): Promise<ServerEnvelope[]>;
  getFile(jobId: string, n: number, signal: AbortSignal): Promise<Readable>;
  putPiece(jobId: string, n: number, bytes: Buffer, signal: AbortSignal): Promise<void>;
}

/** The server said no; `status` tells how. The public sentence is `message`. */
export class ServerRefused extends Error {
  override name = 'ServerRefused';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const CALL_MS = 30_000;
const FILE_MS = 120_000;

export function createServerCalls(server: string, token: string): ServerCalls {
  const headers = { authorization: `Bearer ${token}` };
  return {
    async poll(envelopes, known, waitMs, signal) {
      const body = { envelopes, known: known.slice(0, 100), waitMs };
      const answer = (await postJson(`${server}/relay/poll`, body, headers, waitMs + CALL_MS, signal)) as {
        envelopes?: unknown[];
      };
      return (answer.envelopes ?? []).map(parseServerEnvelope).filter((each) => each !== null);
    },
    async getFile(jobId, n, signal) {
      const response = await fetch(`${server}/relay/files/${jobId}/${n}`, {
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(FILE_MS)]),
      });
      if (!response.ok || response.body === null) throw await refusalOf(response);
      return Readable.fromWeb(response.body);
    },
    async putPiece(jobId, n, bytes, signal) {
      const response = await fetch(`${server}/relay/files/${jobId}/${n}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
        signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
      });
      if (!response.ok) throw await refusalOf(response);
      await response.arrayBuffer();
    },
  };
}

export async function pairWith(
  server: string,
  request: { code: string; name: string; driver: string },
): Promise<PairAnswer> {
  const never = new AbortController().signal;
  return (await postJson(`${server}/relay/pair`, request, {}, CALL_MS, never)) as PairAnswer;
}

async function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string>,
  withinMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  });
  if (!response.ok) throw await refusalOf(response);
  return response.json();
}

async function refusalOf(response: Response): Promise<ServerRefused> {
  const text = await response.text();
  let sentence = `The server answered ${response.status}`;
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') sentence = error;
  } catch {
    // Not ours: a proxy in between. The status tells enough.
  }
  return new ServerRefused(response.status, sentence);
}
