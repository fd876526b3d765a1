/** Whom the workspace may not write to: contract 3.9, D29. */
import { z } from 'zod';
import { normalizeAddress } from '../../domain/address.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Instant, Warnings } from '../common.ts';
import {
  asObject,
  type Fields,
  readEmail,
  readLabel,
  readPhone,
  readText,
  unknownFields,
} from '../fields.ts';
import { readCursor, readLimit } from '../list-queries.ts';
import { MAX_LABEL_CHARACTERS, MAX_LIST_LIMIT } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';

const MAX_LEADS = 500;

const circumstances = {
  channel: z.string().meta({ description: '`all`, or the channel whose carrier refuses.' }),
  leadId: Id.nullable().meta({ description: 'Who held the address then, the oldest of several.' }),
  by: z
    .object({ apiKeyId: Id.nullable(), personId: Id.nullable(), name: z.string().nullable() })
    .nullable()
    .meta({
      description:
        'Who entered it, by an API key or signed in, and the name of that now; null: the contact or a carrier said so.',
    }),
};

export const DncEntry = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    reason: z.string().meta({
      description:
        'As given by whoever entered it, `manual` where none was; else `opt_out_words`, or how a carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`.',
    }),
    words: z.string().nullable().meta({ description: 'What was said, or why it was entered.' }),
    ...circumstances,
    createdAt: Instant,
  })
  .meta({ id: 'DncEntry' });
export type DncEntry = z.infer<typeof DncEntry>;

export const DncEntryAnswer = z
  .object({
    entry: DncEntry.meta({ description: 'The first of those that were entered.' }),
    enteredCount: z.int().meta({ description: 'How many addresses were entered.' }),
    warnings: Warnings,
  })
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

export const DncLedgerAnswer = z
  .object({
    entries: z
      .array(
        z
          .object({
            _id: Id,
            action: z.enum(['opt_out', 'opt_in']).meta({ description: '`opt_in`: lifted.' }),
            phone: z.string().nullable(),
            email: z.string().nullable(),
            source: z.string().meta({
              description:
                '`words` of the contact, `manual`, or how a carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`.',
            }),
            words: z.string().nullable(),
            ...circumstances,
            at: Instant,
          })
          .meta({ id: 'DncLedgerEntry' }),
      )
      .meta({ description: 'Newest first. Nothing is ever taken out of it.' }),
    nextCursor: Id.nullable(),
  })
  .meta({ id: 'DncLedgerAnswer' });
export type DncLedgerAnswer = z.infer<typeof DncLedgerAnswer>;

export const DncHistoryQuery = z.object({
  address: z.string().optional().meta({ description: 'Of this phone number or e-mail address alone.' }),
  leadId: Id.optional().meta({ description: 'Of this lead and of every address it has.' }),
  limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
  cursor: Id.optional().meta({ description: '`nextCursor` of the page before.' }),
});

export interface ReadDncHistory {
  address: string | null;
  leadId: string | null;
  limit: number;
  cursor: string | null;
}

export interface AddDnc {
  /** One of the three at least. */
  phone: string | null;
  email: string | null;
  leadIds: string[];
  reason: string | null;
}

export const AddDncBody = z
  .object({
    phone: z.string().nullish().meta({ description: 'E.164, or ten digits of a North American number.' }),
    email: z.string().nullish(),
    leadIds: z.array(Id).nullish().meta({
      maxItems: MAX_LEADS,
      description:
        'Every address of these leads, instead of `phone` and `email`. Ids that are none of the workspace’s leads are ignored.',
    }),
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
  const leadIds = readLeadIds(fields);
  const isAddressed = phone !== null || email !== null;
  if (isAddressed && leadIds.length > 0)
    throw invalidField('leadIds', 'and phone or email are mutually exclusive: give one of them');
  if (!isAddressed && leadIds.length === 0) throw problem('DNC_TARGET_REQUIRED');
  return {
    request: { phone, email, leadIds, reason: readLabel(fields, 'reason', MAX_LABEL_CHARACTERS) },
    warnings,
  };
}

function readLeadIds({ leadIds }: Fields): string[] {
  if (leadIds === undefined || leadIds === null) return [];
  if (!Array.isArray(leadIds) || !leadIds.every((id) => typeof id === 'string' && isId(id)))
    throw invalidField('leadIds', 'must be an array of ids of leads');
  if (leadIds.length > MAX_LEADS) throw invalidField('leadIds', `must hold at most ${MAX_LEADS} ids`);
  return [...new Set(leadIds as string[])];
}

export function parseDncHistory(query: Fields): ReadDncHistory {
  const text = readText(query, 'address')?.trim() || null;
  const leadId = readText(query, 'leadId') || null;
  if (leadId !== null && !isId(leadId)) throw problem('LEAD_NOT_FOUND', { param: 'leadId' });
  // A plus that was not encoded arrives as a blank.
  const address = text === null ? null : normalizeAddress(text.replace(/^(?=\d{11,15}$)/, '+'));
  if (text !== null && address === null)
    throw invalidField('address', 'must be a phone number in E.164 format or an e-mail address');
  if (address !== null && leadId !== null)
    throw invalidField('leadId', 'and address are mutually exclusive: give one of them');
  return { address, leadId, limit: readLimit(query), cursor: readCursor(query) };
}

export function parseDncRemoval(query: Fields): { id: string; reason: string | null } {
  return { id: parseDncId(query), reason: readLabel(query, 'reason', MAX_LABEL_CHARACTERS) };
}

export function parseListDnc(query: Fields): ListDnc {
  const { page } = query;
  const asked = page === undefined || page === '' ? 1 : /^\d{1,7}$/.test(String(page)) ? Number(page) : 0;
  if (asked < 1 || asked > MAX_PAGE)
    throw invalidField('page', `must be a whole number from 1 to ${MAX_PAGE}`);
  return { page: asked, limit: readLimit(query), search: readLabel(query, 'search', MAX_LABEL_CHARACTERS) };
}

function parseDncId({ id }: Fields): string {
  if (typeof id !== 'string' || !isId(id)) throw problem('DNC_NOT_FOUND', { param: 'id' });
  return id;
}
