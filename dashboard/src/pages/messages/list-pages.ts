/** The newest page, which is kept fresh, over the older ones, which were read once. Pure, so that it can be tested. */
import type { Message, MessagesAnswer } from '@trunkline/sdk';

/** What lies above the end of the newest page is as that page says; below, as it was read. */
export function mergePages(newest: MessagesAnswer | undefined, pages: readonly MessagesAnswer[]): Message[] {
  const older = pages.flatMap(({ messages }) => messages);
  if (newest === undefined) return older;
  const { messages, nextCursor: end } = newest;
  return end === null ? messages : [...messages, ...older.filter(({ _id }) => _id < end)];
}

/** So much came in since the pages were read that some of it stands in none of them. */
export function hasGap(newest: MessagesAnswer, pages: readonly MessagesAnswer[]): boolean {
  const top = pages[0]?.messages[0]?._id;
  return newest.nextCursor !== null && top !== undefined && newest.nextCursor > top;
}

/** How far a list was looked through, when what it looks for is rare: an id says when it was made. */
export function reachedBackTo(cursor: string): string {
  return new Date(Number.parseInt(cursor.slice(0, 12), 16)).toISOString();
}
