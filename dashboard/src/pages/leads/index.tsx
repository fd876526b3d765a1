import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Lead } from '@trunkline/sdk';
import { Download, Plus, Upload } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatNumber, plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { type Selection, SelectionContext, useColumns } from './columns.tsx';
import { useExport } from './export.ts';
import { Filters } from './filters.tsx';
import { LeadSheet } from './lead-sheet.tsx';
import { LeadsFrame } from './leads-frame.tsx';
import { NewLead } from './new-lead.tsx';
import { leadsQuery } from './queries.ts';
import { filtersOf, type LeadsFilters } from './search.ts';
import { SelectionBar } from './selection-bar.tsx';

export function LeadsPage() {
  const search = useSearch({ from: '/shell/leads' });
  const navigate = useNavigate();
  const filters = filtersOf(search);
  const query = useInfiniteQuery(leadsQuery(filters));
  const pages = query.data?.pages;
  const leads = useMemo(() => (pages ?? []).flatMap((page) => page.leads), [pages]);
  const lists = useMemo(() => pages?.[0]?.lists ?? [], [pages]);
  const { columns, widths, chosen, choose } = useColumns();
  const selection = useSelectionOf(leads, filters);
  const context = useMemo(
    () => ({ ...selection, lists: new Map(lists.map((list) => [list._id, list])) }),
    [selection, lists],
  );
  const [isAdding, setAdding] = useState(false);
  const exporting = useExport(filters);
  const { may, why } = useMay('send');
  const open = (lead: string | undefined) =>
    navigate({ to: '/leads', search: ({ lead: _, ...rest }) => (lead ? { ...rest, lead } : rest) });

  return (
    <LeadsFrame
      title="Leads"
      actions={
        <>
          <Button
            busy={exporting.busy}
            onClick={exporting.start}
            disabled={exporting.why !== undefined}
            title={exporting.why}
          >
            <Download aria-hidden /> Export
          </Button>
          <Button asChild>
            <Link to="/leads/import">
              <Upload aria-hidden /> Import
            </Link>
          </Button>
          <Button variant="primary" disabled={!may} title={why} onClick={() => setAdding(true)}>
            <Plus aria-hidden /> Add a lead
          </Button>
        </>
      }
    >
      <Filters filters={filters} lists={lists} chosen={chosen} choose={choose} />
      <p aria-live="polite" className="-my-1 text-xs text-muted-foreground">
        {query.isSuccess ? countOf(filters, leads.length, query.hasNextPage, lists) : ' '}
      </p>
      {query.isPending && <SkeletonRows rows={10} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && (
        <SelectionContext value={context}>
          <DataTable
            label="Leads"
            columns={columns}
            widths={widths}
            rows={leads}
            rowId={({ _id }) => _id}
            onOpen={({ _id }) => open(_id)}
            selectedId={search.lead ?? null}
            hasMore={query.hasNextPage}
            isLoadingMore={query.isFetchingNextPage}
            onMore={query.fetchNextPage}
            // What is over the foot of the page must hide no row.
            className={selection.ids.size > 0 ? 'mb-14' : ''}
            empty={<NoLeads isFiltered={Object.keys(filters).length > 0} />}
          />
        </SelectionContext>
      )}
      <SelectionBar ids={selection.ids} filters={filters} lists={lists} onChange={selection.set} />
      {search.lead && (
        <LeadSheet key={search.lead} id={search.lead} lists={lists} onClose={() => open(undefined)} />
      )}
      <NewLead open={isAdding} onOpenChange={setAdding} lists={lists} onMade={open} />
    </LeadsFrame>
  );
}

function NoLeads({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return <Empty title="No lead matches">Take a filter away, or look for part of a name or number.</Empty>;
  return (
    <Empty
      title="No leads yet"
      action={
        <Button asChild variant="primary">
          <Link to="/leads/import">Import a CSV file</Link>
        </Button>
      }
    >
      Leads come by import, by the API, and whenever somebody new is written to or writes.
    </Empty>
  );
}

function useSelectionOf(leads: readonly Lead[], filters: LeadsFilters) {
  const [ids, set] = useState<ReadonlySet<string>>(new Set());
  const key = JSON.stringify(filters);
  const [ofFilters, setOfFilters] = useState(key);
  // What was chosen among other leads is not what is meant now.
  if (ofFilters !== key) {
    setOfFilters(key);
    set(new Set());
  }
  return useMemo(() => {
    const loaded = leads.filter(({ _id }) => ids.has(_id)).length;
    const all: Selection['all'] = loaded === 0 ? 'none' : loaded === leads.length ? 'all' : 'some';
    const toggle = (id: string, isOn: boolean) =>
      set((before) => {
        const next = new Set(before);
        if (isOn) next.add(id);
        else next.delete(id);
        return next;
      });
    const toggleAll = (isOn: boolean) => set(new Set(isOn ? leads.map(({ _id }) => _id) : []));
    return { ids, all, toggle, toggleAll, set };
  }, [ids, leads]);
}

function countOf(
  filters: LeadsFilters,
  loaded: number,
  hasMore: boolean,
  lists: readonly { _id: string; leadCount: number }[],
): string {
  if (!hasMore) return plural(loaded, 'lead');
  const names = Object.keys(filters);
  const isOfList = names.length === 1 && filters.list !== undefined;
  if (names.length === 0 || isOfList) {
    const counted = lists.filter(({ _id }) => !isOfList || _id === filters.list);
    return plural(
      counted.reduce((sum, { leadCount }) => sum + leadCount, 0),
      'lead',
    );
  }
  return `More than ${formatNumber(loaded)} leads match; scroll for more`;
}
