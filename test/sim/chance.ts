/** Everything a run leaves to chance, drawn from its seed. Each part of the world has a stream of its own. */
import { seededRandom } from '../../src/lib/random.ts';

export interface Chance {
  /** True with this probability. */
  maybe(probability: number): boolean;
  /** Whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** Small values are as likely as large ones, whatever their magnitude: 1 s, 1 min and 1 h alike. */
  spread(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Picks a key by its weight. */
  weighted<Key extends string>(weights: Readonly<Partial<Record<Key, number>>>): Key;
  /** A seed for somebody else's stream. */
  seed(): number;
}

export function createChance(seed: number): Chance {
  const random = seededRandom(seed);
  const between = (least: number, most: number) => least + Math.floor(random.next() * (most - least + 1));
  return {
    maybe: (probability) => random.next() < probability,
    between,
    spread: (least, most) => Math.round(Math.exp(Math.log(least) + random.next() * Math.log(most / least))),
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    weighted(weights) {
      const entries = Object.entries<number | undefined>(weights);
      let left = random.next() * entries.reduce((sum, [, weight]) => sum + (weight ?? 0), 0);
      for (const [key, weight] of entries) {
        left -= weight ?? 0;
        if (left < 0) return key as keyof typeof weights;
      }
      throw new Error('nothing to pick from');
    },
    seed: () => random.uint32(),
  };
}
