/**
 * What is wrong with the steps of a campaign, all of it at once: told before the launch, so that nothing that can be known
 * beforehand stops a lead on its way. Every way must lead forward; that alone rules out loops.
 */
import { placeholdersIn } from '../template.ts';
import type { MessageType } from '../words.ts';
import { type Condition, END, type Step, type Wait, waitMs } from './campaign.ts';
import {
  CONDITION_FIELDS,
  CUSTOM_FIELD,
  dateOf,
  numberOf,
  OPERATOR_COMPARES,
  readPath,
} from './conditions.ts';

/** `param` says where, like `steps[1].branches[0].to`; `error` is a sentence without it. */
export interface Fault {
  param: string;
  error: string;
}

export const MAX_WAIT_DAYS = 365;
export const MAX_TEXT_CHARACTERS = 10_000;
export const MAX_SMS_TEXT_CHARACTERS = 1_600;

export function checkSteps(steps: readonly Step[], messageType: MessageType): Fault[] {
  if (steps.length === 0) return [{ param: 'steps', error: 'must hold at least one step' }];
  return [
    ...repeated(
      steps.map(({ key }, index) => ({ name: key, param: `steps[${index}].key` })),
      'is the key of a step before',
    ),
    ...repeated(
      conditionsIn(steps).map(({ condition, param }) => ({ name: condition.id, param: `${param}.id` })),
      'is the id of a condition before',
    ),
    ...steps.flatMap((step, index) => checkStep(step, index, steps, messageType)),
  ];
}

/** Conditions by themselves, as they are tried out. */
export function checkConditions(conditions: readonly Condition[]): Fault[] {
  const faults: Fault[] = [];
  const wrong: Wrong = (param, error) => faults.push({ param, error });
  for (const [n, condition] of conditions.entries()) checkCondition(condition, `conditions[${n}]`, wrong);
  return faults;
}

/** What is allowed and yet seldom meant. */
export function warnOfSteps(steps: readonly Step[]): string[] {
  const reached = reachedSteps(steps);
  return steps.flatMap((step, index) => {
    const where = `steps[${index}]`;
    const warnings: string[] = [];
    if (index > 0 && step.wait.value === 0)
      warnings.push(`${where}.wait is 0: it follows the step before as soon as its line may send again`);
    if (reached[index] !== true) warnings.push(`${where}: no way leads to step ${step.key}`);
    for (const name of unknownPlaceholders(step))
      warnings.push(
        `${where}: {${name}} is filled only for leads with a custom field ${name}, and has no default`,
      );
    return warnings;
  });
}

/** With the place of each, stop conditions of a step before its branches. */
export function conditionsIn(steps: readonly Step[]): { condition: Condition; param: string }[] {
  return steps.flatMap(({ stopConditions, branches }, index) => [
    ...stopConditions.map((condition, n) => ({ condition, param: `steps[${index}].stopConditions[${n}]` })),
    ...branches.map(({ condition }, n) => ({ condition, param: `steps[${index}].branches[${n}].condition` })),
  ]);
}

function checkStep(step: Step, index: number, steps: readonly Step[], messageType: MessageType): Fault[] {
  const where = `steps[${index}]`;
  const faults: Fault[] = [];
  const wrong = (param: string, error: string) => faults.push({ param: `${where}${param}`, error });
  if (step.key === END) wrong('.key', `must not be ${END}: that is where ways lead to end the sequence`);
  checkTexts(step, messageType, wrong);
  checkWait(step.wait, '.wait', wrong);
  if (index === 0 && step.stopConditions.length > 0)
    wrong('.stopConditions', 'must be empty on the first step: nobody is on the way yet');
  step.stopConditions.forEach((condition, n) => {
    const param = `.stopConditions[${n}]`;
    if (condition.type === 'no_reply_for')
      wrong(`${param}.type`, 'must not be no_reply_for: that is a way on, so it belongs among branches');
    else checkCondition(condition, param, wrong);
  });
  step.branches.forEach(({ condition, to }, n) => {
    checkCondition(condition, `.branches[${n}].condition`, wrong);
    checkWay(to, index, steps, `.branches[${n}].to`, wrong);
  });
  if (step.next !== null) checkWay(step.next, index, steps, '.next', wrong);
  return faults;
}

type Wrong = (param: string, error: string) => void;

function checkTexts(
  { message, smsMessage, attachments }: Step,
  messageType: MessageType,
  wrong: Wrong,
): void {
  if (message.trim() === '' && attachments.length === 0)
    wrong('.message', 'must be given where there is no attachment');
  const most = messageType === 'sms' ? MAX_SMS_TEXT_CHARACTERS : MAX_TEXT_CHARACTERS;
  if (lengthOf(message) > most) wrong('.message', `must be at most ${most.toLocaleString('en')} characters`);
  if (smsMessage !== null && lengthOf(smsMessage) > MAX_SMS_TEXT_CHARACTERS)
    wrong('.smsMessage', `must be at most ${MAX_SMS_TEXT_CHARACTERS.toLocaleString('en')} characters`);
}

function checkWait(wait: Wait, param: string, wrong: Wrong): void {
  const { value } = wait;
  if (!Number.isInteger(value) || value < 0) wrong(`${param}.value`, 'must be a whole number, 0 or more');
  else if (waitMs(wait) > waitMs({ value: MAX_WAIT_DAYS, unit: 'd' }))
    wrong(param, `must be at most ${MAX_WAIT_DAYS} days`);
}

function checkWay(to: string, from: number, steps: readonly Step[], param: string, wrong: Wrong): void {
  if (to === END) return;
  const target = steps.findIndex(({ key }) => key === to);
  if (target === -1) wrong(param, `must be ${END} or the key of a step; ${to} is neither`);
  else if (target <= from) wrong(param, `must lead forward, and step ${to} lies behind: the way would loop`);
}

function checkCondition(condition: Condition, param: string, wrong: Wrong): void {
  switch (condition.type) {
    case 'replied_with':
      if (condition.keywords.every((keyword) => keyword.trim() === ''))
        wrong(`${param}.keywords`, 'must hold at least one word');
      return;
    case 'no_reply_for':
      if (condition.wait.value === 0) wrong(`${param}.wait`, 'must be longer than 0');
      checkWait(condition.wait, `${param}.wait`, wrong);
      return;
    case 'tag':
      if (condition.tag.trim() === '') wrong(`${param}.tag`, 'must be given');
      return;
    case 'field':
      if (!isKnownField(condition.field))
        wrong(
          `${param}.field`,
          `must be a field of leads or ${CUSTOM_FIELD}<name>; ${condition.field} is neither`,
        );
      checkValue(condition, param, wrong);
      return;
    case 'http':
      if (readPath(condition.path) === null)
        wrong(`${param}.path`, 'must be a path, like items[0].id, or empty for all of the answer');
      checkValue(condition, param, wrong);
      return;
    case 'replied':
    case 'contacted_before':
    case 'dnc':
      return;
  }
}

type Compared = Pick<Extract<Condition, { type: 'field' }>, 'operator' | 'value'>;

function checkValue({ operator, value }: Compared, where: string, wrong: Wrong): void {
  const param = `${where}.value`;
  const isBlank = value === null || `${value}`.trim() === '';
  switch (OPERATOR_COMPARES[operator]) {
    case 'nothing':
      if (value !== null) wrong(param, `must be absent: ${operator} compares with nothing`);
      return;
    case 'number':
      if (numberOf(value) === null) wrong(param, `must be a number for ${operator}`);
      return;
    case 'date':
      if (dateOf(value) === null) wrong(param, `must be an ISO 8601 date for ${operator}, like 2027-01-31`);
      return;
    case 'text':
    case 'anything':
      if (isBlank) wrong(param, `must be given for ${operator}; exists and not_exists ask for blanks`);
  }
}

function isKnownField(field: string): boolean {
  if (field.startsWith(CUSTOM_FIELD)) return field.length > CUSTOM_FIELD.length;
  return (CONDITION_FIELDS as readonly string[]).includes(field);
}

function repeated(named: readonly { name: string; param: string }[], error: string): Fault[] {
  const seen = new Set<string>();
  return named.flatMap(({ name, param }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ param, error: `must be used once: ${name} ${error}` }];
  });
}

/** By index. Ways lead forward, so that who leads where is known before it is asked. */
function reachedSteps(steps: readonly Step[]): boolean[] {
  const reached: boolean[] = [];
  steps.forEach(({ key }, target) => {
    const isLedTo = ({ next, branches }: Step, from: number) =>
      reached[from] === true &&
      (next === key || (next === null && from + 1 === target) || branches.some(({ to }) => to === key));
    reached.push(target === 0 || steps.slice(0, target).some(isLedTo));
  });
  return reached;
}

const KNOWN_PLACEHOLDERS: ReadonlySet<string> = new Set([
  'firstName',
  'lastName',
  'companyName',
  'email',
  'phone',
  'jobTitle',
  'line_name',
]);

function unknownPlaceholders({ message, subject, smsMessage }: Step): string[] {
  const named = [message, subject, smsMessage].flatMap((text) => (text === null ? [] : placeholdersIn(text)));
  return [
    ...new Set(
      named.flatMap(({ name, fallback }) =>
        fallback === null && !KNOWN_PLACEHOLDERS.has(name) ? [name] : [],
      ),
    ),
  ];
}

/** In code points, as PostgreSQL and people count. */
function lengthOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}
