/** Everybody in the campaign, and where each stands; one opens to say why it waits, and can be taken out. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Campaign, CampaignLead } from '@trunkline/sdk';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useMay } from '../../session.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { columnsOf, DataTable } from '../../ui/data-table.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { AddLeads } from './add-leads.tsx';
import { LeadSheet } from './lead-sheet.tsx';
import { type LeadStatus, leadName, leadsQuery, lineName, linesQuery } from './queries.ts';
import { reasonWords } from './words.ts';

const STATUSES: readonly LeadStatus[] = ['active', 'held', 'finished', 'stopped', 'failed'];

export function LeadsTab({ campaign }: { campaign: Campaign }) {
  const { _id: id, status } = campaign;
  const { leads: wanted, lead: openId, ...search } = useSearch({ from: '/shell/campaigns/$campaignId' });
  const navigate = useNavigate();
  const { may, why } = useMay('send');
  const [isAdding, setAdding] = useState(false);
  const query = useInfiniteQuery(leadsQuery(id, wanted));
  const rows = useMemo(() => query.data?.pages.flatMap(({ leads }) => leads) ?? [], [query.data]);
  const go = (changes: { leads?: LeadStatus | undefined; lead?: string | undefined }) =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: id },
      search: { ...search, tab: 'leads', leads: wanted, ...changes },
    });
  const open = rows.find((row) => keyOf(row) === openId) ?? null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Field label="Where they stand" className="w-48">
          <Select
            value={wanted ?? ''}
            onChange={({ target }) => go({ leads: STATUSES.find((each) => each === target.value) })}
          >
            <option value="">All</option>
            {STATUSES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
        <Button
          disabled={!may || status === 'archived'}
          title={status === 'archived' ? 'It is archived.' : why}
          onClick={() => setAdding(true)}
        >
          <Plus aria-hidden /> Add leads
        </Button>
      </div>
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <DataTable
          label="Leads of the campaign"
          columns={COLUMNS}
          rows={rows}
          rowId={keyOf}
          widths={['minmax(10rem, 1.5fr)', '6rem', '8rem', 'minmax(14rem, 2fr)', '10rem']}
          className="max-h-[70dvh]"
          onOpen={(row) => go({ lead: keyOf(row) })}
          selectedId={openId ?? null}
          hasMore={query.hasNextPage}
          isLoadingMore={query.isFetchingNextPage}
          onMore={() => query.fetchNextPage()}
          empty={
            <Empty title={wanted === undefined ? 'Nobody is in it yet' : `Nobody is ${wanted}`}>
              {wanted === undefined && status === 'draft' && 'The leads of its list enter at the launch.'}
            </Empty>
          }
        />
      )}
      <LeadSheet campaign={campaign} entry={open} onClose={() => go({ lead: undefined })} />
      {isAdding && <AddLeads campaign={campaign} onClose={() => setAdding(false)} />}
    </div>
  );
}

function keyOf({ leadId, entry }: CampaignLead): string {
  return `${leadId}_${entry}`;
}

const column = columnsOf<CampaignLead>();
const COLUMNS = [
  column.display({
    id: 'lead',
    header: 'Lead',
    cell: ({ row: { original } }) => <span className="font-medium">{leadName(original)}</span>,
  }),
  column.display({
    id: 'status',
    header: 'Stands',
    cell: ({ row: { original } }) => <StatusBadge status={original.status} />,
  }),
  column.display({
    id: 'step',
    header: 'Last step',
    cell: ({ row: { original } }) => original.stepKey ?? '–',
  }),
  column.display({
    id: 'why',
    header: 'Waits for, or why it ended',
    cell: ({ row: { original } }) => <Why entry={original} />,
  }),
  column.display({
    id: 'line',
    header: 'Line',
    cell: ({ row: { original } }) => <LineCell id={original.lineId} />,
  }),
];

function LineCell({ id }: { id: string | null }) {
  const { data } = useQuery(linesQuery);
  return lineName(data?.lines, id);
}

const WAITING = ['pending', 'scheduled', 'queued', 'sending', 'unknown'];

/** In one line; the sheet says more. */
function Why({ entry }: { entry: CampaignLead }) {
  const { status, reason, message, nextStepKey, nextLookAt } = entry;
  if (status === 'finished') return 'came to the end';
  if (status !== 'active') return reason === null ? status : reasonWords(reason);
  if (message !== null && WAITING.includes(message.status)) return `its message is ${message.status}`;
  if (nextLookAt === null) return 'its message is on the road';
  return (
    <>
      {nextStepKey === null ? 'is looked at' : `${nextStepKey} is due`} <Time at={nextLookAt} relative />
    </>
  );
}
