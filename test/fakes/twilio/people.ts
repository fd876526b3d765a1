/** People who write to the account's numbers. */
import type { Clock } from '../../../src/lib/clock.ts';
import { callOut, type MadeCall } from './calls.ts';
import { API, newSid, type StoredMessage } from './messages.ts';
import type { FakeTwilio, InboundWish } from './server.ts';

/** Somebody writes: the message is there, and the number's webhook is called. */
export async function receive(
  fake: FakeTwilio,
  clock: Clock,
  wish: InboundWish,
): Promise<{ message: StoredMessage; call: MadeCall | null }> {
  const { from, to, body = '', media: files = [], optOutType, url, call = {} } = wish;
  const now = clock.now();
  const message: StoredMessage = {
    sid: newSid(files.length > 0 ? 'MM' : 'SM'),
    accountSid: fake.accountSid,
    direction: 'inbound',
    from,
    to,
    body,
    serviceSid: optOutType === undefined ? null : fake.serviceSid,
    status: 'received',
    errorCode: null,
    errorMessage: null,
    createdAt: now,
    sentAt: now,
    updatedAt: now,
    media: files.map((file) => ({ sid: newSid('ME'), ...file })),
    parameters: new URLSearchParams(),
  };
  fake.messages.push(message);
  if (url === undefined) return { message, call: null };
  const parameters: Record<string, string> = {
    ToCountry: 'US',
    ToState: 'NJ',
    SmsMessageSid: message.sid,
    NumMedia: String(files.length),
    ToCity: '',
    FromZip: '07734',
    SmsSid: message.sid,
    FromState: 'NJ',
    SmsStatus: 'received',
    FromCity: 'KEANSBURG',
    Body: body,
    FromCountry: 'US',
    To: to,
    ToZip: '',
    NumSegments: '1',
    MessageSid: message.sid,
    AccountSid: fake.accountSid,
    From: from,
    ApiVersion: '2010-04-01',
  };
  for (const [index, { sid, contentType }] of message.media.entries()) {
    parameters[`MediaUrl${index}`] =
      `${fake.url}${API}/Accounts/${fake.accountSid}/Messages/${message.sid}/Media/${sid}`;
    parameters[`MediaContentType${index}`] = contentType;
  }
  if (optOutType !== undefined) {
    parameters.OptOutType = optOutType;
    parameters.MessagingServiceSid = fake.serviceSid;
  }
  const made = await callOut(url, parameters, { authToken: fake.authToken, ...call });
  fake.calls.push(made);
  return { message, call: made };
}
