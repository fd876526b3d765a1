/** One change of many leads: tags put on and taken away, another list. */
import { z } from 'zod';
import { isId } from '../../lib/ids.ts';
import { Id, Warnings } from '../common.ts';
import { asObject, type Fields, readText, unknownFields } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';
import { LEAD_READERS, leadShape, MAX_TAGS } from './lead-fields.ts';
import { MAX_LEADS_PER_CALL, readLeadIds } from './lead-requests.ts';

export const ChangeLeadsBody = z
  .object({
    ids: z.array(Id).meta({ minItems: 1, maxItems: MAX_LEADS_PER_CALL }),
    addTags: leadShape.tags,
    removeTags: leadShape.tags,
    listId: Id.nullish().meta({ description: 'The list to move them to.' }),
  })
  .meta({
    id: 'ChangeLeadsBody',
    example: { ids: ['0199c2f07a3b00010c9b2d4e'], addTags: ['spring'], removeTags: ['winter'] },
  });

export const SKIPPED_BECAUSE = ['in_list', 'too_many_tags'] as const;

export const ChangedLeadsAnswer = z
  .object({
    changedCount: z.int(),
    unchangedCount: z.int().meta({ description: 'Those that were so already.' }),
    skipped: z
      .array(
        z.object({
          leadId: Id,
          because: z.enum(SKIPPED_BECAUSE).meta({
            description: `\`in_list\`: the list has somebody with that phone or email. \`too_many_tags\`: it would have more than ${MAX_TAGS}.`,
          }),
          existingLeadId: Id.nullable().meta({ description: 'Of `in_list`: who has it.' }),
        }),
      )
      .meta({ description: 'Those that could not be changed, and were not; all others were.' }),
    warnings: Warnings,
  })
  .meta({ id: 'ChangedLeadsAnswer' });
export type ChangedLeadsAnswer = Omit<z.infer<typeof ChangedLeadsAnswer>, 'warnings'>;
export type SkippedLead = ChangedLeadsAnswer['skipped'][number];

export interface ChangeLeads {
  ids: string[];
  addTags: string[];
  removeTags: string[];
  /** null: each stays in its own. */
  listId: string | null;
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(ChangeLeadsBody.shape));

export function parseChangeLeads(body: unknown): { request: ChangeLeads; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, KNOWN);
  const ids = readLeadIds(fields);
  const addTags = readTags(fields, 'addTags');
  const removeTags = readTags(fields, 'removeTags');
  const both = addTags.find((tag) => removeTags.includes(tag));
  if (both !== undefined) throw invalidField('removeTags', 'must not name a tag that is in addTags too');
  const listId = readText(fields, 'listId')?.trim() || null;
  if (listId !== null && !isId(listId)) throw problem('LIST_NOT_FOUND', { param: 'listId' });
  if (addTags.length + removeTags.length === 0 && listId === null) throw problem('NOTHING_TO_CHANGE');
  return { request: { ids, addTags, removeTags, listId }, warnings };
}

function readTags(fields: Fields, name: string): string[] {
  return LEAD_READERS.tags(fields, name);
}
