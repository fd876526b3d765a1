/** What the queries of lists have in common: dates, a limit, a cursor. */
import { isId } from '../lib/ids.ts';
import type { Fields } from './fields.ts';
import { DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT } from './messages/messages.ts';
import { invalidField, type ProblemCode, problem } from './problems.ts';

export function readDate(
  query: Fields,
  name: string,
  code: ProblemCode,
  parse: (text: string) => number | null,
): number | null {
  const value = query[name];
  if (value === undefined) return null;
  const instant = typeof value === 'string' ? parse(value) : null;
  if (instant === null) throw problem(code, { param: name });
  return instant;
}

export function readLimit(query: Fields): number {
  const { limit } = query;
  if (limit === undefined || limit === '') return DEFAULT_LIST_LIMIT;
  const count = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_LIST_LIMIT)
    throw invalidField('limit', `must be a whole number from 1 to ${MAX_LIST_LIMIT}`);
  return count;
}

export function readCursor(query: Fields): string | null {
  const { cursor } = query;
  if (cursor === undefined || cursor === '') return null;
  if (typeof cursor !== 'string' || !isId(cursor)) throw problem('INVALID_CURSOR', { param: 'cursor' });
  return cursor;
}
