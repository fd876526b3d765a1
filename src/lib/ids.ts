/**
 * Ids are 24 lower-case hex characters that sort by creation (D2): 48 bits of milliseconds, a 16-bit sequence that
 * keeps ids of one process in order within a millisecond, 32 random bits against other processes.
 */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export type Ids = () => string;

const ID = /^[0-9a-f]{24}$/;

export function createIds(clock: Clock, random: Random): Ids {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const ms = clock.now();
    if (ms > lastMs) {
      lastMs = ms;
      sequence = random.uint32() & 0x0fff;
    } else if (++sequence > 0xffff) {
      // More than 60,000 ids in one millisecond, or a clock that stands still: borrow from the next millisecond.
      lastMs += 1;
      sequence = 0;
    }
    return (
      lastMs.toString(16).padStart(12, '0') +
      sequence.toString(16).padStart(4, '0') +
      random.uint32().toString(16).padStart(8, '0')
    );
  };
}

export function isId(value: string): boolean {
  return ID.test(value);
}

/** Before every id made in that millisecond or later, after all that were made earlier. */
export function firstIdAt(instant: number): string {
  return Math.max(0, Math.floor(instant)).toString(16).padStart(12, '0') + '0'.repeat(12);
}

/** When it was made, epoch ms. */
export function instantOfId(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}
