/**
 * One statement or transaction at a time, over all processes, in an order drawn from the seed. Answers of a real
 * database come when they come; behind this gate they come in an order that the same seed repeats and another one varies.
 * What two processes do to each other between two commits is explored; what their locks do within one, the tests
 * of the store cover.
 */
import type { Chance } from './chance.ts';

interface Entry {
  run(): Promise<void>;
}

/** Turns of the event loop after which everything that reacts to an answer has asked for what it wants next. */
const TURNS = 3;

export class Gate {
  readonly #chance: Chance;
  #waiting: Entry[] = [];
  /** How often something passed. */
  passed = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  pass<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run: () => work().then(resolve, reject) });
    });
  }

  /** Resolves when nothing is under way and nobody wants anything any more, until time passes. */
  async quiet(): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < TURNS; turn += 1) await nextTurn();
      if (this.#waiting.length === 0) return;
      const [next] = this.#waiting.splice(this.#chance.between(0, this.#waiting.length - 1), 1);
      this.passed += 1;
      await next?.run();
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
