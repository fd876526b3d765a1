/** One specification: what is printed is what is served, and what is committed is what is printed. */
import { describe, expect, test } from 'vitest';
import { generate } from '../../scripts/generate.ts';
import { describeApi } from '../../src/http/routes/operations.ts';
import { routes } from '../../src/http/routes.ts';
import { startServer } from '../../src/http/testing.ts';

type Node = { [key: string]: Node } | Node[] | string | number | boolean | null;

// As a reader gets it: only what survives being printed.
const document = JSON.parse(JSON.stringify(describeApi(routes)));

describe('generated files', () => {
  test.each(generate())('$path says what the code says (npm run generate)', ({ isCurrent }) => {
    expect(isCurrent).toBe(true);
  });
});

describe('openapi.json', () => {
  test('lists exactly the calls that are declared, each under one id', () => {
    const printed = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(printed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length);
  });

  test('lists exactly the calls the server answers', async () => {
    const { app } = await startServer({});
    for (const { method, path } of routes) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
      expect(app.hasRoute({ method, url }), `${method} ${path}`).toBe(true);
    }
    const served = app.printRoutes({ commonPrefix: false, includeHooks: false });
    // Every path of the router is a declared one: as many lines with methods as there are paths.
    const paths = served.split('\n').filter((line) => line.includes('('));
    expect(paths.length).toBe(new Set(routes.map(({ path }) => path)).size);
  });

  test('is served as it is committed', async () => {
    const { url } = await startServer({});
    const answer = await fetch(`${url}/openapi.json`);
    expect(await answer.json()).toEqual(document);
  });

  test('resolves every reference within itself, and uses every component', () => {
    const references = new Set<string>();
    visit(document, (node) => {
      if ('$ref' in node && typeof node.$ref === 'string') references.add(node.$ref);
    });
    for (const reference of references) expect(resolve(reference), reference).toBeDefined();
    for (const name of Object.keys(document.components.schemas)) {
      expect(references, name).toContain(`#/components/schemas/${name}`);
    }
  });

  test('names components like entities, bodies and answers, never twice for one shape', () => {
    for (const name of Object.keys(document.components.schemas)) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(name).not.toMatch(/Output$|Input$/);
    }
  });

  test('is structurally OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    for (const [path, operations] of Object.entries<Record<string, Operation>>(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) checkOperation(path, method, operation);
    }
  });
});

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { in: string; name: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

function checkOperation(path: string, method: string, operation: Operation): void {
  const name = `${method} ${path}`;
  expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
  expect(operation.summary, name).not.toBe('');
  expect(operation.tags.length, name).toBe(1);
  for (const way of operation.security) expect(Object.values(way).flat(), name).toEqual([]);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
  const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
  expect(declared.map((parameter) => parameter.name)).toEqual(inPath);
  for (const parameter of declared) expect(parameter.required, name).toBe(true);
  if (method === 'get') expect(operation.requestBody, name).toBeUndefined();
  for (const [status, answer] of Object.entries(operation.responses)) {
    expect(status, name).toMatch(/^[2-5]\d\d$/);
    expect(answer.description, name).not.toBe('');
    for (const { schema } of Object.values(answer.content ?? {})) expect(schema, name).toBeTypeOf('object');
  }
}

function visit(node: Node, see: (node: { [key: string]: Node }) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) see(node);
  for (const child of Object.values(node)) visit(child, see);
}

function resolve(reference: string): Node | undefined {
  let node: Node | undefined = document;
  for (const step of reference.replace('#/', '').split('/')) {
    node = typeof node === 'object' && node !== null && !Array.isArray(node) ? node[step] : undefined;
  }
  return node;
}
