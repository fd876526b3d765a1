import { expect, test } from 'vitest';
import { slotWords } from './slot-words.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

test('a slot counts down to its instant, and is open from then on', () => {
  const slot = { state: 'at', at: '2026-11-26T12:00:45Z', gate: 'contact_gap' } as const;
  expect(slotWords(slot, NOW)).toEqual({ when: 'in 45 s', why: 'gap between new contacts' });
  expect(slotWords(slot, NOW + 44_500)).toEqual({ when: 'now', why: null });
  expect(slotWords(slot, NOW + 99_000)).toEqual({ when: 'now', why: null });
});

test('what takes somebody’s hand is not waited for', () => {
  expect(slotWords({ state: 'closed', at: null, gate: 'line_down' }, NOW)).toEqual({
    when: 'not by itself',
    why: 'it is down',
  });
  expect(slotWords({ state: 'open', at: null, gate: null }, NOW)).toEqual({ when: 'now', why: null });
});
