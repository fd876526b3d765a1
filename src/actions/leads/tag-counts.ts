/**
 * Which tags the leads of a workspace have, and how many have each. Counting a hundred thousand of them takes longer than a
 * page may wait: where there are many, a count serves for half a minute.
 */
import type { TagsAnswer } from '../../contract/leads/tags.ts';
import type { Deps } from '../../deps.ts';
import { type Clock, isRecent } from '../../lib/clock.ts';
import type { Sql } from '../../store/database.ts';
import { countTags, type TagCount } from '../../store/leads/lead-search.ts';
import type { Caller } from '../access/authenticate.ts';
import { MANY } from '../kept-counts.ts';

export interface TagCounts {
  read(sql: Sql, workspaceId: string): Promise<readonly TagCount[]>;
}

const MAX_TAGS = 500;
const MAX_AGE_MS = 30_000;
const MAX_REMEMBERED = 1_000;

export function createTagCounts({ clock }: { clock: Clock }): TagCounts {
  const remembered = new Map<string, { tags: readonly TagCount[]; at: number }>();
  return {
    async read(sql, workspaceId) {
      const known = remembered.get(workspaceId);
      if (known !== undefined && isRecent(known.at, MAX_AGE_MS, clock.now())) return known.tags;
      const at = clock.now();
      const tags = await countTags(sql, workspaceId, MAX_TAGS);
      remembered.delete(workspaceId);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      if (tags.reduce((sum, { leadCount }) => sum + leadCount, 0) >= MANY)
        remembered.set(workspaceId, { tags, at });
      return tags;
    },
  };
}

export async function listTags(deps: Deps, { workspaceId }: Caller): Promise<TagsAnswer> {
  const tags = await deps.tagCounts.read(deps.database, workspaceId);
  return {
    tags: tags.map(({ tag, leadCount }) => ({ tag, leadCount })),
    isPartial: tags.some(({ isPartial }) => isPartial),
  };
}
