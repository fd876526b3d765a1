/** One example for one schema, as it is printed in openapi.json. */
import { EXAMPLE_VALUES } from './example-values.ts';

/** The part of a printed schema that is read here. */
export interface PrintedSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  example?: unknown;
  anyOf?: PrintedSchema[];
  oneOf?: PrintedSchema[];
  properties?: Record<string, PrintedSchema>;
  required?: string[];
  items?: PrintedSchema;
}

export type PrintedSchemas = Readonly<Record<string, PrintedSchema>>;

/** Throws for a text that nobody gave an example for: example-values.ts is where it goes. */
export function composeExample(schema: PrintedSchema, schemas: PrintedSchemas, field = ''): unknown {
  return compose(schema, { schemas, component: '', field });
}

export function resolve(schema: PrintedSchema, schemas: PrintedSchemas): PrintedSchema {
  return schema.$ref === undefined ? schema : (schemas[nameOf(schema.$ref)] ?? {});
}

interface Place {
  schemas: PrintedSchemas;
  /** The named shape that is being shown. */
  component: string;
  field: string;
}

function compose(schema: PrintedSchema, place: Place): unknown {
  const listed = listedFor(schema, place);
  if (listed !== undefined) return listed;
  if (schema.$ref !== undefined) {
    const component = nameOf(schema.$ref);
    return compose(resolve(schema, place.schemas), { ...place, component });
  }
  if (isNullable(schema)) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return compose(choice, place);
  if (schema.type === 'object') return composeObject(schema, place);
  if (schema.type === 'array') return [compose(schema.items ?? {}, place)];
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number') return 0;
  if (schema.type === undefined) return {};
  throw new Error(`example-values.ts has nothing for ${place.component}.${place.field}`);
}

function composeObject({ properties = {}, required = [] }: PrintedSchema, place: Place): unknown {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([field]) => required.includes(field))
      .map(([field, schema]) => [field, compose(schema, { ...place, field })]),
  );
}

function listedFor(schema: PrintedSchema, { schemas, component, field }: Place): unknown {
  const values = [EXAMPLE_VALUES[`${component}.${field}`], EXAMPLE_VALUES[field]];
  return values.find((value) => value !== undefined && fits(value, schema, schemas));
}

/** One name may stand for a text here and a whole thing there. */
function fits(value: unknown, schema: PrintedSchema, schemas: PrintedSchemas): boolean {
  if (schema.$ref !== undefined) return fits(value, resolve(schema, schemas), schemas);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.some((each) => fits(value, each, schemas));
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (Array.isArray(value)) return schema.type === 'array' && fitsItems(value, schema, schemas);
  const types = [schema.type].flat().filter((type) => type !== 'null');
  if (typeof value === 'number') return types.some((type) => type === 'number' || type === 'integer');
  return types.includes(typeof value);
}

function fitsItems(
  [first]: readonly unknown[],
  { items = {} }: PrintedSchema,
  schemas: PrintedSchemas,
): boolean {
  return first === undefined || fits(first, items, schemas);
}

function isNullable({ type, anyOf = [] }: PrintedSchema): boolean {
  return [type].flat().includes('null') || anyOf.some((each) => each.type === 'null');
}

function nameOf(ref: string): string {
  return ref.split('/').at(-1) ?? '';
}
