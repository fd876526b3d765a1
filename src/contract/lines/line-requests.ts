/** What `POST /api/lines` and `PATCH /api/lines/{id}` carry, as published and as read: contract 2.3, D13, D14, D21. */
import { z } from 'zod';
import { type LineDefaults, lineDefaults } from '../../domain/line-defaults.ts';
import { isTimeZone } from '../../domain/window.ts';
import {
  CARRIES,
  CHANNEL_TYPES,
  type ChannelType,
  MESSAGE_TYPES,
  type MessageType,
  TRANSPORTS,
} from '../../domain/words.ts';
import {
  asObject,
  type Fields,
  readBoolean,
  readChoice,
  readEmail,
  readInteger,
  readLine,
  readPhone,
  readSettings,
  readText,
  unknownFields,
} from '../fields.ts';
import { MAX_LABEL_CHARACTERS } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';
import type { CreateLine, UpdateLine } from './lines.ts';

const DAY_MS = 86_400_000;
const MAX_LIMIT = 1_000_000_000;
const MAX_ATTEMPTS = 100;
const MAX_SECRET_CHARACTERS = 4_096;
/** Room for a certificate. */
const MAX_CONFIG_CHARACTERS = 65_536;

const limit = z.int().min(0).max(MAX_LIMIT).nullish();
const gapMs = z.int().min(0).max(DAY_MS).nullish();

const editable = {
  phone: z.string().nullish().meta({ description: 'Required of SMS lines.', example: '+12025550100' }),
  email: z
    .string()
    .nullish()
    .meta({ description: 'Required of email lines; of an iMessage line its Apple ID.' }),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  isActive: z.boolean().nullish().meta({ default: true }),
  transportConfig: z.record(z.string(), z.unknown()).nullish().meta({
    description:
      'Settings of the transport, without secrets. smtp: `host`, `port`, `tls` (`implicit`, `starttls`, `none`), `requireTls`, `user`, `fromAddress`, `fromName`, `caCertificate`, `unsubscribe`, and to receive `imapHost`, `imapPort`, `imapTls`, `imapUser`, `imapMailbox`, `replyTo`, `bounceTo`. twilio: `accountSid`, `messagingServiceSid` (else the line’s phone is the sender). bluebubbles: `serverUrl`, `method` (`auto`, `private-api`, `apple-script`); its secret is the server’s password.',
  }),
  secret: z
    .string()
    .nullish()
    .meta({ writeOnly: true, description: 'Credential of the transport; encrypted at rest, never shown.' }),
  deviceId: z
    .string()
    .nullish()
    .meta({ description: 'Lines with the same one share its gap; by default a device of its own.' }),
  deviceGapMs: gapMs,
  contactGapMs: gapMs,
  dailyNewConversationsLimit: limit.meta({ description: 'null: no cap. Absent: the default of its kind.' }),
  dailyTotalMessagesLimit: limit,
  hourlyNewConversationsLimit: limit,
  capTimezone: z.string().nullish().meta({ default: 'UTC', example: 'America/New_York' }),
  attempts: z.int().min(1).max(MAX_ATTEMPTS).nullish(),
  retryGapMs: gapMs,
  reconcileLimitMs: gapMs,
};

export const CreateLineBody = z
  .object({
    messageType: z.enum(MESSAGE_TYPES).nullish().meta({ default: 'imessage' }),
    transport: z.enum(TRANSPORTS),
    channelType: z
      .enum(CHANNEL_TYPES)
      .nullish()
      .meta({ description: 'Follows from the addresses; if given, it must agree.' }),
    ...editable,
  })
  .meta({
    id: 'CreateLineBody',
    example: { transport: 'sandbox', phone: '+12025550143', firstName: 'Ada', lastName: 'Lovelace' },
  });

export const UpdateLineBody = z.object(editable).meta({
  id: 'UpdateLineBody',
  example: { firstName: 'Ada', dailyTotalMessagesLimit: 75 },
  description: 'Absent fields stay. null removes; of a limit it means no cap.',
});

const CREATE_FIELDS: ReadonlySet<string> = new Set(Object.keys(CreateLineBody.shape));
const UPDATE_FIELDS: ReadonlySet<string> = new Set(Object.keys(UpdateLineBody.shape));
/** What a line is, its waiting messages rely on. */
const FIXED_FIELDS = ['messageType', 'transport', 'channelType'] as const;

export function parseCreateLine(body: unknown): { request: CreateLine; warnings: string[] } {
  const fields = asObject(body);
  const warnings = unknownFields(fields, CREATE_FIELDS);
  const messageType = readMessageType(fields);
  const transport = readTransport(fields, messageType);
  const phone = readPhone(fields, 'phone');
  const email = readEmail(fields, 'email');
  checkLineAddress(messageType, phone, email);
  const channelType = channelTypeOf(messageType, phone);
  if ((readChoice(fields, 'channelType', CHANNEL_TYPES) ?? channelType) !== channelType) {
    throw invalidField('channelType', `must be ${channelType} for this line, or absent`);
  }
  const changes = readEditable(fields);
  const { deviceGapMs: _, ...defaults } = lineDefaults(messageType, transport, channelType);
  const request: CreateLine = {
    messageType,
    channelType,
    transport,
    transportConfig: {},
    secret: null,
    firstName: null,
    lastName: null,
    isActive: true,
    deviceId: null,
    deviceGapMs: null,
    capTimezone: 'UTC',
    ...(defaults satisfies Partial<LineDefaults>),
    ...changes,
    phone,
    email,
  };
  return { request, warnings };
}

export function parseUpdateLine(body: unknown): { request: UpdateLine; warnings: string[] } {
  const fields = asObject(body);
  for (const name of FIXED_FIELDS) {
    if (fields[name] !== undefined) throw invalidField(name, 'cannot be changed; make a new line');
  }
  const warnings = unknownFields(fields, UPDATE_FIELDS);
  const request = readEditable(fields);
  if (Object.keys(request).length === 0) throw problem('NOTHING_TO_CHANGE');
  return { request, warnings };
}

/** Also asked of an update, once merged with the line. */
export function checkLineAddress(messageType: MessageType, phone: string | null, email: string | null): void {
  if (messageType === 'sms' && phone === null) throw invalidField('phone', 'must be given for an SMS line');
  if (messageType === 'email' && email === null)
    throw invalidField('email', 'must be given for an email line');
  if (phone === null && email === null) throw invalidField('phone', 'or email must be given');
}

/** An iMessage line that is known by an Apple ID only is an email-channel line. */
export function channelTypeOf(messageType: MessageType, phone: string | null): ChannelType {
  return messageType === 'email' || phone === null ? 'email' : 'phone';
}

function readMessageType(fields: Fields): MessageType {
  const { messageType } = fields;
  if (messageType === undefined || messageType === null) return 'imessage';
  const known = MESSAGE_TYPES.find((each) => each === messageType);
  if (known === undefined) throw problem('INVALID_MESSAGE_TYPE', { param: 'messageType' });
  return known;
}

function readTransport(fields: Fields, messageType: MessageType): CreateLine['transport'] {
  const transport = readChoice(fields, 'transport', TRANSPORTS);
  if (transport === null) throw invalidField('transport', `must be one of ${TRANSPORTS.join(', ')}`);
  if (!CARRIES[transport].includes(messageType)) {
    throw invalidField(
      'transport',
      `must be another for ${messageType}: ${transport} carries ${CARRIES[transport].join(', ')}`,
    );
  }
  return transport;
}

/** Only what is given; null only where null has a meaning of its own. */
function readEditable(fields: Fields): UpdateLine {
  const has = (name: keyof UpdateLine) => fields[name] !== undefined;
  const changes: UpdateLine = {};
  if (has('phone')) changes.phone = readPhone(fields, 'phone');
  if (has('email')) changes.email = readEmail(fields, 'email');
  if (has('firstName')) changes.firstName = readLine(fields, 'firstName', MAX_LABEL_CHARACTERS);
  if (has('lastName')) changes.lastName = readLine(fields, 'lastName', MAX_LABEL_CHARACTERS);
  return {
    ...changes,
    ...given('isActive', readBoolean(fields, 'isActive')),
    ...given('transportConfig', readTransportConfig(fields)),
    ...readSecret(fields),
    ...given('deviceId', readDeviceId(fields)),
    ...given('deviceGapMs', readInteger(fields, 'deviceGapMs', 0, DAY_MS)),
    ...given('contactGapMs', readInteger(fields, 'contactGapMs', 0, DAY_MS)),
    ...readLimit(fields, 'dailyNewConversationsLimit'),
    ...readLimit(fields, 'dailyTotalMessagesLimit'),
    ...readLimit(fields, 'hourlyNewConversationsLimit'),
    ...given('capTimezone', readTimezone(fields)),
    ...given('attempts', readInteger(fields, 'attempts', 1, MAX_ATTEMPTS)),
    ...given('retryGapMs', readInteger(fields, 'retryGapMs', 0, DAY_MS)),
    ...given('reconcileLimitMs', readInteger(fields, 'reconcileLimitMs', 0, DAY_MS)),
  };
}

function given<Name extends keyof UpdateLine, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: Value } {
  return (value === null || value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}

function readLimit<Name extends keyof UpdateLine>(
  fields: Fields,
  name: Name,
): { [Key in Name]?: number | null } {
  const value = readInteger(fields, name, 0, MAX_LIMIT);
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: number | null };
}

/** A blank one changes nothing: forms send the empty password field they never filled. */
function readSecret(fields: Fields): { secret?: string | null } {
  if (fields.secret === null) return { secret: null };
  const secret = readText(fields, 'secret');
  if (secret !== null && secret.length > MAX_SECRET_CHARACTERS)
    throw invalidField('secret', 'must be at most 4,096 characters');
  return secret === null || secret === '' ? {} : { secret };
}

function readTransportConfig(fields: Fields): Record<string, unknown> | undefined {
  const config = readSettings(fields, 'transportConfig');
  if (config === undefined) return undefined;
  if (JSON.stringify(config).length > MAX_CONFIG_CHARACTERS)
    throw invalidField('transportConfig', 'must be smaller than 64 KB');
  const leaked = Object.keys(config).find((key) =>
    /^(pass|password|secret|token|authToken|apiKey|credentials?)$/i.test(key),
  );
  if (leaked !== undefined)
    throw invalidField(`transportConfig.${leaked}`, 'must not be given here: put the credential into secret');
  return config;
}

function readDeviceId(fields: Fields): string | null {
  const deviceId = readText(fields, 'deviceId')?.trim() || null;
  if (deviceId !== null && !/^[A-Za-z0-9._:-]{1,64}$/.test(deviceId)) {
    throw invalidField('deviceId', 'must be 1 to 64 letters, digits, dots, colons, dashes or underscores');
  }
  return deviceId;
}

function readTimezone(fields: Fields): string | null {
  const timezone = readText(fields, 'capTimezone')?.trim() || null;
  if (timezone !== null && !isTimeZone(timezone))
    throw invalidField('capTimezone', 'must be an IANA time zone, like America/New_York');
  return timezone;
}
