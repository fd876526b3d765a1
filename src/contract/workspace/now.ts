/** What happens in a workspace at this moment: one object for the page that is looked at all day. */
import { z } from 'zod';
import { CHANNEL_TYPES, HEALTH_STATUSES, MESSAGE_TYPES, RISKS, TRANSPORTS } from '../../domain/words.ts';
import { Id, Instant } from '../common.ts';

/** Counting stops here. */
export const MAX_COUNTED = 10_000;
export const MAX_COUNTED_OF_LINE = 1_000;
export const MAX_ALERTS = 100;

const Bounded = z
  .object({
    count: z.int(),
    more: z.boolean().meta({ description: 'There are more: counting stopped. To be shown as “10,000+”.' }),
  })
  .meta({ id: 'BoundedCount' });
export type Bounded = z.infer<typeof Bounded>;

const today = (description: string) =>
  z.int().meta({ description: `${description} Since midnight in the zone of the workspace.` });

const NowCounts = z
  .object({
    waiting: Bounded.meta({
      description: 'Accepted and not begun, at this moment; at most 10,000 are counted.',
    }),
    sending: Bounded.meta({ description: 'Handed over at this moment.' }),
    unknown: Bounded.meta({
      description: 'Nobody can say yet whether they left: their carriers are being asked.',
    }),
    accepted: today('Messages that were accepted or made: single sends, steps of campaigns, fallback SMS.'),
    sent: today(
      'Times that a carrier took a message, whatever became of it afterwards and whenever it was accepted.',
    ),
    delivered: today('Messages of which the first receipt of delivery came in.'),
    read: today('Messages of which a read receipt came in.'),
    fallback: today('Messages that became `fallback`.'),
    failed: today('Messages that became `failed`, also after they had been sent.'),
    replies: today('Messages that came in; tapbacks are none.'),
    optOuts: today('Contacts who opted out, or were entered as such.'),
  })
  .meta({
    id: 'NowCounts',
    description:
      'What happened today counts at the instant at which it happened: a message that was accepted yesterday and sent today is one of `sent`. `GET /api/analytics` counts by the day of acceptance and what became of a message in the end, so the two differ.',
  });
export type NowCounts = z.infer<typeof NowCounts>;

const Throughput = z
  .object({
    at: Instant.meta({ description: 'When the minute, or hour, began.' }),
    accepted: z.int(),
    sent: z.int(),
    delivered: z.int(),
    failed: z.int(),
  })
  .meta({ id: 'Throughput' });
export type Throughput = z.infer<typeof Throughput>;

const CAPS = ['daily_total', 'daily_new_conversations', 'hourly_new_conversations'] as const;
export type Cap = (typeof CAPS)[number];

const CapUsage = z
  .object({
    cap: z.enum(CAPS),
    used: z.int(),
    limit: z.int().nullable().meta({ description: 'null: no cap.' }),
    resetsAt: Instant,
  })
  .meta({ id: 'CapUsage' });
export type CapUsage = z.infer<typeof CapUsage>;

const SLOT_GATES = [
  'line_inactive',
  'line_down',
  'daily_cap',
  'first_touch_cap',
  'hourly_cap',
  'device_gap',
  'contact_gap',
  'message',
] as const;
export type SlotGate = (typeof SLOT_GATES)[number];

const NextSlot = z
  .object({
    state: z.enum(['open', 'at', 'closed']).meta({
      description:
        '`open`: it may send at once. `at`: from that instant on. `closed`: not before somebody changes something.',
    }),
    at: Instant.nullable(),
    gate: z.enum(SLOT_GATES).nullable().meta({
      description:
        'What keeps it until then: the line, one of its caps or gaps, or (`message`) the window, date or retry of what waits.',
    }),
  })
  .meta({
    id: 'NextSlot',
    description:
      'When the next message may leave: the one that is next in its queue or, with nothing waiting, a first message to a new contact.',
  });
export type NextSlot = z.infer<typeof NextSlot>;

export const NowLine = z
  .object({
    id: Id,
    name: z.string().meta({ description: 'Its person, else its number or address.' }),
    address: z.string().nullable(),
    messageType: z.enum(MESSAGE_TYPES),
    channelType: z.enum(CHANNEL_TYPES),
    transport: z.enum(TRANSPORTS),
    isActive: z.boolean().meta({ description: 'false: switched off; what waits on it stays.' }),
    health: z.enum(HEALTH_STATUSES),
    downSince: Instant.nullable(),
    risk: z.enum(RISKS),
    caps: z.array(CapUsage),
    waiting: Bounded.meta({
      description: 'Exact while the workspace has no more than 10,000; else at most 1,000.',
    }),
    sending: z.int(),
    lastSentAt: Instant.nullable(),
    nextSlot: NextSlot,
  })
  .meta({ id: 'NowLine' });
export type NowLine = z.infer<typeof NowLine>;

const ALERTS = [
  'workspace_read_only',
  'line_down',
  'cap_reached',
  'cap_near',
  'webhook_disabled',
  'webhook_failing',
  'campaign_paused',
  'opt_outs',
] as const;
const SEVERITIES = ['critical', 'warning', 'info'] as const;

export const Alert = z
  .object({
    kind: z.enum(ALERTS),
    severity: z.enum(SEVERITIES),
    title: z.string().meta({ description: 'What is the matter.' }),
    whatToDo: z.string(),
    about: z
      .object({
        type: z.enum(['workspace', 'line', 'webhook', 'campaign', 'contacts']),
        id: z.string().nullable(),
      })
      .meta({ description: 'What it refers to.' }),
    since: Instant.nullable(),
  })
  .meta({ id: 'Alert' });
export type Alert = z.infer<typeof Alert>;

export const NowAnswer = z
  .object({
    at: Instant,
    timezone: z.string().meta({ description: 'Of the workspace: its midnight begins `today`.' }),
    today: z.string().meta({ format: 'date', description: 'The date there.' }),
    counts: NowCounts,
    throughput: z
      .object({
        perMinute: z
          .array(Throughput)
          .meta({ description: 'The last 60, oldest first; the last is not over.' }),
        perHour: z
          .array(Throughput)
          .meta({ description: 'The last 24, oldest first; the last is not over.' }),
      })
      .meta({ id: 'ThroughputSeries' }),
    lines: z.array(NowLine).meta({ description: 'All of the workspace.' }),
    alerts: z.array(Alert).meta({ description: 'Worst first; 100 at most.' }),
  })
  .meta({ id: 'NowAnswer' });
export type NowAnswer = z.infer<typeof NowAnswer>;

/** What something is about that changed; a hint to ask again. */
export const LIVE_TOPICS = ['messages', 'conversations', 'lines', 'campaigns', 'leads', 'webhooks'] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];
