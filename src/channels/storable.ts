/**
 * What a carrier says is stored as text and as JSON, and neither holds everything a carrier can say: a zero byte or half
 * of a surrogate pair would make the settlement of its message fail for ever. So every channel's answers are made fit to
 * be stored in the one place where they enter the engine.
 */
import type { Channel } from './channel.ts';

/** Longer is nobody's id and no sentence for people. */
const MAX_TEXT = 1_000;

/** One line of well-formed text without control characters. */
export function storableText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= MAX_TEXT ? line : [...line].slice(0, MAX_TEXT).join('');
}

/** Nobody writes more than this by hand; what goes beyond it is cut. */
const MAX_MESSAGE = 100_000;

/** What somebody wrote to us: lines stay lines, what can't be stored is dropped. */
export function storableMessage(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that text columns refuse or nobody can see.
  const clean = text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  return clean.length <= MAX_MESSAGE ? clean : clean.slice(0, MAX_MESSAGE).toWellFormed();
}

/** The same channel, with every text of its answers fit to be stored. */
export function storable(channel: Channel): Channel {
  return {
    ...channel,
    send: async (...asked) => clean(await channel.send(...asked)),
    reconcile: async (...asked) => clean(await channel.reconcile(...asked)),
    checkAvailability: async (...asked) => clean(await channel.checkAvailability(...asked)),
    checkHealth: async (...asked) => clean(await channel.checkHealth(...asked)),
  };
}

function clean<Answer extends object>(answer: Answer): Answer {
  const entries = Object.entries(answer).map(([name, value]) => [
    name,
    typeof value === 'string' ? storableText(value) : value,
  ]);
  return Object.fromEntries(entries) as Answer;
}
