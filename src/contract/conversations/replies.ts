/** Who replied, and to what (contract 3.6). */
import { z } from 'zod';
import { isId } from '../../lib/ids.ts';
import { Id, Instant } from '../common.ts';
import { type Fields, readEmail, readPhone } from '../fields.ts';
import { parseInclusiveEnd, parseInstant } from '../instants.ts';
import { readDate } from '../list-queries.ts';
import { invalidField, type ProblemCode, problem } from '../problems.ts';

const text = z.string().nullable();

const RecentReply = z.object({ messageId: Id, message: z.string(), receivedAtUtc: Instant });
const ParentMessage = z.object({
  messageId: Id,
  message: z.string(),
  sentAtUtc: Instant.nullable(),
  batchId: text,
  stepIndex: z.int().nullable(),
});

export const Reply = z
  .object({
    leadId: Id,
    messageId: Id,
    message: z.string(),
    respondedAtUtc: Instant,
    recipientPhone: text,
    recipientEmail: text,
    name: text,
    recentReplies: z.array(RecentReply).meta({ description: 'Up to 10, newest first.' }),
    parentMessages: z
      .array(ParentMessage)
      .meta({ description: 'What we had sent before the reply: up to 10, newest first.' }),
  })
  .meta({ id: 'Reply' });
export type Reply = z.infer<typeof Reply>;

export const RepliesAnswer = z
  .object({
    replies: z.array(Reply),
    total: z.int(),
    page: z.int(),
    limit: z.int(),
    totalPages: z.int(),
  })
  .meta({ id: 'RepliesAnswer' });
export type RepliesAnswer = z.infer<typeof RepliesAnswer>;

export interface ListReplies {
  leadId: string | null;
  campaignId: string | null;
  lineId: string | null;
  recipientEmail: string | null;
  recipientPhone: string | null;
  dateFrom: number | null;
  dateTo: number | null;
  page: number;
  limit: number;
}

export const RepliesQuery = z.object({
  leadId: Id.optional(),
  campaignId: Id.optional(),
  lineId: Id.optional(),
  recipientEmail: z.string().optional(),
  recipientPhone: z.string().optional(),
  dateFrom: z.string().optional().meta({ description: 'Inclusive, ISO 8601.' }),
  dateTo: z.string().optional().meta({ description: 'Inclusive, ISO 8601.' }),
  page: z.int().min(1).optional().meta({ default: 1 }),
  limit: z.int().min(1).max(100).optional().meta({ default: 50 }),
});

const MAX_PAGE = 1_000_000;
const MAX_REPLIES = 100;
const DEFAULT_REPLIES = 50;

export function parseListReplies(given: Fields): ListReplies {
  const query: Fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const dateFrom = readDate(query, 'dateFrom', 'INVALID_DATE_FROM', parseInstant);
  const dateTo = readDate(query, 'dateTo', 'INVALID_DATE_TO', parseInclusiveEnd);
  if (dateFrom !== null && dateTo !== null && dateFrom > dateTo) throw problem('INVALID_DATE_RANGE');
  return {
    leadId: readId(query, 'leadId', 'INVALID_LEAD_ID'),
    campaignId: readId(query, 'campaignId', 'INVALID_CAMPAIGN_ID'),
    lineId: readId(query, 'lineId', 'INVALID_LINE_ID'),
    recipientEmail: readEmail(query, 'recipientEmail'),
    recipientPhone: readPhone(query, 'recipientPhone'),
    dateFrom,
    dateTo,
    page: readCount(query, 'page', MAX_PAGE) ?? 1,
    limit: readCount(query, 'limit', MAX_REPLIES) ?? DEFAULT_REPLIES,
  };
}

function readId(query: Fields, name: string, code: ProblemCode): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== 'string' || !isId(value)) throw problem(code, { param: name });
  return value;
}

function readCount(query: Fields, name: string, max: number): number | null {
  const value = query[name];
  if (value === undefined) return null;
  const count = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : 0;
  if (count < 1 || count > max) throw invalidField(name, `must be a whole number from 1 to ${max}`);
  return count;
}
