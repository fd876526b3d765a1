/** The server's calls, by method and path below /api/v1. Each returns `data`, or throws a Refusal. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Mac, Row, StoredFile } from './mac.ts';
import { deedOf } from './people.ts';
import type { Sending, Switches } from './sending.ts';
import { EVENTS, type Webhooks } from './webhooks.ts';
import { badRequest, chatJson, fileJson, messageJson, notFound, sendError, unhandled } from './words.ts';

export interface World extends Switches {
  mac: Mac;
  sending: Sending;
  webhooks: Webhooks;
  uploads: Map<string, StoredFile>;
  signedIn: string | null;
  /** Messages that the server can't read. */
  broken: Set<string>;
  gestures: { what: string; chatGuid: string; about?: string }[];
}
export interface Called {
  request: IncomingMessage;
  /** Decoded parts of the path that the pattern leaves open. */
  parts: string[];
  query: URLSearchParams;
  json: Record<string, unknown>;
  form: { fields: Record<string, string>; file: StoredFile | null };
}
export type Reply = { message?: string; data?: unknown; metadata?: unknown; file?: StoredFile };
type Handler = (world: World, called: Called) => Promise<Reply> | Reply;

export const ROUTES: readonly [method: string, pattern: RegExp, handler: Handler][] = [
  ['GET', /^ping$/, () => ({ message: 'Ping received!', data: 'pong' })],
  ['GET', /^server\/info$/, info],
  ['POST', /^message\/text$/, sendText],
  ['POST', /^message\/attachment$/, sendAttachment],
  ['POST', /^message\/multipart$/, sendMultipart],
  ['POST', /^message\/react$/, react],
  ['POST', /^message\/query$/, queryMessages],
  ['GET', /^message\/([^/]+)$/, oneMessage],
  ['POST', /^chat\/new$/, newChat],
  [
    'POST',
    /^chat\/query$/,
    ({ mac }) => ({ data: [...mac.chats.values()].map((chat) => chatJson(mac, chat)) }),
  ],
  ['GET', /^chat\/([^/]+)$/, ({ mac }, { parts }) => ({ data: chatJson(mac, chatOf(mac, parts[0] ?? '')) })],
  ['POST', /^chat\/([^/]+)\/(typing|read)$/, gesture],
  ['DELETE', /^chat\/([^/]+)\/(typing)$/, gesture],
  ['POST', /^attachment\/upload$/, upload],
  ['GET', /^attachment\/([^/]+)\/download$/, ({ mac }, { parts }) => ({ file: fileOf(mac, parts[0] ?? '') })],
  ['GET', /^attachment\/([^/]+)$/, ({ mac }, { parts }) => ({ data: fileJson(fileOf(mac, parts[0] ?? '')) })],
  ['GET', /^handle\/availability\/imessage$/, availability],
  [
    'GET',
    /^webhook$/,
    ({ webhooks }, { query }) => ({
      data: webhooks.list.filter(({ url }) => (query.get('url') ?? url) === url),
    }),
  ],
  ['POST', /^webhook$/, addWebhook],
  [
    'DELETE',
    /^webhook\/(\d+)$/,
    ({ webhooks }, { parts }) => {
      if (!webhooks.remove(Number(parts[0]))) throw notFound('Webhook does not exist!');
      return {};
    },
  ],
];

function info({ mac, privateApi, helperConnected, signedIn }: World): Reply {
  return {
    data: {
      computer_id: 'fake',
      os_version: mac.macos === 26 ? '26.1.0' : '15.6.1',
      server_version: '1.9.9',
      private_api: privateApi,
      proxy_service: 'lan-url',
      helper_connected: helperConnected,
      detected_icloud: signedIn,
      detected_imessage: signedIn,
      macos_time_sync: mac.skewMs / 1_000,
      local_ipv4s: [],
      local_ipv6s: [],
    },
  };
}

/* Sending */

const FORCE_PRIVATE_API = ['effectId', 'subject', 'selectedMessageGuid', 'ddScan', 'attributedBody'];

async function sendText(world: World, { request, json }: Called): Promise<Reply> {
  const method = methodOf(json);
  const text = required(json, 'message');
  if (text === '') throw badRequest("A 'message' is required");
  const tempGuid = textIn(json, 'tempGuid');
  const what = { chatGuid: required(json, 'chatGuid'), tempGuid, method, text, files: [], isAudio: false };
  const row = await world.sending.send(request, what);
  return { message: 'Message sent!', data: { ...whole(world.mac, row), tempGuid } };
}

async function sendAttachment(world: World, { request, form: { fields, file } }: Called): Promise<Reply> {
  const name = required(fields, 'name');
  if (file === null || file.bytes.length === 0) throw badRequest('Attachment not provided or was empty!');
  const row = await world.sending.send(request, {
    chatGuid: required(fields, 'chatGuid'),
    tempGuid: fields.tempGuid ?? null,
    method: methodOf(fields),
    text: null,
    files: [{ ...file, name }],
    isAudio: fields.isAudioMessage === 'true',
  });
  return { message: 'Attachment sent!', data: whole(world.mac, row) };
}

async function sendMultipart(world: World, { request, json }: Called): Promise<Reply> {
  world.sending.requirePrivateApi();
  const parts = Array.isArray(json.parts) ? (json.parts as Record<string, string>[]) : [];
  const files = parts.flatMap(({ attachment, name }) => {
    if (attachment === undefined) return [];
    if (name === undefined) throw badRequest("A 'name' is required for attachments");
    const file = world.uploads.get(attachment);
    if (file === undefined) throw sendError(`Failed to send message! No such file: ${attachment}`);
    return [{ ...file, guid: randomUUID(), name }];
  });
  const text = parts.map((part) => part.text ?? '').join('') || null;
  const chatGuid = required(json, 'chatGuid');
  const tempGuid = textIn(json, 'tempGuid');
  const what = { chatGuid, tempGuid, method: 'private-api', text, files, isAudio: false };
  const row = await world.sending.send(request, what);
  return { message: 'Message sent!', data: { ...whole(world.mac, row), tempGuid } };
}

async function newChat(world: World, { request, json }: Called): Promise<Reply> {
  const { mac } = world;
  const addresses = Array.isArray(json.addresses) ? (json.addresses as string[]) : [];
  const [address] = addresses;
  if (address === undefined) throw badRequest('The addresses field is mandatory.');
  const method = methodOf(json);
  const text = textIn(json, 'message');
  if (method === 'private-api') world.sending.requirePrivateApi();
  else if (addresses.length > 1) throw sendError('Cannot create group chats on macOS Big Sur or newer!');
  else if (text === null)
    throw sendError('A message is required when creating chats on macOS Big Sur or newer!');
  if (method === 'private-api' && deedOf(address) !== 'refused for now') mac.openChat(address);
  const chatGuid = method === 'private-api' ? mac.guidOf(address) : `iMessage;-;${address}`;
  const tempGuid = textIn(json, 'tempGuid');
  const rows =
    text === null
      ? []
      : [await world.sending.send(request, { chatGuid, tempGuid, method, text, files: [], isAudio: false })];
  const messages = rows.map((row) => ({ ...whole(mac, row), tempGuid }));
  return {
    message: 'Successfully created chat!',
    data: { ...chatJson(mac, mac.openChat(address)), messages },
  };
}

function react(world: World, { json }: Called): Reply {
  world.sending.requirePrivateApi();
  const about = required(json, 'selectedMessageGuid');
  const reaction = required(json, 'reaction');
  if (!/^-?(love|like|dislike|laugh|emphasize|question)$/.test(reaction))
    throw badRequest('Invalid reaction');
  const target = world.mac.rows.find(({ guid }) => guid === about);
  if (target === undefined) throw badRequest('Selected message does not exist!');
  const chat = chatOf(world.mac, required(json, 'chatGuid'));
  world.gestures.push({ what: reaction, chatGuid: chat.guid, about });
  const row = world.mac.write({
    handle: chat.identifier,
    isFromMe: true,
    about: { guid: `p:0/${about}`, type: reaction },
  });
  return { message: 'Reaction sent!', data: whole(world.mac, row) };
}

function gesture(world: World, { request, parts }: Called): Reply {
  world.sending.requirePrivateApi();
  const [guid = '', what = ''] = parts;
  const sign = request.method === 'DELETE' ? `-${what}` : what;
  world.gestures.push({ what: sign, chatGuid: chatOf(world.mac, guid).guid });
  return {};
}

function upload(world: World, { form: { file } }: Called): Reply {
  world.sending.requirePrivateApi();
  if (file === null || file.bytes.length === 0) throw badRequest('Attachment not provided or was empty!');
  const path = `${randomUUID()}/${file.name}`;
  world.uploads.set(path, file);
  return { data: { path } };
}

function availability(world: World, { query }: Called): Reply {
  world.sending.requirePrivateApi();
  const deed = deedOf(query.get('address') ?? '');
  if (deed === 'cannot be checked') throw unhandled('Failed to determine iMessage availability!');
  return { data: { available: deed !== 'not on iMessage' } };
}

/* Reading */

const STATEMENTS: Readonly<Record<string, (row: Row, value: unknown) => boolean>> = {
  'message.ROWID >': (row, value) => row.rowid > Number(value),
  'message.ROWID <=': (row, value) => row.rowid <= Number(value),
  'message.is_from_me =': (row, value) => row.isFromMe === (value === 1),
  'message.guid =': (row, value) => row.guid === value,
};

function queryMessages({ mac }: World, { json }: Called): Reply {
  const { after, before, sort = 'DESC', offset = 0, limit = 100, chatGuid, where = [] } = json;
  if (json.with !== undefined && !Array.isArray(json.with)) throw badRequest('The with must be an array.');
  if (Number(limit) < 1 || Number(limit) > 1_000) throw badRequest('The limit must be between 1 and 1000.');
  if (chatGuid !== undefined && !mac.chats.has(String(chatGuid)))
    return { message: `No chat found with GUID: ${chatGuid}`, data: [] };
  const tests = (where as { statement: string; args: Record<string, unknown> }[]).map(
    ({ statement, args }) => {
      const [, left = '', name = ''] = /^(.*) :(\w+)$/.exec(statement) ?? [];
      const holds = STATEMENTS[left];
      if (holds === undefined) throw unhandled(`SQLITE_ERROR: near "${statement}": syntax error`);
      return (row: Row) => holds(row, args[name]);
    },
  );
  const found = mac.rows
    .filter((row) => tests.every((holds) => holds(row)))
    .filter((row) => after === undefined || row.date >= Number(after))
    .filter((row) => before === undefined || row.date <= Number(before))
    .filter((row) => chatGuid === undefined || row.chat?.guid === chatGuid)
    .sort((a, b) => (a.date - b.date || a.rowid - b.rowid) * (sort === 'ASC' ? 1 : -1));
  const rows = found.slice(Number(offset), Number(offset) + Number(limit));
  const wanted = wantedIn((json.with as string[] | undefined) ?? []);
  return {
    message: 'Successfully fetched messages!',
    data: rows.map((row) => messageJson(mac, row, wanted)),
    metadata: { offset, limit, total: found.length, count: rows.length },
  };
}

function oneMessage({ mac, broken }: World, { parts, query }: Called): Reply {
  if (broken.has(parts[0] ?? '')) throw unhandled('Failed to decode');
  const row = mac.rows.find(({ guid }) => guid === parts[0]);
  if (row === undefined) throw notFound('Message does not exist!');
  return { data: messageJson(mac, row, wantedIn((query.get('with') ?? '').split(','))) };
}

function addWebhook({ webhooks }: World, { json }: Called): Reply {
  const url = required(json, 'url');
  const events = Array.isArray(json.events) ? (json.events as string[]) : [];
  const wrong = events.find((each) => !EVENTS.includes(each));
  if (events.length === 0 || wrong !== undefined)
    throw badRequest(`The selected events is invalid: ${wrong}`);
  return { data: webhooks.add(url, events) };
}

function wantedIn(names: readonly string[]) {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name.trim().toLowerCase()));
  return {
    chats: has(/^chats?$/),
    attachments: has(/^attachments?$/),
    attributedBody: has(/^attributed-?body$/),
  };
}

function whole(mac: Mac, row: Row) {
  return messageJson(mac, row, { chats: true, attachments: true, attributedBody: true });
}

function chatOf(mac: Mac, guid: string) {
  const chat = mac.chats.get(guid);
  if (chat === undefined) throw notFound('Chat does not exist!');
  return chat;
}

function fileOf(mac: Mac, guid: string): StoredFile {
  const file = mac.rows.flatMap((row) => row.files).find((each) => each.guid === guid);
  if (file === undefined) throw notFound('Attachment does not exist!');
  return file;
}

function methodOf(json: Readonly<Record<string, unknown>>): string {
  if (FORCE_PRIVATE_API.some((name) => json[name] !== undefined)) return 'private-api';
  const method = textIn(json, 'method') ?? 'apple-script';
  if (method !== 'apple-script' && method !== 'private-api')
    throw badRequest('The selected method is invalid.');
  return method;
}

function required(json: Readonly<Record<string, unknown>>, name: string): string {
  const value = textIn(json, name);
  if (value === null) throw badRequest(`The ${name} field is mandatory.`);
  return value;
}

function textIn(json: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = json[name];
  return typeof value === 'string' ? value : null;
}
