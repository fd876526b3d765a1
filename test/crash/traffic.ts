/**
 * The client: keeps asking for messages and remembers what it was promised. Every text is unique, so that a message is
 * known by it. Half of the requests carry an Idempotency-Key and are asked again, wherever a door is open, until they
 * are answered; the others are asked once, and without an answer nothing is claimed of them.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import type { Body, People } from './people.ts';

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
  people: People;
  /** Requests under way at once. */
  clients?: number;
  /** Each client waits up to so long between two requests. */
  pauseMs?: number;
}

/** No answer within this time counts as none: the process may stand still. */
const PATIENCE_MS = 10_000;
const BEFORE_ASKING_AGAIN_MS = 50;
/** Answers a careful client asks again after: in flight, out of reach. */
const ASK_AGAIN: readonly number[] = [409, 503];
const clock = systemClock();

const CLIENTS = 6;
const PAUSE_MS = 200;

export class Traffic {
  readonly asked: Asked[] = [];
  /** Answers that were neither 200 nor 201, by status. */
  readonly refusals = new Map<number, number>();
  /** Requests whose connection died or that got no answer in time. */
  unanswered = 0;
  readonly #options: TrafficOptions;
  readonly #clients: Promise<void>[];
  #open = true;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.clients ?? CLIENTS }, () => this.#run());
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
    const { random, people, pauseMs = PAUSE_MS } = this.#options;
    while (this.#open) {
      await this.#ask({ message: `Message ${this.asked.length} ${randomUUID()}`, ...people.next() });
      await clock.sleep(random.next() * pauseMs);
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

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#options.random.next() * items.length)];
  }
}
