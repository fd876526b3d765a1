import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRow, readCsvCell } from './csv.ts';

test('any cells come back as they were, and none begins a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 6 }), (cells) => {
      const [row] = parse(csvRow(cells)) as string[][];
      expect(row?.map(readCsvCell)).toEqual(cells.map((cell) => readCsvCell(cell)));
      for (const cell of row ?? [])
        if (!/^\+\d+$/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/u);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1 (202)', "'+1 (202)"],
  ['-5', "'-5"],
  ['@me', "'@me"],
  ['\t=1', '"\'\t=1"'],
  ['＝1', "'＝1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['＠me', "'＠me"],
  ['\r=1', '"\'\r=1"'],
  ['\n=1', '"\'\n=1"'],
  ['+12025550100', '+12025550100'],
  ['a=1', 'a=1'],
  ['say "hi"', '"say ""hi"""'],
  ['a,b', '"a,b"'],
  [' a', '" a"'],
  ['', ''],
])('%j is written as %j', (text, written) => {
  expect(csvRow([text])).toBe(`${written}\r\n`);
});
