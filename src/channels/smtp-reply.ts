/**
 * What became of a message whose SMTP session failed, and what a server's refusal means (RFC 5321 codes, RFC
 * 3463/5248/7372 enhanced codes) as a table: the first row that fits decides. Pure.
 *
 * Two rules hold over the whole table. A fault of the line is never permanent: the message is sound and may go once the
 * line is mended. And an address is called bad only by an enhanced code: a bare 550 is used for unknown users, closed
 * relays and spam filters alike, and a wrongly suppressed address is never written to again.
 */

import type { Outcome } from './channel.ts';

export interface SmtpVerdict {
  /** The same message to the same address will be refused again. */
  permanent: boolean;
  /** The address itself is at fault: a hard bounce. */
  addressBad: boolean;
  /** The line's settings or credentials are at fault. */
  lineBad: boolean;
}

export interface SmtpReply {
  /** Three digits, 400 to 599 for a refusal. */
  code: number;
  /** Enhanced code such as `5.1.1`; null when none is given or when its class contradicts the code. */
  enhanced: string | null;
  /** The server's words on one line, code included. */
  text: string;
}

export interface SmtpReplyRule extends SmtpVerdict {
  /** Empty: any code. */
  codes: readonly number[];
  /** Empty: any enhanced code, or none. */
  enhanced: readonly string[];
  meaning: string;
}

const row = (
  codes: readonly number[],
  enhanced: readonly string[],
  verdict: 'later' | 'never' | 'bad address' | 'bad line',
  meaning: string,
): SmtpReplyRule => ({
  codes,
  enhanced,
  permanent: verdict === 'never' || verdict === 'bad address',
  addressBad: verdict === 'bad address',
  lineBad: verdict === 'bad line',
  meaning,
});

export const SMTP_REPLIES: readonly SmtpReplyRule[] = [
  row(
    [],
    ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'],
    'bad address',
    'no such mailbox or domain, moved, disabled',
  ),
  row([], ['4.2.2', '5.2.2'], 'later', 'mailbox full'),
  row([], ['4.5.3', '5.5.3'], 'later', 'too many recipients at once'),
  row([], ['5.1.7', '5.1.8'], 'bad line', 'sender address not accepted'),
  row([], ['5.2.3', '5.3.4'], 'never', 'message too large'),
  row([], ['5.4.4', '5.4.6'], 'never', 'no route, or a loop'),
  row([530, 534, 535, 538], [], 'bad line', 'credentials or encryption not accepted'),
  row([], ['5.7.8', '5.7.9', '5.7.11'], 'bad line', 'credentials or encryption not accepted'),
  row([], ['5.7.*'], 'never', 'policy: spam, SPF, DKIM, DMARC, reverse DNS, relaying'),
  row([421], [], 'later', 'service closing'),
  row([422, 432, 450, 451, 452, 454, 455], [], 'later', 'greylisting, throttling, temporary trouble'),
  row([500, 502, 504], [], 'bad line', 'the server does not speak this command'),
  row([555], [], 'bad line', 'parameters of the sender not accepted'),
  row([503], [], 'later', 'out of step; a new connection may work'),
  row([501, 541, 550, 551, 552, 553, 554, 556], [], 'never', 'refused'),
];

const BY_CLASS = {
  later: row([], [], 'later', 'refused for now'),
  never: row([], [], 'never', 'refused'),
} as const;

/** `550 5.7.1 …`, the dialect `550 … (#5.7.1)`, and several lines `550-5.7.1 …`. */
const REPLY = /^(\d{3})(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})(?=[\s:;,]|$))?|$)/;
/** Where the next line of a reply repeats its codes. */
const REPEATED_CODES = /\n\d{3}[ -](?:[245]\.\d{1,3}\.\d{1,3}\s)?/g;
const TRAILING_ENHANCED = /#([45]\.\d{1,3}\.\d{1,3})\b/;
const MAX_TEXT = 300;

/** Null when the server said nothing that looks like a reply. */
export function parseReply(response: string): SmtpReply | null {
  const match = REPLY.exec(response);
  if (match === null) return null;
  const code = Number(match[1]);
  const enhanced = match[2] ?? TRAILING_ENHANCED.exec(response)?.[1] ?? null;
  return {
    code,
    enhanced: enhanced?.startsWith(String(match[1]).charAt(0)) ? enhanced : null,
    text: oneLine(response),
  };
}

/** For a refusal, that is a code of 400 or more. */
export function classifyReply(reply: Pick<SmtpReply, 'code' | 'enhanced'>): SmtpReplyRule {
  const rule = SMTP_REPLIES.find(
    ({ codes, enhanced }) =>
      (codes.length === 0 || codes.includes(reply.code)) &&
      (enhanced.length === 0 || enhanced.some((pattern) => fits(pattern, reply.enhanced))),
  );
  return rule ?? (reply.code >= 500 ? BY_CLASS.never : BY_CLASS.later);
}

function fits(pattern: string, enhanced: string | null): boolean {
  if (enhanced === null) return false;
  return pattern.endsWith('.*') ? enhanced.startsWith(pattern.slice(0, -1)) : enhanced === pattern;
}

function oneLine(response: string): string {
  const text = response.replace(REPEATED_CODES, ' ').replace(/[\s\p{Cc}]+/gu, ' ');
  return [...text.trim()].slice(0, MAX_TEXT).join('');
}

/** How a session failed; nodemailer's errors have this shape. */
export interface SmtpFailure {
  message: string;
  code?: string | undefined;
  /** The command the server answered, `CONN` when it was none. */
  command?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
}

/** Commands that are about one message; a refusal of any other says nothing about it. */
const ABOUT_THE_MESSAGE = ['MAIL FROM', 'RCPT TO', 'DATA'];

/** `begun`: content of the message was on its way, so the server may hold all of it. */
export function outcomeOf(failure: SmtpFailure, begun: boolean): Outcome {
  const { code = 'ESOCKET', command = 'CONN' } = failure;
  const reply = parseReply(failure.response ?? '');
  // Once content is on its way, only the server's answer to the content refuses it.
  if (reply !== null && reply.code >= 400 && (!begun || command === 'DATA')) {
    const refused = { outcome: 'rejected', code: String(reply.code), message: reply.text } as const;
    if (!ABOUT_THE_MESSAGE.includes(command)) {
      return { ...refused, permanent: false, lineBad: reply.code >= 500 };
    }
    const { permanent, addressBad, lineBad } = classifyReply(reply);
    return { ...refused, permanent, addressBad, lineBad };
  }
  const message = sentenceOf(failure);
  if (begun) return { outcome: 'unknown', message: `The answer to the message was lost: ${message}` };
  // Larger than the size the server announced, so it was not even offered.
  if (code === 'EMESSAGE') return { outcome: 'rejected', permanent: true, code: '552', message };
  return { outcome: 'rejected', permanent: false, code, message, lineBad: code !== 'EABORT' };
}

/** The other side went away, or said that it is about to. */
export function isLoss({ responseCode }: SmtpFailure): boolean {
  return responseCode === undefined || responseCode === 421;
}

export function sentenceOf({ message, response, code }: SmtpFailure): string {
  // A host with several addresses fails with a list of errors and no sentence of its own.
  return parseReply(response ?? '')?.text ?? (message || `The mail server cannot be reached (${code})`);
}
