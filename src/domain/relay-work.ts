/** What the Mac of a line can be asked to do, and what it answers. The wire has these shapes too (contract/lines/relay.ts). */
import type { Availability, Finding, Gesture, OnDevice, Outcome } from './outcome.ts';
import type { Reaction } from './words.ts';

/** A file of a message, as the Mac is told of it. */
export interface JobFile {
  name: string;
  mimeType: string;
  sizeBytes: number;
  /** SHA-256 of the bytes, lower-case hex. */
  hash: string;
}

export interface SendWork {
  kind: 'send';
  reference: string;
  attempt: number;
  address: string;
  text: string;
  /** The n-th is fetched from `/relay/files/{job}/{n}`, unless one of this hash is there already. */
  files: JobFile[];
}

/** Did it leave? */
export interface FindWork {
  kind: 'find';
  /** The job whose outcome nobody knows. */
  ofJob: string;
  reference: string;
  attempt: number;
  address: string;
  text: string;
  /** When that job was made, epoch ms. */
  askedAfter: number;
}

export type RelayWork =
  | SendWork
  | FindWork
  | { kind: 'check'; address: string }
  | { kind: 'fetch'; source?: unknown }
  | { kind: 'react'; message: OnDevice; reaction: Reaction; isRemoved: boolean }
  | { kind: 'typing'; to: OnDevice; isTyping: boolean };
export type JobKind = RelayWork['kind'];

/** Of an attachment that came in: it has been brought up in so many pieces, or why not. */
export type Fetched =
  | { fetched: true; pieces: number; sizeBytes: number }
  | { fetched: false; message: string };

export interface Answers {
  send: Outcome;
  find: Finding;
  check: Availability;
  fetch: Fetched;
  react: Gesture;
  typing: Gesture;
}

/** A device that was silent for longer is away: three pings were missed. */
export const AWAY_AFTER_MS = 60_000;

/** Is a device there? `leftAt` is set while it is away on purpose. */
export function isPresent(
  device: { lastSeenAt: number | null; leftAt: number | null },
  now: number,
): boolean {
  const { lastSeenAt, leftAt } = device;
  // A clock that was set back makes the last sign of it lie ahead: that is no absence.
  return leftAt === null && lastSeenAt !== null && now - lastSeenAt < AWAY_AFTER_MS;
}
