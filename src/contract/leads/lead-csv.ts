/** A CSV file of contacts, turned into what `POST /api/leads` takes (contract 3.2, D7): the same rules, row by row. */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { mapColumns } from '../../domain/csv-columns.ts';
import { readCsvCell } from '../../lib/csv.ts';
import { BadRowShape } from '../common.ts';
import { type Fields, readChoice } from '../fields.ts';
import { type BadRow, invalidField, Problem, problem } from '../problems.ts';
import { LEAD_FIELDS } from './lead-fields.ts';
import {
  eachBadRow,
  invalidLeads,
  MAX_LEADS_PER_CALL,
  readEachLead,
  readTarget,
  type SaveLeads,
  target,
} from './lead-requests.ts';

export const MAX_CSV_BYTES = 10_000_000;
const PREVIEW_ROWS = 10;
const MAX_COLUMNS = 200;
/** Of one row: all fields at their longest, and the columns of a spreadsheet, most of them empty. */
const MAX_ROW_BYTES = 200_000;
const MAX_CELLS = 16_384;
const BYTES_A_TURN = 32 * 1024;
const ROWS_A_TURN = 100;
/** Texts of several lines keep them; all others are one line each. */
const MANY_LINES: ReadonlySet<string> = new Set(['notes', 'customFields']);
const BAD_ROWS = ['refuse', 'skip'] as const;
const FIELDS: ReadonlySet<string> = new Set(LEAD_FIELDS);

export const ImportLeadsQuery = z.object({
  preview: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Answer headings, mapping and the first ten rows; save nothing.' }),
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Answer what would be saved, and all that is wrong; save nothing.' }),
  badRows: z.enum(BAD_ROWS).optional().meta({
    default: 'refuse',
    description: '`skip`: save the others, all or none, and tell the bad ones under `badRows`.',
  }),
  mapping: z.string().optional().meta({
    description:
      'JSON: heading → field of a lead, `customFields.<name>`, or null to leave the column out. Headings it does not name are mapped by what they say; one that names no field becomes a custom field.',
    example: '{"Handy":"phone","Kundennummer":"customFields.customerNumber"}',
  }),
  ...target,
});

export const CsvPreviewAnswer = z
  .object({
    headers: z.array(z.string()),
    mapping: z
      .record(z.string(), z.string().nullable())
      .meta({ description: 'Heading → field; null: left out.' }),
    delimiter: z.string(),
    encoding: z.string().meta({ description: '`UTF-8`, with or without a byte order mark.' }),
    rows: z.array(z.array(z.string())).meta({ description: 'The first ten, as they stand in the file.' }),
    fields: z
      .array(z.string())
      .meta({ description: 'Everything a column can be mapped to, besides custom fields.' }),
  })
  .meta({ id: 'CsvPreviewAnswer' });
export type CsvPreviewAnswer = z.infer<typeof CsvPreviewAnswer>;

export const CsvCheckedAnswer = z
  .object({
    totalRows: z.int(),
    newCount: z.int().meta({ description: 'How many would be saved.' }),
    duplicateCount: z
      .int()
      .meta({ description: 'How many are in the list already, or stand in the file before.' }),
    badRows: z.array(BadRowShape).meta({ description: 'Everything that is wrong.' }),
    mapping: z.record(z.string(), z.string().nullable()),
  })
  .meta({ id: 'CsvCheckedAnswer' });
export type CsvCheckedAnswer = z.infer<typeof CsvCheckedAnswer>;

export function isPreview(options: Fields): boolean {
  return readFlag(options, 'preview');
}

export function isDryRun(options: Fields): boolean {
  return readFlag(options, 'dryRun');
}

function readFlag(options: Fields, name: string): boolean {
  const value = options[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw invalidField(name, 'must be true or false');
}

export async function previewCsv(bytes: Buffer, options: Fields): Promise<CsvPreviewAnswer> {
  const { headers, rows, delimiter } = await readTable(bytes, PREVIEW_ROWS, false);
  const mapping = readMapping(options, headers);
  return {
    headers,
    mapping: shown(headers, mapping),
    delimiter,
    encoding: hasMark(bytes) ? 'UTF-8 with a byte order mark' : 'UTF-8',
    rows: rows.map(cellsOf),
    fields: [...LEAD_FIELDS],
  };
}

function shown(headers: readonly string[], mapping: readonly (string | null)[]): CsvCheckedAnswer['mapping'] {
  return Object.fromEntries(headers.map((header, index) => [header, mapping[index] ?? null]));
}

export interface LeadsOfFile {
  request: SaveLeads;
  /** Those that are left out: none where they are refused. */
  badRows: BadRow[];
  totalRows: number;
  mapping: CsvCheckedAnswer['mapping'];
}

export async function parseLeadsCsv(bytes: Buffer, options: Fields): Promise<LeadsOfFile> {
  const shared = readTarget(options);
  const isTold = isDryRun(options) || readChoice(options, 'badRows', BAD_ROWS) === 'skip';
  const { headers, rows } = await readTable(bytes, MAX_LEADS_PER_CALL, true);
  if (rows.length === 0) throw problem('LEADS_REQUIRED', { error: 'The file has no rows' });
  const mapping = readMapping(options, headers);
  const malformed: BadRow[] = [];
  const given: object[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_A_TURN === 0) await turn();
    const fault = attempt(() => given.push(toLead(cellsOf(row), mapping, row.line)));
    if (fault === null) continue;
    malformed.push({ index, line: row.line, param: '', error: fault.error });
    given.push({});
  }
  const lineOf = (index: number) => rows[index]?.line ?? 0;
  const { leads, bad } = await readEachLead(given, shared.defaultCountryCode, lineOf);
  const known = new Set(malformed.map(({ index }) => index));
  const badRows = [...malformed, ...bad.filter(({ index }) => !known.has(index))].sort(byIndex);
  const isRefused = !isTold || (leads.length === 0 && !isDryRun(options));
  if (badRows.length > 0 && isRefused) throw refusalOf(badRows, malformed, rows.length);
  return { request: { ...shared, leads }, badRows, totalRows: rows.length, mapping: shown(headers, mapping) };
}

/** What is no row of this table at all is told first, and the others with it. */
function refusalOf(badRows: readonly BadRow[], [malformed]: readonly BadRow[], total: number): Problem {
  if (malformed === undefined) return invalidLeads(badRows, total);
  return problem('CSV_MALFORMED', { error: malformed.error, rows: eachBadRow(badRows) });
}

function byIndex(a: BadRow, b: BadRow): number {
  return a.index - b.index;
}

/** What is wrong with one row; null: nothing. */
function attempt(read: () => void): Problem | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

interface Row {
  cells: string[];
  /** Where it begins, from 1. */
  line: number;
  /** Cells for which there is no heading. */
  hasMore: boolean;
}

/** Reads on only until `limit` rows are there; more than that is refused, or left. */
async function readTable(
  bytes: Buffer,
  limit: number,
  refusesMore: boolean,
): Promise<{ headers: string[]; rows: Row[]; delimiter: string }> {
  const text = textOf(bytes);
  const delimiter = delimiterOf(text);
  const parser = parse({
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: MAX_ROW_BYTES,
    cast: refuseWideRows,
    info: true,
  });
  Readable.from(piecesOf(text)).pipe(parser);
  let headers: string[] | null = null;
  const rows: Row[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      const line = info.lines - record.join('').split('\n').length + 1;
      if (headers === null) headers = readHeaders(record);
      else if (rows.length < limit) rows.push(rowOf(record, headers.length, line));
      else if (refusesMore)
        throw problem('TOO_MANY_LEADS', {
          error: 'Maximum 10,000 leads per request: the file has more rows',
        });
      else break;
    }
  } catch (error) {
    if (error instanceof CsvError) throw problem('CSV_MALFORMED', { error: complaintOf(error) });
    throw error;
  }
  if (headers === null) throw problem('FILE_REQUIRED', { error: 'The file is empty' });
  return { headers, rows, delimiter };
}

/** Without its byte order mark, once it is certain that it is text at all. */
function textOf(bytes: Buffer): Buffer {
  const begins = (...first: number[]) => first.every((byte, index) => bytes[index] === byte);
  const refuse = (reason: string) => problem('CSV_ENCODING', { reason });
  if (begins(0x50, 0x4b, 3, 4)) throw refuse('an Excel workbook, or another ZIP file');
  if (begins(0xd0, 0xcf, 0x11, 0xe0)) throw refuse('an old Excel workbook');
  if (begins(0x1f, 0x8b)) throw refuse('a gzip file');
  // Without a byte order mark, Latin letters show it: one byte in two is NUL.
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff) || (bytes[0] === 0) !== (bytes[1] === 0))
    throw refuse('UTF-16');
  if (!isUtf8(bytes)) throw refuse('Windows-1252, ISO 8859-1 or the like');
  if (bytes.includes(0)) throw refuse('not text: it holds NUL bytes');
  return hasMark(bytes) ? bytes.subarray(3) : bytes;
}

function hasMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Others have their turn between two of them: a file of 10 MB takes seconds, and the process has other work. */
async function* piecesOf(text: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < text.length; start += BYTES_A_TURN) {
    await turn();
    yield text.subarray(start, start + BYTES_A_TURN);
  }
}

/** Before they are a list of ten million nothings. */
function refuseWideRows(cell: string, { index, lines }: { index: number; lines: number }): string {
  if (index >= MAX_CELLS)
    throw problem('CSV_MALFORMED', { error: `Line ${lines} has more than ${MAX_CELLS} cells` });
  return cell;
}

function complaintOf(error: CsvError): string {
  if (error.code !== 'CSV_MAX_RECORD_SIZE') return `The file is not valid CSV: ${error.message}`;
  return `Line ${error.lines}: a row may have ${MAX_ROW_BYTES / 1000} KB. Is a quote left open?`;
}

/** Whichever stands most often in the first line; spreadsheets of half the world write semicolons. */
function delimiterOf(text: Buffer): string {
  const [heading = ''] = text
    .toString('utf8', 0, MAX_ROW_BYTES)
    .replace(/"[^"]*"/g, '')
    .trimStart()
    .split(/[\r\n]/, 1);
  const count = (sign: string) => heading.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

function readHeaders(record: readonly string[]): string[] {
  if (record.length > MAX_COLUMNS)
    throw problem('CSV_MALFORMED', { error: `A file may have ${MAX_COLUMNS} columns` });
  const headers = record.map((cell, index) => cell.trim() || `Column ${index + 1}`);
  const twice = headers.find((header, index) => headers.indexOf(header) !== index);
  if (twice !== undefined) throw problem('CSV_MALFORMED', { error: `The heading ${twice} stands twice` });
  return headers;
}

/** As many cells as there are headings: spreadsheets leave out the empty ones at the end. */
function rowOf(record: readonly string[], width: number, line: number): Row {
  const cells = Array.from({ length: width }, (_, index) => record[index] ?? '');
  return { cells, line, hasMore: record.slice(width).some((cell) => cell.trim() !== '') };
}

function cellsOf({ cells, line, hasMore }: Row): string[] {
  if (hasMore)
    throw problem('CSV_MALFORMED', { error: `Line ${line} has more cells than there are headings` });
  return cells;
}

/** For each column its field; null: left out. */
function readMapping({ mapping }: Fields, headers: readonly string[]): (string | null)[] {
  const automatic = mapColumns(headers.map((header) => (/^Column \d+$/.test(header) ? '' : header)));
  if (mapping === undefined || mapping === '') return automatic;
  const wishes = new Map(Object.entries(readJsonObject(mapping)));
  const named = headers.map((header) => {
    const wish = wishes.get(header);
    wishes.delete(header);
    return wish;
  });
  const [unknown] = wishes.keys();
  if (unknown !== undefined)
    throw invalidField('mapping', `names ${JSON.stringify(unknown)}, which is no heading of the file`);
  const fields = named.map((wish) => (wish === undefined ? undefined : readField(wish)));
  const taken = fields.filter((field) => typeof field === 'string');
  const twice = taken.find((field, index) => taken.indexOf(field) !== index);
  if (twice !== undefined) throw invalidField('mapping', `gives ${twice} to two columns`);
  const rest = mapColumns(headers.map((header, index) => (fields[index] === undefined ? header : '')));
  return fields.map((field, index) => {
    if (field !== undefined) return field;
    const own = rest[index] ?? null;
    return own !== null && taken.includes(own) ? null : own;
  });
}

function readJsonObject(text: unknown): object {
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below, as any other value.
  }
  throw invalidField('mapping', 'must be a JSON object: heading → field');
}

function readField(wish: unknown): string | null {
  if (wish === null || wish === '') return null;
  if (typeof wish === 'string' && (FIELDS.has(wish) || /^customFields\../s.test(wish))) return wish;
  throw invalidField('mapping', `must map to ${LEAD_FIELDS.join(', ')}, customFields.<name> or null`);
}

const CUSTOM = 'customFields.';

function toLead(
  cells: readonly string[],
  mapping: readonly (string | null)[],
  line: number,
): Record<string, unknown> {
  const lead = new Map<string, unknown>();
  const custom = new Map<string, unknown>();
  cells.forEach((cell, index) => {
    const field = mapping[index];
    const text = readCsvCell(cell.trim());
    if (field === null || field === undefined || text === '') return;
    if (field === 'customFields')
      for (const [name, value] of Object.entries(readCustom(text, line))) custom.set(name, value);
    else if (field.startsWith(CUSTOM)) custom.set(field.slice(CUSTOM.length), text);
    else if (field === 'tags')
      lead.set(
        field,
        text.split(/[;,]/).filter((tag) => tag.trim() !== ''),
      );
    else lead.set(field, MANY_LINES.has(field) ? text : text.replace(/\p{Cc}+/gu, ' '));
  });
  if (custom.size > 0) lead.set('customFields', Object.fromEntries(custom));
  return Object.fromEntries(lead);
}

function readCustom(text: string, line: number): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below, as any other value.
  }
  throw problem('CSV_MALFORMED', { error: `Line ${line}: customFields must be a JSON object, or empty` });
}
