/** Wire shape of a lead: contract 2.4. */
import { z } from 'zod';
import { AVAILABILITY_STATUSES } from '../domain/words.ts';
import { isId } from '../lib/ids.ts';
import { Id, Instant } from './common.ts';
import { invalidField, problem } from './problems.ts';

const text = z.string().nullable();

export const Lead = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    listId: Id,
    firstName: text,
    lastName: text,
    email: text,
    phone: text,
    altPhone1: text,
    altPhone2: text,
    altPhone3: text,
    altEmail1: text,
    altEmail2: text,
    altEmail3: text,
    companyName: text,
    jobTitle: text,
    linkedinUrl: text,
    notes: text,
    customFields: z.record(z.string(), z.unknown()),
    source: z.string(),
    externalId: text,
    contactOwnerEmail: text,
    availabilityStatus: z.enum(AVAILABILITY_STATUSES).nullable(),
    hsContactId: text,
    hsPortalId: text,
    ghlContactId: text,
    ghlLocationId: text,
    optedOutAt: Instant.nullable().meta({ description: 'Set while the lead as a whole is opted out.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Lead' });
export type Lead = z.infer<typeof Lead>;

export const LeadAnswer = z.object({ lead: Lead }).meta({ id: 'LeadAnswer' });
export type LeadAnswer = z.infer<typeof LeadAnswer>;

/** The id asked for by `GET /api/leads?id=`. */
export function parseLeadQuery(query: Readonly<Record<string, unknown>>): string {
  const { id } = query;
  if (id === undefined) throw invalidField('id', 'must be given');
  if (typeof id !== 'string' || !isId(id)) throw problem('INVALID_LEAD_QUERY_ID', { param: 'id' });
  return id;
}
