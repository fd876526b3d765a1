/** Wire shape of the workspace's fallback SMS: D37. For now it goes through an SMS line; a provider of its own follows. */
import { z } from 'zod';
import { isId } from '../lib/ids.ts';
import { Id, Warnings } from './common.ts';
import { asObject, type Fields, readBoolean, readChoice, readText, unknownFields } from './fields.ts';
import { problem } from './problems.ts';

export const FALLBACK_PROVIDERS = ['sandbox', 'twilio'] as const;

/** Providers that can be configured today. */
export const SUPPORTED_FALLBACK_PROVIDERS = [
  'sandbox',
] as const satisfies readonly (typeof FALLBACK_PROVIDERS)[number][];

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
  })
  .meta({ id: 'FallbackConfig' });
export type FallbackConfig = z.infer<typeof FallbackConfig>;

export const UpdateFallbackConfigAnswer = z
  .object({ ...FallbackConfig.shape, warnings: Warnings })
  .meta({ id: 'UpdateFallbackConfigAnswer' });

/** Absent = stays. `provider: null` removes the configuration; a provider without `lineId` takes the only SMS line. */
export interface UpdateFallbackConfig {
  provider?: (typeof SUPPORTED_FALLBACK_PROVIDERS)[number] | null;
  lineId?: string | null;
  enabled?: boolean;
  attachmentLinks?: boolean;
  sendFallbackSmsOnFailed?: boolean;
}

export const UpdateFallbackConfigBody = z
  .object({
    provider: z.enum(SUPPORTED_FALLBACK_PROVIDERS).nullish(),
    lineId: z.string().nullish(),
    enabled: z.boolean().nullish(),
    attachmentLinks: z.boolean().nullish(),
    sendFallbackSmsOnFailed: z.boolean().nullish(),
  })
  .meta({
    id: 'UpdateFallbackConfigBody',
    description:
      'Absent fields stay. `provider: null` removes the fallback; a provider without `lineId` takes the only SMS line.',
  });

const KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateFallbackConfigBody.shape));
const SWITCHES = ['enabled', 'attachmentLinks', 'sendFallbackSmsOnFailed'] as const;

export function parseFallbackConfig(body: unknown): { request: UpdateFallbackConfig; warnings: string[] } {
  const fields = asObject(body);
  const request: UpdateFallbackConfig = {};
  if (fields.provider !== undefined) request.provider = readProvider(fields);
  const warnings = unknownFields(fields, KNOWN);
  if (fields.lineId !== undefined) request.lineId = readText(fields, 'lineId')?.trim() || null;
  for (const name of SWITCHES) {
    const value = readBoolean(fields, name);
    if (value !== null) request[name] = value;
  }
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  if (typeof request.lineId === 'string' && !isId(request.lineId))
    throw problem('LINE_NOT_FOUND', { param: 'lineId' });
  return { request, warnings };
}

function readProvider(fields: Fields): (typeof SUPPORTED_FALLBACK_PROVIDERS)[number] | null {
  const known = readChoice(fields, 'provider', FALLBACK_PROVIDERS);
  if (known === null) return null;
  const provider = SUPPORTED_FALLBACK_PROVIDERS.find((each) => each === known);
  if (provider === undefined) throw problem('PROVIDER_NOT_SUPPORTED', { param: 'provider' });
  return provider;
}
