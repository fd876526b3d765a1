/** What a simulation came to: figures, warnings, the calendar, lines, steps, and what never goes. */
import { useQuery } from '@tanstack/react-query';
import type { Campaign } from '@trunkline/sdk';
import { TriangleAlert } from 'lucide-react';
import { formatNumber } from '../../../lib/format.ts';
import { Card } from '../../../ui/card.tsx';
import { Time } from '../../../ui/time.tsx';
import { Figure, Figures } from '../figure.tsx';
import { PlainTable } from '../plain-table.tsx';
import { lineName, linesQuery, type Simulation, type SimulationResult } from '../queries.ts';
import { Calendar } from './calendar.tsx';
import { NeverGoes } from './never-goes.tsx';
import { askedWords } from './wishes.ts';

interface ResultProps {
  campaign: Campaign;
  simulation: Simulation;
  result: SimulationResult;
}

export function Result({ campaign, simulation, result }: ResultProps) {
  const { data } = useQuery(linesQuery);
  const { timezone: zone } = result;
  return (
    <>
      <Card title={`Foreseen, ${askedWords(simulation.asked)}`}>
        <Figures>
          <Figure label="The last message goes" value={<Time at={result.finishAt} zone={zone} />} />
          <Figure label="Messages" value={formatNumber(result.messages)} />
          <Figure label="Leads that get one" value={formatNumber(result.leads)} />
          <Figure label="New conversations" value={formatNumber(result.firstTouches)} />
          <Figure label="As a fallback SMS" value={formatNumber(result.fallbacks)} />
          <Figure label="Steps that never go" value={formatNumber(result.neverGoes.total)} />
        </Figures>
        {result.warnings.length > 0 && (
          <ul aria-label="Warnings" className="mt-3 flex flex-col gap-1 text-warning">
            {result.warnings.map((warning) => (
              <li key={warning} className="flex gap-2">
                <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
                {warning}
              </li>
            ))}
          </ul>
        )}
        <details className="mt-3">
          <summary className="min-h-6 cursor-pointer">What was taken for granted</summary>
          <ul className="mt-1 list-disc pl-5 text-muted-foreground">
            {result.assumptions.map((assumption) => (
              <li key={assumption}>{assumption}</li>
            ))}
          </ul>
        </details>
      </Card>
      <Calendar campaignId={campaign._id} simulation={simulation} result={result} lines={data?.lines} />
      <Card title="Lines">
        <PlainTable
          label="Foreseen by line"
          head={['Line', 'Drained at', 'Messages', 'New conversations', 'First message']}
          rows={result.perLine.map((each) => ({
            key: each.lineId,
            cells: [
              lineName(data?.lines, each.lineId),
              <Time key="last" at={each.lastAt} zone={zone} />,
              formatNumber(each.messages),
              formatNumber(each.firstTouches),
              <Time key="first" at={each.firstAt} zone={zone} />,
            ],
          }))}
        />
      </Card>
      <Card title="Steps">
        <PlainTable
          label="Foreseen by step"
          head={['Step', 'Messages', 'First message', 'Last message']}
          rows={result.perStep.map((each) => ({
            key: each.stepKey,
            cells: [
              each.stepKey,
              formatNumber(each.messages),
              <Time key="first" at={each.firstAt} zone={zone} />,
              <Time key="last" at={each.lastAt} zone={zone} />,
            ],
          }))}
        />
      </Card>
      <NeverGoes campaignId={campaign._id} simulationId={simulation.simulationId} never={result.neverGoes} />
    </>
  );
}
