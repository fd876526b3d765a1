/** A mail that came in, reduced to what decides what it is. Headers are as they came, unfolded. */
import { createHash } from 'node:crypto';
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

/** `isWhole` false: only the beginning was fetched, what is attached is not to be had. */
export async function readMail(source: Buffer, isWhole = true): Promise<ReceivedMail> {
  const parsed = await parse(source);
  const headers = new Map<string, string[]>();
  for (const { key, line } of parsed.headerLines) {
    const value = line.slice(line.indexOf(':') + 1).replace(/\r?\n[ \t]*/g, ' ');
    headers.set(key.toLowerCase(), [...(headers.get(key.toLowerCase()) ?? []), value.trim()]);
  }
  const [messageId = ''] = headers.get('message-id') ?? [];
  const digest = () => `sha256:${createHash('sha256').update(source).digest('hex')}`;
  return {
    id: /^<[^<>\s]+>$/.test(messageId) && messageId.length <= MAX_ID ? messageId : digest(),
    from: parsed.from?.value[0]?.address || null,
    subject: (parsed.subject ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    text: (parsed.text ?? (await textOf(parsed.html))).replace(EMBEDDED, ''),
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

function parse(source: Buffer): Promise<ParsedMail> {
  return simpleParser(source, { keepDeliveryStatus: true, skipImageLinks: true, skipTextToHtml: true });
}

/** The parser makes text of HTML only where the HTML is the whole mail: so it is given to it as one. */
async function textOf(html: string | false | undefined): Promise<string> {
  if (!html) return '';
  const { text } = await parse(Buffer.from(`Content-Type: text/html; charset=utf-8\r\n\r\n${html}`));
  return text ?? '';
}

/** Pictures that belong to the HTML, logos of signatures for the most part, are not what somebody sent. */
function listed({ related, filename, contentType }: Attachment, index: number) {
  return related ? [] : [{ name: filename ?? 'attachment', mimeType: contentType, index }];
}
