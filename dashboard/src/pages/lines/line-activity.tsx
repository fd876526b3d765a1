/** What went out and came in, hour by hour: a picture, and the same as a table. */
import { useQuery } from '@tanstack/react-query';
import type { LineActivity } from '@trunkline/sdk';
import { formatInstant, formatNumber, formatTimeOfDay } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { activityQuery } from './queries.ts';

type Hour = LineActivity['hours'][number];
type Series = keyof LineActivity['total'];

const SERIES: readonly { key: Series; title: string; colour: string }[] = [
  { key: 'sent', title: 'Sent', colour: 'var(--chart-1)' },
  { key: 'delivered', title: 'Delivered', colour: 'var(--chart-2)' },
  { key: 'failed', title: 'Failed', colour: 'var(--chart-4)' },
  { key: 'received', title: 'Received', colour: 'var(--chart-3)' },
];

export function LineActivityCard({ lineId }: { lineId: string }) {
  const { data, error, isError, refetch } = useQuery(activityQuery(lineId));
  return (
    <Card title="24 hours">
      {isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        data && <Activity activity={data} />
      )}
    </Card>
  );
}

function Activity({ activity: { hours, total } }: { activity: LineActivity }) {
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {SERIES.map(({ key, title, colour }) => (
          <li key={key} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-sm" style={{ background: colour }} />
            {title} <strong className="tabular-nums">{formatNumber(total[key])}</strong>
          </li>
        ))}
      </ul>
      <Picture hours={hours} />
      <details>
        <summary className="cursor-pointer text-muted-foreground">As a table</summary>
        <Table hours={hours} />
      </details>
    </div>
  );
}

const HEIGHT = 120;
const GROUP = 20;
const BAR = 4;

/** Four thin bars for each hour. The table says the same to those who can't see it. */
function Picture({ hours }: { hours: readonly Hour[] }) {
  const most = Math.max(1, ...hours.flatMap((hour) => SERIES.map(({ key }) => hour[key])));
  const first = hours[0];
  const middle = hours[Math.floor(hours.length / 2)];
  return (
    <figure className="m-0">
      <p aria-hidden className="text-xs text-muted-foreground tabular-nums">
        {formatNumber(most)} an hour
      </p>
      <svg
        role="img"
        aria-label={`Messages of each hour, at most ${formatNumber(most)}`}
        viewBox={`0 0 ${hours.length * GROUP} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-32 w-full border-b"
      >
        {hours.map((hour, n) => (
          <g key={hour.hour}>
            <title>{titleOf(hour)}</title>
            <rect x={n * GROUP} y={0} width={GROUP} height={HEIGHT} fill="transparent" />
            {SERIES.map(({ key, colour }, bar) => {
              const height = (hour[key] / most) * HEIGHT;
              return (
                <rect
                  key={key}
                  x={n * GROUP + 1 + bar * (BAR + 0.5)}
                  y={HEIGHT - height}
                  width={BAR}
                  height={height}
                  fill={colour}
                />
              );
            })}
          </g>
        ))}
      </svg>
      <figcaption className="flex justify-between text-xs text-muted-foreground tabular-nums">
        <span>{first === undefined ? '' : formatTimeOfDay(first.hour)}</span>
        <span>{middle === undefined ? '' : formatTimeOfDay(middle.hour)}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function titleOf(hour: Hour): string {
  const told = SERIES.filter(({ key }) => hour[key] > 0).map(
    ({ key, title }) => `${title.toLowerCase()} ${formatNumber(hour[key])}`,
  );
  return `${formatInstant(hour.hour)}: ${told.length === 0 ? 'nothing' : told.join(', ')}`;
}

function Table({ hours }: { hours: readonly Hour[] }) {
  const told = hours.filter((hour) => SERIES.some(({ key }) => hour[key] > 0));
  if (told.length === 0) return <p className="pt-2">Nothing in these hours.</p>;
  return (
    <table className="mt-2 w-full tabular-nums">
      <thead>
        <tr className="border-b text-left">
          <th scope="col" className="py-1 font-medium">
            Hour from
          </th>
          {SERIES.map(({ key, title }) => (
            <th key={key} scope="col" className="py-1 text-right font-medium">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {told.map((hour) => (
          <tr key={hour.hour} className="border-b last:border-0">
            <th scope="row" className="py-1 text-left font-normal">
              {formatInstant(hour.hour)}
            </th>
            {SERIES.map(({ key }) => (
              <td key={key} className="py-1 text-right">
                {formatNumber(hour[key])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
