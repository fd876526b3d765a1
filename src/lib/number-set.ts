/** A set of small whole numbers, a bit each: a million contacts fit into 125 kB, and millions are added in milliseconds. */
export class NumberSet {
  readonly #words: Uint32Array;

  /** For numbers from 0 to below `end`. */
  constructor(end: number) {
    this.#words = new Uint32Array((end + 31) >>> 5);
  }

  /** Numbers of four bytes each, the highest byte first, as PostgreSQL's int4send writes them. */
  add(packed: Uint8Array | null): void {
    if (packed === null) return;
    const numbers = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let at = 0; at < packed.byteLength; at += 4) {
      const number = numbers.getUint32(at);
      const word = number >>> 5;
      this.#words[word] = (this.#words[word] ?? 0) | (1 << (number & 31));
    }
  }

  get size(): number {
    let size = 0;
    for (const word of this.#words) size += bitsIn(word);
    return size;
  }
}

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
