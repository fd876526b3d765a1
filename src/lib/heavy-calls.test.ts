import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createHeavyCalls } from './heavy-calls.ts';

test('few are worked on at once, in the order of their coming, and a failure gives its place back', async () => {
  const calls = createHeavyCalls({ atOnce: 2, ofOne: 9, ofAll: 9 });
  const under = new Set<number>();
  const ends: number[] = [];
  let most = 0;
  const work = async (n: number) => {
    under.add(n);
    most = Math.max(most, under.size);
    await turn();
    under.delete(n);
    ends.push(n);
    if (n === 2) throw new Error('no');
  };
  await Promise.allSettled([1, 2, 3, 4, 5].map((n) => calls.enter('ws')?.inTurn(() => work(n))));
  expect(most).toBe(2);
  expect(ends).toEqual([1, 2, 3, 4, 5]);
});

test('nobody takes all places, all together have a limit, and who leaves makes room', () => {
  const calls = createHeavyCalls({ atOnce: 1, ofOne: 2, ofAll: 3 });
  const [first, second, third] = [calls.enter('a'), calls.enter('a'), calls.enter('a')];
  expect([first === null, second === null, third]).toEqual([false, false, null]);
  expect(calls.enter('b')).not.toBeNull();
  expect(calls.enter('c')).toBeNull();
  first?.leave();
  expect(calls.enter('c')).not.toBeNull();
  expect(calls.enter('a')).toBeNull();
});
