/** Wire shapes of leads: contract 2.4, 3.2. */
import { z } from 'zod';
import { LEAD_ADDRESS_FIELDS as ADDRESS_FIELDS, AVAILABILITY_STATUSES } from '../../domain/words.ts';
import { BadRowShape, Id, Instant, Warnings } from '../common.ts';
import { List } from './lists.ts';

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
    tags: z.array(z.string()),
    optedOutAt: Instant.nullable().meta({ description: 'Set while the lead as a whole is opted out.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Lead' });
export type Lead = z.infer<typeof Lead>;

export const LeadAddress = z
  .object({
    field: z.enum(ADDRESS_FIELDS).meta({ description: 'Where the lead holds it.' }),
    address: z.string(),
    availability: z.enum(['available', 'unavailable']).nullable().meta({
      description: 'Of iMessage, as it was found out last; null: nobody asked yet.',
    }),
    checkedAt: Instant.nullable(),
    isFresh: z.boolean().meta({
      description: 'It still counts: available for 30 days, unavailable for 7. What does not is asked anew.',
    }),
    line: z
      .object({ _id: Id, address: text, transport: z.string() })
      .nullable()
      .meta({ description: 'By which line it was found out, in a check or in a send.' }),
    doNotContact: z
      .object({ _id: Id, reason: z.string(), words: text, since: Instant })
      .nullable()
      .meta({ description: 'The entry of `GET /api/dnc` that binds this address.' }),
  })
  .meta({ id: 'LeadAddress' });
export type LeadAddress = z.infer<typeof LeadAddress>;

export const LeadAnswer = z
  .object({
    lead: Lead,
    addresses: z.array(LeadAddress).meta({
      description: 'Each of the lead’s addresses in the order of sends, with what is known of it.',
    }),
  })
  .meta({ id: 'LeadAnswer' });
export type LeadAnswer = z.infer<typeof LeadAnswer>;

export const UpdateLeadAnswer = z
  .object({ ...LeadAnswer.shape, warnings: Warnings })
  .meta({ id: 'UpdateLeadAnswer' });

export const LeadsAnswer = z
  .object({
    leads: z.array(Lead).meta({ description: 'Newest first.' }),
    lists: z.array(List).meta({ description: 'All lists of the workspace.' }),
    pagination: z
      .object({
        page: z.int(),
        limit: z.int(),
        totalCount: z.int().meta({ description: 'Of all that match, not of the page.' }),
        totalPages: z.int(),
      })
      .optional()
      .meta({ description: 'Absent where leads are not counted: with `cursor`, and with `count=false`.' }),
    nextCursor: Id.nullable().meta({ description: 'For `cursor`; null: there are no more.' }),
  })
  .meta({ id: 'LeadsAnswer' });
export type LeadsAnswer = z.infer<typeof LeadsAnswer>;

const crm = {
  ghlContactId: text,
  ghlLocationId: text,
  hsPortalId: text,
  hsContactId: text.meta({ description: 'This and the three above: of `leadId`.' }),
};

const duplicates = z
  .array(
    z.object({
      index: z.int().meta({ description: 'Of the lead in the call, from 0.' }),
      input: z.unknown().meta({ description: 'As it was given.' }),
      existingLead: Lead.meta({ description: 'Who has that phone or email in the list.' }),
    }),
  )
  .meta({ description: 'Only where there are some.' });

const counts = {
  savedCount: z.int(),
  duplicateCount: z.int(),
  totalProcessed: z.int(),
  updatedCount: z
    .int()
    .optional()
    .meta({ description: 'With `onDuplicate: "update"`: how many of the duplicates were changed.' }),
  badRows: z
    .array(BadRowShape)
    .optional()
    .meta({ description: 'Of an import with `badRows=skip`: what was left out, and why.' }),
  listId: Id,
};

export const SavedLeadsAnswer = z
  .object({
    message: z.literal('Leads saved successfully'),
    ...counts,
    leadId: Id.meta({ description: 'The first of the new leads.' }),
    leadIds: z.array(Id).meta({ description: 'The new leads, in the order given.' }),
    leadListIds: z.array(Id).meta({ description: 'The list of each of `leadIds`.' }),
    ...crm,
    duplicates: duplicates.optional(),
    warnings: Warnings,
  })
  .meta({ id: 'SavedLeadsAnswer' });
export type SavedLeadsAnswer = z.infer<typeof SavedLeadsAnswer>;

export const DuplicateLeadsAnswer = z
  .object({
    message: z.literal('Lead was a duplicate; existing lead ID returned.'),
    duplicateOnly: z.literal(true),
    ...counts,
    leadId: Id.meta({ description: 'The first of the existing leads.' }),
    existingLeadIds: z.array(Id),
    leadIds: z.array(Id).meta({ description: 'As `existingLeadIds`.' }),
    ...crm,
    duplicates,
    warnings: Warnings,
  })
  .meta({ id: 'DuplicateLeadsAnswer' });
export type DuplicateLeadsAnswer = z.infer<typeof DuplicateLeadsAnswer>;

export const DeletedLeadsAnswer = z
  .object({ deletedCount: z.int(), warnings: Warnings })
  .meta({ id: 'DeletedLeadsAnswer' });
