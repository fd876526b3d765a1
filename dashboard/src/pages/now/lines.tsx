import { Link } from '@tanstack/react-router';
import type { CapUsage, NowLine } from '@trunkline/sdk';
import { Badge, StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { UsageBar } from '../../ui/progress.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { TYPE_NAMES } from '../lines/words.ts';
import { figureOf } from './counts.tsx';
import { NextSlot } from './next-slot.tsx';

export function Lines({ lines }: { lines: readonly NowLine[] | undefined }) {
  return (
    <Card title={lines ? `Lines (${lines.length})` : 'Lines'}>
      {lines === undefined ? (
        <ul className={GRID} aria-hidden>
          {[1, 2, 3].map((n) => (
            <Skeleton key={n} className="h-52" />
          ))}
        </ul>
      ) : lines.length === 0 ? (
        <Empty
          title="There is no line yet"
          action={
            <Button asChild variant="primary">
              <Link to="/lines/new">Add a line</Link>
            </Button>
          }
        >
          A line is a number or an address that you send from. Without one nothing can leave.
        </Empty>
      ) : (
        <ul className={GRID}>
          {lines.map((line) => (
            <LineCard key={line.id} line={line} />
          ))}
        </ul>
      )}
    </Card>
  );
}

const GRID = 'grid grid-cols-[repeat(auto-fill,minmax(min(17rem,100%),1fr))] gap-3';

const CAP_TITLES: Readonly<Record<CapUsage['cap'], string>> = {
  daily_total: 'Messages today',
  daily_new_conversations: 'New conversations today',
  hourly_new_conversations: 'New conversations this hour',
};

function LineCard({ line }: { line: NowLine }) {
  const { name, address, messageType, isActive, health, risk, caps, waiting, sending } = line;
  return (
    <li className="flex min-h-52 min-w-0 flex-col gap-2.5 rounded-lg border p-3">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="truncate font-medium">
            <Link
              to="/lines/$lineId"
              params={{ lineId: line.id }}
              className="inline-block min-h-6 underline-offset-4 hover:underline"
            >
              {name}
            </Link>
          </h3>
          <p className="truncate text-xs text-muted-foreground">
            {[address === name ? null : address, TYPE_NAMES[messageType]].filter(Boolean).join(' · ')}
          </p>
        </div>
        <span className="flex gap-1">
          {risk !== 'low' && <Badge tone={risk === 'high' ? 'danger' : 'warning'}>{risk} risk</Badge>}
          {isActive ? <StatusBadge status={health} /> : <Badge>inactive</Badge>}
        </span>
      </div>
      {caps.map(({ cap, used, limit }) => (
        <UsageBar key={cap} label={CAP_TITLES[cap]} used={used} cap={limit} />
      ))}
      <dl className="mt-auto flex flex-wrap justify-between gap-x-4 text-xs">
        <div className="flex gap-1.5">
          <dt className="text-muted-foreground">Waiting</dt>
          <dd className="tabular-nums">
            {figureOf(waiting)}
            {sending > 0 && `, ${sending} sending`}
          </dd>
        </div>
        <div className="flex gap-1.5">
          <dt className="whitespace-nowrap text-muted-foreground">Next slot</dt>
          <dd>
            <NextSlot slot={line.nextSlot} />
          </dd>
        </div>
      </dl>
    </li>
  );
}
