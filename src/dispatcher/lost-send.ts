/**
 * What is known of an attempt that got no answer. Carriers that keep no reference of ours are asked by it: by address,
 * text and time. Of messages that say the same to the same address it does not matter which copy is whose, as long as no
 * copy counts for two; so they are asked for one after another, oldest first.
 */
import { addressesFor } from '../actions/messages/delivery-facts.ts';
import type { LostSend } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { renderMessage, templateValues } from '../domain/template.ts';
import type { LineRow } from '../store/lines/lines.ts';
import { type DeliveryFacts, readDeliveryFacts } from '../store/messages/deliveries.ts';
import {
  type AttemptTrace,
  hasRival,
  isClaimedByAnother,
  readAttemptTrace,
} from '../store/messages/lost-sends.ts';

/** null: it was never sent. */
export async function recallLostSend(deps: Deps, line: LineRow, messageId: string): Promise<LostSend | null> {
  const { database } = deps;
  const { workspaceId, id: lineId } = line;
  const facts = await readDeliveryFacts(database, workspaceId, messageId);
  const trace = await readAttemptTrace(database, workspaceId, messageId);
  if (facts === null || trace === null) return null;
  const { address, attachments } = facts.message;
  const addresses = [...new Set([...(address === null ? [] : [address]), ...addressesFor(facts)])];
  const where = { messageId, lineId, addresses };
  return {
    addresses,
    text: textOf(facts, line, trace),
    attachmentNames: (attachments ?? []).map(({ name, url }) => name ?? url),
    startedAt: trace.startedAt,
    firstStartedAt: trace.firstStartedAt,
    isClaimed: (externalId) => isClaimedByAnother(database, workspaceId, where, externalId),
    isContested: () => hasRival(database, workspaceId, where),
  };
}

/** What the sender told; else rendered again, unless the lead was changed since: then nobody knows what it said. */
function textOf({ message, lead }: DeliveryFacts, line: LineRow, trace: AttemptTrace): string | null {
  if (trace.told !== null && trace.told.attempt === message.attempt) return trace.told.sentText;
  if (message.rendered) return message.message;
  if (lead === null) return null;
  const { text } = renderMessage(message, templateValues(lead, line));
  return text === message.message || lead.updatedAt < trace.startedAt ? text : null;
}
