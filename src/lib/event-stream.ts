/**
 * Server-sent events to one reader, who may be slow: of each event only the latest is kept, so that whoever reads nothing
 * for an hour costs no more than whoever reads at once.
 */
import { Readable } from 'node:stream';

export const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** Answers come as they are written: no proxy keeps, packs or changes them. */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': EVENT_STREAM_TYPE,
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
};

export class EventStream extends Readable {
  readonly #latest = new Map<string, { data: string; id: string | null }>();
  #isWanted = false;
  #missedPings = 0;
  #isOver = false;

  /** `retryMs`: how long the reader waits before it comes back. */
  constructor(retryMs: number) {
    super();
    // So that the reader sees at once that it is heard.
    this.push(`retry: ${retryMs}\n\n`);
  }

  /** `data`: without line breaks. Takes the place of one of this event that has not been read yet. */
  put(event: string, data: string, id: string | null = null): void {
    if (this.#isOver) return;
    this.#latest.set(event, { data, id });
    this.#flush();
  }

  /** What of this event has not been read yet. */
  unread(event: string): string | null {
    return this.#latest.get(event)?.data ?? null;
  }

  /** Keeps the connection open; answers how many of them in a row found that nothing is read. */
  ping(): number {
    if (this.#isOver) return 0;
    if (!this.#isWanted) this.#missedPings += 1;
    else this.#isWanted = this.push(': ping\n\n');
    return this.#missedPings;
  }

  /** What was not read yet is not waited for. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#latest.clear();
    this.push(null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    this.#latest.clear();
    done(error);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#missedPings = 0;
    this.#flush();
  }

  #flush(): void {
    while (this.#isWanted && !this.#isOver) {
      const [first] = this.#latest;
      if (first === undefined) return;
      const [event, { data, id }] = first;
      this.#latest.delete(event);
      const named = id === null ? '' : `id: ${id}\n`;
      this.#isWanted = this.push(`${named}event: ${event}\ndata: ${data}\n\n`);
    }
  }
}
