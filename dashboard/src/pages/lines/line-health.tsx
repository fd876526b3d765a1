/** How the line is and why: what witnesses say, and each input of its score with its bands (D19). */
import { useQuery } from '@tanstack/react-query';
import type { Line, LineHealthInputs } from '@trunkline/sdk';
import { formatNumber, formatPercent } from '../../lib/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { healthQuery } from './queries.ts';
import { RISK_TONES } from './words.ts';

export function LineHealthCard({ line }: { line: Line }) {
  const { data, error, isError, refetch } = useQuery(healthQuery(line._id));
  return (
    <Card
      title="Health and score"
      actions={data === undefined ? undefined : <Badge tone={RISK_TONES[data.risk]}>{data.risk} risk</Badge>}
    >
      {isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        data && <Health health={data} />
      )}
    </Card>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  failure_rate: 'Failure rate',
  consecutive_failures: 'Failures in a row',
  reply_rate: 'Reply rate',
};

function Health({ health }: { health: LineHealthInputs }) {
  const { checks, sends, inputs, recommendation, slowdown, lastCheckedAt, downSince } = health;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <p>
          {checks.sentence} <span className="text-muted-foreground">Last checked </span>
          <Time at={lastCheckedAt} relative />
        </p>
        <p>{sends.sentence}</p>
        {downSince !== null && health.isActive && (
          <p className="font-medium text-danger">
            Down since <Time at={downSince} />
          </p>
        )}
      </div>
      <ul aria-label="Inputs of the score" className="flex flex-col gap-3">
        {inputs.map((input) => (
          <li key={input.input} className="flex flex-col gap-0.5 border-l-2 pl-3">
            <span className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{NAMES[input.input] ?? input.input}</span>
              <span className="tabular-nums">{figureOf(input)}</span>
              <Badge tone={RISK_TONES[input.risk]}>{input.risk}</Badge>
              {input.decides && <Badge tone="info">decides</Badge>}
            </span>
            <span className="text-muted-foreground">{input.sentence}</span>
          </li>
        ))}
      </ul>
      <p>
        <span className="font-medium">{recommendation}</span>{' '}
        {slowdown > 1 && `Its gaps are ${slowdown === 2 ? 'doubled' : `${slowdown} times as long`} now.`}
      </p>
    </div>
  );
}

function figureOf({ input, value }: LineHealthInputs['inputs'][number]): string {
  if (value === null) return 'too few messages';
  return input.endsWith('_rate') ? formatPercent(value) : formatNumber(value);
}
