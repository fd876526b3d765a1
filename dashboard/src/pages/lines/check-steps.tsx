/** What a guided check found: each step with its sentence, and what to do where something is missing. */
import type { LineCheckAnswer } from '@trunkline/sdk';
import { CircleAlert, CircleCheck, CircleDashed, CircleX, type LucideIcon } from 'lucide-react';

type Step = LineCheckAnswer['steps'][number];

const LOOKS: Readonly<Record<Step['state'], { icon: LucideIcon; className: string; word: string }>> = {
  ok: { icon: CircleCheck, className: 'text-success', word: 'Fine' },
  warning: { icon: CircleAlert, className: 'text-warning', word: 'Works, with a limit' },
  failed: { icon: CircleX, className: 'text-danger', word: 'Failed' },
  skipped: { icon: CircleDashed, className: 'text-muted-foreground', word: 'Not asked' },
};

export function CheckSteps({ check }: { check: LineCheckAnswer }) {
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-medium">
        {summaryOf(check)}
      </p>
      <ol className="flex flex-col gap-2.5">
        {check.steps.map((step) => (
          <CheckStep key={step.key} step={step} />
        ))}
      </ol>
    </div>
  );
}

function CheckStep({ step: { key, state, sentence, fix } }: { step: Step }) {
  const { icon: Icon, className, word } = LOOKS[state];
  return (
    <li data-step={key} data-state={state} className="flex gap-2.5">
      <Icon className={`mt-0.5 size-4 shrink-0 ${className}`} role="img" aria-label={word} />
      <div className="min-w-0 break-words">
        <p className={state === 'skipped' ? 'text-muted-foreground' : ''}>{sentence}</p>
        {fix !== null && <p className="text-muted-foreground">{fix}</p>}
      </div>
    </li>
  );
}

export function summaryOf({ ok, steps }: Pick<LineCheckAnswer, 'ok' | 'steps'>): string {
  const failed = steps.find(({ state }) => state === 'failed');
  if (!ok && failed !== undefined) return `One thing is in the way: ${failed.sentence}`;
  const warned = steps.filter(({ state }) => state === 'warning').length;
  if (warned === 0) return 'Everything is in place.';
  return `It works. ${warned === 1 ? 'One thing' : `${warned} things`} could be better.`;
}
