/**
 * One attempt over the addresses of a message, best first, until one takes it: asks whether each is on the channel where
 * that isn't known, looks at every gate once more before each hand-over, and gathers what came of it.
 */
import { channelLine } from '../actions/lines/channel-line.ts';
import {
  addressesFor,
  knownAvailability,
  messageGateFacts,
  suppressedAddresses,
} from '../actions/messages/delivery-facts.ts';
import type { Suppression } from '../actions/opt-outs/suppress-address.ts';
import type { Channel, ChannelLine, Outcome, OutgoingAttachment } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import type { Stop } from '../domain/campaign/next-step.ts';
import { nextAddress } from '../domain/cascade.ts';
import type { AttemptEnd } from '../domain/fallback.ts';
import { type Gate, messageGates } from '../domain/gates.ts';
import type { RenderedMessage } from '../domain/template.ts';
import { closesAt } from '../domain/window.ts';
import { type Deadline, deadline } from '../lib/clock.ts';
import type { MessageRow } from '../store/messages/messages.ts';
import type { AvailabilityNote } from '../store/messages/settlements.ts';
import { settleMs } from './lease-times.ts';
import type { Leased } from './prepare.ts';
import { renewLease } from './renew.ts';

/** How long what was read and taken with the lease is relied upon while a carrier is waited for. */
const FACTS_GOOD_MS = 1_000;
const LEASE_ENDED = 'The time for this attempt ran out before it was sent';

/** One step of the cascade, for the timeline. */
export interface Step {
  address: string;
  did: 'check' | 'send';
  result: string;
  ms: number;
}

export class CascadeWalk {
  end: AttemptEnd = { end: 'no_address' };
  /** The address that took the message, or was the last to refuse it. */
  address: string | null = null;
  externalMessageId: string | null = null;
  code: string | null = null;
  message: string | null = null;
  checked: string[] = [];
  lineBad = false;
  /** Why its contact leaves the campaign; null: it does not. */
  stop: Stop | null = null;
  readonly steps: Step[] = [];
  readonly availability: AvailabilityNote[] = [];
  /** Addresses of which the carrier says that nobody may, or can, write to them. */
  readonly suppressions: Suppression[] = [];
  /** A carrier has the message in its hands and has not answered. */
  isInHand = false;

  readonly #deps: Deps;
  readonly #leased: Leased;
  readonly #channel: Channel;
  readonly #channelLine: ChannelLine;
  readonly #words: RenderedMessage;
  readonly #attachments: readonly OutgoingAttachment[];
  readonly #known: ReturnType<typeof knownAvailability>;
  readonly #tried = new Set<string>();
  #facts: Leased['facts'];
  #readAt: number;

  constructor(
    deps: Deps,
    leased: Leased,
    channel: Channel,
    words: RenderedMessage,
    attachments: readonly OutgoingAttachment[],
  ) {
    this.#deps = deps;
    this.#leased = leased;
    this.#channel = channel;
    this.#channelLine = channelLine(deps.secrets, leased.line);
    this.#words = words;
    this.#attachments = attachments;
    this.#known = knownAvailability(leased.facts);
    this.#facts = leased.facts;
    this.#readAt = leased.readAt;
  }

  async run(): Promise<void> {
    const lease = deadline(this.#deps.clock, this.#leased.leaseUntil - settleMs(this.#deps));
    try {
      while (!(await this.#isOver(lease)));
    } finally {
      lease.clear();
    }
  }

  /** The next address; true once the attempt is over. */
  async #isOver(lease: Deadline): Promise<boolean> {
    const { clock } = this.#deps;
    if (lease.hasPassed()) return this.#hold(clock.now(), LEASE_ENDED);
    if (this.#areFactsOld()) {
      const now = clock.now();
      const renewed = await renewLease(this.#deps, this.#leased);
      if ('until' in renewed) return this.#hold(renewed.until, renewed.because);
      this.#facts = renewed.facts;
      this.#readAt = now;
    }
    const now = clock.now();
    // Once more before each address: while a carrier was waited for, a window closed, or the contact opted out.
    const shut = messageGates(messageGateFacts(this.#facts), now).find((gate) => gate.state === 'blocked');
    if (shut !== undefined) return this.#stopAt(shut);
    const next = nextAddress({
      messageType: this.#facts.message.messageType,
      addresses: addressesFor(this.#facts),
      known: this.#known,
      suppressed: suppressedAddresses(this.#facts),
      tried: this.#tried,
      now,
    });
    if ('none' in next) {
      this.checked = next.checked;
      // An address that refused for good outweighs "none left": its code is what people need to see.
      if (this.end.end === 'no_address') this.end = END_OF_CASCADE[next.none];
      return true;
    }
    if (next.check) return this.#check(next.address);
    await this.#deps.checkpoint('send.before');
    // The process may have stood still since it looked: what it knows is too old to send by.
    return this.#areFactsOld() ? false : this.#handOver(next.address, lease);
  }

  #areFactsOld(): boolean {
    return this.#deps.clock.now() - this.#readAt > FACTS_GOOD_MS;
  }

  async #check(address: string): Promise<boolean> {
    const { clock } = this.#deps;
    const startedAt = clock.now();
    const answer = await this.#channel.checkAvailability(this.#channelLine, address);
    const result = answer.availability;
    if (result !== 'cannot_check')
      this.steps.push({ address, did: 'check', result, ms: clock.now() - startedAt });
    if (result === 'error') {
      this.end = { end: 'availability_error' };
      this.message = `The availability check of ${address} failed: ${answer.message}`;
      this.checked = [address];
      return true;
    }
    if (result === 'cannot_check') {
      // The send itself will tell.
      this.#known.set(address, { status: 'available', checkedAt: clock.now() });
      return false;
    }
    this.#known.set(address, { status: result, checkedAt: clock.now() });
    this.availability.push({ address, availability: result, lineId: this.#leased.line.id });
    return false;
  }

  async #handOver(address: string, lease: Deadline): Promise<boolean> {
    const { clock, metrics } = this.#deps;
    const { line, attempt } = this.#leased;
    const { id: reference, messageType } = this.#leased.facts.message;
    const { text, subject } = this.#words;
    const startedAt = clock.now();
    this.isInHand = true;
    const outcome = await this.#channel.send(
      this.#channelLine,
      {
        reference,
        attempt,
        address,
        messageType,
        text,
        subject,
        attachments: this.#attachments,
        validUntil: validUntil(this.#facts.message, startedAt),
      },
      lease,
    );
    await this.#deps.checkpoint('send.after');
    this.isInHand = false;
    const ms = clock.now() - startedAt;
    metrics.settled.inc({ transport: line.transport, outcome: outcome.outcome });
    metrics.sendSeconds.observe({ transport: line.transport }, ms / 1000);
    this.steps.push({ address, did: 'send', result: outcome.outcome, ms });
    return this.#take(address, outcome);
  }

  /** False where another address of the same lead may do better. */
  #take(address: string, outcome: Outcome): boolean {
    this.address = address;
    if (outcome.outcome !== 'accepted') this.message = outcome.message;
    switch (outcome.outcome) {
      case 'accepted':
        this.end = { end: 'accepted' };
        this.externalMessageId = outcome.externalMessageId;
        return true;
      case 'unknown':
        this.end = { end: 'unknown' };
        return true;
      case 'not_on_channel':
        this.address = null;
        this.#tried.add(address);
        this.availability.push({ address, availability: 'unavailable', lineId: this.#leased.line.id });
        return false;
      case 'rejected': {
        const { permanent, code, addressBad = false, lineBad = false, suppresses } = outcome;
        if (outcome.waits === true)
          return this.#hold(this.#deps.clock.now() + this.#facts.message.retryGapMs, outcome.message);
        // An opt-out at the carrier is an opt-out: without another address the message ends like any other that meets one.
        const isOptOut = suppresses === 'carrier_opt_out';
        this.end = isOptOut ? { end: 'suppressed' } : { end: 'rejected', permanent, lineBad };
        if (suppresses !== undefined)
          this.suppressions.push({ address, source: suppresses, words: outcome.message });
        this.code = code;
        this.lineBad = lineBad;
        if (!isOptOut && (!permanent || !addressBad)) return true;
        this.#tried.add(address);
        return false;
      }
    }
  }

  /** It waits again, or ends. */
  #stopAt({ gate, until, reason }: Gate): true {
    this.#hold(until ?? 0, reason);
    const { stop } = this.#facts;
    if (gate === 'campaign_stop' && stop?.do === 'stop') {
      this.stop = stop;
      this.end = { end: 'stopped' };
    } else if (gate === 'opt_out') this.end = { end: 'suppressed' };
    else if (gate === 'expiry' || until === null) this.end = { end: 'expired' };
    return true;
  }

  /** No address is at fault, so what the last one said is forgotten. */
  #hold(until: number, because: string): true {
    this.end = { end: 'held', until };
    this.message = because;
    this.code = null;
    return true;
  }
}

/** Whichever comes first: its window closes, it expires. */
function validUntil({ settings, expiresAt }: MessageRow, now: number): number | null {
  const closes = settings === null ? null : closesAt(settings, now);
  return closes === null || expiresAt === null ? (closes ?? expiresAt) : Math.min(closes, expiresAt);
}

const END_OF_CASCADE: Readonly<Record<'empty' | 'all_suppressed' | 'all_unavailable', AttemptEnd>> = {
  empty: { end: 'no_address' },
  all_suppressed: { end: 'suppressed' },
  all_unavailable: { end: 'not_on_channel' },
};
