/** Who changed what (D38). */
import { z } from 'zod';
import { Id, Instant } from '../common.ts';
import { type Fields, readChoice, readLabel } from '../fields.ts';
import { readCursor, readLimit } from '../list-queries.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';

export const AUDIT_ENTITIES = [
  'workspace',
  'fallback_config',
  'language_audit',
  'line',
  'device',
  'api_key',
  'webhook',
  'list',
  'leads',
  'dnc_entry',
  'campaign',
  'member',
  'invitation',
] as const;
export type AuditEntity = (typeof AUDIT_ENTITIES)[number];

export const AuditEntry = z
  .object({
    id: Id,
    at: Instant,
    apiKeyId: z.string().meta({
      description:
        'The key it was done with; empty where a person did it, or a Mac paired itself by its code.',
    }),
    apiKeyName: z.string().nullable().meta({ description: 'Its name now.' }),
    personId: Id.nullable().meta({ description: 'The person who did it, signed in.' }),
    personName: z.string().nullable().meta({ description: 'The name of that person now.' }),
    route: z.string().meta({ description: 'The call, like `PATCH /api/lines/{id}`.' }),
    action: z.string().meta({ description: '`created`, `updated`, `deleted`, …' }),
    entity: z.enum(AUDIT_ENTITIES),
    entityId: z.string().meta({
      description:
        'Of `leads`, many at once: their list when they were saved, the workspace when they were deleted.',
    }),
    before: z.record(z.string(), z.unknown()).meta({ description: 'The fields that changed, as they were.' }),
    after: z.record(z.string(), z.unknown()).meta({
      description: 'The same as they are since. Of secrets only that they are set or changed.',
    }),
  })
  .meta({ id: 'AuditEntry' });

export const AuditLogAnswer = z
  .object({
    entries: z.array(AuditEntry).meta({ description: 'Newest first.' }),
    nextCursor: Id.nullable(),
  })
  .meta({ id: 'AuditLogAnswer' });
export interface AuditLogAnswer {
  entries: (Omit<z.infer<typeof AuditEntry>, 'entity'> & { entity: string })[];
  nextCursor: string | null;
}

export interface ListAuditLog {
  limit: number;
  cursor: string | null;
  entity: AuditEntity | null;
  entityId: string | null;
}

export function parseListAuditLog(given: Fields): ListAuditLog {
  const query: Fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  return {
    limit: readLimit(query),
    cursor: readCursor(query),
    entity: readChoice(query, 'entity', AUDIT_ENTITIES),
    entityId: readLabel(query, 'entityId', MAX_LABEL_CHARACTERS),
  };
}
