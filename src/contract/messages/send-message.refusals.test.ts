/** Everything `POST /api/messages` refuses by its body alone. */
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../testing.ts';
import { parseSendMessage } from './send-message.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const PHONE = '+12025550100';
const ID = '0199c2f07a3b00010c9b2d4e';
const minimal = { message: 'Hi', recipientPhone: PHONE };

function refusalOfBody(body: unknown) {
  return refusalOf(() => parseSendMessage(body, { now: NOW }));
}

function refusal(fields: object) {
  return refusalOfBody({ ...minimal, ...fields });
}

describe('the documented refusals, to the letter (4.9)', () => {
  test.each([null, [], 'x', 1, true, undefined])('%j: a body must be an object', (body) => {
    expect(refusalOfBody(body)).toMatchObject({
      status: 400,
      error: 'Request body must be a JSON object',
    });
  });

  test.each([
    { message: '' },
    { message: '  \n' },
    { message: null },
    { message: undefined },
    { message: '', attachmentUrls: [] },
  ])('%j: nothing to send', (fields) => {
    expect(refusal(fields)).toMatchObject({
      status: 400,
      error: 'Message and attachmentUrls cannot both be empty',
    });
  });

  test.each(['iMessage', 'SMS', '', 'fax', 1, {}, ['sms']])('messageType %j', (messageType) => {
    expect(refusal({ messageType })).toMatchObject({
      status: 400,
      error: 'Invalid messageType. Must be email, sms, or imessage',
      param: 'messageType',
    });
  });

  test.each(['https://example.com/a.png', {}, 1, true])('attachmentUrls %j', (attachmentUrls) => {
    expect(refusal({ attachmentUrls })).toMatchObject({
      status: 400,
      error: 'attachmentUrls must be an array',
    });
  });

  test('a third attachment', () => {
    const attachmentUrls = ['https://a.co/1', 'https://a.co/2', 'https://a.co/3'];
    expect(refusal({ attachmentUrls })).toMatchObject({
      status: 400,
      error: 'Maximum 2 attachments per message',
    });
  });

  test.each(['', 'tomorrow', '2027-02-30', 1764000000000, {}, [], true])(
    'scheduledDate %j',
    (scheduledDate) => {
      expect(refusal({ scheduledDate })).toMatchObject({
        status: 400,
        error: 'Invalid scheduledDate format',
      });
    },
  );

  test.each([
    { sendWindowStart: '9:00', sendWindowEnd: '17:00' },
    { sendWindowStart: '09:00', sendWindowEnd: '24:00' },
    { sendWindowStart: '09:00' },
    { sendWindowEnd: '17:00' },
    { sendWindowStart: '09:00', sendWindowEnd: '' },
    { sendWindowStart: 900, sendWindowEnd: 1700 },
    { sendWindowStart: '09:00:00', sendWindowEnd: '17:00:00' },
  ])('window %j', (window) => {
    expect(refusal({ timezone: 'UTC', ...window })).toMatchObject({
      status: 400,
      error:
        'Invalid time format. sendWindowStart and sendWindowEnd must be in HH:mm format (e.g., 09:00, 17:00)',
    });
  });

  test.each([
    { sendWindowStart: '09:00', sendWindowEnd: '17:00' },
    { sendWindowStart: '09:00', sendWindowEnd: '09:00', timezone: 'UTC' },
    { sendWindowStart: '09:00', sendWindowEnd: '17:00', timezone: 'Mars/Olympus' },
    { sendWindowStart: '09:00', sendWindowEnd: '17:00', timezone: '' },
    { timezone: 'PST' },
    { timezone: '+02:00' },
    { timezone: 7 },
  ])('window settings %j', (settings) => {
    expect(refusal(settings)).toMatchObject({
      status: 400,
      error: 'Invalid timezone or time window settings. Please check your timezone and time format.',
    });
  });

  test('nobody to send to', () => {
    expect(refusalOfBody({ message: 'Hi', recipientName: 'Ada', altPhone1: PHONE })).toMatchObject({
      status: 400,
      error:
        'Either recipientEmail or recipientPhone is required (in body or on the lead when leadId is provided).',
    });
  });

  test.each(['nope', ID.toUpperCase(), `${ID}0`, '../../etc', '💥'])(
    'leadId %j belongs to nobody',
    (leadId) => {
      expect(refusal({ leadId })).toMatchObject({ status: 404, error: 'Lead not found or access denied' });
    },
  );

  test('a line of another form is an unknown line (D6)', () => {
    expect(refusal({ fromLineId: 'line-1' })).toMatchObject({ status: 404, error: 'Line not found' });
  });

  test('what is wrong with the request is told before what is not found', () => {
    expect(refusal({ leadId: 'nope', scheduledDate: 'soon' })).toMatchObject({
      error: 'Invalid scheduledDate format',
    });
  });
});

describe('limits (D7)', () => {
  test('10,000 characters pass and one more does not, counted as people count', () => {
    for (const character of ['a', 'é', '🤷']) {
      expect(refusal({ message: character.repeat(10_000) })).toBeNull();
      expect(refusal({ message: character.repeat(10_001) })).toEqual({
        status: 400,
        code: 'MESSAGE_TOO_LONG',
        error: 'message must be at most 10,000 characters',
        param: 'message',
      });
    }
  });

  test('an SMS takes 1,600', () => {
    const sms = { messageType: 'sms', message: 'é'.repeat(1_600) };
    expect(refusal(sms)).toBeNull();
    expect(refusal({ ...sms, message: 'é'.repeat(1_601) })).toMatchObject({
      code: 'MESSAGE_TOO_LONG',
      error: 'message must be at most 1,600 characters for messageType sms',
    });
  });

  test.each(['batchId', 'recipientName', 'ghlContactId', 'ghlLocationId', 'hsContactId', 'hsPortalId'])(
    '%s takes 255',
    (name) => {
      expect(refusal({ [name]: '🤷'.repeat(255) })).toBeNull();
      expect(refusal({ [name]: 'a'.repeat(256) })).toEqual({
        status: 400,
        code: 'INVALID_FIELD',
        error: `${name} must be at most 255 characters`,
        param: name,
      });
    },
  );

  test('a message is scheduled at most two years ahead; the year 9999 is refused', () => {
    expect(refusal({ scheduledDate: '2028-11-22T00:00:00Z' })).toBeNull();
    for (const scheduledDate of ['2028-12-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
      expect(refusal({ scheduledDate })).toMatchObject({
        status: 400,
        error: 'scheduledDate must be at most two years ahead',
      });
    }
  });

  test('expiresAt lies in the future, within two years, after scheduledDate', () => {
    expect(refusal({ expiresAt: '2026-11-23T12:00:00Z' })).toMatchObject({
      error: 'expiresAt must be in the future',
    });
    expect(refusal({ expiresAt: '9999-01-01' })).toMatchObject({
      error: 'expiresAt must be at most two years ahead',
    });
    expect(refusal({ expiresAt: '2026-12-01', scheduledDate: '2026-12-01' })).toMatchObject({
      error: 'expiresAt must be after scheduledDate',
    });
    expect(refusal({ expiresAt: 'soon' })).toMatchObject({ param: 'expiresAt' });
  });
});

describe('fields of the wrong kind are named', () => {
  test.each([
    ['message', 1, 'must be a string'],
    ['recipientPhone', 12025550100, 'must be a string'],
    ['recipientPhone', '555', 'must be a phone number in E.164 format, like +12025550100'],
    ['altPhone2', 'x', 'must be a phone number in E.164 format, like +12025550100'],
    ['recipientEmail', 'ada', 'must be an e-mail address, like name@example.com'],
    ['altEmail1', 'a@b', 'must be an e-mail address, like name@example.com'],
    ['recipientName', {}, 'must be a string'],
    ['leadId', 1, 'must be a string'],
    ['fromLineId', [], 'must be a string'],
    ['sendFallbackSmsOnFailed', 'true', 'must be true or false'],
    ['forceFallback', 1, 'must be true or false'],
    ['contactOwnerEmail', 1, 'must be a string'],
    ['correlationId', 'é', 'must be 1 to 255 printable ASCII characters'],
    ['correlationId', 'x'.repeat(256), 'must be 1 to 255 printable ASCII characters'],
    ['allowedDaysOfWeek', [], 'must be a list of different whole numbers from 0 (Sunday) to 6'],
    ['allowedDaysOfWeek', [7], 'must be a list of different whole numbers from 0 (Sunday) to 6'],
    ['allowedDaysOfWeek', [1, 1], 'must be a list of different whole numbers from 0 (Sunday) to 6'],
    ['allowedDaysOfWeek', [1.5], 'must be a list of different whole numbers from 0 (Sunday) to 6'],
    ['allowedDaysOfWeek', 'mon', 'must be a list of different whole numbers from 0 (Sunday) to 6'],
  ])('%s %j', (name, value, sentence) => {
    expect(refusal({ [name]: value })).toEqual({
      status: 400,
      code: 'INVALID_FIELD',
      error: `${name} ${sentence}`,
      param: name,
    });
  });

  test('a subject is one line', () => {
    const email = { messageType: 'email', recipientEmail: 'a@b.co' };
    expect(refusal({ ...email, subject: 'a\r\nBcc: everybody@example.com' })).toMatchObject({
      param: 'subject',
    });
    expect(refusal({ ...email, subject: 'x'.repeat(256) })).toMatchObject({ param: 'subject' });
  });

  test.each([
    'ftp://a.co/x',
    'javascript:alert(1)',
    '/etc/passwd',
    'https://',
    'https://a.co/a b',
    'https://a.co/\nx',
    '',
    5,
  ])('attachment URL %j', (url) => {
    expect(refusal({ attachmentUrls: ['https://a.co/x', url] })).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      param: 'attachmentUrls[1]',
    });
  });

  test.each([['../x'], ['a\\b'], ['a\nb'], ['x'.repeat(256)], [7], ['a', 'b']])(
    'attachment names %j…',
    (...attachmentNames) => {
      expect(refusal({ attachmentUrls: ['https://a.co/x'], attachmentNames })).toMatchObject({
        code: 'INVALID_FIELD',
      });
    },
  );
});

describe('text that cannot be stored', () => {
  const names = [
    'message',
    'recipientName',
    'recipientPhone',
    'recipientEmail',
    'leadId',
    'fromLineId',
    'batchId',
    'subject',
    'hsPortalId',
    'altPhone1',
    'altEmail3',
    'contactOwnerEmail',
    'correlationId',
  ];

  test.each(names)('a NUL or half a surrogate pair in %s is refused by name', (name) => {
    expect(refusal({ [name]: 'a\u0000b' })).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      param: name,
      error: `${name} must not hold NUL characters`,
    });
    expect(refusal({ [name]: 'a\ud800b' })).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      param: name,
      error: `${name} must not hold lone surrogates`,
    });
  });

  test('in attachments too', () => {
    expect(refusal({ attachmentUrls: ['https://a.co/\u0000'] })).toMatchObject({
      param: 'attachmentUrls[0]',
    });
    expect(refusal({ attachmentUrls: ['https://a.co/'], attachmentNames: ['\udc00'] })).toMatchObject({
      param: 'attachmentNames[0]',
    });
  });

  test('in fields nobody knows, at any depth, and in their names', () => {
    expect(refusal({ foo: { bar: ['\u0000'] } })).toMatchObject({ param: 'foo', code: 'INVALID_FIELD' });
    expect(refusal({ foo: { '\ud800': 1 } })).toMatchObject({ param: 'foo' });
    expect(refusal({ 'foo\u0000': 1 })).toMatchObject({ param: 'foo\ufffd' });
  });

  test('nesting is bounded, also where nobody looks', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(refusal({ foo: deep })).toMatchObject({ status: 400, code: 'BODY_TOO_DEEP' });
    expect(refusal({ attachmentUrls: [deep] })).toMatchObject({ status: 400, param: 'attachmentUrls[0]' });
  });
});
