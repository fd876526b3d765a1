/**
 * Sending through a BlueBubbles server. A message is one request where the server can take it as one, else several in
 * order: files first, since they are what fails, then the words. What has partly left can no longer be refused: it is
 * `unknown`, and reconciliation tells people what is there.
 */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock, Deadline } from '../lib/clock.ts';
import { appleFailure, lineFault, type Verdict, verdictOn } from './answers.ts';
import type { Answer, BlueBubblesApi, BlueBubblesMessage, Form, ServerInfo } from './api.ts';
import { findChat } from './chats.ts';
import { clocksApartMs, isSameText, listSentSince, personOf, refusalOf, textOf, uniqueName } from './rows.ts';
import type { BlueBubblesServer } from './settings.ts';

export interface Outgoing {
  /** The same in all attempts. */
  reference: string;
  attempt: number;
  address: string;
  text: string;
  attachments: readonly OutgoingFile[];
}
export interface OutgoingFile {
  name: string;
  mimeType: string;
  /** SHA-256, lower-case hex. */
  hash: string;
  open(): Promise<Readable>;
}

export interface SendOptions {
  api: BlueBubblesApi;
  clock: Clock;
  /** How long an answer is waited for, ms: the server itself gives a text two minutes. */
  sendTimeoutMs: number;
  /** How long a message is watched for an error once its row exists, ms. */
  confirmMs: number;
  confirmEveryMs: number;
}

type Way = 'private-api' | 'apple-script';

interface File extends OutgoingFile {
  bytes: Buffer;
}
/** One request. */
type Step =
  | { step: 'text'; text: string }
  | { step: 'file'; file: File; name: string }
  | { step: 'whole'; files: File[]; text: string };

const QUICK_MS = 10_000;
const UPLOAD_MS = 120_000;
const KEEP_UPLOADS_MS = 3_600_000;
const MAX_UPLOADS = 1_000;
const LEASE_ENDED = 'The time for this attempt ran out before it was sent';

export function createBlueBubblesSender({
  api,
  clock,
  sendTimeoutMs,
  confirmMs,
  confirmEveryMs,
}: SendOptions) {
  /** Files that a server has, by server, content and name: sent again they need not be uploaded again. */
  const uploads = new Map<string, { path: string; at: number }>();

  return async function send(
    server: BlueBubblesServer,
    outgoing: Outgoing,
    lease: Deadline,
  ): Promise<Outcome> {
    const startedAt = clock.now();
    if (outgoing.text === '' && outgoing.attachments.length === 0)
      return { outcome: 'rejected', permanent: true, code: 'empty', message: 'There is nothing to send' };
    const limit = AbortSignal.any([lease.signal, AbortSignal.timeout(sendTimeoutMs)]);
    const info = await api.call<ServerInfo>(server, 'server/info', { timeoutMs: QUICK_MS, signal: limit });
    if (info.got !== 'answer' || info.status !== 200) return nothingLeft(info, lease);
    const way = wayOf(server, info.data);
    if (way === null)
      return lineFault('private_api', 'The Private API is not connected to Messages on the Mac');
    const method: Way = way;
    let steps: Step[];
    try {
      steps = stepsOf(way, outgoing, await readFiles(outgoing));
    } catch (error) {
      return notNow('attachment', `An attachment could not be read: ${(error as Error).message}`);
    }
    const chat = await findChat(api, server, outgoing.address, info.data, limit);
    if (chat.got === 'failure') return nothingLeft(chat.answer, lease);
    let chatGuid = chat.guid;

    let guid: string | null = null;
    for (const [index, step] of steps.entries()) {
      const isFirst = index === 0;
      const tempGuid = `${outgoing.reference}-${outgoing.attempt}-${index + 1}`;
      const verdict = await take(step, { chatGuid, tempGuid });
      if (!verdict.taken) {
        const failure = verdict.failedRow === true ? await failureOnMac(info.data) : verdict.failure;
        return isFirst ? failure : partly(failure);
      }
      const row = rowOf(verdict.answer);
      if (row === null) return unknown('The BlueBubbles server did not say which message it sent');
      chatGuid = row.chats?.[0]?.guid ?? chatGuid;
      const error = await watch(row);
      if (error !== 0) return isFirst ? appleFailure(error) : partly(appleFailure(error));
      guid = row.guid;
    }
    return { outcome: 'accepted', externalMessageId: guid };

    async function take(step: Step, to: { chatGuid: string | null; tempGuid: string }): Promise<Verdict> {
      const { chatGuid: known, tempGuid } = to;
      const { address } = outgoing;
      // Only AppleScript may name a conversation that does not exist yet.
      const base = { chatGuid: known ?? `iMessage;-;${address}`, tempGuid, method };
      if (method === 'private-api' && known === null) {
        const opening = { addresses: [address], method, service: 'iMessage', tempGuid };
        if (step.step === 'text') return ask('chat/new', { json: { ...opening, message: step.text } });
        const opened = await ask('chat/new', { json: opening });
        const made = opened.taken ? (opened.answer as { guid?: string } | null)?.guid : undefined;
        if (!opened.taken) return opened;
        if (made === undefined)
          return refused(unknown('The BlueBubbles server did not open the conversation'));
        return take(step, { chatGuid: made, tempGuid });
      }
      switch (step.step) {
        case 'text':
          return ask('message/text', { json: { ...base, message: step.text } });
        case 'file':
          return ask('message/attachment', { form: formOf(step, base) });
        case 'whole': {
          const parts = [];
          for (const file of step.files) {
            const uploaded = await upload(file);
            if (typeof uploaded !== 'string') return refused(uploaded);
            parts.push({ partIndex: parts.length, attachment: uploaded, name: file.name });
          }
          if (step.text !== '') parts.push({ partIndex: parts.length, text: step.text });
          const verdict = await ask('message/multipart', { json: { ...base, parts } });
          // Whatever was wrong, the next attempt shall not lean on an old upload.
          if (!verdict.taken) for (const file of step.files) uploads.delete(keyOf(server, file));
          return verdict;
        }
      }
    }

    /** What may leave something behind: the lease is asked in the instant before. */
    async function ask(path: string, payload: { json?: unknown; form?: Form }): Promise<Verdict> {
      if (lease.hasPassed()) return refused(notNow('lease', LEASE_ENDED));
      const options = { method: 'POST', ...payload, timeoutMs: sendTimeoutMs, signal: limit, lease } as const;
      const answer = await api.call(server, path, options);
      if (answer.got === 'nobody' && lease.hasPassed()) return refused(notNow('lease', LEASE_ENDED));
      return verdictOn(answer);
    }

    async function upload(file: File): Promise<string | Outcome> {
      const key = keyOf(server, file);
      const known = uploads.get(key);
      if (known !== undefined && clock.now() - known.at < KEEP_UPLOADS_MS) return known.path;
      const form = { fields: {}, file };
      const options = { method: 'POST', form, timeoutMs: UPLOAD_MS, signal: limit } as const;
      const answer = await api.call<{ path?: string }>(server, 'attachment/upload', options);
      if (answer.got !== 'answer' || answer.status !== 200) return nothingLeft(answer, lease);
      const { path } = answer.data;
      if (typeof path !== 'string')
        return notNow('upload', 'The BlueBubbles server did not keep the attachment');
      uploads.set(key, { path, at: clock.now() });
      if (uploads.size > MAX_UPLOADS) uploads.delete(uploads.keys().next().value ?? '');
      return path;
    }

    /** Status 200 says that the row exists. An error comes a second or two later, and no event tells of it. */
    async function watch({ guid: id, error, dateDelivered }: BlueBubblesMessage): Promise<number> {
      let last = { error, dateDelivered };
      const until = clock.now() + confirmMs;
      while (last.error === 0 && !last.dateDelivered && clock.now() < until && !lease.hasPassed()) {
        await clock.sleep(confirmEveryMs, lease.signal);
        const options = { timeoutMs: QUICK_MS, signal: limit };
        const path = `message/${encodeURIComponent(id)}`;
        const answer = await api.call<BlueBubblesMessage>(server, path, options);
        if (answer.got === 'answer' && answer.status === 200) last = answer.data;
      }
      return last.error;
    }

    /** The server said that there is a row with an error, and not which. */
    async function failureOnMac(mac: ServerInfo): Promise<Outcome> {
      const rows = await listSentSince(api, server, startedAt - clocksApartMs(mac));
      if (typeof rows === 'string') return unknown(rows);
      const row = rows.findLast(
        (each) =>
          each.error !== 0 &&
          personOf(each) === outgoing.address &&
          (textOf(each) === '' || isSameText(textOf(each), outgoing.text)),
      );
      return row === undefined
        ? unknown('Messages reported an error and nobody knows which')
        : appleFailure(row.error);
    }
  };
}

function wayOf({ method }: BlueBubblesServer, info: ServerInfo): Way | null {
  const hasHelper = info.private_api === true && info.helper_connected === true;
  if (method === 'apple-script' || (method === 'auto' && !hasHelper)) return 'apple-script';
  return hasHelper ? 'private-api' : null;
}

function stepsOf(way: Way, { text, reference }: Outgoing, files: File[]): Step[] {
  const words: Step[] = text === '' ? [] : [{ step: 'text', text }];
  if (files.length === 0) return words;
  // A voice note is one only when it is sent by itself.
  if (way === 'private-api' && !files.some(isVoiceNote)) return [{ step: 'whole', files, text }];
  const alone = files.map(
    (file, index): Step => ({
      step: 'file',
      file,
      name: uniqueName(file.name, reference, index),
    }),
  );
  return [...alone, ...words];
}

function formOf({ file, name }: { file: File; name: string }, base: Readonly<Record<string, string>>): Form {
  const voice: Record<string, string> = isVoiceNote(file) ? { isAudioMessage: 'true' } : {};
  return { fields: { ...base, name, ...voice }, file: { ...file, name } };
}

function isVoiceNote({ mimeType, name }: { mimeType: string; name: string }): boolean {
  return mimeType === 'audio/x-caf' || /\.caf$/i.test(name);
}

function readFiles({ attachments }: Outgoing): Promise<File[]> {
  return Promise.all(attachments.map(async (each) => ({ ...each, bytes: await buffer(await each.open()) })));
}

function keyOf({ serverUrl }: BlueBubblesServer, { hash, name }: File): string {
  return JSON.stringify([serverUrl, hash, name]);
}

/** A message, or the conversation that was opened with it. */
function rowOf(answer: unknown): BlueBubblesMessage | null {
  const { guid, messages, error } = (answer ?? {}) as Partial<BlueBubblesMessage> & {
    messages?: BlueBubblesMessage[];
  };
  if (messages !== undefined) {
    const [row] = messages;
    return row === undefined ? null : { ...row, chats: row.chats ?? [{ guid: guid ?? '' }] };
  }
  return typeof guid === 'string' && typeof error === 'number' ? (answer as BlueBubblesMessage) : null;
}

/** A question before the message: whatever came of it, nothing has left. */
function nothingLeft(answer: Answer, lease: Deadline): Outcome {
  if (lease.signal.aborted) return notNow('lease', LEASE_ENDED);
  const verdict = verdictOn(answer);
  if (!verdict.taken && verdict.failedRow !== true && verdict.failure.outcome === 'rejected')
    return { ...verdict.failure, permanent: false, lineBad: true };
  return lineFault('unreachable', refusalOf(answer));
}

function notNow(code: string, message: string): Outcome {
  return { outcome: 'rejected', permanent: false, code, message };
}

function unknown(message: string): Outcome {
  return { outcome: 'unknown', message };
}

function partly(failure: Outcome): Outcome {
  const because = 'message' in failure ? failure.message : '';
  return unknown(`A part of it left, the next did not: ${because}`);
}

function refused(failure: Outcome): Verdict {
  return { taken: false, failure: failure as Extract<Verdict, { failure: unknown }>['failure'] };
}
