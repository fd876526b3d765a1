/** One line: what it may still send, how it is and why, what it did in 24 hours, when its queue drains, and its settings. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Line } from '@trunkline/sdk';
import { TrunklineError } from '@trunkline/sdk';
import { ArrowLeft } from 'lucide-react';
import { formatNumber } from '../../lib/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { UsageBar } from '../../ui/progress.tsx';
import { Empty, ErrorState, Skeleton } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { LineActions } from './line-actions.tsx';
import { LineActivityCard } from './line-activity.tsx';
import { waitingText } from './line-card.tsx';
import { LineConnection } from './line-connection.tsx';
import { LineDevices } from './line-devices.tsx';
import { FIRST_WHAT_IF, LineForecastCard } from './line-forecast.tsx';
import { LineHealthCard } from './line-health.tsx';
import { LinePacing, pacingKey } from './line-pacing.tsx';
import { activityQuery, forecastQuery, healthQuery, lineQuery, queuesQuery } from './queries.ts';
import { addressOf, nameOf, stateOf, TRANSPORT_NAMES, TYPE_NAMES } from './words.ts';

export function LinePage() {
  const { lineId } = useParams({ from: '/shell/lines/$lineId' });
  const { data, error, isError, refetch } = useQuery(lineQuery(lineId));
  // Cards of a height that nobody knows before: what stands below them would move.
  const parts = [healthQuery(lineId), activityQuery(lineId), forecastQuery(lineId, FIRST_WHAT_IF)] as const;
  const isPending = useQueries({ queries: parts }).some((part) => part.isPending);
  if (isError) {
    const isGone = error instanceof TrunklineError && error.code === 'LINE_NOT_FOUND';
    return (
      <Page title="Line" actions={<AllLines />}>
        {isGone ? (
          <Empty title="There is no such line">It may belong to another workspace.</Empty>
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  if (data === undefined || isPending) {
    return (
      <Page title="Line" actions={<AllLines />}>
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
          {[1, 2, 3, 4].map((n) => (
            <Skeleton key={n} className="h-72" />
          ))}
        </div>
      </Page>
    );
  }
  return <ShownLine line={data.line} />;
}

function AllLines() {
  return (
    <Button asChild>
      <Link to="/lines">
        <ArrowLeft aria-hidden /> All lines
      </Link>
    </Button>
  );
}

function ShownLine({ line }: { line: Line }) {
  const { word, tone } = stateOf(line);
  const name = nameOf(line);
  const isDeleted = line.deletedAt !== null;
  return (
    <Page
      title={name}
      description={
        <span className="flex flex-wrap items-center gap-2">
          {name !== addressOf(line) && <span>{addressOf(line)}</span>}
          <span>
            {TYPE_NAMES[line.messageType]} by {TRANSPORT_NAMES[line.transport]}
          </span>
          <Badge tone={tone}>{word}</Badge>
        </span>
      }
      actions={
        <>
          <AllLines />
          {!isDeleted && <LineActions line={line} />}
        </>
      }
    >
      {isDeleted && (
        <p className="rounded-md bg-muted p-3">
          This line was deleted on <Time at={line.deletedAt} />. Its messages and figures stay; it sends and
          hears nothing any more.
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        {!isDeleted && <Today line={line} />}
        <LineActivityCard lineId={line._id} />
        {!isDeleted && (
          <>
            <LineHealthCard line={line} />
            <LineForecastCard line={line} />
            <LinePacing key={pacingKey(line)} line={line} />
            {line.transport === 'relay' && <LineDevices line={line} />}
            <LineConnection key={line.firstName} line={line} />
          </>
        )}
      </div>
    </Page>
  );
}

function Today({ line }: { line: Line }) {
  const { data } = useQuery(queuesQuery);
  const queue = data?.queues.find(({ lineId }) => lineId === line._id);
  return (
    <Card title="Today">
      <div className="flex flex-col gap-3">
        <UsageBar
          label="New conversations"
          used={line.usage.newConversationsCount}
          cap={line.dailyNewConversationsLimit}
        />
        <UsageBar label="Messages" used={line.usage.totalMessagesCount} cap={line.dailyTotalMessagesLimit} />
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
          <dt className="text-muted-foreground">Next message</dt>
          <dd>
            <Slot line={line} at={queue?.nextMessageAt} />
          </dd>
          <dt className="text-muted-foreground">Next new conversation</dt>
          <dd>
            <Slot line={line} at={queue?.nextConversationAt} />
          </dd>
          <dt className="text-muted-foreground">Waiting</dt>
          <dd>{queue === undefined ? '–' : waitingText(queue)}</dd>
          <dt className="text-muted-foreground">Under way</dt>
          <dd>{queue === undefined ? '–' : formatNumber(queue.underWay)}</dd>
        </dl>
        <p className="text-xs text-muted-foreground">
          Days begin at midnight in {line.capTimezone}. It is the line’s {line.usage.date}.
        </p>
      </div>
    </Card>
  );
}

function Slot({ line, at }: { line: Line; at: string | null | undefined }) {
  if (!line.isActive) return <>when the line is switched on</>;
  if (line.healthCheck.status === 'down') return <>when the line is up again</>;
  if (at === undefined) return <>–</>;
  if (at === null) return <>never: a cap of the line is 0</>;
  return Date.parse(at) <= Date.now() ? <>now</> : <Time at={at} zone={line.capTimezone} relative />;
}
