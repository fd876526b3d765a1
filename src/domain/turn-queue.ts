/** Waiting messages of one class in the order of their turn: the earliest due first, then the older campaign, then who came first. */
import { NEVER } from './pacing.ts';

export interface Turn {
  /** ms UTC. */
  dueAt: number;
  campaignStartedAt: number | null;
  /** Decides between those that are alike in the rest. */
  id: string;
}

/** A binary heap. */
export class TurnQueue<Waiting extends Turn> {
  /** Not null: all of them are due at this instant, whatever they say. */
  dueAt: number | null;
  readonly #heap: { turn: Waiting; order: number }[] = [];
  #order = 0;

  constructor(dueAt: number | null = null) {
    this.dueAt = dueAt;
  }

  get first(): Waiting | undefined {
    const turn = this.#heap[0]?.turn;
    if (turn !== undefined && this.dueAt !== null) turn.dueAt = this.dueAt;
    return turn;
  }

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** Whoever is at the head was changed so that it stays there, or is taken out. */
  takeFirst(): Waiting | undefined {
    const { first } = this;
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    this.#sink();
    return first;
  }

  add(turn: Waiting): void {
    const heap = this.#heap;
    this.#order += 1;
    let at = heap.length;
    heap.push({ turn, order: this.#order });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let least = at;
      for (const child of [left, left + 1])
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    if (this.dueAt === null && a.turn.dueAt !== b.turn.dueAt) return a.turn.dueAt < b.turn.dueAt;
    const older = a.turn.campaignStartedAt ?? NEVER;
    const younger = b.turn.campaignStartedAt ?? NEVER;
    if (older !== younger) return older < younger;
    return a.turn.id === b.turn.id ? a.order < b.order : a.turn.id < b.turn.id;
  }

  #swap(one: number, other: number): void {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
