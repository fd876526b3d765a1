import { expect, test } from 'vitest';
import { initialValues, KIND_SPECS, requestOf, shownFields } from './kinds.ts';

const filled = (kind: keyof typeof KIND_SPECS, values: Record<string, string>) =>
  requestOf(KIND_SPECS[kind], { ...initialValues(KIND_SPECS[kind]), ...values });

test('each kind becomes a request of its transport, and an empty field says nothing', () => {
  expect(filled('sandbox', { phone: ' +12025550143 ' })).toEqual({
    transport: 'sandbox',
    messageType: 'imessage',
    phone: '+12025550143',
  });
  expect(filled('mac', { phone: '+12025550143', firstName: 'Ada' })).toEqual({
    transport: 'relay',
    phone: '+12025550143',
    firstName: 'Ada',
  });
  expect(
    filled('bluebubbles', { phone: '+12025550143', serverUrl: 'https://mac.test', secret: 'x' }),
  ).toEqual({
    transport: 'bluebubbles',
    phone: '+12025550143',
    secret: 'x',
    transportConfig: { serverUrl: 'https://mac.test', method: 'auto' },
  });
  expect(filled('twilio', { phone: '+12025550143', accountSid: 'AC1', secret: 't' })).toEqual({
    transport: 'twilio',
    messageType: 'sms',
    phone: '+12025550143',
    secret: 't',
    transportConfig: { accountSid: 'AC1' },
  });
});

test('an email line without a mailbox names none, and ports are numbers', () => {
  const sends = { email: 'a@b.example', host: 'smtp.b.example', user: 'a', secret: 'p' };
  expect(filled('smtp', sends)).toEqual({
    transport: 'smtp',
    messageType: 'email',
    email: 'a@b.example',
    secret: 'p',
    transportConfig: {
      host: 'smtp.b.example',
      port: 587,
      tls: 'starttls',
      user: 'a',
      fromAddress: 'a@b.example',
    },
  });
  expect(filled('smtp', { ...sends, imapHost: 'imap.b.example' }).transportConfig).toMatchObject({
    imapHost: 'imap.b.example',
    imapPort: 993,
    imapTls: 'implicit',
    imapMailbox: 'INBOX',
  });
});

test('what a choice hid is left out, though it was typed', () => {
  const typed = { phone: '+12025550143', known: 'email', email: 'ada@icloud.example' };
  expect(filled('mac', typed)).toEqual({ transport: 'relay', email: 'ada@icloud.example' });
  const spec = KIND_SPECS.sandbox;
  const names = shownFields(spec, { ...initialValues(spec), messageType: 'email' }).map(({ name }) => name);
  expect(names).toEqual(['messageType', 'email', 'firstName']);
});
