/**
 * Launch, pause, resume, complete, archive: the state alone. What follows from it (leads that enter, messages that wait or go
 * on, leads that are stopped) is done by whoever looks at the campaign next, which is at once.
 */
import type { CampaignAnswer } from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import { invalidCampaign } from '../../contract/reading.ts';
import type { Deps } from '../../deps.ts';
import type { CampaignStatus } from '../../domain/words.ts';
import { type CampaignRow, lockCampaign, storeCampaign } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents, type NewEvent } from '../../store/events/events.ts';
import { findList, holdList } from '../../store/leads/lists.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { checkCampaign, whyNoLine } from './check-campaign.ts';
import { complete } from './complete-campaign.ts';
import { answer, auditChange } from './manage-campaigns.ts';

/** What was done, for the audit log; where it leads from; where it leads to. */
const MOVES = {
  launch: { done: 'launched', from: ['draft'], to: 'active' },
  pause: { done: 'paused', from: ['active'], to: 'paused' },
  resume: { done: 'resumed', from: ['paused'], to: 'active' },
  complete: { done: 'completed', from: ['active', 'paused'], to: 'completed' },
  archive: { done: 'archived', from: ['draft', 'active', 'paused', 'completed'], to: 'archived' },
} as const satisfies Record<string, { done: string; from: readonly CampaignStatus[]; to: CampaignStatus }>;
export type CampaignMove = keyof typeof MOVES;

/** Asked again of a campaign that is there already, it changes nothing: the answer to the first call may have been lost. */
export async function steerCampaign(
  deps: Deps,
  caller: Caller,
  id: string,
  move: CampaignMove,
): Promise<CampaignAnswer> {
  const { workspaceId } = caller;
  const known = await refuseReadOnly(deps, caller);
  // Whether lines are up is asked as they are now: a campaign would only pause again where all are down.
  const snapshot = move === 'resume' ? ((await deps.snapshots.reload(workspaceId)) ?? known) : known;
  const { done, from, to } = MOVES[move];
  const answered = await deps.database.transaction(async (tx) => {
    const before = await lockCampaign(tx, workspaceId, id);
    if (before === null) throw problem('CAMPAIGN_NOT_FOUND');
    if (before.status === to) return answer(deps, tx, snapshot, before, []);
    if (!(from as readonly CampaignStatus[]).includes(before.status)) throw refusal(move, before.status);
    const now = deps.clock.now();
    const changes = await CHANGES[move]({ deps, tx, snapshot, now, campaign: before });
    const after: CampaignRow = { ...before, ...changes, status: to, lookAt: now, updatedAt: now };
    await storeCampaign(tx, workspaceId, after, now);
    await auditChange(deps, tx, caller, done, before, after);
    return answer(deps, tx, snapshot, after, []);
  });
  deps.wakeDispatchers();
  return answered;
}

function refusal(move: CampaignMove, status: CampaignStatus) {
  const help: Readonly<Record<CampaignStatus, string>> = {
    draft: 'launch it',
    active: 'pause, complete or archive it',
    paused: 'resume, complete or archive it',
    completed: 'add leads to it, which makes it active again, or archive it',
    archived: 'make a new one',
  };
  return problem('CAMPAIGN_STATE', {
    reason: status,
    error: `The campaign is ${status}, so there is nothing to ${move}: ${help[status]}`,
  });
}

interface Steering {
  deps: Deps;
  tx: Sql;
  snapshot: WorkspaceSnapshot;
  campaign: CampaignRow;
  now: number;
}

const NOT_ENTERING = { enteringAfter: null, enteringTotal: null, isWaking: false, pauseReason: null };

const CHANGES: Readonly<Record<CampaignMove, (steering: Steering) => Promise<Partial<CampaignRow>>>> = {
  launch,
  async pause({ now }) {
    return { pausedAt: now, pauseReason: 'requested', isWaking: false };
  },
  async resume({ snapshot, campaign }) {
    const faults = whyNoLine(snapshot, campaign);
    if (faults.length > 0) throw invalidCampaign(faults);
    return { pausedAt: null, pauseReason: null, isWaking: true };
  },
  async complete({ deps, tx, snapshot, campaign, now }) {
    const completed = { ...campaign, ...NOT_ENTERING, pausedAt: null };
    const events: NewEvent[] = [];
    complete({ deps, campaign: completed, now, events });
    await insertEvents(tx, snapshot.workspace.workspaceId, events);
    return completed;
  },
  async archive({ now }) {
    return { ...NOT_ENTERING, archivedAt: now };
  },
};

/** The list can't be deleted meanwhile; from then on the campaign that works on it keeps it. */
async function launch({ deps, tx, snapshot, campaign, now }: Steering): Promise<Partial<CampaignRow>> {
  const { workspaceId } = snapshot.workspace;
  const { listId } = campaign;
  if (listId !== null) await holdList(tx, workspaceId, listId);
  const faults = await checkCampaign(deps, tx, snapshot, campaign);
  if (faults.length > 0) throw invalidCampaign(faults);
  const list = listId === null ? null : await findList(tx, workspaceId, listId);
  return {
    startedAt: now,
    // Who was added to the draft: its first step may have had another wait then.
    recheckingAfter: '',
    enteringAfter: list === null ? null : '',
    enteringTotal: list?.leadCount ?? null,
  };
}
