import { expect, test } from 'vitest';
import { badRowsCsv } from './bad-rows.ts';
import { splitCsv } from './split-csv.ts';

test('bad rows are told once each, as they stand in the file, after what is wrong with them', () => {
  const file = splitCsv('name;phone\nAda;+12025550100\n"Bad\none";12\nWorse;\n');
  const bad = [
    { line: 3, param: 'phone', error: 'no "number"' },
    { line: 3, param: 'email', error: 'no email' },
    { line: 5, param: '', error: 'nothing' },
  ];
  expect(badRowsCsv(bad, file, ';')).toBe(
    'Line;Error;name;phone\r\n3;"no ""number""; no email";"Bad\none";12\r\n5;"nothing";Worse;\r\n',
  );
});
