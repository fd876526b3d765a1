/** The simulated phones answer: their receipts and replies come in here, each recorded exactly once. */
import { receiveInbound } from '../actions/news/receive-inbound.ts';
import { recordReceipts } from '../actions/news/record-receipts.ts';
import type { Deps } from '../deps.ts';
import { removeCallbacks, type SandboxCallbackRow, scanDueCallbacks } from '../store/lines/sandbox.ts';

const SCAN_LIMIT = 500;
const RECEIPTS_PER_COMMIT = 100;

/** Records everything the phones have to say by now. */
export async function answerFromSandbox(deps: Deps): Promise<void> {
  const due = await scanDueCallbacks(deps.database, deps.clock.now(), SCAN_LIMIT);
  for (const [workspaceId, callbacks] of Map.groupBy(due, (callback) => callback.workspaceId)) {
    await answer(deps, workspaceId, callbacks);
  }
}

/** In the order they fell due, as far as one message's are concerned. */
async function answer(
  deps: Deps,
  workspaceId: string,
  callbacks: readonly SandboxCallbackRow[],
): Promise<void> {
  const receipts = callbacks.filter((callback) => callback.kind !== 'reply');
  for (let start = 0; start < receipts.length; start += RECEIPTS_PER_COMMIT) {
    const some = receipts.slice(start, start + RECEIPTS_PER_COMMIT);
    await recordReceipts(deps, workspaceId, async (tx) => {
      const own = await removeCallbacks(tx, workspaceId, some.map(idOf));
      return some
        .filter((callback) => own.has(callback.id))
        .map(({ reference, kind }) => ({ messageId: reference, kind: kind === 'reply' ? 'read' : kind }));
    });
  }
  for (const { id, kind, lineId, address, message } of callbacks) {
    if (kind !== 'reply') continue;
    const inbound = { workspaceId, lineId, address, message: message ?? '', externalMessageId: id };
    await receiveInbound(deps, inbound, async (tx) => (await removeCallbacks(tx, workspaceId, [id])).has(id));
  }
}

function idOf({ id }: { id: string }): string {
  return id;
}
