/** What each kind of line asks for, and the request that it becomes. */
import type { CreateLineBody } from '@trunkline/sdk';
import type { Kind } from './routes.tsx';

export type Values = Readonly<Record<string, string>>;

export interface FieldSpec {
  /** Also the parameter that a refusal of the API names. */
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'tel' | 'email' | 'url' | 'password' | 'number';
  /** A choice instead of a text: value and what it is called. */
  options?: readonly (readonly [string, string])[];
  initial?: string;
  required?: boolean;
  placeholder?: string;
  /** Shown and sent only then. */
  when?(values: Values): boolean;
}

export interface KindSpec {
  title: string;
  /** What it is, and what it takes. */
  description: string;
  fields: readonly FieldSpec[];
  body(values: Values): CreateLineBody;
}

const NAME: FieldSpec = {
  name: 'firstName',
  label: 'Name',
  hint: 'What it is called here, and what {line_name} becomes in messages.',
};
const PHONE: FieldSpec = {
  name: 'phone',
  label: 'Phone number',
  type: 'tel',
  placeholder: '+12025550143',
  hint: 'With its country code. People see it as the sender.',
  required: true,
};
const APPLE_ADDRESS: readonly FieldSpec[] = [
  {
    name: 'known',
    label: 'Known by',
    options: [
      ['phone', 'a phone number'],
      ['email', 'an Apple Account (email)'],
    ],
  },
  { ...PHONE, when: ({ known }) => known !== 'email' },
  {
    name: 'email',
    label: 'Apple Account',
    type: 'email',
    placeholder: 'ada@icloud.com',
    required: true,
    when: ({ known }) => known === 'email',
  },
];
const TLS = [
  ['starttls', 'STARTTLS (usually port 587)'],
  ['implicit', 'TLS from the start (usually port 465)'],
  ['none', 'None'],
] as const;
const MAILBOX_TLS = [
  ['implicit', 'TLS from the start (usually port 993)'],
  ['starttls', 'STARTTLS (usually port 143)'],
  ['none', 'None (only on this machine)'],
] as const;

export const KIND_SPECS: Readonly<Record<Kind, KindSpec>> = {
  sandbox: {
    title: 'Simulated phone',
    description: 'Sends to simulated phones and mailboxes. Nothing leaves this server; there at once.',
    fields: [
      {
        name: 'messageType',
        label: 'What it sends',
        options: [
          ['imessage', 'iMessage'],
          ['sms', 'SMS'],
          ['email', 'Email'],
        ],
      },
      { ...PHONE, when: ({ messageType }) => messageType !== 'email' },
      {
        name: 'email',
        label: 'Email address',
        type: 'email',
        required: true,
        when: ({ messageType }) => messageType === 'email',
      },
      NAME,
    ],
    body: ({ messageType, ...values }) => ({
      transport: 'sandbox',
      messageType: messageType as 'imessage' | 'sms' | 'email',
      ...identity(values),
    }),
  },
  mac: {
    title: 'Mac with the relay',
    description: 'iMessage by a Mac of yours. The Mac opens the connection: no public address, no open port.',
    fields: [...APPLE_ADDRESS, NAME],
    body: (values) => ({ transport: 'relay', ...identity(values) }),
  },
  bluebubbles: {
    title: 'BlueBubbles',
    description: 'iMessage by a BlueBubbles server that this server can reach.',
    fields: [
      {
        name: 'serverUrl',
        label: 'Address of the server',
        type: 'url',
        placeholder: 'https://mac.example.com',
        hint: 'As BlueBubbles shows it on the Mac.',
        required: true,
      },
      { name: 'secret', label: 'Server password', type: 'password', required: true },
      {
        name: 'method',
        label: 'Messages go',
        options: [
          ['auto', 'by the Private API while it is connected, else by AppleScript'],
          ['private-api', 'by the Private API only'],
          ['apple-script', 'by AppleScript only'],
        ],
      },
      ...APPLE_ADDRESS,
      NAME,
    ],
    body: ({ serverUrl, method, ...values }) => ({
      transport: 'bluebubbles',
      transportConfig: { serverUrl, method },
      ...identity(values),
    }),
  },
  twilio: {
    title: 'Twilio',
    description: 'SMS and MMS by an account of yours at Twilio.',
    fields: [
      { ...PHONE, hint: 'A number of the account, or one of its Messaging Service.' },
      {
        name: 'accountSid',
        label: 'Account SID',
        placeholder: 'AC…',
        hint: 'From the front page of the Twilio Console.',
        required: true,
      },
      {
        name: 'secret',
        label: 'Auth token',
        type: 'password',
        hint: 'Of that very account. An API key does not do: Twilio signs with this.',
        required: true,
      },
      {
        name: 'messagingServiceSid',
        label: 'Messaging Service',
        placeholder: 'MG…',
        hint: 'If Twilio shall pick the sender. Without it messages leave from the number.',
      },
      NAME,
    ],
    body: ({ accountSid, messagingServiceSid, ...values }) => ({
      transport: 'twilio',
      messageType: 'sms',
      transportConfig: given({ accountSid, messagingServiceSid }),
      ...identity(values),
    }),
  },
  smtp: {
    title: 'Email server',
    description: 'Email by a mail server of yours; answers and bounces from its mailbox.',
    fields: [
      {
        name: 'email',
        label: 'Email address',
        type: 'email',
        placeholder: 'office@example.com',
        required: true,
      },
      { name: 'fromName', label: 'Name of the sender', hint: 'Beside the address in mail programs.' },
      { name: 'host', label: 'Server for sending', placeholder: 'smtp.example.com', required: true },
      { name: 'port', label: 'Port', type: 'number', initial: '587', required: true },
      { name: 'tls', label: 'Encryption', options: TLS },
      { name: 'user', label: 'User name', hint: 'Often the email address.' },
      {
        name: 'secret',
        label: 'Password',
        type: 'password',
        hint: 'Many providers want an app password here instead of the usual one.',
      },
      {
        name: 'imapHost',
        label: 'Server of the mailbox',
        placeholder: 'imap.example.com',
        hint: 'To hear of answers and bounces. Without it the line only sends.',
      },
      { name: 'imapPort', label: 'Port of the mailbox', type: 'number', initial: '993', when: hasMailbox },
      { name: 'imapTls', label: 'Encryption of the mailbox', options: MAILBOX_TLS, when: hasMailbox },
      {
        name: 'imapUser',
        label: 'User name of the mailbox',
        hint: 'If it is another one.',
        when: hasMailbox,
      },
      { name: 'imapMailbox', label: 'Folder', initial: 'INBOX', when: hasMailbox },
    ],
    body: ({ email, secret, port, imapPort, ...config }) => ({
      transport: 'smtp',
      messageType: 'email',
      email,
      ...given({ secret }),
      transportConfig: {
        ...given(config),
        fromAddress: email,
        port: Number(port),
        ...(imapPort === undefined || imapPort === '' ? {} : { imapPort: Number(imapPort) }),
      },
    }),
  },
};

function hasMailbox({ imapHost }: Values): boolean {
  return (imapHost ?? '').trim() !== '';
}

/** What is shown of a kind's fields while these are its values. */
export function shownFields({ fields }: KindSpec, values: Values): FieldSpec[] {
  return fields.filter(({ when }) => when?.(values) ?? true);
}

export function initialValues({ fields }: KindSpec): Values {
  return Object.fromEntries(
    fields.map(({ name, initial, options }) => [name, initial ?? options?.[0]?.[0] ?? '']),
  );
}

/** Only what is shown is meant: what was typed before a choice hid it is left out. */
export function requestOf(spec: KindSpec, values: Values): CreateLineBody {
  const shown = shownFields(spec, values).map(({ name }) => [name, (values[name] ?? '').trim()] as const);
  return spec.body(Object.fromEntries(shown));
}

function identity({ phone, email, firstName, secret }: Values): Record<string, string> {
  return given({ phone, email, firstName, secret });
}

/** An empty field says nothing. */
function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
  );
}
