/** Everything that a list of events tells of, read together, and each event as customers get it. */
import type { Envelope } from '../../contract/webhooks/webhooks.ts';
import type { Deps } from '../../deps.ts';
import { isInbound, isWebhookEvent } from '../../domain/webhook-events.ts';
import type { EventRow } from '../../store/events/events.ts';
import { readCampaignNames, readMessages, readParents } from '../../store/events/webhook-facts.ts';
import { readLeads } from '../../store/leads/leads.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import { PARENTS, presentEvent } from './present-event.ts';

/** In the order of `events`. */
export async function renderEvents(
  deps: Deps,
  workspaceId: string,
  events: readonly EventRow[],
): Promise<Envelope[]> {
  const { database } = deps;
  if (events.length === 0) return [];
  const messages = await byId(idsOf(events, 'messageId'), (ids) => readMessages(database, workspaceId, ids));
  const leads = await byId(idsOf(events, 'leadId'), (ids) => readLeads(database, workspaceId, ids));
  const replies = events.flatMap(({ type, messageId }) => {
    const message = isWebhookEvent(type) && isInbound(type) ? messages.get(messageId ?? '') : undefined;
    return message === undefined ? [] : [message];
  });
  const asked = replies.map(({ id, leadId, createdAt }) => ({ id, leadId, at: createdAt }));
  const parents = asked.length === 0 ? [] : await readParents(database, workspaceId, asked, PARENTS);
  const answered = replies.flatMap(({ inReplyTo }) => inReplyTo ?? []);
  const originals = await byId(answered, (ids) => readMessages(database, workspaceId, ids));
  const campaignIds = new Set(
    events.flatMap((event) => campaignIdOf(event, messages.get(event.messageId ?? '')) ?? []),
  );
  const campaigns = await byId([...campaignIds], (ids) => readCampaignNames(database, workspaceId, ids));
  const lines = (await deps.snapshots.read(workspaceId))?.lines ?? [];
  return events.map((event) => {
    const message = messages.get(event.messageId ?? '') ?? null;
    return presentEvent(workspaceId, {
      event,
      message,
      lead: leads.get(event.leadId ?? '') ?? null,
      line: lines.find(({ id }) => id === (message?.lineId ?? event.lineId)) ?? null,
      parents: parents.filter(({ replyId }) => replyId === message?.id),
      campaignName: campaigns.get(campaignIdOf(event, message) ?? '')?.name ?? null,
      original: originals.get(message?.inReplyTo ?? '') ?? null,
    });
  });
}

function campaignIdOf({ data }: EventRow, message: MessageRow | null | undefined): string | null {
  if (message != null) return message.campaignId;
  return typeof data.campaignId === 'string' ? data.campaignId : null;
}

function idsOf(events: readonly EventRow[], name: 'messageId' | 'leadId'): string[] {
  return [...new Set(events.flatMap((event) => event[name] ?? []))];
}

async function byId<Row extends { id: string }>(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<Row[]>,
): Promise<Map<string, Row>> {
  if (ids.length === 0) return new Map();
  return new Map((await read(ids)).map((row) => [row.id, row]));
}
