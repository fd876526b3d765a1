/**
 * A BlueBubbles server (as of 1.9.9) with a Mac behind it, on a free port: its envelope, its words, its quirks. Tests look
 * at `mac` for what really happened, and turn what they like: the helper, the webhooks, the whole server.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Mac, type Row, type StoredFile } from './mac.ts';
import { TIMINGS, type Timings } from './people.ts';
import { type Called, ROUTES, type World } from './routes.ts';
import { Reset, Sending } from './sending.ts';
import { Webhooks } from './webhooks.ts';
import { envelope, notificationJson, Refusal, unauthorized, unhandled } from './words.ts';

export interface FakeOptions {
  port?: number;
  password?: string;
  macos?: 15 | 26;
  privateApi?: boolean;
  skewMs?: number;
  timings?: Partial<Timings>;
}

/** Changes of older rows are never told. */
const RECEIPT_WINDOW = 100;

export class FakeBlueBubbles {
  readonly password: string;
  readonly mac: Mac;
  readonly world: World;
  readonly webhooks = new Webhooks();
  /** Every call, e.g. `POST message/text`. */
  readonly calls: string[] = [];
  #server: http.Server;
  #port: number;

  constructor({
    password = 'secret',
    macos = 26,
    privateApi = true,
    skewMs = 0,
    timings,
    port = 0,
  }: FakeOptions = {}) {
    this.password = password;
    this.#port = port;
    const all = { ...TIMINGS, ...timings };
    this.mac = new Mac({ macos, timings: all, skewMs, onChange: (change, row) => this.#tell(change, row) });
    const switches = { privateApi, helperConnected: privateApi };
    const world: World = {
      ...switches,
      mac: this.mac,
      sending: undefined as unknown as Sending,
      webhooks: this.webhooks,
      uploads: new Map(),
      signedIn: 'line@icloud.test',
      broken: new Set(),
      gestures: [],
    };
    world.sending = new Sending(this.mac, all, world);
    this.world = world;
    this.#server = this.#make();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the same port as before. */
  async listen(): Promise<void> {
    this.#server = this.#make();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** The server ends; the Mac goes on. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async close(): Promise<void> {
    this.mac.close();
    await this.stop();
  }

  /** Somebody writes to the Mac. */
  receive(from: string, text: string, more: Partial<Row> = {}): Row {
    return this.mac.write({ handle: from, text, ...more });
  }

  /** Messages that the Mac sent, by the reference in their tempGuid; failed ones are none. */
  copies(reference: string): Row[] {
    const isCopy = (row: Row) => row.isFromMe && row.error === 0 && row.chat !== null;
    return this.mac.rows.filter((row) => isCopy(row) && row.tempGuid?.startsWith(reference) === true);
  }

  #tell(change: 'new' | 'updated', row: Row): void {
    const { mac, webhooks } = this;
    const data = notificationJson(mac, row, change === 'new');
    if (change === 'updated') {
      if (mac.rows.length - mac.rows.indexOf(row) <= RECEIPT_WINDOW) webhooks.emit('updated-message', data);
      return;
    }
    if (row.error !== 0) {
      webhooks.emit('message-send-error', { ...data, tempGuid: row.tempGuid });
      return;
    }
    // Once with the sender's id and once without: two events for one message.
    if (row.tempGuid !== null) this.webhooks.emit('new-message', { ...data, tempGuid: row.tempGuid });
    this.webhooks.emit('new-message', data);
  }

  #make(): http.Server {
    return http.createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (error instanceof Reset) return;
        const refusal = error instanceof Refusal ? error : unhandled(String((error as Error).message));
        write(response, refusal.status, envelope(refusal));
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost');
    const [, path] = /^\/api\/v1\/(.*)$/.exec(url.pathname) ?? [];
    if (path === undefined) return plainNotFound(response);
    this.calls.push(`${request.method} ${path}`);
    this.#admit(url.searchParams);
    for (const [method, pattern, handler] of ROUTES) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (match === null) continue;
      const parts = match.slice(1).map((part) => decodeURIComponent(part));
      const called: Called = { request, parts, query: url.searchParams, ...(await readBody(request)) };
      const { message = 'Success', data, metadata, file } = await handler(this.world, called);
      if (file === undefined) return write(response, 200, { status: 200, message, data, metadata });
      response.writeHead(200, { 'content-type': file.mimeType });
      response.end(file.bytes);
      return;
    }
    plainNotFound(response);
  }

  /** By the first of three names that is there. */
  #admit(query: URLSearchParams): void {
    const given = query.get('guid') ?? query.get('password') ?? query.get('token');
    if (given === null) throw unauthorized('Missing server password!');
    if (given.trim() !== this.password.trim()) throw unauthorized('Unauthorized');
  }
}

export async function startBlueBubbles(options: FakeOptions = {}): Promise<FakeBlueBubbles> {
  const server = new FakeBlueBubbles(options);
  await server.listen();
  return server;
}

function write(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function plainNotFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' });
  response.end('Not Found');
}

async function readBody(request: IncomingMessage): Promise<Pick<Called, 'json' | 'form'>> {
  const type = request.headers['content-type'] ?? '';
  const none = { fields: {}, file: null };
  if (type.startsWith('multipart/')) return { json: {}, form: await readForm(request) };
  const text = (await buffer(request)).toString('utf8');
  return { json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), form: none };
}

async function readForm(request: IncomingMessage): Promise<Called['form']> {
  const fields: Record<string, string> = {};
  const files: Promise<StoredFile>[] = [];
  const form = new Busboy({ headers: request.headers as BusboyHeaders });
  form.on('field', (name, value) => void Object.assign(fields, { [name]: value }));
  form.on('file', (_field, stream, name, _encoding, mimeType) => {
    files.push(buffer(stream).then((bytes) => ({ guid: randomUUID(), name, mimeType, bytes })));
  });
  const done = once(form, 'finish');
  request.pipe(form);
  await done;
  const [file = null] = await Promise.all(files);
  return { fields, file };
}
