/**
 * What becomes of a lead's way through a campaign: facts in, one decision out. Nothing is remembered here: asked again with
 * the same facts it says the same, and asked late it says what it would have said in time, but for stops: whatever has come
 * true before a message leaves, stops it.
 */
import type { MessageStatus, OnReply, Reason } from '../words.ts';
import { type Branch, type Condition, END, type HttpCondition, type Step, waitMs } from './campaign.ts';
import {
  type ConditionFacts,
  type HttpAnswer,
  holds,
  type LeadFacts,
  type Reply,
  repliesSince,
  says,
} from './conditions.ts';
import { hostOf } from './fill-question.ts';

/** Why an entry ended before its time. */
export const STOP_REASONS = [
  'replied',
  'condition',
  'dnc',
  'lead_deleted',
  'cancelled',
  'step_removed',
  // By hand, with their campaign.
  'completed',
  'archived',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** The message of the step where the lead stands, as it stands with its carrier. Instants in ms UTC. */
export interface StepMessage {
  status: MessageStatus;
  reason: Reason | null;
  errorMessage: string | null;
  sentAt: number | null;
  /** When it came to be as it is: failed, fallen back, cancelled. */
  endedAt: number;
  fallbackSmsDispatched: boolean;
}

/** All that is known of a lead that is on its way. Instants in ms UTC. */
export interface EntryFacts {
  now: number;
  enteredAt: number;
  /** The last step that was made or skipped; null before the first. */
  stepKey: string | null;
  /** When that step was skipped; of steps with a message the message tells. */
  stepAt: number | null;
  /** Decided on earlier, and waited for. */
  nextStepKey: string | null;
  /** Keys of all steps this entry has a message of. */
  had: readonly string[];
  /** Of `stepKey`; null where it was skipped. */
  message: StepMessage | null;
  /** null: it was deleted. */
  lead: LeadFacts | null;
  /** Since the lead entered, oldest first. */
  replies: readonly Reply[];
  contactedBefore: { campaign: boolean; anyCampaign: boolean };
  http: ReadonlyMap<string, HttpAnswer>;
}

export type Asked = HttpCondition & { id: string };

export type Stop = { do: 'stop'; reason: StopReason; detail: string; conditionId: string | null };
/** HTTP conditions to ask, then decide again. */
export type Ask = { do: 'ask'; conditions: Asked[] };
/** One of them could not be answered; `until`: when to ask again. */
export type Hold = {
  do: 'hold';
  reason: 'http_condition';
  detail: string;
  conditionId: string;
  until: number;
};

/** What keeps a step from being made or sent; null: nothing. */
export type StepGate = Stop | Ask | Hold | null;

export type Decision =
  /** `until` null: something else must happen first. `nextStepKey`: decided on, to be kept. */
  | { do: 'wait'; until: number | null; nextStepKey?: string }
  | { do: 'send'; step: Step; stepIndex: number }
  /** The lead now stands at `step` without a message; decide again. */
  | { do: 'skip'; step: Step }
  | Ask
  | Hold
  /** A message of the entry that still waits is cancelled with it. */
  | Stop
  | { do: 'finish' }
  /** Its message could not be sent. */
  | { do: 'fail'; reason: string; detail: string };

/** What decisions look at in a campaign. */
export interface Sequence {
  steps: readonly Step[];
  onReply: OnReply;
}

export function decide(campaign: Sequence, facts: EntryFacts): Decision {
  const { steps } = campaign;
  const ended = whatEnded(facts);
  if (ended !== null) return ended;
  const [first] = steps;
  if (facts.stepKey === null) {
    if (first === undefined) return { do: 'finish' };
    return atItsTurn(campaign, first, facts.enteredAt, facts.enteredAt, facts);
  }
  const at = steps.findIndex(({ key }) => key === facts.stepKey);
  const here = steps[at];
  // Before the first step has gone out, a reply is no answer to it.
  if (at > 0 || isOut(facts)) {
    const stop = ifReplied(campaign, facts);
    if (stop !== null) return stop;
  }
  if (facts.message !== null && !isOver(facts.message)) return { do: 'wait', until: null };
  if (here === undefined)
    return stopped('step_removed', 'The step it stood on is no longer part of the campaign');
  return goOn(campaign, at, here, facts);
}

/**
 * What keeps `step` from being sent: asked when its message is made, and again just before it leaves. Of the first step
 * only that the lead is gone or must not be contacted. null: it may go.
 */
export function firstStop(
  campaign: Sequence,
  step: Pick<Step, 'key' | 'stopConditions'>,
  facts: EntryFacts,
): StepGate {
  const { lead } = facts;
  if (lead === null) return stopped('lead_deleted', 'The contact was deleted');
  if (lead.isDnc) return stopped('dnc', 'The contact opted out: do not contact');
  if (campaign.steps[0]?.key === step.key) return null;
  const replied = ifReplied(campaign, facts);
  if (replied !== null) return replied;
  const asked: ConditionFacts = { ...facts, lead, since: facts.enteredAt };
  const open: Asked[] = [];
  for (const condition of step.stopConditions) {
    const answer = holds(condition, asked);
    if (answer === true) return stopped('condition', sentenceOf(condition, facts), condition.id);
    if (answer === null && condition.type === 'http') open.push(condition);
  }
  return open.length === 0 ? null : askOrHold(open, facts);
}

/** Which failures end the lead's way, and which news stop it at once. null: it may go on. */
function whatEnded({ lead, message }: EntryFacts): Decision | null {
  if (lead === null) return stopped('lead_deleted', 'The contact was deleted');
  if (lead.isDnc || (message?.status === 'failed' && message.reason === 'dnc'))
    return stopped('dnc', 'The contact opted out: do not contact');
  if (message?.status === 'cancelled') return stopped('cancelled', 'Its message was cancelled');
  if (message?.status === 'failed' && !message.fallbackSmsDispatched)
    return {
      do: 'fail',
      reason: message.reason ?? 'refused',
      detail: message.errorMessage ?? 'Its message could not be sent',
    };
  return null;
}

function ifReplied({ onReply }: Sequence, { replies }: EntryFacts): Stop | null {
  return onReply === 'stop' && replies.length > 0 ? stopped('replied', 'The contact replied') : null;
}

function isOut({ message }: EntryFacts): boolean {
  return message === null || isOver(message);
}

/** Nothing more is going to be sent for it. */
function isOver({ status }: StepMessage): boolean {
  return ['sent', 'delivered', 'fallback', 'failed', 'cancelled'].includes(status);
}

/** The step where the lead stands is done: which way on, and when. */
function goOn(campaign: Sequence, at: number, here: Step, facts: EntryFacts): Decision {
  const base = doneAt(facts);
  const fixed = campaign.steps.findIndex(({ key }) => key === facts.nextStepKey);
  if (fixed > at) return toStep(campaign, fixed, base, base, facts);
  const way = chooseWay(campaign, at, here, base, facts);
  if (way.do !== 'go') return way;
  if (way.to === null) return { do: 'finish' };
  return toStep(campaign, way.to, base, way.ripeAt, facts);
}

/** From when on waits are counted. */
function doneAt({ message, stepAt, enteredAt }: EntryFacts): number {
  if (message === null) return stepAt ?? enteredAt;
  const isSent = message.status === 'sent' || message.status === 'delivered';
  return isSent ? (message.sentAt ?? message.endedAt) : message.endedAt;
}

function toStep(
  campaign: Sequence,
  index: number,
  base: number,
  notBefore: number,
  facts: EntryFacts,
): Decision {
  const step = campaign.steps[index];
  if (step === undefined) return { do: 'finish' };
  // Only where steps changed places after the lead had been there.
  if (facts.had.includes(step.key)) return { do: 'skip', step };
  return atItsTurn(campaign, step, base, notBefore, facts);
}

function atItsTurn(
  campaign: Sequence,
  step: Step,
  base: number,
  notBefore: number,
  facts: EntryFacts,
): Decision {
  const dueAt = Math.max(base + waitMs(step.wait), notBefore);
  if (facts.now < dueAt) return { do: 'wait', until: dueAt, nextStepKey: step.key };
  if (step.onlyNonResponders && facts.replies.length > 0) return { do: 'skip', step };
  const stop = firstStop(campaign, step, facts);
  return stop ?? { do: 'send', step, stepIndex: campaign.steps.indexOf(step) };
}

/** `to` is a place among the steps, null the end. */
type Way = { do: 'go'; to: number | null; ripeAt: number };

/**
 * Every way has an instant from which on it may be taken: a reply's own, the end of a silence, for all else the instant at
 * which its target would be due. The earliest one whose condition holds wins; of two at once, the first in order. The
 * default is what remains: it waits for its own target's time, and until every other way had its chance.
 */
function chooseWay(
  { steps }: Sequence,
  at: number,
  here: Step,
  base: number,
  facts: EntryFacts,
): Way | Ask | Hold | { do: 'wait'; until: number } {
  const { lead, now, enteredAt } = facts;
  if (lead === null) return { do: 'go', to: null, ripeAt: now };
  // Who was skipped wrote before: that is what the ways of the skipped step are about.
  const since = facts.message === null ? enteredAt : base;
  const asked: ConditionFacts = { ...facts, lead, since };
  const target = (to: string | null) => placeOf(steps, at, to);
  const dueAt = (to: number | null) => base + (to === null ? 0 : waitMs((steps[to] as Step).wait));

  let best: (Way & { order: number }) | null = null;
  let defaultAt = dueAt(target(here.next));
  let nextLook = Number.POSITIVE_INFINITY;
  const open: { condition: Asked; ripeAt: number; order: number }[] = [];
  for (const [order, { condition, to }] of here.branches.entries()) {
    const place = target(to);
    const ripeAt = ripeFrom(condition, asked, base, dueAt(place));
    if (ripeAt === null) continue;
    if (!isReply(condition)) defaultAt = Math.max(defaultAt, ripeAt);
    if (ripeAt > now) {
      nextLook = Math.min(nextLook, ripeAt);
      continue;
    }
    const answer = holds(condition, asked);
    if (answer === null && condition.type === 'http') open.push({ condition, ripeAt, order });
    if (answer === true && (best === null || ripeAt < best.ripeAt))
      best = { do: 'go', to: place, ripeAt, order };
  }
  if (best === null || defaultAt < best.ripeAt)
    best = { do: 'go', to: target(here.next), ripeAt: defaultAt, order: here.branches.length };
  const rivals = open.filter(
    ({ ripeAt, order }) => ripeAt < best.ripeAt || (ripeAt === best.ripeAt && order < best.order),
  );
  if (rivals.length > 0)
    return askOrHold(
      rivals.map(({ condition }) => condition),
      facts,
    );
  return best.ripeAt <= now ? best : { do: 'wait', until: Math.min(best.ripeAt, nextLook) };
}

/** null: never, as far as is known. */
function ripeFrom(condition: Condition, facts: ConditionFacts, base: number, dueAt: number): number | null {
  switch (condition.type) {
    case 'replied':
      return atLeast(repliesSince(facts)[0]?.at, base);
    case 'replied_with':
      return atLeast(repliesSince(facts).find(({ text }) => says(text, condition.keywords))?.at, base);
    case 'no_reply_for':
      // Who was skipped did write.
      return facts.since < base ? null : base + waitMs(condition.wait);
    default:
      return dueAt;
  }
}

function atLeast(instant: number | undefined, base: number): number | null {
  return instant === undefined ? null : Math.max(instant, base);
}

function isReply({ type }: Condition): boolean {
  return type === 'replied' || type === 'replied_with';
}

/** Ways only lead forward; one that leads nowhere, or back, is the end. null: the end. */
function placeOf(steps: readonly Step[], at: number, to: Branch['to'] | null): number | null {
  if (to === END) return null;
  const place = to === null ? at + 1 : steps.findIndex(({ key }) => key === to);
  return place > at && place < steps.length ? place : null;
}

function askOrHold(open: readonly Asked[], { http }: EntryFacts): Ask | Hold {
  const unasked = open.filter(({ id }) => !http.has(id));
  if (unasked.length > 0) return { do: 'ask', conditions: unasked };
  const [first] = open;
  const answer = first === undefined ? undefined : http.get(first.id);
  if (first === undefined || answer === undefined || 'holds' in answer)
    return { do: 'ask', conditions: [...open] };
  const { failed: detail, retryAt: until } = answer;
  return { do: 'hold', reason: 'http_condition', detail, conditionId: first.id, until };
}

function stopped(reason: StopReason, detail: string, conditionId: string | null = null): Stop {
  return { do: 'stop', reason, detail, conditionId };
}

function sentenceOf(condition: Condition, { contactedBefore }: EntryFacts): string {
  switch (condition.type) {
    case 'replied':
      return 'The contact replied';
    case 'replied_with':
      return `The contact replied with one of: ${condition.keywords.join(', ')}`;
    case 'no_reply_for':
      return 'The contact did not reply';
    case 'tag':
      return condition.is === 'present'
        ? `The contact has the tag "${condition.tag}"`
        : `The contact does not have the tag "${condition.tag}"`;
    case 'field':
      return `${condition.field} ${condition.operator}${condition.value === null ? '' : ` ${condition.value}`}`;
    case 'contacted_before':
      return condition.scope === 'campaign' && contactedBefore.campaign
        ? 'The contact was written to by this campaign before'
        : 'The contact was written to by a campaign before';
    case 'dnc':
      return 'The contact opted out: do not contact';
    case 'http':
      return `${hostOf(condition.url)} said so`;
  }
}
