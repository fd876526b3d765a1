import { Link } from '@tanstack/react-router';
import type { BoundedCount, NowCounts } from '@trunkline/sdk';
import { formatNumber } from '../../lib/format.ts';
import { Skeleton } from '../../ui/states.tsx';
import type { MessagesSearch } from '../messages/search.ts';

/** With the filter of the page of messages that shows what is meant, where there is one. */
const TILES: readonly [keyof NowCounts, string, string, MessagesSearch | null][] = [
  ['waiting', 'Waiting', 'right now', { status: 'pending,scheduled,queued' }],
  ['sending', 'Sending', 'right now', { status: 'sending' }],
  ['sent', 'Sent', 'today', null],
  ['delivered', 'Delivered', 'today', { status: 'delivered', direction: 'sent' }],
  ['read', 'Read', 'today', null],
  ['fallback', 'Fallback', 'today', { status: 'fallback' }],
  ['failed', 'Failed', 'today', { status: 'failed' }],
  ['replies', 'Replies', 'today', { direction: 'received' }],
  ['optOuts', 'Opt-outs', 'today', null],
];

export function Counts({ counts }: { counts: NowCounts | undefined }) {
  return (
    <section aria-label="Counts">
      <dl className="grid grid-cols-3 gap-3 md:grid-cols-5 xl:grid-cols-9">
        {TILES.map(([name, title, when, search]) => (
          <div key={name} className="rounded-xl border bg-card p-3">
            <dt className="text-muted-foreground">
              {search === null ? (
                <span className="inline-block min-h-6">{title}</span>
              ) : (
                <Link
                  to="/messages"
                  search={search}
                  className="inline-block min-h-6 underline-offset-4 hover:underline"
                >
                  {title}
                </Link>
              )}{' '}
              <span className="sr-only">{when}</span>
            </dt>
            <dd className="mt-1 h-8 text-2xl font-semibold tabular-nums">
              {counts === undefined ? <Skeleton className="h-8 w-16" /> : figureOf(counts[name])}
            </dd>
            <dd aria-hidden className="text-xs text-muted-foreground">
              {when}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 h-10 text-xs md:h-5 text-muted-foreground">
        {counts !== undefined && counts.unknown.count > 0
          ? `Of ${figureOf(counts.unknown)} more nobody can say yet whether they left; their carriers are being asked.`
          : 'What happened today is counted at the instant at which it happened.'}
      </p>
    </section>
  );
}

export function figureOf(count: number | BoundedCount): string {
  if (typeof count === 'number') return formatNumber(count);
  return `${formatNumber(count.count)}${count.more ? '+' : ''}`;
}
