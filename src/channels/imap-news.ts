/**
 * What came into a mailbox since the last question. The cursor is the mailbox, its UIDVALIDITY and the last UID; a mailbox
 * that was made anew is read again from a while back, and what was told before is recognised by its Message-ID.
 */
import { Readable } from 'node:stream';
import type { ImapFlow } from 'imapflow';
import type { ChannelLine, NewsAnswer } from './channel.ts';
import { newsOfMail } from './inbound-mail.ts';
import type { MailTokens } from './mail-tokens.ts';
import type { News } from './news.ts';
import { readAttachment, readMail } from './read-mail.ts';
import type { SmtpSettings } from './smtp-settings.ts';

interface Cursor {
  /** Whose mailbox on which server. */
  mailbox: string;
  uidValidity: string;
  lastUid: number;
  /** Epoch ms: older mail is none of ours. */
  since: number;
  /** Arrival of the newest mail that was read, epoch ms. */
  seenAt: number;
  /** UIDs below it were given anew to mail that may be old. */
  renumberedBelow: number;
}

const MAILS_PER_ANSWER = 25;
const BYTES_PER_ANSWER = 60 * 1024 * 1024;
/** Of a larger mail only the beginning is read: its headers, and most likely its text. */
const LARGEST_MAIL = 30 * 1024 * 1024;
const BEGINNING = 1024 * 1024;
const DAY_MS = 86_400_000;
/** Servers tell whole seconds, and by their own clock. */
const CLOCKS_MS = 60_000;
/** How far before the last mail it is read again when UIDs changed: servers reorder what they restore. */
const RESCAN_MS = 7 * DAY_MS;

export interface MailQuestion {
  line: ChannelLine;
  settings: SmtpSettings;
  tokens: MailTokens;
  cursor: unknown;
  now: number;
  /** A mail that nobody can make sense of is left out, and told of here: it must not keep back all that come after it. */
  onUnreadable(uid: number, error: Error): void;
}

/** `client` has the line's mailbox selected. */
export async function askMailbox(client: ImapFlow, question: MailQuestion): Promise<NewsAnswer> {
  const { line, settings, tokens, now } = question;
  const box = client.mailbox;
  if (box === false) throw new Error('The mailbox was closed');
  const mailbox = `${settings.imapUser ?? settings.user}@${settings.imapHost}/${settings.imapMailbox}`;
  const here = { mailbox, uidValidity: String(box.uidValidity) };
  const cursor = startOf(question.cursor as Cursor | null, here, box.uidNext, now);
  if (question.cursor === null) return { news: [], cursor, more: false };

  // A range that ends with * always names the last mail, however old.
  const found = await client.search(
    { uid: `${cursor.lastUid + 1}:*`, since: new Date(cursor.since - DAY_MS) },
    { uid: true },
  );
  if (!Array.isArray(found)) throw new Error('The mailbox did not answer a search');
  const uids = found.filter((uid) => uid > cursor.lastUid).sort((a, b) => a - b);
  const some = uids.slice(0, MAILS_PER_ANSWER);
  const sizes =
    some.length === 0
      ? []
      : await client.fetchAll(some, { uid: true, size: true, internalDate: true }, { uid: true });
  const about = new Map(sizes.map((each) => [each.uid, each]));

  const news: News[] = [];
  let bytes = 0;
  for (const uid of some) {
    const { size = 0, internalDate } = about.get(uid) ?? {};
    const isWhole = size <= LARGEST_MAIL;
    bytes += isWhole ? size : BEGINNING;
    if (bytes > BYTES_PER_ANSWER && uid !== some[0]) return { news, cursor, more: true };
    const source = await fetchSource(client, uid, isWhole);
    const arrived = internalDate === undefined ? now : new Date(internalDate).getTime();
    cursor.lastUid = uid;
    // Taken away meanwhile.
    if (source === null) continue;
    try {
      const mail = await readMail(source, isWhole);
      if (uid < cursor.renumberedBelow && isOlder(mail.headers.get('date'), arrived, cursor.since)) continue;
      cursor.seenAt = Math.max(cursor.seenAt, Math.min(arrived, now));
      const sourceOf = (index: number) => ({ ...here, uid, index });
      news.push(...newsOfMail(mail, { line, settings, tokens, at: arrived, sourceOf }));
    } catch (error) {
      question.onUnreadable(uid, error as Error);
    }
  }
  if (uids.length > some.length) return { news, cursor, more: true };
  // All below was there when the mailbox was selected, and was found or is too old.
  cursor.lastUid = Math.max(cursor.lastUid, box.uidNext - 1);
  return { news, cursor, more: false };
}

/** The bytes of an attachment, by the source its news named. */
export async function openMailAttachment(client: ImapFlow, source: unknown): Promise<Readable> {
  const { uid, uidValidity, index } = source as { uid: number; uidValidity: string; index: number };
  const box = client.mailbox;
  if (box === false || String(box.uidValidity) !== uidValidity)
    throw new Error('The mailbox was made anew: the mail cannot be found again');
  const mail = await fetchSource(client, uid, true);
  const content = mail === null ? null : await readAttachment(mail, index);
  if (content === null) throw new Error('The mail is no longer in the mailbox');
  return Readable.from([content]);
}

function startOf(
  cursor: Cursor | null,
  here: Pick<Cursor, 'mailbox' | 'uidValidity'>,
  uidNext: number,
  now: number,
): Cursor {
  // What lies there when a line is made was never meant for it.
  if (cursor === null) return { ...here, lastUid: uidNext - 1, since: now, seenAt: now, renumberedBelow: 0 };
  if (cursor.mailbox === here.mailbox && cursor.uidValidity === here.uidValidity) return { ...cursor };
  const since = Math.max(cursor.since, cursor.seenAt - RESCAN_MS);
  return { ...here, lastUid: 0, since, seenAt: cursor.seenAt, renumberedBelow: uidNext };
}

/** A mailbox that was restored may say of all its mail that it came today. */
function isOlder(dates: readonly string[] | undefined, arrived: number, since: number): boolean {
  const written = Date.parse(dates?.[0] ?? '');
  return arrived < since - CLOCKS_MS || (!Number.isNaN(written) && written < since - DAY_MS);
}

async function fetchSource(client: ImapFlow, uid: number, isWhole: boolean): Promise<Buffer | null> {
  const source = isWhole || { start: 0, maxLength: BEGINNING };
  const fetched = await client.fetchOne(uid, { uid: true, source }, { uid: true });
  return fetched === false ? null : (fetched.source ?? null);
}
