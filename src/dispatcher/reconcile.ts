/**
 * Outcomes nobody knows (D20): leases that ran out become `unknown`, and every `unknown` is asked for at its carrier by
 * our own reference until it is found, certainly absent, or given up as `outcome_unknown`. Never resent before that.
 */
import { channelLine } from '../actions/lines/channel-line.ts';
import type { Ruling } from '../actions/messages/settle-messages.ts';
import type { Finding } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { MAX_FREE_ATTEMPTS, nextRetryAt } from '../domain/backoff.ts';
import { findLine, type LineRow } from '../store/lines/lines.ts';
import { claimReconciliation, scanExpiredLeases, scanReconciliations } from '../store/messages/due.ts';
import { findMessage, type MessageRow } from '../store/messages/messages.ts';
import type { Question } from './chores.ts';
import { recallLostSend } from './lost-send.ts';
import type { SetAside } from './set-aside.ts';

const SCAN_LIMIT = 200;
/** Questions grow rarer: each waits half as long as the outcome has been unknown, within these bounds. */
const ASK_AGAIN_MS = { least: 1_000, most: 60_000 } as const;

/** Messages whose sender never came back. */
export async function loseExpiredLeases(deps: Deps, aside: SetAside): Promise<void> {
  const due = await scanExpiredLeases(deps.database, deps.clock.now(), aside.ids(), SCAN_LIMIT);
  await aside.each(due, async ({ workspaceId, id }) => {
    const message = await findMessage(deps.database, workspaceId, id);
    if (message === null || message.leaseUntil === null || message.leaseUntil > deps.clock.now()) return;
    if (message.isFetching) return void (await deps.settlements.add(workspaceId, fetchAgain(deps, message)));
    const line = await findLine(deps.database, workspaceId, message.lineId);
    const channel = line === null ? undefined : deps.channels.get(line.transport);
    await deps.settlements.add(workspaceId, {
      messageId: id,
      attempt: message.attempt,
      event: 'lose',
      reconcileAt: deps.clock.now(),
      // A clock that leaps ends leases while their senders live: by then those are done too.
      overAt: deps.clock.now() + (channel?.sendTimeoutMs ?? 0),
      // Our own fault is not an attempt of the message's.
      isFree: message.attempt < MAX_FREE_ATTEMPTS,
      errorMessage: 'The process that was sending it never reported back',
    });
  });
}

/** It was still waiting for its attachments, so it certainly has not left. */
function fetchAgain(deps: Deps, { id, attempt, retryGapMs }: MessageRow): Ruling {
  const base = { messageId: id, attempt, onlyIfFetching: true as const };
  const errorMessage = 'The process that was getting its attachments never reported back';
  if (attempt >= MAX_FREE_ATTEMPTS)
    return { ...base, event: 'fail', reason: 'retries_exhausted', errorMessage };
  return { ...base, event: 'retry', retryAt: deps.clock.now() + retryGapMs, isFree: true, errorMessage };
}

/** One question for each outcome that is due to be asked for. */
export async function reconcileDue(deps: Deps): Promise<Question[]> {
  const due = await scanReconciliations(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, id }) => ({ name: id, ask: () => reconcile(deps, workspaceId, id) }));
}

async function reconcile(deps: Deps, workspaceId: string, id: string): Promise<void> {
  const now = deps.clock.now();
  const message = await findMessage(deps.database, workspaceId, id);
  const pause = Math.min(
    ASK_AGAIN_MS.most,
    Math.max(ASK_AGAIN_MS.least, (now - (message?.unknownSince ?? now)) / 2),
  );
  // One process asks; should it die, the question comes up again by itself.
  if (!(await claimReconciliation(deps.database, workspaceId, id, now, now + pause))) return;
  const line = message === null ? null : await findLine(deps.database, workspaceId, message.lineId);
  if (message === null || line === null) return;
  const finding = await ask(deps, line, message);
  await deps.checkpoint('reconcile.asked');
  const ruling = rule(message, line, finding, deps.clock.now());
  if (ruling !== null) await deps.settlements.add(workspaceId, ruling);
}

async function ask(deps: Deps, line: LineRow, { id: reference }: MessageRow): Promise<Finding> {
  const channel = deps.channels.get(line.transport);
  if (channel === undefined)
    return { finding: 'undecided', message: `No channel for ${line.transport}`, final: false };
  try {
    const lost = await recallLostSend(deps, line, reference);
    return await channel.reconcile(channelLine(deps.secrets, line), reference, lost ?? undefined);
  } catch (error) {
    deps.log.warn({ err: error, messageId: reference }, 'could not ask for an unknown outcome');
    return { finding: 'undecided', message: 'The carrier could not be asked', final: false };
  }
}

function rule(message: MessageRow, line: LineRow, finding: Finding, now: number): Ruling | null {
  const base = { messageId: message.id, attempt: message.attempt, data: { reconciled: finding.finding } };
  // Not yet: it may still be under way, and its sender may still bring the answer.
  const isOver = message.unknownSince === null || now >= message.unknownSince;
  if (finding.finding !== 'found' && !isOver) return null;
  switch (finding.finding) {
    case 'found':
      return {
        ...base,
        event: 'accept',
        externalMessageId: finding.externalMessageId,
        address: finding.address,
      };
    case 'absent': {
      const retryAt = nextRetryAt(
        { attempts: message.attempts, gapMs: message.retryGapMs },
        message.attempt,
        now,
      );
      if (retryAt !== null) return { ...base, event: 'retry', retryAt, errorMessage: 'It had not left' };
      return {
        ...base,
        event: 'fail',
        reason: 'retries_exhausted',
        errorMessage: 'All attempts failed; the last one got no answer and had not left',
      };
    }
    case 'undecided': {
      const asked = now - (message.unknownSince ?? now);
      if (finding.final || asked >= line.reconcileLimitMs) {
        return {
          ...base,
          event: 'fail',
          reason: 'outcome_unknown',
          errorMessage: `Nobody can tell whether it left: ${finding.message}`,
        };
      }
      return null;
    }
  }
}
