/** What a call says of a lead that is there already, put onto it: what is left out stays, and so do its addresses. */

import { Problem } from '../problems.ts';
import { LEAD_READERS, type LeadInput } from './lead-fields.ts';

export const MERGED_TEXTS = [
  'firstName',
  'lastName',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'notes',
  'externalId',
  'hsContactId',
  'hsPortalId',
  'ghlContactId',
  'ghlLocationId',
] as const;

export type MergedLead = Pick<LeadInput, (typeof MERGED_TEXTS)[number] | 'customFields' | 'tags'> & {
  contactOwnerEmail: string | null;
};

/** null: it says nothing new, or more than a lead may hold. */
export function mergeLead<Row extends MergedLead>(row: Row, input: LeadInput): Row | null {
  const merged: Row = { ...row };
  for (const name of MERGED_TEXTS) merged[name] = input[name] ?? row[name];
  merged.contactOwnerEmail = input.contactOwnerEmail ?? row.contactOwnerEmail;
  merged.customFields = { ...row.customFields, ...input.customFields };
  merged.tags = [...new Set([...row.tags, ...input.tags])];
  return fits(merged) && JSON.stringify(merged) !== JSON.stringify(row) ? merged : null;
}

function fits({ customFields, tags }: MergedLead): boolean {
  try {
    LEAD_READERS.customFields({ customFields }, 'customFields');
    LEAD_READERS.tags({ tags }, 'tags');
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
