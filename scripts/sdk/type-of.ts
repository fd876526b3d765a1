/** JSON schema, as far as openapi.json uses it, to TypeScript. What it does not know it refuses, so that no type is wrong. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  contentMediaType?: string;
}

export interface Style {
  /** What is written by callers: an optional field may be given as undefined. */
  isInput: boolean;
  /** Told of every component that is named. */
  onReference?: (name: string) => void;
}

/** Two shapes that appear everywhere have names of their own. */
const NAMED: readonly { name: string; description: string }[] = [
  { name: 'Id', description: '24 lower-case hex characters; sorts by creation.' },
  { name: 'Instant', description: 'ISO 8601, UTC.' },
];

export const NAMED_TYPES = NAMED.map(
  ({ name, description }) => `/** ${description} */\nexport type ${name} = string;`,
);

export function typeOf(schema: Schema, style: Style, indent = ''): string {
  if (schema.$ref !== undefined) return reference(schema.$ref, style);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return [...new Set(choices.map((choice) => typeOf(choice, style, indent)))].join(' | ');
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return 'unknown';
  return types.map((type) => single(type, schema, style, indent)).join(' | ');
}

/** The fields of an object, each with its description. */
export function fieldsOf(schema: Schema, style: Style, indent: string): string {
  const required = new Set(schema.required);
  const lines = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
    const type = typeOf(field, style, indent);
    const optional = required.has(name) ? '' : '?';
    const orUndefined = optional !== '' && style.isInput ? ' | undefined' : '';
    return `${comment(withoutNames(field.description), indent)}${indent}${key}${optional}: ${type}${orUndefined};\n`;
  });
  const more = schema.additionalProperties;
  if (typeof more === 'object') lines.push(`${indent}[key: string]: unknown;\n`);
  return lines.join('');
}

/** A doc comment; nothing for no text. */
export function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  const lines = text.replaceAll('*/', '* /').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  const body = lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('');
  return `${indent}/**\n${body}${indent} */\n`;
}

/** What the name of its type says already need not be said again. */
export function withoutNames(text: string | undefined): string | undefined {
  return NAMED.some(({ description }) => description === text) ? undefined : text;
}

function single(type: string, schema: Schema, style: Style, indent: string): string {
  switch (type) {
    case 'null':
    case 'boolean':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return NAMED.find(({ description }) => description === schema.description)?.name ?? 'string';
    case 'array': {
      const items = typeOf(schema.items ?? {}, style, indent);
      return / \| /.test(items) && !items.startsWith('{') ? `(${items})[]` : `${items}[]`;
    }
    case 'object':
      return objectOf(schema, style, indent);
    default:
      throw new Error(`openapi.json holds the type ${type}, which scripts/sdk cannot write down`);
  }
}

function objectOf(schema: Schema, style: Style, indent: string): string {
  if (schema.properties !== undefined && Object.keys(schema.properties).length > 0)
    return `{\n${fieldsOf(schema, style, `${indent}  `)}${indent}}`;
  const values = schema.additionalProperties;
  const value = typeof values === 'object' && values !== null ? typeOf(values, style, indent) : 'unknown';
  return `Record<string, ${value}>`;
}

function reference(ref: string, { onReference }: Style): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  onReference?.(name);
  return name;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value);
}
