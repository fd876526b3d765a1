import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmail, isPhone, normalizeAddress, normalizeEmail, normalizePhone } from './address.ts';

const digits = (min: number, max: number) =>
  fc.stringMatching(new RegExp(`^[1-9][0-9]{${min - 1},${max - 1}}$`));
const anyE164 = digits(8, 15).map((number) => `+${number}`);
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'+0123456789 .-()@ab\u00a0') }),
  fc.emailAddress(),
  anyE164,
);

describe('a phone number', () => {
  it.each([
    ['4155550123', '+14155550123'],
    ['14155550123', '+14155550123'],
    ['+14155550123', '+14155550123'],
    ['(415) 555-0123', '+14155550123'],
    ['415.555.0123', '+14155550123'],
    ['1 (415) 555-0123', '+14155550123'],
    ['+1 415 555 0123', '+14155550123'],
    ['(+1) 415-555-0123', '+14155550123'],
    ['  415 555 0123\n', '+14155550123'],
    ['415\u00a0555\u20110123', '+14155550123'],
    ['+44 20 7946 0958', '+442079460958'],
    ['+4930123456', '+4930123456'],
    ['+12345678', '+12345678'],
    ['+123456789012345', '+123456789012345'],
  ])('%j is %s', (raw, expected) => {
    expect(normalizePhone(raw)).toBe(expected);
  });

  it.each([
    '',
    '+',
    '   ',
    '12345',
    '555-0123',
    '24155550123', // eleven digits of no known country
    '442079460958', // E.164 without its +
    '0049301234567',
    '0301234567', // ten digits behind a trunk prefix
    '+04155550123',
    '+1234567',
    '+1234567890123456',
    '++14155550123',
    '4155550123+',
    '+1415555O123',
    '415-555-0123 x5',
    'tel:+14155550123',
    '+1/415/5550123',
    '４１５５５５０１２３',
    'me@example.com',
    `+1415555${'-'.repeat(100)}0123`,
  ])('%j is none', (raw) => {
    expect(normalizePhone(raw)).toBeNull();
  });

  it('without a country is taken for the default country', () => {
    expect(normalizePhone('7700 900123', '+44')).toBe('+447700900123');
    expect(normalizePhone('447700900123', '+44')).toBe('+447700900123');
    expect(normalizePhone('7700 900123', '44')).toBe('+447700900123');
    expect(normalizePhone('+1 415 555 0123', '+44')).toBe('+14155550123');
  });

  it('of eleven digits with a leading 1 is North American only where that is the default', () => {
    expect(normalizePhone('15112345678', '+49')).toBeNull();
    expect(normalizePhone('15112345678', '+1')).toBe('+15112345678');
  });

  it('without a country is refused when the default country is nonsense', () => {
    for (const nonsense of ['', '+', 'US', '+0', '+1234', '1-415']) {
      expect(normalizePhone('4155550123', nonsense)).toBeNull();
      expect(normalizePhone('+14155550123', nonsense)).toBe('+14155550123');
    }
  });

  it('in stored form stays as it is', () => {
    fc.assert(
      fc.property(anyE164, (phone) => {
        expect(normalizePhone(phone)).toBe(phone);
      }),
    );
  });

  it('is the same however it is written', () => {
    const written = fc.array(fc.constantFrom('', ' ', '.', '-', '(', ')', '\u00a0', '\u2013'), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(anyE164, written, (phone, marks) => {
        const raw = [...phone].map((character, index) => `${character}${marks[index] ?? ''}`).join('');
        expect(normalizePhone(raw)).toBe(phone);
      }),
    );
  });

  it('is E.164 or nothing, whatever was typed', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const phone = normalizePhone(raw);
        if (phone !== null) expect(phone).toMatch(/^\+[1-9][0-9]{7,14}$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every digit that was typed, in order', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const phone = normalizePhone(raw);
        if (phone !== null) expect(phone.endsWith(raw.replace(/[^0-9]/g, ''))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an e-mail address', () => {
  it.each([
    ['jo@example.com', 'jo@example.com'],
    ['  Jo.Doe+News@Example.COM \n', 'jo.doe+news@example.com'],
    ["o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"],
    ['JO@BÜCHER.example', 'jo@bücher.example'],
    ['用户@例子.广告', '用户@例子.广告'],
    ['jo@xn--bcher-kva.example', 'jo@xn--bcher-kva.example'],
    [`${'a'.repeat(242)}@example.com`, `${'a'.repeat(242)}@example.com`],
  ])('%j is %s', (raw, expected) => {
    expect(normalizeEmail(raw)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '@',
    'jo',
    'jo@',
    '@example.com',
    'jo@example',
    'jo@@example.com',
    'jo@home@example.com',
    'jo@.com',
    'jo@example.',
    'jo@example..com',
    'jo doe@example.com',
    'jo@exam ple.com',
    'jo@example.com\nbcc: all@example.com',
    'jo\0@example.com',
    'jo\u200b@example.com',
    'jo\u202e@example.com',
    'jo\ud800@example.com',
    'Jo Doe <jo@example.com>',
    '<jo@example.com>',
    'jo,al@example.com',
    'jo;al@example.com',
    '"jo"@example.com',
    'jo@[192.0.2.1]',
    '+14155550123',
    `${'a'.repeat(243)}@example.com`,
  ])('%j is none', (raw) => {
    expect(normalizeEmail(raw)).toBeNull();
  });

  it('is measured after it has been trimmed and lowered', () => {
    expect(normalizeEmail(`${' '.repeat(300)}jo@example.com`)).toBe('jo@example.com');
    expect(normalizeEmail(`${'İ'.repeat(200)}@example.com`)).toBeNull();
  });

  it('is a deliverable shape or nothing, whatever was typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.tuple(anyText, anyText).map((parts) => parts.join('@')),
        ),
        (raw) => {
          const email = normalizeEmail(raw);
          if (email === null) return;
          expect(email).toBe(email.toLowerCase());
          expect(email.length).toBeLessThanOrEqual(254);
          expect(email).toMatch(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/);
          expect(email.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is the same in any case and with blanks around it', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        expect(normalizeEmail(` ${email.toUpperCase()}\t`)).toBe(normalizeEmail(email));
      }),
    );
  });
});

describe('an address of either kind', () => {
  it('is told apart by its @', () => {
    expect(normalizeAddress('(415) 555-0123')).toBe('+14155550123');
    expect(normalizeAddress('7700 900123', '+44')).toBe('+447700900123');
    expect(normalizeAddress(' Jo@Example.com')).toBe('jo@example.com');
    expect(normalizeAddress('jo')).toBeNull();
    expect(normalizeAddress('+14155550123@')).toBeNull();
  });

  it('has one stored form: normalising it again changes nothing', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const address = normalizeAddress(raw);
        if (address === null) return;
        expect(normalizeAddress(address)).toBe(address);
        expect(normalizeAddress(` ${address} `)).toBe(address);
      }),
      { numRuns: 3000 },
    );
  });

  it('in stored form is a phone number or an e-mail address, never both', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const address = normalizeAddress(raw);
        if (address !== null) expect(isPhone(address)).toBe(!isEmail(address));
      }),
      { numRuns: 2000 },
    );
  });

  it('in any other form is neither', () => {
    for (const raw of [
      '',
      '4155550123',
      '+1 415 555 0123',
      '+14155550123\n',
      'Jo@example.com',
      ' jo@example.com',
      'jo@example',
    ]) {
      expect([raw, isPhone(raw), isEmail(raw)]).toEqual([raw, false, false]);
    }
  });
});
