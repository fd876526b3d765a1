/**
 * Leads whose time has come: facts in one query for all of them, one decision each, and one commit for the messages and the
 * rows that say they were made. A step is therefore made once, whoever is killed when.
 */

import type { Step } from '../../domain/campaign/campaign.ts';
import { neededToDecide } from '../../domain/campaign/facts-needed.ts';
import { type Decision, decide, type EntryFacts } from '../../domain/campaign/next-step.ts';
import { invariant } from '../../lib/invariant.ts';
import { readEntryFacts } from '../../store/campaigns/campaign-facts.ts';
import {
  type EntryRow,
  type LockedEntry,
  lockDueEntries,
  storeEntries,
} from '../../store/campaigns/campaign-leads.ts';
import { type Question, wantAnswers } from '../../store/campaigns/condition-answers.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import { readTalkingLines } from '../../store/messages/deliveries.ts';
import { type NewMessage, writeIntake } from '../../store/messages/intake.ts';
import { cancelWaiting } from './cancel-steps.ts';
import { LineTurns } from './line-turns.ts';
import { isReachable, makeStep } from './make-step.ts';
import type { Run } from './run.ts';

export const ADVANCED_AT_ONCE = 500;

export interface Advanced {
  /** How many were due. */
  looked: number;
  made: number;
}

/** null: none of the campaign's lines can send, and somebody's turn has come. Nothing was written. */
export async function advanceLeads(run: Run, limit: number): Promise<Advanced | null> {
  const { deps, tx, snapshot, campaign, now } = run;
  const { workspaceId } = snapshot.workspace;
  const due = await lockDueEntries(tx, workspaceId, campaign.id, now, limit);
  if (due.length === 0) return { looked: 0, made: 0 };
  const { replies, contacts, answers } = neededToDecide(campaign);
  const known = await readEntryFacts(tx, workspaceId, campaign, due, now, ({ stepKey }) => ({
    lead: true,
    messages: contacts || stepKey !== null,
    replies,
    answers,
  }));
  const sending: Sending[] = [];
  const stopped: LockedEntry[] = [];
  const questions: Question[] = [];
  due.forEach((entry, index) => {
    const facts = known[index];
    invariant(facts !== undefined, 'facts come back for every entry');
    const decision = settleOn(campaign, entry, facts);
    switch (decision.do) {
      case 'send':
        invariant(facts.lead !== null, 'nobody who is gone is written to');
        sending.push({ entry, lead: facts.lead, step: decision.step, stepIndex: decision.stepIndex });
        break;
      case 'wait':
        Object.assign(entry, { ...ON_ITS_WAY, lookAt: decision.until });
        entry.nextStepKey = decision.nextStepKey ?? null;
        break;
      case 'ask':
        // Asked outside of any transaction; the commit that has the answer looks at the lead again.
        entry.lookAt = null;
        for (const { id: conditionId } of decision.conditions)
          questions.push({ campaignId: campaign.id, leadId: entry.leadId, conditionId });
        break;
      case 'hold': {
        const { reason, detail, conditionId, until } = decision;
        Object.assign(entry, { status: 'held', reason, detail, conditionId, lookAt: until });
        break;
      }
      case 'stop':
        stopped.push(entry);
        end(entry, 'stopped', decision, now);
        break;
      case 'fail':
        end(entry, 'failed', { ...decision, conditionId: null }, now);
        break;
      default:
        end(entry, 'finished', { reason: null, detail: null, conditionId: null }, now);
    }
  });
  const messages = await makeSteps(run, sending);
  if (messages === null) return null;
  const write = { leads: [], messages, idempotencyKeys: [], wakes: [] };
  await writeIntake(tx, workspaceId, write, deps.ids, now);
  await wantAnswers(tx, workspaceId, questions, now);
  const withdrawn = await cancelWaiting(deps, tx, workspaceId, stopped);
  const kept = due.filter((entry) => !withdrawn.busy.has(entry.messageId ?? ''));
  await storeEntries(tx, workspaceId, campaign.id, kept, deps.ids, now);
  return { looked: due.length, made: messages.length };
}

interface Sending {
  entry: EntryRow;
  lead: LeadRow;
  step: Step;
  stepIndex: number;
}

type Ended = Exclude<Decision, { do: 'skip' }>;

const ON_ITS_WAY = { status: 'active', reason: null, detail: null, conditionId: null } as const;

/** Decides until something is to be done. Whoever skips a step stands on it from now on; ways only lead forward. */
function settleOn(campaign: Run['campaign'], entry: EntryRow, known: EntryFacts): Ended {
  let facts = known;
  for (let skipped = 0; skipped <= campaign.steps.length; skipped += 1) {
    const decision = decide(campaign, facts);
    if (decision.do !== 'skip') return decision;
    const { key } = decision.step;
    Object.assign(entry, { stepKey: key, messageId: null, stepAt: facts.now, nextStepKey: null });
    facts = { ...facts, stepKey: key, stepAt: facts.now, nextStepKey: null, message: null };
  }
  return { do: 'finish' };
}

function end(
  entry: EntryRow,
  status: 'finished' | 'stopped' | 'failed',
  {
    reason,
    detail,
    conditionId,
  }: { reason: string | null; detail: string | null; conditionId: string | null },
  now: number,
): void {
  Object.assign(entry, {
    status,
    reason,
    detail,
    conditionId,
    lookAt: null,
    nextStepKey: null,
    endedAt: now,
  });
}

async function makeSteps(run: Run, sending: readonly Sending[]): Promise<NewMessage[] | null> {
  if (sending.length === 0) return [];
  const { deps, tx, snapshot, campaign, now } = run;
  const { workspaceId } = snapshot.workspace;
  const turns = new LineTurns(run);
  if (!turns.anyUp) return null;
  const leadIds = sending.map(({ entry }) => entry.leadId);
  const touches = Map.groupBy(await readTalkingLines(tx, workspaceId, leadIds), ({ leadId }) => leadId);
  return sending.flatMap(({ entry, lead, step, stepIndex }) => {
    if (!isReachable(campaign, lead)) {
      const detail = `The contact has no address that ${campaign.messageType} can go to`;
      end(entry, 'failed', { reason: 'no_address', detail, conditionId: null }, now);
      return [];
    }
    const talking = (touches.get(lead.id) ?? []).map(({ lineId }) => lineId);
    const { line, decision } = turns.take(entry.lineId, talking);
    const message = makeStep(deps.ids, {
      campaign,
      snapshot,
      entry,
      lead,
      step,
      stepIndex,
      line,
      decision,
      now,
    });
    Object.assign(entry, {
      ...ON_ITS_WAY,
      lineId: line.id,
      stepKey: step.key,
      messageId: message.id,
      stepAt: null,
      nextStepKey: null,
      lookAt: null,
    });
    run.wokenLines.add(line.id);
    return [message];
  });
}
