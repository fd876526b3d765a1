/**
 * What Twilio calls us with: `status` for each message of ours, under an address that holds our own id, and `inbound` for
 * what people write. Both are signed. The answer is always the same empty TwiML: any text in it would be sent to the
 * person as an SMS.
 */
import type { ChannelLine, HookAnswer, HookRequest, Outgoing } from './channel.ts';
import type { InboundNews, News } from './news.ts';
import { accountOf } from './twilio-api.ts';
import { isPerson, mediaNews, newsOfInbound, newsOfState } from './twilio-news.ts';
import { isSignedByTwilio } from './twilio-signature.ts';

/** Tells Twilio to call again when we were out of reach or broken; stays behind at its side, and is not signed. */
export const CALL_AGAIN = '#rc=3&rp=ct,rt,5xx';
const MAX_MEDIA = 10;
const REFERENCE = /^[0-9a-f]{24}$/;

/** The address that is called about one attempt of one message. */
export function statusCallback(
  publicUrl: string,
  line: ChannelLine,
  { reference, attempt }: Outgoing,
): string {
  const path = `/hooks/${encodeURIComponent(line.workspaceId)}/${encodeURIComponent(line.lineId)}/status`;
  return `${publicUrl}${path}?mid=${encodeURIComponent(reference)}&attempt=${attempt}${CALL_AGAIN}`;
}

/** The address that is to be called about what people write to the line. */
export function inboundAddress(
  publicUrl: string,
  { workspaceId, lineId }: Pick<ChannelLine, 'workspaceId' | 'lineId'>,
): string {
  return `${publicUrl}/hooks/${workspaceId}/${lineId}/inbound${CALL_AGAIN}`;
}

export function answerTwilio(line: ChannelLine, request: HookRequest): HookAnswer {
  const account = accountOf(line);
  if (typeof account === 'string') return answer(403);
  const { url, headers, body } = request;
  const contentType = one(headers['content-type']) ?? '';
  const signature = one(headers['x-twilio-signature']);
  if (!isSignedByTwilio(account.authToken, { url, signature, contentType, body })) return answer(403);
  const form = new URLSearchParams(
    contentType.startsWith('application/x-www-form-urlencoded') ? body.toString('utf8') : '',
  );
  if (form.get('AccountSid') !== account.accountSid) return answer(403);
  switch (request.hook) {
    case 'status':
      return answer(200, readStatus(form, url));
    case 'inbound':
      return answer(200, readInbound(form));
    default:
      return answer(404);
  }
}

function answer(status: number, news: readonly News[] = []): HookAnswer {
  return {
    status,
    contentType: 'text/xml',
    body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    news,
    isHint: false,
  };
}

/** Of a message that we know nothing of there is nothing to tell: a service calls about every message it carries. */
function readStatus(form: URLSearchParams, url: string): News[] {
  const reference = URL.parse(url)?.searchParams.get('mid') ?? '';
  const sid = form.get('MessageSid') ?? form.get('SmsSid');
  if (!REFERENCE.test(reference) || sid === null) return [];
  const errorCode = Number(form.get('ErrorCode') ?? Number.NaN);
  return newsOfState({
    reference,
    sid,
    status: form.get('MessageStatus') ?? form.get('SmsStatus') ?? '',
    errorCode: Number.isInteger(errorCode) && errorCode > 0 ? errorCode : null,
    errorMessage: form.get('ErrorMessage'),
    to: form.get('To'),
  });
}

function readInbound(form: URLSearchParams): News[] {
  const sid = form.get('MessageSid') ?? form.get('SmsMessageSid');
  const from = form.get('From');
  if (sid === null || !isPerson(from)) return [];
  const text = form.get('Body') ?? '';
  const count = Math.min(MAX_MEDIA, Number(form.get('NumMedia') ?? 0) || 0);
  const attachments = Array.from({ length: count }, (_, index) => index)
    .map((index) => ({
      index,
      url: form.get(`MediaUrl${index}`),
      type: form.get(`MediaContentType${index}`),
    }))
    .filter((media): media is typeof media & { url: string } => media.url !== null)
    .map(({ url, type, index }) => mediaNews(url, type, index));
  const inbound: InboundNews = {
    news: 'inbound',
    from,
    text,
    externalMessageId: sid,
    ...(attachments.length > 0 ? { attachments } : {}),
  };
  return newsOfInbound(inbound, form.get('OptOutType'));
}

function one(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
