/**
 * Reads single fields of a request, by one set of rules:
 *   * null and blank strings count as absent, because automation tools send every field of a form; a blank is refused,
 *     however, where one of a few words is asked for, and in what decides *when* a message goes: there a blank that
 *     should have held a value must not pass in silence;
 *   * no string may hold a NUL or half a surrogate pair: PostgreSQL could not store the one, nobody could read the other;
 *   * lengths count characters (code points), as PostgreSQL and people do;
 *   * a wrong type is refused and named, never coerced.
 * Written by hand because they stand on the hot path (a short message parses in 1 µs, a full one in 4); the published
 * schemas beside them are held to the same verdicts by property tests.
 */
import { normalizeEmail, normalizePhone } from '../domain/address.ts';
import { parseInstant } from './instants.ts';
import { invalidField, type ProblemCode, problem } from './problems.ts';

export type Fields = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;
const MAX_WARNINGS = 20;
const MAX_SHOWN_CHARACTERS = 64;

export function asObject(body: unknown): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw problem('BODY_NOT_OBJECT');
  return body as Fields;
}

/** Ignored fields, for the answer's `warnings`. */
export function unknownFields(body: Fields, known: ReadonlySet<string>): string[] {
  const warnings: string[] = [];
  let more = 0;
  for (const name of Object.keys(body)) {
    if (known.has(name)) continue;
    checkText(shorten(name), name);
    checkNested(shorten(name), body[name]);
    if (warnings.length < MAX_WARNINGS) warnings.push(`Unknown field: ${shorten(name)}`);
    else more += 1;
  }
  if (more > 0) warnings.push(`Unknown fields: ${more} more`);
  return warnings;
}

/** null when absent; trimmed. */
export function readLabel(body: Fields, name: string, maxCharacters: number): string | null {
  const text = readText(body, name);
  if (text === null) return null;
  const trimmed = text.trim();
  if (isLongerThan(trimmed, maxCharacters)) {
    throw invalidField(name, `must be at most ${maxCharacters.toLocaleString('en')} characters`);
  }
  return trimmed === '' ? null : trimmed;
}

/** null when absent; as given, blanks and all. */
export function readText(body: Fields, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw invalidField(name, 'must be a string');
  checkText(name, value);
  return value;
}

/** One line: no control characters, so that it can stand in a header or a file name. */
export function readLine(body: Fields, name: string, maxCharacters: number): string | null {
  const label = readLabel(body, name, maxCharacters);
  if (label !== null && hasControlCharacters(label))
    throw invalidField(name, 'must not hold line breaks or control characters');
  return label;
}

export function readBoolean(body: Fields, name: string): boolean | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw invalidField(name, 'must be true or false');
  return value;
}

/** undefined when absent; null when null. */
export function readInteger(body: Fields, name: string, min: number, max: number): number | null | undefined {
  const value = body[name];
  if (value === undefined || value === null) return value;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalidField(name, `must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** null when absent. */
export function readChoice<Choice extends string>(
  body: Fields,
  name: string,
  choices: readonly Choice[],
): Choice | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw invalidField(name, `must be one of ${choices.join(', ')}`);
  return choice;
}

/** E.164; null when absent. `defaultCountryCode`: of numbers that carry none, `+1` otherwise. */
export function readPhone(body: Fields, name: string, defaultCountryCode?: string): string | null {
  const text = readText(body, name);
  if (text === null || text.trim() === '') return null;
  const phone = normalizePhone(text, defaultCountryCode);
  if (phone === null) throw invalidField(name, 'must be a phone number in E.164 format, like +12025550100');
  return phone;
}

/** Trimmed and lower-cased; null when absent. */
export function readEmail(body: Fields, name: string): string | null {
  const text = readText(body, name);
  if (text === null || text.trim() === '') return null;
  const email = normalizeEmail(text);
  if (email === null) throw invalidField(name, 'must be an e-mail address, like name@example.com');
  return email;
}

/** Epoch ms; null when absent. `code` is the refusal of a date that is there and unreadable. */
export function readInstant(body: Fields, name: string, code?: ProblemCode): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant !== null) return instant;
  throw code === undefined
    ? invalidField(name, 'must be an ISO 8601 date, like 2027-01-31T09:30:00Z')
    : problem(code, { param: name });
}

/** Settings of a foreign shape: any JSON object, small and shallow. undefined when absent. */
export function readSettings(body: Fields, name: string): Record<string, unknown> | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidField(name, 'must be an object');
  checkNested(name, value);
  return value as Record<string, unknown>;
}

export function isLongerThan(text: string, maxCharacters: number): boolean {
  // A code point is one or two units: only in between must they be counted.
  if (text.length <= maxCharacters) return false;
  if (text.length > maxCharacters * 2) return true;
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters > maxCharacters;
}

export function checkText(param: string, text: string): void {
  if (!text.isWellFormed()) throw invalidField(readable(param), 'must not hold lone surrogates');
  if (text.includes('\0')) throw invalidField(readable(param), 'must not hold NUL characters');
}

export function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** Walks without recursion: a hundred thousand nested arrays are a legal JSON text. */
function checkNested(param: string, root: unknown): void {
  if (typeof root === 'string') checkText(param, root);
  if (typeof root !== 'object' || root === null) return;
  const waiting: { value: object; depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > MAX_DEPTH) throw problem('BODY_TOO_DEEP', { param: readable(param) });
    for (const [key, value] of Object.entries(next.value)) {
      checkText(param, key);
      if (typeof value === 'string') checkText(param, value);
      else if (typeof value === 'object' && value !== null) waiting.push({ value, depth: next.depth + 1 });
    }
  }
}

function shorten(name: string): string {
  return name.length <= MAX_SHOWN_CHARACTERS
    ? name
    : `${name.slice(0, MAX_SHOWN_CHARACTERS).toWellFormed()}…`;
}

/** A name of the caller's that is itself broken is shown without what broke it. */
function readable(name: string): string {
  return name.replaceAll('\0', '�').toWellFormed();
}
