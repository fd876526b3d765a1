/** A value and all it has been, so that a moment is judged by what held at that moment. */
export class Timeline<Value> {
  readonly #changes: { at: number; value: Value }[];

  constructor(first: Value) {
    this.#changes = [{ at: Number.NEGATIVE_INFINITY, value: first }];
  }

  set(at: number, value: Value): void {
    this.#changes.push({ at, value });
  }

  get latest(): Value {
    const last = this.#changes.at(-1);
    if (last === undefined) throw new Error('a timeline has a first value');
    return last.value;
  }

  /**
   * Every value that held at some instant from `from` to `to`. At the very instant of a change both count: which of two
   * commits of one millisecond came first is nobody's business.
   */
  within(from: number, to = from): Value[] {
    const before = this.#changes.findLastIndex((change) => change.at < from);
    return this.#changes.slice(Math.max(0, before)).flatMap(({ at, value }) => (at <= to ? [value] : []));
  }
}
