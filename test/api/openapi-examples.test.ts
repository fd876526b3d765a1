/** Every call of openapi.json is shown: what to send, what comes back, and every refusal; and no example tells a lie. */
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../src/contract/operation.ts';
import { PROBLEMS, type ProblemCode } from '../../src/contract/problems.ts';
import { describeApi } from '../../src/http/routes/operations.ts';
import { routes } from '../../src/http/routes.ts';
import { complaints, OF_NO_CALL } from '../declared-answers.ts';

interface Content {
  schema: { contentMediaType?: string };
  example?: unknown;
  examples?: Record<string, { $ref: string }>;
}
interface Printed {
  parameters?: {
    in: string;
    name: string;
    required?: boolean;
    schema: { example?: unknown };
    example?: unknown;
  }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

// As a reader gets it: only what survives being printed.
const document = JSON.parse(JSON.stringify(describeApi(routes)));
const cases = routes.map((route) => [route.operationId, route] as const);
const printed = ({ path, method }: (typeof routes)[number]): Printed =>
  document.paths[path][method.toLowerCase()];

describe('every call has an example that fits', () => {
  test.each(cases)('of what to send: %s', (_, route) => {
    const { parameters = [], requestBody } = printed(route);
    for (const { in: where, name, required, schema, example = schema.example } of parameters)
      if (required === true) expect(example, `${where} ${name}`).toEqual(expect.any(String));
    for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
      expect(example, type).toBeDefined();
      expect(
        complaints([route.path, route.method.toLowerCase(), 'requestBody', 'content', type], example),
      ).toEqual([]);
    }
  });

  test.each(cases)('of what comes back: %s', (_, route) => {
    for (const status of Object.keys(route.answers)) {
      for (const [type, { example, schema }] of Object.entries(
        printed(route).responses[status]?.content ?? {},
      )) {
        // Bytes are no text.
        if (schema.contentMediaType !== undefined) continue;
        expect(example, `${status} ${type}`).toBeDefined();
        const place = [route.path, route.method.toLowerCase(), 'responses', status, 'content', type];
        expect(complaints(place, example), `${status} ${JSON.stringify(example)}`).toEqual([]);
      }
    }
  });

  test.each(cases)('of every refusal: %s', (_, route) => {
    const shown = Object.entries(printed(route).responses).flatMap(([status, { content }]) =>
      Object.entries(content?.['application/json']?.examples ?? {}).map(([code, { $ref }]) => {
        const { value } = document.components.examples[$ref.replace('#/components/examples/', '')];
        const place = [
          route.path,
          route.method.toLowerCase(),
          'responses',
          status,
          'content',
          'application/json',
        ];
        expect(complaints(place, value), code).toEqual([]);
        return `${status} ${code}`;
      }),
    );
    const declared = problemsOf(route).map((code) => `${PROBLEMS[code].status} ${code}`);
    expect(shown.sort()).toEqual(declared.sort());
  });
});

test('every refusal of the catalogue belongs to a call, or to none by its nature', () => {
  const declared = new Set(routes.flatMap((route) => problemsOf(route)));
  const orphans = Object.keys(PROBLEMS).filter((code) => !declared.has(code as ProblemCode));
  expect(orphans.filter((code) => !OF_NO_CALL.includes(code as ProblemCode))).toEqual([]);
});
