import { describe, expect, test } from 'vitest';
import { fallbackText } from './fallback-message.ts';

const IMAGE = { url: 'https://example.com/a.png' };

describe('the text of a fallback SMS', () => {
  test('is the message, and below it the links, where they are wanted', () => {
    expect(fallbackText('Hi', [IMAGE], true)).toEqual({ text: `Hi\n${IMAGE.url}`, cutFrom: null });
    expect(fallbackText('Hi', [IMAGE], false)).toEqual({ text: 'Hi', cutFrom: null });
    expect(fallbackText('', [IMAGE], true)).toEqual({ text: IMAGE.url, cutFrom: null });
    expect(fallbackText('', [], true)).toEqual({ text: '', cutFrom: null });
  });

  test('holds 1,600 characters, however many units each of them takes', () => {
    expect(fallbackText('😀'.repeat(1_600), [], true).cutFrom).toBeNull();
    expect(fallbackText('😀'.repeat(1_601), [], true)).toEqual({
      text: `${'😀'.repeat(1_599)}…`,
      cutFrom: 1_601,
    });
  });

  test('leaves out a link rather than cutting it, and keeps the one that still fits', () => {
    const text = 'x'.repeat(1_560);
    const long = { url: `https://example.com/${'y'.repeat(100)}` };
    const cut = fallbackText(text, [long, IMAGE], true);
    expect(cut.text).toBe(`${text}\n${IMAGE.url}`);
    expect(cut.cutFrom).toBe(text.length + 1 + long.url.length + 1 + IMAGE.url.length);
  });
});
