/** Which facts decisions about a campaign can look at at all: what none of its steps asks for need not be read. */
import type { Condition, Step } from './campaign.ts';
import type { Sequence } from './next-step.ts';

export interface FactsNeeded {
  replies: boolean;
  /** Who wrote to the lead before it entered. */
  contacts: boolean;
  /** Of HTTP conditions. */
  answers: boolean;
}

const NEEDED_BY: Readonly<Record<Condition['type'], keyof FactsNeeded | null>> = {
  replied: 'replies',
  replied_with: 'replies',
  no_reply_for: 'replies',
  contacted_before: 'contacts',
  http: 'answers',
  tag: null,
  field: null,
  dnc: null,
};

/** For whatever `decide` may ask. */
export function neededToDecide({ steps, onReply }: Sequence): FactsNeeded {
  const conditions = steps.flatMap(({ stopConditions, branches }) => [
    ...stopConditions,
    ...branches.map(({ condition }) => condition),
  ]);
  return neededBy(conditions, onReply === 'stop' || steps.some((step) => step.onlyNonResponders));
}

/** For whatever `firstStop` may ask of this step. */
export function neededToStop(
  { steps, onReply }: Sequence,
  { key, stopConditions }: Pick<Step, 'key' | 'stopConditions'>,
): FactsNeeded {
  return steps[0]?.key === key ? neededBy([], false) : neededBy(stopConditions, onReply === 'stop');
}

function neededBy(conditions: readonly Condition[], asksReplies: boolean): FactsNeeded {
  const needed = new Set(conditions.map(({ type }) => NEEDED_BY[type]));
  return {
    replies: asksReplies || needed.has('replies'),
    contacts: needed.has('contacts'),
    answers: needed.has('answers'),
  };
}
