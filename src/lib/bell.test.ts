import { expect, test } from 'vitest';
import { createBell } from './bell.ts';
import { systemClock } from './clock.ts';

test('whoever waits for a bell hears it, all of them, and those elsewhere are told', async () => {
  let told = 0;
  const bell = createBell(systemClock(), () => {
    told += 1;
  });
  const waits = [1, 2, 3].map(() => bell.wait(bell.rings(), 60_000));
  bell.announce();
  await Promise.all(waits);
  expect(told).toBe(1);
  const again = bell.wait(bell.rings(), 60_000);
  bell.ring();
  await again;
  expect(told).toBe(1);
});

test('what rings between a look and the wait is not missed', async () => {
  const bell = createBell(systemClock());
  const heard = bell.rings();
  bell.ring();
  await bell.wait(heard, 60_000);
});

test('a wait ends with its time, or when nobody wants it any more', async () => {
  const bell = createBell(systemClock());
  await bell.wait(bell.rings(), 1);
  const over = new AbortController();
  const waiting = bell.wait(bell.rings(), 60_000, over.signal);
  over.abort();
  await waiting;
});
