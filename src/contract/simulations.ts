/** Simulations of campaigns: what is asked, and what is seen (part III 3). */
import { z } from 'zod';
import type { Caps, SimulationWish } from '../domain/simulation.ts';
import { Id, Instant, Warnings } from './common.ts';
import { asObject, type Fields, readBoolean, readInstant, readInteger, unknownFields } from './fields.ts';
import { readLimit } from './list-queries.ts';
import { invalidField, problem } from './problems.ts';

const cap = z.int().nullable().meta({ description: 'null: no cap. Absent: as each line has it.' });
const caps = z.object({
  dailyNewConversationsLimit: cap.optional(),
  dailyTotalMessagesLimit: cap.optional(),
  hourlyNewConversationsLimit: cap.optional(),
});

export const MAX_ADDED_LINES = 100;
const MAX_CAP = 1_000_000;
const MAX_SEED = 4_294_967_295;
const LONGEST_AHEAD_MS = 366 * 86_400_000;

export const SimulateBody = z
  .object({
    startAt: z.iso.datetime().optional().meta({
      description: 'When a draft is launched, or a paused campaign resumed; now when absent.',
    }),
    assume: z
      .object({
        replyRate: z
          .number()
          .optional()
          .meta({ description: 'Share of messages that are answered, 0 to 1.', default: 0 }),
        seed: z
          .int()
          .optional()
          .meta({ description: 'Who answers is drawn with it; the same seed, the same answers.' }),
        http: z.boolean().optional().meta({ description: 'What HTTP conditions answer.', default: false }),
      })
      .optional(),
    addLines: z.int().optional().meta({ description: 'So many more lines like the campaign’s first.' }),
    caps: caps.optional().meta({ description: 'What if its lines had these.' }),
  })
  .meta({
    id: 'SimulateBody',
    example: { assume: { replyRate: 0.1, seed: 7 }, addLines: 2 },
  });

const count = z.int();
const Result = z
  .object({
    startAt: Instant,
    timezone: z.string().meta({ description: 'The workspace’s: days are days of it.' }),
    finishAt: Instant.nullable().meta({ description: 'When the last message goes.' }),
    messages: count,
    firstTouches: count.meta({ description: 'Messages that open a conversation on their line.' }),
    fallbacks: count.meta({ description: 'Steps that go as a fallback SMS.' }),
    leads: count.meta({ description: 'Leads that get at least one message.' }),
    perDay: z.array(z.object({ day: z.string(), lineId: z.string(), messages: count, firstTouches: count })),
    perStep: z.array(z.object({ stepKey: z.string(), messages: count, firstAt: Instant, lastAt: Instant })),
    perLine: z.array(
      z.object({
        lineId: z.string().meta({ description: '`added-1`, … of lines that were added.' }),
        messages: count,
        firstTouches: count,
        firstAt: Instant,
        lastAt: Instant,
      }),
    ),
    neverGoes: z.object({
      total: count,
      byReason: z.array(z.object({ reason: z.string(), stepKey: z.string().nullable(), count })),
      sample: z.array(
        z.object({
          leadId: z.string(),
          stepKey: z.string().nullable(),
          reason: z.string().nullable(),
          detail: z.string().nullable(),
        }),
      ),
    }),
    assumptions: z.array(z.string()).meta({ description: 'What was taken for granted.' }),
    warnings: z.array(z.string()).meta({ description: 'What is worth a look: a bottleneck, a tight cap.' }),
  })
  .meta({ id: 'SimulationResult' });

export const Simulation = z
  .object({
    simulationId: Id,
    campaignId: Id,
    status: z.enum(['waiting', 'running', 'finished', 'failed']),
    progress: z
      .object({
        messages: count.meta({ description: 'Sent so far, of all that goes over these lines.' }),
        at: Instant.meta({ description: 'How far the simulated clock has come.' }),
      })
      .nullable(),
    result: Result.nullable(),
    error: z.string().nullable(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
  })
  .meta({ id: 'Simulation' });
export type Simulation = z.infer<typeof Simulation>;

export const SimulationAnswer = z
  .object({ simulation: Simulation, warnings: Warnings })
  .meta({ id: 'SimulationAnswer' });
export type SimulationAnswer = z.infer<typeof SimulationAnswer>;

export const SimulatedMessages = z
  .object({
    messages: z.array(
      z.object({
        leadId: z.string(),
        stepKey: z.string().nullable(),
        lineId: z.string().nullable(),
        at: Instant.nullable().meta({ description: 'null: it never goes, `reason` and `detail` say why.' }),
        status: z.enum(['sent', 'fallback', 'never']),
        firstTouch: z.boolean(),
        reason: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'SimulatedMessages' });
export type SimulatedMessages = z.infer<typeof SimulatedMessages>;

export const SimulatedMessagesQuery = z.object({
  leadId: z.string().optional(),
  stepKey: z.string().optional(),
  lineId: z.string().optional(),
  status: z.enum(['sent', 'fallback', 'never']).optional(),
  limit: z.string().optional().meta({ description: '1 to 100, 50 when absent.' }),
  cursor: z.string().optional(),
});

const KNOWN: ReadonlySet<string> = new Set(Object.keys(SimulateBody.shape));
const CAPS = Object.keys(caps.shape) as (keyof Caps)[];

export function parseSimulate(body: unknown, now: number): { request: SimulationWish; warnings: string[] } {
  const fields = body === undefined ? {} : asObject(body);
  const assume = readPart(fields, 'assume');
  const { replyRate = 0 } = assume;
  if (typeof replyRate !== 'number' || !(replyRate >= 0 && replyRate <= 1))
    throw invalidField('assume.replyRate', 'must be a number from 0 to 1');
  const startAt = readInstant(fields, 'startAt');
  if (startAt !== null && startAt > now + LONGEST_AHEAD_MS)
    throw invalidField('startAt', 'must lie within a year');
  return {
    request: {
      startAt,
      replyRate,
      seed: readInteger(assume, 'seed', 0, MAX_SEED) ?? 1,
      http: readBoolean(assume, 'http') ?? false,
      addLines: readInteger(fields, 'addLines', 0, MAX_ADDED_LINES) ?? 0,
      caps: readCaps(readPart(fields, 'caps')),
    },
    warnings: unknownFields(fields, KNOWN),
  };
}

function readPart(fields: Fields, name: string): Fields {
  const { [name]: part } = fields;
  if (part === undefined || part === null) return {};
  if (typeof part !== 'object' || Array.isArray(part)) throw invalidField(name, 'must be an object');
  return part as Fields;
}

function readCaps(fields: Fields): Caps {
  const given: Caps = {};
  for (const name of CAPS) {
    const limit = readInteger(fields, name, 0, MAX_CAP);
    if (limit !== undefined) given[name] = limit;
  }
  return given;
}

export interface ListSimulated {
  after: number;
  leadId: string | null;
  stepKey: string | null;
  lineId: string | null;
  status: 'sent' | 'fallback' | 'never' | null;
  limit: number;
}

export function parseListSimulated(query: Fields): ListSimulated {
  const text = (name: string) => {
    const { [name]: value } = query;
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const status = SimulatedMessagesQuery.shape.status.safeParse(text('status') ?? undefined);
  if (!status.success) throw invalidField('status', 'must be sent, fallback or never');
  const cursor = text('cursor') ?? '0';
  if (!/^\d{1,9}$/.test(cursor)) throw problem('INVALID_CURSOR', { param: 'cursor' });
  return {
    after: Number(cursor),
    leadId: text('leadId'),
    stepKey: text('stepKey'),
    lineId: text('lineId'),
    status: status.data ?? null,
    limit: readLimit(query),
  };
}
