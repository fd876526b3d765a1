/** Some of the simulated phones, by what they do; all of them: docs/sandbox.md. */
export const RECIPIENTS = [
  { phone: '+12025550100', does: 'receives it' },
  { phone: '+12025550101', does: 'receives and reads it' },
  { phone: '+12025550110', does: 'answers “Yes, I’m interested!”' },
  { phone: '+12025550109', does: 'answers STOP, and is not written to again' },
  { phone: '+12025550102', does: 'is not on iMessage: it goes on by SMS' },
  { phone: '+12025550103', does: 'refuses it' },
] as const;
