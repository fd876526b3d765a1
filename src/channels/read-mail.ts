/**
 * A mail that came in, reduced to what decides what it is. Headers are as they came, unfolded. Strangers write mails, and
 * this process has other work: what is read of one is bounded, and others have their turn while it is read.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { type Attachment, type ParsedMail, simpleParser } from 'mailparser';

export interface ReceivedMail {
  /** Message-ID, or a digest of the mail where it has none of use: the same mail twice has the same. */
  id: string;
  from: string | null;
  subject: string;
  /** Plain text, made of the HTML where there is no other. */
  text: string;
  /** By lower-case name; a header that came several times has several. */
  headers: ReadonlyMap<string, readonly string[]>;
  /** What a report consists of beside its text: fields for machines, and what is left of the original. */
  reportParts: readonly { contentType: string; text: string }[];
  attachments: readonly { name: string; mimeType: string; index: number }[];
}

const REPORT_PART = /^(message\/|text\/rfc822-headers$)/;
/** What is left in the text of a picture that belongs to the HTML. */
const EMBEDDED = /\[cid:[^\]\s]{1,200}\]/g;
const MAX_REPORT_PART = 200_000;
const MAX_ID = 250;
/** Nobody writes more by hand, and no report needs more to say which mail it is about. */
const MAX_TEXT = 200_000;
/** Making text of HTML takes a second a megabyte. */
const MAX_HTML = 200_000;
/** Of all headers of one part; a mail that goes beyond is none of a person's. */
const MAX_HEAD = 256 * 1024;
const BYTES_A_TURN = 64 * 1024;

/** `isWhole` false: only the beginning was fetched, what is attached is not to be had. */
export async function readMail(source: Buffer, isWhole = true): Promise<ReceivedMail> {
  const parsed = await parse(source);
  const headers = new Map<string, string[]>();
  for (const { key, line } of parsed.headerLines) {
    const value = line.slice(line.indexOf(':') + 1).replace(/\r?\n[ \t]*/g, ' ');
    const name = key.toLowerCase();
    const before = headers.get(name);
    if (before === undefined) headers.set(name, [value.trim()]);
    else before.push(value.trim());
  }
  const [messageId = ''] = headers.get('message-id') ?? [];
  const digest = () => `sha256:${createHash('sha256').update(source).digest('hex')}`;
  return {
    id: /^<[^<>\s]+>$/.test(messageId) && messageId.length <= MAX_ID ? messageId : digest(),
    from: parsed.from?.value[0]?.address || null,
    subject: (parsed.subject ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    text: (parsed.text?.slice(0, MAX_TEXT) || (await textOf(parsed.html))).replace(EMBEDDED, ''),
    headers,
    reportParts: parsed.attachments
      .filter(({ contentType }) => REPORT_PART.test(contentType))
      .map(({ contentType, content }) => ({
        contentType,
        text: content.subarray(0, MAX_REPORT_PART).toString('utf8'),
      })),
    attachments: isWhole ? parsed.attachments.flatMap(listed) : [],
  };
}

/** The bytes that `attachments` of `readMail` named by this index. */
export async function readAttachment(source: Buffer, index: number): Promise<Buffer | null> {
  return (await parse(source)).attachments[index]?.content ?? null;
}

const OPTIONS = {
  keepDeliveryStatus: true,
  skipImageLinks: true,
  skipTextToHtml: true,
  skipHtmlToText: true,
  maxHeadSize: MAX_HEAD,
};

function parse(source: Buffer, options: object = OPTIONS): Promise<ParsedMail> {
  return simpleParser(Readable.from(inTurns(source)), options);
}

async function* inTurns(source: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < source.length; start += BYTES_A_TURN) {
    yield source.subarray(start, start + BYTES_A_TURN);
    await turn();
  }
}

/** The parser makes text of HTML only where the HTML is the whole mail: so it is given to it as one. */
async function textOf(html: string | false | undefined): Promise<string> {
  if (!html) return '';
  const mail = `Content-Type: text/html; charset=utf-8\r\n\r\n${html.slice(0, MAX_HTML)}`;
  const { text } = await parse(Buffer.from(mail), { ...OPTIONS, skipHtmlToText: false });
  return (text ?? '').slice(0, MAX_TEXT);
}

/** Pictures that belong to the HTML, logos of signatures for the most part, are not what somebody sent. */
function listed({ related, filename, contentType }: Attachment, index: number) {
  return related ? [] : [{ name: filename ?? 'attachment', mimeType: contentType, index }];
}
