/** `attachmentUrls` and `attachmentNames` of a message: contract 4.1, 4.6, D27. */
import { checkText, type Fields, hasControlCharacters, isLongerThan } from '../fields.ts';
import { invalidField, problem } from '../problems.ts';
import { MAX_ATTACHMENTS, MAX_LABEL_CHARACTERS, MAX_URL_CHARACTERS, type SendMessage } from './messages.ts';

export function readAttachments(fields: Fields): SendMessage['attachments'] {
  const { attachmentUrls: urls } = fields;
  if (urls === undefined || urls === null) {
    readNames(fields, 0);
    return [];
  }
  if (!Array.isArray(urls)) throw problem('ATTACHMENTS_NOT_ARRAY', { param: 'attachmentUrls' });
  if (urls.length > MAX_ATTACHMENTS) throw problem('TOO_MANY_ATTACHMENTS', { param: 'attachmentUrls' });
  const names = readNames(fields, urls.length);
  return urls.map((each: unknown, index) => {
    const url = readUrl(`attachmentUrls[${index}]`, each);
    return { url: url.text, name: names[index] ?? fileName(url.parsed) };
  });
}

function readUrl(param: string, value: unknown): { text: string; parsed: URL } {
  if (typeof value !== 'string') throw invalidField(param, 'must be a string');
  checkText(param, value);
  const text = value.trim();
  if (text.length > MAX_URL_CHARACTERS) throw invalidField(param, 'must be at most 2,048 characters');
  const parsed = URL.parse(text);
  if (parsed === null || !/^https?:\/\//i.test(text) || /\s/.test(text) || hasControlCharacters(text)) {
    throw invalidField(param, 'must be an http or https URL');
  }
  return { text, parsed };
}

function readNames(fields: Fields, count: number): (string | null)[] {
  const { attachmentNames: names } = fields;
  if (names === undefined || names === null) return [];
  if (!Array.isArray(names)) throw invalidField('attachmentNames', 'must be an array');
  if (names.length > count) throw invalidField('attachmentNames', 'must not be longer than attachmentUrls');
  return names.map((each: unknown, index) => readName(`attachmentNames[${index}]`, each));
}

/** A name, never a path: it becomes a file on somebody's phone. */
function readName(param: string, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string') throw invalidField(param, 'must be a string');
  checkText(param, value);
  const name = value.trim();
  if (isLongerThan(name, MAX_LABEL_CHARACTERS)) throw invalidField(param, 'must be at most 255 characters');
  if (/[/\\]/.test(name) || hasControlCharacters(name) || name === '.' || name === '..') {
    throw invalidField(param, 'must be a file name without path or control characters');
  }
  return name === '' ? null : name;
}

/** The last part of the URL's path; null when that is no usable name. */
function fileName(url: URL): string | null {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    return readName('', decodeURIComponent(last));
  } catch {
    return null;
  }
}
