/**
 * Requests that arrive together share one statement. Grouped by workspace, because a statement that serves one
 * workspace runs unchanged on a sharded database. The window is one turn of the event loop, so an idle server adds no
 * latency; under load batches grow by themselves while earlier ones are in flight.
 */
export interface BatcherOptions<Item, Result> {
  /** Answers for all items, in their order. A throw fails every item of the batch. */
  run(key: string, items: Item[]): Promise<Result[]>;
  /** Called for each item of a batch that threw; without it all fail with that error. */
  retryAlone?(key: string, item: Item, error: unknown): Promise<Result>;
  maxItems: number;
  maxInFlight: number;
  /** Of one workspace; fewer batches are larger ones, and do not wait for each other's rows. */
  maxInFlightPerKey: number;
}

interface Entry<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #waiting = new Map<string, Entry<Item, Result>[]>();
  readonly #inFlightOf = new Map<string, number>();
  #inFlight = 0;
  #scheduled = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  add(key: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const entry = { item, resolve, reject };
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, [entry]);
      else queue.push(entry);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#options.maxInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#options.maxInFlight && this.#startOldest()) {
        // One batch a turn, until all places are taken or nobody may start.
      }
    });
  }

  #startOldest(): boolean {
    const { maxItems, maxInFlightPerKey } = this.#options;
    for (const [key, queue] of this.#waiting) {
      const running = this.#inFlightOf.get(key) ?? 0;
      if (running >= maxInFlightPerKey) continue;
      // Deleting and re-adding puts a long queue behind other workspaces: nobody waits for a busy neighbour's backlog.
      this.#waiting.delete(key);
      const batch = queue.splice(0, maxItems);
      if (queue.length > 0) this.#waiting.set(key, queue);
      this.#inFlightOf.set(key, running + 1);
      this.#inFlight += 1;
      void this.#run(key, batch).finally(() => this.#ended(key));
      return true;
    }
    return false;
  }

  #ended(key: string): void {
    this.#inFlight -= 1;
    const running = (this.#inFlightOf.get(key) ?? 1) - 1;
    if (running === 0) this.#inFlightOf.delete(key);
    else this.#inFlightOf.set(key, running);
    if (this.#waiting.size > 0) this.#schedule();
  }

  async #run(key: string, batch: Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(
        key,
        batch.map((entry) => entry.item),
      );
      batch.forEach((entry, index) => {
        entry.resolve(results[index] as Result);
      });
    } catch (error) {
      await this.#runAlone(key, batch, error);
    }
  }

  async #runAlone(key: string, batch: Entry<Item, Result>[], error: unknown): Promise<void> {
    const { retryAlone } = this.#options;
    for (const entry of batch) {
      if (retryAlone === undefined) {
        entry.reject(error);
        continue;
      }
      try {
        entry.resolve(await retryAlone(key, entry.item, error));
      } catch (failure) {
        entry.reject(failure);
      }
    }
  }
}
