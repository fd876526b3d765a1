/** How recipients of the fake behave: by the last two digits of numbers like +120255501NN, unless a test says otherwise. */
export const RECIPIENTS = {
  '+12025550100': 'delivered',
  '+12025550101': 'read',
  '+12025550102': 'never delivered',
  '+12025550110': 'not on iMessage',
  '+12025550111': 'refused',
  '+12025550112': 'refused for now',
  '+12025550113': 'refused late',
  '+12025550114': 'sent as SMS',
  '+12025550120': 'slow row',
  '+12025550121': 'never sent',
  '+12025550123': 'left, row late',
  '+12025550122': 'ghost',
  '+12025550130': 'hangs, sent',
  '+12025550131': 'hangs, lost',
  '+12025550132': 'times out, sent',
  '+12025550133': 'times out, lost',
  '+12025550140': 'no participant',
} as const;

export type Behaviour = (typeof RECIPIENTS)[keyof typeof RECIPIENTS];

export function behaviourOf(address: string): Behaviour {
  return (RECIPIENTS as Readonly<Record<string, Behaviour>>)[address] ?? 'delivered';
}
