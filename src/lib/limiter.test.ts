import { expect, test } from 'vitest';
import { createLimiter } from './limiter.ts';

test('no more than its places are taken at once; the others follow in the order in which they came', async () => {
  const limiter = createLimiter(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((n) =>
    limiter(
      () =>
        new Promise<void>((resolve) => {
          begun.push(n);
          ends[n] = resolve;
        }),
    ),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  await all[1];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  await all[0];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('who fails gives the place back', async () => {
  const limiter = createLimiter(1);
  await expect(limiter(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limiter(async () => 'next')).toBe('next');
});
