/** What the calls about webhooks carry, as published and as read: contract 2.7, 3.7. */
import { z } from 'zod';
import {
  DELIVERY_STATUSES,
  isWebhookEvent,
  WEBHOOK_EVENTS,
  type WebhookEvent,
} from '../../domain/webhook-events.ts';
import { isId } from '../../lib/ids.ts';
import {
  asObject,
  checkText,
  type Fields,
  isLongerThan,
  readBoolean,
  readInstant,
  readLabel,
  readLine,
  readText,
  unknownFields,
} from '../fields.ts';
import { DEFAULT_LIST_LIMIT, MAX_LABEL_CHARACTERS, MAX_LIST_LIMIT } from '../messages/messages.ts';
import { troubleOfUrl, type UrlRules } from '../outside-url.ts';
import { invalidField, problem } from '../problems.ts';
import {
  DEFAULT_FEED_LIMIT,
  MAX_DESCRIPTION_CHARACTERS,
  MAX_FEED_LIMIT,
  MAX_WEBHOOK_URL_CHARACTERS,
} from './webhooks.ts';

const shape = {
  url: z.string().meta({ description: 'https.', example: 'https://crm.example.com/hooks/trunkline' }),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .meta({ description: 'The five documented events, and others that are only sent when named here.' }),
  name: z.string().meta({ maxLength: MAX_LABEL_CHARACTERS }),
  description: z.string().nullish().meta({ maxLength: MAX_DESCRIPTION_CHARACTERS }),
};

export const CreateWebhookBody = z.object(shape).meta({
  id: 'CreateWebhookBody',
  example: {
    url: 'https://crm.example.com/trunkline',
    events: ['message.reply', 'message.failed'],
    name: 'CRM',
  },
});
export const UpdateWebhookBody = z
  .object({
    url: shape.url.optional(),
    events: shape.events.optional().meta({ description: 'Replaces those before.' }),
    name: shape.name.optional(),
    description: shape.description,
    isActive: z
      .boolean()
      .optional()
      .meta({ description: 'true also forgets earlier failures. What waits for it goes on then.' }),
  })
  .meta({
    id: 'UpdateWebhookBody',
    example: { isActive: true, events: ['message.reply'] },
    description: 'Absent fields stay.',
  });
export const ReplayBody = z
  .object({
    since: z.string().meta({ format: 'date-time', description: 'Events from then on.' }),
    undeliveredOnly: z
      .boolean()
      .nullish()
      .meta({ default: false, description: 'Leaves out what the receiver has taken before.' }),
  })
  .meta({ id: 'ReplayBody', example: { since: '2026-11-24T09:30:00.000Z', undeliveredOnly: true } });

const limit = (standard: number, most: number) =>
  z
    .string()
    .optional()
    .meta({ description: `1–${most}; ${standard} when absent.`, example: String(standard) });
export const ListDeliveriesQuery = z.object({
  status: z.enum(DELIVERY_STATUSES).optional(),
  event: z.enum(WEBHOOK_EVENTS).optional(),
  cursor: z.string().optional(),
  limit: limit(DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT),
});
export const FeedQuery = z.object({
  after: z.string().optional().meta({
    description:
      'Id of the last event you have: a `nextCursor`, or a `webhook-id`. Absent: from the oldest on.',
  }),
  limit: limit(DEFAULT_FEED_LIMIT, MAX_FEED_LIMIT),
  types: z.string().optional().meta({
    description: 'Only these, separated by commas.',
    example: 'message.reply,message.failed',
  }),
});

export interface CreateWebhook {
  url: string;
  events: WebhookEvent[];
  name: string;
  description: string | null;
}
export type UpdateWebhook = Partial<CreateWebhook & { isActive: boolean }>;
export interface Replay {
  since: number;
  undeliveredOnly: boolean;
}
export interface ListDeliveries {
  status: (typeof DELIVERY_STATUSES)[number] | null;
  event: WebhookEvent | null;
  cursor: string | null;
  limit: number;
}
export interface ReadFeed {
  after: string | null;
  limit: number;
  types: WebhookEvent[] | null;
}

const CREATE_FIELDS: ReadonlySet<string> = new Set(Object.keys(CreateWebhookBody.shape));
const UPDATE_FIELDS: ReadonlySet<string> = new Set(Object.keys(UpdateWebhookBody.shape));
const REPLAY_FIELDS: ReadonlySet<string> = new Set(Object.keys(ReplayBody.shape));

export function parseCreateWebhook(
  body: unknown,
  rules: UrlRules,
): { request: CreateWebhook; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, CREATE_FIELDS);
  const request = {
    url: readUrl(fields, rules),
    events: readEvents(fields),
    name: readName(fields),
    description: readLabel(fields, 'description', MAX_DESCRIPTION_CHARACTERS),
  };
  return { request, warnings };
}

export function parseUpdateWebhook(
  body: unknown,
  rules: UrlRules,
): { request: UpdateWebhook; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, UPDATE_FIELDS);
  const request: UpdateWebhook = {};
  if (fields.url !== undefined) request.url = readUrl(fields, rules);
  if (fields.events !== undefined) request.events = readEvents(fields);
  if (fields.name !== undefined) request.name = readName(fields);
  if (fields.description !== undefined)
    request.description = readLabel(fields, 'description', MAX_DESCRIPTION_CHARACTERS);
  const isActive = readBoolean(fields, 'isActive');
  if (isActive !== null) request.isActive = isActive;
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request, warnings };
}

export function parseReplay(
  body: unknown,
  { now }: { now: number },
): { request: Replay; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, REPLAY_FIELDS);
  const since = readInstant(fields, 'since');
  if (since === null) throw invalidField('since', 'must be given: an ISO 8601 date');
  if (since < 0 || since > now) throw invalidField('since', 'must lie in the past');
  return { request: { since, undeliveredOnly: readBoolean(fields, 'undeliveredOnly') ?? false }, warnings };
}

export function parseListDeliveries(query: Fields): ListDeliveries {
  const { status, event, cursor } = query;
  const known = DELIVERY_STATUSES.find((each) => each === status) ?? null;
  if (status !== undefined && known === null)
    throw invalidField('status', `must be one of ${DELIVERY_STATUSES.join(', ')}`);
  if (event !== undefined && (typeof event !== 'string' || !isWebhookEvent(event)))
    throw invalidField('event', `must be one of ${WEBHOOK_EVENTS.join(', ')}`);
  if (cursor !== undefined && (typeof cursor !== 'string' || !isId(cursor)))
    throw problem('INVALID_CURSOR', { param: 'cursor' });
  return {
    status: known,
    event: event ?? null,
    cursor: cursor ?? null,
    limit: readLimit(query, DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT),
  };
}

export function parseFeedQuery(query: Fields): ReadFeed {
  const { after, types } = query;
  if (after !== undefined && (typeof after !== 'string' || !isId(after)))
    throw problem('INVALID_CURSOR', { param: 'after' });
  if (types !== undefined && typeof types !== 'string')
    throw invalidField('types', 'must be given once, separated by commas');
  return {
    after: after ?? null,
    limit: readLimit(query, DEFAULT_FEED_LIMIT, MAX_FEED_LIMIT),
    types:
      types === undefined
        ? null
        : knownEvents(
            'types',
            types.split(',').map((each) => each.trim()),
          ),
  };
}

function readUrl(fields: Fields, rules: UrlRules): string {
  const text = readText(fields, 'url')?.trim() ?? '';
  if (text === '') throw problem('WEBHOOK_URL_REQUIRED', { param: 'url' });
  const refuse = (reason: string) => problem('INVALID_WEBHOOK_URL', { param: 'url', reason });
  if (isLongerThan(text, MAX_WEBHOOK_URL_CHARACTERS))
    throw refuse(`longer than ${MAX_WEBHOOK_URL_CHARACTERS} characters`);
  const trouble = troubleOfUrl(text, rules, { plainHttp: false });
  if (trouble !== null) throw refuse(trouble);
  return text;
}

function readEvents({ events }: Fields): WebhookEvent[] {
  if (!Array.isArray(events) || events.length === 0)
    throw problem('WEBHOOK_EVENTS_REQUIRED', { param: 'events' });
  return knownEvents('events', events);
}

const MAX_SHOWN_EVENTS = 10;

function knownEvents(param: string, given: readonly unknown[]): WebhookEvent[] {
  const texts = given.map((each) => (typeof each === 'string' ? each : `(${typeof each})`));
  for (const text of texts) checkText(param, text);
  const unknown = texts.filter((text) => !isWebhookEvent(text));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, MAX_SHOWN_EVENTS).map((text) => text.slice(0, 64).toWellFormed());
    throw problem('INVALID_WEBHOOK_EVENTS', { param, error: `Invalid events: ${shown.join(', ')}` });
  }
  return [...new Set(texts.filter(isWebhookEvent))];
}

function readName(fields: Fields): string {
  const name = readLine(fields, 'name', MAX_LABEL_CHARACTERS);
  if (name === null) throw problem('WEBHOOK_NAME_REQUIRED', { param: 'name' });
  return name;
}

function readLimit({ limit: given }: Fields, standard: number, most: number): number {
  if (given === undefined) return standard;
  const count = typeof given === 'string' && /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (count < 1 || count > most) throw invalidField('limit', `must be a whole number from 1 to ${most}`);
  return count;
}
