/** Steps of campaigns as requests give them. Only their form is judged here; what they mean: domain/campaign/check-steps.ts. */
import {
  type Branch,
  type Condition,
  type HttpCondition,
  OPERATORS,
  type Step,
  WAIT_UNITS,
  type Wait,
} from '../../domain/campaign/campaign.ts';
import { conditionsIn } from '../../domain/campaign/check-steps.ts';
import {
  checkText,
  type Fields,
  hasControlCharacters,
  isLongerThan,
  readBoolean,
  readChoice,
  readLine,
  readText,
} from '../fields.ts';
import { readAttachments } from '../messages/attachments.ts';
import { MAX_LABEL_CHARACTERS, MAX_MESSAGE_CHARACTERS, MAX_URL_CHARACTERS } from '../messages/messages.ts';
import { troubleOfUrl, type UrlRules } from '../outside-url.ts';
import { invalidField } from '../problems.ts';
import { attempt, noteUnknown, type Reading, readItems, readObject } from '../reading.ts';
import { CampaignStepBody } from './campaigns.ts';

export const MAX_STEPS = 50;
export const MAX_CONDITIONS = 20;
const MAX_NAME_CHARACTERS = 64;
const MAX_KEYWORDS = 50;
const MAX_HEADERS = 20;
const MAX_HEADER_CHARACTERS = 4_096;

/** By id of the condition: the headers that were given with it. One that gave none is not among them. */
export type GivenHeaders = Map<string, Record<string, string>>;

export interface GivenSteps {
  steps: Step[];
  headers: GivenHeaders;
}

/** Without a name of its own each gets the first that is free: `step_1`, `step_1_stop_1`, `step_1_branch_1`. */
export function readSteps(reading: Reading, fields: Fields): GivenSteps {
  const headersOf = new Map<Condition, Record<string, string>>();
  const steps = readItems(reading, fields, 'steps', '', MAX_STEPS, (item, where) =>
    readStep(reading, headersOf, item, where),
  );
  const keys = new Set(steps.map(({ key }) => key));
  steps.forEach((step, index) => {
    if (step.key === '') step.key = freeName(keys, 'step_', index + 1);
  });
  const ids = new Set(conditionsIn(steps).map(({ condition }) => condition.id));
  for (const { key, stopConditions, branches } of steps) {
    nameConditions(stopConditions, ids, `${key}_stop_`);
    nameConditions(
      branches.map(({ condition }) => condition),
      ids,
      `${key}_branch_`,
    );
  }
  return { steps, headers: new Map([...headersOf].map(([condition, headers]) => [condition.id, headers])) };
}

/** Conditions by themselves, as they are tried out. */
export function readConditions(
  reading: Reading,
  fields: Fields,
  name: string,
): { conditions: Condition[]; headers: GivenHeaders } {
  const headersOf = new Map<Condition, Record<string, string>>();
  const conditions = readItems(reading, fields, name, '', MAX_CONDITIONS, (item, where) =>
    readCondition(reading, headersOf, item, where),
  ).filter((each) => each !== null);
  const ids = new Set(conditions.map(({ id }) => id));
  nameConditions(conditions, ids, 'condition_');
  return {
    conditions,
    headers: new Map([...headersOf].map(([condition, headers]) => [condition.id, headers])),
  };
}

function freeName(taken: Set<string>, beginning: string, first: number): string {
  let n = first;
  while (taken.has(`${beginning}${n}`)) n += 1;
  taken.add(`${beginning}${n}`);
  return `${beginning}${n}`;
}

function nameConditions(conditions: readonly Condition[], taken: Set<string>, beginning: string): void {
  for (const [index, condition] of conditions.entries())
    if (condition.id === '') condition.id = freeName(taken, beginning, index + 1);
}

type HeadersOf = Map<Condition, Record<string, string>>;
type NewStep = Step & { stopConditions: Condition[]; branches: Branch[] };

const STEP_FIELDS: ReadonlySet<string> = new Set(Object.keys(CampaignStepBody.shape));
const NO_WAIT: Wait = { value: 0, unit: 's' };

function readStep(reading: Reading, headersOf: HeadersOf, fields: Fields, where: string): NewStep {
  noteUnknown(reading, fields, STEP_FIELDS, where);
  const read = <Value>(get: () => Value, otherwise: Value) => attempt(reading, where, get, otherwise);
  const condition = (item: Fields, at: string) => readCondition(reading, headersOf, item, at);
  return {
    key: read(() => readName(fields, 'key'), ''),
    message: read(() => readContent(fields, 'message'), null) ?? '',
    subject: read(() => readLine(fields, 'subject', MAX_LABEL_CHARACTERS), null),
    smsMessage: read(() => readContent(fields, 'smsMessage'), null),
    attachments: read(() => readAttachments(fields), []),
    wait: read(() => readWait(fields), null) ?? NO_WAIT,
    onlyNonResponders: read(() => readBoolean(fields, 'onlyNonResponders'), null) ?? false,
    stopConditions: readItems(reading, fields, 'stopConditions', where, MAX_CONDITIONS, condition).filter(
      (each) => each !== null,
    ),
    branches: readItems(reading, fields, 'branches', where, MAX_CONDITIONS, (item, at): Branch | null => {
      const asked = attempt(reading, at, () => required(readObject(item, 'condition'), 'condition'), null);
      const to = attempt(reading, at, () => required(readWay(item, 'to'), 'to'), null);
      const found = asked === null ? null : condition(asked, `${at}.condition`);
      return found === null || to === null ? null : { condition: found, to };
    }).filter((each) => each !== null),
    next: read(() => readWay(fields, 'next'), null),
  };
}

const CONDITION_TYPES = [
  'replied',
  'replied_with',
  'no_reply_for',
  'tag',
  'field',
  'contacted_before',
  'dnc',
  'http',
] as const;

const HTTP_FIELDS = ['url', 'method', 'body', 'path', 'operator', 'value', 'headers', 'headersSet'] as const;
const FIELDS_OF: Readonly<Record<(typeof CONDITION_TYPES)[number], readonly string[]>> = {
  replied: [],
  replied_with: ['keywords'],
  no_reply_for: ['wait'],
  tag: ['tag', 'is'],
  field: ['field', 'operator', 'value'],
  contacted_before: ['scope'],
  dnc: [],
  http: HTTP_FIELDS,
};

/** null: something about it was wrong, which is noted. */
function readCondition(
  reading: Reading,
  headersOf: HeadersOf,
  fields: Fields,
  where: string,
): Condition | null {
  return attempt(
    reading,
    where,
    () => {
      const type = required(readChoice(fields, 'type', CONDITION_TYPES), 'type');
      noteUnknown(reading, fields, new Set(['id', 'type', ...FIELDS_OF[type]]), where);
      const condition = { id: readName(fields, 'id'), ...readAsked(type, fields, reading.rules) };
      const headers = type === 'http' ? readHeaders(fields) : null;
      if (headers !== null) headersOf.set(condition, headers);
      return condition;
    },
    null,
  );
}

type Asked = {
  [Type in Condition['type']]: Omit<Extract<Condition, { type: Type }>, 'id'>;
}[Condition['type']];

function readAsked(type: (typeof CONDITION_TYPES)[number], fields: Fields, rules: UrlRules): Asked {
  switch (type) {
    case 'replied':
    case 'dnc':
      return { type };
    case 'replied_with':
      return { type, keywords: readKeywords(fields) };
    case 'no_reply_for':
      return { type, wait: required(readWait(fields), 'wait') };
    case 'tag':
      return {
        type,
        tag: required(readLine(fields, 'tag', MAX_LABEL_CHARACTERS), 'tag'),
        is: readChoice(fields, 'is', ['present', 'absent'] as const) ?? 'present',
      };
    case 'field':
      return {
        type,
        field: required(readLine(fields, 'field', MAX_LABEL_CHARACTERS), 'field'),
        ...readComparison(fields),
      };
    case 'contacted_before':
      return {
        type,
        scope: required(readChoice(fields, 'scope', ['campaign', 'any_campaign'] as const), 'scope'),
      };
    case 'http':
      return readHttp(fields, rules);
  }
}

function readHttp(fields: Fields, rules: UrlRules): HttpCondition {
  const url = required(readText(fields, 'url')?.trim() || null, 'url');
  if (url.length > MAX_URL_CHARACTERS) throw invalidField('url', 'must be at most 2,048 characters');
  if (/\s/.test(url) || hasControlCharacters(url)) throw invalidField('url', 'must not hold blanks');
  const trouble = troubleOfUrl(url, rules, { plainHttp: true });
  if (trouble !== null) throw invalidField('url', `must be a public http or https URL: ${trouble}`);
  const method = readChoice(fields, 'method', ['GET', 'POST'] as const) ?? 'GET';
  const body = readContent(fields, 'body');
  if (body !== null && method === 'GET') throw invalidField('body', 'must be absent for GET');
  const path = readLine(fields, 'path', MAX_LABEL_CHARACTERS) ?? '';
  return { type: 'http', url, method, body, path, ...readComparison(fields) };
}

function readComparison(fields: Fields): Pick<HttpCondition, 'operator' | 'value'> {
  const operator = required(readChoice(fields, 'operator', OPERATORS), 'operator');
  const { value = null } = fields;
  if (value === null) return { operator, value };
  if (typeof value === 'number' && Number.isFinite(value)) return { operator, value };
  if (typeof value !== 'string') throw invalidField('value', 'must be a string or a number');
  checkText('value', value);
  if (isLongerThan(value, MAX_LABEL_CHARACTERS))
    throw invalidField('value', 'must be at most 255 characters');
  return { operator, value };
}

function readKeywords({ keywords }: Fields): string[] {
  if (!Array.isArray(keywords) || keywords.length === 0 || keywords.length > MAX_KEYWORDS)
    throw invalidField('keywords', `must be an array of 1 to ${MAX_KEYWORDS} strings`);
  return keywords.map((each: unknown, index) =>
    required(readLine({ keyword: each }, 'keyword', MAX_LABEL_CHARACTERS), `keywords[${index}]`),
  );
}

/** As header names go (RFC 9110), without those that are ours to write. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const OUR_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'accept-encoding',
]);

/** null: not given, those there are stay. */
function readHeaders(fields: Fields): Record<string, string> | null {
  const given = readObject(fields, 'headers');
  if (given === null) return null;
  const entries = Object.entries(given);
  if (entries.length > MAX_HEADERS) throw invalidField('headers', `must hold at most ${MAX_HEADERS}`);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!HEADER_NAME.test(name)) throw invalidField('headers', 'must have names that headers may have');
      const lower = name.toLowerCase();
      if (OUR_HEADERS.has(lower))
        throw invalidField('headers', `must not hold ${lower}: it is ours to write`);
      if (
        typeof value !== 'string' ||
        value.length > MAX_HEADER_CHARACTERS ||
        !/^[\t\x20-\x7e]*$/.test(value)
      )
        throw invalidField('headers', `must be printable ASCII texts; ${lower} is not`);
      return [lower, value.trim()];
    }),
  );
}

function readWait(fields: Fields): Wait | null {
  const wait = readObject(fields, 'wait');
  if (wait === null) return null;
  const { value } = wait;
  // Larger ones than a database's integer can't be meant; what is too long is said with the other faults of meaning.
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 2 ** 31)
    throw invalidField('wait.value', 'must be a whole number, 0 or more');
  const unit = WAIT_UNITS.find((each) => each === wait.unit);
  if (unit === undefined) throw invalidField('wait.unit', `must be one of ${WAIT_UNITS.join(', ')}`);
  return { value, unit };
}

/** '' when absent. */
function readName(fields: Fields, name: string): string {
  const text = readText(fields, name)?.trim() ?? '';
  if (text !== '' && !/^[A-Za-z0-9_-]+$/.test(text))
    throw invalidField(name, 'must hold letters, digits, _ and - only');
  if (text.length > MAX_NAME_CHARACTERS)
    throw invalidField(name, `must be at most ${MAX_NAME_CHARACTERS} characters`);
  return text;
}

function readWay(fields: Fields, name: string): string | null {
  return readName(fields, name) || null;
}

/** null when absent; blanks and all. What is longer than any message may be is not even kept in a draft. */
function readContent(fields: Fields, name: string): string | null {
  const text = readText(fields, name);
  if (text !== null && isLongerThan(text, MAX_MESSAGE_CHARACTERS))
    throw invalidField(name, 'must be at most 10,000 characters');
  return text === '' ? null : text;
}

function required<Value>(value: Value | null, name: string): Value {
  if (value === null) throw invalidField(name, 'must be given');
  return value;
}
