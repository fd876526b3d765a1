/**
 * From bytes to a JSON value, strictly: what is not valid UTF-8 is refused instead of turned into question marks, and
 * what is declared as something else than JSON is refused instead of guessed at. A body without any Content-Type is
 * taken for JSON: several automation tools send none.
 */
import { isUtf8 } from 'node:buffer';
import { problem } from '../contract/problems.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** 1 MB (D7). */
export const BODY_LIMIT_BYTES = 1_048_576;

const JSON_TYPE = /^application\/(?:[\w!#$&^.+-]+\+)?json\s*(?:;.*)?$/i;

export function readJson(headers: Headers, bytes: Buffer): unknown {
  checkMediaType(headers);
  if (bytes.length === 0 || !isUtf8(bytes)) throw problem('INVALID_JSON');
  const text = bytes.toString('utf8');
  try {
    // Some editors and spreadsheets put a byte order mark first, which JSON.parse does not take.
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    throw problem('INVALID_JSON');
  }
}

export function isForm(headers: Headers): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;.*)?$/i.test(
    String(headers['content-type'] ?? '').trim(),
  );
}

/** Fields that are given several times become lists. */
export function readForm(bytes: Buffer): Readonly<Record<string, string | string[]>> {
  if (!isUtf8(bytes)) throw problem('INVALID_JSON', { error: 'The form is not valid UTF-8' });
  const form = new URLSearchParams(bytes.toString('utf8'));
  const fields: [string, string | string[]][] = [...new Set(form.keys())].map((name) => {
    const values = form.getAll(name);
    return [name, values.length === 1 ? (values[0] ?? '') : values];
  });
  return Object.fromEntries(fields);
}

function checkMediaType(headers: Headers): void {
  const type = headers['content-type'];
  if (typeof type === 'string' && !JSON_TYPE.test(type.trim())) throw problem('UNSUPPORTED_MEDIA_TYPE');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw problem('UNSUPPORTED_MEDIA_TYPE', {
      error: 'Content-Encoding must be absent: compressed bodies are not taken',
    });
  }
}
