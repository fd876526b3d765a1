/**
 * The outside world: every carrier and device behind one scripted channel. It keeps its own account of what it was handed
 * and what arrived, and knows nothing of leases: a message sent twice arrives twice.
 */
import type {
  Availability,
  Channel,
  ChannelLine,
  Finding,
  Outcome,
  Outgoing,
} from '../../src/channels/channel.ts';
import type { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import {
  type Echo,
  SEND_TIMEOUT_MS,
  scriptCheck,
  scriptEchoes,
  scriptSend,
  type Weather,
} from './carrier-script.ts';
import type { Chance } from './chance.ts';
import type { HandOver, History } from './history.ts';

/** What a scripted carrier throws; any other error is a defect. */
export class ScriptedFailure extends Error {
  override name = 'ScriptedFailure';
}

/** Who calls: a process that may die, and then hears nothing any more. */
export interface Sender {
  readonly isAlive: boolean;
  survive<Result>(work: Promise<Result>): Promise<Result>;
}

export interface CarrierOptions {
  clock: VirtualClock;
  chance: Chance;
  history: History;
  weather: Weather;
  /** Something came back from a recipient. */
  onEcho(echo: Echo, of: HandOver): void;
  /** Somebody writes STOP of their own accord. */
  onOptOut(line: ChannelLine, address: string, afterMs: number): void;
  tell(text: string, about: { messageId?: string; lineId?: string }): void;
}

/** What the carrier itself knows of a hand-over. */
interface Parcel {
  handOver: HandOver;
  sender: Sender;
  /** The carrier has it; before that it is on the wire. */
  received: boolean;
  /** It will never reach the recipient. */
  dropped: boolean;
}

const ON_IMESSAGE = 75;
const CAN_CHECK = 80;

export class Carrier {
  readonly #options: CarrierOptions;
  readonly #parcels = new Map<string, Parcel[]>();
  readonly #salt: number;
  /** Lines whose device is off. */
  readonly sick = new Set<string>();
  /** After the storm everything is answered, so that everything can end. */
  weather: Weather;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#salt = options.chance.seed();
    this.weather = options.weather;
  }

  /** The channel as one process sees it. */
  channelFor(sender: Sender): Channel {
    return {
      sendTimeoutMs: SEND_TIMEOUT_MS,
      send: (line, outgoing, lease) => sender.survive(this.#send(sender, line, outgoing, lease.signal)),
      reconcile: (line, reference) => sender.survive(this.#reconcile(line, reference)),
      checkAvailability: (line, address) => sender.survive(this.#check(line, address)),
      checkHealth: (line) => sender.survive(this.#health(line)),
      validateConfig: () => null,
      close: async () => {},
    };
  }

  async #send(sender: Sender, line: ChannelLine, outgoing: Outgoing, signal: AbortSignal): Promise<Outcome> {
    const { clock, chance, history, tell } = this.#options;
    const { reference: messageId, attempt, address, messageType } = outgoing;
    const { workspaceId, lineId } = line;
    const at = clock.now();
    const handOver: HandOver = {
      messageId,
      attempt,
      workspaceId,
      lineId,
      address,
      at,
      begun: clock.monotonic,
      answered: null,
      landedAt: null,
      sender,
    };
    history.noteHandOver(handOver);
    const recipient = {
      onChannel: this.#isOnChannel(messageType, address),
      lineIsSick: this.sick.has(lineId),
    };
    const script = scriptSend(chance, this.weather, messageType, recipient);
    const parcel: Parcel = { handOver, sender, received: false, dropped: false };
    this.#parcels.set(messageId, [...(this.#parcels.get(messageId) ?? []), parcel]);
    tell(`handed to ${address}, attempt ${attempt}; ${JSON.stringify(script)}`, { messageId, lineId });
    void this.#carry(parcel, script.wireMs, script.landsMs, outgoing);
    await clock.sleep(script.answersMs, signal);
    handOver.answered = clock.monotonic;
    if (signal.aborted && clock.monotonic - handOver.begun < script.answersMs) {
      if (!parcel.received) parcel.dropped = true;
      return { outcome: 'unknown', message: 'Given up: the lease was about to end' };
    }
    if (script.answer === 'throws') throw new ScriptedFailure('The channel broke');
    return script.answer;
  }

  async #carry(
    parcel: Parcel,
    wireMs: number,
    landsMs: number | null,
    { messageType }: Outgoing,
  ): Promise<void> {
    const { clock, chance, history, onEcho, tell } = this.#options;
    const { handOver, sender } = parcel;
    await clock.sleep(wireMs);
    if (parcel.dropped || landsMs === null) return;
    // Who dies with a request on the wire takes it along, or not.
    if (!sender.isAlive && chance.maybe(0.5)) return;
    parcel.received = true;
    await clock.sleep(landsMs);
    history.noteLanding(handOver, clock.now());
    tell(`a copy landed at ${handOver.address}`, handOver);
    for (const echo of scriptEchoes(chance, messageType)) onEcho(echo, handOver);
  }

  async #reconcile(line: ChannelLine, reference: string): Promise<Finding> {
    const { clock, chance, tell } = this.#options;
    await clock.sleep(chance.between(10, 2_000));
    const finding = this.#look(line, reference);
    tell(`asked for it, answered ${JSON.stringify(finding)}`, { messageId: reference, lineId: line.lineId });
    return finding;
  }

  #look(line: ChannelLine, reference: string): Finding {
    const { chance } = this.#options;
    const shaky = this.weather === 'storm' ? 0.3 : 0.1;
    if (chance.maybe(0.02)) throw new ScriptedFailure('The carrier could not be asked');
    if (this.sick.has(line.lineId))
      return { finding: 'undecided', message: 'The device is off', final: false };
    if (chance.maybe(shaky)) {
      return {
        finding: 'undecided',
        message: 'Not known yet',
        final: this.weather !== 'fair' && chance.maybe(0.05),
      };
    }
    const parcels = this.#parcels.get(reference) ?? [];
    const landed = parcels.find(({ handOver }) => handOver.landedAt !== null);
    if (landed !== undefined) {
      return { finding: 'found', externalMessageId: `found-${reference}`, address: landed.handOver.address };
    }
    // What it has taken and not passed on yet it cannot call absent; what is still on the wire it cannot know of.
    if (parcels.some((parcel) => parcel.received)) {
      return { finding: 'undecided', message: 'It is being processed', final: false };
    }
    return { finding: 'absent' };
  }

  async #check(line: ChannelLine, address: string): Promise<Availability> {
    const { clock, chance, onOptOut } = this.#options;
    if (line.messageType !== 'imessage' || this.#draw('checks', line.lineId) >= CAN_CHECK) {
      return { availability: 'cannot_check' };
    }
    const script = scriptCheck(chance, this.weather);
    if (script.optsOutAfterMs !== null) onOptOut(line, address, script.optsOutAfterMs);
    await clock.sleep(script.afterMs);
    if (script.fails || this.sick.has(line.lineId))
      return { availability: 'error', message: 'The check failed' };
    return { availability: this.#isOnChannel('imessage', address) ? 'available' : 'unavailable' };
  }

  async #health(line: ChannelLine): Promise<{ healthy: true } | { healthy: false; message: string }> {
    await this.#options.clock.sleep(this.#options.chance.between(5, 500));
    return this.sick.has(line.lineId) ? { healthy: false, message: 'The device is off' } : { healthy: true };
  }

  #isOnChannel(messageType: string, address: string): boolean {
    return this.#draw(messageType, address) < (messageType === 'imessage' ? ON_IMESSAGE : 97);
  }

  /** 0 to 99, the same for the same thing throughout a run. */
  #draw(what: string, who: string): number {
    let hash = this.#salt;
    for (const character of `${what} ${who}`)
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return (hash ^ (hash >>> 15)) % 100;
  }
}
