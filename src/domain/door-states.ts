/**
 * What clients of other services are told of a message, read from what is stored. Where SMS took over from iMessage, they know
 * one message and not two: the later one's fate is told under the first one's name.
 */
import type { Direction, MessageStatus, Reason } from './words.ts';

export const DOORS = ['twilio', 'sendblue'] as const;
export type Door = (typeof DOORS)[number];

export interface DoorFacts {
  direction: Direction;
  status: MessageStatus;
  reason: Reason | null;
  errorCode: string | null;
  errorMessage: string | null;
  scheduledDate: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
}

export type DoorStep = 'sent' | 'delivered' | 'read' | 'failed' | 'undelivered' | 'cancelled';

/** The one whose fate counts: the SMS, once there is one. */
export function tellingOf<Facts extends Pick<DoorFacts, 'status'>>(message: Facts, sms: Facts | null): Facts {
  return message.status === 'fallback' && sms !== null ? sms : message;
}

/** Everything that happened and can be told, in order, each once: later looks only ever add to it. */
export function stepsOf(message: DoorFacts, sms: DoorFacts | null): DoorStep[] {
  const fate = tellingOf(message, sms);
  const steps: DoorStep[] = [];
  const isDelivered = fate.deliveredAt !== null || fate.status === 'delivered';
  const wasSent = message.sentAt !== null || fate.sentAt !== null || isDelivered;
  if (wasSent) steps.push('sent');
  if (isDelivered) steps.push('delivered');
  else if (fate.status === 'failed' || fate.status === 'fallback')
    steps.push(wasSent ? 'undelivered' : lost(fate));
  else if (fate.status === 'cancelled') steps.push('cancelled');
  if (fate.readAt !== null) steps.push('read');
  return steps;
}

/** Not on iMessage, and no SMS to follow: nobody could be reached, though nothing failed. */
function lost({ status }: DoorFacts): DoorStep {
  return status === 'fallback' ? 'undelivered' : 'failed';
}

const LAST: Readonly<Record<Door, readonly DoorStep[]>> = {
  twilio: ['delivered', 'failed', 'undelivered', 'cancelled'],
  sendblue: ['read', 'failed', 'undelivered', 'cancelled'],
};

/** Of those that `door` has a word for. */
export function stepsFor(door: Door, steps: readonly DoorStep[]): DoorStep[] {
  return door === 'twilio' ? steps.filter((step) => step !== 'read') : [...steps];
}

/** Nothing more can follow. */
export function isLastStep(door: Door, step: DoorStep | undefined): boolean {
  return step !== undefined && LAST[door].includes(step);
}

/** What waits may leave at any moment; what left changes ever more rarely. */
const PAUSE_MS = { least: 500, waiting: 30_000, quiet: 600_000 } as const;
const PAUSE_PER_AGE = 20;
/** A receipt that has not come by then never will. */
const QUIET_ENDS_MS = 72 * 3_600_000;

/** When to look again at a message that changed at `changedAt` last; null: nothing will come any more. */
export function nextLookAt(fate: Pick<DoorFacts, 'status'>, changedAt: number, now: number): number | null {
  const age = Math.max(0, now - changedAt);
  const isQuiet = fate.status === 'sent' || fate.status === 'delivered';
  if (isQuiet && age > QUIET_ENDS_MS) return null;
  const most = isQuiet ? PAUSE_MS.quiet : PAUSE_MS.waiting;
  return now + Math.min(most, Math.max(PAUSE_MS.least, age / PAUSE_PER_AGE));
}

/** Twilio's number for why a message failed; null when it did not. A carrier's own number is passed on. */
export function twilioErrorCode({ status, reason, errorCode }: DoorFacts): number | null {
  if (status !== 'failed' && status !== 'fallback') return null;
  if (errorCode !== null && /^\d{5}$/.test(errorCode)) return Number(errorCode);
  if (status === 'fallback') return 30_006;
  return TWILIO_CODES[reason ?? 'refused'] ?? 30_008;
}

const TWILIO_CODES: Readonly<Partial<Record<Reason, number>>> = {
  dnc: 21_610,
  expired: 30_036,
  outcome_unknown: 30_410,
  no_address: 21_211,
  bounced: 30_003,
  not_on_imessage: 30_006,
};
