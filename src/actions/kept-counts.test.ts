import { expect, test } from 'vitest';
import { createKeptCounts } from './kept-counts.ts';

function counting() {
  let now = 1_000_000;
  let size = 0;
  let asked = 0;
  let hold: Promise<unknown> = Promise.resolve();
  const kept = createKeptCounts({ clock: { now: () => now, sleep: async () => {} } });
  return {
    asked: () => asked,
    pass(ms: number) {
      now += ms;
    },
    become(count: number) {
      size = count;
    },
    holdUp(until: Promise<unknown>) {
      hold = until;
    },
    async read(key = 'a') {
      const count = async () => {
        asked += 1;
        await hold;
        return size;
      };
      return (await kept.read(key, count, (counts) => counts)).counts;
    },
  };
}

test('few are counted each time they are asked for', async () => {
  const { read, asked, become } = counting();
  become(19_999);
  await read();
  become(5);
  expect(await read()).toBe(5);
  expect(asked()).toBe(2);
});

test('many are counted once in ten seconds; who asks later gets the last count while the next is made', async () => {
  const { read, asked, become, pass } = counting();
  become(20_000);
  await read();
  become(30_000);
  pass(9_999);
  expect(await read()).toBe(20_000);
  expect(asked()).toBe(1);
  pass(1);
  expect(await read()).toBe(20_000);
  expect(asked()).toBe(2);
  expect(await read()).toBe(30_000);
  expect(await read('other')).toBe(30_000);
});

test('what was counted a minute ago is told to nobody, nor what a clock that was set back makes of it', async () => {
  const { read, become, pass } = counting();
  become(20_000);
  await read();
  become(30_000);
  pass(60_000);
  expect(await read()).toBe(30_000);
  become(40_000);
  pass(-120_000);
  expect(await read()).toBe(40_000);
});

test('who asks while it is being counted shares that count', async () => {
  const { read, asked, holdUp } = counting();
  const { promise, resolve } = Promise.withResolvers<void>();
  holdUp(promise);
  const all = [read(), read(), read()];
  resolve();
  await Promise.all(all);
  expect(asked()).toBe(1);
});
