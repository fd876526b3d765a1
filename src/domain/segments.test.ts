import { describe, expect, it } from 'vitest';
import { smsSegments } from './segments.ts';

describe('an SMS', () => {
  it.each([
    ['nothing', '', 1],
    ['160 characters of the GSM alphabet', 'a'.repeat(160), 1],
    ['161 of them', 'a'.repeat(161), 2],
    ['306 of them', 'a'.repeat(306), 2],
    ['307 of them', 'a'.repeat(307), 3],
    ['80 characters that take two places', '€'.repeat(80), 1],
    ['81 of those', '{'.repeat(81), 2],
    ['70 characters with one that GSM lacks', `${'a'.repeat(69)}ł`, 1],
    ['71 with one that GSM lacks', `${'a'.repeat(70)}ł`, 2],
    ['35 emoji, two units each', '🌅'.repeat(35), 1],
    ['36 of them', '🌅'.repeat(36), 2],
    ['a curly quote among 160', `${'a'.repeat(159)}’`, 3],
    ['letters of Greek and German that GSM has', 'ΔΦß§Ñü'.repeat(26), 1],
    ['the longest SMS there is', 'a'.repeat(1_600), 11],
  ])('of %s has its number of segments', (_what, text, segments) => {
    expect(smsSegments(text)).toBe(segments);
  });
});
