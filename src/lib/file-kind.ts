/**
 * What a file is, by its bytes alone: never by its name or by what a server or a phone says of it. What nobody knows is
 * text when it reads as text, else `application/octet-stream`.
 */
import { open } from 'node:fs/promises';
import { type Detector, FileTypeParser } from 'file-type';

const UNKNOWN = 'application/octet-stream';
const LOOKED_AT_BYTES = 4096;

/** Apple's container of voice messages: `caff`, version 1. */
const CAF = Buffer.from([0x63, 0x61, 0x66, 0x66, 0x00, 0x01]);
const caf: Detector = {
  id: 'caf',
  async detect(tokenizer) {
    const head = new Uint8Array(CAF.length);
    const length = await tokenizer.peekBuffer(head, { mayBeLess: true });
    return length === CAF.length && CAF.equals(head) ? { ext: 'caf', mime: 'audio/x-caf' } : undefined;
  },
};
const parser = new FileTypeParser({ customDetectors: [caf] });

/** The MIME type of a file on disk. */
export async function fileKind(path: string): Promise<string> {
  const known = await parser.fromFile(path);
  // XML is not the whole story: an SVG is drawn, and may hold scripts.
  if (known !== undefined && known.mime !== 'application/xml') return known.mime;
  return textKind(await headOf(path));
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const COMMENTS = /^(?:\s+|<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE\s+svg[^>]*>)*/i;
/** The tags by which browsers know a page: https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type */
const HTML =
  /^<(?:!DOCTYPE\s+HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P)(?:[\s>/]|$)/i;

function textKind(head: Buffer): string {
  const text = readText(head);
  if (text === null) return UNKNOWN;
  const start = text.replace(COMMENTS, '');
  if (/^<svg[\s>]/i.test(start)) return 'image/svg+xml';
  if (HTML.test(start)) return 'text/html';
  return text.trimStart().startsWith('<?xml') ? 'application/xml' : 'text/plain';
}

/** null: no text. A character may be cut in two at the end of what was looked at. */
function readText(head: Buffer): string | null {
  if (head.length === 0) return null;
  const isUtf16 = head[0] === 0xff && head[1] === 0xfe;
  try {
    const text = new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(head, {
      stream: true,
    });
    return CONTROLS.test(text) ? null : text;
  } catch {
    return null;
  }
}

const CONTROLS = /(?![\t\n\f\r])\p{Cc}/u;

/** What a browser may show on a page of ours: images, sound and film that hold no program. Anything else is downloaded. */
export function isSafeToShow(mimeType: string): boolean {
  return SAFE.has(mimeType);
}

const SAFE = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/heic',
  'image/heif',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/wav',
  'audio/ogg',
  'audio/aac',
  'audio/amr',
  'audio/x-caf',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/3gpp',
]);
