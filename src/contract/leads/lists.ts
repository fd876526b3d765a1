/** Lists of leads: contract 2.5, D38. */
import { z } from 'zod';
import { Id, Instant, Warnings } from '../common.ts';
import { asObject, type Fields, readLine, readText, unknownFields } from '../fields.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';

export const List = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    name: z.string(),
    description: z.string(),
    special: z.string().nullable().meta({
      description: '`quick_sends` or `inbound`: made on demand, and neither renamed nor deleted.',
    }),
    leadCount: z.int(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'List' });
export type List = z.infer<typeof List>;

export const ListAnswer = z.object({ list: List }).meta({ id: 'ListAnswer' });
export type ListAnswer = z.infer<typeof ListAnswer>;

export const ChangedListAnswer = z
  .object({ ...ListAnswer.shape, warnings: Warnings })
  .meta({ id: 'ChangedListAnswer' });

export const ListsAnswer = z
  .object({ lists: z.array(List).meta({ description: 'Oldest first.' }) })
  .meta({ id: 'ListsAnswer' });
export type ListsAnswer = z.infer<typeof ListsAnswer>;

/** Absent = stays. */
export interface ListChanges {
  name?: string;
  description?: string;
}

const MAX_DESCRIPTION_CHARACTERS = 1000;

const description = z.string().nullish().meta({ maxLength: MAX_DESCRIPTION_CHARACTERS });

export const CreateListBody = z
  .object({ name: z.string().meta({ maxLength: MAX_LABEL_CHARACTERS }), description })
  .meta({ id: 'CreateListBody', example: { name: 'Spring', description: 'Asked for a quote in spring' } });

export const UpdateListBody = z
  .object({ name: z.string().nullish().meta({ maxLength: MAX_LABEL_CHARACTERS }), description })
  .meta({ id: 'UpdateListBody', example: { name: 'Spring 2027' }, description: 'Absent fields stay.' });

const KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateListBody.shape));

export function parseCreateList(body: unknown): { request: Required<ListChanges>; warnings: string[] } {
  const { changes, warnings } = readChanges(asObject(body));
  const { name, description = '' } = changes;
  if (name === undefined) throw invalidField('name', 'must be given');
  return { request: { name, description }, warnings };
}

export function parseUpdateList(body: unknown): { request: ListChanges; warnings: string[] } {
  const { changes, warnings } = readChanges(asObject(body));
  if (Object.keys(changes).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request: changes, warnings };
}

function readChanges(fields: Fields): { changes: ListChanges; warnings: string[] } {
  const changes: ListChanges = {};
  const name = readLine(fields, 'name', MAX_LABEL_CHARACTERS);
  if (name !== null) changes.name = name;
  const text = readText(fields, 'description')?.trim();
  if (text !== undefined) {
    if ([...text].length > MAX_DESCRIPTION_CHARACTERS)
      throw invalidField(
        'description',
        `must be at most ${MAX_DESCRIPTION_CHARACTERS.toLocaleString('en')} characters`,
      );
    changes.description = text;
  }
  return { changes, warnings: unknownFields(fields, KNOWN) };
}
