/** The guided check of a Twilio line: account, sender, what it can carry, and whether Twilio can call back. */
import { type Found, failed, ok, skipped, warning } from '../domain/setup-step.ts';
import type { ChannelLine } from './channel.ts';
import type { SetupQuestion } from './setup-check.ts';
import type { TwilioAccount, TwilioAnswer, TwilioApi } from './twilio-api.ts';
import { inboundAddress } from './twilio-hooks.ts';

interface OwnNumber {
  phone_number: string;
  capabilities?: { sms?: boolean; mms?: boolean };
  sms_url?: string | null;
}
interface ServiceNumber {
  phone_number: string;
  capabilities?: string[];
}

export function twilioQuestions(
  api: TwilioApi,
  account: TwilioAccount,
  line: ChannelLine,
  publicUrl: string | null,
): SetupQuestion[] {
  const service = account.messagingServiceSid;
  let own: OwnNumber | undefined;
  return [
    {
      key: 'credentials',
      async ask() {
        const shown = await api.get<{ status: string }>(account, `${account.path}.json`);
        if (shown.got !== 'body') return refused(shown);
        return shown.body.status === 'active'
          ? ok('Twilio takes the account SID and auth token')
          : failed(`The Twilio account is ${shown.body.status}`, 'Settle it with Twilio.');
      },
    },
    {
      key: 'sender',
      async ask() {
        if (service !== null) {
          const found = await api.get<{ sid: string }>(account, `${api.messagingUrl}/v1/Services/${service}`);
          if (found.got === 'body') return ok('The account has this Messaging Service');
          return found.got === 'refusal' && found.status === 404
            ? failed(
                'The account has no such Messaging Service',
                'Copy its SID (MG…) from Twilio: Messaging → Services.',
              )
            : refused(found);
        }
        const query = new URLSearchParams({ PhoneNumber: line.phone ?? '' });
        const path = `${account.path}/IncomingPhoneNumbers.json?${query}`;
        const found = await api.get<{ incoming_phone_numbers: OwnNumber[] }>(account, path);
        if (found.got !== 'body') return refused(found);
        own = found.body.incoming_phone_numbers.find((each) => each.phone_number === line.phone);
        return own === undefined
          ? failed(
              `The account has no number ${line.phone}`,
              'Enter a number that Twilio lists under Phone Numbers → Active numbers of this very account.',
            )
          : ok(`${line.phone} belongs to the account`);
      },
    },
    {
      key: 'capabilities',
      async ask() {
        if (own !== undefined) return capable(own.capabilities?.sms === true, own.capabilities?.mms === true);
        const path = `${api.messagingUrl}/v1/Services/${service}/PhoneNumbers`;
        const found = await api.get<{ phone_numbers: ServiceNumber[] }>(account, path);
        if (found.got !== 'body') return refused(found);
        const numbers = found.body.phone_numbers;
        if (numbers.length === 0)
          return failed('The Messaging Service has no number', 'Add a sender to it at Twilio.');
        const can = (what: string) => numbers.some(({ capabilities = [] }) => capabilities.includes(what));
        return capable(can('SMS'), can('MMS'));
      },
    },
    { key: 'callbacks', ask: () => callbacks(publicUrl) },
    { key: 'inbound', ask: () => inbound(line, publicUrl, own) },
  ];
}

function refused(answer: Exclude<TwilioAnswer<unknown>, { got: 'body' }>): Found {
  if (answer.got === 'refusal' && (answer.status === 401 || answer.status === 403))
    return failed(
      answer.message,
      'Copy account SID and auth token anew from the Twilio Console. An API key does not do: Twilio signs with the auth token.',
    );
  return failed(answer.message, 'See whether this server reaches api.twilio.com, and check again.');
}

function capable(sms: boolean, mms: boolean): Found {
  if (!sms)
    return failed('The number can’t send SMS', 'Choose a number with SMS among its capabilities at Twilio.');
  return mms
    ? ok('It carries SMS and MMS')
    : warning(
        'It carries SMS and no MMS: attachments can’t go by it',
        'Choose a number with MMS where files are to go.',
      );
}

function callbacks(publicUrl: string | null): Found {
  const fix =
    'Set TRUNKLINE_PUBLIC_URL to the https address at which Trunkline is reached from outside: then receipts and replies come at once, and attachments can go.';
  if (publicUrl === null)
    return warning('Twilio can’t call this server: it is asked once a minute instead', fix);
  return publicUrl.startsWith('https:')
    ? ok(`Twilio calls ${publicUrl}`)
    : warning(`Twilio is told to call ${publicUrl}, which is not encrypted`, fix);
}

function inbound(line: ChannelLine, publicUrl: string | null, own: OwnNumber | undefined): Found {
  if (publicUrl === null) return skipped('Replies are asked for once a minute');
  if (line.lineId === '')
    return skipped('The address for replies is known once the line is made: check again then');
  const address = inboundAddress(publicUrl, line);
  const fix = `Enter it at the number or Messaging Service (“A message comes in”, HTTP POST): ${address}`;
  if (own === undefined) return skipped('What a Messaging Service does with replies is not looked at', fix);
  return own.sms_url?.split('#')[0] === address.split('#')[0]
    ? ok('Replies to the number come to this line')
    : warning('Replies to the number are not told to this line at once', fix);
}
