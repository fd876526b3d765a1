/** The account, its numbers and its Messaging Service, as Twilio shows them. */
import { API, page, rfc2822 } from './messages.ts';
import type { FakeTwilio } from './server.ts';

export function account(fake: FakeTwilio): Record<string, unknown> {
  const { accountSid: sid, accountStatus: status } = fake;
  const at = rfc2822(0);
  const root = `${API}/Accounts/${sid}`;
  return {
    auth_token: fake.authToken,
    date_created: at,
    date_updated: at,
    friendly_name: 'Fake account',
    owner_account_sid: sid,
    sid,
    status,
    subresource_uris: { messages: `${root}/Messages.json` },
    type: 'Full',
    uri: `${root}.json`,
  };
}

export function numbersPage(fake: FakeTwilio, url: URL): Record<string, unknown> {
  const wanted = url.searchParams.get('PhoneNumber');
  const found = fake.numbers.filter((number) => wanted === null || number === wanted);
  const shown = found.map((number) => ({
    sid: `PN${number.slice(1).padStart(32, '0')}`,
    account_sid: fake.accountSid,
    phone_number: number,
    friendly_name: number,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
  }));
  return page('incoming_phone_numbers', shown, url.pathname, url.searchParams);
}

export function service({ accountSid, serviceSid: sid }: FakeTwilio): Record<string, unknown> {
  const url = `https://messaging.twilio.com/v1/Services/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    friendly_name: 'Fake service',
    inbound_request_url: null,
    validity_period: 36_000,
    url,
  };
}

export function servicePhones(fake: FakeTwilio): Record<string, unknown> {
  const shown = fake.numbers.slice(-1).map((number) => ({
    sid: `PN${number.slice(1).padStart(32, '0')}`,
    account_sid: fake.accountSid,
    service_sid: fake.serviceSid,
    phone_number: number,
    country_code: 'US',
    capabilities: ['SMS', 'MMS'],
  }));
  return {
    phone_numbers: shown,
    meta: { key: 'phone_numbers', page: 0, page_size: 50, next_page_url: null },
  };
}
