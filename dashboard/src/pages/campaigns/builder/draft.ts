/** A campaign while it is written: what stands in the form, how it is changed, and what of it is sent. Pure. */
import type { Campaign, CampaignStep, Condition, ConditionBody, UpdateCampaignBody } from '@trunkline/sdk';

/** Headers are never answered: `headersSet` names those that are kept, `headers` are given anew, null: those stay. */
export type ConditionDraft =
  | Exclude<Condition, { type: 'http' }>
  | (Extract<Condition, { type: 'http' }> & { headers: Record<string, string> | null });

export interface BranchDraft {
  uid: number;
  condition: ConditionDraft;
  to: string;
}

export interface StepDraft extends Omit<CampaignStep, 'stopConditions' | 'branches'> {
  /** Stays while the page lives, whatever its key and place become. */
  uid: number;
  stopConditions: (ConditionDraft & { uid: number })[];
  branches: BranchDraft[];
}

export type Schedule = NonNullable<Campaign['schedule']>;

export interface Draft
  extends Pick<
    Campaign,
    | 'name'
    | 'messageType'
    | 'listId'
    | 'lineIds'
    | 'schedule'
    | 'onReply'
    | 'allowReentry'
    | 'newLeadsFirst'
    | 'sendFallbackSmsOnFailed'
  > {
  steps: StepDraft[];
}

export const END = 'end';
let lastUid = 0;
export const newUid = () => ++lastUid;

/** `before`: what stood there; what is at the same place is the same to the page. */
export function draftOf(campaign: Campaign, before?: Draft): Draft {
  return {
    name: campaign.name,
    messageType: campaign.messageType,
    listId: campaign.listId,
    lineIds: campaign.lineIds,
    schedule: campaign.schedule,
    onReply: campaign.onReply,
    allowReentry: campaign.allowReentry,
    newLeadsFirst: campaign.newLeadsFirst,
    sendFallbackSmsOnFailed: campaign.sendFallbackSmsOnFailed,
    steps: campaign.steps.map((step, index) => draftStepOf(step, before?.steps[index])),
  };
}

function draftStepOf(step: CampaignStep, before: StepDraft | undefined): StepDraft {
  return {
    ...step,
    uid: before?.uid ?? newUid(),
    stopConditions: step.stopConditions.map((each, n) => ({
      ...conditionDraftOf(each),
      uid: before?.stopConditions[n]?.uid ?? newUid(),
    })),
    branches: step.branches.map(({ condition, to }, n) => ({
      uid: before?.branches[n]?.uid ?? newUid(),
      condition: conditionDraftOf(condition),
      to,
    })),
  };
}

function conditionDraftOf(condition: Condition): ConditionDraft {
  return condition.type === 'http' ? { ...condition, headers: null } : condition;
}

/** All of it, as it is sent. */
export function bodyOf({ steps, ...rest }: Draft): UpdateCampaignBody & { steps: object[] } {
  return {
    ...rest,
    steps: steps.map(({ uid: _, stopConditions, branches, ...step }) => ({
      ...step,
      stopConditions: stopConditions.map(({ uid: __, ...condition }) => conditionBodyOf(condition)),
      branches: branches.map(({ condition, to }) => ({ condition: conditionBodyOf(condition), to })),
    })),
  };
}

function conditionBodyOf(condition: ConditionDraft): ConditionBody {
  const id = condition.id === '' ? undefined : condition.id;
  if (condition.type === 'replied_with')
    return { ...condition, id, keywords: condition.keywords.map((word) => word.trim()).filter(Boolean) };
  if (condition.type !== 'http') return { ...condition, id };
  const { headersSet: _, headers, ...asked } = condition;
  return { ...asked, id, ...(headers === null ? {} : { headers }) };
}

/** Only the fields that differ from what is stored: an edit is judged by what it changes. null: none. */
export function changesOf(draft: Draft, campaign: Campaign): UpdateCampaignBody | null {
  const before = new Map(Object.entries(bodyOf(draftOf(campaign))));
  const changed = Object.entries(bodyOf(draft)).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before.get(field)),
  );
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

export function newStep(steps: readonly StepDraft[]): StepDraft {
  const taken = new Set(steps.map(({ key }) => key));
  let n = steps.length + 1;
  while (taken.has(`step_${n}`)) n += 1;
  return {
    uid: newUid(),
    key: `step_${n}`,
    message: '',
    subject: null,
    smsMessage: null,
    attachmentUrls: [],
    attachmentNames: [],
    wait: steps.length === 0 ? { value: 0, unit: 's' } : { value: 2, unit: 'd' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
  };
}

export function newCondition(type: Condition['type'], id = ''): ConditionDraft {
  switch (type) {
    case 'replied':
    case 'dnc':
      return { id, type };
    case 'replied_with':
      return { id, type, keywords: [] };
    case 'no_reply_for':
      return { id, type, wait: { value: 3, unit: 'd' } };
    case 'tag':
      return { id, type, tag: '', is: 'present' };
    case 'field':
      return { id, type, field: '', operator: 'eq', value: '' };
    case 'contacted_before':
      return { id, type, scope: 'any_campaign' };
    case 'http':
      return {
        id,
        type,
        url: '',
        method: 'GET',
        body: null,
        path: '',
        operator: 'eq',
        value: '',
        headersSet: [],
        headers: null,
      };
  }
}

type Steps = readonly StepDraft[];

export function withStep(steps: Steps, uid: number, changes: Partial<StepDraft>): StepDraft[] {
  return steps.map((step) => (step.uid === uid ? { ...step, ...changes } : step));
}

/** With all the ways that lead to it. */
export function withKey(steps: Steps, uid: number, key: string): StepDraft[] {
  const before = steps.find((step) => step.uid === uid)?.key;
  const follow = <To extends string | null>(to: To) => (to === before ? key : to);
  return steps.map((step) => ({
    ...step,
    key: step.uid === uid ? key : step.key,
    next: follow(step.next),
    branches: step.branches.map((branch) => ({ ...branch, to: follow(branch.to) })),
  }));
}

/** Ways that led to it lead to the end; the way of those before it goes on to what follows. */
export function withoutStep(steps: Steps, uid: number): StepDraft[] {
  const gone = steps.find((step) => step.uid === uid)?.key;
  return steps
    .filter((step) => step.uid !== uid)
    .map((step) => ({
      ...step,
      next: step.next === gone ? null : step.next,
      branches: step.branches.map((branch) => (branch.to === gone ? { ...branch, to: END } : branch)),
    }));
}

/** One place up (-1) or down (1). The first step keeps no stop conditions: nobody is on the way yet. */
export function moved(steps: Steps, uid: number, by: -1 | 1): StepDraft[] {
  const from = steps.findIndex((step) => step.uid === uid);
  const to = from + by;
  const [step, other] = [steps[from], steps[to]];
  if (step === undefined || other === undefined) return [...steps];
  const next = [...steps];
  next[from] = other;
  next[to] = step;
  return next;
}
