/** Figures of what was sent and what came back (contract 3.8). */
import { z } from 'zod';
import { isId } from '../../lib/ids.ts';
import { Id, Instant } from '../common.ts';
import { type Fields, isLongerThan, readText } from '../fields.ts';
import { parseInclusiveEnd, parseInstant } from '../instants.ts';
import { readDate } from '../list-queries.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { invalidField, type ProblemCode, problem } from '../problems.ts';

export const EXPLAINER = {
  reached: 'Distinct contacts with at least one outbound message that is sent or delivered.',
  sent: 'Outbound messages that are sent or delivered, each counted.',
  fallback: 'Outbound messages with status fallback, or for which a fallback SMS was dispatched.',
  failed: 'Outbound messages with status failed.',
  replied:
    'Inbound messages, each counted. A reply belongs to the campaign and user of what the contact was sent last.',
  uniqueReplied: 'Distinct contacts with at least one inbound message.',
  repliedPct: 'uniqueReplied / reached, from 0; 0 when nobody was reached.',
  positiveReplied:
    'Distinct contacts with at least one reply that reads as a short yes, by a rule of English words: no judgement of meaning.',
  positivePct: 'positiveReplied / uniqueReplied, 0 to 1; 0 when nobody replied.',
} as const;

export const Metrics = z.object({
  reached: z.int().meta({ description: EXPLAINER.reached }),
  sent: z.int().meta({ description: EXPLAINER.sent }),
  fallback: z.int().meta({ description: EXPLAINER.fallback }),
  failed: z.int().meta({ description: EXPLAINER.failed }),
  replied: z.int().meta({ description: EXPLAINER.replied }),
  uniqueReplied: z.int().meta({ description: EXPLAINER.uniqueReplied }),
  repliedPct: z.number().meta({ description: EXPLAINER.repliedPct }),
  positiveReplied: z.int().meta({ description: EXPLAINER.positiveReplied }),
  positivePct: z.number().meta({ description: EXPLAINER.positivePct }),
});
export type Metrics = z.infer<typeof Metrics>;

export const AnalyticsAnswer = z
  .object({
    success: z.literal(true),
    filter: z.object({
      campaignId: Id.nullable(),
      lineId: Id.nullable(),
      userId: z.string().nullable(),
      dateFrom: Instant.nullable(),
      dateTo: Instant.nullable(),
    }),
    metrics: Metrics,
    explainer: z.record(z.string(), z.string()).meta({ description: 'What each figure counts.' }),
  })
  .meta({ id: 'AnalyticsAnswer' });
export type AnalyticsAnswer = z.infer<typeof AnalyticsAnswer>;

export const AnalyticsQuery = z.object({
  campaignId: Id.optional(),
  lineId: Id.optional(),
  userId: z.string().optional().meta({ description: '`createdByUserId` of the messages.' }),
  dateFrom: z.string().optional().meta({ description: 'Inclusive, ISO 8601; of `createdAt`.' }),
  dateTo: z.string().optional().meta({ description: 'Inclusive, ISO 8601; a bare date is the whole day.' }),
  agencyId: z.string().optional().meta({ description: 'Not available: 501.' }),
});

/** Intersected; null = any. Instants in epoch ms. */
export interface AnalyticsFilter {
  campaignId: string | null;
  lineId: string | null;
  userId: string | null;
  dateFrom: number | null;
  dateTo: number | null;
}

export function parseAnalytics(given: Fields): AnalyticsFilter {
  const query: Fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  if (query.agencyId !== undefined) throw problem('AGENCY_NOT_SUPPORTED', { param: 'agencyId' });
  const dateFrom = readDate(query, 'dateFrom', 'INVALID_DATE_FROM', parseInstant);
  const dateTo = readDate(query, 'dateTo', 'INVALID_DATE_TO', parseInclusiveEnd);
  if (dateFrom !== null && dateTo !== null && dateFrom > dateTo) throw problem('INVALID_DATE_RANGE');
  const userId = readText(query, 'userId');
  if (userId !== null && isLongerThan(userId, MAX_LABEL_CHARACTERS))
    throw invalidField('userId', `must be at most ${MAX_LABEL_CHARACTERS} characters`);
  return {
    campaignId: readId(query, 'campaignId', 'INVALID_CAMPAIGN_ID'),
    lineId: readId(query, 'lineId', 'INVALID_LINE_ID'),
    userId,
    dateFrom,
    dateTo,
  };
}

export interface Counts {
  reached: number;
  sent: number;
  fallback: number;
  failed: number;
  replied: number;
  uniqueReplied: number;
  positiveReplied: number;
}

export function withShares({ positiveReplied, ...counts }: Counts): {
  metrics: Metrics;
  explainer: Record<string, string>;
} {
  const { reached, uniqueReplied } = counts;
  const metrics = {
    ...counts,
    repliedPct: shareOf(uniqueReplied, reached),
    positiveReplied,
    positivePct: shareOf(positiveReplied, uniqueReplied),
  };
  return { metrics, explainer: EXPLAINER };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function readId(query: Fields, name: string, code: ProblemCode): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== 'string' || !isId(value)) throw problem(code, { param: name });
  return value;
}
