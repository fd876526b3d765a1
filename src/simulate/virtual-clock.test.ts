import { describe, expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

/** Lets whoever was woken say so. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function sleepers(clock: VirtualClock, ...ms: number[]): string[] {
  const woken: string[] = [];
  for (const each of ms) void clock.sleep(each).then(() => woken.push(`${each} at ${clock.now()}`));
  return woken;
}

describe('virtual time', () => {
  test('passes only when somebody lets it, from one sleeper to the next', async () => {
    const clock = new VirtualClock(1_000);
    const woken = sleepers(clock, 30, 10, 20);
    await turn();
    expect(clock.now()).toBe(1_000);
    for (let n = 0; n < 3; n += 1) {
      expect(clock.advance()).toBe(true);
      await turn();
    }
    expect(woken).toEqual(['10 at 1010', '20 at 1020', '30 at 1030']);
    expect(clock.advance()).toBe(false);
  });

  test('goes to an instant, waking all who sleep until then and nobody else', async () => {
    const clock = new VirtualClock(0);
    const woken = sleepers(clock, 5, 50, 500);
    clock.goTo(60);
    await turn();
    expect(clock.now()).toBe(60);
    expect(woken.map((text) => text.split(' ')[0])).toEqual(['5', '50']);
    clock.goTo(500);
    await turn();
    expect(woken).toHaveLength(3);
  });

  test('never goes back', () => {
    const clock = new VirtualClock(100);
    clock.goTo(50);
    expect(clock.now()).toBe(100);
    expect(clock.monotonic).toBe(0);
  });

  test('steps the wall without waking anybody earlier', async () => {
    const clock = new VirtualClock(0);
    const woken = sleepers(clock, 100);
    clock.step(1_000);
    await turn();
    expect({ now: clock.now(), woken }).toEqual({ now: 1_000, woken: [] });
    // A sleeper waits for the hundred that pass, not for an instant on the wall.
    clock.goTo(1_050);
    await turn();
    expect(woken).toEqual([]);
    clock.goTo(1_100);
    await turn();
    expect(woken).toEqual(['100 at 1100']);
  });

  test('lets go of who was called off', async () => {
    const clock = new VirtualClock(0);
    const call = new AbortController();
    let isOver = false;
    void clock.sleep(1_000, call.signal).then(() => {
      isOver = true;
    });
    call.abort();
    await turn();
    expect(isOver).toBe(true);
    expect(clock.advance()).toBe(false);
    expect(clock.now()).toBe(0);
  });
});
