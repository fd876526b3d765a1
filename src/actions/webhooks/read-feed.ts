/** `GET /api/events`: everything webhooks are told of, to be fetched instead (D31). Why nothing is skipped: store/events/event-feed.ts. */
import { problem } from '../../contract/problems.ts';
import type { ReadFeed } from '../../contract/webhooks/webhook-requests.ts';
import type { FeedAnswer } from '../../contract/webhooks/webhooks.ts';
import type { Deps } from '../../deps.ts';
import { isWebhookEvent } from '../../domain/webhook-events.ts';
import { findPlace, placeEvents, readFeed as readRows } from '../../store/events/event-feed.ts';
import type { Caller } from '../access/authenticate.ts';
import { renderEvents } from './render-events.ts';

const PLACED_AT_ONCE = 1_000;

export async function readFeed(
  deps: Deps,
  { workspaceId }: Caller,
  { after, limit, types }: ReadFeed,
): Promise<FeedAnswer> {
  const place = after === null ? 0 : await placeOf(deps, workspaceId, after);
  // One more than asked for tells whether there is more.
  let rows = await readRows(deps.database, workspaceId, place, limit + 1);
  while (rows.length <= limit) {
    const placed = await placeSome(deps, workspaceId);
    rows = await readRows(deps.database, workspaceId, place, limit + 1);
    if (placed < PLACED_AT_ONCE) break;
  }
  const page = rows.slice(0, limit);
  const wanted = page.filter(({ type }) => types === null || (isWebhookEvent(type) && types.includes(type)));
  const envelopes = await renderEvents(deps, workspaceId, wanted);
  return {
    events: wanted.flatMap(({ id }, index) => {
      const envelope = envelopes[index];
      return envelope === undefined ? [] : [{ id, ...envelope }];
    }),
    nextCursor: page.at(-1)?.id ?? after,
    hasMore: rows.length > limit,
  };
}

/** Whoever has an event from a webhook may go on from it: it may have no place yet. */
async function placeOf(deps: Deps, workspaceId: string, eventId: string): Promise<number> {
  for (;;) {
    const place = await findPlace(deps.database, workspaceId, eventId);
    if (place === null) throw problem('INVALID_CURSOR', { param: 'after' });
    if (place > 0) return place;
    await placeSome(deps, workspaceId);
  }
}

function placeSome({ database }: Deps, workspaceId: string): Promise<number> {
  return database.transaction((tx) => placeEvents(tx, workspaceId, PLACED_AT_ONCE));
}
