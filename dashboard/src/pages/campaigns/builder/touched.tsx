/** Of a campaign that runs: what an edit touches, and what stays as it is. */
import type { CampaignCheckAnswer } from '@trunkline/sdk';
import { formatNumber, plural } from '../../../lib/format.ts';
import type { StepDraft } from './draft.ts';

interface TouchedProps {
  check: Pick<CampaignCheckAnswer, 'alreadyMade' | 'standing'>;
  steps: readonly StepDraft[];
}

export function Touched({ check: { alreadyMade, standing }, steps }: TouchedProps) {
  const onTheWay = standing.reduce((total, { leads }) => total + leads, 0);
  if (alreadyMade.length === 0 && onTheWay === 0) return null;
  const nameOf = (key: string | null) => {
    if (key === null) return 'before the first step';
    const place = steps.findIndex((step) => step.key === key);
    return place === -1 ? `on ${key}` : `on step ${place + 1} (${key})`;
  };
  return (
    <section aria-label="What this edit touches" className="rounded-xl border bg-info-soft p-3 text-info">
      <p className="font-medium">
        The change holds for the steps that still lie ahead of {plural(onTheWay, 'lead')} on the way:{' '}
        {standing.map(({ key, leads }) => `${formatNumber(leads)} ${nameOf(key)}`).join(', ') || 'nobody'}.
      </p>
      {alreadyMade.length > 0 && (
        <p>
          Messages that are made stay as they are:{' '}
          {alreadyMade.map(({ key, messages }) => `${formatNumber(messages)} of ${key}`).join(', ')}.
        </p>
      )}
    </section>
  );
}
