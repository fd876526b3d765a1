import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { createWake } from './wake.ts';

/** Sleeps until the signal or until the test rings. */
function openClock() {
  let ring = () => {};
  const slept: number[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        slept.push(ms);
        ring = resolve;
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  return { clock, slept, ring: () => ring() };
}

/** Whether it has ended by the next turn of the event loop. */
async function isOver(sleep: Promise<void>): Promise<boolean> {
  let over = false;
  void sleep.then(() => {
    over = true;
  });
  await turn();
  return over;
}

describe('a sleeper', () => {
  it('sleeps until its time is up', async () => {
    const { clock, slept, ring } = openClock();
    const sleep = createWake().sleep(clock, 250);
    expect(await isOver(sleep)).toBe(false);
    ring();
    expect(await isOver(sleep)).toBe(true);
    expect(slept).toEqual([250]);
  });

  it('is woken at once', async () => {
    const { clock } = openClock();
    const wake = createWake();
    const sleep = wake.sleep(clock, 250);
    wake.wake();
    expect(await isOver(sleep)).toBe(true);
  });

  it('does not lie down when it was called before', async () => {
    const { clock, slept } = openClock();
    const wake = createWake();
    wake.wake();
    wake.wake();
    expect(await isOver(wake.sleep(clock, 250))).toBe(true);
    expect(slept).toEqual([]);
  });

  it('rises once for all calls that came before, and sleeps again', async () => {
    const { clock } = openClock();
    const wake = createWake();
    const first = wake.sleep(clock, 250);
    wake.wake();
    wake.wake();
    expect(await isOver(first)).toBe(true);
    expect(await isOver(wake.sleep(clock, 250))).toBe(false);
  });

  it('loses no call, whenever it comes between two looks', async () => {
    const { clock, ring } = openClock();
    const wake = createWake();
    let work = 0;
    let done = 0;
    const loop = (async () => {
      while (done < 100) {
        done += work;
        work = 0;
        if (done < 100) await wake.sleep(clock, 250);
      }
    })();
    for (let index = 0; index < 100; index += 1) {
      // Now and then the time is up in the very moment of the call.
      if (index % 3 === 0) ring();
      work += 1;
      wake.wake();
      if (index % 4 === 0) await turn();
      if (index % 5 === 0) await Promise.resolve();
    }
    await loop;
    expect(done).toBe(100);
  });
});
