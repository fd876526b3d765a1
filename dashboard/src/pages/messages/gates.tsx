import type { Gate } from '@trunkline/sdk';
import { Check, Hourglass, OctagonAlert } from 'lucide-react';
import { Time } from '../../ui/time.tsx';
import { Sentence } from './sentence.tsx';
import { GATE_TITLES } from './words.ts';

/** Every gate, in the order they are asked: passed, or until when it is closed. */
export function Gates({ gates, zone }: { gates: readonly Gate[]; zone?: string | null | undefined }) {
  return (
    <ol className="flex flex-col divide-y" aria-label="Gates, in the order they are asked">
      {gates.map((gate) => (
        <li key={gate.gate} className="flex gap-2.5 py-2">
          <GateIcon gate={gate} />
          <div className="min-w-0 flex-1">
            <div className="flex flex-wrap justify-between gap-x-3">
              <span className="font-medium">
                {GATE_TITLES[gate.gate]}
                <span className="sr-only">: {gate.state}.</span>
              </span>
              {gate.state === 'blocked' &&
                (gate.until === null ? (
                  <span className="text-danger">until somebody acts</span>
                ) : (
                  <span className="text-warning">
                    opens <Time at={gate.until} zone={zone} relative />
                  </span>
                ))}
            </div>
            <p className="text-muted-foreground">
              <Sentence text={gate.reason} zone={zone ?? null} />
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function GateIcon({ gate: { state, until } }: { gate: Gate }) {
  const style = 'mt-0.5 size-4 shrink-0';
  if (state === 'passed') return <Check className={`${style} text-success`} aria-hidden />;
  if (until === null) return <OctagonAlert className={`${style} text-danger`} aria-hidden />;
  return <Hourglass className={`${style} text-warning`} aria-hidden />;
}
