/** Threads with contacts over all channels (D38), and which of them were read. */
import { z } from 'zod';
import { DIRECTIONS, MESSAGE_TYPES } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Instant, Warnings } from '../common.ts';
import { asObject, type Fields, readLabel, unknownFields } from '../fields.ts';
import { readCursor, readLimit } from '../list-queries.ts';
import { LineDecision, MAX_LABEL_CHARACTERS, MAX_LIST_LIMIT, Message } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';

const text = z.string().nullable();
/** Fewer are in no index. */
const MIN_SEARCH_CHARACTERS = 3;

export const Conversation = z
  .object({
    leadId: Id,
    name: text.meta({ description: 'First and last name of the lead.' }),
    phone: text,
    email: text,
    optedOutAt: Instant.nullable(),
    lastMessage: Message.meta({ description: 'The latest that was written, by either side.' }),
    lastAt: Instant.meta({ description: 'When it was last written in; the list is in this order.' }),
    lastReplyAt: Instant.nullable(),
    messageCount: z.int().meta({ description: 'Sent and received, without what waits or was cancelled.' }),
    unreadCount: z.int().meta({ description: 'What the contact wrote since the thread was last read.' }),
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof Conversation>;

const UnreadTotal = z.int().meta({
  description: 'Threads with something unread in the whole workspace, counted no further than 1,000.',
});

export const ConversationsAnswer = z
  .object({
    conversations: z.array(Conversation),
    unreadTotal: UnreadTotal,
    nextCursor: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'ConversationsAnswer' });
export type ConversationsAnswer = z.infer<typeof ConversationsAnswer>;

export const Tapback = z
  .object({
    messageId: Id,
    address: z.string().meta({ description: 'Whose it is.' }),
    direction: z.enum(DIRECTIONS).meta({ description: '`sent`: ours.' }),
    reaction: z.string(),
    at: Instant,
  })
  .meta({ id: 'Tapback' });

export const ThreadAttachment = z
  .object({
    messageId: Id,
    name: text,
    status: z.enum(['stored', 'awaited', 'lost', 'elsewhere']).meta({
      description:
        '`stored` here; `awaited` from the device it came in by; `lost`: it could not be had; `elsewhere`: at an address of the sender’s that was not asked yet.',
    }),
    path: text.meta({
      description: 'Of `GET /files/…` of this server; null unless it is `stored`.',
      example: null,
    }),
    mimeType: text.meta({ description: 'By the bytes; null unless it is `stored`.' }),
    sizeBytes: z.int().nullable(),
  })
  .meta({ id: 'ThreadAttachment' });
export type ThreadAttachment = z.infer<typeof ThreadAttachment>;

export const ThreadEvent = z
  .object({
    type: z.enum(['opted_out', 'opted_in', 'line_changed']),
    at: Instant,
    messageId: Id.nullable().meta({
      description: 'Of `line_changed`: the message that left from another line.',
    }),
    address: text.meta({ description: 'Of an opt-out or opt-in.' }),
    source: text.meta({ description: '`words`, `manual`, or how a carrier told it.', example: 'words' }),
    words: text.meta({ description: 'What was said, or why it was entered.' }),
    fromLineId: Id.nullable(),
    toLineId: Id.nullable(),
    because: text.meta({ description: 'Why the line changed, as one sentence.' }),
  })
  .meta({ id: 'ThreadEvent' });
export type ThreadEvent = z.infer<typeof ThreadEvent>;

export const AnsweringLine = z
  .object({
    messageType: z.enum(MESSAGE_TYPES),
    lineDecision: LineDecision.nullable().meta({ description: 'As a message sent now would be given it.' }),
    fromLinePhone: text,
    fromLineEmail: text,
    address: text.meta({ description: 'Where it would go first, by all that is remembered.' }),
    warnings: z.array(z.string()),
    problem: z
      .object({ code: z.string(), error: z.string() })
      .nullable()
      .meta({ description: 'Why a message of this type would be refused.', example: null }),
  })
  .meta({ id: 'AnsweringLine' });
export type AnsweringLine = z.infer<typeof AnsweringLine>;

const SuppressedAddress = z
  .object({
    id: Id.meta({ description: 'For `DELETE /api/dnc`.' }),
    address: z.string(),
    reason: z.string().meta({ description: 'As in `GET /api/dnc`.', example: 'opt_out_words' }),
    words: text.meta({ description: 'What was said, or why it was entered.' }),
    at: Instant,
  })
  .meta({ id: 'SuppressedAddress' });

export const ConversationAnswer = z
  .object({
    leadId: Id,
    name: text,
    phone: text,
    email: text,
    optedOutAt: Instant.nullable(),
    readAt: Instant.nullable(),
    unreadCount: z.int(),
    messages: z.array(Message).meta({
      description:
        'Newest first: what waits, then what was written, in the order in which it left and came in.',
    }),
    doNotContact: z.array(SuppressedAddress).meta({
      description:
        'Addresses of the contact that must not be written to. What `opt_out_words` entered, the contact lifts by START; anything is lifted by `DELETE /api/dnc`.',
    }),
    reactions: z.array(Tapback).meta({ description: 'Tapbacks on these messages, by either side.' }),
    attachments: z
      .array(ThreadAttachment)
      .meta({ description: 'Of these messages, in the order of each; both ways.' }),
    events: z.array(ThreadEvent).meta({ description: 'What happened between these messages, newest first.' }),
    answeringLines: z.array(AnsweringLine).meta({
      description:
        'Which line a message of each type would leave from, and why. Empty but on the first page.',
    }),
    answerBy: z.enum(MESSAGE_TYPES).nullable().meta({
      description: 'As what the contact is best answered: as what was written last, if a line can.',
    }),
    nextCursor: Id.nullable(),
  })
  .meta({ id: 'ConversationAnswer' });
export type ConversationAnswer = z.infer<typeof ConversationAnswer>;

export const MarkReadBody = z
  .object({
    messageId: Id.nullish().meta({
      description: 'The last one that was seen: what came in after it stays unread. Without it, all is read.',
    }),
  })
  .meta({ id: 'MarkReadBody', example: { messageId: '0199c2f07a3b00020c9b2d4e' } });

export const MarksAnswer = z
  .object({
    leadId: Id,
    unreadCount: z.int(),
    readAt: Instant.nullable(),
    unreadTotal: UnreadTotal,
    warnings: Warnings,
  })
  .meta({ id: 'MarksAnswer' });
export type MarksAnswer = Omit<z.infer<typeof MarksAnswer>, 'warnings'>;

export function parseMarkRead(body: unknown): { messageId: string | null; warnings: string[] } {
  if (body === undefined) return { messageId: null, warnings: [] };
  const fields = asObject(body);
  const { messageId = null } = fields;
  if (messageId !== null && (typeof messageId !== 'string' || !isId(messageId)))
    throw problem('INVALID_MESSAGE_ID', { param: 'messageId' });
  return { messageId, warnings: unknownFields(fields, new Set(Object.keys(MarkReadBody.shape))) };
}

/** One page of a list that is read by cursor. */
export interface Page {
  limit: number;
  cursor: string | null;
}

export function parsePage(query: Fields): Page {
  return { limit: readLimit(query), cursor: readCursor(query) };
}

export interface ListConversations {
  unread: boolean;
  lineId: string | null;
  search: string | null;
  limit: number;
  /** Where the last thread of the page before stands. */
  before: { lastAt: number; leadId: string } | null;
}

export const ConversationsQuery = z.object({
  unread: z.boolean().optional().meta({ description: '`true`: only threads with something unread.' }),
  lineId: Id.optional().meta({ description: 'Threads in which this line wrote or was written to.' }),
  search: z
    .string()
    .min(MIN_SEARCH_CHARACTERS)
    .max(MAX_LABEL_CHARACTERS)
    .optional()
    .meta({ description: 'Part of the name, of an address, of the company, or of what the contact wrote.' }),
  limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
  cursor: z.string().optional().meta({ description: '`nextCursor` of the page before.' }),
});

export function parseListConversations(query: Fields): ListConversations {
  const { lineId, unread } = query;
  if (given(lineId) && (typeof lineId !== 'string' || !isId(lineId)))
    throw problem('INVALID_LINE_ID', { param: 'lineId' });
  if (given(unread) && unread !== 'true' && unread !== 'false')
    throw invalidField('unread', 'must be true or false');
  const search = readLabel(query, 'search', MAX_LABEL_CHARACTERS);
  if (search !== null && search.length < MIN_SEARCH_CHARACTERS)
    throw invalidField('search', `must have at least ${MIN_SEARCH_CHARACTERS} characters`);
  return {
    unread: unread === 'true',
    lineId: given(lineId) ? (lineId as string) : null,
    search,
    limit: readLimit(query),
    before: readPlace(query),
  };
}

/** As `nextCursor` has it: the instant and the lead, both in hex. */
export function placeCursor({ lastAt, leadId }: { lastAt: number; leadId: string }): string {
  return Math.floor(lastAt).toString(16).padStart(12, '0') + leadId;
}

function readPlace({ cursor }: Fields): ListConversations['before'] {
  if (!given(cursor)) return null;
  // Begins with 0 until the year 2527: what lies beyond is no instant that anybody wrote at.
  if (typeof cursor !== 'string' || !/^0[0-9a-f]{35}$/.test(cursor))
    throw problem('INVALID_CURSOR', { param: 'cursor' });
  return { lastAt: Number.parseInt(cursor.slice(0, 12), 16), leadId: cursor.slice(12) };
}

function given(value: unknown): boolean {
  return value !== undefined && value !== '';
}
