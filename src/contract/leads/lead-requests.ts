/** What requests about leads carry (contract 3.2, D7, D38). Of many leads, everything that is wrong is named at once. */
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { isId } from '../../lib/ids.ts';
import { Id } from '../common.ts';
import { asObject, type Fields, readChoice, readLabel, readText, unknownFields } from '../fields.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { type BadRow, invalidField, Problem, problem } from '../problems.ts';
import {
  LEAD_FIELDS,
  LEAD_READERS,
  type LeadField,
  type LeadInput,
  leadShape,
  readContactOwner,
} from './lead-fields.ts';

export const MAX_LEADS_PER_CALL = 10_000;
/** Beyond that many faults each row is named once. */
const MANY_FAULTS = 1_000;
const LEADS_A_TURN = 100;
const MAX_SOURCE_CHARACTERS = 64;

const ON_DUPLICATE = ['keep', 'update'] as const;
export type OnDuplicate = (typeof ON_DUPLICATE)[number];

/** What goes for all leads of a call. */
export interface LeadsTarget {
  /** null: Quick Sends. */
  listId: string | null;
  source: string;
  defaultCountryCode: string;
  ghlLocationId: string | null;
  contactOwnerEmail: string | null | undefined;
  /** Whether who is in the list already is changed. */
  onDuplicate: OnDuplicate;
}

export interface GivenLead {
  input: LeadInput;
  /** Of the lead in the call, from 0. */
  index: number;
  /** As it came, to be shown with a duplicate. */
  given: unknown;
}

export interface SaveLeads extends LeadsTarget {
  leads: readonly GivenLead[];
}

export const target = {
  listId: Id.nullish().meta({ description: 'Absent: the list Quick Sends.' }),
  source: z.string().nullish().meta({ maxLength: MAX_SOURCE_CHARACTERS, default: 'csv' }),
  defaultCountryCode: z
    .string()
    .nullish()
    .meta({ default: '+1', description: 'Of phone numbers with ten digits and no `+`.' }),
  ghlLocationId: z.string().nullish().meta({ description: 'Of leads that give none.' }),
  contactOwnerEmail: z.string().nullish().meta({
    description: 'Of leads that give none. Absent, or of no member: the first member of the workspace.',
  }),
  onDuplicate: z.enum(ON_DUPLICATE).nullish().meta({
    default: 'keep',
    description:
      '`update`: who is in the list already gets what is given, where something is; custom fields and tags are added. Addresses stay.',
  }),
};

const SaveLead = z
  .object(leadShape)
  .meta({ id: 'SaveLead', description: 'With a phone, an email, or both.' });

export const SaveLeadsBody = z
  .object({
    leads: z.array(SaveLead).optional().meta({ minItems: 1, maxItems: MAX_LEADS_PER_CALL }),
    body: z.array(SaveLead).optional().meta({ description: 'The same as `leads`.' }),
    ...target,
  })
  .meta({
    id: 'SaveLeadsBody',
    example: {
      leads: [
        {
          firstName: 'Ada',
          lastName: 'Lovelace',
          phone: '+12025550100',
          email: 'ada@example.com',
          tags: ['spring'],
        },
      ],
      source: 'api',
    },
  });

export const UpdateLeadBody = z
  .object({ ...leadShape, listId: Id.nullish(), source: z.string().nullish() })
  .meta({
    id: 'UpdateLeadBody',
    example: { companyName: 'Analytical Engines', tags: ['spring', 'customer'] },
    description: 'Absent fields stay, null clears.',
  });

export const DeleteLeadsBody = z
  .object({ ids: z.array(Id).meta({ minItems: 1, maxItems: MAX_LEADS_PER_CALL }) })
  .meta({ id: 'DeleteLeadsBody', example: { ids: ['0199c2f07a3b00010c9b2d4e'] } });

const SAVE_KNOWN: ReadonlySet<string> = new Set(Object.keys(SaveLeadsBody.shape));
const LEAD_KNOWN: ReadonlySet<string> = new Set(LEAD_FIELDS);
const UPDATE_KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateLeadBody.shape));
const DELETE_KNOWN: ReadonlySet<string> = new Set(Object.keys(DeleteLeadsBody.shape));

export async function parseSaveLeads(body: unknown): Promise<{ request: SaveLeads; warnings: string[] }> {
  const fields = asObject(body);
  const warnings = unknownFields(fields, SAVE_KNOWN);
  const rows = fields.leads ?? fields.body;
  if (!Array.isArray(rows) || rows.length === 0) throw problem('LEADS_REQUIRED', { param: 'leads' });
  if (rows.length > MAX_LEADS_PER_CALL) throw problem('TOO_MANY_LEADS', { param: 'leads' });
  const shared = readTarget(fields);
  const { leads, unknown } = await readLeads(rows, shared.defaultCountryCode);
  for (const name of unknown) warnings.push(`Unknown field in leads: ${name}`);
  return { request: { ...shared, leads }, warnings };
}

export function readTarget(fields: Fields): LeadsTarget {
  const listId = readText(fields, 'listId')?.trim() || null;
  if (listId !== null && !isId(listId)) throw problem('LEAD_LIST_NOT_FOUND', { param: 'listId' });
  const defaultCountryCode = readText(fields, 'defaultCountryCode')?.trim() || '+1';
  if (!/^\+?[1-9]\d{0,2}$/.test(defaultCountryCode))
    throw invalidField('defaultCountryCode', 'must be a country calling code, like +44');
  return {
    listId,
    source: readLabel(fields, 'source', MAX_SOURCE_CHARACTERS) ?? 'csv',
    defaultCountryCode,
    ghlLocationId: readLabel(fields, 'ghlLocationId', MAX_LABEL_CHARACTERS),
    contactOwnerEmail: readContactOwner(fields, 'contactOwnerEmail'),
    onDuplicate:
      fields.onDuplicate === '' ? 'keep' : (readChoice(fields, 'onDuplicate', ON_DUPLICATE) ?? 'keep'),
  };
}

/** All of them, or a refusal that names what is wrong. `lineOf`: where a row of a file stands. */
export async function readLeads(
  rows: readonly unknown[],
  defaultCountryCode: string,
  lineOf?: (index: number) => number,
): Promise<{ leads: GivenLead[]; unknown: string[] }> {
  const { leads, unknown, bad } = await readEachLead(rows, defaultCountryCode, lineOf);
  if (bad.length > 0) throw invalidLeads(bad, rows.length);
  return { leads, unknown };
}

export function invalidLeads(bad: readonly BadRow[], total: number): Problem {
  const faulty = new Set(bad.map(({ index }) => index)).size;
  const error = `${faulty} of ${total} leads are not valid; none was saved`;
  const [{ index, param }] = bad as [BadRow];
  return problem('INVALID_LEADS', { error, param: `leads[${index}].${param}`, rows: eachBadRow(bad) });
}

/** `bad`: in the order of the rows. */
export function eachBadRow(bad: readonly BadRow[]): readonly BadRow[] {
  if (bad.length <= MANY_FAULTS) return bad;
  return bad.filter(({ index }, at) => index !== bad[at - 1]?.index);
}

/** Those that are valid, and what is wrong with the others. */
export async function readEachLead(
  rows: readonly unknown[],
  defaultCountryCode: string,
  lineOf?: (index: number) => number,
): Promise<{ leads: GivenLead[]; unknown: string[]; bad: BadRow[] }> {
  const bad: BadRow[] = [];
  const unknown = new Set<string>();
  const leads: GivenLead[] = [];
  for (const [index, given] of rows.entries()) {
    // Ten thousand of them take a while, and the process has other work.
    if (index % LEADS_A_TURN === 0) await turn();
    const { input, faults } = readLead(given, defaultCountryCode, unknown);
    for (const fault of faults) bad.push({ index, ...(lineOf && { line: lineOf(index) }), ...fault });
    if (faults.length === 0) leads.push({ input, index, given });
  }
  return { leads, unknown: [...unknown], bad };
}

type Fault = Pick<BadRow, 'param' | 'error'>;

const NOTHING = Object.fromEntries(
  LEAD_FIELDS.map((name) => [name, LEAD_READERS[name]({}, name)]),
) as unknown as LeadInput;
const MAX_UNKNOWN_SHOWN = 20;

function readLead(
  given: unknown,
  defaultCountryCode: string,
  unknown: Set<string>,
): { input: LeadInput; faults: Fault[] } {
  const input: LeadInput = { ...NOTHING };
  const faults: Fault[] = [];
  const attempt = (param: string, read: () => void) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push({ param: error.param ?? param, error: error.error });
    }
  };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { input, faults: [{ param: '', error: 'must be an object' }] };
  const fields = given as Fields;
  for (const name of Object.keys(fields)) {
    if (LEAD_KNOWN.has(name))
      attempt(name, () => assign(input, name as LeadField, fields, defaultCountryCode));
    else attempt(name, () => noteUnknown(unknown, name, fields));
  }
  if (faults.length === 0 && input.phone === null && input.email === null)
    faults.push({ param: 'phone', error: 'phone or email must be given' });
  return { input, faults };
}

/** One field, in the type that its reader gives. */
function assign<Name extends LeadField>(
  input: Partial<LeadInput>,
  name: Name,
  fields: Fields,
  defaultCountryCode?: string,
): void {
  input[name] = LEAD_READERS[name](fields, name, defaultCountryCode);
}

function noteUnknown(unknown: Set<string>, name: string, fields: Fields): void {
  // It is shown to the caller with duplicates: what could not be told must not be there.
  const [warning = ''] = unknownFields({ [name]: fields[name] }, LEAD_KNOWN);
  if (unknown.size < MAX_UNKNOWN_SHOWN) unknown.add(warning.replace('Unknown field: ', ''));
}

/** Absent = stays; null or an empty one clears. */
export type LeadChanges = Partial<Omit<LeadInput, 'contactOwnerEmail'>> & {
  contactOwnerEmail?: string | null;
  listId?: string;
  source?: string;
};

export function parseUpdateLead(body: unknown): { request: LeadChanges; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, UPDATE_KNOWN);
  const given: Partial<LeadInput> = {};
  for (const name of LEAD_FIELDS) if (fields[name] !== undefined) assign(given, name, fields);
  const { contactOwnerEmail, ...rest } = given;
  const request: LeadChanges = contactOwnerEmail === undefined ? rest : { ...rest, contactOwnerEmail };
  const listId = readText(fields, 'listId')?.trim() || null;
  if (listId !== null) {
    if (!isId(listId)) throw problem('LIST_NOT_FOUND', { param: 'listId' });
    request.listId = listId;
  }
  const source = readLabel(fields, 'source', MAX_SOURCE_CHARACTERS);
  if (source !== null) request.source = source;
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request, warnings };
}

export function parseDeleteLeads(body: unknown): { ids: string[]; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, DELETE_KNOWN);
  return { ids: readLeadIds(fields), warnings };
}

/** Each once; which of them are the workspace's is not known yet. */
export function readLeadIds({ ids }: Fields): string[] {
  if (!Array.isArray(ids) || ids.length === 0) throw problem('LEAD_IDS_REQUIRED', { param: 'ids' });
  if (ids.length > MAX_LEADS_PER_CALL)
    throw invalidField('ids', `must be at most ${MAX_LEADS_PER_CALL.toLocaleString('en')}`);
  if (!ids.every((id) => typeof id === 'string' && isId(id)))
    throw problem('INVALID_LEAD_IDS', { param: 'ids' });
  return [...new Set(ids as string[])];
}
