/** One line of the overview. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Line, LineQueue, MonitoredLine } from '@trunkline/sdk';
import type { ReactNode } from 'react';
import { formatNumber, formatPercent } from '../../lib/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { UsageBar } from '../../ui/progress.tsx';
import { Time } from '../../ui/time.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { forecastQuery } from './queries.ts';
import { addressOf, nameOf, RISK_TONES, stateOf, TRANSPORT_NAMES, TYPE_NAMES } from './words.ts';

interface LineCardProps {
  line: Line;
  queue: LineQueue | undefined;
  monitored: MonitoredLine | undefined;
}

export function LineCard({ line, queue, monitored }: LineCardProps) {
  const { word, tone } = stateOf(line);
  const name = nameOf(line);
  return (
    <article
      aria-label={name}
      className="relative flex h-full min-w-0 flex-col gap-3 rounded-xl border bg-card p-4 text-card-foreground focus-within:border-ring hover:border-input"
    >
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="truncate font-semibold">
            <Link
              to="/lines/$lineId"
              params={{ lineId: line._id }}
              className="outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-ring"
            >
              {name}
            </Link>
          </h2>
          <p className="truncate text-muted-foreground">
            {name === addressOf(line) ? '' : `${addressOf(line)} · `}
            {TYPE_NAMES[line.messageType]} by {TRANSPORT_NAMES[line.transport]}
          </p>
        </div>
        <div className="flex shrink-0 flex-wrap justify-end gap-1">
          <Badge tone={tone}>{word}</Badge>
          {line.score !== null && line.score.risk !== 'low' && (
            <Badge tone={RISK_TONES[line.score.risk]}>{line.score.risk} risk</Badge>
          )}
        </div>
      </div>
      <UsageBar
        label="New conversations today"
        used={line.usage.newConversationsCount}
        cap={line.dailyNewConversationsLimit}
      />
      <UsageBar
        label="Messages today"
        used={line.usage.totalMessagesCount}
        cap={line.dailyTotalMessagesLimit}
      />
      <dl className="mt-auto grid grid-cols-2 gap-x-4 gap-y-2">
        <Figure term="Next slot">
          <NextSlot line={line} queue={queue} />
        </Figure>
        <Figure term="Waiting">{queue === undefined ? '–' : waitingText(queue)}</Figure>
        <Figure term="Drains">
          <DrainsAt line={line} queue={queue} />
        </Figure>
        <Figure term="Failed in 24 h">{monitored === undefined ? '–' : failuresText(monitored)}</Figure>
      </dl>
    </article>
  );
}

function Figure({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{term}</dt>
      {/* Above the link that covers the card, so that what explains itself on hover can. */}
      <dd className="relative w-fit tabular-nums">{children}</dd>
    </div>
  );
}

export function waitingText({ waiting, isMore }: LineQueue): string {
  return isMore ? `more than ${formatNumber(waiting)}` : formatNumber(waiting);
}

function failuresText({ totalSentLast24h, failedLast24h, failureRate }: MonitoredLine): string {
  if (totalSentLast24h === 0) return 'nothing sent';
  return `${formatNumber(failedLast24h)} of ${formatNumber(totalSentLast24h)} (${formatPercent(failureRate)})`;
}

/** For a first message to a new contact: the scarcer of the two. */
function NextSlot({ line, queue }: Pick<LineCardProps, 'line' | 'queue'>) {
  if (!line.isActive) return <>when switched on</>;
  if (line.healthCheck.status === 'down') return <>when it is up</>;
  if (queue === undefined) return <>–</>;
  const { nextConversationAt: at } = queue;
  if (at === null) {
    return (
      <Tooltip text="A cap of the line is 0: raise it to let messages go.">
        <button type="button" className="underline decoration-dotted underline-offset-4">
          never
        </button>
      </Tooltip>
    );
  }
  return Date.parse(at) <= Date.now() ? <>now</> : <Time at={at} zone={line.capTimezone} relative />;
}

/** Walking a queue costs something: long ones are walked only where their line is looked at. */
function DrainsAt({ line, queue }: Pick<LineCardProps, 'line' | 'queue'>) {
  const waits = (queue?.waiting ?? 0) > 0;
  const isLong = queue?.isMore === true;
  const { data, isError } = useQuery({ ...forecastQuery(line._id), enabled: waits && !isLong });
  if (!waits) return <>{queue === undefined ? '–' : 'nothing waits'}</>;
  if (isLong) return <>long: see the line</>;
  if (isError) return <>unknown</>;
  if (data === undefined) return <>…</>;
  return data.now.drainsAt === null ? (
    <>never, as it is</>
  ) : (
    <Time at={data.now.drainsAt} zone={line.capTimezone} relative />
  );
}
