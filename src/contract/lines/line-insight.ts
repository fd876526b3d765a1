/** How a line is doing, in figures: hour by hour, why its health and score are what they are, and what waits on it. */
import { z } from 'zod';
import { HEALTH_STATUSES, RISKS } from '../../domain/words.ts';
import { Id, Instant } from '../common.ts';
import { invalidField } from '../problems.ts';

/** Older hours are forgotten. */
export const MAX_ACTIVITY_HOURS = 48;
const STANDARD_HOURS = 24;

export const LineActivityQuery = z.object({
  hours: z
    .string()
    .optional()
    .meta({ description: `1 to ${MAX_ACTIVITY_HOURS}; ${STANDARD_HOURS} if absent.`, example: '24' }),
});

export function parseActivityHours(query: Readonly<Record<string, unknown>>): number {
  const { hours } = query;
  if (hours === undefined || hours === '') return STANDARD_HOURS;
  const number = typeof hours === 'string' && /^\d{1,2}$/.test(hours) ? Number(hours) : Number.NaN;
  if (!(number >= 1 && number <= MAX_ACTIVITY_HOURS))
    throw invalidField('hours', `must be a whole number from 1 to ${MAX_ACTIVITY_HOURS}`);
  return number;
}

const counts = {
  sent: z.int().meta({ description: 'Taken by the carrier.' }),
  delivered: z.int().meta({ description: 'Receipts that came in, of messages of whatever hour.' }),
  failed: z.int().meta({
    description: 'Refused for good, given up, or bounced; what opted out, expired or was cancelled is not.',
  }),
  received: z.int().meta({ description: 'Messages that came in.' }),
};

export const LineActivity = z
  .object({
    lineId: Id,
    hours: z
      .array(z.object({ hour: Instant.meta({ description: 'Its beginning.' }), ...counts }))
      .meta({ description: 'Oldest first, without a gap; the last one is not over.' }),
    total: z.object(counts),
  })
  .meta({ id: 'LineActivity' });
export type LineActivity = z.infer<typeof LineActivity>;

const LineInput = z
  .object({
    input: z.string().meta({ example: 'failure_rate' }),
    value: z.number().nullable().meta({ description: 'null: too little to tell.' }),
    medium: z.number().nullable().meta({ description: 'From here on the risk is medium.' }),
    high: z
      .number()
      .nullable()
      .meta({ description: 'Above this (a rate), or from here on (a count), it is high.' }),
    risk: z.enum(RISKS).meta({ description: 'What this input alone says.' }),
    decides: z.boolean().meta({ description: 'The risk of the line is what this input says.' }),
    sentence: z.string(),
  })
  .meta({ id: 'LineScoreFactor' });

const Witness = z
  .object({
    inARow: z.int(),
    untilDown: z.int().meta({ description: 'So many in a row bring the line down.' }),
    sentence: z.string(),
  })
  .meta({ id: 'LineWitness' });

export const LineHealthInputs = z
  .object({
    lineId: Id,
    status: z.enum(HEALTH_STATUSES),
    isActive: z.boolean(),
    lastCheckedAt: Instant.nullable(),
    downSince: Instant.nullable(),
    checks: Witness.meta({ description: 'Checks in a row that found trouble; one is made every minute.' }),
    sends: Witness.meta({ description: 'Sends in a row that failed for a fault of the line’s own.' }),
    risk: z.enum(RISKS),
    because: z.string(),
    recommendation: z.string(),
    slowdown: z.int().meta({ description: 'By what its gaps are multiplied.' }),
    inputs: z
      .array(LineInput)
      .meta({ description: 'Of 24 hours. The highest risk of them is that of the line.' }),
  })
  .meta({ id: 'LineHealthInputs' });
export type LineHealthInputs = z.infer<typeof LineHealthInputs>;

/** Where counting stops: with 50 lines more would be felt. The forecast of a line counts all of its queue. */
export const COUNT_WAITING_UP_TO = 200;

export const LineQueues = z
  .object({
    queues: z.array(
      z
        .object({
          lineId: Id,
          waiting: z.int().meta({ description: `Counted up to ${COUNT_WAITING_UP_TO}.` }),
          isMore: z.boolean().meta({ description: `More than that wait.` }),
          underWay: z.int().meta({ description: 'Being sent, or of unknown outcome.' }),
          nextMessageAt: Instant.nullable().meta({
            description:
              'When it may next send a message at all, by its caps and gaps; null: not before somebody changes it.',
          }),
          nextConversationAt: Instant.nullable().meta({
            description: 'The same for a first message to a new contact.',
          }),
        })
        .meta({ id: 'LineQueue' }),
    ),
  })
  .meta({ id: 'LineQueues', description: 'Of all lines, in the order of `GET /api/lines`.' });
export type LineQueues = z.infer<typeof LineQueues>;
