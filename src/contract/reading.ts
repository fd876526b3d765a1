/** Reads nested requests to their end: whatever is wrong is noted with its place, and everything is told at once. */
import type { Fault } from '../domain/campaign/check-steps.ts';
import { type Fields, unknownFields } from './fields.ts';
import type { UrlRules } from './outside-url.ts';
import { invalidField, Problem, problem } from './problems.ts';

const MAX_PROBLEMS_SHOWN = 100;
const MAX_WARNINGS = 20;

export interface Reading {
  faults: Fault[];
  warnings: string[];
  rules: UrlRules;
}

export function startReading(rules: UrlRules): Reading {
  return { faults: [], warnings: [], rules };
}

/** What `read` gives; where it refuses, that is noted and `otherwise` stands in. */
export function attempt<Value>(reading: Reading, where: string, read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { param, error: sentence } = error;
    // The place is told beside it.
    const said =
      param !== null && sentence.startsWith(`${param} `) ? sentence.slice(param.length + 1) : sentence;
    reading.faults.push({ param: join(where, param ?? ''), error: said });
    return otherwise;
  }
}

/** The items of a list, each read at its place; those that are no objects are noted and left out. */
export function readItems<Item>(
  reading: Reading,
  fields: Fields,
  name: string,
  where: string,
  most: number,
  read: (item: Fields, where: string, index: number) => Item,
): Item[] {
  const { [name]: list } = fields;
  if (list === undefined || list === null) return [];
  const param = join(where, name);
  const wrong = (at: string, error: string) => reading.faults.push({ param: at, error });
  if (!Array.isArray(list)) {
    wrong(param, 'must be an array');
    return [];
  }
  if (list.length > most) {
    wrong(param, `must hold at most ${most}`);
    return [];
  }
  return list.flatMap((item: unknown, index) => {
    const at = `${param}[${index}]`;
    if (isObject(item)) return [read(item, at, index)];
    wrong(at, 'must be an object');
    return [];
  });
}

export function readObject(fields: Fields, name: string): Fields | null {
  const { [name]: value } = fields;
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidField(name, 'must be an object');
  return value;
}

/** Ignored fields of a part, for the answer's `warnings`. */
export function noteUnknown(
  reading: Reading,
  fields: Fields,
  known: ReadonlySet<string>,
  where: string,
): void {
  const unknown = attempt(reading, where, () => unknownFields(fields, known), []);
  for (const each of unknown)
    if (reading.warnings.length < MAX_WARNINGS)
      reading.warnings.push(each.replace(/^(Unknown fields?):/, `$1 in ${where}:`));
}

/** Throws if anything was wrong. */
export function finishReading({ faults }: Reading): void {
  if (faults.length > 0) throw invalidCampaign(faults);
}

export function invalidCampaign(faults: readonly Fault[]): Problem {
  const [first] = faults;
  const sentence = first === undefined ? '' : `: ${first.param}: ${first.error}`;
  return problem('INVALID_CAMPAIGN', {
    error:
      faults.length === 1
        ? `The campaign is not valid${sentence}`
        : `${faults.length} things are wrong with the campaign; the first${sentence}`,
    ...(first === undefined ? {} : { param: first.param }),
    problems: faults.slice(0, MAX_PROBLEMS_SHOWN),
  });
}

export function join(where: string, name: string): string {
  return where === '' ? name : name === '' ? where : `${where}.${name}`;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
