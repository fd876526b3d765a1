/** What a client of Sendblue's `send-message` sends here, and what it is answered. */
import { z } from 'zod';
import { normalizePhone } from '../../domain/address.ts';
import { asObject, readLabel, readText } from '../fields.ts';
import { readAttachments } from '../messages/attachments.ts';
import { MAX_LABEL_CHARACTERS, MAX_URL_CHARACTERS } from '../messages/messages.ts';
import { type Problem, type ProblemCode, problem } from '../problems.ts';
import { type DoorSend, readCallbackUrl } from './twilio-door.ts';

export const SendblueSendBody = z
  .object({
    number: z.string().meta({ example: '+12025550100' }),
    content: z.string().nullish().meta({ description: 'Sent as it is: braces are no placeholders.' }),
    from_number: z.string().nullish().meta({ description: 'The phone of a line; absent, one is chosen.' }),
    media_url: z.string().nullish(),
    send_style: z.string().nullish().meta({ description: 'Answered, but not carried: no effect is shown.' }),
    status_callback: z.string().nullish(),
  })
  .meta({ id: 'SendblueSendBody', example: { number: '+12025550100', content: 'Your order is ready.' } });

export const SendblueMessage = z
  .object({
    accountEmail: z.string(),
    content: z.string(),
    is_outbound: z.boolean(),
    status: z.enum(['QUEUED', 'SENT', 'DELIVERED', 'READ', 'ERROR']),
    error_code: z.int().nullable(),
    error_message: z.string().nullable(),
    message_handle: z.string(),
    date_sent: z.string(),
    date_updated: z.string(),
    from_number: z.string().nullable(),
    number: z.string(),
    to_number: z.string(),
    was_downgraded: z.boolean().nullable(),
    plan: z.string(),
    media_url: z.string(),
    message_type: z.string(),
    group_id: z.string(),
    participants: z.array(z.string()),
    send_style: z.string(),
    opted_out: z.boolean(),
    error_detail: z.string().nullable(),
  })
  .meta({ id: 'SendblueMessage' });
export type SendblueMessage = z.infer<typeof SendblueMessage>;

export const SendblueError = z
  .object({
    status: z.literal('ERROR'),
    error_code: z.int(),
    error_message: z.string(),
    message: z.string(),
  })
  .meta({ id: 'SendblueError' });

const VALIDATION = 4_000;

export function parseSendblueSend(body: unknown): { send: DoorSend; sendStyle: string } {
  const fields = asObject(body);
  const number = readLabel(fields, 'number', MAX_LABEL_CHARACTERS);
  const to = number === null ? null : normalizePhone(number);
  if (to === null) throw no('number must be a phone number in E.164 format');
  const from = readLabel(fields, 'from_number', MAX_LABEL_CHARACTERS);
  const mediaUrl = readLabel(fields, 'media_url', MAX_URL_CHARACTERS);
  const text = readText(fields, 'content') ?? '';
  if (text.trim() === '' && mediaUrl === null) throw no('content or media_url is required');
  const callback = readLabel(fields, 'status_callback', MAX_URL_CHARACTERS);
  return {
    send: {
      to,
      from: from === null ? null : (normalizePhone(from) ?? from),
      text,
      attachments: readAttachments({ attachmentUrls: mediaUrl === null ? [] : [mediaUrl] }),
      scheduledDate: null,
      expiresAt: null,
      batchId: null,
      callbackUrl: readCallbackUrl(callback, VALIDATION, 'status_callback'),
    },
    sendStyle: readLabel(fields, 'send_style', MAX_LABEL_CHARACTERS) ?? '',
  };
}

function no(error: string): Problem {
  return problem('DOOR_REFUSED', { error, reason: String(VALIDATION) });
}

const CODES: Readonly<Partial<Record<ProblemCode, number>>> = {
  RATE_LIMITED: 4_001,
  INTERNAL: 5_000,
  SERVICE_UNAVAILABLE: 5_003,
};

export function toSendblueError({ code, error }: Problem): z.infer<typeof SendblueError> {
  const number = CODES[code] ?? VALIDATION;
  return { status: 'ERROR', error_code: number, error_message: error, message: error };
}
