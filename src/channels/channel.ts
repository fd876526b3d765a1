/**
 * The port every carrier stands behind: one line of one workspace, one message, one closed list of outcomes.
 * Implementations never throw for a carrier's refusal; a thrown error is a defect and is treated as `unknown`
 * once the request may have left.
 */
import type { MessageType } from '../domain/words.ts';
import type { Deadline } from '../lib/clock.ts';

/** What a channel may know of the line it sends from. `secret` is the decrypted credential, if the transport has one. */
export interface ChannelLine {
  workspaceId: string;
  lineId: string;
  messageType: MessageType;
  phone: string | null;
  email: string | null;
  /** Display name of the sender, "" when none is set. */
  name: string;
  /** Transport settings without secrets, e.g. `{host, port, tls, user}` of an smtp line. */
  transportConfig: Readonly<Record<string, unknown>>;
  secret: string | null;
}

/** One attempt to send one message. */
export interface Outgoing {
  /** Our own reference: the message id. Stable over all attempts, handed to the carrier wherever it takes one. */
  reference: string;
  /** 1 for the first attempt of this message. */
  attempt: number;
  /** E.164 phone number or e-mail address. */
  address: string;
  messageType: MessageType;
  /** Rendered text. */
  text: string;
  /** Only for email; null derives none. */
  subject: string | null;
  attachments: readonly { url: string; name: string | null }[];
}

/** What came of one attempt (D20). */
export type Outcome =
  | {
      /** The carrier has it. `externalMessageId` is the carrier's own id, null when it names none. */
      outcome: 'accepted';
      externalMessageId: string | null;
    }
  | {
      /** The carrier refused it: it certainly did not leave. */
      outcome: 'rejected';
      /** False: another attempt may succeed. */
      permanent: boolean;
      /** The carrier's own code, or ours for what failed before it was asked. */
      code: string;
      /** What the carrier said, for people. */
      message: string;
      /** The address does not exist, whoever sends to it. */
      addressBad?: boolean;
      /** The fault is the line's (credentials, settings); the message is sound. */
      lineBad?: boolean;
    }
  /** The address can't be reached on this channel; the next one of the cascade may. */
  | { outcome: 'not_on_channel'; message: string }
  /** It may have left: `reconcile` is asked before anything is sent again. */
  | { outcome: 'unknown'; message: string };

/** What asking the carrier for our reference brought to light. */
export type Finding =
  | { finding: 'found'; externalMessageId: string | null; address: string | null }
  /** The carrier is certain that it never took this reference: it may be sent again. */
  | { finding: 'absent' }
  /** The carrier can't tell now; ask again later. `final` when no later question can help. */
  | { finding: 'undecided'; message: string; final: boolean };

/** Whether an address is on the channel of a line. */
export type Availability =
  | { availability: 'available' }
  | { availability: 'unavailable' }
  | { availability: 'error'; message: string }
  /** This line has no means to check: the send itself will tell (D22). */
  | { availability: 'cannot_check' };

/** A carrier. `line` is as stored, its secret decrypted; durations in ms. */
export interface Channel {
  /** Longest time `send` may take before it answers, in ms; a lease is always longer than this. */
  readonly sendTimeoutMs: number;
  /**
   * `lease` passes when the attempt must be over. It is asked in the instant before the message leaves, since what leaves
   * later could arrive beside another copy; a send it interrupts that may have left is `unknown`.
   */
  send(line: ChannelLine, outgoing: Outgoing, lease: Deadline): Promise<Outcome>;
  /** Asked only for messages whose outcome is unknown. */
  reconcile(line: ChannelLine, reference: string): Promise<Finding>;
  checkAvailability(line: ChannelLine, address: string): Promise<Availability>;
  /** Can this line send now? Used by the health check; never sends anything. */
  checkHealth(line: ChannelLine): Promise<{ healthy: true } | { healthy: false; message: string }>;
  /** Refuses transport settings that cannot work, before a line is stored. Returns a public sentence or null. */
  validateConfig(config: Record<string, unknown>): string | null;
  close(): Promise<void>;
}
