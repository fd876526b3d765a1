/** Holds an answer to what openapi.json says of its call: the status, the code of a refusal, the shape of its JSON. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Operation, problemsOf } from '../src/contract/operation.ts';
import { PROBLEMS, type ProblemCode } from '../src/contract/problems.ts';
import { describeApi } from '../src/http/routes/operations.ts';
import { routes } from '../src/http/routes.ts';

// As a reader gets it: only what survives being printed.
const DOCUMENT = JSON.parse(JSON.stringify(describeApi(routes)));
const ajv = new Ajv2020({
  strict: false,
  logger: false,
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
});
ajv.addSchema(DOCUMENT, 'openapi.json');
const checks = new Map<string, ValidateFunction>();

/** Before anybody looks at the call: the request is no HTTP, or the path and the method are nobody's. */
export const OF_NO_CALL: readonly ProblemCode[] = [
  'BAD_REQUEST',
  'HEADERS_TOO_LARGE',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
];

export type Called = Pick<Operation, 'method' | 'path'>;

/** One sentence for each thing the document does not say; none when the answer is as declared. */
export function undeclared(
  { method, path }: Called,
  status: number,
  contentType: string,
  text: string,
): string[] {
  const route = routes.find((each) => each.method === method && each.path === path);
  if (route === undefined) return [`${method} ${path} is not declared`];
  const isJson = contentType.startsWith('application/json');
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  const code = codeOf(route, json);
  if (code !== null && status >= 400) {
    if (OF_NO_CALL.includes(code)) return [];
    if (!problemsOf(route).includes(code)) return [`${code} is not among its problems`];
    if (PROBLEMS[code].status !== status) return [`${code} came with status ${status}`];
  }
  const answer = DOCUMENT.paths[path][method.toLowerCase()].responses[status];
  if (answer === undefined) return [`status ${status} is not declared`];
  const types = Object.keys(answer.content ?? {});
  if (status < 300 && !types.some((type) => type === '*/*' || contentType.startsWith(type)))
    return [`comes as ${contentType}, not as ${types.join(' or ')}`];
  if (!isJson || answer.content['application/json'] === undefined) return [];
  return complaints(
    [path, method.toLowerCase(), 'responses', String(status), 'content', 'application/json'],
    json,
  );
}

/** The call that a request is; null for what is nobody's. What is spelt out goes before what is any id. */
export function calledAs(method: string, target: string): Called | null {
  const asked = target.split('?')[0] ?? '';
  const found = patterns.filter((each) => each.method === method && each.pattern.test(asked));
  return found.find(({ path }) => path === asked) ?? found[0] ?? null;
}

const patterns = routes
  .map(({ method, path }) => ({
    method,
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  .sort((one, other) => one.path.split('{').length - other.path.split('{').length);

/** Against the schema beside the media type at `place`, from `paths` on. */
export function complaints(place: readonly string[], value: unknown): string[] {
  const pointer = ['paths', ...place, 'schema'].map(escaped).join('/');
  const check = checks.get(pointer) ?? ajv.compile({ $ref: `openapi.json#/${pointer}` });
  checks.set(pointer, check);
  if (check(value)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`);
}

/** At the doors for other clients refusals carry foreign numbers: null. */
function codeOf({ door }: Operation, json: unknown): ProblemCode | null {
  if (door === 'twilio' || door === 'sendblue' || typeof json !== 'object' || json === null) return null;
  const { code } = json as { code?: unknown };
  return typeof code === 'string' && Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : null;
}

function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
