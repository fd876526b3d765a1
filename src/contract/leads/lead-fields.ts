/** The fields of a lead that callers give, one reader each: the same for one lead, for many, and for rows of a file. */
import { z } from 'zod';
import { normalizeEmail } from '../../domain/address.ts';
import {
  checkText,
  type Fields,
  hasControlCharacters,
  isLongerThan,
  readEmail,
  readLabel,
  readLine,
  readPhone,
  readSettings,
  readText,
} from '../fields.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { invalidField } from '../problems.ts';

/** Every field that was read; absent and blank ones are null. */
export interface LeadInput {
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  altPhone1: string | null;
  altPhone2: string | null;
  altPhone3: string | null;
  altEmail1: string | null;
  altEmail2: string | null;
  altEmail3: string | null;
  companyName: string | null;
  jobTitle: string | null;
  linkedinUrl: string | null;
  notes: string | null;
  customFields: Record<string, unknown>;
  externalId: string | null;
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  tags: string[];
  /** undefined: not given, or no address. */
  contactOwnerEmail: string | null | undefined;
}

const MAX_URL_CHARACTERS = 2048;
const MAX_NOTES_CHARACTERS = 10_000;
const MAX_CUSTOM_FIELDS = 100;
const MAX_CUSTOM_CHARACTERS = 20_000;
export const MAX_TAGS = 50;
const MAX_TAG_CHARACTERS = 64;

type Reader<Value> = (fields: Fields, name: string, defaultCountryCode?: string) => Value;

const line: Reader<string | null> = (fields, name) => readLine(fields, name, MAX_LABEL_CHARACTERS);
const label: Reader<string | null> = (fields, name) => readLabel(fields, name, MAX_LABEL_CHARACTERS);

/** Names and companies are one line each: they stand in headers, and are searched line by line. */
export const LEAD_READERS: Readonly<{ [Name in keyof LeadInput]: Reader<LeadInput[Name]> }> = {
  firstName: line,
  lastName: line,
  email: readEmail,
  phone: readPhone,
  altPhone1: readPhone,
  altPhone2: readPhone,
  altPhone3: readPhone,
  altEmail1: readEmail,
  altEmail2: readEmail,
  altEmail3: readEmail,
  companyName: line,
  jobTitle: line,
  linkedinUrl: (fields, name) => readLabel(fields, name, MAX_URL_CHARACTERS),
  notes: (fields, name) => readLabel(fields, name, MAX_NOTES_CHARACTERS),
  customFields: readCustomFields,
  externalId: label,
  hsContactId: label,
  hsPortalId: label,
  ghlContactId: label,
  ghlLocationId: label,
  tags: readTags,
  contactOwnerEmail: readContactOwner,
};

export type LeadField = keyof LeadInput;
export const LEAD_FIELDS = Object.keys(LEAD_READERS) as LeadField[];

function upTo(maxLength: number) {
  return z.string().nullish().meta({ maxLength });
}

const short = upTo(MAX_LABEL_CHARACTERS);
const phone = z.string().nullish().meta({ example: '+12025550100' });
const email = z.string().nullish().meta({ example: 'ada@example.com' });

/** As published. */
export const leadShape = {
  firstName: short,
  lastName: short,
  email,
  phone: z.string().nullish().meta({
    description: 'E.164, or ten digits that `defaultCountryCode` completes.',
    example: '+12025550100',
  }),
  altPhone1: phone,
  altPhone2: phone,
  altPhone3: phone,
  altEmail1: email,
  altEmail2: email,
  altEmail3: email,
  companyName: short,
  jobTitle: short,
  linkedinUrl: upTo(MAX_URL_CHARACTERS),
  notes: upTo(MAX_NOTES_CHARACTERS),
  customFields: z.record(z.string(), z.unknown()).nullish().meta({
    description:
      'At most 100, and 20,000 characters as JSON. Texts, numbers and booleans can stand in templates.',
  }),
  externalId: short,
  hsContactId: short,
  hsPortalId: short,
  ghlContactId: short,
  ghlLocationId: short,
  tags: z
    .array(z.string().meta({ maxLength: MAX_TAG_CHARACTERS }))
    .nullish()
    .meta({ maxItems: MAX_TAGS }),
  contactOwnerEmail: z.string().nullish().meta({
    description:
      'Of a member of the workspace. Absent, or anybody else’s: that of the call, or of the first member. null: nobody.',
  }),
} satisfies Record<LeadField, z.ZodType>;

function readCustomFields(fields: Fields, name: string): Record<string, unknown> {
  const value = readSettings(fields, name) ?? {};
  const keys = Object.keys(value);
  if (keys.length > MAX_CUSTOM_FIELDS)
    throw invalidField(name, `must hold at most ${MAX_CUSTOM_FIELDS} fields`);
  if (keys.some((key) => isLongerThan(key, MAX_LABEL_CHARACTERS)))
    throw invalidField(name, `must have names of at most ${MAX_LABEL_CHARACTERS} characters`);
  if (JSON.stringify(value).length > MAX_CUSTOM_CHARACTERS)
    throw invalidField(
      name,
      `must be at most ${MAX_CUSTOM_CHARACTERS.toLocaleString('en')} characters as JSON`,
    );
  return value;
}

/** Each once, in the order given. */
function readTags(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidField(name, 'must be an array of strings');
  const tags = value.map((tag: unknown) => {
    if (typeof tag !== 'string') throw invalidField(name, 'must be an array of strings');
    checkText(name, tag);
    const text = tag.trim();
    if (text === '' || isLongerThan(text, MAX_TAG_CHARACTERS) || hasControlCharacters(text))
      throw invalidField(name, `must be lines of 1 to ${MAX_TAG_CHARACTERS} characters`);
    return text;
  });
  const each = [...new Set(tags)];
  if (each.length > MAX_TAGS) throw invalidField(name, `must be at most ${MAX_TAGS}`);
  return each;
}

export function readContactOwner(fields: Fields, name: string): string | null | undefined {
  if (fields[name] === null) return null;
  const text = readText(fields, name);
  return text === null ? undefined : (normalizeEmail(text) ?? undefined);
}
