import { expect, test } from 'vitest';
import { faultAt, faultsOfStep, placeWords } from './problems.ts';

test.each([
  ['steps[1].branches[0].to', 'step 2, branch 1, to'],
  ['steps[0].branches[2].condition.value', 'step 1, branch 3, value'],
  ['steps[2].stopConditions[0].keywords', 'step 3, stop condition 1, keywords'],
  ['steps[0].wait.value', 'step 1, wait, value'],
  ['steps[0].attachmentUrls[1]', 'step 1, attachment 2'],
  ['lineIds[3]', 'lines'],
  ['listId', 'list'],
  ['schedule.timezone', 'schedule, timezone'],
  ['steps', 'steps'],
])('%s is %s', (param, words) => {
  expect(placeWords(param)).toBe(words);
});

test('a fault is found at its place, and with its step', () => {
  const faults = [
    { param: 'steps[10].message', error: 'must be given' },
    { param: 'steps[1].wait', error: 'must be at most 365 days' },
  ];
  expect(faultAt(faults, 'steps[1].wait')).toBe('must be at most 365 days');
  expect(faultAt(faults, 'steps[1].message')).toBeUndefined();
  expect(faultsOfStep(faults, 1)).toEqual([faults[1]]);
});
