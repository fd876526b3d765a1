/** When what goes: a grid of days and hours, darker where more goes. It is a table; a day opens to show its lines. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Line } from '@trunkline/sdk';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../../api.ts';
import { formatNumber } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { lineName, type Simulation, type SimulationResult } from '../queries.ts';
import { DayDialog } from './day-dialog.tsx';
import { dayAfter, dayWords, type Heat, heatOf, hourWords, strengthOf } from './heat.ts';

interface CalendarProps {
  campaignId: string;
  simulation: Simulation;
  result: SimulationResult;
  lines: readonly Line[] | undefined;
}

const DAYS_SHOWN = 42;

export function Calendar({ campaignId, simulation: { simulationId }, result, lines }: CalendarProps) {
  const [lineId, setLineId] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const [day, setDay] = useState<string | null>(null);
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ['simulations', 'one', campaignId, simulationId, 'calendar', from, lineId],
    queryFn: ({ signal }) =>
      api.getSimulationCalendar(
        {
          id: campaignId,
          simulationId,
          from: from ?? undefined,
          ...(lineId === '' ? {} : { lineId, by: 'line' as const }),
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card
      title="Calendar"
      actions={
        <Field label="Line" hideLabel>
          <Select value={lineId} onChange={({ target }) => setLineId(target.value)}>
            <option value="">All lines</option>
            {result.perLine.map((each) => (
              <option key={each.lineId} value={each.lineId}>
                {lineName(lines, each.lineId)}
              </option>
            ))}
          </Select>
        </Field>
      }
    >
      {isPending ? (
        <Skeleton className="h-72" />
      ) : data === undefined ? (
        <ErrorState error={error} onRetry={() => refetch()} />
      ) : data.from === null || data.to === null ? (
        <p className="text-muted-foreground">Nothing goes, so there is nothing to show.</p>
      ) : (
        <>
          <p className="mb-2 text-xs text-muted-foreground">
            Messages in each hour, by the clock of {data.timezone}. Choose a day to see which line sends what.
          </p>
          <Grid heat={heatOf(data.hours, data.from, data.to)} onDay={setDay} />
          <Pager from={data.from} first={data.firstDay} last={data.lastDay} to={data.to} onFrom={setFrom} />
        </>
      )}
      <DayDialog
        campaignId={campaignId}
        simulationId={simulationId}
        day={day}
        lines={lines}
        onClose={() => setDay(null)}
      />
    </Card>
  );
}

function Grid({ heat: { hours, days, most }, onDay }: { heat: Heat; onDay(day: string): void }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
      tabIndex={0}
      aria-label="Calendar of what goes when"
      className="overflow-x-auto"
    >
      <table className="border-separate border-spacing-0.5 text-center text-xs tabular-nums">
        <caption className="sr-only">Messages by day and hour</caption>
        <thead>
          <tr>
            <th scope="col" className="sticky left-0 bg-card text-left font-medium">
              Day
            </th>
            {hours.map((hour) => (
              <th key={hour} scope="col" className="min-w-10 font-normal text-muted-foreground">
                {hourWords(hour)}
              </th>
            ))}
            <th scope="col" className="min-w-12 font-medium">
              All day
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, cells, total }) => (
            <tr key={day}>
              <th scope="row" className="sticky left-0 bg-card pr-2 text-left font-normal whitespace-nowrap">
                <button
                  type="button"
                  className="min-h-6 underline underline-offset-4 hover:no-underline disabled:text-muted-foreground disabled:no-underline"
                  disabled={total === 0}
                  onClick={() => onDay(day)}
                >
                  {dayWords(day)}
                </button>
              </th>
              {cells.map((messages, n) => (
                <td
                  key={hours[n]}
                  className="h-7 rounded bg-muted/50"
                  style={
                    messages === 0
                      ? undefined
                      : {
                          backgroundColor: `color-mix(in oklab, var(--chart-1) ${strengthOf(messages, most)}%, var(--card))`,
                        }
                  }
                >
                  {messages === 0 ? <span className="sr-only">0</span> : formatNumber(messages)}
                </td>
              ))}
              <td className="font-medium">{total === 0 ? '–' : formatNumber(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface PagerProps {
  from: string;
  to: string;
  first: string | null;
  last: string | null;
  onFrom(day: string): void;
}

function Pager({ from, to, first, last, onFrom }: PagerProps) {
  if (first === null || last === null || (from <= first && to >= last)) return null;
  return (
    <div className="mt-3 flex items-center gap-2">
      <Button size="sm" disabled={from <= first} onClick={() => onFrom(dayAfter(from, -DAYS_SHOWN))}>
        <ChevronLeft aria-hidden /> Earlier
      </Button>
      <Button size="sm" disabled={to >= last} onClick={() => onFrom(dayAfter(to))}>
        Later <ChevronRight aria-hidden />
      </Button>
    </div>
  );
}
