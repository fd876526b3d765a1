/** The sequence as it is read: what goes after which wait, and where each way leads. Every step is a button. */
import { CircleAlert } from 'lucide-react';
import { plural } from '../../../lib/format.ts';
import { cn } from '../../../ui/cn.ts';
import { conditionWords, waitWords } from '../words.ts';
import { END, type StepDraft } from './draft.ts';

interface OutlineProps {
  steps: readonly StepDraft[];
  openKey: string;
  /** How many things are wrong with the step at this place. */
  faulty(index: number): number;
  onOpen(key: string): void;
}

export function Outline({ steps, openKey, faulty, onOpen }: OutlineProps) {
  const nameOf = (to: string) => {
    if (to === END) return 'the end';
    const place = steps.findIndex(({ key }) => key === to);
    return place === -1 ? `${to} (no such step)` : `step ${place + 1}`;
  };
  return (
    <ol className="flex flex-col gap-2">
      {steps.map((step, index) => {
        const faults = faulty(index);
        return (
          <li key={step.uid} className="rounded-lg border">
            <button
              type="button"
              aria-current={step.key === openKey ? 'step' : undefined}
              onClick={() => onOpen(step.key)}
              className={cn(
                'flex w-full flex-col gap-0.5 rounded-lg p-2.5 text-left hover:bg-accent',
                step.key === openKey && 'bg-accent',
              )}
            >
              <span className="flex items-center gap-2 font-medium">
                {index + 1}. {step.key}
                {faults > 0 && (
                  <span className="inline-flex items-center gap-1 text-xs text-danger">
                    <CircleAlert className="size-3.5" aria-hidden /> {plural(faults, 'problem')}
                  </span>
                )}
              </span>
              <span className="text-xs text-muted-foreground">
                {index === 0 ? 'after entering: ' : 'after the step before: '}
                {waitWords(step.wait)}
                {step.onlyNonResponders && ', only who has not replied'}
              </span>
              <span className="line-clamp-2 break-words">{step.message || 'no text yet'}</span>
            </button>
            <Ways
              step={step}
              isLast={index === steps.length - 1}
              nameOf={nameOf}
              follows={steps[index + 1]}
            />
          </li>
        );
      })}
    </ol>
  );
}

interface WaysProps {
  step: StepDraft;
  isLast: boolean;
  follows: StepDraft | undefined;
  nameOf(to: string): string;
}

function Ways({ step: { stopConditions, branches, next }, isLast, follows, nameOf }: WaysProps) {
  const onwards = next ?? (isLast ? END : (follows?.key ?? END));
  if (stopConditions.length === 0 && branches.length === 0 && next === null) return null;
  return (
    <ul className="border-t px-2.5 py-1.5 text-xs">
      {stopConditions.map((condition) => (
        <li key={condition.uid}>
          <span className="text-muted-foreground">out, if the lead</span> {conditionWords(condition)}
        </li>
      ))}
      {branches.map(({ uid, condition, to }) => (
        <li key={uid}>
          <span className="text-muted-foreground">if the lead</span> {conditionWords(condition)} →{' '}
          {nameOf(to)}
        </li>
      ))}
      <li>
        <span className="text-muted-foreground">{branches.length > 0 ? 'else' : 'then'}</span> →{' '}
        {nameOf(onwards)}
      </li>
    </ul>
  );
}
