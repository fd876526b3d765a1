/** The shapes themselves are pure: the relay's agent on a Mac, which knows no channel, speaks of the same news. */
export type * from '../domain/news.ts';
