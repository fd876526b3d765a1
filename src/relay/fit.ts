/** What a device says goes through a parser at the server that takes no more than this: a long sentence is cut, not lost. */
import type { News } from '../domain/news.ts';
import type { SelfTest } from './driver.ts';

const SENTENCE = 1_000;
/** Nobody writes more than this by hand. */
const MESSAGE = 100_000;

/** Every sentence of an answer. */
export function fitAnswer<Answer extends object>(answer: Answer): Answer {
  const entries = Object.entries(answer).map(([name, value]) => [
    name,
    typeof value === 'string' ? cut(value, SENTENCE) : value,
  ]);
  return Object.fromEntries(entries) as Answer;
}

export function fitNews(news: News): News {
  if (news.news !== 'inbound') return fitAnswer(news);
  return { ...fitAnswer(news), text: cut(news.text, MESSAGE) };
}

export function fitSelfTest({ ok, checks, versions }: SelfTest) {
  return {
    ok,
    checks: checks.slice(0, 50).map(({ check, ok, message }) => ({
      check: cut(check, 64),
      ok,
      message: cut(message, SENTENCE),
    })),
    versions: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [cut(name, 64), cut(version, 200)]),
    ),
  };
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters).toWellFormed();
}
