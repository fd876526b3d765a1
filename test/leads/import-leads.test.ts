/** CSV in and out (contract 3.2): the rules of `POST /api/leads`, row by row. */
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CsvCheckedAnswer, CsvPreviewAnswer } from '../../src/contract/leads/lead-csv.ts';
import type { Lead, LeadsAnswer, SavedLeadsAnswer } from '../../src/contract/leads/leads.ts';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import { openApp, type TestApp } from '../harness.ts';
import { bill, newPhone, openWorkspace, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(() => app.close());

type Body = SavedLeadsAnswer &
  CsvPreviewAnswer &
  CsvCheckedAnswer & { code: string; error: string; reason: string; rows: object[] };
interface Imported {
  status: number;
  headers: Headers;
  body: Body;
}

async function post(
  body: string | Uint8Array<ArrayBuffer> | FormData,
  query: string,
  headers: Record<string, string>,
): Promise<Imported> {
  const response = await fetch(`${app.url}/api/leads/import${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ws.key}`, ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}
const csv = (text: string | Uint8Array<ArrayBuffer>, query = '', headers: Record<string, string> = {}) =>
  post(text, query, { 'content-type': 'text/csv', ...headers });

function form(text: string, fields: Record<string, string> = {}): FormData {
  const data = new FormData();
  data.append('file', new Blob([text], { type: 'text/csv' }), 'leads.csv');
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

const leads = async (): Promise<Lead[]> =>
  (await ws.call<LeadsAnswer>('GET', '/api/leads?limit=100')).body.leads.toReversed();

async function exported(query = ''): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${app.url}/api/leads/export${query}`, {
    headers: { authorization: `Bearer ${ws.key}` },
  });
  // text() would take the byte order mark away.
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
  return { status: response.status, text, headers: response.headers };
}

describe('an import', () => {
  test('maps headings by what they say, completes numbers, and keeps what it does not know as custom fields', async () => {
    const { status, body } = await csv(
      [
        'First Name,Surname,E-mail,Mobile Phone,Phone,Company,Tags,Favourite colour',
        'Ada,Lovelace,ADA@example.com,(202) 555-0143,202-555-0144,"Engines, ""Analytical""",vip;uk,blue',
        'Grace,Hopper,,+442079460000,,,,',
      ].join('\r\n'),
    );
    expect([status, body.savedCount]).toEqual([201, 2]);
    expect(await leads()).toMatchObject([
      {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        phone: '+12025550143',
        altPhone1: '+12025550144',
        companyName: 'Engines, "Analytical"',
        tags: ['vip', 'uk'],
        customFields: { 'Favourite colour': 'blue' },
        source: 'csv',
      },
      { firstName: 'Grace', phone: '+442079460000', email: null, customFields: {} },
    ]);
  });

  test.each([
    ['a byte order mark', '\uFEFFphone,notes\n+12025550100,Grüße\n'],
    ['semicolons', 'phone;notes\n+12025550100;Grüße\n'],
    ['tabs', 'phone\tnotes\n+12025550100\tGrüße\n'],
    ['old Macintosh line ends', 'phone,notes\r+12025550100,Grüße\r'],
    ['blank lines and cells at the end', '\r\nphone,notes,,\r\n\r\n+12025550100,Grüße,,\r\n,,,\r\n'],
    ['rows shorter than the headings', 'phone,notes,a,b\n+12025550100,Grüße\n'],
    ['quotes around everything', '"phone","notes"\n"+12025550100","Grüße"\n'],
  ])('reads files with %s', async (_, text) => {
    expect((await csv(text)).status).toBe(201);
    expect(await leads()).toMatchObject([{ phone: '+12025550100', notes: 'Grüße', customFields: {} }]);
  });

  test('keeps lines within a cell of notes, and makes one line of a name', async () => {
    await csv('phone,notes,First name\n+12025550100,"one\ntwo","Ada\nMaria"');
    expect(await leads()).toMatchObject([{ notes: 'one\ntwo', firstName: 'Ada Maria' }]);
  });

  test('takes a form too, whose fields may stand before or behind the file', async () => {
    const { list } = (await ws.call<ListAnswer>('POST', '/api/lists', { name: 'Fair' })).body;
    const { status, body } = await post(
      form('Telefon\n7700900123', {
        listId: list._id,
        defaultCountryCode: '+44',
        source: 'csv_import',
        mapping: '{"Telefon":"phone"}',
      }),
      '',
      {},
    );
    expect([status, body.listId]).toEqual([201, list._id]);
    expect(await leads()).toMatchObject([{ phone: '+447700900123', source: 'csv_import', listId: list._id }]);
  });

  test('follows a mapping: other fields, custom names, columns left out', async () => {
    const mapping = { Handy: 'phone', Kundennummer: 'customFields.customer', Intern: null };
    const { body } = await csv(
      'Handy,Kundennummer,Intern,First name\n+12025550100,K-1,secret,Ada',
      `?mapping=${encodeURIComponent(JSON.stringify(mapping))}`,
    );
    expect(body.savedCount).toBe(1);
    expect(await leads()).toMatchObject([
      { phone: '+12025550100', firstName: 'Ada', customFields: { customer: 'K-1' } },
    ]);
  });

  test('tells duplicates and saves the others, as `POST /api/leads` does', async () => {
    const phone = newPhone();
    await csv(`phone\n${phone}`);
    const mixed = await csv(`phone\n${phone}\n${newPhone()}`);
    expect(mixed).toMatchObject({ status: 201, body: { savedCount: 1, duplicateCount: 1 } });
    expect(await csv(`phone\n${phone}`)).toMatchObject({ status: 200, body: { duplicateOnly: true } });
  });

  test('of ten thousand rows is one call', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `N${n},+1415${3_000_000 + n}`);
    expect(await csv(`First name,Phone\n${rows.join('\n')}`)).toMatchObject({
      status: 201,
      body: { savedCount: 10_000 },
    });
  });

  test('again with its Idempotency-Key is the same import', async () => {
    const key = { 'idempotency-key': 'k' };
    const text = `phone\n${newPhone()}`;
    const first = await csv(text, '', key);
    const again = await csv(text, '', key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect((await csv(text, '?source=other', key)).status).toBe(409);
  });
});

describe('an import that tells bad rows', () => {
  const file =
    'First name,Phone\nAda,+12025550100\nBad,12\nTwin,+12025550100\nLong,+12025550102,x\nNobody,\n';
  const bad = [
    { index: 1, line: 3, param: 'phone', error: expect.stringContaining('E.164') },
    { index: 3, line: 5, param: '', error: 'Line 5 has more cells than there are headings' },
    { index: 4, line: 6, param: 'phone', error: 'phone or email must be given' },
  ];

  test('says in a dry run what it would save and everything that is wrong, and saves nothing', async () => {
    const { status, body } = await csv(file, '?dryRun=true');
    expect([status, body]).toEqual([
      200,
      {
        totalRows: 5,
        newCount: 1,
        duplicateCount: 1,
        badRows: bad,
        mapping: { 'First name': 'firstName', Phone: 'phone' },
      },
    ]);
    expect(await leads()).toEqual([]);
    expect((await csv(`Phone\n${'12\n'.repeat(500)}`, '?dryRun=true')).body.badRows).toHaveLength(500);
  });

  test('saves the others of them, and names duplicates by their place in the file', async () => {
    const { status, body } = await csv(file, '?badRows=skip');
    expect(status).toBe(201);
    expect(body).toMatchObject({ savedCount: 1, duplicateCount: 1, totalProcessed: 2, badRows: bad });
    expect(body.duplicates?.map(({ index }) => index)).toEqual([2]);
    expect((await csv(file, '?dryRun=true')).body).toMatchObject({ newCount: 0, duplicateCount: 2 });
  });

  test('refuses a file in which all are bad, and all bad rows where nobody asked to skip them', async () => {
    expect(await csv('Phone\n12\n', '?badRows=skip')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_LEADS' },
    });
    expect(await csv(file)).toMatchObject({ status: 400, body: { code: 'CSV_MALFORMED', rows: bad } });
    expect(await csv(file, '?badRows=maybe')).toMatchObject({ status: 400, body: { code: 'INVALID_FIELD' } });
    expect(await csv(file, `?dryRun=true&listId=${'f'.repeat(24)}`)).toMatchObject({ status: 404 });
    expect(await leads()).toEqual([]);
  });
});

test('who is there already gets what a row says beside, when it is asked for; what it leaves out stays', async () => {
  await csv('First name,Last name,Phone,Tags,Colour\nAda,Byron,+12025550100,a,blue\n');
  const file = 'First name,Last name,Phone,E-mail,Tags,Size\n,Lovelace,+12025550100,new@example.com,b,XL\n';
  expect((await csv(file)).body).not.toHaveProperty('updatedCount');
  expect(await leads()).toMatchObject([{ lastName: 'Byron' }]);
  const { body } = await csv(file, '?onDuplicate=update');
  expect(body).toMatchObject({ duplicateCount: 1, updatedCount: 1 });
  expect(body.duplicates?.[0]?.existingLead.lastName).toBe('Lovelace');
  expect(await leads()).toMatchObject([
    {
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: null,
      tags: ['a', 'b'],
      customFields: { Colour: 'blue', Size: 'XL' },
    },
  ]);
  expect((await csv(file, '?onDuplicate=update')).body).toMatchObject({ updatedCount: 0 });
});

describe('a preview', () => {
  test('shows headings, mapping and the first ten rows, and saves nothing', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => `Ada ${n},x`);
    const { status, body } = await csv(`First name,Mobile,Colour,\n${rows.join('\n')}`, '?preview=true');
    expect(status).toBe(200);
    expect(body).toEqual({
      delimiter: ',',
      encoding: 'UTF-8',
      headers: ['First name', 'Mobile', 'Colour', 'Column 4'],
      mapping: {
        'First name': 'firstName',
        Mobile: 'phone',
        Colour: 'customFields.Colour',
        'Column 4': null,
      },
      rows: Array.from({ length: 10 }, (_, n) => [`Ada ${n}`, 'x', '', '']),
      fields: expect.arrayContaining(['firstName', 'phone', 'tags', 'customFields']),
    });
    expect(await leads()).toEqual([]);
  });

  test('of a form shows the mapping asked for', async () => {
    const { body } = await post(form('A,B\n1,2', { preview: 'true', mapping: '{"A":"notes"}' }), '', {});
    expect(body.mapping).toEqual({ A: 'notes', B: 'customFields.B' });
  });
});

describe('a file with something wrong in it', () => {
  test('saves nothing, and every bad row is named by its line', async () => {
    const { status, body } = await csv(
      `phone,email,notes\n${newPhone()},,"two\nlines"\n12,,x\n${newPhone()},nobody,\n,,only notes`,
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'INVALID_LEADS',
      error: '3 of 4 leads are not valid; none was saved',
      rows: [
        { index: 1, line: 4, param: 'phone' },
        { index: 2, line: 5, param: 'email' },
        { index: 3, line: 6, param: 'phone', error: 'phone or email must be given' },
      ],
    });
    expect(await leads()).toEqual([]);
  });

  const latin = Uint8Array.from(Buffer.from('phone,notes\n+12025550100,Gr\xfc\xdfe', 'latin1'));
  test.each([
    ['Windows-1252', latin, 'Windows-1252, ISO 8859-1 or the like'],
    ['UTF-16', Uint8Array.from(Buffer.from('\uFEFFphone\n1', 'utf16le')), 'UTF-16'],
    [
      'a workbook',
      Uint8Array.from(Buffer.from('PK\x03\x04…', 'latin1')),
      'an Excel workbook, or another ZIP file',
    ],
    ['NUL bytes', Uint8Array.from(Buffer.from('phone\n\0')), 'not text: it holds NUL bytes'],
  ])('in %s is refused with a clear sentence', async (_, bytes, reason) => {
    expect(await csv(bytes)).toMatchObject({
      status: 400,
      body: {
        code: 'CSV_ENCODING',
        reason,
        error: 'The file is not UTF-8. Save it as "CSV UTF-8" and try again.',
      },
    });
  });

  test.each([
    ['phone\n"+12025550100', 'CSV_MALFORMED', /Quote/],
    ['phone\n"+1202"5550100', 'CSV_MALFORMED', /line 2/i],
    ['phone\n+12025550100,extra', 'CSV_MALFORMED', /Line 2 has more cells/],
    ['phone,phone\n1,2', 'CSV_MALFORMED', /The heading phone stands twice/],
    ['', 'FILE_REQUIRED', /empty/],
    ['phone,email\n', 'LEADS_REQUIRED', /no rows/],
    ['phone,customFields\n+12025550100,x', 'CSV_MALFORMED', /Line 2: customFields/],
  ])('%j is refused', async (text, code, sentence) => {
    expect(await csv(text)).toMatchObject({
      status: 400,
      body: { code, error: expect.stringMatching(sentence) },
    });
  });

  test.each([
    'x',
    '[]',
    '{"B":"phone"}',
    '{"A":"colour"}',
    '{"A":"phone","C":"phone"}',
    '{"A":"customFields."}',
  ])('or a mapping like %s is refused', async (mapping) => {
    expect(await csv('A,C\n1,2', `?mapping=${encodeURIComponent(mapping)}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD', param: 'mapping' },
    });
  });

  test('a million rows are too many, and are not read to their end', async () => {
    expect(await csv('a\n'.repeat(1_000_000))).toMatchObject({
      status: 400,
      body: { code: 'TOO_MANY_LEADS' },
    });
  });

  test('more than 10 MB is refused, whether it says so or not', async () => {
    const body = 'x'.repeat(10_000_001);
    for (const upload of [() => csv(body), () => post(form(body), '', {})])
      expect(await upload()).toMatchObject({
        status: 413,
        body: { code: 'CSV_TOO_LARGE', error: 'The file must not be larger than 10 MB' },
      });
  });

  test('100 MB are refused before they are sent', async () => {
    const status = await new Promise((resolve, reject) => {
      const call = request(
        `${app.url}/api/leads/import`,
        {
          method: 'POST',
          headers: {
            authorization: `Bearer ${ws.key}`,
            'content-type': 'text/csv',
            'content-length': 100_000_000,
          },
        },
        (answer) => {
          resolve(answer.statusCode);
          call.destroy();
        },
      );
      call.on('error', reject);
      call.write('phone\n');
    });
    expect(status).toBe(413);
  });

  test.each(['application/json', 'application/octet-stream', 'text/csv-schema'])(
    'a body of type %s is refused',
    async (type) => {
      expect(await post('phone\n1', '', { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      });
    },
  );

  test('a form without a file, or with two, is refused', async () => {
    const none = new FormData();
    none.append('listId', 'x');
    const two = form('phone\n1');
    two.append('other', new Blob(['x']), 'x.csv');
    for (const data of [none, two])
      expect(await post(data, '', {})).toMatchObject({ status: 400, body: { code: 'FILE_REQUIRED' } });
  });

  test('or in a workspace that is past due, or by a key that may only read, saves nothing', async () => {
    await bill(app, ws, 'past_due');
    expect((await csv(`phone\n${newPhone()}`)).status).toBe(402);
    ws = await openWorkspace(app, { lines: [], scopes: ['read'] });
    expect((await csv(`phone\n${newPhone()}`)).status).toBe(403);
  });
});

describe('an export', () => {
  test('has every field, oldest first, and no cell that a spreadsheet would calculate', async () => {
    const evil = {
      firstName: '=HYPERLINK("http://x")',
      lastName: '-2+3',
      companyName: '@SUM(A1)',
      notes: '\t=1',
    };
    await ws.call('POST', '/api/leads', {
      leads: [
        { ...evil, phone: '+12025550143', customFields: { a: 1 }, tags: ['x', 'y'] },
        { firstName: 'Ünal, "the" one', email: 'u@example.com' },
      ],
    });
    const { status, text, headers } = await exported();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="leads.csv"');
    const [heading = '', first = '', second = ''] = text.split('\r\n');
    expect(heading.startsWith('\uFEFF_id,listId,firstName')).toBe(true);
    expect(first).toContain(`,"'=HYPERLINK(""http://x"")",'-2+3,,+12025550143,`);
    expect(first).toContain("'@SUM(A1)");
    expect(first).toContain(',x;y,"{""a"":1}",csv,');
    expect(second).toContain(',"Ünal, ""the"" one",');
  });

  test('imported elsewhere makes the same leads', async () => {
    const given = {
      firstName: '=1+1',
      lastName: "'quoted",
      email: 'a@example.com',
      phone: '+12025550143',
      altPhone3: '+12025550144',
      altEmail1: 'b@example.com',
      companyName: 'A; B, "C"',
      jobTitle: '+1 manager',
      linkedinUrl: 'https://example.com/?a=1',
      notes: 'one\ntwo',
      customFields: { 'a,b': 'x', n: 1, deep: { er: [true] } },
      externalId: 'e',
      hsContactId: '1',
      hsPortalId: '2',
      ghlContactId: '3',
      ghlLocationId: '4',
      tags: ['x', 'y z'],
    };
    await ws.call('POST', '/api/leads', { leads: [given] });
    const { text } = await exported();
    ws = await openWorkspace(app, { lines: [] });
    expect(await csv(text)).toMatchObject({ status: 201, body: { savedCount: 1 } });
    expect(await leads()).toMatchObject([given]);
  });

  test('keeps to a list and a tag, and goes on over many looks', async () => {
    const { list } = (await ws.call<ListAnswer>('POST', '/api/lists', { name: 'Fair' })).body;
    const many = Array.from({ length: 2_500 }, (_, n) => ({
      phone: newPhone(),
      tags: n % 5 === 0 ? ['fifth'] : [],
    }));
    await ws.call('POST', '/api/leads', { leads: many, listId: list._id });
    await ws.call('POST', '/api/leads', { leads: [{ phone: newPhone() }] });
    const phones = (text: string) => [...text.matchAll(/,(\+\d+),/g)].map(([, phone]) => phone);
    const all = phones((await exported(`?listId=${list._id}`)).text);
    expect(all).toEqual(many.map(({ phone }) => phone));
    expect(phones((await exported('?tag=fifth')).text)).toHaveLength(500);
    expect(phones((await exported()).text)).toHaveLength(2_501);
    expect(await exported(`?listId=${'f'.repeat(24)}`)).toMatchObject({ status: 404 });
  });
});
