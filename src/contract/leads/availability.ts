/** Wire shapes of availability checks: contract 3.3, D22. The documented fields first; what Trunkline adds behind them. */
import { z } from 'zod';
import { normalizeAddress } from '../../domain/address.ts';
import { AVAILABILITY_STATUSES } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Instant, Warnings } from '../common.ts';
import { asObject, type Fields, readText, unknownFields } from '../fields.ts';
import { invalidField, type ProblemCode, problem } from '../problems.ts';

export const MAX_ADDRESSES = 100;
export const MAX_LEADS = 10_000;

const provenance = {
  cached: z.boolean().meta({ description: 'True: it was known before, and no check was spent.' }),
  checkedAt: Instant.nullable().meta({
    description: 'When it was found out. Available counts for 30 days, unavailable for 7.',
  }),
  lineId: Id.nullable().meta({ description: 'The line that found it out.' }),
  error: z
    .string()
    .nullable()
    .meta({ description: 'Not null: the check failed, nobody can tell; `available` is then `false`.' }),
};

export const CheckedAddress = z
  .object({
    address: z.string().meta({ description: 'As it was asked for.' }),
    available: z.boolean(),
    ...provenance,
  })
  .meta({ id: 'CheckedAddress' });
export type CheckedAddress = z.infer<typeof CheckedAddress>;

export const CheckAddressAnswer = z
  .object({
    success: z.boolean().meta({ description: 'False: the check failed, `error` says why.' }),
    ...CheckedAddress.shape,
  })
  .meta({ id: 'CheckAddressAnswer' });
export type CheckAddressAnswer = z.infer<typeof CheckAddressAnswer>;

export const CheckAddressesBody = z
  .object({
    address: z.string().optional().meta({ description: 'A phone number or e-mail address.' }),
    addresses: z
      .array(z.string())
      .optional()
      .meta({ description: 'At most 100, instead of `address`; checked one after another.' }),
  })
  .meta({ id: 'CheckAddressesBody', example: { addresses: ['+12025550100', 'ada@example.com'] } });

export const CheckAddressesAnswer = z
  .object({
    success: z.literal(true),
    results: z.array(CheckedAddress).meta({ description: 'In the order asked for.' }),
    warnings: Warnings,
  })
  .meta({ id: 'CheckAddressesAnswer' });

const leadResult = {
  available: z.boolean(),
  status: z.enum(AVAILABILITY_STATUSES),
  address: z
    .string()
    .nullable()
    .meta({ description: 'The address that decides; null when there is none, or its check failed.' }),
  ...provenance,
};

export const CheckLeadAnswer = z
  .object({
    success: z.literal(true),
    leadId: Id,
    ...leadResult,
    ghlContactId: z.string().nullable(),
    ghlLocationId: z.string().nullable(),
    hsPortalId: z.string().nullable(),
    hsContactId: z.string().nullable(),
  })
  .meta({ id: 'CheckLeadAnswer' });
export type CheckLeadAnswer = z.infer<typeof CheckLeadAnswer>;

export const CheckLeadsBody = z
  .object({
    address: z.string().optional().meta({ description: 'One address, whoever it belongs to.' }),
    leadIds: z.array(Id).optional().meta({ description: 'At most 10,000.' }),
    listId: Id.optional().meta({ description: 'All leads of a list.' }),
  })
  .meta({ id: 'CheckLeadsBody', example: { leadIds: ['0199c2f07a3b00010c9b2d4e'] } });

export const CheckedLead = z.object({ leadId: z.string(), ...leadResult }).meta({ id: 'CheckedLead' });
export type CheckedLead = z.infer<typeof CheckedLead>;

const LeadsChecked = z.object({
  success: z.literal(true),
  checked: z.int(),
  successful: z.int().meta({ description: 'Those whose status is known now, either way.' }),
  errors: z.int(),
  results: z.array(CheckedLead),
  processingMode: z.literal('synchronous'),
  warnings: Warnings,
});
const LeadsBeingChecked = z.object({
  success: z.literal(true),
  message: z.literal('Bulk availability check started in background'),
  jobId: z.string().meta({ description: 'For `GET /api/availability-jobs/{jobId}`.' }),
  checked: z.int().meta({ description: 'How many leads it will check.' }),
  processingMode: z.literal('background'),
  warnings: Warnings,
});
export const CheckLeadsAnswer = z
  .union([
    CheckAddressAnswer.extend({ warnings: Warnings }).meta({ id: 'CheckedOneAnswer' }),
    LeadsChecked.meta({ id: 'CheckedNowAnswer' }),
    LeadsBeingChecked.meta({ id: 'CheckedLaterAnswer' }),
  ])
  .meta({ id: 'CheckLeadsAnswer' });
export type LeadsCheckedAnswer =
  | Omit<z.infer<typeof LeadsChecked>, 'warnings'>
  | Omit<z.infer<typeof LeadsBeingChecked>, 'warnings'>;

export const AvailabilityJobAnswer = z
  .object({
    success: z.literal(true),
    jobId: z.string(),
    status: z.enum(['running', 'waiting', 'finished']),
    total: z.int(),
    checked: z.int(),
    available: z.int(),
    unavailable: z.int(),
    errors: z.int(),
    waitingFor: z.enum(['quota', 'line']).nullable().meta({
      description: '`quota`: all lines have used up their day. `line`: no line can check at present.',
    }),
    waitingUntil: Instant.nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .meta({ id: 'AvailabilityJobAnswer' });
export type AvailabilityJobAnswer = z.infer<typeof AvailabilityJobAnswer>;

export const ReachContactBody = z
  .object({
    phones: z.array(z.string()).optional().meta({ description: 'Asked first.' }),
    emails: z.array(z.string()).optional(),
  })
  .meta({ id: 'ReachContactBody', example: { phones: ['+12025550100'], emails: ['ada@example.com'] } });

export const ReachContactAnswer = z
  .object({
    available: z.boolean(),
    reason: z.string().optional().meta({ description: 'Present when `available` is `false`.' }),
    address: z.string().optional().meta({ description: 'The first that is available.' }),
    cached: z.boolean().optional(),
    checkedAt: Instant.nullable().optional(),
    lineId: Id.nullable().optional(),
    warnings: Warnings,
  })
  .meta({ id: 'ReachContactAnswer' });
export type ReachContactAnswer = Omit<z.infer<typeof ReachContactAnswer>, 'warnings'>;

/** An address as it was asked for, and in the form that is stored. */
export interface AskedAddress {
  asked: string;
  address: string;
}

export function parseCheckAddress(query: Fields): AskedAddress {
  const { address } = query;
  if (typeof address !== 'string' || address.trim() === '')
    throw problem('ADDRESS_REQUIRED', { param: 'address' });
  // A plus that was not encoded arrives as a blank.
  return readAsked('address', address.replace(/^ (?=\d)/, '+'));
}

export function parseCheckAddresses(body: unknown): { addresses: AskedAddress[]; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(CheckAddressesBody.shape)));
  const one = readText(fields, 'address');
  const isOne = one !== null && one.trim() !== '';
  const given = fields.addresses;
  const many = readAddresses(fields, 'addresses', 'ADDRESSES_REQUIRED');
  if (isOne && given !== undefined && given !== null)
    throw invalidField('addresses', 'and address are mutually exclusive: give one of them');
  if (isOne) return { addresses: [readAsked('address', one)], warnings };
  if (many.length === 0) throw problem('ADDRESSES_REQUIRED', { param: 'addresses' });
  if (many.length > MAX_ADDRESSES) throw problem('TOO_MANY_ADDRESSES', { param: 'addresses' });
  return { addresses: many.map(({ param, text }) => readAsked(param, text)), warnings };
}

/** The id of `?id=`; null when it has no form of ours, and so belongs to nothing. */
export function parseCheckedId(query: Fields, missing: ProblemCode): string | null {
  const { id } = query;
  if (typeof id !== 'string' || id.trim() === '') throw problem(missing, { param: 'id' });
  return isId(id) ? id : null;
}

export type CheckLeads = { address: AskedAddress } | { leadIds: string[] } | { listId: string };

export function parseCheckLeads(body: unknown): { request: CheckLeads; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(CheckLeadsBody.shape)));
  const address = readText(fields, 'address');
  const leadIds = readStrings(fields, 'leadIds');
  const listId = readText(fields, 'listId');
  if (address !== null && address.trim() !== '')
    return { request: { address: readAsked('address', address) }, warnings };
  if (leadIds !== null && leadIds.length > MAX_LEADS)
    throw invalidField('leadIds', `must hold at most ${MAX_LEADS.toLocaleString('en')} ids`);
  if (leadIds !== null && leadIds.length > 0)
    return { request: { leadIds: [...new Set(leadIds)] }, warnings };
  if (listId !== null && listId.trim() !== '') {
    if (!isId(listId)) throw problem('LIST_NOT_FOUND', { param: 'listId' });
    return { request: { listId }, warnings };
  }
  throw problem('AVAILABILITY_TARGET_REQUIRED');
}

/** Phones before e-mail addresses, each in its order. */
export function parseReachContact(body: unknown): { addresses: AskedAddress[]; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(ReachContactBody.shape)));
  const given = ['phones', 'emails'].flatMap((name) => readAddresses(fields, name));
  if (given.length === 0) throw problem('NO_ADDRESSES_PROVIDED');
  if (given.length > MAX_ADDRESSES) throw problem('TOO_MANY_ADDRESSES');
  return { addresses: given.map(({ param, text }) => readAsked(param, text)), warnings };
}

/** Blanks and nulls among them are left out: forms send every field they have. */
function readAddresses(
  fields: Fields,
  name: string,
  ifNoArray?: ProblemCode,
): { param: string; text: string }[] {
  const strings = readStrings(fields, name, ifNoArray) ?? [];
  return strings
    .map((text, index) => ({ param: `${name}[${index}]`, text }))
    .filter(({ text }) => text.trim() !== '');
}

function readStrings(fields: Fields, name: string, ifNoArray?: ProblemCode): string[] | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value))
    throw ifNoArray === undefined
      ? invalidField(name, 'must be an array')
      : problem(ifNoArray, { param: name });
  return value.map((each, index) => {
    const text = each === null ? '' : readText({ [name]: each }, name);
    if (text === null) throw invalidField(`${name}[${index}]`, 'must be a string');
    return text;
  });
}

function readAsked(param: string, text: string): AskedAddress {
  const asked = text.trim();
  const address = normalizeAddress(asked);
  if (address === null)
    throw invalidField(param, 'must be a phone number in E.164 format or an e-mail address');
  return { asked, address };
}
