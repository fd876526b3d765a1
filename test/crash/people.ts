/** Whom the client of a run writes to: magic recipients each in their own time, strangers in between, some of them again. */
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';

/** A request without its text. */
export type Body = Readonly<Record<string, unknown>>;

export interface Magic {
  body: Body;
  /**
   * Messages to one lead take turns on a line, and what nobody knows the outcome of is cleared up one after the other: much
   * more often would only make a queue.
   */
  everyMs: number;
  /** So long before the end only those go out that had none yet: all attempts take that long. */
  ceasesMs?: number;
}

export interface PeopleOptions {
  random: Random;
  /** When requests are likely to end, in epoch ms. */
  endsAt: number;
  magic: readonly Magic[];
  others(strangers: Strangers): Body;
}

const MAX_KNOWN = 50;
const clock = systemClock();

export class People {
  readonly #options: PeopleOptions;
  readonly #nextMagicAt = new Map<Magic, number>();
  readonly #strangers: Strangers;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#strangers = new Strangers(options.random);
  }

  next(): Body {
    return this.#dueMagic()?.body ?? this.#options.others(this.#strangers);
  }

  #dueMagic(): Magic | null {
    const { magic, endsAt } = this.#options;
    const now = clock.now();
    const dueAt = (each: Magic) => this.#nextMagicAt.get(each) ?? 0;
    const isDue = (each: Magic): boolean =>
      dueAt(each) === 0 || (dueAt(each) <= now && now < endsAt - (each.ceasesMs ?? -Infinity));
    // On a slow machine everybody is due all the time: then each has a turn.
    const [due = null] = magic.filter(isDue).sort((a, b) => dueAt(a) - dueAt(b));
    if (due !== null) this.#nextMagicAt.set(due, now + due.everyMs);
    return due;
  }
}

/** Mostly people nobody has heard of. */
export class Strangers {
  readonly #random: Random;
  #known: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** From 0 up to 1. */
  roll(): number {
    return this.#random.next();
  }

  phone(): string {
    const known = this.roll() < 0.2 ? this.pick(this.#known) : undefined;
    if (known !== undefined) return known;
    const phone = `+1312${this.#digits(7)}`;
    this.#known = [...this.#known, phone].slice(-MAX_KNOWN);
    return phone;
  }

  email(): string {
    return `${this.#digits(6)}@example.com`;
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.roll() * items.length)];
  }

  #digits(count: number): string {
    return String(Math.floor(this.roll() * 10 ** count)).padStart(count, '0');
  }
}
