/** Wire shapes of lines: contract 2.3, D13, D14, D21. A line's secret goes in and never comes out. */
import { z } from 'zod';
import {
  CHANNEL_TYPES,
  type ChannelType,
  HEALTH_STATUSES,
  LINE_TYPES,
  MESSAGE_TYPES,
  type MessageType,
  PROVISIONING_STATUSES,
  RISKS,
  TRANSPORTS,
  type Transport,
} from '../../domain/words.ts';
import { Id, Instant, Warnings } from '../common.ts';

/** After `parseCreateLine`: complete, with the defaults of its kind (domain/line-defaults.ts). */
export interface CreateLine {
  messageType: MessageType;
  channelType: ChannelType;
  transport: Transport;
  /** Free of secrets; the channel's `validateConfig` has the last word on it. */
  transportConfig: Record<string, unknown>;
  secret: string | null;
  phone: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  isActive: boolean;
  /** null = a device of its own. */
  deviceId: string | null;
  /** null = not given: an existing device keeps its gap, a new one gets that of `lineDefaults`. */
  deviceGapMs: number | null;
  contactGapMs: number;
  /** null = no cap, here and in the two below. */
  dailyNewConversationsLimit: number | null;
  dailyTotalMessagesLimit: number | null;
  hourlyNewConversationsLimit: number | null;
  capTimezone: string;
  attempts: number;
  retryGapMs: number;
  reconcileLimitMs: number;
}

/** Absent = stays; null = removed (of a limit: no cap). What a line is (messageType, transport) never changes. */
export interface UpdateLine {
  transportConfig?: Record<string, unknown>;
  secret?: string | null;
  phone?: string | null;
  email?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  isActive?: boolean;
  deviceId?: string;
  deviceGapMs?: number;
  contactGapMs?: number;
  dailyNewConversationsLimit?: number | null;
  dailyTotalMessagesLimit?: number | null;
  hourlyNewConversationsLimit?: number | null;
  capTimezone?: string;
  attempts?: number;
  retryGapMs?: number;
  reconcileLimitMs?: number;
}

const limit = z.int().nullable().meta({ description: 'null: no cap. 0: none go until it is raised.' });

export const Line = z
  .object({
    _id: Id,
    workspaceId: z.string(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    isActive: z.boolean(),
    provisioningStatus: z.enum(PROVISIONING_STATUSES),
    paymentStatus: z.string().nullable(),
    channelType: z.enum(CHANNEL_TYPES),
    lineType: z.enum(LINE_TYPES),
    messageType: z.enum(MESSAGE_TYPES).meta({ description: 'What the line sends.' }),
    transport: z
      .enum(TRANSPORTS)
      .meta({ description: 'How it reaches the world; `sandbox` is a simulated phone.' }),
    transportConfig: z.record(z.string(), z.unknown()).meta({ description: 'Without secrets.' }),
    hasSecret: z.boolean(),
    deviceId: z.string().meta({ description: 'Lines on one device share its gap.' }),
    deviceGapMs: z.int(),
    contactGapMs: z.int().meta({ description: 'Between first messages to different contacts.' }),
    dailyNewConversationsLimit: limit,
    dailyTotalMessagesLimit: limit,
    hourlyNewConversationsLimit: limit,
    capTimezone: z
      .string()
      .meta({ description: 'Days of the caps begin in this zone; their hours are those of UTC.' }),
    attempts: z.int().meta({ description: 'Attempts of a single send.' }),
    retryGapMs: z.int(),
    reconcileLimitMs: z
      .int()
      .meta({ description: 'How long an unknown outcome is asked for before it is given up.' }),
    usage: z
      .object({
        date: z.string().meta({ format: 'date' }),
        newConversationsCount: z.int(),
        totalMessagesCount: z.int(),
      })
      .meta({ id: 'LineUsage', description: "Today's counters." }),
    healthCheck: z
      .object({ status: z.enum(HEALTH_STATUSES), lastCheckedAt: Instant.nullable() })
      .meta({ id: 'LineHealth' }),
    score: z
      .object({
        risk: z.enum(RISKS).meta({ description: '`high` doubles the gaps of the line.' }),
        sent: z.int(),
        failed: z.int(),
        failureRate: z
          .number()
          .meta({ description: '0–1. From 5 % medium, over 15 % high, once 20 messages ended.' }),
        consecutiveFailures: z.int().meta({ description: '5 in a row medium, 10 high.' }),
        replyRate: z.number(),
        because: z.string(),
      })
      .nullable()
      .meta({
        id: 'LineScore',
        description: 'The last 24 hours, renewed every minute; null before the first check.',
      }),
    createdAt: Instant,
    updatedAt: Instant,
    deletedAt: Instant.nullable().meta({
      description: 'Set of a line that was deleted: only `GET /api/lines/{id}` still shows it.',
    }),
  })
  .meta({ id: 'Line' });
export type Line = z.infer<typeof Line>;

export const LinesAnswer = z.object({ lines: z.array(Line) }).meta({ id: 'LinesAnswer' });
export type LinesAnswer = z.infer<typeof LinesAnswer>;

export const LineAnswer = z.object({ line: Line }).meta({ id: 'LineAnswer' });
export type LineAnswer = z.infer<typeof LineAnswer>;

export const WriteLineAnswer = z.object({ line: Line, warnings: Warnings }).meta({ id: 'WriteLineAnswer' });

export const MonitoredLine = z
  .object({
    lineId: Id,
    linePhone: z.string().nullable(),
    lineType: z.enum(CHANNEL_TYPES).meta({ description: 'Here, as documented, by what the line is known.' }),
    totalSentLast24h: z.int().meta({ description: 'Messages that came to an end, failed ones among them.' }),
    failedLast24h: z.int(),
    failureRate: z.number().meta({ description: '0–1.' }),
    consecutiveFailures: z.int(),
    spamRisk: z.enum(RISKS).meta({
      description:
        'From 5 % medium, over 15 % high, once 20 messages ended; 5 failures in a row medium, 10 high.',
    }),
    recommendation: z.string(),
    lineEmail: z.string().nullable(),
    repliesLast24h: z.int(),
    replyRate: z.number().meta({ description: 'Replies per message taken.' }),
    because: z.string().meta({ description: 'What weighed most.' }),
  })
  .meta({ id: 'MonitoredLine' });

export const SpamMonitorAnswer = z
  .object({ lines: z.array(MonitoredLine) })
  .meta({ id: 'SpamMonitorAnswer' });
export type SpamMonitorAnswer = z.infer<typeof SpamMonitorAnswer>;

export const LineHealthAnswer = z
  .object({
    success: z.literal(true),
    lineId: Id,
    healthy: z.boolean().meta({ description: 'Active, and up.' }),
    healthCheck: Line.shape.healthCheck,
    message: z.string(),
    availabilityChecks: z
      .object({ canCheck: z.boolean(), usedToday: z.int(), limit: z.int(), resetsAt: Instant })
      .nullable()
      .meta({ id: 'AvailabilityChecks', description: 'null: not a line for iMessage.' }),
  })
  .meta({ id: 'LineHealthAnswer' });
export type LineHealthAnswer = z.infer<typeof LineHealthAnswer>;
