/** A mail as it leaves: its content, its envelope, and the marks by which what comes back finds its message. */
import { buffer } from 'node:stream/consumers';
import { domainToASCII } from 'node:url';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ChannelLine, Outgoing } from './channel.ts';
import type { MailTokens } from './mail-tokens.ts';
import type { SmtpSettings } from './smtp-settings.ts';

/** Carries the token of the message; comes back within the headers that a bounce returns. */
export const TOKEN_HEADER = 'X-Trunkline-Token';
/** Of a plus-address that is written to in order to unsubscribe. */
export const UNSUBSCRIBE_TAG = 'u-';

const MAX_SUBJECT = 78;

export interface MailMarks {
  tokens: MailTokens;
  /** Base of the unsubscribe links; null: none. */
  publicUrl: string | null;
}

export async function composeMail(
  line: ChannelLine,
  settings: SmtpSettings,
  outgoing: Outgoing,
  { tokens, publicUrl }: MailMarks,
) {
  const { fromAddress, replyTo, bounceTo, imapHost } = settings;
  const { reference, address } = outgoing;
  const messageId = messageIdOf(settings, reference);
  const token = tokens.sign(line, reference, address);
  const attachments = await Promise.all(
    outgoing.attachments.map(async ({ name, mimeType, open }) => ({
      filename: oneLine(name),
      contentType: mimeType,
      content: await buffer(await open()),
    })),
  );
  const node = new MailComposer({
    from: { name: oneLine(settings.fromName ?? line.name), address: fromAddress },
    // As an object: in a string a comma would make two recipients of it.
    to: { name: '', address },
    ...(replyTo === null ? {} : { replyTo: { name: '', address: plus(replyTo, token) } }),
    subject: oneLine(outgoing.subject ?? '') || firstLine(outgoing.text) || '(no subject)',
    text: outgoing.text,
    attachments,
    messageId,
    headers: {
      ...(imapHost === null ? {} : { [TOKEN_HEADER]: token }),
      ...unsubscribeHeaders(line, settings, outgoing, { tokens, publicUrl }, token),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const mime = await node.build();
  const envelope = {
    ...node.getEnvelope(),
    ...(bounceTo === null ? {} : { from: plus(bounceTo, token) }),
    // Sent only to servers that offer it.
    ...(imapHost === null
      ? {}
      : { dsn: { id: token, return: 'headers', notify: 'failure', recipient: address } }),
    size: mime.length,
  };
  return { mime, messageId, envelope };
}

export function messageIdOf({ fromAddress }: SmtpSettings, reference: string): string {
  const domain = fromAddress.slice(fromAddress.lastIndexOf('@') + 1);
  return `<${reference}@${domainToASCII(domain) || domain}>`;
}

/** RFC 2369 and 8058. Set as plain headers: nodemailer's own option makes an address of `List-Unsubscribe=One-Click`. */
function unsubscribeHeaders(
  line: ChannelLine,
  { unsubscribe, replyTo }: SmtpSettings,
  { reference, address }: Outgoing,
  { tokens, publicUrl }: MailMarks,
  token: string,
): Record<string, string> {
  if (!unsubscribe) return {};
  const { workspaceId, lineId } = line;
  const ways: string[] = [];
  const link = publicUrl !== null && isForLinks(publicUrl);
  if (link)
    ways.push(`<${publicUrl}/u/${tokens.sealUnsubscription({ workspaceId, lineId, reference, address })}>`);
  if (replyTo !== null) ways.push(`<mailto:${plus(replyTo, UNSUBSCRIBE_TAG + token)}?subject=unsubscribe>`);
  if (ways.length === 0) return {};
  return {
    'List-Unsubscribe': ways.join(', '),
    ...(link ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
  };
}

/** Receivers take https only; http on the machine itself is for trying things out. */
function isForLinks(publicUrl: string): boolean {
  const url = URL.parse(publicUrl);
  if (url?.protocol === 'https:') return true;
  return url?.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

function plus(address: string, tag: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}+${tag}${address.slice(at)}`;
}

export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function firstLine(text: string): string {
  const [first = ''] = text.trim().split(/[\r\n]/, 1);
  const line = [...oneLine(first)];
  return line.length <= MAX_SUBJECT ? line.join('') : `${line.slice(0, MAX_SUBJECT - 1).join('')}…`;
}
