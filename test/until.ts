import { systemClock } from '../src/lib/clock.ts';

const POLL_MS = 10;
const clock = systemClock();

/** Waits for a fact, not for time: polls until `look` finds something true and hands that back. */
export async function until<Found>(
  what: string,
  look: () => Found | Promise<Found>,
  withinMs = 120_000,
): Promise<NonNullable<Found>> {
  const deadline = clock.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (clock.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await clock.sleep(POLL_MS);
  }
}
