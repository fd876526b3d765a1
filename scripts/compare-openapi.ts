/**
 * What of one OpenAPI document would break clients that were written for an earlier one. Pure. A client may rely on every
 * call, on every field of an answer being there with its type, and on every request that was good being good; it must
 * live with new calls, new fields of answers, new optional fields of requests, and new values.
 */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: Content & { required?: boolean };
  responses?: Record<string, Content>;
  security?: Record<string, unknown>[];
  'x-scope'?: string;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

/** One sentence for each break; empty: none. */
export function breakingChanges(before: OpenApi, after: OpenApi): string[] {
  const found = new Set<string>();
  const compare = createCompare(before, after, (sentence) => found.add(sentence));
  for (const [path, operations] of Object.entries(before.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method.toUpperCase()} ${path}`;
      const next = after.paths[path]?.[method];
      if (next === undefined) found.add(`${name} is gone`);
      else compareOperation(name, operation, next, compare, (sentence) => found.add(sentence));
    }
  }
  for (const code of codesOf(before))
    if (!codesOf(after).has(code)) found.add(`the error code ${code} is gone`);
  return [...found];
}

type Way = 'request' | 'answer';
type Compare = (place: string, before: Schema | undefined, after: Schema | undefined, way: Way) => void;
type Tell = (sentence: string) => void;

function compareOperation(
  name: string,
  before: Operation,
  after: Operation,
  compare: Compare,
  tell: Tell,
): void {
  if (before['x-scope'] !== after['x-scope'])
    tell(`${name} needs the scope ${after['x-scope']} instead of ${before['x-scope']}`);
  if (JSON.stringify(before.security ?? []) !== JSON.stringify(after.security ?? []))
    tell(`${name} is called with other credentials`);
  compareParameters(name, before, after, compare, tell);
  if (after.requestBody?.required === true && before.requestBody?.required !== true)
    tell(`${name} needs a body now`);
  compareContent(`${name} body`, before.requestBody, after.requestBody, 'request', compare, tell);
  for (const [status, answer] of Object.entries(before.responses ?? {})) {
    const next = after.responses?.[status];
    if (next !== undefined) compareContent(`${name} ${status}`, answer, next, 'answer', compare, tell);
    else if (status.startsWith('2')) tell(`${name} does not answer ${status} any more`);
  }
}

function compareParameters(
  name: string,
  before: Operation,
  after: Operation,
  compare: Compare,
  tell: Tell,
): void {
  const old = new Map((before.parameters ?? []).map((each) => [`${each.in} ${each.name}`, each]));
  const next = new Map((after.parameters ?? []).map((each) => [`${each.in} ${each.name}`, each]));
  for (const [key, { required, schema }] of old) {
    const found = next.get(key);
    if (found === undefined) tell(`${name} does not take ${key} any more`);
    else {
      if (found.required === true && required !== true) tell(`${name} needs ${key} now`);
      compare(`${name} ${key}`, schema, found.schema, 'request');
    }
  }
  for (const [key, { required }] of next)
    if (required === true && !old.has(key)) tell(`${name} needs ${key} now`);
}

function compareContent(
  place: string,
  before: Content | undefined,
  after: Content | undefined,
  way: Way,
  compare: Compare,
  tell: Tell,
): void {
  for (const [type, { schema }] of Object.entries(before?.content ?? {})) {
    const next = after?.content?.[type];
    if (next === undefined) tell(`${place} is not ${type} any more`);
    else compare(place, schema, next.schema, way);
  }
}

function createCompare(before: OpenApi, after: OpenApi, tell: Tell): Compare {
  // Shapes may hold themselves: each pair is looked at once for each place a client meets it by name.
  const seen = new Set<string>();

  const compare: Compare = (place, old, next, way) => {
    if (old === undefined || next === undefined) return;
    if (old.$ref !== undefined && next.$ref !== undefined) {
      const pair = `${way} ${old.$ref} ${next.$ref}`;
      if (seen.has(pair)) return;
      seen.add(pair);
    }
    const [was, is] = [alternatives(before, old), alternatives(after, next)];
    // What a request could be it must still be able to be; what an answer is now it must have been able to be.
    const [from, to] = way === 'request' ? [was, is] : [is, was];
    for (const kind of new Set(from.map(kindOf)))
      if (!to.some((each) => kindOf(each) === kind || kindOf(each) === 'any'))
        tell(
          way === 'request'
            ? `${place} may not be ${kind} any more`
            : `${place} may be ${kind} now, which it never was`,
        );
    for (const [kind, ofKind] of Map.groupBy(was, kindOf)) {
      const others = is.filter((each) => kindOf(each) === kind);
      ofKind.forEach((each, index) => {
        const other = others[index] ?? others[0];
        if (other !== undefined) compareOne(place, each, other, way);
      });
      compareValues(place, ofKind, others);
    }
  };

  const compareValues = (place: string, was: readonly Schema[], is: readonly Schema[]): void => {
    // Without a list anything goes.
    if (is.length === 0 || is.some((each) => valuesOf(each) === null)) return;
    const values = new Set(is.flatMap((each) => valuesOf(each) ?? []));
    if (was.some((each) => valuesOf(each) === null)) tell(`${place} is confined to a list of values now`);
    for (const value of was.flatMap((each) => valuesOf(each) ?? []))
      if (!values.has(value)) tell(`${place} does not know the value ${value} any more`);
  };

  const compareOne = (place: string, old: Schema, next: Schema, way: Way): void => {
    const required = new Set(next.required);
    for (const [name, schema] of Object.entries(old.properties ?? {})) {
      const inner = `${place}.${name}`;
      const found = next.properties?.[name];
      if (found === undefined) {
        tell(`${inner} is gone`);
        continue;
      }
      const wasRequired = old.required?.includes(name) === true;
      if (way === 'answer' && wasRequired && !required.has(name)) tell(`${inner} may be absent now`);
      if (way === 'request' && !wasRequired && required.has(name)) tell(`${inner} is required now`);
      compare(inner, schema, found, way);
    }
    if (way === 'request') {
      for (const name of required)
        if (old.properties?.[name] === undefined) tell(`${place}.${name} is new and required`);
      compareLimits(place, old, next);
    }
    compare(`${place}[]`, old.items, next.items, way);
    if (typeof old.additionalProperties === 'object' && typeof next.additionalProperties === 'object')
      compare(`${place}.*`, old.additionalProperties, next.additionalProperties, way);
  };

  const compareLimits = (place: string, old: Schema, next: Schema): void => {
    for (const limit of ['maximum', 'maxLength', 'maxItems'] as const)
      if ((next[limit] ?? Infinity) < (old[limit] ?? Infinity)) tell(`${place} has a lower ${limit}`);
    for (const limit of ['minimum', 'minLength', 'minItems'] as const)
      if ((next[limit] ?? -Infinity) > (old[limit] ?? -Infinity)) tell(`${place} has a higher ${limit}`);
  };

  return compare;
}

/** What a value may be, with references and lists of types resolved. */
function alternatives(document: OpenApi, schema: Schema): Schema[] {
  if (schema.$ref !== undefined) {
    const found = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
    return found === undefined ? [] : alternatives(document, found);
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.flatMap((each) => alternatives(document, each));
  if (schema.allOf !== undefined)
    return [merged(schema.allOf.flatMap((each) => alternatives(document, each)))];
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return [schema];
}

function merged(parts: readonly Schema[]): Schema {
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map((each) => each.properties ?? {})),
    required: parts.flatMap((each) => each.required ?? []),
  };
}

/** A whole number is a number to whoever reads it. */
function kindOf({ type, properties, const: only, enum: values }: Schema): string {
  const example = only ?? values?.[0];
  const kind = type ?? (properties !== undefined ? 'object' : example === undefined ? 'any' : typeof example);
  return kind === 'integer' ? 'number' : String(kind);
}

function valuesOf({ enum: values, const: only }: Schema): unknown[] | null {
  return values ?? (only === undefined ? null : [only]);
}

function codesOf({ components }: OpenApi): Set<unknown> {
  return new Set(components?.schemas?.ErrorAnswer?.properties?.code?.examples);
}
