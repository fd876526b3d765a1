import { describe, expect, test } from 'vitest';
import type { SendMessage } from './messages.ts';
import { parseSendMessage } from './send-message.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const PHONE = '+12025550100';
const ID = '0199c2f07a3b00010c9b2d4e';
const minimal = { message: 'Hi', recipientPhone: PHONE };

function parse(body: unknown): SendMessage {
  return parseSendMessage(body, { now: NOW }).request;
}

function warningsOf(body: unknown): string[] {
  return parseSendMessage(body, { now: NOW }).warnings;
}

describe('what is accepted', () => {
  test('two fields are enough: everything else has its documented default', () => {
    expect(parseSendMessage(minimal, { now: NOW })).toEqual({
      request: {
        message: 'Hi',
        subject: null,
        attachments: [],
        messageType: 'imessage',
        recipientPhone: PHONE,
        recipientEmail: null,
        recipientName: null,
        fromLineId: null,
        leadId: null,
        altPhones: [undefined, undefined, undefined],
        altEmails: [undefined, undefined, undefined],
        scheduledDate: null,
        timezone: null,
        sendWindowStart: null,
        sendWindowEnd: null,
        allowedDaysOfWeek: null,
        expiresAt: null,
        sendFallbackSmsOnFailed: false,
        forceFallback: false,
        batchId: null,
        crm: { ghlContactId: null, ghlLocationId: null, hsContactId: null, hsPortalId: null },
        contactOwnerEmail: undefined,
        correlationId: null,
      },
      warnings: [],
    });
  });

  test('every field is read', () => {
    const request = parse({
      message: 'Hi {{firstName}}',
      subject: 'Hello',
      attachmentUrls: ['https://example.com/a/my%20photo.jpg', 'http://example.com/'],
      attachmentNames: [null],
      messageType: 'email',
      recipientPhone: '(202) 555-0100',
      recipientEmail: ' Ada@Example.com ',
      recipientName: ' Ada ',
      fromLineId: ID,
      leadId: ID,
      altPhone1: '2025550101',
      altPhone2: null,
      altEmail3: 'ADA@example.org',
      scheduledDate: '2026-11-24T09:00:00-05:00',
      timezone: 'America/New_York',
      sendWindowStart: '22:00',
      sendWindowEnd: '06:00',
      allowedDaysOfWeek: [5, 1],
      expiresAt: '2026-12-01',
      sendFallbackSmsOnFailed: true,
      forceFallback: false,
      batchId: 'b',
      ghlContactId: 'gc',
      ghlLocationId: 'gl',
      hsContactId: 'hc',
      hsPortalId: 'hp',
      contactOwnerEmail: 'Owner@Example.com',
      correlationId: 'trace-1',
    });
    expect(request).toEqual({
      message: 'Hi {{firstName}}',
      subject: 'Hello',
      attachments: [
        { url: 'https://example.com/a/my%20photo.jpg', name: 'my photo.jpg' },
        { url: 'http://example.com/', name: null },
      ],
      messageType: 'email',
      recipientPhone: PHONE,
      recipientEmail: 'ada@example.com',
      recipientName: 'Ada',
      fromLineId: ID,
      leadId: ID,
      altPhones: ['+12025550101', null, undefined],
      altEmails: [undefined, undefined, 'ada@example.org'],
      scheduledDate: Date.parse('2026-11-24T14:00:00Z'),
      timezone: 'America/New_York',
      sendWindowStart: '22:00',
      sendWindowEnd: '06:00',
      allowedDaysOfWeek: [1, 5],
      expiresAt: Date.parse('2026-12-01T00:00:00Z'),
      sendFallbackSmsOnFailed: true,
      forceFallback: false,
      batchId: 'b',
      crm: { ghlContactId: 'gc', ghlLocationId: 'gl', hsContactId: 'hc', hsPortalId: 'hp' },
      contactOwnerEmail: 'owner@example.com',
      correlationId: 'trace-1',
    });
  });

  test('null counts as absent in every field that does not say otherwise', () => {
    const names = Object.keys(parse(minimal)).filter((name) => name !== 'crm');
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    expect(parse({ ...nulls, ...minimal })).toEqual({ ...parse(minimal), contactOwnerEmail: null });
  });

  test('a blank optional field counts as absent, and never wipes an alternate of the lead', () => {
    const blank = {
      recipientEmail: '',
      leadId: ' ',
      fromLineId: '',
      batchId: ' ',
      altPhone1: '',
      contactOwnerEmail: '',
    };
    expect(parse({ ...minimal, ...blank })).toEqual(parse(minimal));
  });

  test('an attachment alone is a message', () => {
    expect(parse({ attachmentUrls: ['https://example.com/a.png'], recipientPhone: PHONE }).message).toBe('');
  });

  test('text is kept to the letter, blanks included', () => {
    expect(parse({ ...minimal, message: '  Hi\n\n🤷‍♀️ ' }).message).toBe('  Hi\n\n🤷‍♀️ ');
  });

  test('a past scheduledDate is kept as it was given', () => {
    for (const scheduledDate of ['2020-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z'])
      expect(parse({ ...minimal, scheduledDate }).scheduledDate).toBe(Date.parse(scheduledDate));
  });

  test('a zone without a window is ignored, and said to be', () => {
    const warningsOf = (differs: object) =>
      parseSendMessage({ ...minimal, timezone: 'America/New_York', ...differs }, { now: NOW }).warnings;
    expect(warningsOf({})).toEqual(['timezone is ignored without a send window']);
    expect(warningsOf({ allowedDaysOfWeek: [1] })).toEqual([]);
    expect(warningsOf({ sendWindowStart: '09:00', sendWindowEnd: '10:00' })).toEqual([]);
  });

  test('an iMessage may go to an Apple ID', () => {
    expect(parse({ message: 'Hi', recipientEmail: 'imessage+no@icloud.com' }).recipientEmail).toBe(
      'imessage+no@icloud.com',
    );
  });

  test('an unusable contact owner is the same as none given; null is explicitly none', () => {
    expect(parse({ ...minimal, contactOwnerEmail: 'nobody' }).contactOwnerEmail).toBeUndefined();
    expect(parse({ ...minimal, contactOwnerEmail: null }).contactOwnerEmail).toBeNull();
  });

  test('days without a zone are left to the zone of the workspace', () => {
    expect(parse({ ...minimal, allowedDaysOfWeek: [0, 6] })).toMatchObject({
      timezone: null,
      allowedDaysOfWeek: [0, 6],
    });
  });
});

describe('what is ignored, and said so', () => {
  test('unknown fields are listed', () => {
    expect(warningsOf({ ...minimal, foo: 1, to: 'x' })).toEqual(['Unknown field: foo', 'Unknown field: to']);
  });

  test('a flood of unknown fields is counted, long names are cut', () => {
    const flood = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`${index}${'x'.repeat(300)}`, 1]),
    );
    const warnings = warningsOf({ ...minimal, ...flood });
    expect(warnings.length).toBe(21);
    expect(warnings.at(-1)).toBe('Unknown fields: 480 more');
    for (const warning of warnings) expect(warning.length).toBeLessThan(100);
  });

  test('forceFallback is for iMessage only (D25)', () => {
    expect(parse({ ...minimal, forceFallback: true }).forceFallback).toBe(true);
    for (const messageType of ['sms', 'email']) {
      const body = { ...minimal, recipientEmail: 'a@b.co', messageType, forceFallback: true };
      expect(parse(body).forceFallback).toBe(false);
      expect(warningsOf(body)).toEqual([`forceFallback is ignored for messageType ${messageType}`]);
    }
  });

  test('a subject is for email only', () => {
    expect(parse({ ...minimal, subject: 'x' }).subject).toBeNull();
    expect(warningsOf({ ...minimal, subject: 'x' })).toEqual(['subject is ignored for messageType imessage']);
  });

  test('fields named like parts of every object do no harm', () => {
    const body = JSON.parse(
      '{"message":"Hi","recipientPhone":"+12025550100","__proto__":{"forceFallback":true},"constructor":{"prototype":{"x":1}},"toString":1}',
    );
    const { request, warnings } = parseSendMessage(body, { now: NOW });
    expect(request).toEqual(parse(minimal));
    expect(warnings).toEqual([
      'Unknown field: __proto__',
      'Unknown field: constructor',
      'Unknown field: toString',
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
