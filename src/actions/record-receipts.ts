/** What carriers and devices tell later of messages they took: delivered, read, or bounced after all (D23). */
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/invariant.ts';
import type { Sql } from '../store/database.ts';
import { applyRulings, type Ruling } from './settle-messages.ts';

export interface Receipt {
  messageId: string;
  kind: 'delivered' | 'read' | 'bounced';
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

function rule({ messageId, kind, errorMessage, errorCode }: Receipt): Ruling {
  const base = { messageId, attempt: null };
  switch (kind) {
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
        ...(errorCode === undefined ? {} : { errorCode }),
      };
  }
}
