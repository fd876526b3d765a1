/** Conversations that fell asleep (contract 3.9). */
import { z } from 'zod';
import { normalizePhone } from '../../domain/address.ts';
import { DIRECTIONS } from '../../domain/words.ts';
import { Instant, Warnings } from '../common.ts';
import { asObject, type Fields, readChoice, unknownFields } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';

const MAX_DAYS = 3650;
const MAX_LIMIT = 500;
const MAX_CONVERSATIONS = 500;
const ACTIONS = ['notify', 'draft'] as const;

export const DormantAnswer = z
  .object({
    dormantConversations: z
      .array(
        z.object({
          recipientPhone: z.string(),
          lastMessageAt: Instant,
          lastMessageDirection: z.enum(DIRECTIONS),
          leadName: z.string().nullable(),
          daysSinceLastMessage: z.int(),
          messageCount: z.int(),
        }),
      )
      .meta({ description: 'Those last written in first.' }),
    total: z.int().meta({ description: 'All there are, also beyond `limit`.' }),
  })
  .meta({ id: 'DormantAnswer' });
export type DormantAnswer = z.infer<typeof DormantAnswer>;

export const ScanDormantQuery = z.object({
  days: z.int().min(1).max(MAX_DAYS).optional().meta({ default: 7 }),
  limit: z.int().min(1).max(MAX_LIMIT).optional().meta({ default: 50 }),
});

export const WakeDormantBody = z
  .object({
    action: z.enum(ACTIONS).meta({ description: '`draft` is not available: 501.' }),
    conversationIds: z
      .array(z.string())
      .min(1)
      .max(MAX_CONVERSATIONS)
      .meta({ description: '`recipientPhone` of each.' }),
  })
  .meta({ id: 'WakeDormantBody', example: { action: 'notify', conversationIds: ['+12025550100'] } });

export const WakeDormantAnswer = z
  .object({
    success: z.literal(true),
    action: z.literal('notify'),
    notified: z.array(z.string()).meta({
      description: 'Numbers of which the event `conversation.dormant` was told, once each.',
    }),
    notFound: z.array(z.string()).meta({ description: 'Numbers with which there is no conversation.' }),
    warnings: Warnings,
  })
  .meta({ id: 'WakeDormantAnswer' });
export type WakeDormantAnswer = Omit<z.infer<typeof WakeDormantAnswer>, 'warnings'>;

export interface ScanDormant {
  days: number;
  limit: number;
}

export function parseScanDormant(query: Fields): ScanDormant {
  return { days: readCount(query, 'days', MAX_DAYS, 7), limit: readCount(query, 'limit', MAX_LIMIT, 50) };
}

/** The numbers, each once. */
export function parseWakeDormant(body: unknown): { phones: string[]; warnings: string[] } {
  const fields = asObject(body);
  const action = readChoice(fields, 'action', ACTIONS);
  if (action === null) throw invalidField('action', `must be one of ${ACTIONS.join(', ')}`);
  if (action === 'draft') throw problem('DRAFTS_NOT_SUPPORTED', { param: 'action' });
  const given = fields.conversationIds;
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_CONVERSATIONS)
    throw invalidField('conversationIds', `must be an array of 1 to ${MAX_CONVERSATIONS} phone numbers`);
  const phones = given.map((each: unknown, index) => {
    const phone = typeof each === 'string' ? normalizePhone(each) : null;
    if (phone === null)
      throw invalidField(
        `conversationIds[${index}]`,
        'must be a phone number in E.164 format, like +12025550100',
      );
    return phone;
  });
  const warnings = unknownFields(fields, new Set(Object.keys(WakeDormantBody.shape)));
  return { phones: [...new Set(phones)], warnings };
}

function readCount(query: Fields, name: string, max: number, standard: number): number {
  const value = query[name];
  if (value === undefined || value === '') return standard;
  const count = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > max) throw invalidField(name, `must be a whole number from 1 to ${max}`);
  return count;
}
