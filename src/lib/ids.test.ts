import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { createIds, isId } from './ids.ts';
import { seededRandom, systemRandom } from './random.ts';

/** Shows these instants one after the other, then stands still. */
function clockOf(instants: readonly number[]): Clock {
  let next = 0;
  return {
    now: () => instants[Math.min(next++, instants.length - 1)] ?? 0,
    sleep: async () => {},
  };
}

const NOW = Date.UTC(2026, 10, 24);

describe('an id', () => {
  it('is 24 lower-case hex characters that begin with the millisecond it was made in', () => {
    const id = createIds(clockOf([NOW]), systemRandom())();
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(Number.parseInt(id.slice(0, 12), 16)).toBe(NOW);
  });

  it('sorts behind every earlier one of its process, whatever the clock does', () => {
    const anyInstants = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(anyInstants, fc.integer(), (offsets, seed) => {
        const next = createIds(clockOf(offsets.map((offset) => NOW + offset)), seededRandom(seed));
        const made = offsets.map(() => next());
        expect(made).toEqual([...made].sort());
        expect(new Set(made).size).toBe(made.length);
        expect(made.every(isId)).toBe(true);
      }),
    );
  });

  it('stays unique and in order over 200,000 of one millisecond', () => {
    const next = createIds(clockOf([NOW]), seededRandom(7));
    let last = '';
    for (let count = 0; count < 200_000; count += 1) {
      const id = next();
      if (id <= last) throw new Error(`${id} does not follow ${last}`);
      last = id;
    }
    expect(isId(last)).toBe(true);
  });

  it('of another process in the same millisecond is another one', () => {
    const houses = Array.from({ length: 50 }, () => createIds(clockOf([NOW]), systemRandom()));
    const made = houses.flatMap((next) => Array.from({ length: 200 }, next));
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('what is no id', () => {
  it.each([
    '',
    '0199c2f07a3b00010c9b2d4',
    '0199c2f07a3b00010c9b2d4e0',
    '0199C2F07A3B00010C9B2D4E',
    '0199c2f07a3b00010c9b2d4g',
    ' 0199c2f07a3b00010c9b2d4',
    '0199c2f07a3b00010c9b2d4e\n',
  ])('%j is seen', (text) => {
    expect(isId(text)).toBe(false);
  });
});
