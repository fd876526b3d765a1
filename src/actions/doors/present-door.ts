/** Messages in the words of other services. */
import { toMessageHandle, toMessageSid } from '../../contract/doors/door-ids.ts';
import type { SendblueMessage } from '../../contract/doors/sendblue-door.ts';
import type { TwilioMessage } from '../../contract/doors/twilio-door.ts';
import { type DoorStep, stepsOf, tellingOf, twilioErrorCode } from '../../domain/door-states.ts';
import { smsSegments } from '../../domain/segments.ts';
import { toIso, toRfc2822 } from '../../lib/clock.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { DoorMessage } from '../../store/messages/door-messages.ts';
import type { MessageRow } from '../../store/messages/messages.ts';

const API = '2010-04-01';
const SERVICE_SID = /^MG[0-9a-f]{32}$/i;

type Lines = readonly Pick<LineRow, 'id' | 'phone' | 'email'>[];

export function presentTwilio(found: DoorMessage, lines: Lines, account: string): TwilioMessage {
  const { message } = found;
  const fate = tellingOf(message, found.sms);
  const { sid, media } = sidOf(message);
  const status = twilioStatus(found);
  const uri = `/${API}/Accounts/${account}/Messages/${sid}`;
  const { from, to } = endsOf(found, lines);
  const code = twilioErrorCode(fate);
  const sentAt = fate.sentAt ?? message.sentAt;
  return {
    account_sid: account,
    api_version: API,
    body: message.message,
    date_created: toRfc2822(message.createdAt),
    date_sent: sentAt === null ? null : toRfc2822(sentAt),
    date_updated: toRfc2822(Math.max(message.updatedAt, fate.updatedAt)),
    direction: message.direction === 'sent' ? 'outbound-api' : 'inbound',
    error_code: code,
    error_message: code === null ? null : fate.errorMessage,
    from,
    messaging_service_sid: serviceOf(message),
    num_media: String(media),
    num_segments: status === 'scheduled' ? '0' : String(smsSegments(message.message)),
    price: null,
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  };
}

/** The form of a status callback. */
export function twilioCallback(
  found: DoorMessage,
  step: DoorStep,
  lines: Lines,
  account: string,
): Record<string, string> {
  const { sid } = sidOf(found.message);
  const fate = tellingOf(found.message, found.sms);
  const { from, to } = endsOf(found, lines);
  const service = serviceOf(found.message);
  const status = step === 'cancelled' ? 'canceled' : step;
  const isFailure = step === 'failed' || step === 'undelivered';
  return {
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: status,
    SmsStatus: status,
    To: to,
    From: from ?? '',
    AccountSid: account,
    ApiVersion: API,
    ...(service === null ? {} : { MessagingServiceSid: service }),
    ...(isFailure ? { ErrorCode: String(twilioErrorCode(fate) ?? 30_008) } : {}),
    ...(isFailure && fate.errorMessage !== null ? { ErrorMessage: fate.errorMessage } : {}),
  };
}

const WAITING = { pending: 'queued', queued: 'queued', sending: 'sending', unknown: 'sending' } as const;

function twilioStatus({ message, sms }: DoorMessage): string {
  if (message.direction === 'received') return 'received';
  const step = stepsOf(message, sms).findLast((each) => each !== 'read');
  const fate = tellingOf(message, sms);
  if (step !== undefined) return step === 'cancelled' ? 'canceled' : step;
  // What merely waits for its line's turn is not what Twilio calls scheduled.
  if (fate.status === 'scheduled') return fate.scheduledDate === null ? 'queued' : 'scheduled';
  return fate.status in WAITING ? WAITING[fate.status as keyof typeof WAITING] : 'queued';
}

const SENDBLUE_STATUS = {
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  failed: 'ERROR',
  undelivered: 'ERROR',
  cancelled: 'ERROR',
} as const satisfies Record<DoorStep, SendblueMessage['status']>;

/** `step`: as of then; null: before any. */
export function presentSendblue(
  found: DoorMessage,
  step: DoorStep | null,
  lines: Lines,
  { accountEmail, sendStyle }: { accountEmail: string; sendStyle: string },
): SendblueMessage {
  const { message, sms } = found;
  const fate = tellingOf(message, sms);
  const status = step === null ? 'QUEUED' : SENDBLUE_STATUS[step];
  const { from, to } = endsOf(found, lines);
  const isError = status === 'ERROR';
  return {
    accountEmail,
    content: message.message,
    is_outbound: message.direction === 'sent',
    status,
    error_code: isError ? 10_001 : null,
    error_message: isError ? (fate.errorMessage ?? 'The message was not sent') : null,
    message_handle: toMessageHandle(message.id),
    date_sent: toIso(message.createdAt),
    date_updated: toIso(Math.max(message.updatedAt, fate.updatedAt)),
    from_number: from,
    number: to,
    to_number: to,
    // Not known before it left.
    was_downgraded: step === null ? null : fate.messageType === 'sms',
    plan: 'self-hosted',
    media_url: message.attachments?.[0]?.url ?? '',
    message_type: 'message',
    group_id: '',
    participants: [],
    send_style: sendStyle,
    opted_out: fate.reason === 'dnc',
    error_detail: isError ? fate.reason : null,
  };
}

function sidOf({ id, attachments }: MessageRow): { sid: string; media: number } {
  const media = attachments?.length ?? 0;
  return { sid: toMessageSid(id, media > 0), media };
}

function serviceOf({ batchId }: MessageRow): string | null {
  return batchId !== null && SERVICE_SID.test(batchId) ? batchId : null;
}

function endsOf({ message, sms }: DoorMessage, lines: Lines): { from: string | null; to: string } {
  const { lineId } = tellingOf(message, sms);
  const line = lines.find((each) => each.id === lineId);
  const ours = line?.phone ?? line?.email ?? null;
  const theirs = message.recipientPhone ?? message.address ?? message.recipientEmail ?? '';
  return message.direction === 'sent' ? { from: ours, to: theirs } : { from: theirs, to: ours ?? '' };
}
