import { describe, expect, test } from 'vitest';
import type { Row } from './chat-db.ts';
import {
  addressOf,
  isDoubtful,
  isSameAddress,
  isTo,
  judge,
  partsOf,
  readError,
  rowsOfParts,
} from './evidence.ts';

let rows = 0;
const row = (differs: Partial<Row> = {}): Row => {
  rows += 1;
  return {
    row: rows,
    guid: `guid-${rows}`,
    isFromMe: true,
    handle: '+12025550100',
    chats: [{ identifier: '+12025550100', isGroup: false }],
    text: 'Hello',
    files: [],
    announcesFiles: false,
    service: 'iMessage',
    error: 0,
    isSent: false,
    isDelivered: false,
    wasDowngraded: false,
    itemType: 0,
    at: 1,
    deliveredAt: null,
    readAt: null,
    subject: null,
    associatedType: 0,
    associatedGuid: null,
    associatedEmoji: null,
    threadGuid: null,
    ...differs,
  };
};
const file = (name: string) => ({ guid: 'f', name, mimeType: null, isHidden: false });

describe('the rows of a message', () => {
  test('are the oldest that fit, each for one part', () => {
    const [one, two] = [
      row({ text: '\uFFFC', files: [file('a.txt')] }),
      row({ text: '\uFFFC', files: [file('a.txt')] }),
    ];
    const [first, second] = [row(), row()];
    expect(rowsOfParts(partsOf('Hello', ['a.txt', 'a.txt']), [one, two, first, second])).toEqual([
      one,
      two,
      first,
    ]);
  });

  test('must hold the very text; one that differs in blanks alone counts when there is no such row', () => {
    const [trimmed, exact] = [row({ text: 'Hello  you' }), row({ text: 'Hello you ' })];
    expect(rowsOfParts(partsOf('Hello you ', []), [trimmed, exact])).toEqual([exact]);
    expect(rowsOfParts(partsOf('Hello you ', []), [trimmed])).toEqual([trimmed]);
  });

  test.each(['hello', 'Hello!', 'Hello 🌅', 'مرحبا', ''])('are not those that hold %j', (text) => {
    expect(rowsOfParts(partsOf('Hello', []), [row({ text })])).toEqual([null]);
  });

  test('are no notices, tapbacks or captions', () => {
    const others = [row({ itemType: 2 }), row({ associatedType: 2000 }), row({ files: [file('a')] })];
    expect(rowsOfParts(partsOf('Hello', []), others)).toEqual([null]);
  });
});

describe('addresses', () => {
  test.each([
    ['+12025550100', '+12025550100'],
    ['+1 (202) 555-0100', '+12025550100'],
    ['+12025550100(smsft)', '+12025550100'],
    ['Anna@Example.com', 'anna@example.com'],
    ['2025550100', null],
    ['262966', null],
    ['urn:biz:b15ed773', null],
    ['chat8123', null],
  ])('%s is read as %s', (theirs, address) => {
    expect(addressOf(theirs)).toBe(address);
  });

  test('are compared whole', () => {
    expect(isSameAddress('+12025550100', '+12025550100')).toBe(true);
    expect(isSameAddress('+1202555010', '+12025550100')).toBe(false);
    expect(isSameAddress(null, '+12025550100')).toBe(false);
  });

  test('of a group are not those of its members', () => {
    expect(isTo(row({ chats: [{ identifier: '+12025550100', isGroup: true }] }), '+12025550100')).toBe(false);
  });
});

describe('a row is doubtful', () => {
  const to = '+12025550100';
  test.each([
    ['a ghost', { text: null, chats: [] }, true],
    ['a ghost without a handle', { text: '', chats: [], handle: null }, true],
    ['a ghost for somebody else', { text: null, chats: [], handle: '+12025550101' }, false],
    ['to the address, unreadable', { text: null }, true],
    ['to the address, a file not yet named', { text: '\uFFFC' }, true],
    ['to the address, a file with a name', { text: '\uFFFC', files: [file('a')] }, false],
    ['to the address, another text', { text: 'Hello Ben' }, false],
    ['not in its conversation yet, with a text', { chats: [] }, false],
    ['a tapback', { text: null, associatedType: 2000 }, false],
  ])('%s: %o', (_what, differs, expected) => {
    expect(isDoubtful(row(differs as Partial<Row>), to)).toBe(expected);
  });
});

describe('the verdict', () => {
  const sent = row({ isSent: true });
  const refused = row({ error: 22 });
  test.each([
    ['sent', [sent], { verdict: 'left', guid: sent.guid }],
    [
      'delivered, whatever else it says',
      [row({ guid: 'x', isDelivered: true, error: 4 })],
      { verdict: 'left', guid: 'x' },
    ],
    ['refused', [refused], { verdict: 'refused', error: 22, wasDowngraded: false }],
    ['refused with everything', [refused, refused], { verdict: 'refused', error: 22, wasDowngraded: false }],
    ['waiting', [row()], { verdict: 'pending' }],
    ['missing', [null], { verdict: 'pending' }],
    ['sent but for its text', [sent, null], { verdict: 'pending' }],
    ['sent but for a refused text', [sent, refused], { verdict: 'in-parts', error: 22 }],
    ['of no parts', [], { verdict: 'pending' }],
  ])('on a message %s', (_what, parts, verdict) => {
    expect(judge(parts)).toEqual(verdict);
  });
});

test.each([
  [22, 'not_on_channel'],
  [4, 'for_now'],
  [25, 'for_good'],
  [103, 'for_good'],
])('error %i of Messages is %s, and its number is told', (error, kind) => {
  expect(readError(error)).toEqual({ kind, message: expect.stringContaining(String(error)) });
});
