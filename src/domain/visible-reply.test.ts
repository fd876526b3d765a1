import { describe, expect, test } from 'vitest';
import { visibleReply } from './visible-reply.ts';

describe('what was written now is told from what is quoted', () => {
  test.each([
    [
      'Gmail',
      'Yes, Tuesday works.\n\nOn Mon, Nov 2, 2026 at 10:00 AM Anna Lee <anna@example.com> wrote:\n\n> Hello Ben\n> How about Tuesday?\n',
    ],
    [
      'Gmail, over two lines',
      'Yes, Tuesday works.\n\nOn Mon, Nov 2, 2026 at 10:00 AM Anna Lee with a long name\n<anna@example.com> wrote:\n\n> Hello Ben\n',
    ],
    [
      'Apple Mail',
      'Yes, Tuesday works.\r\n\r\n> On 2 Nov 2026, at 10:00, Anna Lee <anna@example.com> wrote:\r\n> \r\n> Hello Ben\r\n',
    ],
    ['Thunderbird, German', 'Yes, Tuesday works.\n\nAm 02.11.26 um 10:00 schrieb Anna Lee:\n> Hello Ben\n'],
    [
      'Gmail, German',
      'Yes, Tuesday works.\n\nAnna Lee <anna@example.com> schrieb am Mo., 2. Nov. 2026, 10:00:\n\n> Hello Ben\n',
    ],
    [
      'Gmail, French',
      'Yes, Tuesday works.\n\nLe lun. 2 nov. 2026 à 10:00, Anna Lee <anna@example.com> a écrit :\n\n> Hello Ben\n',
    ],
    [
      'Gmail, Spanish',
      'Yes, Tuesday works.\n\nEl lun, 2 nov 2026 a las 10:00, Anna Lee (<anna@example.com>) escribió:\n\n> Hello Ben\n',
    ],
    [
      'Outlook',
      'Yes, Tuesday works.\n\nFrom: Anna Lee <anna@example.com>\nSent: Monday, November 2, 2026 10:00 AM\nTo: Ben <ben@example.com>\nSubject: Tuesday\n\nHello Ben\n',
    ],
    [
      'Outlook, German',
      'Yes, Tuesday works.\n\nVon: Anna Lee <anna@example.com>\nGesendet: Montag, 2. November 2026 10:00\nAn: Ben\nBetreff: Tuesday\n\nHello Ben\n',
    ],
    [
      'Outlook on a phone',
      'Yes, Tuesday works.\n________________________________\nFrom: Anna Lee\nHello Ben\n',
    ],
    ['an older Outlook', 'Yes, Tuesday works.\n\n-----Original Message-----\nFrom: Anna\nHello Ben\n'],
    ['a bare quotation', 'Yes, Tuesday works.\n\n> Hello Ben\n> How about Tuesday?\n'],
    ['a signature', 'Yes, Tuesday works.\n-- \nBen\nSales\n'],
    ['nothing quoted', 'Yes, Tuesday works.\n'],
    [
      'an unquoted original behind an unmistakable introduction',
      'Yes, Tuesday works.\n\nOn Mon, 2 Nov 2026 at 10:00, Anna <anna@example.com> wrote:\n\nHello Ben\n',
    ],
  ])('%s', (_program, text) => {
    expect(visibleReply(text)).toBe('Yes, Tuesday works.');
  });

  test('answers between the quoted lines stay with what they answer', () => {
    const text = '> How about Tuesday?\nYes.\n> And Friday?\nNo.';
    expect(visibleReply(text)).toBe(text);
  });

  test.each([
    'I asked her on Monday and she wrote:\n\nno thanks',
    'From: the bottom of my heart\nthank you',
    'See below.\n\nOn Monday Anna wrote:\n> Hello\n\nand I say no.',
    '--\nnot a signature mark',
    'Le chat a écrit',
  ])('in doubt everything is kept: %j', (text) => {
    expect(visibleReply(text)).toBe(text);
  });

  test('a mail that only quotes is kept as it is, and an empty one is empty', () => {
    expect(visibleReply('> Hello Ben\n')).toBe('> Hello Ben');
    expect(visibleReply(' \r\n ')).toBe('');
  });

  test('a long mail is read in no time', () => {
    const line = `On ${'a '.repeat(2_000)}wrote`;
    expect(visibleReply(`${line}\n`.repeat(2_000)).length).toBeGreaterThan(1_000);
  });
});
