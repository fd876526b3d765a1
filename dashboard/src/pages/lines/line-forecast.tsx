/** When the queue drains, day by day, and what more lines or another cap would change. */
import { useQuery } from '@tanstack/react-query';
import type { Line, LineForecast, LineOutlook } from '@trunkline/sdk';
import { useDeferredValue, useState } from 'react';
import { formatNumber, plural } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { changeOf } from './compare.ts';
import { forecastQuery, type WhatIf } from './queries.ts';

/** What is asked before anybody asks for something else. */
export const FIRST_WHAT_IF: WhatIf = { addLines: 2 };

export function LineForecastCard({ line }: { line: Line }) {
  const [addLines, setAddLines] = useState(String(FIRST_WHAT_IF.addLines));
  const [cap, setCap] = useState('');
  const [totalCap, setTotalCap] = useState('');
  const asked = useDeferredValue(`${addLines}|${cap}|${totalCap}`);
  const whatIf = whatIfOf(asked);
  const { data, error, isError, isFetching, refetch } = useQuery({
    ...forecastQuery(line._id, whatIf),
    placeholderData: (before) => before,
  });
  return (
    <Card title="Queue">
      {isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        data && (
          <div className="flex flex-col gap-4">
            <AsItIs forecast={data} line={line} />
            {data.waiting + data.toCome > 0 && (
              <fieldset className="flex flex-col gap-3 border-t pt-3">
                <legend className="float-left mb-2 w-full font-medium">What if…</legend>
                <div className="grid grid-cols-1 items-end gap-3 sm:grid-cols-3">
                  <NumberField label="More lines like it" value={addLines} max={100} onChange={setAddLines} />
                  <NumberField
                    label="New conversations a day"
                    value={cap}
                    max={1_000_000}
                    placeholder={capText(line.dailyNewConversationsLimit)}
                    onChange={setCap}
                  />
                  <NumberField
                    label="Messages a day"
                    value={totalCap}
                    max={1_000_000}
                    placeholder={capText(line.dailyTotalMessagesLimit)}
                    onChange={setTotalCap}
                  />
                </div>
                <p role="status" aria-busy={isFetching} className="min-h-10">
                  {data.whatIf === null ? 'Nothing would change.' : changeOf(data.now, data.whatIf)}
                </p>
              </fieldset>
            )}
            <details>
              <summary className="cursor-pointer text-muted-foreground">What this assumes</summary>
              <ul className="mt-2 list-disc pl-5 text-muted-foreground">
                {data.assumptions.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </details>
          </div>
        )
      )}
    </Card>
  );
}

/** As `useDeferredValue` hands it on: one text. What is empty or no number is not asked. */
function whatIfOf(asked: string): WhatIf {
  const [addLines, cap, totalCap] = asked
    .split('|')
    .map((text) => (/^\d{1,7}$/.test(text) ? Number(text) : undefined));
  return {
    ...(addLines === undefined || addLines > 100 ? {} : { addLines }),
    ...(cap === undefined || cap > 1_000_000 ? {} : { cap }),
    ...(totalCap === undefined || totalCap > 1_000_000 ? {} : { totalCap }),
  };
}

function capText(cap: number | null): string {
  return cap === null ? 'no cap' : `now ${formatNumber(cap)}`;
}

interface NumberFieldProps {
  label: string;
  value: string;
  max: number;
  placeholder?: string;
  onChange(value: string): void;
}

function NumberField({ label, value, max, placeholder, onChange }: NumberFieldProps) {
  return (
    <Field label={label}>
      <Input
        type="number"
        min={0}
        max={max}
        inputMode="numeric"
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    </Field>
  );
}

function AsItIs({ forecast, line }: { forecast: LineForecast; line: Line }) {
  const { waiting, toCome, now } = forecast;
  if (waiting + toCome === 0)
    return <p>Nothing waits on this line, and no campaign is going to bring it anything.</p>;
  return (
    <div className="flex flex-col gap-3">
      <p>
        {plural(waiting, 'message')} wait{waiting === 1 ? 's' : ''}
        {toCome > 0 && `, and campaigns will bring ${formatNumber(toCome)} more`}.{' '}
        {now.drainsAt === null ? (
          <strong>{plural(now.neverGoes, 'message')} never leave as things are.</strong>
        ) : (
          <>
            The last one goes <Time at={now.drainsAt} zone={line.capTimezone} relative />.
          </>
        )}
        {now.bottleneck !== null && ` It waits longest for its ${gateName(now.bottleneck.gate)}.`}
      </p>
      <Days outlook={now} />
    </div>
  );
}

function gateName(gate: string): string {
  return gate.replaceAll('_', ' ');
}

const MOST_DAYS = 14;

function Days({ outlook: { perDay } }: { outlook: LineOutlook }) {
  if (perDay.length === 0) return null;
  const most = Math.max(...perDay.map(({ messages }) => messages));
  return (
    <div>
      <table className="w-full tabular-nums">
        <caption className="sr-only">Messages that go, day by day</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Share</th>
            <th scope="col">Messages</th>
          </tr>
        </thead>
        <tbody>
          {perDay.slice(0, MOST_DAYS).map(({ day, messages, firstTouches }) => (
            <tr key={day}>
              <th scope="row" className="w-24 py-0.5 pr-2 text-left font-normal whitespace-nowrap">
                {day}
              </th>
              <td className="py-0.5">
                <span
                  aria-hidden
                  className="block h-3 rounded-sm bg-chart-1"
                  style={{ width: `${Math.max(1, (messages / most) * 100)}%` }}
                />
              </td>
              <td className="w-40 py-0.5 pl-2 text-right whitespace-nowrap">
                {formatNumber(messages)}, {formatNumber(firstTouches)} new
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {perDay.length > MOST_DAYS && (
        <p className="text-muted-foreground">and {plural(perDay.length - MOST_DAYS, 'more day')}</p>
      )}
    </div>
  );
}
