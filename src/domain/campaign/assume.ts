/** What a simulation takes for granted of a campaign's steps: files are there, and HTTP conditions are answered alike for all. */
import type { Condition, Step } from './campaign.ts';

/** No tag has a line break in it. */
const NOBODYS_TAG = 'nobody has\nthis tag';

/** The same steps, without anything that asks somebody outside. `http`: what such conditions answer. */
export function assumeSteps(steps: readonly Step[], { http }: { http: boolean }): Step[] {
  const known = (condition: Condition): Condition =>
    condition.type === 'http'
      ? { id: condition.id, type: 'tag', tag: NOBODYS_TAG, is: http ? 'absent' : 'present' }
      : condition;
  return steps.map((step) => ({
    ...step,
    attachments: [],
    stopConditions: step.stopConditions.map(known),
    branches: step.branches.map((branch) => ({ ...branch, condition: known(branch.condition) })),
  }));
}
