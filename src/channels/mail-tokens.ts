/**
 * Tokens in our mails by which what comes back names the message it is about, and which strangers can't make. They are
 * computed and checked, never stored: every process with the same secret key knows them.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { normalizeEmail } from '../domain/address.ts';
import { createSecretBox, SECRET_KEY_BYTES } from '../lib/secret-box.ts';

/** Which line a token belongs to. */
export interface TokenLine {
  workspaceId: string;
  lineId: string;
}

/** What an unsubscribe link stands for. */
export interface Unsubscription extends TokenLine {
  reference: string;
  address: string;
}

export interface MailTokens {
  /** 42 characters that survive in a local part: lower-case letters and digits. */
  sign(line: TokenLine, reference: string, address: string): string;
  /** The genuine tokens of this line in a text, in their order, each once. */
  find(line: TokenLine, text: string): MailToken[];
  /** Opaque: nothing can be read from it. */
  sealUnsubscription(unsubscription: Unsubscription): string;
  openUnsubscription(token: string): Unsubscription | null;
}

export interface MailToken {
  reference: string;
  token: string;
  /** Whether the message went to this address. Who holds a token of their own must not speak for others. */
  isFor(address: string): boolean;
}

/** 50 bits say that the message is ours, 40 more to whom it went: guessed only by mail, one mail a guess. */
const MESSAGE_MAC = 10;
const ADDRESS_MAC = 8;
const TOKEN = /(?<![0-9a-z])([0-9a-f]{24})([a-z2-7]{10})([a-z2-7]{8})(?![0-9a-z])/gi;
export const TOKEN_CHARACTERS = 24 + MESSAGE_MAC + ADDRESS_MAC;
const UNSUBSCRIBE = 'unsubscribe';
/** What looks like a token is checked so often in one text: a mail holds few, and must not be thousands of guesses. */
const MAX_CHECKED = 50;

/** `key` is the server's secret key; what is made here uses keys derived from it. */
export function createMailTokens(key: Buffer): MailTokens {
  const macKey = derive(key, 'mail tokens');
  const links = createSecretBox(derive(key, 'unsubscribe links'));
  const mac = (length: number, ...parts: string[]) =>
    base32(createHmac('sha256', macKey).update(JSON.stringify(parts)).digest()).slice(0, length);
  const macs = ({ workspaceId, lineId }: TokenLine, reference: string) => ({
    message: mac(MESSAGE_MAC, 'message', workspaceId, lineId, reference),
    to: (address: string) => mac(ADDRESS_MAC, 'to', workspaceId, lineId, reference, comparable(address)),
  });

  return {
    sign(line, reference, address) {
      const { message, to } = macs(line, reference);
      return reference + message + to(address);
    },
    find(line, text) {
      const found = new Map<string, MailToken>();
      let checked = 0;
      for (const [match] of text.matchAll(TOKEN)) {
        if (++checked > MAX_CHECKED) break;
        const token = match.toLowerCase();
        const reference = token.slice(0, 24);
        const { message, to } = macs(line, reference);
        if (!same(token.slice(24, 24 + MESSAGE_MAC), message)) continue;
        const isFor = (address: string) => same(token.slice(24 + MESSAGE_MAC), to(address));
        found.set(token, { reference, token, isFor });
      }
      return [...found.values()];
    },
    sealUnsubscription({ workspaceId, lineId, reference, address }) {
      const told = [workspaceId, lineId, reference, address].join('\n');
      return links.seal(told, UNSUBSCRIBE).toString('base64url');
    },
    openUnsubscription(token) {
      try {
        const told = links.open(Buffer.from(token, 'base64url'), UNSUBSCRIBE).split('\n');
        const [workspaceId = '', lineId = '', reference = '', address = ''] = told;
        return { workspaceId, lineId, reference, address };
      } catch {
        // Whatever is wrong with it: it is not one of ours.
        return null;
      }
    },
  };
}

function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `trunkline ${purpose}`, SECRET_KEY_BYTES));
}

/** A domain with umlauts comes back in its other spelling. */
function comparable(address: string): string {
  const email = normalizeEmail(address) ?? address.trim().toLowerCase();
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  return `${email.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

function same(given: string, right: string): boolean {
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

function base32(bytes: Buffer): string {
  // The last bits of an incomplete group are left out: what is asked for is always shorter.
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}
