/** What requests about campaigns carry: contract 2.8, 3.5, 7, D38. */
import { z } from 'zod';
import type { Condition, Schedule } from '../../domain/campaign/campaign.ts';
import { isTimeZone } from '../../domain/window.ts';
import {
  CAMPAIGN_LEAD_STATUSES,
  CAMPAIGN_STATUSES,
  type CampaignLeadStatus,
  type CampaignStatus,
  MESSAGE_TYPES,
  type MessageType,
  ON_REPLY,
  type OnReply,
} from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readChoice,
  readInstant,
  readLine,
  readText,
  unknownFields,
} from '../fields.ts';
import { LEAD_FIELDS, LEAD_READERS, type LeadInput } from '../leads/lead-fields.ts';
import { readCursor, readLimit } from '../list-queries.ts';
import { checkWindow } from '../messages/message-rules.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { readDays, readWindow } from '../messages/send-message.ts';
import type { UrlRules } from '../outside-url.ts';
import { invalidField, Problem, problem } from '../problems.ts';
import { attempt, finishReading, noteUnknown, readObject, startReading } from '../reading.ts';
import {
  CreateCampaignBody,
  EnrollBody,
  EnterLeadBody,
  EvaluateConditionsBody,
  UpdateCampaignBody,
} from './campaign-bodies.ts';
import { type GivenHeaders, type GivenSteps, readConditions, readSteps } from './campaign-steps.ts';

/** Absent = stays. */
export interface CampaignChanges extends Partial<GivenSteps> {
  name?: string;
  messageType?: MessageType;
  listId?: string | null;
  lineIds?: string[];
  schedule?: Schedule | null;
  onReply?: OnReply;
  allowReentry?: boolean;
  newLeadsFirst?: boolean;
  sendFallbackSmsOnFailed?: boolean;
  /** Every step came with a key of its own. */
  areStepsNamed?: boolean;
}

export type CreateCampaign = Required<Omit<CampaignChanges, 'areStepsNamed'>>;

const MAX_LINES = 100;
const KNOWN: ReadonlySet<string> = new Set(Object.keys(CreateCampaignBody.shape));
const PATCH_KNOWN: ReadonlySet<string> = new Set(Object.keys(UpdateCampaignBody.shape));

export function parseCreateCampaign(
  body: unknown,
  rules: UrlRules,
): { request: CreateCampaign; warnings: string[] } {
  const { request, warnings } = readCampaign(asObject(body), rules, KNOWN);
  const { name, steps = [], headers = new Map() } = request;
  if (name === undefined) throw invalidField('name', 'must be given');
  return {
    request: {
      name,
      steps,
      headers,
      messageType: request.messageType ?? 'imessage',
      listId: request.listId ?? null,
      lineIds: request.lineIds ?? [],
      schedule: request.schedule ?? null,
      onReply: request.onReply ?? 'stop',
      allowReentry: request.allowReentry ?? false,
      newLeadsFirst: request.newLeadsFirst ?? false,
      sendFallbackSmsOnFailed: request.sendFallbackSmsOnFailed ?? false,
    },
    warnings,
  };
}

export function parseUpdateCampaign(
  body: unknown,
  rules: UrlRules,
): { request: CampaignChanges; warnings: string[] } {
  const parsed = readCampaign(asObject(body), rules, PATCH_KNOWN);
  if (Object.keys(parsed.request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return parsed;
}

function readCampaign(
  fields: Fields,
  rules: UrlRules,
  known: ReadonlySet<string>,
): { request: CampaignChanges; warnings: string[] } {
  const reading = startReading(rules);
  const warnings = unknownFields(fields, known);
  const request: CampaignChanges = {};
  const read = <Name extends keyof CampaignChanges>(
    name: Name,
    get: () => CampaignChanges[Name] | null,
    mayBeNull = false,
  ) => {
    if (fields[name] === undefined) return;
    const value = attempt(reading, '', get, undefined);
    if (value !== undefined && (value !== null || mayBeNull)) request[name] = value as CampaignChanges[Name];
  };
  read('name', () => readLine(fields, 'name', MAX_LABEL_CHARACTERS));
  read('messageType', () => readChoice(fields, 'messageType', MESSAGE_TYPES));
  read('listId', () => readId(fields, 'listId', 'list'), true);
  read('lineIds', () => readLineIds(fields));
  read('schedule', () => readSchedule(fields), true);
  read('onReply', () => readChoice(fields, 'onReply', ON_REPLY));
  for (const name of ['allowReentry', 'newLeadsFirst', 'sendFallbackSmsOnFailed'] as const)
    read(name, () => readBoolean(fields, name));
  if (fields.steps !== undefined && fields.steps !== null) {
    Object.assign(request, readSteps(reading, fields));
    request.areStepsNamed = Array.isArray(fields.steps) && fields.steps.every(hasKey);
  }
  finishReading(reading);
  return { request, warnings: [...warnings, ...reading.warnings] };
}

function hasKey(step: unknown): boolean {
  return typeof step === 'object' && step !== null && 'key' in step && Boolean(step.key);
}

function readId(fields: Fields, name: string, what: string): string | null {
  const id = readText(fields, name)?.trim() || null;
  if (id !== null && !isId(id)) throw invalidField(name, `must be the \`_id\` of a ${what}`);
  return id;
}

function readLineIds({ lineIds }: Fields): string[] | null {
  if (lineIds === null) return null;
  if (!Array.isArray(lineIds) || lineIds.length > MAX_LINES)
    throw invalidField('lineIds', `must be an array of at most ${MAX_LINES} ids of lines`);
  lineIds.forEach((id: unknown, index) => {
    if (typeof id !== 'string' || !isId(id))
      throw invalidField(`lineIds[${index}]`, 'must be the `_id` of a line');
  });
  return [...new Set(lineIds as string[])];
}

const LEADS_OWN = 'lead';

function readSchedule(fields: Fields): Schedule | null {
  const given = readObject(fields, 'schedule');
  if (given === null) return null;
  try {
    const { timezone, sendWindowStart, sendWindowEnd } = readWindow(given);
    if (timezone === null) throw invalidField('timezone', `must be given: an IANA zone, or ${LEADS_OWN}`);
    const fallbackTimezone = readText(given, 'fallbackTimezone')?.trim() || null;
    if (fallbackTimezone !== null && !isTimeZone(fallbackTimezone))
      throw problem('INVALID_WINDOW', { param: 'fallbackTimezone' });
    checkWindow({ timezone: timezone === LEADS_OWN ? 'UTC' : timezone, sendWindowStart, sendWindowEnd });
    return { timezone, fallbackTimezone, start: sendWindowStart, end: sendWindowEnd, days: readDays(given) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw invalidOf(error, 'schedule');
  }
}

/** The same refusal, said of a part. */
function invalidOf({ error, param }: Problem, part: string): Problem {
  if (param === null) return problem('INVALID_FIELD', { error, param: part });
  const isAbout = error.startsWith(`${param} `);
  return problem('INVALID_FIELD', { error: isAbout ? `${part}.${error}` : error, param: `${part}.${param}` });
}

/** `status` null: any. */
export interface ListCampaigns {
  status: CampaignStatus | null;
  cursor: string | null;
  limit: number;
}

const limit = z.string().optional().meta({ description: '1–100; 50 when absent.', example: '50' });

export const ListCampaignsQuery = z.object({
  status: z.enum(CAMPAIGN_STATUSES).optional(),
  cursor: z.string().optional(),
  limit,
});

export function parseListCampaigns(query: Fields): ListCampaigns {
  return {
    status: readChoice(withoutBlanks(query), 'status', CAMPAIGN_STATUSES),
    cursor: readCursor(query),
    limit: readLimit(query),
  };
}

export interface ListCampaignLeads {
  status: CampaignLeadStatus | null;
  /** The last entry of the page before. */
  after: { leadId: string; entry: number } | null;
  limit: number;
}

export const ListCampaignLeadsQuery = z.object({
  status: z.enum(CAMPAIGN_LEAD_STATUSES).optional(),
  cursor: z.string().optional(),
  limit,
});

export function parseListCampaignLeads(query: Fields): ListCampaignLeads {
  return {
    status: readChoice(withoutBlanks(query), 'status', CAMPAIGN_LEAD_STATUSES),
    after: readEntryCursor(query),
    limit: readLimit(query),
  };
}

function withoutBlanks(query: Fields): Fields {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

/** `<lead>_<entry>`. */
function readEntryCursor({ cursor }: Fields): ListCampaignLeads['after'] {
  if (cursor === undefined || cursor === '') return null;
  const [, leadId, entry] = (typeof cursor === 'string' && /^([0-9a-f]{24})_(\d{1,9})$/.exec(cursor)) || [];
  if (leadId === undefined || entry === undefined) throw problem('INVALID_CURSOR', { param: 'cursor' });
  return { leadId, entry: Number(entry) };
}

/** Who is to enter: one there is, or one that is described. */
export type EnterTarget = { leadId: string } | { lead: LeadInput };

const ENTER_KNOWN: ReadonlySet<string> = new Set(Object.keys(EnterLeadBody.shape));
const ENROLL_KNOWN: ReadonlySet<string> = new Set(Object.keys(EnrollBody.shape));
const LEAD_KNOWN: ReadonlySet<string> = new Set(LEAD_FIELDS);

/** Contract 3.5, to the letter. */
export function parseEnterLead(body: unknown): { target: EnterTarget; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, ENTER_KNOWN);
  const { leadId, lead } = fields;
  if (isAbsent(leadId) && isAbsent(lead)) throw problem('ENTER_TARGET_REQUIRED');
  if (!isAbsent(leadId)) return { target: readLeadId(leadId), warnings };
  if (typeof lead !== 'object' || lead === null || Array.isArray(lead)) throw problem('ENTER_TARGET_INVALID');
  const reading = startReading({ allowPrivateHosts: false });
  noteUnknown(reading, lead as Fields, LEAD_KNOWN, 'lead');
  if (reading.faults.length > 0) throw invalidField('lead', 'must hold readable fields');
  return { target: { lead: readNewLead(lead as Fields) }, warnings: [...warnings, ...reading.warnings] };
}

export function parseEnroll(body: unknown): { target: EnterTarget; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, ENROLL_KNOWN);
  if (isAbsent(fields.leadId)) throw problem('ENTER_TARGET_REQUIRED');
  return { target: readLeadId(fields.leadId), warnings };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function readLeadId(value: unknown): EnterTarget {
  if (typeof value !== 'string') throw problem('ENTER_TARGET_INVALID', { param: 'leadId' });
  const leadId = value.trim();
  if (!isId(leadId)) throw problem('LEAD_NOT_FOUND', { param: 'leadId' });
  return { leadId };
}

function readNewLead(fields: Fields): LeadInput {
  if (isAbsent(fields.firstName)) throw problem('LEAD_FIRST_NAME_REQUIRED', { param: 'lead.firstName' });
  if (isAbsent(fields.email) && isAbsent(fields.phone))
    throw problem('LEAD_ADDRESS_REQUIRED', { param: 'lead.phone' });
  try {
    return Object.fromEntries(
      LEAD_FIELDS.map((name) => [name, LEAD_READERS[name](fields, name)]),
    ) as unknown as LeadInput;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { param } = error;
    if (param !== 'phone' && param !== 'email') throw invalidOf(error, 'lead');
    throw problem('LEAD_NOT_RESOLVED', { param: `lead.${param}`, reason: error.error });
  }
}

export interface EvaluateConditions {
  campaignId: string | null;
  leadId: string;
  /** null: since it entered. */
  since: number | null;
  conditions: Condition[];
  headers: GivenHeaders;
}

const EVALUATE_KNOWN: ReadonlySet<string> = new Set(Object.keys(EvaluateConditionsBody.shape));

export function parseEvaluateConditions(
  body: unknown,
  rules: UrlRules,
): { request: EvaluateConditions; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, EVALUATE_KNOWN);
  const leadId = readText(fields, 'leadId')?.trim() || null;
  if (leadId === null) throw problem('LEAD_ID_REQUIRED', { param: 'leadId' });
  if (!isId(leadId)) throw problem('LEAD_NOT_FOUND', { param: 'leadId' });
  const campaignId = readText(fields, 'campaignId')?.trim() || null;
  if (campaignId !== null && !isId(campaignId)) throw problem('CAMPAIGN_NOT_FOUND', { param: 'campaignId' });
  const since = readInstant(fields, 'since');
  if (since !== null && since < 0) throw invalidField('since', 'must be after 1970');
  const reading = startReading(rules);
  const asked = readConditions(reading, fields, 'conditions');
  finishReading(reading);
  if (asked.conditions.length === 0) throw invalidField('conditions', 'must hold at least one');
  return { request: { campaignId, leadId, since, ...asked }, warnings: [...warnings, ...reading.warnings] };
}
