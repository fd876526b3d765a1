/**
 * Waiting messages of one class in the order of their turn, by their windows. A window that is shut puts off whatever is due,
 * in the end to the same instant; so those that were put off lie together, and are put off again together: a night costs a
 * step for each window, and not one for each of ten thousand messages.
 */
import { NEVER } from './pacing.ts';
import { compareTurn } from './pick.ts';
import { type Turn, TurnQueue } from './turn-queue.ts';
import { closesAt, nextOpening, type SendWindow } from './window.ts';

export interface Waiting extends Turn {
  priority: number;
  firstTouch: boolean;
  window: SendWindow | null;
}

export class WaitingLine<Message extends Waiting> {
  readonly #byWindow = new Map<string, OneWindow<Message>>();

  get windows(): Iterable<OneWindow<Message>> {
    return this.#byWindow.values();
  }

  /** Whose turn comes first, whether its window is open or not. */
  get first(): Message | undefined {
    let first: Message | undefined;
    for (const { first: own } of this.#byWindow.values())
      if (own !== undefined && (first === undefined || isEarlier(own, first))) first = own;
    return first;
  }

  add(message: Message): void {
    const key = keyOf(message.window);
    let own = this.#byWindow.get(key);
    if (own === undefined) {
      own = new OneWindow(message.window);
      this.#byWindow.set(key, own);
    }
    own.add(message);
  }

  /** All that are left, in no order. */
  *takeAll(): Generator<Message> {
    for (const own of this.#byWindow.values())
      for (let message = own.takeFirst(); message !== undefined; message = own.takeFirst()) yield message;
  }
}

/** Those of one window. Instants that it is asked about only grow. */
export class OneWindow<Message extends Waiting> {
  readonly #window: SendWindow | null;
  readonly #own = new TurnQueue<Message>();
  /** By the opening that they were put off to; a few at most. */
  readonly #putOff = new Map<number, TurnQueue<Message>>();
  /** What the window is until then; `opening` null: it never opens. */
  #known: { until: number; isOpen: boolean; opening: number | null } = {
    until: Number.NEGATIVE_INFINITY,
    isOpen: false,
    opening: null,
  };

  constructor(window: SendWindow | null) {
    this.#window = window;
  }

  get first(): Message | undefined {
    return this.#firstQueue()?.first;
  }

  /** `at` while it is open; null: it never opens. */
  opening(at: number): number | null {
    if (this.#window === null) return at;
    if (at >= this.#known.until) {
      const opening = nextOpening(this.#window, at);
      const isOpen = opening === at;
      this.#known = { until: (isOpen ? closesAt(this.#window, at) : opening) ?? NEVER, isOpen, opening };
    }
    return this.#known.isOpen ? at : this.#known.opening;
  }

  add(message: Message): void {
    this.#own.add(message);
  }

  takeFirst(): Message | undefined {
    return this.#firstQueue()?.takeFirst();
  }

  /** While it is shut: what is due at `at` and comes before `limit` (null: all of it) waits until `opening`. */
  putOff(at: number, opening: number, limit: Message | null): void {
    for (const [dueAt, queue] of this.#putOff) {
      const { first } = queue;
      if (first === undefined || dueAt > at) continue;
      // All of them are due at once, so that all come before it, or none, unless it is due at that very instant.
      if (limit !== null && limit.dueAt === dueAt) this.#move(queue, at, opening, limit);
      else if (limit === null || compareTurn(first, limit, at) < 0) this.#moveAll(dueAt, queue, opening);
    }
    this.#move(this.#own, at, opening, limit);
  }

  #move(queue: TurnQueue<Message>, at: number, opening: number, limit: Message | null): void {
    for (let { first } = queue; first !== undefined && first.dueAt <= at; first = queue.first) {
      if (limit !== null && compareTurn(first, limit, at) >= 0) return;
      queue.takeFirst();
      this.#putOffTo(opening).add(first);
    }
  }

  #moveAll(dueAt: number, queue: TurnQueue<Message>, opening: number): void {
    this.#putOff.delete(dueAt);
    const there = this.#putOff.get(opening);
    if (there === undefined) {
      queue.dueAt = opening;
      this.#putOff.set(opening, queue);
    } else for (let next = queue.takeFirst(); next !== undefined; next = queue.takeFirst()) there.add(next);
  }

  #putOffTo(opening: number): TurnQueue<Message> {
    let queue = this.#putOff.get(opening);
    if (queue === undefined) {
      queue = new TurnQueue(opening);
      this.#putOff.set(opening, queue);
    }
    return queue;
  }

  #firstQueue(): TurnQueue<Message> | undefined {
    let best = this.#own.isEmpty ? undefined : this.#own;
    for (const [dueAt, queue] of this.#putOff) {
      const { first } = queue;
      if (first === undefined) this.#putOff.delete(dueAt);
      else if (best?.first === undefined || isEarlier(first, best.first)) best = queue;
    }
    return best;
  }
}

/** Of one class: as compareTurn says at any time. */
function isEarlier(a: Turn, b: Turn): boolean {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt;
  const [older, younger] = [a.campaignStartedAt ?? NEVER, b.campaignStartedAt ?? NEVER];
  return older === younger ? a.id < b.id : older < younger;
}

const keys = new WeakMap<SendWindow, string>();

function keyOf(window: SendWindow | null): string {
  if (window === null) return '';
  let key = keys.get(window);
  if (key === undefined) {
    key = JSON.stringify([window.timezone, window.start, window.end, window.days]);
    keys.set(window, key);
  }
  return key;
}
