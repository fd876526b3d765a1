/** Simulations of this campaign beside one another: what was assumed, and when the last message goes. */
import type { SimulationsAnswer } from '@trunkline/sdk';
import { formatNumber } from '../../../lib/format.ts';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Card } from '../../../ui/card.tsx';
import { cn } from '../../../ui/cn.ts';
import { Time } from '../../../ui/time.tsx';
import { askedWords } from './wishes.ts';

interface CompareProps {
  simulations: SimulationsAnswer['simulations'];
  shownId: string | undefined;
  onShow(simulationId: string): void;
}

export function Compare({ simulations, shownId, onShow }: CompareProps) {
  if (simulations.length === 0) return null;
  return (
    <Card title="Simulations">
      <ul className="flex flex-col gap-2">
        {simulations.map(({ simulationId, asked, status, outcome, createdAt }) => (
          <li
            key={simulationId}
            className={cn('rounded-lg border p-2.5', simulationId === shownId && 'bg-accent')}
          >
            <button
              type="button"
              aria-current={simulationId === shownId || undefined}
              onClick={() => onShow(simulationId)}
              className="min-h-6 w-full text-left font-medium underline-offset-4 hover:underline"
            >
              {askedWords(asked)}
            </button>
            <div className="text-xs">
              {outcome === null ? (
                <StatusBadge status={status} />
              ) : (
                <>
                  {formatNumber(outcome.messages)} messages, the last one <Time at={outcome.finishAt} />
                  {outcome.neverGoes > 0 && `; ${formatNumber(outcome.neverGoes)} never go`}
                </>
              )}
            </div>
            <div className="text-xs text-muted-foreground">
              <Time at={createdAt} relative />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
