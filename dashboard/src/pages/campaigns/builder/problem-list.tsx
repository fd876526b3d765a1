/** Everything that is in the way of a launch, or of saving, with the place of each; and what is allowed and seldom meant. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import type { StepDraft } from './draft.ts';
import { type Fault, placeWords, stepOf } from './problems.ts';

interface ProblemListProps {
  problems: Fault[];
  warnings: string[];
  steps: readonly StepDraft[];
}

export function ProblemList({ problems, warnings, steps }: ProblemListProps) {
  return (
    <div aria-live="polite" className="flex flex-col gap-2 empty:hidden">
      {problems.length > 0 && (
        <section aria-label="Problems" className="rounded-xl border border-danger/40 bg-danger-soft p-3">
          <p className="flex items-center gap-2 font-medium text-danger">
            <CircleAlert className="size-4" aria-hidden />
            {plural(problems.length, 'thing is', 'things are')} in the way
          </p>
          <ul className="mt-1 list-disc pl-6">
            {problems.map((fault) => (
              <li key={`${fault.param} ${fault.error}`}>
                <Place fault={fault} steps={steps} />: {fault.error}
              </li>
            ))}
          </ul>
        </section>
      )}
      {warnings.length > 0 && (
        <section aria-label="Warnings" className="rounded-xl border bg-warning-soft p-3 text-warning">
          <ul className="flex flex-col gap-1">
            {warnings.map((warning) => (
              <li key={warning} className="flex gap-2">
                <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {warning}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Opens the step it is about. */
function Place({ fault, steps }: { fault: Fault; steps: readonly StepDraft[] }) {
  const { campaignId } = useParams({ from: '/shell/campaigns/$campaignId' });
  const navigate = useNavigate();
  const step = steps[stepOf(fault)];
  if (step === undefined) return <span className="font-medium">{placeWords(fault.param)}</span>;
  return (
    <Button
      variant="link"
      size="inline"
      className="min-h-6 font-medium"
      onClick={() =>
        void navigate({
          to: '/campaigns/$campaignId',
          params: { campaignId },
          search: { tab: 'steps', step: step.key },
          replace: true,
        })
      }
    >
      {placeWords(fault.param)}
    </Button>
  );
}
