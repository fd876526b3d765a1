/**
 * One of a campaign's lines is lost (D18, contract 6): leads that it never wrote to move to another line of the campaign, and
 * stay there. Where no line is left the campaign pauses, until somebody resumes it.
 */
import type { Deps } from '../../deps.ts';
import { takeTurn } from '../../domain/campaign/line-turns.ts';
import { storeRun } from '../../store/campaigns/campaign-runs.ts';
import { type CampaignRow, findCampaigns, lockCampaign } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { lockStepsOfLine, scanCampaignsOfLine } from '../../store/lines/line-loss.ts';
import { wakeLines } from '../../store/lines/line-queue.ts';
import { readTalkingLines } from '../../store/messages/deliveries.ts';
import { movedEvent } from '../messages/move-message.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { isUp, linesOf } from './line-turns.ts';
import { moveSteps, type StepMove } from './move-steps.ts';
import { pauseWithoutLine } from './pause-without-line.ts';

const BATCH = 200;
/** Of one line, in one look. */
const ROUNDS = 25;
const CAMPAIGNS_AT_ONCE = 100;

/** True when something changed. */
export async function leaveLine(deps: Deps, snapshot: WorkspaceSnapshot, lineId: string): Promise<boolean> {
  const { workspaceId, lineDownPolicy } = snapshot.workspace;
  const which = lineDownPolicy === 'move' ? 'all' : 'first_touches';
  const ids = await scanCampaignsOfLine(deps.database, workspaceId, lineId, which, CAMPAIGNS_AT_ONCE);
  if (ids.length === 0) return false;
  const campaigns = await findCampaigns(deps.database, workspaceId, ids);
  const others = (campaign: CampaignRow) =>
    linesOf({ snapshot, campaign }).some((line) => line.id !== lineId && isUp(line));
  const [going, lost] = [campaigns.filter(others), campaigns.filter((each) => !others(each))];
  for (const { id } of lost) await pause(deps, workspaceId, id);
  for (let round = 0, more = going.length > 0; more && round < ROUNDS; round += 1)
    more = await deps.database.transaction((tx) => move(deps, tx, snapshot, lineId, which, going));
  return true;
}

/** By itself: its lock is not waited for with messages in hand. */
async function pause(deps: Deps, workspaceId: string, id: string): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const campaign = await lockCampaign(tx, workspaceId, id);
    if (campaign?.status !== 'active') return;
    pauseWithoutLine(campaign, deps.clock.now());
    await storeRun(tx, workspaceId, campaign);
  });
}

/** True while there may be more. */
async function move(
  deps: Deps,
  tx: Sql,
  snapshot: WorkspaceSnapshot,
  lineId: string,
  which: 'first_touches' | 'all',
  campaigns: readonly CampaignRow[],
): Promise<boolean> {
  const { workspaceId, lineDownPolicy } = snapshot.workspace;
  const ids = campaigns.map(({ id }) => id);
  const steps = await lockStepsOfLine(tx, workspaceId, lineId, ids, which, BATCH);
  const leadIds = [...new Set(steps.map((step) => step.leadId))];
  const touches = Map.groupBy(await readTalkingLines(tx, workspaceId, leadIds), ({ leadId }) => leadId);
  const ways = new Map(
    campaigns.map((campaign) => {
      const own = linesOf({ snapshot, campaign });
      const lines = own.map((line) => ({ id: line.id, isUp: line.id !== lineId && isUp(line) }));
      return [campaign.id, { lines, next: own.findIndex(({ id }) => id === lineId) + 1 }];
    }),
  );
  const moves = steps.flatMap((message): StepMove[] => {
    const way = ways.get(message.campaignId ?? '');
    if (way === undefined) return [];
    // Since it was made another line may have come to talk to the contact; if that one is down as well, it waits there.
    const talking = (touches.get(message.leadId) ?? [])
      .map((touch) => touch.lineId)
      .filter((id) => id !== lineId);
    const turn = takeTurn(way.lines, { stayOn: null, talking, lineDownPolicy }, way.next);
    if (turn === null) return [];
    way.next = turn.nextLine;
    const because = `Its line is down. ${turn.decision.because}`;
    return [{ message, decision: { ...turn.decision, reason: 'moved', because } }];
  });
  const now = deps.clock.now();
  await moveSteps(tx, workspaceId, moves, now);
  const events = moves.map(({ message, decision }) => movedEvent(deps.ids(), message, decision, now));
  await insertEvents(tx, workspaceId, events);
  const woken = [...new Set(moves.map(({ decision }) => decision.lineId))];
  await wakeLines(tx, workspaceId, woken, woken.map(deps.ids));
  return steps.length === BATCH && moves.length > 0;
}
