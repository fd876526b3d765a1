import type { Campaign } from '@trunkline/sdk';
import { expect, test } from 'vitest';
import {
  bodyOf,
  changesOf,
  draftOf,
  moved,
  newCondition,
  newStep,
  withKey,
  withoutStep,
  withStep,
} from './draft.ts';

const CAMPAIGN = {
  name: 'Spring',
  messageType: 'imessage',
  listId: null,
  lineIds: ['a'],
  schedule: null,
  onReply: 'stop',
  allowReentry: false,
  newLeadsFirst: false,
  sendFallbackSmsOnFailed: false,
  steps: ['hello', 'again', 'bye'].map((key) => ({
    key,
    message: key,
    subject: null,
    smsMessage: null,
    attachmentUrls: [],
    attachmentNames: [],
    wait: { value: 0, unit: 's' },
    onlyNonResponders: false,
    stopConditions: key === 'again' ? [{ id: 'asks', type: 'http', ...http(), headersSet: ['x-key'] }] : [],
    branches: key === 'hello' ? [{ condition: { id: 'b', type: 'replied' }, to: 'bye' }] : [],
    next: key === 'again' ? 'bye' : null,
  })),
} as unknown as Campaign;

function http() {
  return { url: 'https://x.example/', method: 'GET', body: null, path: '', operator: 'exists', value: null };
}

const stepsOf = (draft: ReturnType<typeof draftOf>) => bodyOf(draft).steps as Campaign['steps'];

test('what was not touched is no change, and what was touched is sent alone', () => {
  const draft = draftOf(CAMPAIGN);
  expect(changesOf(draft, CAMPAIGN)).toBeNull();
  expect(changesOf({ ...draft, name: 'Autumn' }, CAMPAIGN)).toEqual({ name: 'Autumn' });
  const uid = draft.steps[0]?.uid ?? 0;
  const steps = withStep(draft.steps, uid, { message: 'Hi' });
  expect(Object.keys(changesOf({ ...draft, steps }, CAMPAIGN) ?? {})).toEqual(['steps']);
  expect(changesOf({ ...draft, steps: withStep(steps, uid, { message: 'hello' }) }, CAMPAIGN)).toBeNull();
});

test('headers stay unless they are given anew, and their names are never sent back', () => {
  const draft = draftOf(CAMPAIGN);
  const [asks] = stepsOf(draft)[1]?.stopConditions ?? [];
  expect(asks).toEqual({ id: 'asks', type: 'http', ...http() });
  const step = draft.steps[1];
  const stop = step?.stopConditions[0];
  if (step === undefined || stop?.type !== 'http') throw new Error('it is there');
  const given = withStep(draft.steps, step.uid, { stopConditions: [{ ...stop, headers: {} }] });
  expect(stepsOf({ ...draft, steps: given })[1]?.stopConditions[0]).toMatchObject({ headers: {} });
});

test('a new step gets a key that is free, a new condition no id', () => {
  const { steps } = draftOf(CAMPAIGN);
  const fourth = newStep(steps);
  expect(fourth.key).toBe('step_4');
  expect(newStep([...steps.slice(0, 2), fourth]).key).toBe('step_5');
  expect(newStep(withKey(steps, steps[0]?.uid ?? 0, 'step_4')).key).toBe('step_5');
  const draft = draftOf(CAMPAIGN);
  const added = withStep(draft.steps, draft.steps[2]?.uid ?? 0, {
    stopConditions: [{ ...newCondition('dnc'), uid: 1 }],
  });
  expect(stepsOf({ ...draft, steps: added })[2]?.stopConditions).toEqual([{ type: 'dnc', id: undefined }]);
});

test('ways follow a step that gets another key, and end where it is taken out', () => {
  const { steps } = draftOf(CAMPAIGN);
  const bye = steps[2]?.uid ?? 0;
  const renamed = withKey(steps, bye, 'farewell');
  expect(renamed.map(({ key }) => key)).toEqual(['hello', 'again', 'farewell']);
  expect([renamed[0]?.branches[0]?.to, renamed[1]?.next]).toEqual(['farewell', 'farewell']);
  const fewer = withoutStep(steps, bye);
  expect(fewer).toHaveLength(2);
  expect([fewer[0]?.branches[0]?.to, fewer[1]?.next]).toEqual(['end', null]);
});

test('a step moves one place, and no further than the first and the last', () => {
  const { steps } = draftOf(CAMPAIGN);
  const first = steps[0]?.uid ?? 0;
  const keys = (some: typeof steps) => some.map(({ key }) => key).join(' ');
  expect(keys(moved(steps, first, 1))).toBe('again hello bye');
  expect(keys(moved(steps, first, -1))).toBe('hello again bye');
});

test('keywords are sent without blanks, and without those that are still to be typed', () => {
  const draft = draftOf(CAMPAIGN);
  const [hello] = draft.steps;
  if (hello === undefined) throw new Error('it is there');
  const typed = { id: 'b', type: 'replied_with' as const, keywords: ['yes', ' sure ', ''] };
  const steps = withStep(draft.steps, hello.uid, { branches: [{ uid: 1, condition: typed, to: 'end' }] });
  expect(stepsOf({ ...draft, steps })[0]?.branches[0]?.condition).toMatchObject({
    keywords: ['yes', 'sure'],
  });
});

test('what was stored stands where it stood, so that nobody who types loses his place', () => {
  const before = draftOf(CAMPAIGN);
  const after = draftOf(CAMPAIGN, before);
  expect(after).toEqual(before);
});
