/**
 * HTTP conditions of a step that is about to leave, under the lease that attachments are got under: while a server is
 * waited for the message certainly does not leave. Then everything is decided anew, by facts of this instant.
 */
import { askCondition } from '../actions/campaigns/http-conditions.ts';
import { stopRuling } from '../actions/campaigns/settle-steps.ts';
import { askStops } from '../actions/campaigns/stop-gate.ts';
import type { Ruling } from '../actions/messages/settle-messages.ts';
import type { Deps } from '../deps.ts';
import type { Ask } from '../domain/campaign/next-step.ts';
import { findCampaign } from '../store/campaigns/campaigns.ts';
import { unlessStopped } from './collect-attachments.ts';
import type { Leased } from './prepare.ts';

const BUSY_PAUSE_MS = 2_000;
const BUSY = 'The workspace asks as many HTTP conditions at once as it may';
const CHANGED = 'Its campaign or its contact changed while its HTTP conditions were asked';
const STOPPING = 'The process that was asking its HTTP conditions was told to stop';

/** null: nothing speaks against it. */
export async function askBeforeSend(
  deps: Deps,
  { facts: { message, lead }, line, attempt }: Leased,
  { conditions }: Ask,
  stopping: AbortSignal,
): Promise<Ruling | null> {
  const { workspaceId } = line;
  const campaign = await findCampaign(deps.database, workspaceId, message.campaignId ?? '');
  const again = (retryAt: number, errorMessage: string): Ruling => ({
    messageId: message.id,
    attempt,
    event: 'retry',
    retryAt,
    isFree: true,
    isLineBlameless: true,
    errorMessage,
  });
  // What is gone is found, and ruled on, by the pass that looks next.
  if (campaign === null || lead === null) return again(deps.clock.now(), CHANGED);
  const about = { campaign, lead };
  const asking = Promise.all(conditions.map((each) => askCondition(deps, workspaceId, about, each)));
  const answers = await unlessStopped(asking, stopping);
  const now = deps.clock.now();
  if (answers === null) return again(now, STOPPING);
  if (answers.includes('busy')) return again(now + BUSY_PAUSE_MS, BUSY);
  if (answers.includes('changed')) return again(now, CHANGED);
  await deps.checkpoint('conditions.asked');
  const gate = (await askStops(deps.database, workspaceId, [{ message }], now)).get(message.id) ?? null;
  switch (gate?.do) {
    case undefined:
      return null;
    case 'stop':
      return stopRuling(message.id, attempt, gate);
    case 'hold':
      return { ...again(Math.max(gate.until, now), gate.detail), step: gate };
    case 'ask':
      // Edited meanwhile: there is another to ask.
      return again(now, CHANGED);
  }
}
