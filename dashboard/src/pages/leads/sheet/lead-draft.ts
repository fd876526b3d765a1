/** A lead as it is being written, and what of it is new. */
import type { Lead, UpdateLeadBody } from '@trunkline/sdk';
import { readTags } from '../words.ts';

export const TEXT_FIELDS = [
  'firstName',
  'lastName',
  'phone',
  'altPhone1',
  'altPhone2',
  'altPhone3',
  'email',
  'altEmail1',
  'altEmail2',
  'altEmail3',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'notes',
  'source',
  'externalId',
  'contactOwnerEmail',
  'hsContactId',
  'hsPortalId',
  'ghlContactId',
  'ghlLocationId',
] as const;

export interface CustomField {
  /** For the list on the page alone. */
  key: number;
  name: string;
  text: string;
}

export type Draft = Record<(typeof TEXT_FIELDS)[number], string> & {
  listId: string;
  tags: string;
  customFields: CustomField[];
};

export function draftOf(lead: Lead): Draft {
  const texts = Object.fromEntries(TEXT_FIELDS.map((name) => [name, lead[name] ?? '']));
  return {
    ...(texts as Record<(typeof TEXT_FIELDS)[number], string>),
    listId: lead.listId,
    tags: lead.tags.join(', '),
    customFields: Object.entries(lead.customFields).map(([name, value], key) => ({
      key,
      name,
      text: textOf(value),
    })),
  };
}

/** null: nothing was changed. */
export function changesOf(lead: Lead, draft: Draft): UpdateLeadBody | null {
  const changes: UpdateLeadBody = {};
  for (const name of TEXT_FIELDS) {
    const text = draft[name].trim();
    if (text !== (lead[name] ?? '').trim()) changes[name] = text === '' ? null : text;
  }
  if (draft.listId !== lead.listId) changes.listId = draft.listId;
  const tags = readTags(draft.tags);
  if (tags.join('\n') !== lead.tags.join('\n')) changes.tags = tags;
  const custom = customOf(lead.customFields, draft.customFields);
  if (JSON.stringify(custom) !== JSON.stringify(lead.customFields)) changes.customFields = custom;
  return Object.keys(changes).length === 0 ? null : changes;
}

/** What was no text stays what it was, as long as it can be read so. */
function customOf(before: Readonly<Record<string, unknown>>, fields: readonly CustomField[]) {
  const named = fields.filter(({ name }) => name.trim() !== '');
  return Object.fromEntries(
    named.map(({ name, text }) => {
      const old = before[name.trim()];
      return [name.trim(), typeof old === 'string' || old === undefined ? text : readAgain(old, text)];
    }),
  );
}

function readAgain(old: unknown, text: string): unknown {
  if (textOf(old) === text) return old;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
