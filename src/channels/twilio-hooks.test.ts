import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChannelLine, HookRequest } from './channel.ts';
import { answerTwilio, statusCallback } from './twilio-hooks.ts';
import { twilioSignature } from './twilio-signature.ts';

const TOKEN = 'f'.repeat(32);
const ACCOUNT = `AC${'0'.repeat(32)}`;
const REFERENCE = '0199c2f07a3b00010c9b2d4e';
const FORM = 'application/x-www-form-urlencoded';
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

const line: ChannelLine = {
  workspaceId: 'org_1',
  lineId: 'a'.padEnd(24, '0'),
  messageType: 'sms',
  phone: '+12025550190',
  email: null,
  name: '',
  transportConfig: { accountSid: ACCOUNT },
  secret: TOKEN,
};
const outgoing = {
  reference: REFERENCE,
  attempt: 2,
  address: '+12025550123',
  messageType: 'sms',
  text: 'Hi',
  subject: null,
  attachments: [],
  validUntil: null,
} as const;

function signed(
  hook: string,
  fields: Record<string, string>,
  differs: Partial<HookRequest> = {},
): HookRequest {
  const [url = ''] = statusCallback('https://trunkline.example.com', line, outgoing)
    .replace('/status', `/${hook}`)
    .split('#');
  const form = new URLSearchParams({ AccountSid: ACCOUNT, ...fields });
  const headers = { 'content-type': FORM, 'x-twilio-signature': twilioSignature(TOKEN, url, form) };
  return { hook, url, headers, body: Buffer.from(form.toString()), ...differs };
}
const told = (hook: string, fields: Record<string, string>) => answerTwilio(line, signed(hook, fields)).news;

describe('whatever Twilio calls for', () => {
  test('is answered with an empty TwiML and nothing else, since text would be sent to the person', () => {
    const calls = [
      signed('status', { MessageSid: 'SM1', MessageStatus: 'delivered' }),
      signed('inbound', { MessageSid: 'SM1', From: '+12025550123', Body: 'Hi' }),
      signed('status', {}),
      signed('elsewhere', {}),
      signed('inbound', { Body: 'forged' }, { headers: { 'content-type': FORM } }),
    ];
    const answers = calls.map((call) => answerTwilio(line, call));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 403]);
    for (const each of answers)
      expect(each).toMatchObject({ contentType: 'text/xml', body: EMPTY, isHint: false });
  });

  test('is refused unless it is signed with the token of the line’s own account', () => {
    const call = signed('inbound', { MessageSid: 'SM1', From: '+12025550123', Body: 'STOP' });
    const refused = { status: 403, news: [] };
    const { 'x-twilio-signature': signature, ...unsigned } = call.headers;
    expect(answerTwilio(line, { ...call, headers: unsigned })).toMatchObject(refused);
    expect(
      answerTwilio(line, { ...call, headers: { ...call.headers, 'x-twilio-signature': 'AAAA' } }),
    ).toMatchObject(refused);
    expect(answerTwilio(line, { ...call, body: Buffer.from(`${call.body}&Body=Hi`) })).toMatchObject(refused);
    expect(answerTwilio(line, { ...call, url: call.url.replace('mid=0', 'mid=1') })).toMatchObject(refused);
    expect(answerTwilio({ ...line, secret: 'another' }, call)).toMatchObject(refused);
    expect(answerTwilio({ ...line, secret: null }, call)).toMatchObject(refused);
    expect(answerTwilio(line, signed('inbound', { AccountSid: `AC${'9'.repeat(32)}` }))).toMatchObject(
      refused,
    );
    expect(
      answerTwilio(line, { ...call, headers: { ...call.headers, 'x-twilio-signature': [String(signature)] } })
        .status,
    ).toBe(200);
  });
});

describe('a status callback', () => {
  test('tells by our own id in its address which message it is about', () => {
    expect(told('status', { MessageSid: 'SM1', MessageStatus: 'sent', To: '+12025550123' })).toEqual([
      { news: 'receipt', reference: REFERENCE, receipt: 'accepted', externalMessageId: 'SM1' },
    ]);
  });

  test('brings the code of a failure, and what follows from it for the recipient', () => {
    const fields = {
      MessageSid: 'SM1',
      MessageStatus: 'undelivered',
      To: '+12025550123',
      ErrorCode: '21610',
    };
    expect(told('status', fields)).toMatchObject([
      { receipt: 'bounced', code: '21610', message: 'Twilio: the recipient replied STOP (21610)' },
      { news: 'suppression', address: '+12025550123', source: 'carrier_opt_out', id: 'SM1' },
    ]);
  });

  test('of a message that is none of ours, or in a state nobody knows, tells nothing', () => {
    const call = signed('status', { MessageSid: 'SM1', MessageStatus: 'sent' });
    const url = call.url.replace(REFERENCE, 'theirs');
    const headers = {
      ...call.headers,
      'x-twilio-signature': twilioSignature(TOKEN, url, new URLSearchParams(call.body.toString())),
    };
    expect(answerTwilio(line, { ...call, url, headers })).toMatchObject({ status: 200, news: [] });
    expect(told('status', { MessageStatus: 'sent' })).toEqual([]);
    expect(told('status', { MessageSid: 'SM1', MessageStatus: 'beamed' })).toEqual([]);
  });

  test('as JSON is no form, and is taken for genuine all the same', () => {
    const body = Buffer.from('{}');
    const hash = createHash('sha256').update(body).digest('hex');
    const url = `https://trunkline.example.com/hooks/a/b/status?bodySHA256=${hash}&mid=${REFERENCE}`;
    const headers = {
      'content-type': 'application/json',
      'x-twilio-signature': twilioSignature(TOKEN, url, new URLSearchParams()),
    };
    const call = { hook: 'status', url, headers, body };
    expect(answerTwilio(line, call)).toMatchObject({ status: 403, news: [] });
  });
});

describe('an inbound message', () => {
  const inbound = { MessageSid: 'SM1', From: '+12025550123', To: '+12025550190', NumMedia: '0' };

  test('is told with its text as it was written', () => {
    const text = ' Grüße & “+1”\n🌅 ';
    expect(told('inbound', { ...inbound, Body: text })).toEqual([
      { news: 'inbound', from: '+12025550123', text, externalMessageId: 'SM1' },
    ]);
  });

  test('may be media alone', () => {
    const media = {
      NumMedia: '2',
      MediaUrl0: 'https://api.twilio.com/0',
      MediaContentType0: 'image/jpeg',
      MediaUrl1: 'https://api.twilio.com/1',
    };
    expect(told('inbound', { ...inbound, ...media })).toMatchObject([
      {
        text: '',
        attachments: [
          { name: 'media-1.jpeg', mimeType: 'image/jpeg', source: { url: 'https://api.twilio.com/0' } },
          { name: 'media-2', mimeType: null, source: { url: 'https://api.twilio.com/1' } },
        ],
      },
    ]);
  });

  test('that opts out by a word of the service’s own is an opt-out all the same, and START lifts it', () => {
    expect(told('inbound', { ...inbound, Body: 'ARRET', OptOutType: 'STOP' })).toMatchObject([
      { news: 'inbound', text: 'ARRET' },
      { news: 'suppression', address: '+12025550123', source: 'carrier_opt_out', words: 'ARRET', id: 'SM1' },
    ]);
    expect(told('inbound', { ...inbound, Body: 'DEBUT', OptOutType: 'START' })).toMatchObject([
      { news: 'inbound' },
      { news: 'lifted', address: '+12025550123', id: 'SM1' },
    ]);
    expect(told('inbound', { ...inbound, Body: 'HELP', OptOutType: 'HELP' })).toHaveLength(1);
  });

  test('by which the carrier lifts its own block lifts it here too, also without a service', () => {
    for (const Body of ['START', 'unstop', ' Yes '])
      expect(told('inbound', { ...inbound, Body })).toMatchObject([{ news: 'inbound' }, { news: 'lifted' }]);
    for (const Body of ['Yes, please', 'STOP', ''])
      expect(told('inbound', { ...inbound, Body })).toHaveLength(1);
  });

  test('of a short code or a name tells nothing: nobody could be answered', () => {
    for (const From of ['72975', 'MyBank', '', 'whatsapp:+12025550123'])
      expect(told('inbound', { ...inbound, From, Body: 'Hi' })).toEqual([]);
  });
});
