/** Whom the workspace may not write to: contract 3.9, D29. */
import { z } from 'zod';
import { isId } from '../lib/ids.ts';
import { Id, Instant, Warnings } from './common.ts';
import { asObject, type Fields, readEmail, readLabel, readPhone, unknownFields } from './fields.ts';
import { readLimit } from './list-queries.ts';
import { MAX_LABEL_CHARACTERS } from './messages.ts';
import { invalidField, problem } from './problems.ts';

export const DncEntry = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    reason: z.string().meta({
      description:
        '`manual`, `opt_out_words`, or how a carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`.',
    }),
    words: z.string().nullable().meta({ description: 'What was said, or why it was entered.' }),
    createdAt: Instant,
  })
  .meta({ id: 'DncEntry' });
export type DncEntry = z.infer<typeof DncEntry>;

export const DncEntryAnswer = z
  .object({ entry: DncEntry, warnings: Warnings })
  .meta({ id: 'DncEntryAnswer' });
export type DncEntryAnswer = Omit<z.infer<typeof DncEntryAnswer>, 'warnings'>;

export const DncEntriesAnswer = z
  .object({
    entries: z.array(DncEntry).meta({ description: 'Newest first.' }),
    total: z.int(),
    page: z.int(),
    limit: z.int(),
    totalPages: z.int(),
  })
  .meta({ id: 'DncEntriesAnswer' });
export type DncEntriesAnswer = z.infer<typeof DncEntriesAnswer>;

export interface AddDnc {
  /** One of them at least. */
  phone: string | null;
  email: string | null;
  reason: string | null;
}

export const AddDncBody = z
  .object({
    phone: z.string().nullish().meta({ description: 'E.164, or ten digits of a North American number.' }),
    email: z.string().nullish(),
    reason: z.string().max(MAX_LABEL_CHARACTERS).nullish(),
  })
  .meta({ id: 'AddDncBody', example: { phone: '+12025550100', reason: 'Asked by phone' } });

export interface ListDnc {
  page: number;
  limit: number;
  search: string | null;
}

const MAX_PAGE = 1_000_000;

export function parseAddDnc(body: unknown): { request: AddDnc; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(AddDncBody.shape)));
  const phone = readPhone(fields, 'phone');
  const email = readEmail(fields, 'email');
  if (phone === null && email === null) throw problem('DNC_TARGET_REQUIRED');
  return { request: { phone, email, reason: readLabel(fields, 'reason', MAX_LABEL_CHARACTERS) }, warnings };
}

export function parseListDnc(query: Fields): ListDnc {
  const { page } = query;
  const asked = page === undefined || page === '' ? 1 : /^\d{1,7}$/.test(String(page)) ? Number(page) : 0;
  if (asked < 1 || asked > MAX_PAGE)
    throw invalidField('page', `must be a whole number from 1 to ${MAX_PAGE}`);
  return { page: asked, limit: readLimit(query), search: readLabel(query, 'search', MAX_LABEL_CHARACTERS) };
}

export function parseDncId({ id }: Fields): string {
  if (typeof id !== 'string' || !isId(id)) throw problem('DNC_NOT_FOUND', { param: 'id' });
  return id;
}
