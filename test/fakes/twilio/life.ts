/** What becomes of a message after it was created: its states, and the calls that tell of them. */
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { callOut } from './calls.ts';
import { newSid, type StoredMessage } from './messages.ts';
import type { Script } from './script.ts';
import type { FakeTwilio } from './server.ts';

export interface World {
  fake: FakeTwilio;
  clock: Clock;
  stateMs: number;
  closed: AbortController;
}

const PUBLIC_MEDIA = /^(image|video|audio)\/|^text\/(vcard|plain)|^application\/pdf/;

/** Its states, one after the other, and the calls that tell of them. */
export async function live(world: World, message: StoredMessage, script: Script): Promise<void> {
  const { fake, clock, stateMs, closed } = world;
  if (message.status === 'scheduled') return;
  const mediaFault = await fetchMedia(message);
  const { states = ['sent', 'delivered'], error = null } =
    mediaFault === null ? script : { states: ['failed'], error: mediaFault };
  const callback = message.parameters.get('StatusCallback');
  const told: Record<string, string>[] = [];
  for (const state of states) {
    await systemClock().sleep(stateMs, closed.signal);
    if (closed.signal.aborted) return;
    message.status = state;
    message.updatedAt = clock.now();
    if (state === 'sent') message.sentAt = clock.now();
    if (message.from === null) message.from = fake.numbers.at(-1) ?? null;
    if (state === states.at(-1) && error !== null) {
      message.errorCode = error.code;
      message.errorMessage = error.message;
    }
    told.push(stateOf(fake, message));
    if (callback !== null && script.callbacks !== 'reversed')
      await tell(fake, callback, told.at(-1) ?? {}, script);
  }
  if (callback !== null && script.callbacks === 'reversed')
    for (const each of told.reverse()) await tell(fake, callback, each, script);
}

async function tell(
  fake: FakeTwilio,
  callback: string,
  parameters: Record<string, string>,
  script: Script,
): Promise<void> {
  if (script.callbacks === 'lost') return;
  for (let times = script.callbacks === 'doubled' ? 2 : 1; times > 0; times -= 1)
    fake.calls.push(await callOut(callback, parameters, fake));
}

function stateOf(fake: FakeTwilio, message: StoredMessage): Record<string, string> {
  return {
    ...(message.status === 'delivered' || message.status === 'undelivered'
      ? { RawDlrDoneDate: '2303222338' }
      : {}),
    ...(message.errorCode === null ? {} : { ErrorCode: String(message.errorCode) }),
    ...(message.serviceSid === null ? {} : { MessagingServiceSid: message.serviceSid }),
    SmsSid: message.sid,
    SmsStatus: message.status,
    MessageStatus: message.status,
    To: message.to,
    MessageSid: message.sid,
    AccountSid: fake.accountSid,
    From: message.from ?? '',
    ApiVersion: '2010-04-01',
  };
}

/** Twilio fetches what it shall carry, without credentials. */
async function fetchMedia(message: StoredMessage): Promise<{ code: number; message: string } | null> {
  for (const url of message.parameters.getAll('MediaUrl')) {
    const got = await fetch(url).catch(() => null);
    if (got === null || !got.ok) return { code: 11200, message: 'HTTP retrieval failure' };
    const contentType = got.headers.get('content-type') ?? '';
    if (!PUBLIC_MEDIA.test(contentType)) return { code: 12300, message: 'Invalid Content-Type' };
    message.media.push({ sid: newSid('ME'), contentType, bytes: Buffer.from(await got.arrayBuffer()) });
  }
  return null;
}
