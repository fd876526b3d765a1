/** Wire shape of the workspace's fallback SMS: D37. Credentials go in and never come out. */
import { z } from 'zod';
import { isId } from '../../lib/ids.ts';
import { Id, Warnings } from '../common.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readChoice,
  readPhone,
  readText,
  unknownFields,
} from '../fields.ts';
import { invalidField, problem } from '../problems.ts';

export const FALLBACK_PROVIDERS = ['sandbox', 'twilio'] as const;

const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;
const SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;
const MAX_TOKEN_CHARACTERS = 4_096;

export const FallbackConfig = z
  .object({
    configured: z.boolean().meta({
      description: 'A fallback SMS would go: there is a provider, its line is active, and it is enabled.',
    }),
    provider: z.enum(FALLBACK_PROVIDERS).nullable(),
    lineId: Id.nullable().meta({ description: 'The SMS line that sends it.' }),
    enabled: z.boolean(),
    attachmentLinks: z
      .boolean()
      .meta({ description: 'Attachments become links in the SMS; otherwise they are left out.' }),
    sendFallbackSmsOnFailed: z
      .boolean()
      .meta({ description: 'Also after `failed`, for every message of the workspace.' }),
    accountSid: z.string().nullable().meta({ description: 'Of Twilio, as are the four below.' }),
    authTokenSet: z.boolean().meta({ description: 'The token itself is never shown.' }),
    fromNumber: z.string().nullable().meta({ description: 'The number of the SMS line.' }),
    messagingServiceSid: z
      .string()
      .nullable()
      .meta({ description: 'Set: Twilio picks the sender from this service.' }),
    inboundUrl: z.string().nullable().meta({
      description:
        'What to enter at Twilio for “A message comes in”, as HTTP POST; null without TRUNKLINE_PUBLIC_URL: then Twilio is asked.',
    }),
  })
  .meta({ id: 'FallbackConfig' });
export type FallbackConfig = z.infer<typeof FallbackConfig>;

export const UpdateFallbackConfigAnswer = z
  .object({ ...FallbackConfig.shape, warnings: Warnings })
  .meta({ id: 'UpdateFallbackConfigAnswer' });

/**
 * Absent = stays. `provider: null` removes the configuration; sandbox without `lineId` takes the only simulated SMS line,
 * twilio makes a line or changes the one it has.
 */
export interface UpdateFallbackConfig {
  provider?: (typeof FALLBACK_PROVIDERS)[number] | null;
  lineId?: string | null;
  enabled?: boolean;
  attachmentLinks?: boolean;
  sendFallbackSmsOnFailed?: boolean;
  /** The five below are Twilio's. */
  accountSid?: string;
  authToken?: string;
  fromNumber?: string;
  messagingServiceSid?: string | null;
  verify?: boolean;
}

export const TWILIO_FIELDS = [
  'accountSid',
  'authToken',
  'fromNumber',
  'messagingServiceSid',
  'verify',
] as const;

export const UpdateFallbackConfigBody = z
  .object({
    provider: z.enum(FALLBACK_PROVIDERS).nullish(),
    lineId: z.string().nullish(),
    enabled: z.boolean().nullish(),
    attachmentLinks: z.boolean().nullish(),
    sendFallbackSmsOnFailed: z.boolean().nullish(),
    accountSid: z.string().nullish().meta({ example: 'AC00000000000000000000000000000000' }),
    authToken: z
      .string()
      .nullish()
      .meta({ writeOnly: true, description: 'Encrypted at rest, never shown; blank leaves it as it is.' }),
    fromNumber: z
      .string()
      .nullish()
      .meta({ description: 'A number of the account. Takes the place of a Messaging Service.' }),
    messagingServiceSid: z
      .string()
      .nullish()
      .meta({ description: 'Instead of a number, or with the one of its numbers that the line shall show.' }),
    verify: z
      .boolean()
      .nullish()
      .meta({ default: true, description: 'False saves without asking Twilio whether it is all true.' }),
  })
  .meta({
    id: 'UpdateFallbackConfigBody',
    example: {
      provider: 'twilio',
      accountSid: 'AC00000000000000000000000000000000',
      authToken: 'the account’s auth token',
      fromNumber: '+12025550143',
      verify: false,
    },
    description:
      'Absent fields stay. `provider: null` removes the fallback; `sandbox` without `lineId` takes the only simulated SMS line; `twilio` makes an SMS line of these settings, or changes the one there is.',
  });

const KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateFallbackConfigBody.shape));
const SWITCHES = ['enabled', 'attachmentLinks', 'sendFallbackSmsOnFailed', 'verify'] as const;

export function parseFallbackConfig(body: unknown): { request: UpdateFallbackConfig; warnings: string[] } {
  const fields = asObject(body);
  const request: UpdateFallbackConfig = {};
  if (fields.provider !== undefined) request.provider = readChoice(fields, 'provider', FALLBACK_PROVIDERS);
  const warnings = unknownFields(fields, KNOWN);
  if (fields.lineId !== undefined) request.lineId = readText(fields, 'lineId')?.trim() || null;
  for (const name of SWITCHES) {
    const value = readBoolean(fields, name);
    if (value !== null) request[name] = value;
  }
  readTwilio(fields, request);
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  if (typeof request.lineId === 'string' && !isId(request.lineId))
    throw problem('LINE_NOT_FOUND', { param: 'lineId' });
  return { request, warnings };
}

function readTwilio(fields: Fields, request: UpdateFallbackConfig): void {
  const accountSid = readText(fields, 'accountSid')?.trim();
  if (accountSid) request.accountSid = matching('accountSid', accountSid, ACCOUNT_SID, 'AC');
  const authToken = readText(fields, 'authToken')?.trim();
  if (authToken) {
    if (authToken.length > MAX_TOKEN_CHARACTERS)
      throw invalidField('authToken', 'must be at most 4,096 characters');
    request.authToken = authToken;
  }
  const fromNumber = readPhone(fields, 'fromNumber');
  if (fromNumber !== null) request.fromNumber = fromNumber;
  const serviceSid = readText(fields, 'messagingServiceSid')?.trim();
  if (serviceSid)
    request.messagingServiceSid = matching('messagingServiceSid', serviceSid, SERVICE_SID, 'MG');
  else if (fields.messagingServiceSid === null) request.messagingServiceSid = null;
}

function matching(name: string, value: string, pattern: RegExp, prefix: string): string {
  if (!pattern.test(value)) throw invalidField(name, `must be ${prefix} followed by 32 hex digits`);
  return value;
}
