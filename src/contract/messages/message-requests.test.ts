import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../testing.ts';
import { CancelForLeadBody, EditMessageBody } from './message-bodies.ts';
import { parseCancelForLead, parseEditMessage, parseListMessages } from './message-requests.ts';
import { checkExpiry, checkLength, checkWindow } from './message-rules.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const ID = '0199c2f07a3b00010c9b2d4e';

describe('parseEditMessage', () => {
  const edit = (body: unknown) => parseEditMessage(body, { now: NOW }).request;
  const refusal = (body: unknown) => refusalOf(() => edit(body));

  test('only what is given changes', () => {
    expect(edit({ message: 'New' })).toEqual({ message: 'New' });
    expect(edit({ scheduledDate: '2026-12-01T10:00:00Z', fromLineId: ID })).toEqual({
      scheduledDate: Date.parse('2026-12-01T10:00:00Z'),
      fromLineId: ID,
    });
  });

  test('null removes a wish', () => {
    const names = [
      'subject',
      'scheduledDate',
      'timezone',
      'sendWindowStart',
      'sendWindowEnd',
      'allowedDaysOfWeek',
      'expiresAt',
    ];
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    expect(edit(nulls)).toEqual(nulls);
  });

  test('half a window may be given: its other half is stored', () => {
    expect(edit({ sendWindowEnd: '18:00' })).toEqual({ sendWindowEnd: '18:00' });
  });

  test('a past date is kept as it was given', () => {
    expect(edit({ scheduledDate: '2020-01-01' })).toEqual({ scheduledDate: Date.parse('2020-01-01') });
  });

  test('nothing to change is a mistake', () => {
    expect(refusal({})).toMatchObject({ status: 400, code: 'NOTHING_TO_CHANGE' });
    expect(refusal({ message: null, status: 'sent' })).toMatchObject({ code: 'NOTHING_TO_CHANGE' });
  });

  test('fields that cannot be changed are ignored and listed', () => {
    expect(parseEditMessage({ message: 'x', recipientPhone: '+12025550100' }, { now: NOW }).warnings).toEqual(
      ['Unknown field: recipientPhone'],
    );
  });

  test.each([
    [{ scheduledDate: 'soon' }, 'INVALID_SCHEDULED_DATE'],
    [{ scheduledDate: '9999-01-01' }, 'INVALID_FIELD'],
    [{ expiresAt: '2020-01-01' }, 'INVALID_FIELD'],
    [{ allowedDaysOfWeek: [] }, 'INVALID_FIELD'],
    [{ subject: 'a\nb' }, 'INVALID_FIELD'],
    [{ timezone: 5 }, 'INVALID_WINDOW'],
    [{ sendWindowStart: 5 }, 'INVALID_TIME_FORMAT'],
    [{ fromLineId: 'x' }, 'LINE_NOT_FOUND'],
    [{ message: '\u0000' }, 'INVALID_FIELD'],
    [[], 'BODY_NOT_OBJECT'],
  ])('%j is refused with %s', (body, code) => {
    expect(refusal(body)).toMatchObject({ code });
  });

  test('any JSON is parsed or refused with a Problem; what the schema refuses, the parser refuses', () => {
    const bodies = fc.dictionary(fc.constantFrom(...Object.keys(EditMessageBody.shape)), fc.jsonValue(), {
      maxKeys: 3,
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), bodies), (body) => {
        const refused = refusal(body) !== null;
        if (!EditMessageBody.safeParse(body).success) expect(refused).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the rules an edit is held to once merged', () => {
  const window = { timezone: 'UTC', sendWindowStart: '09:00', sendWindowEnd: '17:00' };

  test('a whole window with a zone passes', () => {
    expect(refusalOf(() => checkWindow(window))).toBeNull();
    expect(
      refusalOf(() => checkWindow({ timezone: null, sendWindowStart: null, sendWindowEnd: null })),
    ).toBeNull();
  });

  test.each([
    [{ ...window, sendWindowEnd: null }, 'INVALID_TIME_FORMAT', 'sendWindowEnd'],
    [{ ...window, sendWindowStart: null }, 'INVALID_TIME_FORMAT', 'sendWindowStart'],
    [{ ...window, timezone: null }, 'INVALID_WINDOW', 'timezone'],
    [{ ...window, sendWindowEnd: '09:00' }, 'INVALID_WINDOW', 'sendWindowEnd'],
  ])('%j is refused', (wish, code, param) => {
    expect(refusalOf(() => checkWindow(wish))).toMatchObject({ code, param });
  });

  test('length depends on the type of the stored message', () => {
    const text = 'a'.repeat(1_601);
    expect(refusalOf(() => checkLength(text, 'imessage'))).toBeNull();
    expect(refusalOf(() => checkLength(text, 'sms'))).toMatchObject({ code: 'MESSAGE_TOO_LONG' });
  });

  test('a message never expires before it is due', () => {
    expect(refusalOf(() => checkExpiry(NOW + 1, NOW + 1, NOW))).toMatchObject({ param: 'expiresAt' });
    expect(refusalOf(() => checkExpiry(NOW + 2, NOW + 1, NOW))).toBeNull();
  });
});

describe('parseCancelForLead', () => {
  test('one of the three is enough', () => {
    expect(parseCancelForLead({ leadId: ID }).request).toEqual({
      leadId: ID,
      recipientPhone: null,
      recipientEmail: null,
    });
    expect(parseCancelForLead({ recipientPhone: '2025550100' }).request.recipientPhone).toBe('+12025550100');
    expect(parseCancelForLead({ recipientEmail: 'Ada@Example.com', x: 1 })).toEqual({
      request: { leadId: null, recipientPhone: null, recipientEmail: 'ada@example.com' },
      warnings: ['Unknown field: x'],
    });
  });

  test.each([{}, { leadId: null, recipientPhone: '' }, { foo: 1 }])('%j names nobody', (body) => {
    expect(refusalOf(() => parseCancelForLead(body))).toMatchObject({
      status: 400,
      error: 'Either leadId, recipientPhone, or recipientEmail is required',
    });
  });

  test.each(['x', ID.toUpperCase(), 5, {}, '\u0000'])('leadId %j is malformed', (leadId) => {
    expect(refusalOf(() => parseCancelForLead({ leadId }))).toMatchObject({
      status: 400,
      error: 'Invalid leadId',
      param: 'leadId',
    });
  });

  test('any JSON is parsed or refused with a Problem; what the schema refuses, the parser refuses', () => {
    const bodies = fc.dictionary(fc.constantFrom(...Object.keys(CancelForLeadBody.shape)), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), bodies), (body) => {
        const refused = refusalOf(() => parseCancelForLead(body)) !== null;
        if (!CancelForLeadBody.safeParse(body).success) expect(refused).toBe(true);
      }),
    );
  });
});

describe('parseListMessages', () => {
  const nothing = {
    status: null,
    lineId: null,
    leadId: null,
    campaignId: null,
    batchId: null,
    messageType: null,
    direction: null,
    dateFrom: null,
    dateTo: null,
    search: null,
    limit: 50,
    cursor: null,
  };

  test('without filters it is a page of 50 of everything', () => {
    expect(parseListMessages({})).toEqual(nothing);
    expect(parseListMessages({ status: '', limit: '', cursor: '', dateFrom: '' })).toEqual(nothing);
  });

  test('every filter is read', () => {
    const query = {
      status: 'queued, scheduled',
      lineId: ID,
      leadId: ID,
      campaignId: 'c',
      batchId: 'b',
      messageType: 'sms',
      direction: 'received',
      dateFrom: '2026-11-01',
      dateTo: '2026-11-30',
      search: ' Ada ',
      limit: '100',
      cursor: ID,
    };
    expect(parseListMessages(query)).toEqual({
      ...query,
      status: ['queued', 'scheduled'],
      dateFrom: Date.parse('2026-11-01T00:00:00Z'),
      dateTo: Date.parse('2026-11-30T23:59:59.999Z'),
      search: 'Ada',
      limit: 100,
    });
    expect(parseListMessages({ status: ['sent', 'failed'] }).status).toEqual(['sent', 'failed']);
  });

  test.each([
    [{ status: 'nope' }, 'INVALID_FIELD', 'status'],
    [{ messageType: 'fax' }, 'INVALID_FIELD', 'messageType'],
    [{ direction: 'up' }, 'INVALID_FIELD', 'direction'],
    [{ limit: '0' }, 'INVALID_FIELD', 'limit'],
    [{ limit: '101' }, 'INVALID_FIELD', 'limit'],
    [{ limit: '1e2' }, 'INVALID_FIELD', 'limit'],
    [{ limit: ['1', '2'] }, 'INVALID_FIELD', 'limit'],
    [{ leadId: ['a', 'b'] }, 'INVALID_FIELD', 'leadId'],
    [{ search: 'x'.repeat(256) }, 'INVALID_FIELD', 'search'],
    [{ search: '\u0000' }, 'INVALID_FIELD', 'search'],
    [{ cursor: 'abc' }, 'INVALID_CURSOR', 'cursor'],
    [{ dateFrom: 'x' }, 'INVALID_DATE_FROM', 'dateFrom'],
    [{ dateTo: '2026-02-30' }, 'INVALID_DATE_TO', 'dateTo'],
    [{ dateFrom: '2026-12-01', dateTo: '2026-11-01' }, 'INVALID_DATE_RANGE', null],
  ])('%j is refused with %s', (query, code, param) => {
    expect(refusalOf(() => parseListMessages(query))).toMatchObject({ status: 400, code, param });
  });

  test('one day is a range', () => {
    expect(refusalOf(() => parseListMessages({ dateFrom: '2026-11-30', dateTo: '2026-11-30' }))).toBeNull();
  });
});
