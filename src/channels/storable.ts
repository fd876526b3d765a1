/**
 * What a carrier says is stored as text and as JSON, and neither holds everything a carrier can say: a zero byte or half
 * of a surrogate pair would make the settlement of its message fail for ever. So every channel's answers are made fit to
 * be stored in the one place where they enter the engine.
 */
import type { Channel } from './channel.ts';
import type { News } from './news.ts';

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

/** Nobody sends more files at once. Each is fetched by itself, and a mail may name a thousand. */
const MAX_FILES = 50;
/** The last instant a date can hold. */
const LAST_INSTANT = 8.64e15;

/** News as it may be stored, whoever told it. */
export function storableNews(news: News): News {
  const told = clean(news);
  const timed = 'at' in told && told.at !== undefined ? { ...told, at: instant(told.at) } : told;
  if (timed.news !== 'inbound' || news.news !== 'inbound') return timed;
  const { attachments, ...rest } = timed;
  const files = attachments?.slice(0, MAX_FILES).map(({ name, mimeType, source }) => ({
    name: storableText(name),
    mimeType: typeof mimeType === 'string' ? storableText(mimeType) : null,
    source: storableValue(source),
  }));
  return {
    ...rest,
    text: storableMessage(news.text),
    ...(files === undefined ? {} : { attachments: files }),
  };
}

const DEEPEST = 32;

/** JSON as it was, but for what JSON columns refuse; what is nested deeper than anything of ours becomes null. */
export function storableValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '');
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return null;
  if (Array.isArray(value)) return value.map((each) => storableValue(each, depth + 1));
  const entries = Object.entries(value).map(([name, each]) => [
    name.toWellFormed().replaceAll('\0', ''),
    storableValue(each, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function instant(at: number): number {
  return Number.isFinite(at) ? Math.min(Math.max(at, 0), LAST_INSTANT) : 0;
}

/** The same channel, with every text of its answers fit to be stored. */
export function storable(channel: Channel): Channel {
  const { askForNews: ask, checkSetup: check, receiveHook: hear } = channel;
  return {
    ...channel,
    send: async (...asked) => clean(await channel.send(...asked)),
    reconcile: async (...asked) => clean(await channel.reconcile(...asked)),
    checkAvailability: async (...asked) => clean(await channel.checkAvailability(...asked)),
    checkHealth: async (...asked) => clean(await channel.checkHealth(...asked)),
    ...(check === undefined
      ? {}
      : { checkSetup: async (...asked) => (await check.apply(channel, asked)).map(clean) }),
    ...(ask === undefined
      ? {}
      : {
          askForNews: async (...asked) => {
            const answer = await ask.apply(channel, asked);
            return { ...answer, news: answer.news.map(storableNews), cursor: storableValue(answer.cursor) };
          },
        }),
    ...(hear === undefined
      ? {}
      : {
          receiveHook: async (...told) => {
            const answer = await hear.apply(channel, told);
            return { ...answer, news: answer.news.map(storableNews) };
          },
        }),
  };
}

/** Texts of the answer itself. */
function clean<Answer extends object>(answer: Answer): Answer {
  const entries = Object.entries(answer).map(([name, value]) => [
    name,
    typeof value === 'string' ? storableText(value) : value,
  ]);
  return Object.fromEntries(entries) as Answer;
}
