/** Requests for one call: near to its schema, and by chance wrong in every place, or as a whole. */
import fc from 'fast-check';
import openapi from '../../openapi.json' with { type: 'json' };
import { hostileJson, hostileText, hostileValue } from './hostile.ts';
import { envelopesOf } from './relay-envelopes.ts';

export interface FuzzOperation {
  operationId: string;
  method: string;
  /** As in OpenAPI. */
  path: string;
  parameters?: readonly { name: string; in: string; schema?: Schema }[];
  requestBody?: { content: Record<string, Content> };
  responses?: Record<string, { content?: Record<string, unknown> }>;
}

/** Who asks: the workspace, the one next door, nobody, somebody with a word that is no key. */
export type Asker = 'own' | 'neighbour' | 'nobody' | 'stranger';

export interface FuzzRequest {
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  asker: Asker;
}

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

interface Content {
  schema?: Schema;
  example?: unknown;
}

interface Body {
  type: string | null;
  bytes: string | Uint8Array<ArrayBuffer>;
}

export const operations: readonly FuzzOperation[] = Object.entries(openapi.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods as unknown as Record<string, Omit<FuzzOperation, 'method' | 'path'>>).map(
      ([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
      }),
    ),
  )
  .filter(({ responses }) => !isEndless(responses));

/** What is never over can't be read to its end. */
function isEndless(responses: FuzzOperation['responses']): boolean {
  return Object.keys(responses?.['200']?.content ?? {}).includes('text/event-stream');
}

/** Steps of a path that lead to another call. */
const SKIPPED = ['', '.', '..'];

/** `known` answers what exists by now, `here` what exists of the kind that the call is about. */
export function requestsFor(
  { method, path, parameters = [], requestBody }: FuzzOperation,
  known: () => readonly string[],
  here: () => readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const real = fc.nat().map((n) => known()[n % known().length] ?? '');
  const word = fc.oneof(real, real, hostileText);
  const step = fc.oneof(
    fc.nat().map((n) => here()[n % here().length] ?? ''),
    word,
  );
  const inPlace = (where: string) => parameters.filter((each) => each.in === where);
  const query = inPlace('query').map(({ name, schema = {} }) =>
    fc
      .array(fc.oneof(word, rightful(schema, word).map(textOf)), { minLength: 1, maxLength: 2 })
      .map((values) => values.slice(0, values.length === 2 && values[0] === '' ? 2 : 1))
      .map((values) => values.map((value) => `${encoded(name)}=${encoded(value)}`).join('&')),
  );
  const parts = fc.record({
    path: fc.tuple(...inPlace('path').map(() => step.filter((text) => !SKIPPED.includes(text)))),
    query: fc.tuple(...query.map((each) => fc.option(each, { nil: '' }))),
    more: fc.oneof(
      { weight: 9, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: fc.tuple(word, word).map(([name, value]) => `${encoded(name)}[]=${encoded(value)}`),
      },
    ),
    headers: fc.dictionary(
      fc.constantFrom('x-correlation-id', 'idempotency-key', 'range', 'accept', 'if-none-match', 'prefer'),
      // What cannot stand in a header no client sends.
      word.map((text) => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').trim()),
      { maxKeys: 2 },
    ),
    body: method === 'GET' ? fc.constant(null) : bodies(requestBody?.content ?? {}, word),
    asker: fc.oneof(
      { weight: 6, arbitrary: fc.constant<Asker>('own') },
      { weight: 1, arbitrary: fc.constantFrom<Asker>('neighbour', 'nobody', 'stranger') },
    ),
  });
  return parts.map(({ path: values, query: asked, more, headers, body, asker }) => {
    const filled = values.reduce(
      (before: string, value) => before.replace(/\{\w+\}/, () => encoded(value)),
      path,
    );
    const search = [...asked, more].filter((each) => each !== '').join('&');
    return {
      target: search === '' ? filled : `${filled}?${search}`,
      headers: { ...headers, ...(body === null || body.type === null ? {} : { 'content-type': body.type }) },
      ...(body === null ? {} : { body: body.bytes }),
      asker,
    };
  });
}

const BOUNDARY = 'a-boundary';

function bodies(content: Record<string, Content>, word: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  const { schema, example } = content['application/json'] ?? {};
  const rightly =
    schema === undefined
      ? hostileValue
      : fc.oneof(rightful(schema, word), { weight: 2, arbitrary: nearly(example, schema, word) });
  const json = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Body> =>
    value.map((each) => ({ type: 'application/json', bytes: JSON.stringify(each) ?? '' }));
  const kinds: fc.WeightedArbitrary<Body>[] = [
    { weight: 6, arbitrary: json(rightly) },
    { weight: 1, arbitrary: json(hostileValue) },
    { weight: 1, arbitrary: hostileJson.map((bytes) => ({ type: 'application/json', bytes })) },
    { weight: 1, arbitrary: mistyped(word) },
  ];
  if ('application/x-www-form-urlencoded' in content) kinds.push({ weight: 6, arbitrary: forms(rightly) });
  if ('multipart/form-data' in content) kinds.push({ weight: 12, arbitrary: multipart(word) });
  if ('text/csv' in content)
    kinds.push({ weight: 12, arbitrary: csv(word).map((bytes) => ({ type: 'text/csv', bytes })) });
  return fc.oneof(...kinds);
}

/** Bytes that are not what their type says. */
function mistyped(word: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  return fc.record({
    type: fc.constantFrom(
      null,
      'application/json',
      'application/json; charset=latin1',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/csv; charset=utf-16',
      'text/plain',
      '*/*',
      ';',
    ),
    bytes: fc.oneof(
      word,
      fc.uint8Array({ maxLength: 100 }).map((bytes) => new Uint8Array(bytes)),
    ),
  });
}

function forms(value: fc.Arbitrary<unknown>): fc.Arbitrary<Body> {
  return value.map((each) => ({
    type: 'application/x-www-form-urlencoded',
    bytes: Object.entries((each ?? {}) as Record<string, unknown>)
      .flatMap(([name, given]) => [given].flat().map((one) => `${encoded(name)}=${encoded(textOf(one))}`))
      .join('&'),
  }));
}

function multipart(word: fc.Arbitrary<string>): fc.Arbitrary<Body> {
  const quoted = (text: string) => text.replaceAll(/["\r\n]/g, '');
  const part = fc.record({
    name: fc.oneof(fc.constant('file'), word),
    file: fc.option(word),
    text: fc.oneof(word, csv(word)),
  });
  return fc
    .tuple(fc.array(part, { maxLength: 3 }), fc.constantFrom('--', '', '\r\n'))
    .map(([parts, end]) => ({
      type: `multipart/form-data; boundary=${BOUNDARY}`,
      bytes: parts
        .map(({ name, file, text }) => {
          const named = file === null ? '' : `; filename="${quoted(file)}"`;
          return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${quoted(name)}"${named}\r\n\r\n${text}\r\n`;
        })
        .concat(`--${BOUNDARY}${end}`)
        .join(''),
    }));
}

function csv(word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const heading = fc.oneof(fc.constantFrom('firstName', 'lastName', 'email', 'phone', 'Phone', 'tags'), word);
  const row = (cell: fc.Arbitrary<string>) => fc.array(cell, { maxLength: 5 });
  return fc
    .tuple(
      row(heading),
      fc.array(row(word), { maxLength: 4 }),
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
    )
    .map(([headings, rows, comma, end]) => [headings, ...rows].map((cells) => cells.join(comma)).join(end));
}

/** The example of the call, with ids that exist, here and there something else, and a field or two more. */
function nearly(example: unknown, schema: Schema, word: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { properties = {} } = schema.$ref === undefined ? schema : named(schema.$ref);
  const given = Object.entries((example ?? {}) as Record<string, unknown>).map(([name, value]) => {
    const isId = typeof value === 'string' && /^[0-9a-f]{24}$/.test(value);
    return [
      name,
      fc.oneof(
        { weight: 9, arbitrary: isId ? word : fc.constant(value) },
        { weight: 1, arbitrary: mixed(properties[name] ?? {}, word, 1) },
      ),
    ] as const;
  });
  const more = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(Object.keys(properties)).map((names) => names.slice(0, 2)) },
  );
  return fc
    .tuple(fc.record(Object.fromEntries(given)), rightful(schema, word), more)
    .map(([base, others, names]) => ({
      ...base,
      ...Object.fromEntries(names.map((name) => [name, (others as Record<string, unknown>)[name]])),
    }));
}

/** By its schema, and in every place by chance something else. */
function mixed(schema: Schema, word: fc.Arbitrary<string>, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: rightful(schema, word, depth) },
    { weight: 1, arbitrary: hostileValue },
  );
}

function rightful(schema: Schema, word: fc.Arbitrary<string>, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 5) return fc.constant(null);
  if (schema.$ref !== undefined) return rightful(named(schema.$ref), word, depth + 1);
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  if (choices.length > 0) return fc.oneof(...choices.map((each) => rightful(each, word, depth + 1)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, each]) => [
            name,
            // Nobody waits here.
            name === 'waitMs'
              ? fc.constant(0)
              : name === 'envelopes'
                ? envelopesOf(word)
                : mixed(each, word, depth + 1),
          ]),
        ),
        { requiredKeys: [] },
      );
    case 'array':
      return fc.array(mixed(schema.items ?? {}, word, depth + 1), { maxLength: 3 });
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** As bytes, so that halves of characters and what a program would never write get through too. */
function encoded(text: string): string {
  return text === '%zz' || text === '%' || text === '%00' ? text : encodeURIComponent(text.toWellFormed());
}
