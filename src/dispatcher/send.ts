/**
 * Second beat: the network, no transaction open. Walks the cascade of addresses until one takes the message, and says
 * what came of it as a ruling for the third beat. Never throws: what it can't tell is `lose`.
 */
import { channelLine } from '../actions/channel-line.ts';
import {
  addressesFor,
  knownAvailability,
  messageGateFacts,
  suppressedAddresses,
} from '../actions/delivery-facts.ts';
import type { Ruling } from '../actions/settle-messages.ts';
import type { Channel, ChannelLine, Outcome, Outgoing } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { MAX_FREE_ATTEMPTS } from '../domain/backoff.ts';
import { nextAddress } from '../domain/cascade.ts';
import { type AttemptEnd, judge } from '../domain/fallback.ts';
import { type Gate, messageGates } from '../domain/gates.ts';
import { type RenderedMessage, renderMessage, templateValues } from '../domain/template.ts';
import type { Reason } from '../domain/words.ts';
import { type Deadline, deadline } from '../lib/clock.ts';
import { invariant } from '../lib/invariant.ts';
import type { AvailabilityNote } from '../store/settlements.ts';
import type { Leased } from './prepare.ts';
import { renewLease } from './renew.ts';

/** An attempt must be over before its lease is, so that it can still be settled: by this part of the margin. */
const SETTLE_SHARE = 1 / 3;
/** How long what was read and taken with the lease is relied upon while a carrier is waited for. */
const FACTS_GOOD_MS = 1_000;
/** First question to the carrier about an unknown outcome. */
export const FIRST_RECONCILE_MS = 1_000;

/** One step of the cascade, for the timeline. */
interface Step {
  address: string;
  did: 'check' | 'send';
  result: string;
  ms: number;
}

interface Walk {
  end: AttemptEnd;
  address: string | null;
  externalMessageId: string | null;
  code: string | null;
  message: string | null;
  steps: Step[];
  checked: string[];
  availability: AvailabilityNote[];
  lineBad: boolean;
}

export async function send(deps: Deps, leased: Leased): Promise<Ruling> {
  const { facts, line, attempt } = leased;
  const { message } = facts;
  let words: RenderedMessage = { text: message.message, subject: message.subject, missing: [] };
  try {
    if (!message.rendered && facts.lead !== null)
      words = renderMessage(message, templateValues(facts.lead, line));
    const channel = deps.channels.get(line.transport);
    invariant(channel !== undefined, `there is a channel for ${line.transport}`);
    const walk = await walkCascade(deps, leased, channel, words);
    return ruleOn(deps, leased, walk, words);
  } catch (error) {
    const { id: messageId, correlationId } = message;
    deps.log.error({ err: error, messageId, correlationId }, 'an attempt broke; its outcome is unknown');
    return {
      messageId,
      attempt,
      event: 'lose',
      renderedText: words.text,
      reconcileAt: deps.clock.now() + FIRST_RECONCILE_MS,
      data: { error: 'The attempt broke off' },
    };
  }
}

async function walkCascade(
  deps: Deps,
  leased: Leased,
  channel: Channel,
  words: RenderedMessage,
): Promise<Walk> {
  const { line } = leased;
  const { message } = leased.facts;
  const door = channelLine(deps.secrets, line);
  const known = knownAvailability(leased.facts);
  const tried = new Set<string>();
  const walk: Walk = {
    end: { end: 'no_address' },
    address: null,
    externalMessageId: null,
    code: null,
    message: null,
    steps: [],
    checked: [],
    availability: [],
    lineBad: false,
  };
  let { facts, readAt } = leased;
  const lease = deadline(deps.clock, leased.leaseUntil - settleMs(deps));
  try {
    for (;;) {
      if (lease.hasPassed()) return hold(deps.clock.now(), LEASE_ENDED, walk);
      const now = deps.clock.now();
      if (now - readAt > FACTS_GOOD_MS) {
        const renewed = await renewLease(deps, leased);
        if ('until' in renewed) return hold(renewed.until, renewed.because, walk);
        facts = renewed.facts;
        readAt = now;
      }
      // Once more before each address: while a carrier was waited for, a window closed, or the contact opted out.
      const shut = messageGates(messageGateFacts(facts), now).find((gate) => gate.state === 'blocked');
      if (shut !== undefined) return stopAt(shut, walk);
      const next = nextAddress({
        messageType: message.messageType,
        addresses: addressesFor(facts),
        known,
        suppressed: suppressedAddresses(facts),
        tried,
        now,
      });
      if ('none' in next) {
        walk.checked = next.checked;
        // An address that refused for good outweighs "none left": its code is what people need to see.
        if (walk.end.end === 'no_address') walk.end = END_OF_CASCADE[next.none];
        return walk;
      }
      const { address } = next;
      if (next.check) {
        const verdict = await check(deps, channel, door, address, walk);
        if (verdict === 'error') return walk;
        known.set(address, { status: verdict, checkedAt: deps.clock.now() });
        continue;
      }
      await deps.checkpoint('send.before');
      // The process may have stood still since it looked: what it knows is too old to send by.
      if (deps.clock.now() - readAt > FACTS_GOOD_MS) continue;
      const outcome = await hand(deps, leased, channel, door, address, words, lease, walk);
      walk.address = address;
      if (outcome.outcome === 'not_on_channel') {
        tried.add(address);
        walk.address = null;
        walk.availability.push({ address, availability: 'unavailable', lineId: line.id });
        continue;
      }
      if (outcome.outcome === 'rejected' && outcome.permanent && outcome.addressBad === true) {
        // The number is no good; another one of the same lead may be.
        tried.add(address);
        continue;
      }
      return walk;
    }
  } finally {
    lease.clear();
  }
}

const LEASE_ENDED = 'The time for this attempt ran out before it was sent';

/** It waits again, or ends. */
function stopAt({ gate, until, reason }: Gate, walk: Walk): Walk {
  hold(until ?? 0, reason, walk);
  if (gate === 'opt_out') walk.end = { end: 'suppressed' };
  else if (gate === 'expiry' || until === null) walk.end = { end: 'expired' };
  return walk;
}

/** No address is at fault, so what the last one said is forgotten. */
function hold(until: number, because: string, walk: Walk): Walk {
  walk.end = { end: 'held', until };
  walk.message = because;
  walk.code = null;
  return walk;
}

const END_OF_CASCADE: Readonly<Record<'empty' | 'all_suppressed' | 'all_unavailable', AttemptEnd>> = {
  empty: { end: 'no_address' },
  all_suppressed: { end: 'suppressed' },
  all_unavailable: { end: 'not_on_channel' },
};

async function check(
  deps: Deps,
  channel: Channel,
  line: ChannelLine,
  address: string,
  walk: Walk,
): Promise<'available' | 'unavailable' | 'error'> {
  const startedAt = deps.clock.now();
  const answer = await channel.checkAvailability(line, address);
  if (answer.availability === 'cannot_check') return 'available';
  walk.steps.push({ address, did: 'check', result: answer.availability, ms: deps.clock.now() - startedAt });
  if (answer.availability === 'error') {
    walk.end = { end: 'availability_error' };
    walk.message = `The availability check of ${address} failed: ${answer.message}`;
    walk.checked = [address];
    return 'error';
  }
  walk.availability.push({ address, availability: answer.availability, lineId: line.lineId });
  return answer.availability;
}

async function hand(
  deps: Deps,
  { facts, line, attempt }: Leased,
  channel: Channel,
  door: ChannelLine,
  address: string,
  { text, subject }: RenderedMessage,
  lease: Deadline,
  walk: Walk,
): Promise<Outcome> {
  const { message } = facts;
  const startedAt = deps.clock.now();
  const outgoing: Outgoing = {
    reference: message.id,
    attempt,
    address,
    messageType: message.messageType,
    text,
    subject,
    attachments: message.attachments ?? [],
  };
  const outcome = await channel.send(door, outgoing, lease);
  await deps.checkpoint('send.after');
  const ms = deps.clock.now() - startedAt;
  deps.metrics.settled.inc({ transport: line.transport, outcome: outcome.outcome });
  deps.metrics.sendSeconds.observe({ transport: line.transport }, ms / 1000);
  walk.steps.push({ address, did: 'send', result: outcome.outcome, ms });
  noteOutcome(walk, outcome);
  return outcome;
}

function settleMs({ config }: Deps): number {
  return config.leaseMarginMs * SETTLE_SHARE;
}

function noteOutcome(walk: Walk, outcome: Outcome): void {
  switch (outcome.outcome) {
    case 'accepted':
      walk.end = { end: 'accepted' };
      walk.externalMessageId = outcome.externalMessageId;
      break;
    case 'rejected':
      walk.end = { end: 'rejected', permanent: outcome.permanent, lineBad: outcome.lineBad ?? false };
      walk.code = outcome.code;
      walk.message = outcome.message;
      walk.lineBad = outcome.lineBad ?? false;
      break;
    case 'unknown':
      walk.end = { end: 'unknown' };
      walk.message = outcome.message;
      break;
    case 'not_on_channel':
      walk.message = outcome.message;
      break;
  }
}

function ruleOn(
  deps: Deps,
  { facts, attempt }: Leased,
  walk: Walk,
  { text, missing }: RenderedMessage,
): Ruling {
  const { message } = facts;
  const now = deps.clock.now();
  const policy = { attempts: message.attempts, gapMs: message.retryGapMs };
  const verdict = judge(walk.end, message.messageType, policy, attempt, now);
  const ruling: Ruling = {
    messageId: message.id,
    attempt,
    event: verdict.event,
    renderedText: text,
    address: walk.address,
    externalMessageId: walk.externalMessageId,
    availability: walk.availability,
    data: {
      steps: walk.steps,
      missingPlaceholders: missing.length > 0 ? missing : undefined,
      lineBad: walk.lineBad || undefined,
    },
  };
  if (walk.checked.length > 0) ruling.checkedAddresses = walk.checked;
  if (walk.code !== null) ruling.errorCode = walk.code;
  const leadAvailability = availabilityOf(walk);
  if (leadAvailability !== null) ruling.leadAvailability = leadAvailability;
  switch (verdict.event) {
    case 'accept':
      break;
    case 'lose':
      ruling.reconcileAt = now + FIRST_RECONCILE_MS;
      ruling.errorMessage = walk.message ?? 'No answer';
      break;
    case 'retry':
      ruling.retryAt = verdict.at;
      // Neither a gate that shut nor a fault of the line is an attempt of the message's own.
      ruling.isFree = walk.end.end === 'held' || (walk.lineBad && attempt < MAX_FREE_ATTEMPTS);
      ruling.errorMessage = walk.message ?? 'Refused for now';
      break;
    default:
      ruling.reason = verdict.reason;
      ruling.errorMessage = sentence(verdict.reason, walk);
  }
  return ruling;
}

function sentence(reason: Reason, walk: Walk): string {
  switch (reason) {
    case 'not_on_imessage':
      return `Prospect's iMessage not available on ${walk.checked.join(', ')}`;
    case 'no_address':
      return 'The contact no longer has an address this message could go to';
    case 'dnc':
      return 'The contact opted out: do not contact';
    case 'retries_exhausted':
      return `All attempts failed; the last one: ${walk.message ?? 'refused'}`;
    default:
      return walk.message ?? 'Refused';
  }
}

function availabilityOf(walk: Walk): 'available' | 'unavailable' | 'error' | null {
  if (walk.end.end === 'availability_error') return 'error';
  if (walk.availability.some((note) => note.availability === 'available')) return 'available';
  return walk.end.end === 'not_on_channel' && walk.availability.length > 0 ? 'unavailable' : null;
}
