/** Lines in figures, and checked: a part of example-values.ts. */
export const LINE_VALUES: Readonly<Record<string, unknown>> = {
  'LineWitness.sentence': 'Its last check found nothing wrong.',
  'LineScoreFactor.sentence':
    '2.4 % of 41 messages failed in 24 hours. From 5.0 % the risk is medium, above 15.0 % high.',
  'LineScoreFactor.value': 0.024,
  'LineScoreFactor.medium': 0.05,
  'LineScoreFactor.high': 0.15,
  'LineHealthInputs.slowdown': 1,
  'LineHealthInputs.because': '2.4 % of 41 messages failed in 24 hours',
  'LineWitness.untilDown': 7,
  hour: '2026-11-24T09:00:00.000Z',
  'LineQueue.nextMessageAt': '2026-11-24T09:30:00.000Z',
  'LineQueue.nextConversationAt': '2026-11-24T09:30:00.000Z',
  'LineCheckAnswer.ok': true,
  'SetupStep.sentence': 'The server takes the password',
  checkedAt: '2026-11-24T09:30:00.000Z',
};
