/** What is due beside the queues: messages that expired, lines that went down, lines to ask after, old keys. */
import { apart } from '../actions/apart.ts';
import { checkLineHealth } from '../actions/lines/check-line-health.ts';
import { CONVERSATION_WAITS_MS, leaveDownLine } from '../actions/lines/leave-down-line.ts';
import type { Deps } from '../deps.ts';
import { isWaiting } from '../domain/lifecycle.ts';
import { invariant } from '../lib/invariant.ts';
import { scanDownLines } from '../store/lines/line-loss.ts';
import { forgetJobs } from '../store/lines/relay-jobs.ts';
import { forgetIdempotencyKeys, scanExpiredMessages, scanUncheckedLines } from '../store/messages/due.ts';
import { findMessage } from '../store/messages/messages.ts';
import type { Question } from './chores.ts';
import type { SetAside } from './set-aside.ts';

const SCAN_LIMIT = 200;
export const HEALTH_CHECK_MS = 60_000;
/** At least the 24 h promised (D4), and a day's grace. */
const KEEP_KEYS_MS = 48 * 3_600_000;
/** Short statements: nobody waits long for a row or a vacuum because of them. */
const KEYS_PER_ROUND = 2_000;

export async function expireMessages(deps: Deps, aside: SetAside): Promise<void> {
  const due = await scanExpiredMessages(deps.database, deps.clock.now(), aside.ids(), SCAN_LIMIT);
  await aside.each(due, async ({ workspaceId, id }) => {
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
  });
}

export async function leaveDownLines(deps: Deps): Promise<void> {
  const waitedSince = deps.clock.now() - CONVERSATION_WAITS_MS;
  const down = await scanDownLines(deps.database, waitedSince, SCAN_LIMIT);
  for (const [workspaceId, lines] of Map.groupBy(down, (line) => line.workspaceId)) {
    await apart(deps, { workspaceId }, async () => {
      const snapshot = await deps.snapshots.reload(workspaceId);
      invariant(snapshot !== null, `workspace ${workspaceId} exists`);
      for (const line of lines) await leaveDownLine(deps, snapshot, line);
    });
  }
}

/** One question for each line whose health was not asked after for a minute. */
export async function healthChecksDue(deps: Deps): Promise<Question[]> {
  const before = deps.clock.now() - HEALTH_CHECK_MS;
  const due = await scanUncheckedLines(deps.database, before, SCAN_LIMIT);
  return due.map((line) => ({
    name: line.lineId,
    ask: async () => void (await checkLineHealth(deps, { ...line, before })),
  }));
}

/** Until none is left, or nobody wants it any more. */
export async function forgetOldKeys(deps: Deps, stopping?: AbortSignal): Promise<void> {
  const before = deps.clock.now() - KEEP_KEYS_MS;
  let found = KEYS_PER_ROUND;
  while (found === KEYS_PER_ROUND && stopping?.aborted !== true)
    found = await forgetIdempotencyKeys(deps.database, before, KEYS_PER_ROUND);
}

/** What Macs were asked to do: no message is asked after for longer than a day. */
export async function forgetRelayJobs(deps: Deps, stopping?: AbortSignal): Promise<void> {
  const before = deps.clock.now() - KEEP_KEYS_MS;
  let found = KEYS_PER_ROUND;
  while (found === KEYS_PER_ROUND && stopping?.aborted !== true)
    found = await forgetJobs(deps.database, before, KEYS_PER_ROUND);
}
