/** openapi.json → sdk/src/types.ts and sdk/src/operations.ts: the shapes, and one method for each call under /api. */
import { comment, fieldsOf, NAMED_TYPES, type Schema, typeOf, withoutNames } from './type-of.ts';

interface Parameter {
  in: string;
  name: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}
interface Content {
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}
interface Call extends Operation {
  method: string;
  path: string;
}
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Doors for clients of other services have clients of their own. */
const NOT_OURS = ['Migration'];
/** Read as they come: by an EventSource, not by a method. */
const STREAM = 'text/event-stream';

interface Special {
  parameter: string;
  /** Its type when it is given. */
  given: string;
  answer: string;
}

/** Calls that answer something else altogether when a parameter is given: one signature each. */
const BY_PARAMETER: Record<string, { special: readonly Special[]; otherwise: string }> = {
  sendMessage: {
    special: [{ parameter: 'dryRun', given: 'true', answer: 'DryRunAnswer' }],
    otherwise: 'SendAnswer',
  },
  listLeads: {
    special: [{ parameter: 'id', given: 'string', answer: 'LeadAnswer' }],
    otherwise: 'LeadsAnswer',
  },
  importLeads: {
    special: [
      { parameter: 'preview', given: 'true', answer: 'CsvPreviewAnswer' },
      { parameter: 'dryRun', given: 'true', answer: 'CsvCheckedAnswer' },
    ],
    otherwise: 'SavedLeadsAnswer | DuplicateLeadsAnswer',
  },
};

/** Of the fields of an input. */
const INDENT = '      ';
const HEADER = '/** Generated from openapi.json by `npm run generate`. */\n';

export function writeTypes(document: ApiDocument): string {
  const { schemas } = document.components;
  const calls = callsOf(document);
  const inputs = reached(schemas, calls.flatMap(bodiesOf));
  const used = new Set([...inputs, ...reached(schemas, calls.flatMap(answersOf)), 'ErrorAnswer']);
  const written = Object.entries(schemas)
    .filter(([name]) => used.has(name))
    .map(([name, schema]) => {
      const style = { isInput: inputs.has(name) };
      const head = comment(schema.description, '');
      return schema.properties === undefined
        ? `${head}export type ${name} = ${typeOf(schema, style)};`
        : `${head}export interface ${name} {\n${fieldsOf(schema, style, '  ')}}`;
    });
  return `${HEADER}\n${[...NAMED_TYPES, ...written].join('\n\n')}\n`;
}

export function writeOperations(document: ApiDocument): string {
  const calls = callsOf(document);
  const names = new Set<string>();
  const style = { isInput: true, onReference: (name: string) => names.add(name) };
  const methods = calls.map((call) => methodOf(call, style));
  const pages = calls.flatMap((call) => {
    const items = pagedOf(call, document);
    if (items === null) return [];
    const item = typeOf(items.schema, style, '  ').replace(/\[\]$/, '');
    return [`  ${call.operationId}: ${item};\n`];
  });
  const table = calls.map((call) => `  ${call.operationId}: ${entryOf(call, document)},\n`);
  const named = ['Id', 'Instant'].filter((name) =>
    new RegExp(`: ${name}\\b`).test([...methods, ...pages].join('\n')),
  );
  const imports = [...names, ...named].sort().map((name) => `  ${name},\n`);
  return `${HEADER}import type { CallOptions, Operation } from './call.ts';
import type {
${imports.join('')}} from './types.ts';

/** One method for each call. Its input: parameters of path and query by name, and \`body\`. */
export interface Operations {
${methods.join('\n')}}

/** Lists with a cursor, and what they are lists of. */
export interface Pages {
${pages.join('')}}

/** How each call goes over the wire. */
export const OPERATIONS = {
${table.join('')}} as const satisfies Record<keyof Operations, Operation>;
`;
}

function callsOf({ paths }: ApiDocument): Call[] {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        ...operation,
        path,
        method: method.toUpperCase(),
      })),
    )
    .filter(({ tags }) => !tags.some((tag) => NOT_OURS.includes(tag)))
    .filter(({ responses }) => responses[200]?.content?.[STREAM] === undefined);
}

function methodOf(call: Call, style: { isInput: boolean; onReference: (name: string) => void }): string {
  const { operationId, summary, description, method, path } = call;
  const about = [`${summary}.`, description, `\`${method} ${path}\``].filter((part) => part !== undefined);
  const head = comment(about.join('\n\n'), '  ');
  const told = BY_PARAMETER[operationId];
  const signature = (input: string, answer: string) =>
    `${head}  ${operationId}(${input}options?: CallOptions${input.includes('\n') ? ',\n  ' : ''}): Promise<${answer}>;\n`;
  if (told === undefined)
    return signature(
      inputOf(call, style, []),
      union(answersOf(call).map((schema) => typeOf(schema, style, '  '))) || 'void',
    );
  const { special, otherwise } = told;
  const names = [...special.map(({ answer }) => answer), ...otherwise.split(' | ')];
  const declared = answersOf(call).flatMap((schema) => typeOf(schema, style, '  ').split(' | '));
  if ([...new Set(declared)].sort().join() !== names.sort().join())
    throw new Error(`${operationId} answers ${declared}: put BY_PARAMETER of scripts/sdk right`);
  const absent = ({ given }: Special) => (given === 'true' ? 'false' : 'undefined');
  const without = special.map((each) => ({ name: each.parameter, type: absent(each), isRequired: false }));
  const signatures = special.map(({ parameter, given, answer }) => {
    const chosen = { name: parameter, type: given, isRequired: true };
    const others = without.filter(({ name }) => name !== parameter);
    return signature(inputOf(call, style, [chosen, ...others]), answer);
  });
  return [...signatures, signature(inputOf(call, style, without), otherwise)].join('');
}

/** Parameters of path and query side by side, and the body. */
function inputOf(
  { parameters = [], requestBody, operationId }: Call,
  style: { isInput: boolean; onReference: (name: string) => void },
  special: readonly { name: string; type: string; isRequired: boolean }[],
): string {
  const own = parameters.filter((parameter) => parameter.in === 'path' || parameter.in === 'query');
  const names = new Set(own.map(({ name }) => name));
  if (names.size < own.length || names.has('body'))
    throw new Error(`${operationId}: two parameters of one name; scripts/sdk puts them side by side`);
  const fields = own.map(({ name, required = false, schema, description = schema.description }) => {
    const about = comment(withoutNames(description), INDENT);
    const chosen = special.find((each) => each.name === name);
    const type = chosen?.type ?? parameterType(name, schema, style);
    const isGiven = required || chosen?.isRequired === true;
    return `${about}${INDENT}${name}${isGiven ? `: ${type}` : `?: ${withUndefined(type)}`};\n`;
  });
  const body = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    type === 'multipart/form-data' ? 'FormData' : typeOf(schema, style, INDENT),
  );
  if (body.length > 0) fields.push(`${INDENT}body: ${union(body)};\n`);
  if (fields.length === 0) return 'input?: undefined, ';
  const isOptional =
    body.length === 0 &&
    own.every(({ required }) => required !== true) &&
    !special.some(({ isRequired }) => isRequired);
  return `\n    input${isOptional ? '?' : ''}: {\n${fields.join('')}    },\n    `;
}

/** In a query everything is text: flags and counts may be given as what they are. */
function parameterType(name: string, schema: Schema, style: { isInput: boolean }): string {
  const isFlag = schema.enum?.length === 2 && schema.enum.includes('true') && schema.enum.includes('false');
  if (isFlag) return 'boolean';
  const type = typeOf(schema, style);
  return type === 'string' && /^(limit|page)$/.test(name) ? 'number | string' : type;
}

function entryOf(call: Call, document: ApiDocument): string {
  const { method, path, parameters = [], responses } = call;
  const parts = [`method: '${method}'`, `path: '${path}'`];
  if (parameters.some(({ name }) => name === 'idempotency-key')) parts.push('takesKey: true');
  const types = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    status.startsWith('2') ? Object.keys(content) : [],
  );
  if (types.some((type) => type !== 'application/json')) parts.push(`answers: 'text'`);
  const paged = pagedOf(call, document);
  if (paged !== null) parts.push(`cursor: '${paged.cursor}'`, `items: '${paged.name}'`);
  return `{ ${parts.join(', ')} }`;
}

/** A list with a cursor: what its parameter is called, and where the items stand in its answer. */
function pagedOf(
  { parameters = [], responses }: Call,
  { components }: ApiDocument,
): { cursor: string; name: string; schema: Schema } | null {
  const cursor = parameters.find(({ name }) => name === 'cursor' || name === 'after')?.name;
  const answer = responses[200]?.content?.['application/json']?.schema;
  if (cursor === undefined || answer?.$ref === undefined) return null;
  const { properties = {} } = components.schemas[nameOf(answer.$ref)] ?? {};
  const [list] = Object.entries(properties).filter(([, { type }]) => type === 'array');
  if (properties.nextCursor === undefined || list === undefined) return null;
  return { cursor, name: list[0], schema: list[1] };
}

function bodiesOf({ requestBody }: Call): Schema[] {
  return Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
}

function answersOf({ responses }: Call): Schema[] {
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.values(content).map(({ schema }) => schema));
}

/** Names of all components that these schemas lead to. */
function reached(schemas: Record<string, Schema>, from: readonly Schema[]): Set<string> {
  const names = new Set<string>();
  const onReference = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    typeOf(schemas[name] ?? {}, { isInput: false, onReference });
  };
  for (const schema of from) typeOf(schema, { isInput: false, onReference });
  return names;
}

function union(types: readonly string[]): string {
  return [...new Set(types.flatMap((type) => (type.startsWith('{') ? [type] : type.split(' | '))))].join(
    ' | ',
  );
}

function withUndefined(type: string): string {
  return type === 'undefined' ? type : `${type} | undefined`;
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
