/** The link in each mail: who follows it and confirms gets no more at that address (RFC 8058, D29). */
import type { Unsubscription } from '../../channels/mail-tokens.ts';
import type { Deps } from '../../deps.ts';
import { insertEvents } from '../../store/events/events.ts';
import { suppress } from './suppress-address.ts';

/** What the token in the link stands for, null when it is none of ours. Nothing happens. */
export async function readUnsubscribeLink(deps: Deps, token: string): Promise<Unsubscription | null> {
  return deps.mailTokens.openUnsubscription(token);
}

/** The same link twice is one unsubscription. It holds whatever became of the line that sent the mail. */
export async function unsubscribeByLink(deps: Deps, token: string): Promise<Unsubscription | null> {
  const unsubscription = await readUnsubscribeLink(deps, token);
  if (unsubscription === null) return null;
  const { workspaceId, lineId, reference, address } = unsubscription;
  const line = { id: lineId, messageType: 'email' };
  const told = {
    address,
    source: 'one_click',
    words: 'List-Unsubscribe',
    origin: `unsubscribe ${reference}`,
  } as const;
  await deps.database.transaction(async (tx) => {
    await insertEvents(tx, workspaceId, await suppress(deps, tx, workspaceId, line, told, deps.clock.now()));
  });
  deps.wakeDispatchers();
  return unsubscription;
}
