/**
 * What a mail in the line's mailbox means: an answer, a bounce, a complaint, a wish to unsubscribe, or nothing. Pure.
 *
 * Anybody can write there. So a report changes a message only by a token that we signed (mail-tokens.ts), found where
 * the report carries it: the address it was sent to, the envelope id, the headers of the original. And it speaks only for
 * the address that the token was made for. Ids without a signature thread answers, nothing else.
 */
import { normalizeEmail } from '../domain/address.ts';
import { visibleReply } from '../domain/visible-reply.ts';
import {
  isHardBounce,
  type RecipientStatus,
  readDeliveryStatus,
  readFeedback,
  readPlainBounce,
} from './delivery-report.ts';
import type { MailToken, MailTokens, TokenLine } from './mail-tokens.ts';
import type { News } from './news.ts';
import type { ReceivedMail } from './read-mail.ts';
import { messageIdOf, UNSUBSCRIBE_TAG } from './smtp-message.ts';
import type { SmtpSettings } from './smtp-settings.ts';

export interface MailContext {
  line: TokenLine;
  settings: SmtpSettings;
  tokens: MailTokens;
  /** When it arrived, epoch ms. */
  at: number;
  /** By which the attachment of this index is found again. */
  sourceOf(index: number): unknown;
}

export function newsOfMail(mail: ReceivedMail, context: MailContext): News[] {
  const kind = kindOf(mail, context);
  switch (kind) {
    case 'delivery status':
      return newsOfDelivery(mail, context);
    case 'plain bounce':
      return newsOfPlainBounce(mail, context);
    case 'complaint':
      return newsOfComplaint(mail, context);
    case 'unsubscription':
      return newsOfUnsubscription(mail, context);
    case 'reply':
      return newsOfReply(mail, context);
    case 'automatic':
    case 'our own':
      return [];
  }
}

export type MailKind =
  | 'delivery status'
  | 'plain bounce'
  | 'complaint'
  | 'unsubscription'
  | 'automatic'
  | 'our own'
  | 'reply';

/** The first that fits. Programs for unsubscribing say that they are automatic, so they come before all automatic mail. */
const KINDS: readonly (readonly [MailKind, (mail: ReceivedMail, context: MailContext) => boolean])[] = [
  ['complaint', (mail) => partOf(mail, 'message/feedback-report') !== null],
  [
    'delivery status',
    (mail) => partOf(mail, 'message/delivery-status', 'message/global-delivery-status') !== null,
  ],
  // Read receipts and other reports for machines.
  ['automatic', (mail) => /multipart\/report/i.test(header(mail, 'content-type'))],
  ['unsubscription', (mail, context) => unsubscribeToken(mail, context) !== null],
  ['our own', (mail, { settings }) => mail.from?.toLowerCase() === settings.fromAddress.toLowerCase()],
  ['plain bounce', (mail) => isFromMailSystem(mail)],
  ['automatic', (mail) => isAutomatic(mail)],
  ['automatic', (mail) => mail.from === null || normalizeEmail(mail.from) === null],
  ['reply', () => true],
];

export function kindOf(mail: ReceivedMail, context: MailContext): MailKind {
  return KINDS.find(([, fits]) => fits(mail, context))?.[0] ?? 'reply';
}

const MAIL_SYSTEM = /^(mailer-daemon|postmaster|mail-daemon|mdaemon)@/i;

function isFromMailSystem(mail: ReceivedMail): boolean {
  return header(mail, 'return-path').replace(/\s/g, '') === '<>'
    ? readPlainBounce(mail.text) !== null || mail.from === null || MAIL_SYSTEM.test(mail.from)
    : MAIL_SYSTEM.test(mail.from ?? '');
}

/** Prefixes that mail programs put before the subject of what they answer by themselves, when no header says so. */
const AUTOMATIC_SUBJECT =
  /^(auto(matic)?[ -]?(reply|response)|autoreply|out of (the )?office|abwesenheitsnotiz|automatische antwort|réponse automatique|absence du bureau|respuesta automática|risposta automatica|automatisch antwoord|resposta automática|autosvar|automatiskt svar)\b\s*[::]?/iu;

/** By header and by what it must say to count; RFC 3834, RFC 2076, and what is used in the wild. */
const AUTOMATIC_HEADERS: readonly (readonly [name: string, says: RegExp])[] = [
  ['auto-submitted', /^(?!no\b)\S/i],
  ['precedence', /^(bulk|junk|list|auto[_-]?reply)\b/i],
  ['x-autoreply', /^(?!no\b|false\b)/i],
  ['x-autorespond', /^/],
  ['x-autoresponder', /^/],
  ['x-auto-reply', /^(?!no\b|false\b)/i],
  ['x-mail-autoreply', /^/],
  ['x-failed-recipients', /^/],
  ['list-id', /^/],
  ['list-unsubscribe', /^/],
  ['feedback-id', /^/],
  ['return-path', /^\s*<\s*>/],
];

function isAutomatic(mail: ReceivedMail): boolean {
  const says = AUTOMATIC_HEADERS.some(([name, pattern]) =>
    (mail.headers.get(name) ?? []).some((value) => pattern.test(value)),
  );
  return says || AUTOMATIC_SUBJECT.test(mail.subject);
}

/* Bounces and complaints */

function newsOfDelivery(mail: ReceivedMail, context: MailContext): News[] {
  const part = partOf(mail, 'message/delivery-status', 'message/global-delivery-status') ?? '';
  const { envelopeId, recipients } = readDeliveryStatus(part);
  const original = originalOf(mail);
  const token = proof(context, [addressed(mail), envelopeId ?? '', original, mail.text]);
  if (token === null) return [];
  // We write to one at a time; a report that a mailing list behind the address made may name many.
  const ours = recipients.find(({ addresses }) => addresses.some(token.isFor));
  const status = ours ?? (recipients.length === 1 ? recipients[0] : undefined);
  if (status === undefined) return [];
  const address = addressFor(token, [...status.addresses, ...addressesIn(header(original, 'to'))]);
  switch (status.action) {
    case 'failed':
      return bounced(token, inWords(status, mail), address);
    case 'delivered':
      return [{ news: 'receipt', reference: token.reference, receipt: 'delivered', at: context.at }];
    default:
      // Delayed, relayed, expanded: it is still under way, or nobody will tell of it.
      return [];
  }
}

/** Some servers (OpenSMTPD) tell machines only that it failed, and people what the other server said. */
function inWords(status: RecipientStatus, mail: ReceivedMail): Pick<RecipientStatus, 'status' | 'words'> {
  const saysNothing = status.status === '' || status.status === '5.0.0';
  return (saysNothing ? readPlainBounce(mail.text) : null) ?? status;
}

function newsOfPlainBounce(mail: ReceivedMail, context: MailContext): News[] {
  const status = readPlainBounce(mail.text);
  const original = originalOf(mail);
  const token = proof(context, [addressed(mail), original, mail.text]);
  if (status === null || token === null) return [];
  const failed = mail.headers.get('x-failed-recipients') ?? [];
  return bounced(token, status, addressFor(token, [...failed, ...addressesIn(`${original}\n${mail.text}`)]));
}

function bounced(
  { reference }: MailToken,
  { status, words }: Pick<RecipientStatus, 'status' | 'words'>,
  address: string | null,
): News[] {
  const news: News[] = [
    {
      news: 'receipt',
      reference,
      receipt: 'bounced',
      code: status || '5.0.0',
      message: words || 'The mail came back',
    },
  ];
  if (address !== null && isHardBounce(status))
    news.push({ news: 'suppression', address, source: 'hard_bounce', words, id: `bounce ${reference}` });
  return news;
}

/** What is no complaint about the mail: somebody took one back, or a receiver reports on authentication. */
const NO_COMPLAINT = ['not-spam', 'auth-failure', 'dmarc', ''];

function newsOfComplaint(mail: ReceivedMail, context: MailContext): News[] {
  const { type, addresses } = readFeedback(partOf(mail, 'message/feedback-report') ?? '');
  const original = originalOf(mail);
  const token = proof(context, [addressed(mail), original]);
  if (token === null || NO_COMPLAINT.includes(type)) return [];
  const { reference } = token;
  const news: News[] = [{ news: 'receipt', reference, receipt: 'delivered' }];
  const address = addressFor(token, [...addresses, ...addressesIn(header(original, 'to'))]);
  if (address !== null)
    news.push({
      news: 'suppression',
      address,
      source: 'complaint',
      words: type,
      id: `complaint ${reference}`,
    });
  return news;
}

/* What people write */

function newsOfUnsubscription(mail: ReceivedMail, context: MailContext): News[] {
  const token = unsubscribeToken(mail, context);
  const address = token === null ? null : addressFor(token, [mail.from ?? '']);
  // Sent from another address than ours went to: the wish counts for whoever wrote, in their own words.
  if (token === null || address === null)
    return newsOfReply({ ...mail, subject: '', text: 'unsubscribe', attachments: [] }, context);
  const { reference } = token;
  return [
    { news: 'suppression', address, source: 'one_click', words: 'mailto', id: `unsubscribe ${reference}` },
  ];
}

function unsubscribeToken(mail: ReceivedMail, { line, tokens, settings }: MailContext): MailToken | null {
  const [local = ''] = (settings.replyTo ?? '').toLowerCase().split('@');
  const mark = `${local}+${UNSUBSCRIBE_TAG}`;
  const to = addressesIn(addressed(mail)).find((address) => address.toLowerCase().startsWith(mark));
  return to === undefined || local === '' ? null : (tokens.find(line, to.slice(mark.length))[0] ?? null);
}

function newsOfReply(mail: ReceivedMail, { line, settings, tokens, at, sourceOf }: MailContext): News[] {
  const [token] = tokens.find(line, addressed(mail));
  const inReplyTo = token?.reference ?? answered(mail, settings);
  const visible = visibleReply(mail.text);
  const attachments = mail.attachments.map(({ index, ...each }) => ({ ...each, source: sourceOf(index) }));
  return [
    {
      news: 'inbound',
      from: mail.from ?? '',
      // Some write all they have to say into the subject.
      text: visible === '' && attachments.length === 0 ? mail.subject : visible,
      externalMessageId: mail.id,
      at,
      ...(mail.subject === '' ? {} : { subject: mail.subject }),
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      ...(attachments.length === 0 ? {} : { attachments }),
    },
  ];
}

/** The newest of our Message-IDs that it says it answers. */
function answered(mail: ReceivedMail, settings: SmtpSettings): string | undefined {
  const ids = [header(mail, 'references'), header(mail, 'in-reply-to')].join(' ').match(/<[^<>\s]+>/g) ?? [];
  return ids
    .reverse()
    .map((id) => id.slice(1, 25))
    .find(
      (reference, index) =>
        /^[0-9a-f]{24}$/.test(reference) && ids[index] === messageIdOf(settings, reference),
    );
}

/* Where things stand in a mail */

function header(mail: ReceivedMail | string, name: string): string {
  if (typeof mail !== 'string') return mail.headers.get(name)?.[0] ?? '';
  const unfolded = mail.replace(/\r?\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? '';
}

/** Whom it was sent to: what the sender says, and what the servers on the way noted. */
const ADDRESSED = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'to', 'cc'];

function addressed(mail: ReceivedMail): string {
  return ADDRESSED.flatMap((name) => mail.headers.get(name) ?? []).join(', ');
}

function partOf(mail: ReceivedMail, ...types: string[]): string | null {
  return mail.reportParts.find(({ contentType }) => types.includes(contentType.toLowerCase()))?.text ?? null;
}

/** What a report returned of the original mail. */
function originalOf(mail: ReceivedMail): string {
  const returned = ['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers'];
  return partOf(mail, ...returned) ?? '';
}

function proof({ line, tokens }: MailContext, places: readonly string[]): MailToken | null {
  for (const place of places) {
    const [token] = tokens.find(line, place);
    if (token !== undefined) return token;
  }
  return null;
}

function addressFor(token: MailToken, candidates: readonly string[]): string | null {
  const found = candidates.find((candidate) => token.isFor(candidate));
  return found === undefined ? null : normalizeEmail(found);
}

function addressesIn(text: string): string[] {
  // Split, not searched for: a pattern that looks for the @ takes hours for a megabyte without one.
  return text.split(/[\s<>()[\],;:"']+/).filter((word) => /.@./s.test(word));
}
