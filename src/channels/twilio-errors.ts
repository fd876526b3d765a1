/**
 * What Twilio's error codes mean for a message, as a table: executed here, printed in docs/twilio-errors.md, swept by a
 * test. A code reaches us in two ways: as the answer to the call that would have created the message (sync), or later as
 * the `ErrorCode` of a message that failed (async). Many of the first kind become the second with a Messaging Service.
 * Source: Twilio's error dictionary. Pure.
 */
import type { Outcome } from './channel.ts';

/** What is done about a code. The sentence is for docs/twilio-errors.md. */
export const TWILIO_ACTIONS = {
  retry: 'The same message may be sent again, at the pace of the line.',
  suppress: 'The recipient opted out at the carrier: never again, and the ledger says so.',
  address_bad: 'The number does not exist, or is none: it is not written to again.',
  other_channel: 'The number takes no SMS: the next address of the contact is tried.',
  content: 'This text or file will be refused every time.',
  pair: 'This sender may not write to this number; the line is sound.',
  line: 'Account, sender or settings are at fault: the message is sound and waits until the line is mended.',
  expired: 'Twilio held it until its time was over.',
  unknown: 'It may have left: it is looked for before anything is sent again.',
  failed: 'It ends here; nothing says that another attempt would fare better.',
} as const;
export type TwilioAction = keyof typeof TWILIO_ACTIONS;

export interface TwilioError {
  codes: readonly number[];
  action: TwilioAction;
  meaning: string;
}

const row = (codes: readonly number[], action: TwilioAction, meaning: string): TwilioError => ({
  codes,
  action,
  meaning,
});

export const TWILIO_ERRORS: readonly TwilioError[] = [
  row([20003], 'line', 'account SID or auth token not accepted'),
  row([20404, 20005, 10001], 'line', 'no such account, or it is not active'),
  row([20429], 'retry', 'too many requests at once; none of them was processed'),
  row([20500, 20503], 'unknown', 'internal error, or service unavailable'),
  row([21211, 21217, 21604], 'address_bad', 'recipient missing, or not a phone number'),
  row([21212, 21603, 21606, 21659, 21660], 'line', 'sender missing, not ours, or not able to send SMS'),
  row([21408], 'pair', 'SMS to this region is not enabled for the account'),
  row([21602, 21617], 'content', 'text missing, or longer than 1,600 characters'),
  row([21620, 21623], 'content', 'media address not valid, or too many media'),
  row(
    [11200, 11751, 12300],
    'content',
    'a file could not be fetched, or is of a kind or size that no MMS carries',
  ),
  row([21608], 'pair', 'a trial account may only write to verified numbers'),
  row([21609], 'line', 'the address for status callbacks is not valid: see TRUNKLINE_PUBLIC_URL'),
  row([21610], 'suppress', 'the recipient replied STOP'),
  row([21611], 'retry', 'the sender’s queue is full'),
  row([21612], 'pair', 'no route from this sender to this number'),
  row([21614], 'other_channel', 'not a mobile number'),
  row([21703, 21704, 21705], 'line', 'the Messaging Service is not valid, or has no sender that can be used'),
  row([14107], 'pair', 'too many messages to one number within half a minute'),
  row([21624, 30045, 90007], 'content', 'validity period not valid'),
  row([30001], 'retry', 'the queue of the service is full'),
  row([30002], 'line', 'account suspended'),
  row([30003], 'retry', 'handset switched off or out of reach'),
  row([30004], 'pair', 'blocked: do-not-disturb lists, or the recipient’s carrier'),
  row([30005], 'address_bad', 'unknown handset: the number is no longer in service'),
  row([30006], 'other_channel', 'landline, or a carrier that takes no SMS'),
  row([30007], 'content', 'filtered by Twilio or the carrier; the same text again would be filtered too'),
  row([30008], 'failed', 'the carrier gave no reason'),
  row([30017], 'retry', 'the carrier is congested'),
  row([30019], 'content', 'media too large for the carrier'),
  row([30022], 'retry', 'rate of the 10DLC campaign exceeded'),
  row([30023, 30027], 'retry', 'day’s limit of the brand or campaign reached; resets at midnight Pacific'),
  row([30024], 'line', 'the sender is not provisioned with the carrier'),
  row([30032], 'line', 'the toll-free number is not verified'),
  row([30034, 30035], 'line', 'the number is not registered for US 10DLC, or is still being registered'),
  row([30036], 'expired', 'validity period over while still in the queue'),
  row([30410], 'unknown', 'the provider did not answer in time'),
  row([30450], 'pair', 'the destination is blocked for a while'),
  row([30500], 'failed', 'internal error at the carrier'),
  row([35111, 35114, 35115, 35117, 35118, 35125, 35126], 'content', 'scheduling at Twilio refused'),
];

const BY_CODE: ReadonlyMap<number, TwilioError> = new Map(
  TWILIO_ERRORS.flatMap((error) => error.codes.map((code) => [code, error] as const)),
);

/** null for a code that is not in the table. */
export function twilioError(code: number | null): TwilioError | null {
  return code === null ? null : (BY_CODE.get(code) ?? null);
}

/** How Twilio answered the call that would have created a message. */
export interface TwilioRefusal {
  /** HTTP, 300 or more. */
  status: number;
  /** Twilio's own; null when the answer was not Twilio's JSON. */
  code: number | null;
  /** What it said, for people. */
  message: string;
}

/**
 * What that means for the message. A 429 was certainly not processed, whatever its body says; a 5xx proves nothing,
 * whatever its body says; every other refusal means that no message was created.
 */
export function outcomeOfRefusal({ status, code, message }: TwilioRefusal): Outcome {
  if (status === 429) return refused('retry', code ?? 20429, message);
  if (status >= 500) return { outcome: 'unknown', message: `Twilio answered ${status}: ${message}` };
  const action = twilioError(code)?.action ?? actionOfStatus(status);
  if (action === 'unknown') return { outcome: 'unknown', message };
  return refused(action, code ?? status, message);
}

/** Nothing in the table: a wrong door or key is the line's fault, anything else the message's. */
function actionOfStatus(status: number): TwilioAction {
  return status < 400 || status === 401 || status === 403 || status === 404 ? 'line' : 'failed';
}

/** What an action says of the recipient, whoever writes to them. */
export const SUPPRESSES: Readonly<Partial<Record<TwilioAction, 'carrier_opt_out' | 'hard_bounce'>>> = {
  suppress: 'carrier_opt_out',
  address_bad: 'hard_bounce',
};

function refused(action: Exclude<TwilioAction, 'unknown'>, code: number, message: string): Outcome {
  const suppresses = SUPPRESSES[action];
  return {
    outcome: 'rejected',
    permanent: action !== 'retry' && action !== 'line',
    code: String(code),
    message,
    addressBad: action === 'address_bad' || action === 'other_channel',
    lineBad: action === 'line',
    ...(suppresses === undefined ? {} : { suppresses }),
  };
}
