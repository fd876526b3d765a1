/** Files at their worst, read without the process standing still for them. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseLeadsCsv } from './lead-csv.ts';

const MB = 1_000_000;
const phones = (count: number, cells = '') =>
  Array.from({ length: count }, (_, n) => `+1415${2_000_000 + n}${cells}`).join('\n');
const headings = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`).join(',');

/** What became of the file, and how often others had their turn meanwhile. */
async function read(text: string | Buffer): Promise<{ turns: number; told: unknown }> {
  let turns = 0;
  let isOver = false;
  const others = (async () => {
    for (; !isOver; turns += 1) await turn();
  })();
  const told = await parseLeadsCsv(Buffer.from(text), {}).then(
    ({ request }) => request.leads.length,
    (refusal: unknown) => refusal,
  );
  isOver = true;
  await others;
  return { turns, told };
}

test.each([
  ['ten thousand rows of many columns', `phone,${headings(90)}\n${phones(10_000, ',x'.repeat(90))}`, 10_000],
  ['nothing but line ends', '\n'.repeat(9 * MB), { error: 'The file is empty' }],
  [
    'ten thousand rows that are all bad',
    `${headings(199)}\n${Array(10_000).fill(',x'.repeat(198)).join('\n')}`,
    { code: 'INVALID_LEADS' },
  ],
])('others have their turn while %s are read', async (_, text, expected) => {
  const { turns, told } = await read(text);
  if (typeof expected === 'number') expect(told).toBe(expected);
  else expect(told).toMatchObject(expected);
  expect(turns).toBeGreaterThan(90);
});

test.each([
  ['rows', phones(700_000), { code: 'TOO_MANY_LEADS' }],
  ['columns', ','.repeat(9 * MB), { error: 'Line 1 has more than 16384 cells' }],
  ['cells under one heading', `phone\n${','.repeat(9 * MB)}`, { error: 'Line 2 has more than 16384 cells' }],
  [
    'letters in a heading',
    'x'.repeat(9 * MB),
    { error: expect.stringMatching(/^Line 1: a row may have 200 KB/) },
  ],
  [
    'letters in a cell',
    `phone,notes\n+12025550100,"${'x'.repeat(9 * MB)}"`,
    { error: expect.stringMatching(/^Line 2: a row may have 200 KB/) },
  ],
  [
    'lines behind an open quote',
    `phone,notes\n+12025550100,"${'x\n'.repeat(4 * MB)}`,
    { error: expect.stringMatching(/Is a quote left open/) },
  ],
  ['blanks', ' '.repeat(9 * MB), { code: 'CSV_MALFORMED' }],
])('a file of millions of %s is not read to its end', async (_, text, refusal) => {
  const { turns, told } = await read(text);
  expect(told).toMatchObject(refusal);
  // Of 32 KB each: the file has hundreds.
  expect(turns).toBeLessThan(150);
});

test('letters and signs that lie across two pieces are read whole', async () => {
  const notes = 'ü€😀"",'.repeat(800);
  const rows = Array.from({ length: 200 }, (_, n) => `+1415${2_000_000 + n},"${'x'.repeat(n)}${notes}"`);
  const { request } = await parseLeadsCsv(Buffer.from(`\uFEFFphone,notes\r\n${rows.join('\r\n')}`), {});
  expect(request.leads.map(({ input }) => input.notes)).toEqual(
    rows.map((__, n) => 'x'.repeat(n) + notes.replaceAll('""', '"')),
  );
});

test.each([
  ['UTF-16 without a byte order mark', Buffer.from('phone\n1', 'utf16le'), 'UTF-16'],
  ['UTF-16 the other way round', Buffer.from('phone,1\n', 'utf16le').swap16(), 'UTF-16'],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'a gzip file'],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'an old Excel workbook'],
  ['NULs', Buffer.alloc(1000), 'not text: it holds NUL bytes'],
])('%s is called by its name', async (_, bytes, reason) => {
  expect((await read(bytes)).told).toMatchObject({ code: 'CSV_ENCODING', reason });
});
