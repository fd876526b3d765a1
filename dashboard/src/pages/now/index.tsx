import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api.ts';
import { dayIn } from '../../lib/zoned-time.ts';
import { useLiveState } from '../../live.ts';
import { useMe } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Alerts } from './alerts.tsx';
import { Counts } from './counts.tsx';
import { Lines } from './lines.tsx';
import { nowQuery } from './now-query.ts';
import { Throughput } from './throughput.tsx';

const FirstSteps = lazy(async () => ({ default: (await import('../start/index.tsx')).StartPage }));

/** Of a workspace that has never sent or received anything, the first steps; whoever is at them is not thrown out by the first message. */
export function NowPage() {
  const [isEmpty, setEmpty] = useState<boolean | null>(null);
  const first = useQuery({
    queryKey: ['messages', 'any'],
    queryFn: ({ signal }) => api.listMessages({ limit: 1 }, { signal }),
    enabled: isEmpty === null,
    select: ({ messages }) => messages.length === 0,
  });
  if (isEmpty === null && first.data !== undefined) setEmpty(first.data);
  if (isEmpty === true)
    return (
      <Suspense
        fallback={
          <Page title="First steps">
            <SkeletonRows rows={3} className="h-40" />
          </Page>
        }
      >
        <FirstSteps onDone={() => setEmpty(false)} />
      </Suspense>
    );
  return <Live />;
}

function Live() {
  const isLive = useLiveState() === 'live';
  const { workspace } = useMe();
  const { data: now, error, refetch } = useQuery({ ...nowQuery, refetchInterval: isLive ? false : 10_000 });
  return (
    <Page
      title="Now"
      description={`Today, ${now?.today ?? dayIn(workspace.timezone)}, in the zone ${now?.timezone ?? workspace.timezone}`}
      actions={
        <Button asChild>
          <Link to="/start">Send a test message</Link>
        </Button>
      }
    >
      {now === undefined && error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <Counts counts={now?.counts} />
          <div className="grid gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Throughput series={now?.throughput} />
            <Alerts alerts={now?.alerts} />
          </div>
          <Lines lines={now?.lines} />
        </>
      )}
    </Page>
  );
}
