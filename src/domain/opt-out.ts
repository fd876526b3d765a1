/** Words by which a contact stops and resumes messages (D29). Only a message that is nothing but such a word counts. */

/** The whole text of a message that opts out (D29). */
export const OPT_OUT_WORDS = [
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'OPT OUT',
  'REMOVE ME',
  'DO NOT CONTACT',
] as const;

/** Lift an opt-out, but only one that was made by words (D29): whoever calls must know how it was made. */
export const OPT_IN_WORDS = ['START', 'UNSTOP', 'YES'] as const;

const MEANINGS: ReadonlyMap<string, 'opt_out' | 'opt_in'> = new Map([
  ...OPT_OUT_WORDS.map((word) => [word, 'opt_out'] as const),
  ...OPT_IN_WORDS.map((word) => [word, 'opt_in'] as const),
]);

/** Everything that is neither letter nor digit nor blank: punctuation, symbols, emoji. */
const PUNCTUATION = /[^\p{L}\p{N}\s]+/gu;

/**
 * What an inbound text asks for, null when it is ordinary talk (D29). Case, punctuation and surrounding blanks are
 * ignored, runs of blanks count as one. Punctuation reads as nothing or as a blank, so "S.T.O.P." and "Opt-out" both count.
 */
export function readOptOut(text: string): 'opt_out' | 'opt_in' | null {
  const upper = text.normalize('NFKC').toUpperCase();
  return meaningOf(upper.replace(PUNCTUATION, '')) ?? meaningOf(upper.replace(PUNCTUATION, ' '));
}

function meaningOf(text: string): 'opt_out' | 'opt_in' | null {
  return MEANINGS.get(text.trim().replace(/\s+/g, ' ')) ?? null;
}
