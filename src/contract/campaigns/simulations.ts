/** Simulations of campaigns: what is asked, and what is seen (part III 3). */
import { z } from 'zod';
import type { Caps, SimulationWish } from '../../domain/simulation.ts';
import { Id, Instant, Warnings } from '../common.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readChoice,
  readInstant,
  readInteger,
  unknownFields,
} from '../fields.ts';
import { parseInstant } from '../instants.ts';
import { readLimit } from '../list-queries.ts';
import { invalidField, problem } from '../problems.ts';

const cap = z.int().nullable().meta({ description: 'null: no cap. Absent: as each line has it.' });
const Day = z.string().meta({ description: '`YYYY-MM-DD`.', example: '2026-11-24' });
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
/** null: the lead was deleted, or has none. */
const whose = {
  name: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
};
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
      byReason: z
        .array(
          z.object({
            reason: z.string(),
            stepKey: z.string().nullable(),
            count,
            detail: z.string().nullable().meta({ description: 'It in a sentence, as told of one of them.' }),
            sample: z
              .array(z.object({ leadId: z.string(), ...whose }))
              .meta({ description: 'Five at most.' }),
          }),
        )
        .meta({ description: 'Most first. All of one reason: `GET …/messages?reason=`.' }),
      sample: z.array(
        z.object({
          leadId: z.string(),
          ...whose,
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

const Asked = z
  .object({
    startAt: Instant.nullable(),
    replyRate: z.number(),
    seed: z.int(),
    http: z.boolean(),
    addLines: count,
    caps,
  })
  .meta({
    id: 'SimulationAsked',
    description: 'What was asked, with what was taken where nothing was said.',
  });

const underWay = {
  status: z.enum(['waiting', 'running', 'finished', 'failed']),
  asked: Asked,
  progress: z
    .object({
      messages: count.meta({ description: 'Sent so far, of all that goes over these lines.' }),
      at: Instant.meta({ description: 'How far the simulated clock has come.' }),
    })
    .nullable(),
  error: z.string().nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
};

export const Simulation = z
  .object({ simulationId: Id, campaignId: Id, ...underWay, result: Result.nullable() })
  .meta({ id: 'Simulation' });
export type Simulation = z.infer<typeof Simulation>;

export const SimulationAnswer = z
  .object({ simulation: Simulation, warnings: Warnings })
  .meta({ id: 'SimulationAnswer' });
export type SimulationAnswer = z.infer<typeof SimulationAnswer>;

export const SimulationsAnswer = z
  .object({
    simulations: z
      .array(
        z.object({
          simulationId: Id,
          ...underWay,
          outcome: z
            .object({ messages: count, finishAt: Instant.nullable(), neverGoes: count })
            .nullable()
            .meta({ description: 'The result in three figures.' }),
        }),
      )
      .meta({ description: 'Newest first.' }),
    nextCursor: Id.nullable(),
  })
  .meta({ id: 'SimulationsAnswer' });
export type SimulationsAnswer = z.infer<typeof SimulationsAnswer>;

export const SimulationCalendar = z
  .object({
    timezone: z.string().meta({ description: 'The workspace’s: days and hours are those of it.' }),
    firstDay: Day.nullable().meta({ description: 'On which anything goes at all; null: nothing goes.' }),
    lastDay: Day.nullable(),
    from: Day.nullable().meta({ description: 'The days that are shown, both included.' }),
    to: Day.nullable(),
    hours: z
      .array(
        z.object({
          day: Day,
          hour: z
            .int()
            .meta({ description: '0 to 23. One that a clock repeats in autumn is one.', example: 9 }),
          lineId: z.string().nullable().meta({ description: 'null: from all lines together.' }),
          messages: count,
          firstTouches: count,
        }),
      )
      .meta({ description: 'In order. Where nothing goes there is no entry.' }),
  })
  .meta({ id: 'SimulationCalendar' });
export type SimulationCalendar = z.infer<typeof SimulationCalendar>;

export const MAX_CALENDAR_DAYS = 42;
export const MAX_CALENDAR_DAYS_BY_LINE = 7;
const CALENDAR_BY = ['hour', 'line'] as const;

export const SimulationCalendarQuery = z.object({
  from: Day.optional().meta({ description: 'The first day on which anything goes, when absent.' }),
  to: Day.optional().meta({
    description: `At most ${MAX_CALENDAR_DAYS} days, ${MAX_CALENDAR_DAYS_BY_LINE} by line; as many when absent.`,
  }),
  lineId: z.string().optional().meta({ description: 'Of this one alone.' }),
  by: z.enum(CALENDAR_BY).optional().meta({ description: '`line`: each line for itself.', default: 'hour' }),
});

export const SimulatedMessages = z
  .object({
    messages: z.array(
      z.object({
        leadId: z.string(),
        ...whose,
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
  reason: z.string().optional().meta({ description: 'Of those that never go.' }),
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
  reason: string | null;
  limit: number;
}

export function parseListSimulated(query: Fields): ListSimulated {
  const text = textsOf(query);
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
    reason: text('reason'),
    limit: readLimit(query),
  };
}

/** null: as many as may be shown, from the first. */
export interface ReadCalendar {
  from: string | null;
  to: string | null;
  lineId: string | null;
  by: (typeof CALENDAR_BY)[number];
}

export function parseCalendar(query: Fields): ReadCalendar {
  const text = textsOf(query);
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const day = text(name);
    if (day !== null && (!/^\d{4}-\d{2}-\d{2}$/.test(day) || parseInstant(day) === null))
      throw invalidField(name, 'must be a day, like 2026-11-24');
    return day;
  });
  const by = readChoice({ by: text('by') }, 'by', CALENDAR_BY) ?? 'hour';
  return { from: from ?? null, to: to ?? null, lineId: text('lineId'), by };
}

function textsOf(query: Fields): (name: string) => string | null {
  return (name) => {
    const { [name]: value } = query;
    return typeof value === 'string' && value !== '' ? value : null;
  };
}
