/** Which addresses of a lead a message may go to, in which order, and which of them is next (contract 4.2, D8, D22). */
import type { MessageType } from './words.ts';

/** Addresses in stored form; null and '' stand for "none". Alternates in the order altPhone1…3, altEmail1…3. */
export interface LeadAddresses {
  phone: string | null;
  altPhones: readonly (string | null)[];
  email: string | null;
  altEmails: readonly (string | null)[];
}

/** The message's own recipientPhone and recipientEmail. */
export interface AddressOverride {
  phone: string | null;
  email: string | null;
}

/** What a check or a send last told of an address on iMessage. `checkedAt` in ms UTC. */
export interface KnownAvailability {
  status: 'available' | 'unavailable';
  checkedAt: number;
}

/** How long a known "available" is reused, in ms (D22). */
export const AVAILABLE_REUSE_MS = 30 * 86_400_000;
/** How long a known "unavailable" is reused, in ms (D22). */
export const UNAVAILABLE_REUSE_MS = 7 * 86_400_000;

const KINDS: Readonly<Record<MessageType, readonly ('phones' | 'emails')[]>> = {
  imessage: ['phones', 'emails'],
  sms: ['phones'],
  email: ['emails'],
};

/**
 * Addresses to try, best first, each once (contract 4.2). Who names an address with the message means that one: `override`
 * comes before all that the lead has (4.3). A recipient that is the lead's own primary contact, as it is when the message
 * made the lead, overrides nothing: the documented order stays.
 */
export function cascade(messageType: MessageType, lead: LeadAddresses, override: AddressOverride): string[] {
  const kinds = KINDS[messageType];
  const given = { phones: override.phone, emails: override.email };
  const own = { phones: [lead.phone, ...lead.altPhones], emails: [lead.email, ...lead.altEmails] };
  const isPrimary = given.phones === lead.phone && given.emails === lead.email;
  const ordered = [
    ...(isPrimary ? [] : kinds.map((kind) => given[kind])),
    ...kinds.flatMap((kind) => own[kind]),
  ];
  return [...new Set(ordered.filter(isPresent))];
}

/** What is known of a message's addresses at the moment one has to be chosen. */
export interface CascadeFacts {
  /** Only iMessage asks for availability: a number without iMessage is a good number for SMS. */
  messageType: MessageType;
  /** As `cascade` gave them. */
  addresses: readonly string[];
  known: ReadonlyMap<string, KnownAvailability>;
  /** Opted out, or otherwise never to be written to. */
  suppressed: ReadonlySet<string>;
  /** Found wanting earlier in this send, whatever `known` says. */
  tried: ReadonlySet<string>;
  /** ms UTC */
  now: number;
}

/** Where to send, or why nowhere. */
export type NextAddress =
  /** `check`: nothing reusable is known, so ask first, or let the send itself tell (D22). */
  | { address: string; check: boolean }
  /** `checked`: addresses asked or known, none of them good; the documented `checkedAddresses`. */
  | { none: 'empty' | 'all_suppressed' | 'all_unavailable'; checked: string[] };

/**
 * The first address that is not suppressed, not tried and not known to be unavailable. `all_suppressed` means that
 * opt-outs alone left nothing (D8: the message ends as `dnc`); one address that merely cannot be reached makes it
 * `all_unavailable`.
 */
export function nextAddress(facts: CascadeFacts): NextAddress {
  const { addresses, known, suppressed, tried, now } = facts;
  if (addresses.length === 0) return { none: 'empty', checked: [] };
  const checked: string[] = [];
  for (const address of addresses) {
    if (suppressed.has(address)) continue;
    const answer = facts.messageType === 'imessage' ? reusable(known.get(address), now) : 'available';
    if (!tried.has(address) && answer !== 'unavailable') return { address, check: answer === null };
    checked.push(address);
  }
  return { none: checked.length === 0 ? 'all_suppressed' : 'all_unavailable', checked };
}

/** Whether a known result still counts at `now` (ms UTC): available 30 days, unavailable 7 (D22). */
export function isReusable(known: KnownAvailability, now: number): boolean {
  const lifeMs = known.status === 'available' ? AVAILABLE_REUSE_MS : UNAVAILABLE_REUSE_MS;
  return now - known.checkedAt < lifeMs;
}

function reusable(known: KnownAvailability | undefined, now: number): KnownAvailability['status'] | null {
  return known !== undefined && isReusable(known, now) ? known.status : null;
}

function isPresent(address: string | null): address is string {
  return address !== null && address !== '';
}
