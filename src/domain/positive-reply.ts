/**
 * Whether a reply is counted as positive (contract 3.8, which does not say how it judges). This is a rule of words,
 * nothing more: it reads short English answers, takes no context into account, and does not understand irony. It would
 * rather miss a yes than count a no: what asks, refuses or is long is not counted, and is for a person to read.
 */

/** Longer answers say more than yes. */
const MAX_WORDS = 12;

/** A short answer is positive when it begins with one of these. */
export const POSITIVE_BEGINNINGS = [
  'yes',
  'yeah',
  'yep',
  'yup',
  'ya',
  'sure',
  'ok',
  'okay',
  'absolutely',
  'definitely',
  'certainly',
  'of course',
  'sounds good',
  'sounds great',
  'perfect',
  'great',
  'awesome',
  'please do',
  'call me',
  'lets do it',
  'let us do it',
  'count me in',
  'i am in',
  'im in',
  'tell me more',
] as const;

/** …or when one of these stands anywhere in it. */
export const POSITIVE_PHRASES = ['interested', 'sign me up', 'would love to', 'id love to'] as const;

/** Any of these words, and the answer is not counted. */
export const NEGATIVE_WORDS = [
  'no',
  'nope',
  'nah',
  'not',
  'never',
  'none',
  'dont',
  'doesnt',
  'didnt',
  'isnt',
  'cant',
  'cannot',
  'wont',
  'stop',
  'unsubscribe',
  'remove',
  'wrong',
  'uninterested',
  'but',
  'later',
  'already',
] as const;

const THUMBS_UP = /^(?:[\u{1F44D}\u{2705}\u{1F44C}][\u{1F3FB}-\u{1F3FF}\u{FE0F}]*\s*)+$/u;
const NEGATIVE: ReadonlySet<string> = new Set(NEGATIVE_WORDS);

export function isPositiveReply(text: string): boolean {
  const trimmed = text.trim();
  if (THUMBS_UP.test(trimmed)) return true;
  if (trimmed.includes('?')) return false;
  const words = wordsOf(trimmed);
  if (words.length === 0 || words.length > MAX_WORDS || words.some((word) => NEGATIVE.has(word)))
    return false;
  // Blanks around it, so that only whole words are found.
  const sentence = ` ${words.join(' ')} `;
  return (
    POSITIVE_BEGINNINGS.some((beginning) => sentence.startsWith(` ${beginning} `)) ||
    POSITIVE_PHRASES.some((phrase) => sentence.includes(` ${phrase} `))
  );
}

/** Lower case, without apostrophes (don’t is dont), split at everything that is neither letter nor digit. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’‘`]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
