import { describe, expect, test } from 'vitest';
import { Problem } from '../problems.ts';
import { refusalOf } from '../testing.ts';
import {
  parseCreateCampaign,
  parseEnroll,
  parseEnterLead,
  parseEvaluateConditions,
  parseListCampaignLeads,
  parseListCampaigns,
  parseUpdateCampaign,
} from './campaign-requests.ts';

const RULES = { allowPrivateHosts: false };
const ID = '0199c2f07a3b00010c9b2d4e';

/** Where something is wrong, and what it must be instead. */
function faultsOf(body: object): [string, string][] {
  try {
    parseCreateCampaign({ name: 'Spring', ...body }, RULES);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.problems.map((fault) => [fault.param, fault.error]);
  }
}
const create = (body: object) => parseCreateCampaign({ name: 'Spring', ...body }, RULES).request;
const step = (wish: object) => ({ steps: [{ message: 'A' }, { message: 'B', ...wish }] });
const stop = (condition: object) => step({ stopConditions: [condition] });
const asked = (condition: object) => {
  const [, second] = create(stop(condition)).steps;
  const [found] = second?.stopConditions ?? [];
  return found;
};

describe('a campaign that is written', () => {
  test('has what nobody said: iMessage, a reply stops, no list, no hours', () => {
    expect(create({})).toEqual({
      name: 'Spring',
      steps: [],
      headers: new Map(),
      messageType: 'imessage',
      listId: null,
      lineIds: [],
      schedule: null,
      onReply: 'stop',
      allowReentry: false,
      newLeadsFirst: false,
      sendFallbackSmsOnFailed: false,
    });
    expect(create({ steps: [{ message: 'Hi' }] }).steps).toEqual([
      {
        key: 'step_1',
        message: 'Hi',
        subject: null,
        smsMessage: null,
        attachments: [],
        wait: { value: 0, unit: 's' },
        onlyNonResponders: false,
        stopConditions: [],
        branches: [],
        next: null,
      },
    ]);
  });

  test('takes each line once, and nulls for what is absent', () => {
    const other = ID.replace(/e$/, 'f');
    const nulls = { listId: null, schedule: null, onReply: null, allowReentry: null, messageType: null };
    expect(create({ lineIds: [ID, other, ID], ...nulls })).toMatchObject({
      lineIds: [ID, other],
      onReply: 'stop',
      messageType: 'imessage',
    });
  });

  test.each([
    [{ messageType: 'fax' }, 'messageType', 'must be one of imessage, sms, email'],
    [{ listId: 'x' }, 'listId', 'must be the `_id` of a list'],
    [{ lineIds: ID }, 'lineIds', 'must be an array of at most 100 ids of lines'],
    [{ lineIds: Array(101).fill(ID) }, 'lineIds', 'must be an array of at most 100 ids of lines'],
    [{ lineIds: [ID, 7] }, 'lineIds[1]', 'must be the `_id` of a line'],
    [{ onReply: '' }, 'onReply', 'must be one of stop, continue'],
    [{ allowReentry: 'yes' }, 'allowReentry', 'must be true or false'],
    [{ schedule: [] }, 'schedule', 'must be an object'],
    [{ schedule: {} }, 'schedule.timezone', 'must be given: an IANA zone, or lead'],
    [{ steps: {} }, 'steps', 'must be an array'],
    [{ steps: Array(51).fill({}) }, 'steps', 'must hold at most 50'],
    [step({ key: 'two words' }), 'steps[1].key', 'must hold letters, digits, _ and - only'],
    [step({ key: 'k'.repeat(65) }), 'steps[1].key', 'must be at most 64 characters'],
    [step({ message: 'x'.repeat(10_001) }), 'steps[1].message', 'must be at most 10,000 characters'],
    [step({ message: 'a\0b' }), 'steps[1].message', 'must not hold NUL characters'],
    [step({ attachmentUrls: 'x' }), 'steps[1].attachmentUrls', 'must be an array'],
    [step({ attachmentUrls: ['x'] }), 'steps[1].attachmentUrls[0]', 'must be an http or https URL'],
    [step({ wait: 5 }), 'steps[1].wait', 'must be an object'],
    [step({ wait: { value: 1.5, unit: 'd' } }), 'steps[1].wait.value', 'must be a whole number, 0 or more'],
    [
      step({ wait: { value: 2 ** 40, unit: 'd' } }),
      'steps[1].wait.value',
      'must be a whole number, 0 or more',
    ],
    [step({ wait: { value: 1, unit: 'w' } }), 'steps[1].wait.unit', 'must be one of s, min, h, d'],
    [step({ wait: { value: 1 } }), 'steps[1].wait.unit', 'must be one of s, min, h, d'],
    [step({ next: 7 }), 'steps[1].next', 'must be a string'],
    [step({ branches: [{ condition: { type: 'dnc' } }] }), 'steps[1].branches[0].to', 'must be given'],
    [step({ stopConditions: Array(21).fill({}) }), 'steps[1].stopConditions', 'must hold at most 20'],
  ])('%j is refused at %s', (body, param, error) => {
    expect(faultsOf(body)).toEqual([[param, error]]);
  });

  test.each([
    [{ sendWindowStart: '9am', sendWindowEnd: '17:00' }, 'schedule.sendWindowStart'],
    [{ sendWindowStart: '09:00' }, 'schedule.sendWindowEnd'],
    [{ sendWindowStart: '09:00', sendWindowEnd: '09:00' }, 'schedule.sendWindowEnd'],
    [{ fallbackTimezone: 'Mars/Olympus' }, 'schedule.fallbackTimezone'],
    [{ allowedDaysOfWeek: [7] }, 'schedule.allowedDaysOfWeek'],
    [{ allowedDaysOfWeek: [] }, 'schedule.allowedDaysOfWeek'],
    [{ timezone: 'Mars/Olympus' }, 'schedule.timezone'],
    [{ timezone: 7 }, 'schedule.timezone'],
  ])('hours %j are refused at %s', (hours, param) => {
    expect(faultsOf({ schedule: { timezone: 'lead', ...hours } }).map(([where]) => where)).toEqual([param]);
  });

  test('hours are read as they are meant', () => {
    const { schedule } = create({
      schedule: {
        timezone: 'lead',
        sendWindowStart: '22:00',
        sendWindowEnd: '06:00',
        allowedDaysOfWeek: [5, 1],
      },
    });
    const hours = { start: '22:00', end: '06:00', days: [1, 5] };
    expect(schedule).toEqual({ timezone: 'lead', fallbackTimezone: null, ...hours });
  });

  test('what is not known is named with its place, and ignored', () => {
    const condition = { type: 'replied', keywords: ['x'] };
    const { warnings } = parseCreateCampaign(
      { name: 'Spring', colour: 'red', ...step({ size: 1, stopConditions: [condition] }) },
      RULES,
    );
    expect(warnings).toEqual([
      'Unknown field: colour',
      'Unknown field in steps[1]: size',
      'Unknown field in steps[1].stopConditions[0]: keywords',
    ]);
  });
});

describe('a condition that is written', () => {
  test.each([
    [{ type: 'weather' }, 'type', /must be one of replied, replied_with/],
    [{}, 'type', 'must be given'],
    [{ type: 'replied', id: 'a b' }, 'id', 'must hold letters, digits, _ and - only'],
    [{ type: 'replied_with' }, 'keywords', /array of 1 to 50/],
    [{ type: 'replied_with', keywords: 'yes' }, 'keywords', /array of 1 to 50/],
    [{ type: 'replied_with', keywords: ['yes', ''] }, 'keywords[1]', 'must be given'],
    [{ type: 'no_reply_for' }, 'wait', 'must be given'],
    [{ type: 'tag' }, 'tag', 'must be given'],
    [{ type: 'tag', tag: 'vip', is: 'maybe' }, 'is', 'must be one of present, absent'],
    [{ type: 'field', operator: 'eq' }, 'field', 'must be given'],
    [{ type: 'field', field: 'email', operator: '=' }, 'operator', /^must be one of eq, neq/],
    [{ type: 'field', field: 'email', operator: 'eq', value: true }, 'value', 'must be a string or a number'],
    [{ type: 'field', field: 'email', operator: 'eq', value: 'x'.repeat(256) }, 'value', /255/],
    [{ type: 'contacted_before' }, 'scope', 'must be given'],
    [{ type: 'http', operator: 'exists' }, 'url', 'must be given'],
    [{ type: 'http', operator: 'exists', url: `https://a.b/${'x'.repeat(2_048)}` }, 'url', /2,048/],
    [{ type: 'http', operator: 'exists', url: 'https://a.b/ c' }, 'url', 'must not hold blanks'],
    [{ type: 'http', operator: 'exists', url: 'https://10.1.2.3/' }, 'url', /is not a public address/],
    [{ type: 'http', operator: 'exists', url: 'https://a.b/', method: 'PUT' }, 'method', /GET, POST/],
    [{ type: 'http', operator: 'exists', url: 'https://a.b/', body: '{}' }, 'body', 'must be absent for GET'],
    [{ type: 'http', operator: 'exists', url: 'https://a.b/', headers: [] }, 'headers', 'must be an object'],
  ])('%j is refused at its %s', (condition, param, error) => {
    const where = `steps[1].stopConditions[0].${param}`;
    expect(faultsOf(stop(condition))).toEqual([
      [where, typeof error === 'string' ? error : expect.stringMatching(error)],
    ]);
  });

  test('has what nobody said: a tag is present, a server is asked by GET, for all of its answer', () => {
    expect(asked({ type: 'tag', tag: ' vip ' })).toEqual({
      id: 'step_2_stop_1',
      type: 'tag',
      tag: 'vip',
      is: 'present',
    });
    expect(asked({ type: 'http', url: ' https://a.b/?mail={email} ', operator: 'exists' })).toEqual({
      id: 'step_2_stop_1',
      type: 'http',
      url: 'https://a.b/?mail={email}',
      method: 'GET',
      body: null,
      path: '',
      operator: 'exists',
      value: null,
    });
  });

  test('gives its headers apart, by its id, in lower case', () => {
    const http = { type: 'http', url: 'https://a.b/', operator: 'exists' };
    const { headers } = create(
      step({
        stopConditions: [
          { ...http, headers: { 'X-Key': ' one ' } },
          { ...http, id: 'mine', headers: {} },
          http,
        ],
      }),
    );
    expect([...headers]).toEqual([
      ['step_2_stop_1', { 'x-key': 'one' }],
      ['mine', {}],
    ]);
  });
});

describe('a change', () => {
  test('is of what is given alone; nothing is refused', () => {
    expect(parseUpdateCampaign({ listId: null, schedule: null }, RULES).request).toEqual({
      listId: null,
      schedule: null,
    });
    expect(parseUpdateCampaign({ name: 'New', onReply: null }, RULES).request).toEqual({ name: 'New' });
    for (const body of [{}, { colour: 1 }, { name: null }])
      expect(refusalOf(() => parseUpdateCampaign(body, RULES))?.code).toBe('NOTHING_TO_CHANGE');
  });

  test('says whether every step came with its key', () => {
    const named = (...keys: unknown[]) =>
      parseUpdateCampaign({ steps: keys.map((key) => ({ message: 'Hi', key })) }, RULES).request
        .areStepsNamed;
    expect([named('a', 'b'), named('a', null), named('a', ''), named()]).toEqual([true, false, false, true]);
  });
});

describe('who is to enter', () => {
  const refusal = (body: object) => refusalOf(() => parseEnterLead(body))?.error;

  test('is named by id, or described', () => {
    expect(parseEnterLead({ leadId: ` ${ID} `, lead: { firstName: 'Ada' } }).target).toEqual({ leadId: ID });
    expect(parseEnroll({ leadId: ID }).target).toEqual({ leadId: ID });
    const { target } = parseEnterLead({ lead: { firstName: 'Ada', phone: '(202) 555-0100', tags: ['vip'] } });
    expect(target).toMatchObject({ lead: { firstName: 'Ada', phone: '+12025550100', tags: ['vip'] } });
  });

  test.each([
    [{}, 'Either leadId or lead data is required'],
    [{ leadId: ' ' }, 'Either leadId or lead data is required'],
    [{ leadId: { id: 1 } }, 'Invalid request: must provide leadId or lead data'],
    [{ lead: 'Ada' }, 'Invalid request: must provide leadId or lead data'],
    [{ lead: { lastName: 'Byron', phone: '+12025550100' } }, 'firstName is required'],
    [{ lead: { firstName: 'Ada', phone: ' ' } }, 'Either email or phone is required'],
    [{ lead: { firstName: 'Ada', email: 'x' } }, 'Lead not resolved'],
    [{ lead: { firstName: 7, phone: '+12025550100' } }, 'lead.firstName must be a string'],
  ])('%j: %s', (body, error) => {
    expect(refusal(body)).toBe(error);
  });
});

describe('queries', () => {
  test('of campaigns and of their leads are read, blanks as absent', () => {
    expect(parseListCampaigns({ status: '', cursor: '', limit: '' })).toEqual({
      status: null,
      cursor: null,
      limit: 50,
    });
    expect(parseListCampaignLeads({ status: 'held', cursor: `${ID}_3`, limit: '7' })).toEqual({
      status: 'held',
      after: { leadId: ID, entry: 3 },
      limit: 7,
    });
  });

  test.each(['x', ID, `${ID}_`, `${ID}_-1`, `${ID}_1x`, `x_1`])('a cursor %s is none of ours', (cursor) => {
    expect(refusalOf(() => parseListCampaignLeads({ cursor }))?.code).toBe('INVALID_CURSOR');
  });
});

describe('conditions that are tried', () => {
  const evaluate = (body: object) => () => parseEvaluateConditions(body, RULES);

  test('need a lead and one condition at least', () => {
    const conditions = [{ type: 'dnc' }];
    expect(refusalOf(evaluate({ conditions }))?.code).toBe('LEAD_ID_REQUIRED');
    expect(refusalOf(evaluate({ leadId: 'x', conditions }))?.code).toBe('LEAD_NOT_FOUND');
    expect(refusalOf(evaluate({ leadId: ID, campaignId: 'x', conditions }))?.code).toBe('CAMPAIGN_NOT_FOUND');
    expect(refusalOf(evaluate({ leadId: ID }))?.param).toBe('conditions');
    expect(refusalOf(evaluate({ leadId: ID, conditions, since: 'then' }))?.param).toBe('since');
    expect(evaluate({ leadId: ID, conditions })().request).toEqual({
      leadId: ID,
      campaignId: null,
      since: null,
      conditions: [{ id: 'condition_1', type: 'dnc' }],
      headers: new Map(),
    });
  });
});
