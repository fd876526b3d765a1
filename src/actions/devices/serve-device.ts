/**
 * What a paired Mac says, and what it is told: one envelope in, those that answer it out, whichever way they travel. It
 * may only act for its own line, and each of its envelopes may come twice. What can't be recorded now is not answered:
 * the Mac says it again.
 */
import { storableNews, storableText, storableValue } from '../../channels/storable.ts';
import {
  type DeviceEnvelope,
  FILE_PIECE_BYTES,
  MAX_FILE_BYTES,
  OLDEST_RELAY_PROTOCOL,
  parseAnswer,
  parseNews,
  RELAY_PROTOCOL,
  type ServerEnvelope,
} from '../../contract/lines/relay.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import type { SendWork } from '../../domain/relay-work.ts';
import { NoSuchObject } from '../../lib/object-store.ts';
import { noteHello, notePresence, noteSelfTest, scanRevoked } from '../../store/lines/relay-devices.ts';
import {
  answerJob,
  findJob,
  listQueuedJobs,
  scanLinesWithJobs,
  storePiece,
  takeJob,
} from '../../store/lines/relay-jobs.ts';
import { objectKey } from '../attachments/keep-file.ts';
import { takeNews } from '../news/take-news.ts';
import type { Device } from './authenticate-device.ts';

export async function answerDevice(
  deps: Deps,
  device: Device,
  envelope: DeviceEnvelope,
): Promise<ServerEnvelope[]> {
  const { workspaceId, deviceId, lineId } = device;
  const now = deps.clock.now();
  switch (envelope.type) {
    case 'hello': {
      if (envelope.protocol < OLDEST_RELAY_PROTOCOL) return [tooOld(envelope.protocol)];
      const selfTest = storableValue(envelope.selfTest) as typeof envelope.selfTest;
      await noteHello(deps.database, workspaceId, deviceId, { ...storableTexts(envelope), selfTest }, now);
      return [{ type: 'welcome', protocol: Math.min(envelope.protocol, RELAY_PROTOCOL) }];
    }
    case 'take': {
      const { jobId, fence, at } = envelope;
      const leaseUntil = await takeJob(deps.database, device, jobId, fence, now);
      if (leaseUntil === null) return [{ type: 'void', jobId }];
      return [{ type: 'grant', jobId, fence, at, leaseMs: leaseUntil - now }];
    }
    case 'result':
      await takeAnswer(deps, device, envelope, now);
      return [{ type: 'ack', of: 'result', id: envelope.jobId }];
    case 'news': {
      const news = envelope.news.map(parseNews).filter((each) => each !== null);
      if (news.length < envelope.news.length)
        deps.log.warn({ ...device, left: envelope.news.length - news.length }, 'news that can’t be read');
      await takeNews(deps, workspaceId, lineId, news.map(storableNews));
      return [{ type: 'ack', of: 'news', id: envelope.newsId }];
    }
    case 'self-test': {
      const selfTest = storableValue(envelope.selfTest) as typeof envelope.selfTest;
      await noteSelfTest(deps.database, workspaceId, deviceId, selfTest);
      return [{ type: 'ack', of: 'self-test', id: '' }];
    }
    case 'bye':
      await notePresence(deps.database, workspaceId, deviceId, now, now);
      return [];
  }
}

async function takeAnswer(
  deps: Deps,
  device: Device,
  { jobId, fence, answer }: DeviceEnvelope & { type: 'result' },
  now: number,
): Promise<void> {
  const job = await findJob(deps.database, device.workspaceId, jobId);
  if (job === null || job.lineId !== device.lineId) return;
  const parsed = parseAnswer(job.kind, answer);
  if (parsed === null) {
    // As if it had not answered: a send is asked for again, anything else was only a question.
    deps.log.warn({ ...device, jobId, kind: job.kind }, 'an answer of a Mac can’t be read');
    return;
  }
  const isNew = await answerJob(deps.database, device, jobId, fence, storableTexts(parsed), now);
  if (isNew) deps.relay.answers.announce();
}

/** What the line's Mac is wanted for now, oldest first. */
export async function jobsOf(deps: Deps, { workspaceId, lineId }: Device): Promise<ServerEnvelope[]> {
  const jobs = await listQueuedJobs(deps.database, workspaceId, lineId, deps.clock.now());
  return jobs.map(({ id, work }) => ({ type: 'job', id, work }));
}

/** The lines of which somebody wants something, by `lineKey`. */
export async function linesWanted(deps: Deps): Promise<ReadonlySet<string>> {
  return new Set((await scanLinesWithJobs(deps.database, deps.clock.now())).map(lineKey));
}

/** Of these the ones that are no longer paired, by their id. */
export async function revokedAmong(deps: Deps, devices: readonly Device[]): Promise<ReadonlySet<string>> {
  const asked = devices.map(({ workspaceId, deviceId }) => ({ workspaceId, id: deviceId }));
  return new Set((await scanRevoked(deps.database, asked)).map(({ id }) => id));
}

/** It was heard of then, and is there. */
export async function noteSeen(deps: Deps, { workspaceId, deviceId }: Device, at: number): Promise<void> {
  await notePresence(deps.database, workspaceId, deviceId, at, null);
}

export function lineKey({ workspaceId, lineId }: { workspaceId: string; lineId: string }): string {
  return `${workspaceId} ${lineId}`;
}

/** One piece of an attachment that somebody here asked for. */
export async function takeFilePiece(
  deps: Deps,
  device: Device,
  jobId: string,
  n: number,
  bytes: Buffer,
): Promise<void> {
  const isTooLarge = bytes.length > FILE_PIECE_BYTES || (n + 1) * FILE_PIECE_BYTES > MAX_FILE_BYTES;
  if (isTooLarge) throw problem('BODY_TOO_LARGE', { error: 'The piece, or the whole file, is too large' });
  if (!(await storePiece(deps.database, device, jobId, n, bytes))) throw problem('NOT_FOUND');
}

/** A file of a message that this line's Mac is asked to send: the dispatcher that sends it may be another process. */
export async function openJobFile(deps: Deps, { workspaceId, lineId }: Device, jobId: string, n: number) {
  const job = await findJob(deps.database, workspaceId, jobId);
  const isWanted =
    job?.lineId === lineId && job.work.kind === 'send' && ['queued', 'taken'].includes(job.state);
  const file = isWanted ? (job.work as SendWork).files[n] : undefined;
  if (file === undefined) throw problem('NOT_FOUND');
  const { sizeBytes, hash } = file;
  const bytes = await deps.objects.open(objectKey(workspaceId, hash)).catch((error: unknown) => {
    throw error instanceof NoSuchObject ? problem('NOT_FOUND', { cause: error }) : error;
  });
  return { sizeBytes, bytes };
}

function tooOld(protocol: number): ServerEnvelope {
  const message = `This server speaks version ${OLDEST_RELAY_PROTOCOL} or newer, the relay version ${protocol}: update the relay`;
  return { type: 'refused', code: 'OLD_PROTOCOL', message };
}

/** Texts and JSON columns hold neither zero bytes nor halves of characters. */
function storableTexts<Value extends object>(value: Value): Value {
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    typeof each === 'string' ? storableText(each) : each,
  ]);
  return Object.fromEntries(entries) as Value;
}
