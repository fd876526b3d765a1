/** A release keeps what the one before it promised: openapi.json breaks nothing of docs/openapi-released.json. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { breakingChanges, type OpenApi, type Schema } from '../../scripts/compare-openapi.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const readDocument = (file: string): OpenApi => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
const RELEASED = 'docs/openapi-released.json';
const current = readDocument('openapi.json');

test('this version breaks nothing of the last released one (there is none yet: then nothing of itself)', () => {
  const released = existsSync(path.join(ROOT, RELEASED)) ? readDocument(RELEASED) : current;
  expect(breakingChanges(released, current)).toEqual([]);
});

const document = (body: Schema, answer: Schema, more: object = {}): OpenApi => ({
  paths: {
    '/api/things': {
      post: {
        requestBody: { required: true, content: { 'application/json': { schema: body } } },
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        },
        ...more,
      },
    },
  },
  components: { schemas: { Thing: answer } },
});
const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
});
const text: Schema = { type: 'string' };
const body = object({ name: text, kind: { type: 'string', enum: ['a', 'b'] } }, ['name']);
const answer = object({ id: text, note: { anyOf: [text, { type: 'null' }] } });
const before = document(body, answer);

describe('a break is', () => {
  test.each<[string, OpenApi]>([
    ['POST /api/things is gone', { ...before, paths: {} }],
    ['POST /api/things 200.id is gone', document(body, object({ note: answer.properties?.note ?? text }))],
    ['POST /api/things 200.note may be absent now', document(body, { ...answer, required: ['id'] })],
    [
      'POST /api/things 200.id may be null now, which it never was',
      document(body, object({ ...answer.properties, id: { type: ['string', 'null'] } })),
    ],
    [
      'POST /api/things 200.id may be number now, which it never was',
      document(body, object({ ...answer.properties, id: { type: 'integer' } })),
    ],
    [
      'POST /api/things body.size is new and required',
      document(object({ name: text, kind: text, size: text }, ['name', 'size']), answer),
    ],
    ['POST /api/things body.kind is required now', document({ ...body, required: ['name', 'kind'] }, answer)],
    [
      'POST /api/things body.kind does not know the value b any more',
      document(object({ name: text, kind: { type: 'string', enum: ['a'] } }, ['name']), answer),
    ],
    [
      'POST /api/things body.name has a lower maxLength',
      document(object({ ...body.properties, name: { type: 'string', maxLength: 5 } }, ['name']), answer),
    ],
    ['POST /api/things body.kind is gone', document(object({ name: text }), answer)],
    [
      'POST /api/things needs query page now',
      document(body, answer, { parameters: [{ in: 'query', name: 'page', required: true }] }),
    ],
    [
      'POST /api/things needs the scope admin instead of undefined',
      document(body, answer, { 'x-scope': 'admin' }),
    ],
    ['POST /api/things does not answer 200 any more', document(body, answer, { responses: { 201: {} } })],
  ])('%s', (sentence, after) => expect(breakingChanges(before, after)).toContain(sentence));

  test('an error code that is gone', () => {
    const withCodes = (examples: string[]): OpenApi => ({
      paths: {},
      components: { schemas: { ErrorAnswer: object({ code: { type: 'string', examples } }) } },
    });
    expect(breakingChanges(withCodes(['A', 'B']), withCodes(['A', 'C']))).toEqual([
      'the error code B is gone',
    ]);
  });
});

describe('and no break', () => {
  test.each<[string, OpenApi]>([
    ['nothing changed', before],
    ['a new field of an answer', document(body, object({ ...answer.properties, more: text }))],
    [
      'a new optional field of a request',
      document(object({ ...body.properties, more: text }, ['name']), answer),
    ],
    [
      'a new value',
      document(object({ name: text, kind: { type: 'string', enum: ['a', 'b', 'c'] } }, ['name']), answer),
    ],
    ['an answer that is null less often', document(body, object({ id: text, note: text }))],
    [
      'a request that may be null too',
      document(object({ ...body.properties, name: { type: ['string', 'null'] } }, ['name']), answer),
    ],
    ['a new optional parameter', document(body, answer, { parameters: [{ in: 'query', name: 'page' }] })],
    ['a field that need not be given any more', document({ ...body, required: [] }, answer)],
  ])('%s', (_, after) => expect(breakingChanges(before, after)).toEqual([]));
});

test('each call, each field of an answer and each error code of this very document is guarded', () => {
  for (const [route, operations] of Object.entries(current.paths)) {
    const { [route]: _, ...others } = current.paths;
    const sentences = breakingChanges(current, { ...current, paths: others });
    expect(sentences.length, route).toBe(Object.keys(operations).length);
  }
  const schemas = current.components?.schemas ?? {};
  for (const [name, schema] of Object.entries(schemas)) {
    const [field] = Object.keys(schema.properties ?? {});
    if (field === undefined) continue;
    const { [field]: _, ...properties } = schema.properties ?? {};
    const after = { ...current, components: { schemas: { ...schemas, [name]: { ...schema, properties } } } };
    expect(breakingChanges(current, after), name).not.toEqual([]);
  }
});
