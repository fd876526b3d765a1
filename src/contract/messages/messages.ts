/** Wire shapes of messages: contract 2.6, 4.1, 4.7, 3.1 (cancel-for-lead) and part III (explain, timeline, dry run). */
import { z } from 'zod';
import { LINE_REASONS } from '../../domain/line-choice.ts';
import {
  DIRECTIONS,
  GATES,
  MESSAGE_STATUSES,
  MESSAGE_TYPES,
  type MessageType,
  PRIORITIES,
  REASONS,
} from '../../domain/words.ts';
import { Id, Instant, Warnings } from '../common.ts';

export const MAX_MESSAGE_CHARACTERS = 10_000;
export const MAX_SMS_CHARACTERS = 1_600;
export const MAX_ATTACHMENTS = 2;
export const MAX_LABEL_CHARACTERS = 255;
export const MAX_URL_CHARACTERS = 2_048;
/** So many messages are cancelled by one call at most. */
export const MAX_CANCEL_STEP = 500;
export const MAX_LIST_LIMIT = 100;
export const DEFAULT_LIST_LIMIT = 50;

/** What a message asks for, after `parseSendMessage`: normalised, complete, safe to store. Instants in epoch ms. */
export interface SendMessage {
  message: string;
  /** The text is no template: braces are braces. */
  literal?: true;
  subject: string | null;
  attachments: { url: string; name: string | null }[];
  messageType: MessageType;
  recipientPhone: string | null;
  recipientEmail: string | null;
  recipientName: string | null;
  fromLineId: string | null;
  leadId: string | null;
  /** Always three; undefined = not given (stays on the lead), null = explicitly cleared. */
  altPhones: (string | null | undefined)[];
  altEmails: (string | null | undefined)[];
  /** As it was given; a past one means now (D9). */
  scheduledDate: number | null;
  timezone: string | null;
  sendWindowStart: string | null;
  sendWindowEnd: string | null;
  allowedDaysOfWeek: number[] | null;
  expiresAt: number | null;
  sendFallbackSmsOnFailed: boolean;
  /** Only ever true for `imessage`. */
  forceFallback: boolean;
  batchId: string | null;
  crm: CrmIds;
  /** undefined = not given or unusable: the first user of the workspace; null = explicitly none. */
  contactOwnerEmail: string | null | undefined;
  correlationId: string | null;
}

export interface CrmIds {
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsContactId: string | null;
  hsPortalId: string | null;
}

/** A waiting message's new wishes; absent = stays, null = removed. Checked as a whole by message-rules.ts once merged. */
export interface EditMessage {
  message?: string;
  subject?: string | null;
  scheduledDate?: number | null;
  timezone?: string | null;
  sendWindowStart?: string | null;
  sendWindowEnd?: string | null;
  allowedDaysOfWeek?: number[] | null;
  expiresAt?: number | null;
  fromLineId?: string;
}

export interface CancelForLead {
  leadId: string | null;
  recipientPhone: string | null;
  recipientEmail: string | null;
}

/** Ids, or a filter with where its walk stands: a step of at most `MAX_CANCEL_STEP`. */
export interface CancelMessages {
  target: { ids: string[] } | { filter: MessageFilter; cursor: string | null };
  /** Only count what would be cancelled. */
  dryRun: boolean;
}

/** Filters of `GET /api/messages`; null = any. `dateFrom` and `dateTo` are inclusive, on `createdAt`. */
export interface MessageFilter {
  status: (typeof MESSAGE_STATUSES)[number][] | null;
  lineId: string | null;
  leadId: string | null;
  campaignId: string | null;
  batchId: string | null;
  messageType: MessageType | null;
  direction: (typeof DIRECTIONS)[number] | null;
  dateFrom: number | null;
  dateTo: number | null;
  search: string | null;
}

export interface ListMessages extends MessageFilter {
  limit: number;
  /** Id of the last message of the page before: only older ones follow. */
  cursor: string | null;
}

export const LineDecision = z
  .object({
    lineId: Id,
    reason: z.enum(LINE_REASONS),
    because: z.string().meta({ description: 'One sentence for people.' }),
  })
  .meta({ id: 'LineDecision', description: 'Which line was chosen and why.' });
export type LineDecision = z.infer<typeof LineDecision>;

export const MessageSettings = z
  .object({
    timezone: z.string().nullable(),
    sendWindowStart: z.string().nullable(),
    sendWindowEnd: z.string().nullable(),
    allowedDaysOfWeek: z.array(z.int()).nullable(),
  })
  .meta({ id: 'MessageSettings', description: 'When the message may go, as it was asked for.' });
export type MessageSettings = z.infer<typeof MessageSettings>;

export const Message = z
  .object({
    _id: Id,
    message: z.string().meta({ description: 'The text as it was given, placeholders included.' }),
    subject: z.string().nullable(),
    messageType: z.enum(MESSAGE_TYPES),
    status: z.enum(MESSAGE_STATUSES),
    reason: z.enum(REASONS).nullable().meta({ description: 'Machine-readable companion of `errorMessage`.' }),
    direction: z.enum(DIRECTIONS),
    fromLineId: Id.nullable(),
    fromLinePhone: z.string().nullable(),
    fromLineEmail: z.string().nullable(),
    recipientPhone: z.string().nullable(),
    recipientEmail: z.string().nullable(),
    recipientName: z.string().nullable(),
    address: z
      .string()
      .nullable()
      .meta({ description: 'Where it went, once it went: one address of the cascade.' }),
    leadId: Id.nullable(),
    workspaceId: z.string(),
    createdByUserId: z.string().nullable(),
    scheduledDate: Instant.nullable(),
    dueAt: Instant.nullable().meta({
      description:
        'When the message itself is next ready to go; its line may take longer. null while it is held by a paused campaign.',
    }),
    expiresAt: Instant.nullable(),
    priority: z.enum(PRIORITIES),
    attempt: z.int().meta({ description: 'Attempts made so far.' }),
    attempts: z.int().meta({ description: 'Attempts it has in all.' }),
    lineDecision: LineDecision.nullable(),
    batchId: z.string().nullable(),
    campaignId: z.string().nullable(),
    stepIndex: z.int().nullable(),
    contactOwnerEmail: z.string().nullable(),
    settings: MessageSettings.nullable(),
    sentAt: Instant.nullable(),
    deliveredAt: Instant.nullable(),
    readAt: Instant.nullable(),
    externalMessageId: z.string().nullable().meta({ description: "The carrier's or device's own id." }),
    errorMessage: z.string().nullable(),
    checkedAddresses: z.array(z.string()),
    sendFallbackSmsOnFailed: z.boolean(),
    fallbackSmsDispatched: z.boolean(),
    fallbackOf: Id.nullable().meta({ description: 'The message this one is the fallback SMS of.' }),
    retryOf: Id.nullable().meta({ description: 'The failed message this one was sent in place of.' }),
    retriedBy: Id.nullable().meta({ description: 'The message that was sent in place of this one.' }),
    attachmentUrls: z.array(z.string()),
    attachmentNames: z.array(z.string().nullable()),
    hsContactId: z.string().nullable(),
    hsPortalId: z.string().nullable(),
    ghlContactId: z.string().nullable(),
    ghlLocationId: z.string().nullable(),
    ghlConversationMessageId: z.string().nullable(),
    correlationId: z.string(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

const crmIds = {
  ghlContactId: z.string().nullable(),
  ghlLocationId: z.string().nullable(),
  hsPortalId: z.string().nullable(),
  hsContactId: z.string().nullable(),
};

/** The optional fields follow the documented answer and are left out when they have nothing to say. */
export const SendAnswer = z
  .object({
    success: z.boolean(),
    status: z.enum(['sent', 'pending', 'scheduled', 'fallback', 'failed']),
    reason: z.string().optional(),
    scheduledDate: Instant.optional(),
    error: z.string().optional(),
    leadId: Id.nullable(),
    ...crmIds,
    duplicateOnly: z.literal(true).optional(),
    existingLeadIds: z.array(Id).optional(),
    leadIds: z.array(Id).optional(),
    duplicateMessage: z.string().optional(),
    message: Message,
    warnings: Warnings,
  })
  .meta({
    id: 'SendAnswer',
    description: 'The four duplicate fields come with status 200 only: an existing lead was matched.',
  });
export type SendAnswer = z.infer<typeof SendAnswer>;

export const Gate = z
  .object({
    gate: z.enum(GATES),
    state: z.enum(['passed', 'blocked']),
    until: Instant.nullable().meta({
      description: "When it opens by itself; null when open, or when it takes somebody's hand.",
    }),
    reason: z.string(),
  })
  .meta({ id: 'Gate', description: 'One thing that may stand between a message and its line.' });
export type Gate = z.infer<typeof Gate>;

/** Nothing is stored, nothing is sent: what a send would do. Whatever a send would refuse, this refuses alike. */
export const DryRunAnswer = z
  .object({
    dryRun: z.literal(true),
    wouldAccept: z.literal(true),
    status: z
      .enum(['pending', 'scheduled', 'fallback', 'failed'])
      .meta({ description: 'What the answer to the send would say.' }),
    reason: z.enum(REASONS).nullable(),
    leadId: Id.nullable().meta({ description: 'The lead it would belong to; null when one would be made.' }),
    leadWouldBeCreated: z.boolean(),
    address: z.string().nullable().meta({
      description:
        'First address of the cascade that is neither opted out nor remembered as not on iMessage; null when none is left.',
    }),
    fromLineId: Id.nullable(),
    fromLinePhone: z.string().nullable(),
    fromLineEmail: z.string().nullable(),
    lineDecision: LineDecision.nullable(),
    text: z.string().meta({ description: 'The text with its placeholders resolved as of now.' }),
    subject: z.string().nullable().meta({ description: 'Likewise.' }),
    missing: z
      .array(z.string())
      .meta({ description: 'Placeholders without value and default: they become empty.' }),
    scheduledDate: Instant.nullable(),
    earliestAt: Instant.nullable(),
    expectedAt: Instant.nullable(),
    gates: z.array(Gate),
    warnings: Warnings,
  })
  .meta({ id: 'DryRunAnswer' });
export type DryRunAnswer = z.infer<typeof DryRunAnswer>;

export const MessageAnswer = z.object({ message: Message }).meta({ id: 'MessageAnswer' });
export type MessageAnswer = z.infer<typeof MessageAnswer>;

export const EditMessageAnswer = z
  .object({ message: Message, warnings: Warnings })
  .meta({ id: 'EditMessageAnswer' });
export type EditMessageAnswer = z.infer<typeof EditMessageAnswer>;

export const MessagesAnswer = z
  .object({
    messages: z.array(Message),
    nextCursor: z.string().nullable().meta({
      description:
        'Hand it back as `cursor` for the next page; null on the last. A page may be short, even empty, and not the last: where no index serves the filters, some thousands of messages are looked through for each.',
    }),
  })
  .meta({ id: 'MessagesAnswer', description: 'Newest first.' });
export type MessagesAnswer = z.infer<typeof MessagesAnswer>;

export const CancelAnswer = z
  .object({ success: z.literal(true), message: Message })
  .meta({ id: 'CancelAnswer' });
export type CancelAnswer = z.infer<typeof CancelAnswer>;

export const RetryAnswer = z.object({ message: Message, warnings: Warnings }).meta({ id: 'RetryAnswer' });
export type RetryAnswer = z.infer<typeof RetryAnswer>;

export const CancelMessagesAnswer = z
  .object({
    success: z.literal(true),
    cancelledCount: z.int(),
    messageIds: z.array(Id).meta({ description: 'Those that were cancelled.' }),
    notCancelled: z
      .array(
        z.object({
          status: z.enum([...MESSAGE_STATUSES, 'not_found']),
          count: z.int(),
        }),
      )
      .meta({ description: 'Those that were past cancelling, by what they are.' }),
    nextCursor: z.string().nullable().meta({
      description: 'With a filter: hand it back as `cursor` for the next step; null once all is done.',
    }),
    warnings: Warnings,
  })
  .meta({ id: 'CancelMessagesAnswer' });
/** As the action gives it; what the parser ignored is added by the route. */
export type CancelMessagesAnswer = Omit<z.infer<typeof CancelMessagesAnswer>, 'warnings'>;

export const CancelForLeadAnswer = z
  .object({
    success: z.literal(true),
    cancelledCount: z.int(),
    jobsRemovedFromQueue: z.int(),
    leadId: Id.nullable(),
    messageIds: z.array(Id),
    warnings: Warnings,
  })
  .meta({ id: 'CancelForLeadAnswer' });
/** As the action gives it; what the parser ignored is added by the route. */
export type CancelForLeadAnswer = Omit<z.infer<typeof CancelForLeadAnswer>, 'warnings'>;

export const TimelineEvent = z
  .object({ _id: Id, type: z.string(), at: Instant, data: z.record(z.string(), z.unknown()) })
  .meta({ id: 'TimelineEvent' });

export const TimelineAnswer = z
  .object({ messageId: Id, events: z.array(TimelineEvent) })
  .meta({ id: 'TimelineAnswer', description: 'Everything that happened to the message, oldest first.' });
export type TimelineAnswer = z.infer<typeof TimelineAnswer>;

export const ExplainAnswer = z
  .object({
    messageId: Id,
    status: z.enum(MESSAGE_STATUSES),
    gates: z
      .array(Gate)
      .meta({ description: 'In the order they are asked; empty once the message no longer waits.' }),
    earliestAt: Instant.nullable().meta({
      description: 'First instant at which every gate is open, as far as known.',
    }),
    expectedAt: Instant.nullable().meta({
      description: 'When its turn comes, given what waits before it on the line.',
    }),
    aheadOnLine: z.int().nullable().meta({ description: 'Messages that wait before it on the same line.' }),
    lineDecision: LineDecision.nullable(),
    text: z.string().nullable().meta({
      description: 'The text with its placeholders resolved as of now; null when its lead is gone.',
    }),
    subject: z.string().nullable().meta({ description: 'Likewise.' }),
    missing: z
      .array(z.string())
      .meta({ description: 'Placeholders without value and default: they become empty.' }),
  })
  .meta({ id: 'ExplainAnswer' });
export type ExplainAnswer = z.infer<typeof ExplainAnswer>;
