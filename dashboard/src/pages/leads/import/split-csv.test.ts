import { expect, test } from 'vitest';
import { decode } from './read-file.ts';
import { splitCsv } from './split-csv.ts';

test('every piece is a file with the headings, and its lines are found in the whole', () => {
  const rows = Array.from({ length: 25 }, (_, n) => `Ada ${n},+120255501${String(n).padStart(2, '0')}`);
  const file = splitCsv(`name,phone\r\n${rows.join('\r\n')}`, 10);
  expect([file.rows, file.pieces.map((piece) => piece.rows)]).toEqual([25, [10, 10, 5]]);
  expect(file.pieces[2]?.text).toBe(`name,phone\r\n${rows.slice(20).join('\r\n')}\r\n`);
  expect(file.pieces[2]?.lineOf(2)).toBe(22);
  expect(file.rowAt(22)).toBe(rows[20]);
});

test('line ends within quotes part no row, and are counted', () => {
  const file = splitCsv('name,notes\n"Ada\nMaria","say ""hi"", please\r\nnow"\nGrace,x\n', 1);
  expect(file.pieces.map(({ text }) => text)).toEqual([
    'name,notes\n"Ada\nMaria","say ""hi"", please\r\nnow"\n',
    'name,notes\nGrace,x\n',
  ]);
  expect(file.pieces.map(({ lineOf }) => lineOf(2))).toEqual([2, 5]);
  expect(file.rowAt(5)).toBe('Grace,x');
});

test('blank rows count for nothing, headings may take two lines, old Macintosh line ends end lines', () => {
  const file = splitCsv('\n"first\nname",phone\n\n,,\nAda,1\n  \n', 10);
  expect([file.header, file.rows]).toEqual(['"first\nname",phone', 1]);
  expect(file.pieces[0]?.lineOf(3)).toBe(6);
  expect(splitCsv('a,b\r1,2\r3,4').rows).toBe(2);
  expect(splitCsv('')).toMatchObject({ header: '', rows: 0, pieces: [] });
});

test('long rows make short pieces', () => {
  const file = splitCsv(`a\n${`${'x'.repeat(1_600_000)}\n`.repeat(3)}`);
  expect(file.pieces.map(({ rows }) => rows)).toEqual([1, 1, 1]);
});

test.each([
  ['UTF-8', new TextEncoder().encode('Zoë')],
  ['UTF-8 with a byte order mark', new TextEncoder().encode('\uFEFFZoë')],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x5a, 0, 0x6f, 0, 0xeb, 0])],
  ['Windows-1252, by the look of it', new Uint8Array([0x5a, 0x6f, 0xeb])],
])('letters written as %s are read', (encoding, bytes) => {
  expect(decode(bytes)).toEqual({ text: 'Zoë', encoding });
});

test.each([
  [[], 'empty'],
  [[0x50, 0x4b, 3, 4], 'workbook'],
  [[0x1f, 0x8b], 'compressed'],
  [[0x61, 0, 0x62], 'not text'],
])('what is no text (%j) is refused with what it is', (bytes, words) => {
  expect(() => decode(new Uint8Array(bytes))).toThrow(words);
});
