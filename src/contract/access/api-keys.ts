/** Keys of the API: contract 2.2, D34. */
import { z } from 'zod';
import { SCOPES, type Scope, SENDS_AS, type SendsAs } from '../../domain/words.ts';
import { Id, Instant, MAX_AHEAD_MS, Warnings } from '../common.ts';
import { asObject, readChoice, readInstant, readLine, unknownFields } from '../fields.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';

const sendsAs = z.enum(SENDS_AS).meta({
  description:
    'What it sends at the doors for clients of Twilio and Sendblue: iMessage with SMS behind it, or SMS alone.',
});

export const ApiKey = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    name: z.string(),
    hint: z.string().meta({ description: 'Its first characters.', example: 'tl_sk_4fKq' }),
    scopes: z.array(z.enum(SCOPES)).meta({ description: '`admin` includes the others.' }),
    sendsAs,
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeysAnswer = z
  .object({ apiKeys: z.array(ApiKey).meta({ description: 'Oldest first, without those removed.' }) })
  .meta({ id: 'ApiKeysAnswer' });
export type ApiKeysAnswer = z.infer<typeof ApiKeysAnswer>;

export const ApiKeyAnswer = z.object({ apiKey: ApiKey, warnings: Warnings }).meta({ id: 'ApiKeyAnswer' });
export type ApiKeyAnswer = Omit<z.infer<typeof ApiKeyAnswer>, 'warnings'>;

export const NewApiKeyAnswer = z
  .object({
    apiKey: ApiKey,
    key: z.string().meta({ description: 'Shown this once; only its hash is kept.' }),
    warnings: Warnings,
  })
  .meta({ id: 'NewApiKeyAnswer' });
export type NewApiKeyAnswer = Omit<z.infer<typeof NewApiKeyAnswer>, 'warnings'>;

export const CreateApiKeyBody = z
  .object({
    name: z.string().max(MAX_LABEL_CHARACTERS).meta({ example: 'Website' }),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .nullish()
      .meta({ default: ['admin'] }),
    expiresAt: Instant.nullish().meta({ description: 'null or absent: never.' }),
    sendsAs: sendsAs.nullish().meta({ default: 'imessage_first' }),
  })
  .meta({ id: 'CreateApiKeyBody', example: { name: 'CRM', scopes: ['send', 'read'] } });

export interface CreateApiKey {
  name: string;
  scopes: Scope[];
  expiresAt: number | null;
  sendsAs: SendsAs;
}

export const RenameApiKeyBody = z
  .object({ name: z.string().max(MAX_LABEL_CHARACTERS) })
  .meta({ id: 'RenameApiKeyBody', example: { name: 'CRM of the office' } });

export function parseCreateApiKey(
  body: unknown,
  { now }: { now: number },
): { request: CreateApiKey; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(CreateApiKeyBody.shape)));
  const expiresAt = readInstant(fields, 'expiresAt');
  if (expiresAt !== null && expiresAt <= now) throw invalidField('expiresAt', 'must be in the future');
  if (expiresAt !== null && expiresAt - now > 5 * MAX_AHEAD_MS)
    throw invalidField('expiresAt', 'must be at most ten years ahead');
  return {
    request: {
      name: nameOf(fields),
      scopes: readScopes(fields.scopes),
      expiresAt,
      sendsAs: readChoice(fields, 'sendsAs', SENDS_AS) ?? 'imessage_first',
    },
    warnings,
  };
}

export function parseRenameApiKey(body: unknown): { name: string; warnings: string[] } {
  const fields = asObject(body);
  for (const fixed of ['scopes', 'expiresAt', 'sendsAs'])
    if (fields[fixed] !== undefined) throw invalidField(fixed, 'cannot be changed; make a new key');
  const warnings = unknownFields(fields, new Set(['name']));
  if (fields.name === undefined) throw problem('NOTHING_TO_CHANGE');
  return { name: nameOf(fields), warnings };
}

function nameOf(fields: Readonly<Record<string, unknown>>): string {
  const name = readLine(fields, 'name', MAX_LABEL_CHARACTERS);
  if (name === null) throw invalidField('name', 'must be given');
  return name;
}

function readScopes(value: unknown): Scope[] {
  if (value === undefined || value === null) return ['admin'];
  const known = SCOPES.filter((scope) => Array.isArray(value) && value.includes(scope));
  const isWhole = Array.isArray(value) && value.length > 0 && value.every((each) => known.includes(each));
  if (!isWhole) throw invalidField('scopes', `must be a list of one or several of ${SCOPES.join(', ')}`);
  return known;
}
