import { describe, expect, it } from 'vitest';
import { type Random, seededRandom, systemRandom } from './random.ts';

const DRAWS = 20_000;

function draw(random: Random, count = DRAWS): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe.each([
  ['the system’s', systemRandom],
  ['a seeded', () => seededRandom(42)],
])('%s source of chance', (_title, create) => {
  it('is uniform in [0, 1), also past the end of its pool', () => {
    const drawn = draw(create());
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    for (const tenth of Map.groupBy(drawn, (each) => Math.floor(each * 10)).values()) {
      expect(Math.abs(tenth.length - DRAWS / 10)).toBeLessThan(DRAWS / 40);
    }
  });

  it('gives whole numbers of 32 bits, the high ones among them', () => {
    const random = create();
    const drawn = Array.from({ length: 1000 }, () => random.uint32());
    expect(drawn.every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32)).toBe(true);
    expect(drawn.some((each) => each >= 2 ** 31)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(990);
  });
});

describe('a seed', () => {
  it('tells the whole sequence', () => {
    expect(draw(seededRandom(7))).toEqual(draw(seededRandom(7)));
    expect(draw(seededRandom(7), 10)).not.toEqual(draw(seededRandom(8), 10));
  });

  it('means the same on every machine and in every version', () => {
    const random = seededRandom(1);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([
      2_693_262_067, 11_749_833, 2_265_367_787,
    ]);
  });
});
