/**
 * What a report says of a mail: the fields of a delivery status (RFC 3464) and of a complaint (RFC 5965), and what can be
 * made of a bounce in plain words. Pure. What a report says is believed only as far as inbound-mail.ts finds it proven.
 */
import { classifyReply } from './smtp-reply.ts';

export interface DeliveryReport {
  /** ENVID, if the sender gave one. */
  envelopeId: string | null;
  recipients: readonly RecipientStatus[];
}

export interface RecipientStatus {
  action: string;
  /** As far as the report names them: the one we wrote to, the one it was forwarded to. */
  addresses: readonly string[];
  /** Enhanced code `x.y.z`, the most telling one. */
  status: string;
  /** What the other server said, on one line. */
  words: string;
}

const MAX_WORDS = 300;
const ENHANCED = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

export function readDeliveryStatus(text: string): DeliveryReport {
  const [ofMessage = new Map<string, string>(), ...groups] = fieldGroups(text);
  // Some leave out the blank line behind the fields of the message.
  const perRecipient = groups.length === 0 ? [ofMessage] : groups;
  const recipients = perRecipient
    .filter((fields) => fields.has('action') || fields.has('status'))
    .map((fields): RecipientStatus => {
      const diagnostic = afterType(fields.get('diagnostic-code') ?? '');
      const given = ENHANCED.exec(fields.get('status') ?? '')?.[1] ?? '';
      // `5.0.0` says nothing: what the other server said may say more.
      const told = ENHANCED.exec(diagnostic)?.[1];
      const status = (given === '' || given.endsWith('.0.0')) && told !== undefined ? told : given;
      return {
        action: (fields.get('action') ?? '').toLowerCase().split(/\s/)[0] ?? '',
        addresses: ['original-recipient', 'final-recipient'].flatMap((name) => {
          const address = afterType(fields.get(name) ?? '').replace(/^<|>$/g, '');
          return address === '' ? [] : [address];
        }),
        status,
        words: shorten(diagnostic || (fields.get('status') ?? '')),
      };
    });
  return { envelopeId: ofMessage.get('original-envelope-id') ?? null, recipients };
}

/** A bounce in plain words; null when it names no failure for good. */
export function readPlainBounce(text: string): Pick<RecipientStatus, 'status' | 'words'> | null {
  const line = text
    .split(/\r?\n/)
    .find((each) => /(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])|\b55[0-4]\b/.test(each));
  if (line === undefined) return null;
  const status = /(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(line)?.[0] ?? '5.0.0';
  return { status, words: shorten(line) };
}

export interface Complaint {
  /** `abuse`, `fraud`, `opt-out`, … */
  type: string;
  addresses: readonly string[];
}

export function readFeedback(text: string): Complaint {
  const fields = new Map([...fieldGroups(text)].flatMap((group) => [...group]));
  const address = (fields.get('original-rcpt-to') ?? '').replace(/^<|>$/g, '');
  return {
    type: (fields.get('feedback-type') ?? '').toLowerCase(),
    addresses: address === '' ? [] : [address],
  };
}

/** There is nobody at that address, whoever writes to it; never so for spam filters, policies and full mailboxes. */
export function isHardBounce(status: string): boolean {
  return status.startsWith('5.') && classifyReply({ code: 550, enhanced: status }).addressBad;
}

/** Groups of fields between blank lines, names in lower case, values unfolded; of two with one name the first counts. */
function fieldGroups(text: string): Map<string, string>[] {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n[ \t]*\n+/)
    .map((group) => {
      const fields = new Map<string, string>();
      for (const line of group.split('\n')) {
        const colon = line.indexOf(':');
        const name = line.slice(0, colon).trim().toLowerCase();
        if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
      }
      return fields;
    })
    .filter((fields) => fields.size > 0);
}

/** Of `rfc822; anna@example.com` and `smtp; 550 …` what stands behind the type. */
function afterType(value: string): string {
  return /^[\w.-]+\s*;/.test(value) ? value.slice(value.indexOf(';') + 1).trim() : value;
}

function shorten(words: string): string {
  const begin = words.slice(0, 10 * MAX_WORDS).toWellFormed();
  return [...begin.replace(/[\s\p{Cc}]+/gu, ' ').trim()].slice(0, MAX_WORDS).join('');
}
