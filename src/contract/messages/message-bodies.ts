/**
 * What requests about messages carry, as published: contract 4.1, D7, D9, D10, D25, D38. The parsers next door
 * (send-message.ts, message-requests.ts) answer in the documented words and say no a little more often, where a rule
 * spans fields; a property test holds both to that.
 */
import { z } from 'zod';
import { DIRECTIONS, MESSAGE_STATUSES, MESSAGE_TYPES } from '../../domain/words.ts';
import { isLongerThan } from '../fields.ts';
import {
  DEFAULT_LIST_LIMIT,
  MAX_ATTACHMENTS,
  MAX_CANCEL_STEP,
  MAX_LABEL_CHARACTERS,
  MAX_LIST_LIMIT,
  MAX_MESSAGE_CHARACTERS,
  MAX_URL_CHARACTERS,
} from './messages.ts';

/** Zod counts UTF-16 units, JSON Schema and we count characters; so the bound is ours and only its print is Zod's. */
function upTo(maxCharacters: number, description: string) {
  return z
    .string()
    .refine((text) => !isLongerThan(text.trim(), maxCharacters))
    .nullish()
    .meta({ maxLength: maxCharacters, description });
}

const label = (description: string) => upTo(MAX_LABEL_CHARACTERS, description);
const phone = (description: string) => z.string().nullish().meta({ description, example: '+12025550100' });
const email = (description: string) => z.string().nullish().meta({ description, example: 'ada@example.com' });

const altPhone = phone('Stored on the lead: given ones overwrite, omitted ones stay, null clears.');
const altEmail = email('Stored on the lead: given ones overwrite, omitted ones stay, null clears.');

const window = {
  timezone: z
    .string()
    .nullish()
    .meta({ description: 'IANA zone of the window; required if one is given.', example: 'America/New_York' }),
  sendWindowStart: z
    .string()
    .nullish()
    .meta({ description: '`HH:mm`; after the end it crosses midnight.', example: '09:00' }),
  sendWindowEnd: z.string().nullish().meta({ description: '`HH:mm`, exclusive.', example: '17:00' }),
  allowedDaysOfWeek: z
    .array(z.int().min(0).max(6))
    .min(1)
    .refine((days) => new Set(days).size === days.length)
    .nullish()
    .meta({
      uniqueItems: true,
      description: '0 = Sunday. Without `timezone` in the zone of the workspace.',
      example: [1, 2, 3, 4, 5],
    }),
};

const subject = label('Of an email; one line. Ignored for other types.');
const scheduledDate = z.string().nullish().meta({
  description:
    'Not before this instant: ISO 8601, UTC unless it carries an offset, at most two years ahead. A past one means now, and is kept as it was given.',
  example: '2027-01-31T09:30:00-05:00',
});
const expiresAt = z.string().nullish().meta({
  description:
    'Still waiting at this instant, the message fails with reason `expired`. ISO 8601, in the future, after `scheduledDate`.',
});

export const SendMessageBody = z
  .object({
    message: z
      .string()
      .refine((text) => !isLongerThan(text, MAX_MESSAGE_CHARACTERS))
      .nullish()
      .meta({
        maxLength: MAX_MESSAGE_CHARACTERS,
        description:
          'Required unless `attachmentUrls` is given. At most 10,000 characters, 1,600 for `sms`. `{{firstName}}` and `{firstName|there}` are resolved at send time.',
        example: 'Hi {firstName|there}, this is Trunkline.',
      }),
    subject,
    attachmentUrls: z
      .array(z.string().meta({ format: 'uri', maxLength: MAX_URL_CHARACTERS }))
      .max(MAX_ATTACHMENTS)
      .nullish()
      .meta({ description: 'http or https, 25 MB each.' }),
    attachmentNames: z
      .array(z.string().nullable())
      .max(MAX_ATTACHMENTS)
      .nullish()
      .meta({ description: 'In the order of the URLs; missing ones are taken from the URL.' }),
    messageType: z.enum(MESSAGE_TYPES).nullish().meta({ default: 'imessage' }),
    recipientPhone: phone(
      'E.164; ten digits count as North American. Required unless `recipientEmail` or `leadId`.',
    ),
    recipientEmail: email(
      'E-mail address, or Apple ID for iMessage. Required unless `recipientPhone` or `leadId`.',
    ),
    recipientName: label('Name of the recipient; by default from the lead.'),
    fromLineId: z.string().nullish().meta({ description: 'Line to send from; by default one is chosen.' }),
    leadId: z.string().nullish().meta({
      description:
        'The lead to send to; a recipient given as well is tried before its own addresses, for this send only.',
    }),
    altPhone1: altPhone,
    altPhone2: altPhone,
    altPhone3: altPhone,
    altEmail1: altEmail,
    altEmail2: altEmail,
    altEmail3: altEmail,
    scheduledDate,
    ...window,
    expiresAt,
    sendFallbackSmsOnFailed: z
      .boolean()
      .nullish()
      .meta({ default: false, description: 'Also send the fallback SMS when the message ends `failed`.' }),
    forceFallback: z.boolean().nullish().meta({
      default: false,
      description:
        'Skip iMessage, send the fallback SMS at once, from the fallback line to `recipientPhone`. Text only, at most 1,600 characters.',
    }),
    batchId: label('Free grouping label.'),
    ghlContactId: label('Stored and echoed.'),
    ghlLocationId: label('Stored and echoed.'),
    hsContactId: label('Stored and echoed.'),
    hsPortalId: label('Stored and echoed.'),
    contactOwnerEmail: z.string().nullish().meta({
      description:
        'Of a member of the workspace. Omitted, or anybody else’s: its first member’s; null: none.',
    }),
    correlationId: label(
      'Carried through to logs and webhooks; the header `x-correlation-id` comes first. Printable ASCII.',
    ),
  })
  .meta({
    id: 'SendMessageBody',
    example: {
      message: 'Hi {{firstName}}, your order is ready.',
      recipientPhone: '+12025550100',
      recipientName: 'Ada Lovelace',
    },
    description: 'null counts as absent. Unknown fields are ignored and listed in `warnings`.',
  });

export const EditMessageBody = z
  .object({
    message: SendMessageBody.shape.message,
    subject,
    scheduledDate,
    ...window,
    expiresAt,
    fromLineId: SendMessageBody.shape.fromLineId,
  })
  .meta({
    id: 'EditMessageBody',
    example: { message: 'Hi {{firstName}}, your order is ready since noon.' },
    description:
      'Absent fields stay; null removes (`message` and `fromLineId` cannot be removed: there null changes nothing).',
  });

export const CancelForLeadBody = z
  .object({
    leadId: z.string().nullish(),
    recipientPhone: phone(
      'Primary or alternate number of the lead, or the number messages were addressed to.',
    ),
    recipientEmail: email('Likewise.'),
  })
  .meta({
    id: 'CancelForLeadBody',
    example: { leadId: '0199c2f07a3b00010c9b2d4e' },
    description:
      'At least one of the three. Cancelled is what waits for any lead that one of them names, and what is addressed to the given number or address.',
  });

const filters = {
  status: z
    .string()
    .optional()
    .meta({
      description: `One or several, separated by commas: ${MESSAGE_STATUSES.join(', ')}.`,
      example: 'queued,scheduled',
    }),
  lineId: z.string().optional(),
  leadId: z.string().optional(),
  campaignId: z.string().optional(),
  batchId: z.string().optional(),
  messageType: z.enum(MESSAGE_TYPES).optional(),
  direction: z.enum(DIRECTIONS).optional(),
  dateFrom: z
    .string()
    .optional()
    .meta({ description: 'Created at or after; ISO 8601.', example: '2026-11-01' }),
  dateTo: z.string().optional().meta({
    description: 'Created at or before; a bare date includes the whole day.',
    example: '2026-11-30',
  }),
  search: z.string().optional().meta({
    maxLength: MAX_LABEL_CHARACTERS,
    description: 'Part of text, name or address; case does not matter.',
  }),
};

export const CancelMessagesBody = z
  .object({
    ids: z.array(z.string()).min(1).max(MAX_CANCEL_STEP).optional().meta({ description: 'These messages.' }),
    filter: z.object(filters).optional().meta({
      description:
        'Everything that waits and that `GET /api/messages` would list with the same filters; `{}` is everything that waits.',
    }),
    cursor: z.string().nullish().meta({ description: '`nextCursor` of the step before.' }),
    dryRun: z.boolean().nullish().meta({ description: 'Count what would be cancelled; change nothing.' }),
  })
  .meta({
    id: 'CancelMessagesBody',
    example: { filter: { campaignId: '0199c2f07a3b00010c9b2d4e', status: 'scheduled' } },
    description: 'Either `ids` or `filter`.',
  });

export const ListMessagesQuery = z.object({
  ...filters,
  limit: z.coerce.number().int().min(1).max(MAX_LIST_LIMIT).optional().meta({ default: DEFAULT_LIST_LIMIT }),
  cursor: z.string().optional().meta({ description: '`nextCursor` of the page before.' }),
});
