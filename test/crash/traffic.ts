/**
 * The client: keeps asking for messages and remembers what it was promised. Every text is unique, so that a message is
 * known by it. Half of the requests carry an Idempotency-Key and are asked again, wherever a door is open, until they
 * are answered; the others are asked once, and without an answer nothing is claimed of them.
 */
import { randomUUID } from 'node:crypto';
import type { MessageType } from '../../src/domain/words.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';

export interface Asked {
  text: string;
  key: string | null;
  to: string;
  /** The id of every 200 or 201; several for a request that was asked again. */
  acknowledged: string[];
}

export interface TrafficOptions {
  doors(): string[];
  apiKey: string;
  random: Random;
  /** When requests are likely to end, in epoch ms. */
  endsAt: number;
}

type Body = Record<string, unknown>;

/** No answer within this time counts as none: the process may stand still. */
const PATIENCE_MS = 10_000;
const BEFORE_ASKING_AGAIN_MS = 50;
/** Answers a careful client asks again after: in flight, out of reach. */
const ASK_AGAIN: readonly number[] = [409, 503];
const clock = systemClock();

/** Requests under way at once. */
const CLIENTS = 6;
const MAX_PAUSE_MS = 200;

interface Magic {
  recipient: string;
  messageType: MessageType;
  everyMs: number;
  /** So long before the end only those go out that had none yet: all attempts take that long. */
  ceasesMs?: number;
}

/**
 * Magic recipients and how often each is written to. Messages to one lead take turns on a line, so that much more often
 * would only make a queue; what nobody knows the outcome of goes by two lines, because it is what is asked for.
 */
const MAGIC: readonly Magic[] = [
  { recipient: '+12025550100', messageType: 'imessage', everyMs: 400 },
  { recipient: '+12025550102', messageType: 'imessage', everyMs: 900 },
  { recipient: '+12025550104', messageType: 'imessage', everyMs: 900 },
  { recipient: '+12025550107', messageType: 'imessage', everyMs: 900 },
  { recipient: '+12025550105', messageType: 'imessage', everyMs: 5_000 },
  { recipient: '+12025550105', messageType: 'sms', everyMs: 5_000 },
  { recipient: '+12025550106', messageType: 'imessage', everyMs: 12_000, ceasesMs: 12_000 },
];

export class Traffic {
  readonly asked: Asked[] = [];
  /** Answers that were neither 200 nor 201, by status. */
  readonly refusals = new Map<number, number>();
  /** Requests whose connection died or that got no answer in time. */
  unanswered = 0;
  readonly #options: TrafficOptions;
  readonly #nextMagicAt = new Map<Magic, number>();
  readonly #clients: Promise<void>[];
  #open = true;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#run());
  }

  get acknowledged(): number {
    return this.asked.filter(({ acknowledged }) => acknowledged.length > 0).length;
  }

  /** No new requests; resolves when every one with a key has its answer. */
  async stop(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#clients);
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    while (this.#open) {
      await this.#ask(this.#newBody());
      await clock.sleep(random.next() * MAX_PAUSE_MS);
    }
  }

  async #ask(body: Body): Promise<void> {
    const { random } = this.#options;
    const key = random.next() < 0.5 ? randomUUID() : null;
    const to = String(body.recipientPhone ?? body.recipientEmail);
    const asked: Asked = { text: String(body.message), key, to, acknowledged: [] };
    this.asked.push(asked);
    // Now and then a client that lost its own memory asks once more for what it was promised already.
    const answersWanted = key !== null && random.next() < 0.1 ? 2 : 1;
    for (;;) {
      const settled = await this.#post(body, asked);
      if (key === null) return;
      if (settled && asked.acknowledged.length >= answersWanted) return;
      if (!settled) await clock.sleep(BEFORE_ASKING_AGAIN_MS);
    }
  }

  /** False: it makes sense to ask again. */
  async #post(body: Body, asked: Asked): Promise<boolean> {
    const door = this.#pick(this.#options.doors());
    if (door === undefined) return false;
    try {
      const response = await fetch(`${door}/api/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#options.apiKey}`,
          'content-type': 'application/json',
          ...(asked.key === null ? {} : { 'idempotency-key': asked.key }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const answer = (await response.json()) as { message?: { _id?: string } };
      if (response.ok) asked.acknowledged.push(answer.message?._id ?? '');
      else this.refusals.set(response.status, (this.refusals.get(response.status) ?? 0) + 1);
      return !ASK_AGAIN.includes(response.status);
    } catch {
      this.unanswered += 1;
      return false;
    }
  }

  #newBody(): Body {
    const { random } = this.#options;
    const message = `Message ${this.asked.length} ${randomUUID()}`;
    const magic = this.#dueMagic();
    if (magic !== null) return { message, messageType: magic.messageType, recipientPhone: magic.recipient };
    const roll = random.next();
    if (roll < 0.12)
      return { message, messageType: 'email', recipientEmail: `${this.#digits(6)}@example.com` };
    if (roll < 0.24) return { message, messageType: 'sms', recipientPhone: this.#number() };
    if (roll < 0.28) return { message, forceFallback: true, recipientPhone: this.#number() };
    return { message, sendFallbackSmsOnFailed: roll < 0.5, recipientPhone: this.#number() };
  }

  #dueMagic(): Magic | null {
    const now = clock.now();
    const isDue = (magic: Magic): boolean => {
      const at = this.#nextMagicAt.get(magic);
      return at === undefined || (at <= now && now < this.#options.endsAt - (magic.ceasesMs ?? -Infinity));
    };
    const due = MAGIC.find(isDue) ?? null;
    if (due !== null) this.#nextMagicAt.set(due, now + due.everyMs);
    return due;
  }

  /** Mostly strangers; some of them hear from us again. */
  #number(): string {
    const known = this.#options.random.next() < 0.2 ? this.#pick(this.asked.slice(-50))?.to : undefined;
    return known?.startsWith('+1') && !known.startsWith('+1202555') ? known : `+1312${this.#digits(7)}`;
  }

  #digits(count: number): string {
    return String(Math.floor(this.#options.random.next() * 10 ** count)).padStart(count, '0');
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#options.random.next() * items.length)];
  }
}
