/** Which leads are asked for (contract 3.2): one, a page of those that match, or the next of them. */
import { z } from 'zod';
import { AVAILABILITY_STATUSES, type AvailabilityStatus } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id } from '../common.ts';
import { type Fields, readChoice, readLabel, readText } from '../fields.ts';
import { readCursor, readLimit } from '../list-queries.ts';
import { MAX_LABEL_CHARACTERS, MAX_LIST_LIMIT } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';

const MAX_PAGE = 1_000_000;
const KNOWN_AVAILABILITY = [...AVAILABILITY_STATUSES, 'unknown'] as const;
const YES_OR_NO = ['true', 'false'] as const;

export const LeadFiltersQuery = z.object({
  search: z.string().optional().meta({
    description: 'Part of first and last name, email, phone or company, in any case.',
  }),
  listId: Id.optional(),
  tag: z.string().optional(),
  optedOut: z.enum(YES_OR_NO).optional().meta({ description: 'The lead as a whole.' }),
  availability: z
    .enum(KNOWN_AVAILABILITY)
    .optional()
    .meta({ description: 'By `availabilityStatus`; `unknown`: never checked.' }),
});

export const ListLeadsQuery = z.object({
  id: Id.optional().meta({ description: 'This one alone, as `{lead}`; the other parameters are ignored.' }),
  ...LeadFiltersQuery.shape,
  page: z.int().min(1).optional().meta({ default: 1 }),
  limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
  cursor: Id.optional().meta({
    description:
      '`nextCursor` of the page before, instead of `page`: the next leads are found at once, however many lie before them, and not counted.',
  }),
  count: z.enum(YES_OR_NO).optional().meta({
    default: 'true',
    description: '`false`: the first page is found without counting what matches, as those by `cursor` are.',
  }),
});

export interface LeadFilters {
  search: string | null;
  listId: string | null;
  tag: string | null;
  optedOut: boolean | null;
  availability: AvailabilityStatus | 'unknown' | null;
}

export interface ListLeads extends LeadFilters {
  page: number;
  limit: number;
  cursor: string | null;
  /** False: the next ones after the cursor, or from the newest on, uncounted. */
  counts: boolean;
}

/** The id of the one lead asked for, or a page of many. */
export function parseListLeads(query: Fields): string | ListLeads {
  const { id, page } = query;
  if (id !== undefined) {
    if (typeof id !== 'string' || !isId(id)) throw problem('INVALID_LEAD_QUERY_ID', { param: 'id' });
    return id;
  }
  const asked = page === undefined || page === '' ? 1 : /^\d{1,7}$/.test(String(page)) ? Number(page) : 0;
  if (asked < 1 || asked > MAX_PAGE)
    throw invalidField('page', `must be a whole number from 1 to ${MAX_PAGE}`);
  const cursor = readCursor(query);
  if (cursor !== null && asked > 1) throw invalidField('page', 'and cursor are mutually exclusive');
  const counts = cursor === null && readYesOrNo(query, 'count') !== false;
  if (!counts && asked > 1) throw invalidField('page', 'can only be asked for where leads are counted');
  return { ...parseLeadFilters(query), page: asked, limit: readLimit(query), cursor, counts };
}

export function parseLeadFilters(query: Fields): LeadFilters {
  const listId = readText(query, 'listId') || null;
  if (listId !== null && !isId(listId)) throw invalidField('listId', 'must be the `_id` of a list');
  return {
    search: readLabel(query, 'search', MAX_LABEL_CHARACTERS),
    listId,
    tag: readLabel(query, 'tag', MAX_LABEL_CHARACTERS),
    optedOut: readYesOrNo(query, 'optedOut'),
    availability: query.availability === '' ? null : readChoice(query, 'availability', KNOWN_AVAILABILITY),
  };
}

function readYesOrNo(query: Fields, name: string): boolean | null {
  if (query[name] === '') return null;
  const word = readChoice(query, name, YES_OR_NO);
  return word === null ? null : word === 'true';
}
