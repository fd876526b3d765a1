/** `POST /api/line-requests`: asking for a line (contract 3.4). Here only a number of one's own can be brought (D39). */
import { z } from 'zod';
import {
  CHANNEL_TYPES,
  type ChannelType,
  LINE_TYPES,
  PROVISIONING_STATUSES,
  type ProvisioningStatus,
} from '../../domain/words.ts';
import { isId } from '../../lib/ids.ts';
import { Id, Warnings } from '../common.ts';
import {
  asObject,
  type Fields,
  readChoice,
  readEmail,
  readLabel,
  readLine,
  readPhone,
  unknownFields,
} from '../fields.ts';
import { MAX_LABEL_CHARACTERS, MAX_URL_CHARACTERS } from '../messages/messages.ts';
import { invalidField, problem } from '../problems.ts';
import { PairingCodeAnswer } from './relay-devices.ts';

export const RequestLineBody = z
  .object({
    firstName: z.string(),
    lastName: z.string(),
    channelType: z.enum(CHANNEL_TYPES),
    lineType: z.enum(LINE_TYPES).nullish().meta({
      default: 'purchased',
      description: 'Only `byon` is served: numbers are not sold here.',
    }),
    email: z.string().nullish().meta({ description: 'Required: the Apple ID.' }),
    phone: z.string().nullish().meta({ description: 'Required: the number that is brought.' }),
    zipcode: z.string().nullish(),
    state: z.string().nullish(),
    forwardCallsTo: z.string().nullish(),
    profileImageUrl: z.string().nullish(),
    idempotencyKey: z
      .string()
      .nullish()
      .meta({ description: 'As the header `Idempotency-Key`, which comes first.' }),
  })
  .meta({
    id: 'RequestLineBody',
    example: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      channelType: 'phone',
      lineType: 'byon',
      phone: '+12025550143',
      email: 'ada@example.com',
    },
  });

export interface RequestLine {
  firstName: string;
  lastName: string;
  channelType: ChannelType;
  email: string;
  phone: string;
  /** What the line itself has no place for; kept as it was told. */
  also: Readonly<Record<string, string | null>>;
}

export const RequestedLine = z
  .object({
    _id: Id,
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    channelType: z.enum(CHANNEL_TYPES),
    lineType: z.enum(LINE_TYPES),
    provisioningStatus: z.enum(PROVISIONING_STATUSES),
    paymentStatus: z.string().nullable(),
  })
  .meta({ id: 'RequestedLine' });

const state = {
  success: z.literal(true),
  status: z
    .enum(PROVISIONING_STATUSES)
    .meta({ description: '`provisioning` until a Mac is paired with the line, then `active`.' }),
  paymentStatus: z.string().nullable(),
  paymentRequired: z.boolean(),
  line: RequestedLine,
};

export const LineRequestAnswer = z.object(state).meta({ id: 'LineRequestAnswer' });
export type LineRequestAnswer = z.infer<typeof LineRequestAnswer>;

export const NewLineRequestAnswer = z
  .object({
    ...state,
    lineRequestId: Id,
    pairing: PairingCodeAnswer.meta({
      description:
        'What to type at the Mac that serves the line; `POST /api/lines/{id}/pairing-code` makes another.',
    }),
    warnings: Warnings,
  })
  .meta({ id: 'NewLineRequestAnswer' });
export type NewLineRequestAnswer = z.infer<typeof NewLineRequestAnswer>;

export const LINE_REQUEST_ACTIONS = ['payment_link', 'cancel'] as const;
export type LineRequestAction = (typeof LINE_REQUEST_ACTIONS)[number];

export const LineRequestActionBody = z
  .object({ action: z.enum(LINE_REQUEST_ACTIONS) })
  .meta({ id: 'LineRequestActionBody', example: { action: 'payment_link' } });

export function parseRequestLine(body: unknown): {
  request: RequestLine;
  idempotencyKey: string | null;
  warnings: string[];
} {
  const fields = asObject(body);
  const warnings = unknownFields(fields, new Set(Object.keys(RequestLineBody.shape)));
  const firstName = needed('firstName', readLine(fields, 'firstName', MAX_LABEL_CHARACTERS));
  const lastName = needed('lastName', readLine(fields, 'lastName', MAX_LABEL_CHARACTERS));
  const channelType = needed('channelType', readChoice(fields, 'channelType', CHANNEL_TYPES));
  const lineType = readChoice(fields, 'lineType', LINE_TYPES) ?? 'purchased';
  if (lineType === 'purchased') throw forbidden();
  const email = needed('email', readEmail(fields, 'email'));
  const phone = needed('phone', readPhone(fields, 'phone'));
  const also = {
    zipcode: readLine(fields, 'zipcode', MAX_LABEL_CHARACTERS),
    state: readLine(fields, 'state', MAX_LABEL_CHARACTERS),
    forwardCallsTo: readPhone(fields, 'forwardCallsTo'),
    profileImageUrl: readLine(fields, 'profileImageUrl', MAX_URL_CHARACTERS),
  };
  const idempotencyKey = readKey(fields);
  return { request: { firstName, lastName, channelType, email, phone, also }, idempotencyKey, warnings };
}

export function parseLineRequestId({ id }: Fields): string {
  if (typeof id !== 'string' || !isId(id)) throw problem('INVALID_LINE_REQUEST_ID', { param: 'id' });
  return id;
}

export function parseLineRequestAction(body: unknown): LineRequestAction {
  const { action } = asObject(body);
  const known = LINE_REQUEST_ACTIONS.find((each) => each === action);
  if (known === undefined) throw problem('UNSUPPORTED_ACTION', { param: 'action' });
  return known;
}

/** As the documented API says no here: beside the error, a word for the state and a sentence. */
export function notAwaitingPayment(status: ProvisioningStatus) {
  const message = `This line request is ${status}: it does not await a payment`;
  return problem('LINE_REQUEST_NOT_AWAITING_PAYMENT', {
    error: message,
    reason: status,
    also: { success: false, status, message },
  });
}

function forbidden() {
  const message = 'Lines cannot be bought here: bring a number of your own with lineType byon';
  return problem('FORBIDDEN_LINE_TYPE', {
    param: 'lineType',
    also: { success: false, status: 'forbidden_line_type', message },
  });
}

function needed<Value>(name: string, value: Value | null): Value {
  if (value === null) throw invalidField(name, 'must be given');
  return value;
}

function readKey(fields: Fields): string | null {
  const key = readLabel(fields, 'idempotencyKey', MAX_LABEL_CHARACTERS);
  if (key !== null && !/^[\x20-\x7e]+$/.test(key)) throw problem('INVALID_IDEMPOTENCY_KEY');
  return key;
}
