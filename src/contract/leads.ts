/** Wire shapes of leads: contract 2.4, 3.2. */
import { z } from 'zod';
import { AVAILABILITY_STATUSES } from '../domain/words.ts';
import { Id, Instant, Warnings } from './common.ts';
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

export const LeadAnswer = z.object({ lead: Lead }).meta({ id: 'LeadAnswer' });
export type LeadAnswer = z.infer<typeof LeadAnswer>;

export const UpdateLeadAnswer = z
  .object({ ...LeadAnswer.shape, warnings: Warnings })
  .meta({ id: 'UpdateLeadAnswer' });

export const LeadsAnswer = z
  .object({
    leads: z.array(Lead).meta({ description: 'Newest first.' }),
    lists: z.array(List).meta({ description: 'All lists of the workspace.' }),
    pagination: z.object({
      page: z.int(),
      limit: z.int(),
      totalCount: z.int().meta({ description: 'Of all that match, not of the page.' }),
      totalPages: z.int(),
    }),
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
