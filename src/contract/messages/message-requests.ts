/** Reads every other request about messages: list, edit, cancel-for-lead (contract 3.1, D38). */
import { DIRECTIONS, MESSAGE_STATUSES, MESSAGE_TYPES } from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readChoice,
  readEmail,
  readInstant,
  readLabel,
  readLine,
  readPhone,
  readSettings,
  readText,
  unknownFields,
} from '../fields.ts';
import { parseInclusiveEnd, parseInstant } from '../instants.ts';
import { readCursor, readDate, readLimit } from '../list-queries.ts';
import { invalidField, problem } from '../problems.ts';
import {
  CancelForLeadBody,
  CancelMessagesBody,
  EditMessageBody,
  ListMessagesQuery,
} from './message-bodies.ts';
import { checkExpiry, checkScheduledDate } from './message-rules.ts';
import {
  type CancelForLead,
  type CancelMessages,
  type EditMessage,
  type ListMessages,
  MAX_CANCEL_STEP,
  MAX_LABEL_CHARACTERS,
  type MessageFilter,
} from './messages.ts';
import { readDays, readWindow } from './send-message.ts';

const EDITABLE: ReadonlySet<string> = new Set(Object.keys(EditMessageBody.shape));
const CANCEL_MANY_FIELDS: ReadonlySet<string> = new Set(Object.keys(CancelMessagesBody.shape));
const FILTER_FIELDS: ReadonlySet<string> = new Set(
  Object.keys(ListMessagesQuery.shape).filter((name) => name !== 'limit' && name !== 'cursor'),
);
const CANCEL_FIELDS: ReadonlySet<string> = new Set(Object.keys(CancelForLeadBody.shape));

/** Only the changes, each sound in itself; the action checks them merged, with `message-rules.ts`. */
export function parseEditMessage(
  body: unknown,
  { now }: { now: number },
): { request: EditMessage; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, EDITABLE);
  const request: EditMessage = {};
  const message = readText(fields, 'message');
  if (message !== null) request.message = message;
  const fromLineId = readText(fields, 'fromLineId')?.trim() || null;
  if (fromLineId !== null) request.fromLineId = fromLineId;
  if (fields.subject !== undefined) request.subject = readLine(fields, 'subject', MAX_LABEL_CHARACTERS);
  if (fields.scheduledDate !== undefined) {
    request.scheduledDate = readInstant(fields, 'scheduledDate', 'INVALID_SCHEDULED_DATE');
    if (request.scheduledDate !== null) checkScheduledDate(request.scheduledDate, now);
  }
  if (fields.expiresAt !== undefined) {
    request.expiresAt = readInstant(fields, 'expiresAt');
    if (request.expiresAt !== null) checkExpiry(request.expiresAt, request.scheduledDate ?? null, now);
  }
  const window = readWindow(fields);
  if (fields.timezone !== undefined) request.timezone = window.timezone;
  if (fields.sendWindowStart !== undefined) request.sendWindowStart = window.sendWindowStart;
  if (fields.sendWindowEnd !== undefined) request.sendWindowEnd = window.sendWindowEnd;
  if (fields.allowedDaysOfWeek !== undefined) request.allowedDaysOfWeek = readDays(fields);
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  if (fromLineId !== null && !isId(fromLineId)) throw problem('LINE_NOT_FOUND', { param: 'fromLineId' });
  return { request, warnings };
}

export function parseCancelForLead(body: unknown): { request: CancelForLead; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, CANCEL_FIELDS);
  const { leadId: given } = fields;
  const leadId = given === undefined || given === null || given === '' ? null : given;
  if (leadId !== null && (typeof leadId !== 'string' || !isId(leadId))) {
    throw problem('INVALID_LEAD_ID', { param: 'leadId' });
  }
  const recipientPhone = readPhone(fields, 'recipientPhone');
  const recipientEmail = readEmail(fields, 'recipientEmail');
  if (leadId === null && recipientPhone === null && recipientEmail === null)
    throw problem('CANCEL_TARGET_REQUIRED');
  return { request: { leadId, recipientPhone, recipientEmail }, warnings };
}

export function parseCancelMessages(body: unknown): { request: CancelMessages; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, CANCEL_MANY_FIELDS);
  const { ids, filter } = fields;
  if ((ids ?? null) === null ? (filter ?? null) === null : (filter ?? null) !== null)
    throw problem('CANCEL_MESSAGES_TARGET_REQUIRED');
  const dryRun = readBoolean(fields, 'dryRun') ?? false;
  if ((ids ?? null) !== null) return { request: { target: { ids: readIds(ids) }, dryRun }, warnings };
  const given = readSettings(fields, 'filter') ?? {};
  warnings.push(...unknownFields(given, FILTER_FIELDS).map((warning) => `filter: ${warning}`));
  const cursor = readCursor({ cursor: fields.cursor ?? undefined });
  return { request: { target: { filter: parseFilter(given), cursor }, dryRun }, warnings };
}

function readIds(given: unknown): string[] {
  const isList = Array.isArray(given) && given.length > 0 && given.length <= MAX_CANCEL_STEP;
  if (!isList || !given.every((id): id is string => typeof id === 'string'))
    throw invalidField('ids', `must be a list of 1 to ${MAX_CANCEL_STEP} ids`);
  return [...new Set(given)];
}

/** Of a filter nothing can match, like an id in another system's form, the answer is an empty list, not a refusal. */
export function parseListMessages(query: Fields): ListMessages {
  return { ...parseFilter(query), limit: readLimit(query), cursor: readCursor(query) };
}

function parseFilter(given: Fields): MessageFilter {
  // `?status=&limit=` is what a form sends that was not filled in.
  const query: Fields = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== '' && value !== null),
  );
  const dateFrom = readDate(query, 'dateFrom', 'INVALID_DATE_FROM', parseInstant);
  const dateTo = readDate(query, 'dateTo', 'INVALID_DATE_TO', parseInclusiveEnd);
  if (dateFrom !== null && dateTo !== null && dateFrom > dateTo) throw problem('INVALID_DATE_RANGE');
  return {
    status: readStatuses(query),
    lineId: readLabel(query, 'lineId', MAX_LABEL_CHARACTERS),
    leadId: readLabel(query, 'leadId', MAX_LABEL_CHARACTERS),
    campaignId: readLabel(query, 'campaignId', MAX_LABEL_CHARACTERS),
    batchId: readLabel(query, 'batchId', MAX_LABEL_CHARACTERS),
    messageType: readChoice(query, 'messageType', MESSAGE_TYPES),
    direction: readChoice(query, 'direction', DIRECTIONS),
    dateFrom,
    dateTo,
    search: readLabel(query, 'search', MAX_LABEL_CHARACTERS),
  };
}

function readStatuses(query: Fields): ListMessages['status'] {
  const { status } = query;
  if (status === undefined) return null;
  // `?status=a&status=b` arrives as a list, `?status=a,b` as one string.
  const words = (Array.isArray(status) ? status : [status]).flatMap((each) => String(each).split(','));
  return words.map((word) => {
    const known = MESSAGE_STATUSES.find((each) => each === word.trim());
    if (known === undefined)
      throw invalidField('status', `must be one or several of ${MESSAGE_STATUSES.join(', ')}`);
    return known;
  });
}
