import type { Throughput as Point, ThroughputSeries } from '@trunkline/sdk';
import { lazy, Suspense, useState } from 'react';
import { formatNumber, formatTimeOfDay } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';

const Chart = lazy(async () => ({ default: (await import('./throughput-chart.tsx')).ThroughputChart }));

const VIEWS = [
  { value: 'perMinute', title: 'Last hour' },
  { value: 'perHour', title: 'Last 24 hours' },
] as const;

export function Throughput({ series }: { series: ThroughputSeries | undefined }) {
  const [view, setView] = useState<string>('perMinute');
  return (
    <Card title="Throughput" className="h-96">
      <Tabs value={view} onChange={setView} label="Period" tabs={VIEWS}>
        {VIEWS.map(({ value, title }) => (
          <TabPanel key={value} value={value}>
            {series === undefined ? (
              <Skeleton className="h-64" />
            ) : (
              <Suspense fallback={<Skeleton className="h-64" />}>
                <div role="img" aria-label={`${title}: ${summaryOf(series[value])}`} className="h-64">
                  <Chart points={series[value]} />
                </div>
              </Suspense>
            )}
          </TabPanel>
        ))}
      </Tabs>
    </Card>
  );
}

/** What the picture shows, in words. */
function summaryOf(points: readonly Point[]): string {
  const sum = (name: 'accepted' | 'sent' | 'delivered' | 'failed') =>
    formatNumber(points.reduce((total, point) => total + point[name], 0));
  const [first] = points;
  const since = first === undefined ? '' : ` since ${formatTimeOfDay(first.at)}`;
  return `${sum('accepted')} accepted, ${sum('sent')} sent, ${sum('delivered')} delivered, ${sum('failed')} failed${since}`;
}
