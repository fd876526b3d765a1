/** When a line may send next, in a few words, and what keeps it until then. */
import type { NextSlot } from '@trunkline/sdk';
import { formatDuration } from '../../lib/format.ts';

export function slotWords(
  { state, at, gate }: NextSlot,
  nowMs: number,
): { when: string; why: string | null } {
  const why = gate === null ? null : WHY[gate];
  if (state === 'closed') return { when: 'not by itself', why };
  const ms = at === null ? 0 : Date.parse(at) - nowMs;
  // The server says so a moment later.
  if (state === 'open' || ms < 1_000) return { when: 'now', why: null };
  return { when: `in ${formatDuration(ms)}`, why };
}

const WHY: Readonly<Record<NonNullable<NextSlot['gate']>, string>> = {
  line_inactive: 'it is switched off',
  line_down: 'it is down',
  daily_cap: 'its messages of today are used up',
  first_touch_cap: 'its new conversations of today are used up',
  hourly_cap: 'its new conversations of this hour are used up',
  device_gap: 'gap of its device',
  contact_gap: 'gap between new contacts',
  message: 'window, date or retry of what waits',
};
