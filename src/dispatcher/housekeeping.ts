/** What is due beside the queues: messages that expired, lines that went down, lines to ask after, old keys. */
import { checkLineHealth, type HealthQuestion } from '../actions/check-line-health.ts';
import { leaveDownLine } from '../actions/leave-down-line.ts';
import type { Deps } from '../deps.ts';
import { isWaiting } from '../domain/lifecycle.ts';
import {
  forgetIdempotencyKeys,
  scanDownLines,
  scanExpiredMessages,
  scanUncheckedLines,
} from '../store/due.ts';
import { findMessage } from '../store/messages.ts';

const SCAN_LIMIT = 200;
export const HEALTH_CHECK_MS = 60_000;
/** At least the 24 h promised (D4), and a day's grace. */
const KEEP_KEYS_MS = 48 * 3_600_000;

export async function expireMessages(deps: Deps): Promise<number> {
  const due = await scanExpiredMessages(deps.database, deps.clock.now(), SCAN_LIMIT);
  await Promise.all(
    due.map(async ({ workspaceId, id }) => {
      const message = await findMessage(deps.database, workspaceId, id);
      // Leased since the scan: its sender rules on it.
      if (message === null || !isWaiting(message.status)) return;
      await deps.settlements.add(workspaceId, {
        messageId: id,
        attempt: message.attempt,
        event: 'fail',
        reason: 'expired',
        errorMessage: 'It expired before it could go',
      });
    }),
  );
  return due.length;
}

export async function leaveDownLines(deps: Deps): Promise<void> {
  for (const { workspaceId, lineId, downSince } of await scanDownLines(deps.database, SCAN_LIMIT)) {
    await leaveDownLine(deps, workspaceId, lineId, downSince);
  }
}

/** One task for each line whose health was not asked after for a minute. */
export async function healthChecksDue(deps: Deps): Promise<(() => Promise<void>)[]> {
  const before = deps.clock.now() - HEALTH_CHECK_MS;
  const due = await scanUncheckedLines(deps.database, before, SCAN_LIMIT);
  return due.map((question) => () => checkLineHealth(deps, { ...question, before } satisfies HealthQuestion));
}

export async function forgetOldKeys(deps: Deps): Promise<void> {
  await forgetIdempotencyKeys(deps.database, deps.clock.now() - KEEP_KEYS_MS);
}
