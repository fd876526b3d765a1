/** Whatever is asked, by whomever: an answer in time, and never one that says the fault is ours. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import openapi from '../openapi.json' with { type: 'json' };
import { openApp, type TestApp } from './harness.ts';
import { pairingCode, QUICK_LINE } from './relay/mac.ts';
import { openWorkspace, type Workspace } from './workspaces.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 30);
const ANSWERED_WITHIN_MS = 10_000;

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}
interface Parameter {
  name: string;
  in: string;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

let app: TestApp;
let workspace: Workspace;
let device: string;
/** Ids, addresses and tokens that exist: a stranger's text where one of these is expected goes deeper. */
let real: string[];

beforeAll(async () => {
  app = await openApp({ dispatches: false, config: { publicUrl: 'https://trunkline.example.com' } });
  workspace = await openWorkspace(app, {
    lines: [
      {},
      { messageType: 'sms' },
      QUICK_LINE,
      {
        transport: 'twilio',
        messageType: 'sms',
        transportConfig: { accountSid: `AC${'0'.repeat(32)}` },
        secret: 'token',
      },
      { transport: 'bluebubbles', transportConfig: { serverUrl: 'https://mac.example.com' }, secret: 'word' },
    ],
  });
  const [line, sms, mac, twilio, bluebubbles] = workspace.lines.map(({ _id }) => _id);
  const code = await pairingCode(workspace, mac ?? '');
  const paired = await workspace.call('POST', '/relay/pair', { code });
  device = String(paired.body.token);
  const phone = '+12025550171';
  const { message } = (await workspace.send({ message: 'Hi', recipientPhone: phone }, { prefer: 'wait=0' }))
    .body;
  real = [line, sms, mac, twilio, bluebubbles, message._id, message.leadId, workspace.workspaceId, phone]
    .filter((each) => typeof each === 'string')
    .concat('events', 'status', 'inbound', '0');
});
afterAll(() => app.close());

const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '../../etc/passwd',
    '..%2f',
    '%',
    '%00',
    '%zz',
    "'; --",
    '"',
    '\r\nx: y',
    '__proto__',
    'constructor',
    'toString',
    '{{constructor}}',
    '{firstName|',
    '<script>',
    '-1',
    '1e309',
    'NaN',
    '٣',
    '😀',
    '+12025550171',
    'a@b.co',
    'http://127.0.0.1/x',
    'http://[',
    'file:///etc/passwd',
    '9999-12-31T23:59:59.999Z',
    '0000-01-01',
    '275760-09-13T00:00:00Z',
    '2026-13-45',
    'f'.repeat(24),
    '0'.repeat(24),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(300, 5_000).map((length) => 'a'.repeat(length)),
);
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  hostileText,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, [], {}),
  fc.constant(null).map(() => JSON.parse('{"__proto__":{"x":1},"toString":1,"length":-1}') as unknown),
  fc.constant(null).map(() => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown),
  fc.array(hostileText, { maxLength: 3 }),
);
const known = fc.nat().map((n) => real[n % real.length] ?? '');
const word = fc.oneof(known, known, hostileText);

/** By its schema, and in every place by chance something else. */
function mixed(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 3, arbitrary: rightful(schema, depth) }, { weight: 1, arbitrary: hostileValue });
}

function rightful(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth > 5) return fc.constant(null);
  if (schema.$ref !== undefined) return rightful(named(schema.$ref), depth + 1);
  const [choice, ...others] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return fc.oneof(...[choice, ...others].map((each) => rightful(each, depth + 1)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, each]) => [
            name,
            // Nobody waits here.
            name === 'waitMs' ? fc.constant(0) : name === 'envelopes' ? envelopes : mixed(each, depth + 1),
          ]),
        ),
        { requiredKeys: [] },
      );
    case 'array':
      return fc.array(mixed(schema.items ?? {}, depth + 1), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.integer({ min: 0, max: 50 });
    case 'boolean':
      return fc.boolean();
    default:
      return word;
  }
}

function named(ref: string): Schema {
  const name = ref.split('/').at(-1) ?? '';
  return (openapi.components.schemas as unknown as Record<string, Schema>)[name] ?? {};
}

const mostly = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 4, arbitrary: arbitrary as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: hostileValue },
  );
const instant = mostly(fc.constantFrom(0, 1_800_000_000_000, 2 ** 53 - 1));
const selfTest = mostly(
  fc.record({
    ok: fc.boolean(),
    checks: fc.array(fc.record({ check: hostileText, ok: fc.boolean(), message: hostileText }), {
      maxLength: 2,
    }),
    versions: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
  }),
);
const news = fc.record({
  news: fc.constantFrom('receipt', 'inbound', 'reaction', 'line', 'suppression'),
  reference: word,
  receipt: fc.constantFrom('accepted', 'delivered', 'read', 'bounced', 'not_on_channel'),
  from: mostly(fc.constantFrom('+12025550171', 'a@b.co')),
  text: hostileText,
  externalMessageId: word,
  targetExternalMessageId: word,
  reaction: hostileText,
  isRemoved: fc.boolean(),
  health: fc.constantFrom('fine', 'wrong'),
  message: hostileText,
  at: instant,
  inReplyTo: word,
  attachments: fc.array(fc.record({ name: hostileText, mimeType: fc.constant(null), source: hostileValue }), {
    maxLength: 2,
  }),
});
const envelope = fc.record({
  type: fc.constantFrom('hello', 'take', 'result', 'news', 'self-test', 'bye'),
  protocol: mostly(fc.constantFrom(1, 2, 2 ** 40)),
  agent: hostileText,
  driver: hostileText,
  name: hostileText,
  selfTest,
  jobId: word,
  fence: mostly(fc.constant('abcdefgh')),
  at: instant,
  answer: hostileValue,
  newsId: word,
  news: fc.array(mostly(news), { maxLength: 3 }),
});
const envelopes = fc.array(mostly(envelope), { maxLength: 3 });

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods as unknown as Record<string, Operation>).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    ...operation,
  })),
);

describe('no request of whatever kind breaks', () => {
  test.each(operations)('$operationId', async ({ method, path, parameters = [], requestBody }) => {
    const of = (where: string) => parameters.filter((each) => each.in === where).map(({ name }) => name);
    const schema = requestBody?.content['application/json']?.schema;
    const texts = (names: string[]) => fc.record(Object.fromEntries(names.map((name) => [name, word])));
    const takesBody = method !== 'GET';
    const request = fc.record({
      path: texts(of('path')),
      query: fc.record(Object.fromEntries(of('query').map((name) => [name, word])), { requiredKeys: [] }),
      body: takesBody ? bodyOf(schema) : fc.constant(undefined),
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'application/x-www-form-urlencoded',
        null,
      ),
      authorization: fc.constantFrom('own', 'own', 'none', 'text'),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path: params, query, body, type, authorization }) => {
        const [base = '', ...rest] = path.split(/\{(\w+)\}/);
        const filled = rest.map((part, index) => (index % 2 === 0 ? encoded(String(params[part])) : part));
        const search = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value))}`);
        const credential = path.startsWith('/relay') ? device : workspace.key;
        const response = await fetch(`${app.url}${[base, ...filled].join('')}?${search.join('&')}`, {
          method,
          headers: {
            ...(type === null ? {} : { 'content-type': type }),
            ...(authorization === 'none'
              ? {}
              : { authorization: `Bearer ${authorization === 'own' ? credential : 'x'}` }),
          },
          ...(body === undefined ? {} : { body }),
          signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
        });
        const text = await response.text();
        // 503 of /readyz and the like would mean that something went away.
        // 501 is an answer: the documentation has it for what is not built.
        if (response.status !== 501) expect(response.status, text.slice(0, 500)).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
  });
});

function bodyOf(schema: Schema | undefined): fc.Arbitrary<string | Uint8Array<ArrayBuffer>> {
  const json = (value: fc.Arbitrary<unknown>) => value.map((each) => JSON.stringify(each) ?? '');
  return fc.oneof(
    { weight: 6, arbitrary: json(schema === undefined ? hostileValue : rightful(schema, 0)) },
    { weight: 1, arbitrary: json(hostileValue) },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => new Uint8Array(bytes)) },
  );
}

/** As bytes, so that halves of characters and what a program would never write get through too. */
function encoded(text: string): string {
  return text === '%zz' || text === '%' || text === '%00' ? text : encodeURIComponent(text.toWellFormed());
}
