/** What changed between two looks at a workspace, as hints what to ask again. Too many do no harm, too few would. */
import type { AuditEntity } from '../../contract/access/audit-log.ts';
import { LIVE_TOPICS, type LiveTopic } from '../../contract/workspace/now.ts';
import type { Sql } from '../../store/database.ts';
import { readEntitiesChanged } from '../../store/figures/now.ts';
import type { NowLook } from './read-now.ts';

export async function topicsBetween(
  sql: Sql,
  workspaceId: string,
  before: NowLook,
  after: NowLook,
): Promise<LiveTopic[]> {
  const topics = new Set<LiveTopic>();
  const differ = (part: (look: NowLook) => unknown) =>
    JSON.stringify(part(before)) !== JSON.stringify(part(after));
  if (differ(({ happened, now }) => [happened, onTheRoad(now.counts)])) {
    topics.add('messages').add('conversations');
    if (after.changes.hasActiveCampaign) topics.add('campaigns');
  }
  if (differ(({ now, linesChangedAt }) => [now.lines, linesChangedAt])) topics.add('lines');
  if (differ(({ webhooks }) => webhooks)) topics.add('webhooks');
  if (differ(({ changes }) => changes.campaigns)) topics.add('campaigns');
  if (differ(({ changes }) => changes.unread)) topics.add('conversations');
  if (differ(({ changes }) => changes.ledgerId)) topics.add('leads').add('conversations');
  const { auditId } = before.changes;
  if (after.changes.auditId !== auditId)
    for (const entity of await readEntitiesChanged(sql, workspaceId, auditId ?? ''))
      for (const topic of TOPICS_OF[entity as AuditEntity] ?? []) topics.add(topic);
  return LIVE_TOPICS.filter((topic) => topics.has(topic));
}

function onTheRoad({ waiting, sending, unknown }: NowLook['now']['counts']) {
  return { waiting, sending, unknown };
}

const TOPICS_OF: Readonly<Partial<Record<AuditEntity, readonly LiveTopic[]>>> = {
  workspace: ['lines'],
  fallback_config: ['lines'],
  line: ['lines'],
  device: ['lines'],
  webhook: ['webhooks'],
  list: ['leads'],
  leads: ['leads'],
  dnc_entry: ['leads'],
  campaign: ['campaigns'],
};
