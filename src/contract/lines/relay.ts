/**
 * What a server and the agent on a Mac say to each other. The same envelopes travel over the WebSocket and the long poll,
 * and none of them relies on either: a job is offered until somebody takes it, a take, an answer and a piece of news are
 * repeated until they are acknowledged, and each of them may arrive twice.
 *
 *   server → device   welcome · job · grant · void · ack · refused
 *   device → server   hello · take · result · news · self-test · bye
 *
 * A send is offered as `job`, asked for by `take` with a fence of the agent's own making that is in its journal by then,
 * and begins only after `grant`; `void` says that it is somebody else's or nobody's any more. Everything else is a
 * question: it is answered by `result` as soon as it is offered.
 */
import { z } from 'zod';
import type { News } from '../../domain/news.ts';
import type { Answers, JobKind, RelayWork as Work } from '../../domain/relay-work.ts';
import { REACTIONS } from '../../domain/words.ts';

export const RELAY_PROTOCOL = 1;
/** What this server still understands. */
export const OLDEST_RELAY_PROTOCOL = 1;

/** An envelope, and a poll with all that it carries, is smaller than this. */
export const MAX_ENVELOPE_BYTES = 1_000_000;
/** News beyond these wait for the next envelope. */
export const MAX_NEWS = 50;
/** Files go up in pieces: each arrives by itself, and can be sent again by itself. */
export const FILE_PIECE_BYTES = 512 * 1024;
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Both ends; whoever hears nothing of two of them takes the link for dead. */
export const PING_EVERY_MS = 20_000;
/** How long a poll is held at most. */
export const POLL_HOLD_MS = 25_000;

/** WebSocket close codes of our own. */
export const CLOSE_REVOKED = 4401;
export const CLOSE_REPLACED = 4409;
export const CLOSE_OLD_PROTOCOL = 4426;

const short = z.string().max(1_000);
const id = z.string().min(1).max(200);
const fence = z.string().regex(/^[0-9a-zA-Z_-]{8,64}$/);
const instant = z.number().int().nonnegative();

export const SelfTest = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ check: z.string().max(64), ok: z.boolean(), message: short })).max(50),
  versions: z.record(z.string().max(64), z.string().max(200)),
});
export type SelfTest = z.infer<typeof SelfTest>;

// What the server asks of a device.
const OnDevice = z.object({ externalMessageId: z.string().nullable(), address: z.string() });
const JobFile = z.object({
  name: z.string(),
  mimeType: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

const SendWork = z.object({
  kind: z.literal('send'),
  reference: z.string(),
  attempt: z.number().int().positive(),
  address: z.string(),
  text: z.string(),
  files: z.array(JobFile).max(10),
});
const FindWork = z.object({
  kind: z.literal('find'),
  ofJob: z.string(),
  reference: z.string(),
  attempt: z.number().int().positive(),
  address: z.string(),
  text: z.string(),
  askedAfter: instant,
});
const CheckWork = z.object({ kind: z.literal('check'), address: z.string() });
const FetchWork = z.object({ kind: z.literal('fetch'), source: z.unknown() });
const ReactWork = z.object({
  kind: z.literal('react'),
  message: OnDevice,
  reaction: z.enum(REACTIONS),
  isRemoved: z.boolean(),
});
const TypingWork = z.object({ kind: z.literal('typing'), to: OnDevice, isTyping: z.boolean() });
export const RelayWork: z.ZodType<Work> = z.discriminatedUnion('kind', [
  SendWork,
  FindWork,
  CheckWork,
  FetchWork,
  ReactWork,
  TypingWork,
]);

// What a device answers. One parser per kind of work, so that no answer is taken for another's.
const OutcomeShape = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), externalMessageId: id.nullable() }),
  z.object({
    outcome: z.literal('rejected'),
    permanent: z.boolean(),
    code: z.string().min(1).max(200),
    message: short,
    addressBad: z.boolean().optional(),
    lineBad: z.boolean().optional(),
  }),
  z.object({ outcome: z.literal('not_on_channel'), message: short }),
  z.object({ outcome: z.literal('unknown'), message: short }),
]);
const FindingShape = z.discriminatedUnion('finding', [
  z.object({ finding: z.literal('found'), externalMessageId: id.nullable(), address: short.nullable() }),
  z.object({ finding: z.literal('absent') }),
  z.object({ finding: z.literal('undecided'), message: short, final: z.boolean() }),
]);
const AvailabilityShape = z.discriminatedUnion('availability', [
  z.object({ availability: z.literal('available') }),
  z.object({ availability: z.literal('unavailable') }),
  z.object({ availability: z.literal('cannot_check') }),
  z.object({ availability: z.literal('error'), message: short }),
]);
const FetchedShape = z.discriminatedUnion('fetched', [
  z.object({ fetched: z.literal(true), pieces: z.number().int().nonnegative(), sizeBytes: instant }),
  z.object({ fetched: z.literal(false), message: short }),
]);
const GestureShape = z.discriminatedUnion('done', [
  z.object({ done: z.literal(true) }),
  z.object({ done: z.literal(false), message: short }),
]);
const ANSWERS: Readonly<Record<JobKind, z.ZodType>> = {
  send: OutcomeShape,
  find: FindingShape,
  check: AvailabilityShape,
  fetch: FetchedShape,
  react: GestureShape,
  typing: GestureShape,
};

/** null: it is no answer to work of this kind. */
export function parseAnswer<Kind extends JobKind>(kind: Kind, value: unknown): Answers[Kind] | null {
  const parsed = ANSWERS[kind].safeParse(value);
  return parsed.success ? (parsed.data as Answers[Kind]) : null;
}

const InboundFile = z.object({
  name: z.string().max(1_000),
  mimeType: z.string().max(200).nullable(),
  source: z.unknown(),
});
const NewsShape = z.discriminatedUnion('news', [
  z.object({
    news: z.literal('receipt'),
    reference: id,
    receipt: z.enum(['accepted', 'delivered', 'read', 'bounced', 'not_on_channel']),
    externalMessageId: id.optional(),
    at: instant.optional(),
    code: short.optional(),
    message: short.optional(),
  }),
  z.object({
    news: z.literal('inbound'),
    from: z.string().min(1).max(320),
    text: z.string().max(200_000),
    externalMessageId: id,
    at: instant.optional(),
    subject: short.optional(),
    inReplyTo: id.optional(),
    attachments: z.array(InboundFile).max(50).optional(),
  }),
  z.object({
    news: z.literal('reaction'),
    from: z.string().min(1).max(320),
    targetExternalMessageId: id,
    reaction: z.string().min(1).max(64),
    isRemoved: z.boolean(),
    externalMessageId: id,
    at: instant.optional(),
  }),
  z.object({ news: z.literal('line'), health: z.enum(['fine', 'wrong']), message: short }),
]);

/** null: nothing that a device may tell. Opt-outs by carriers are none of its business. */
export function parseNews(value: unknown): News | null {
  const parsed = NewsShape.safeParse(value);
  return parsed.success ? (parsed.data as News) : null;
}

export const DeviceEnvelope = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int().min(0).max(1_000_000),
    agent: z.string().max(64),
    driver: z.string().max(64),
    name: z.string().max(200),
    selfTest: SelfTest.nullable(),
  }),
  /** `at`: the device's own clock, which comes back with the grant: the lease is counted from there. */
  z.object({ type: z.literal('take'), jobId: id, fence, at: instant }),
  z.object({ type: z.literal('result'), jobId: id, fence: fence.nullable(), answer: z.unknown() }),
  z.object({ type: z.literal('news'), newsId: id, news: z.array(z.unknown()).max(MAX_NEWS) }),
  z.object({ type: z.literal('self-test'), selfTest: SelfTest }),
  /** The agent stops on purpose. */
  z.object({ type: z.literal('bye') }),
]);
export type DeviceEnvelope = z.infer<typeof DeviceEnvelope>;

export const ServerEnvelope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), protocol: z.number().int() }),
  z.object({ type: z.literal('job'), id, work: RelayWork }),
  z.object({ type: z.literal('grant'), jobId: id, fence, at: instant, leaseMs: z.number().int() }),
  z.object({ type: z.literal('void'), jobId: id }),
  z.object({ type: z.literal('ack'), of: z.enum(['result', 'news', 'self-test']), id: z.string() }),
  z.object({ type: z.literal('refused'), code: z.string(), message: z.string() }),
]);
export type ServerEnvelope = z.infer<typeof ServerEnvelope>;

/** null: not an envelope. */
export function parseServerEnvelope(value: unknown): ServerEnvelope | null {
  return ServerEnvelope.safeParse(value).data ?? null;
}
export function parseDeviceEnvelope(value: unknown): DeviceEnvelope | null {
  return DeviceEnvelope.safeParse(value).data ?? null;
}

/** undefined: no JSON. */
export function readJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
