/** What became of it: whole, by step, by line and by day, and who left it why. Charts are loaded with this tab only. */
import { useQuery } from '@tanstack/react-query';
import type { Campaign, CampaignAnalyticsAnswer } from '@trunkline/sdk';
import { formatNumber, formatPercent } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { DayChart } from './day-chart.tsx';
import { Figure, Figures } from './figure.tsx';
import { PlainTable } from './plain-table.tsx';
import { analyticsQuery, lineName, linesQuery } from './queries.ts';
import { dayWords } from './simulate/heat.ts';
import { reasonWords } from './words.ts';

type Counted = CampaignAnalyticsAnswer['totals'];

const HEAD = ['Reached', 'Sent', 'Fallback', 'Failed', 'Replies', 'Replied', 'Share', 'Waiting'] as const;
const cellsOf = (figures: Counted) => [
  formatNumber(figures.reached),
  formatNumber(figures.sent),
  formatNumber(figures.fallback),
  formatNumber(figures.failed),
  formatNumber(figures.replied),
  formatNumber(figures.uniqueReplied),
  formatPercent(figures.repliedPct),
  formatNumber(figures.waiting),
];

export function FiguresTab({ campaign }: { campaign: Campaign }) {
  const { data, isPending, error, refetch } = useQuery(analyticsQuery(campaign._id));
  const lines = useQuery(linesQuery).data?.lines;
  if (campaign.status === 'draft')
    return <Empty title="Not launched yet">Figures are counted here from the launch on.</Empty>;
  if (isPending) return <SkeletonRows className="h-16" />;
  if (data === undefined) return <ErrorState error={error} onRetry={() => refetch()} />;
  const { totals, perStep, perLine, perDay, stopped, timezone } = data;
  return (
    <div className="flex flex-col gap-4">
      <Card title="Whole">
        <Figures>
          <Figure label="Reached" value={formatNumber(totals.reached)} />
          <Figure label="Sent" value={formatNumber(totals.sent)} />
          <Figure label="Fallback" value={formatNumber(totals.fallback)} />
          <Figure label="Failed" value={formatNumber(totals.failed)} />
          <Figure
            label="Replied"
            value={formatNumber(totals.uniqueReplied)}
            note={`${formatPercent(totals.repliedPct)} of the reached`}
          />
          <Figure
            label="Said yes"
            value={formatNumber(totals.positiveReplied)}
            note={`${formatPercent(totals.positivePct)} of who replied`}
          />
        </Figures>
      </Card>
      <Card title="Days">
        <DayChart days={perDay} />
        <details className="mt-3">
          <summary className="min-h-6 cursor-pointer">As a table (days of {timezone})</summary>
          <PlainTable
            label="Figures by day"
            head={['Day', ...HEAD]}
            rows={perDay.map(({ day, figures }) => ({
              key: day,
              cells: [dayWords(day), ...cellsOf(figures)],
            }))}
          />
        </details>
      </Card>
      <Card title="Steps">
        <PlainTable
          label="Figures by step"
          head={['Step', ...HEAD]}
          rows={perStep.map(({ stepKey, stepIndex, figures }) => ({
            key: stepKey ?? '',
            cells: [
              stepIndex === null ? (stepKey ?? 'before the first step') : `${stepIndex + 1}. ${stepKey}`,
              ...cellsOf(figures),
            ],
          }))}
        />
      </Card>
      <Card title="Lines">
        <PlainTable
          label="Figures by line"
          head={['Line', ...HEAD]}
          rows={perLine.map(({ lineId, figures }) => ({
            key: lineId,
            cells: [lineName(lines, lineId), ...cellsOf(figures)],
          }))}
        />
      </Card>
      <Card title="Who left before the end">
        <PlainTable
          label="Who left before the end"
          head={['Why', 'In a sentence', 'After step', 'Leads']}
          empty="Nobody."
          rows={stopped.map(({ reason, conditionId, detail, stepKey, leads }) => ({
            key: `${reason} ${conditionId} ${stepKey}`,
            cells: [
              conditionId === null ? reasonWords(reason) : `${reasonWords(reason)} (${conditionId})`,
              detail ?? '–',
              stepKey ?? '–',
              formatNumber(leads),
            ],
          }))}
        />
      </Card>
    </div>
  );
}
