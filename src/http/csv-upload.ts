/** A CSV file that comes as the body itself, or within a form; bounded before it is read. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { MAX_CSV_BYTES } from '../contract/leads/lead-csv.ts';
import { Problem, problem } from '../contract/problems.ts';
import { readUpload } from './multipart.ts';

/** Headings and further fields of the form. */
const MAX_BODY_BYTES = MAX_CSV_BYTES + 500_000;
const CSV_TYPE = /^text\/csv\s*(?:;.*)?$/i;
const UTF8 = /charset\s*=\s*"?utf-?8"?\s*(?:;|$)/i;

/** `fields`: what stands in the form beside the file. */
export async function readCsvUpload(
  headers: IncomingHttpHeaders,
  body: Readable,
): Promise<{ bytes: Buffer; fields: Readonly<Record<string, string>> }> {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' || !(CSV_TYPE.test(type) || /^multipart\/form-data/i.test(type)))
    throw problem('UNSUPPORTED_MEDIA_TYPE', {
      error: 'Content-Type must be text/csv or multipart/form-data, and the body not compressed',
    });
  if (/charset/i.test(type) && !UTF8.test(type)) throw problem('CSV_ENCODING', { reason: type });
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw problem('CSV_TOO_LARGE');
  if (CSV_TYPE.test(type)) return { bytes: await collectBody(body), fields: {} };
  const fields = new Map<string, string>();
  const bytes = await readUpload(headers, body, (file) => collect(file.bytes), fields);
  return { bytes, fields: Object.fromEntries(fields) };
}

/** Not destroyed when it is too long: whoever is still sending must be able to hear of it, and to go on. */
async function collectBody(body: Readable): Promise<Buffer> {
  try {
    return await collect(body.iterator({ destroyOnReturn: false }));
  } finally {
    body.resume();
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_CSV_BYTES) throw problem('CSV_TOO_LARGE');
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof Problem ? cause : problem('BAD_REQUEST', { error: 'The body broke off', cause });
  }
  return Buffer.concat(chunks);
}
