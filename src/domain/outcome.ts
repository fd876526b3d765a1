/**
 * What carriers and devices answer: closed lists, the same for a channel on the server (channels/channel.ts) and a driver
 * on a Mac (relay/driver.ts), which hands them over as they are.
 */

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
      /** Nothing was tried and nobody is at fault: it waits again, and has lost no attempt. */
      waits?: boolean;
      /** Nobody may, or can, write to this address any more: it goes into the ledger, and the next address is tried. */
      suppresses?: 'carrier_opt_out' | 'hard_bounce';
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

/** A message on the device, as far as it is known: what a reaction or a typing sign is about. */
export interface OnDevice {
  externalMessageId: string | null;
  address: string;
}

/** What came of a reaction or a typing sign: no message, nothing to reconcile. */
export type Gesture = { done: true } | { done: false; message: string };
