/** HTTP conditions that a lead's way through a campaign waits for: asked in the background, then the lead is looked at again. */
import { ANSWER_WITHIN_MS, askCondition } from '../actions/campaigns/http-conditions.ts';
import type { Deps } from '../deps.ts';
import { conditionsOf } from '../domain/campaign/campaign.ts';
import { wakeLeads } from '../store/campaigns/campaign-leads.ts';
import { findCampaign } from '../store/campaigns/campaigns.ts';
import {
  claimQuestion,
  dropQuestion,
  forgetAnswers,
  putOffQuestion,
  scanQuestions,
  settleQuestion,
  type Question as Wanted,
} from '../store/campaigns/condition-answers.ts';
import { findLead } from '../store/leads/leads.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
/** Should the process that asks die. */
const ASKED_AGAIN_AFTER_MS = 2 * ANSWER_WITHIN_MS;
const BUSY_PAUSE_MS = 2_000;
const KEEP_ANSWERS_MS = 86_400_000;
const ANSWERS_PER_ROUND = 2_000;

export async function conditionQuestionsDue(deps: Deps): Promise<Question[]> {
  const due = await scanQuestions(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map(({ workspaceId, ...wanted }) => ({
    name: `${wanted.campaignId} ${wanted.leadId} ${wanted.conditionId}`,
    ask: () => answer(deps, workspaceId, wanted),
  }));
}

async function answer(deps: Deps, workspaceId: string, wanted: Wanted): Promise<void> {
  const now = deps.clock.now();
  if (!(await claimQuestion(deps.database, workspaceId, wanted, now, now + ASKED_AGAIN_AFTER_MS))) return;
  const campaign = await findCampaign(deps.database, workspaceId, wanted.campaignId);
  const lead = await findLead(deps.database, workspaceId, wanted.leadId);
  const condition = conditionsOf(campaign?.steps ?? []).find(({ id }) => id === wanted.conditionId);
  const isGone = campaign === null || lead === null || condition?.type !== 'http';
  const answered = isGone ? null : await askCondition(deps, workspaceId, { campaign, lead }, condition);
  if (answered === 'busy' || answered === 'changed') {
    const pause = answered === 'busy' ? BUSY_PAUSE_MS : 0;
    await putOffQuestion(deps.database, workspaceId, wanted, deps.clock.now() + pause);
    return;
  }
  await deps.checkpoint('condition.asked');
  await deps.database.transaction(async (tx) => {
    // In the order of those who ask: first the lead, then the question.
    await wakeLeads(tx, workspaceId, [wanted.leadId], deps.ids, deps.clock.now());
    if (isGone) await dropQuestion(tx, workspaceId, wanted);
    else await settleQuestion(tx, workspaceId, wanted);
  });
  deps.wakeDispatchers();
}

/** Until none is left that is older than a day, or nobody wants it any more. */
export async function forgetOldAnswers(deps: Deps, stopping?: AbortSignal): Promise<void> {
  const before = deps.clock.now() - KEEP_ANSWERS_MS;
  let found = ANSWERS_PER_ROUND;
  while (found === ANSWERS_PER_ROUND && stopping?.aborted !== true)
    found = await forgetAnswers(deps.database, before, ANSWERS_PER_ROUND);
}
