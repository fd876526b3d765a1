/** What carriers and devices tell later of messages they took: delivered, read, or bounced after all (D23). */
import type { Deps } from '../../deps.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { applyRulings, type Ruling } from '../messages/settle-messages.ts';

export interface Receipt {
  messageId: string;
  kind: 'accepted' | 'delivered' | 'read' | 'bounced' | 'not_on_channel';
  externalMessageId?: string;
  /** When it happened at the carrier, epoch ms. */
  at?: number;
  errorMessage?: string;
  errorCode?: string;
}

/**
 * `take` hands over the receipts inside the commit that records them, and takes note that it did: so that what a
 * carrier says twice, or what two processes hear, is recorded once.
 */
export async function recordReceipts(
  deps: Deps,
  workspaceId: string,
  take: (tx: Sql) => Promise<readonly Receipt[]>,
): Promise<void> {
  const snapshot = await deps.snapshots.read(workspaceId);
  invariant(snapshot !== null, `workspace ${workspaceId} exists`);
  await deps.database.transaction(async (tx) => {
    const receipts = await take(tx);
    if (receipts.length > 0) await applyRulings(deps, tx, snapshot, receipts.map(rule));
  });
  deps.announceSettled();
}

function rule({ messageId, kind, errorMessage, errorCode, externalMessageId, at }: Receipt): Ruling {
  const base = {
    messageId,
    attempt: null,
    ...(externalMessageId === undefined ? {} : { externalMessageId }),
    ...(at === undefined ? {} : { at }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
  switch (kind) {
    case 'accepted':
      return { ...base, event: 'accept' };
    case 'delivered':
      return { ...base, event: 'deliver' };
    case 'read':
      return { ...base, event: 'read' };
    case 'bounced':
      return {
        ...base,
        event: 'bounce',
        reason: 'bounced',
        errorMessage: errorMessage ?? 'The carrier returned it after accepting it',
      };
    case 'not_on_channel':
      return {
        ...base,
        event: 'miss',
        reason: 'not_on_imessage',
        errorMessage:
          errorMessage ?? 'The device found only after taking it that the recipient is not on iMessage',
      };
  }
}
