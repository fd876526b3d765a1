import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../test/processor-time.ts';
import { OPT_IN_WORDS, OPT_OUT_WORDS, readOptOut } from './opt-out.ts';

describe('an opt-out', () => {
  it('is made by these words and no others', () => {
    expect(OPT_OUT_WORDS).toEqual([
      'STOP',
      'STOPALL',
      'UNSUBSCRIBE',
      'CANCEL',
      'END',
      'QUIT',
      'REVOKE',
      'OPTOUT',
      'OPT OUT',
      'REMOVE ME',
      'DO NOT CONTACT',
    ]);
    for (const word of OPT_OUT_WORDS) expect([word, readOptOut(word)]).toEqual([word, 'opt_out']);
  });

  it.each([
    'stop',
    'Stop!',
    ' stop ',
    '\n\tSTOP.\r\n',
    '"STOP"',
    '“Stop”',
    'STOP!!!!!!',
    'S.T.O.P.',
    'Stop 🛑',
    '🙏🏽 stop 🙏🏽',
    'ＳＴＯＰ',
    'opt out',
    'Opt-out',
    'opt–out',
    'opt   out',
    'opt\u00a0out',
    'opt\nout',
    'OPTOUT',
    'Remove me.',
    'remove, me!',
    'do not contact',
    'Do-not-contact!',
    'DO  NOT   CONTACT',
    'stop-all',
  ])('is %j', (text) => {
    expect(readOptOut(text)).toBe('opt_out');
  });

  it.each([
    'Stop please',
    'please stop',
    'stop it',
    "don't stop",
    'stop by at 5?',
    'STOP 2',
    'stop2',
    'the end',
    'end of day works',
    'cancel my 3pm',
    'remove him',
    'do not',
    'non stop',
    'stopp',
    'стоп',
    'stöp',
    'sto\u0308p',
  ])('is not %j: the word must be the whole text', (text) => {
    expect(readOptOut(text)).toBeNull();
  });
});

describe('an opt-in', () => {
  it('is made by these words and no others', () => {
    expect(OPT_IN_WORDS).toEqual(['START', 'UNSTOP', 'YES']);
    for (const word of OPT_IN_WORDS) expect([word, readOptOut(word)]).toEqual([word, 'opt_in']);
  });

  it.each(['yes', 'Yes!', ' start. ', 'un-stop', '✅ YES'])('is %j', (text) => {
    expect(readOptOut(text)).toBe('opt_in');
  });

  it.each(['yes please', 'yes, stop', 'start stop', 'yeah', 'restart', 'y e s'])('is not %j', (text) => {
    expect(readOptOut(text)).toBeNull();
  });
});

describe('an ordinary text', () => {
  it.each(['', ' ', '...', '🛑', '\u200b', 'Hello', 'help', 'constructor', '__proto__', '\ud800'])(
    '%j asks for nothing',
    (text) => {
      expect(readOptOut(text)).toBeNull();
    },
  );

  it('is what any text is whose letters and digits are not those of a word', () => {
    const words = new Set([...OPT_OUT_WORDS, ...OPT_IN_WORDS].map((word) => word.replaceAll(' ', '')));
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'STOPENDYES stopendyes!-') })),
        (text) => {
          const letters = text
            .normalize('NFKC')
            .toUpperCase()
            .replace(/[^\p{L}\p{N}]/gu, '');
          if (!words.has(letters)) expect(readOptOut(text)).toBeNull();
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('of any length is read at once', () => {
    for (const text of [
      '!'.repeat(200_000),
      ' '.repeat(200_000),
      'stop '.repeat(40_000),
      `${' '.repeat(200_000)}x`,
      '! '.repeat(100_000),
    ]) {
      const { result, ms } = timed(() => readOptOut(text));
      expect(result).toBeNull();
      expect(ms).toBeLessThan(2_000);
    }
  });
});

describe('a word', () => {
  const anyWord = fc.constantFrom(...OPT_OUT_WORDS, ...OPT_IN_WORDS);
  const around = fc.string({ unit: fc.constantFrom(...' \t\n.,;:!?-–_*"\'()[]…¡¿#'), maxLength: 12 });

  it('keeps its meaning in any case, among any punctuation and blanks', () => {
    fc.assert(
      fc.property(anyWord, around, around, fc.infiniteStream(fc.boolean()), (word, before, after, coin) => {
        const mixed = [...word].map((letter) => (coin.next().value ? letter : letter.toLowerCase())).join('');
        expect(readOptOut(`${before}${mixed}${after}`)).toBe(readOptOut(word));
      }),
      { numRuns: 1000 },
    );
  });

  it('loses its meaning when another word stands with it', () => {
    fc.assert(
      fc.property(anyWord, fc.stringMatching(/^[a-z]{2,8}$/), (word, other) => {
        expect(readOptOut(`${word} ${other}`)).toBeNull();
        expect(readOptOut(`${other}, ${word}`)).toBeNull();
      }),
    );
  });
});

function timed<Result>(work: () => Result): { result: Result; ms: number } {
  const start = processorTime();
  const result = work();
  return { result, ms: processorTime() - start };
}
