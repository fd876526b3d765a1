/** All campaigns, newest first, with how far each has come. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Campaign } from '@trunkline/sdk';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { columnsOf, DataTable } from '../../ui/data-table.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { NewCampaign } from './new-campaign.tsx';
import { type CampaignStatus, campaignsQuery } from './queries.ts';
import { progressWords, shareThrough } from './words.ts';

const STATUSES: readonly CampaignStatus[] = ['draft', 'active', 'paused', 'completed', 'archived'];

export function CampaignsPage() {
  const { status } = useSearch({ from: '/shell/campaigns' });
  const navigate = useNavigate();
  const { may, why } = useMay('send');
  const [isMaking, setMaking] = useState(false);
  const query = useInfiniteQuery(campaignsQuery(status));
  const rows = useMemo(() => query.data?.pages.flatMap(({ campaigns }) => campaigns) ?? [], [query.data]);
  const make = (
    <Button variant="primary" disabled={!may} title={why} onClick={() => setMaking(true)}>
      <Plus aria-hidden /> New campaign
    </Button>
  );
  return (
    <Page
      title="Campaigns"
      description="Sequences of messages to many leads, foreseen before they run."
      actions={make}
    >
      <Field label="State" className="max-w-48">
        <Select
          value={status ?? ''}
          onChange={(event) => {
            const chosen = STATUSES.find((each) => each === event.target.value);
            void navigate({ to: '/campaigns', search: { status: chosen } });
          }}
        >
          <option value="">All</option>
          {STATUSES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </Select>
      </Field>
      {query.isPending ? (
        <SkeletonRows className="h-14" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <DataTable
          label="Campaigns"
          columns={COLUMNS}
          rows={rows}
          rowId={({ _id }) => _id}
          widths={['minmax(12rem, 2fr)', '6rem', 'minmax(13rem, 1.5fr)', '4rem', '4rem', '11rem']}
          rowHeight={60}
          hasMore={query.hasNextPage}
          isLoadingMore={query.isFetchingNextPage}
          onMore={() => query.fetchNextPage()}
          empty={
            <Empty
              title={status === undefined ? 'No campaigns yet' : `No campaign is ${status}`}
              action={status === undefined && make}
            >
              A campaign takes the leads of a list through steps, waits between them, and stops for those who
              reply.
            </Empty>
          }
        />
      )}
      <NewCampaign open={isMaking} onOpenChange={setMaking} />
    </Page>
  );
}

const column = columnsOf<Campaign>();
const COLUMNS = [
  column.display({
    id: 'name',
    header: 'Name',
    cell: ({ row: { original } }) => (
      <Link
        to="/campaigns/$campaignId"
        params={{ campaignId: original._id }}
        className="inline-flex min-h-6 items-center font-medium underline-offset-4 hover:underline"
      >
        {original.name}
      </Link>
    ),
  }),
  column.display({
    id: 'status',
    header: 'State',
    cell: ({ row: { original } }) => <StatusBadge status={original.status} />,
  }),
  column.display({
    id: 'progress',
    header: 'Progress',
    cell: ({ row: { original } }) => <Far campaign={original} />,
  }),
  column.display({
    id: 'steps',
    header: 'Steps',
    cell: ({ row: { original } }) => formatNumber(original.steps.length),
  }),
  column.display({
    id: 'lines',
    header: 'Lines',
    cell: ({ row: { original } }) => formatNumber(original.lineIds.length),
  }),
  column.display({
    id: 'started',
    header: 'Launched',
    cell: ({ row: { original } }) => <Time at={original.startedAt} />,
  }),
];

function Far({ campaign: { status, name, progress } }: { campaign: Campaign }) {
  if (status === 'draft') return <span className="text-muted-foreground">not launched</span>;
  return (
    <div className="flex flex-col gap-1.5 pr-4">
      <span className="truncate text-xs tabular-nums">
        {progressWords(progress)}
        {progress.held > 0 && `, ${formatNumber(progress.held)} held`}
      </span>
      <Progress value={shareThrough(progress)} label={`Leads of ${name} that are through`} />
    </div>
  );
}
