/** Whom the workspace may not write to, and the ledger of everything that was said about it. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DncEntry } from '@trunkline/sdk';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { DNC_COLUMNS, DNC_WIDTHS, DncActions } from './dnc-columns.tsx';
import { AddDncDialog, LiftDialog } from './dnc-dialogs.tsx';
import { LeadsFrame } from './leads-frame.tsx';
import { LedgerList } from './ledger-list.tsx';
import { dncQuery, ledgerQuery } from './queries.ts';

export function DncPage() {
  const { q, history } = useSearch({ from: '/shell/leads/do-not-contact' });
  const navigate = useNavigate({ from: '/leads/do-not-contact' });
  const query = useInfiniteQuery(dncQuery(q));
  const [isAdding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<DncEntry | null>(null);
  const adding = useMay('send');
  const entries = (query.data?.pages ?? []).flatMap((page) => page.entries);
  const total = query.data?.pages[0]?.total ?? 0;
  const show = (address: string | undefined) =>
    navigate({
      search: (search) =>
        address === undefined ? { ...search, history: undefined } : { ...search, history: address },
    });

  return (
    <LeadsFrame
      title="Do not contact"
      actions={
        <>
          <Button onClick={() => show('')}>Ledger</Button>
          <Button variant="primary" disabled={!adding.may} title={adding.why} onClick={() => setAdding(true)}>
            <Plus aria-hidden /> Add an address
          </Button>
        </>
      }
    >
      <SearchForm key={q} q={q} onSearch={(text) => navigate({ search: text ? { q: text } : {} })} />
      <p aria-live="polite" className="text-xs text-muted-foreground">
        {query.isSuccess ? `${plural(total, 'address', 'addresses')} may not be written to` : ' '}
      </p>
      {query.isPending && <SkeletonRows />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && (
        <DncActions value={{ onHistory: show, onLift: setLifting }}>
          <DataTable
            label="Addresses that may not be written to"
            columns={DNC_COLUMNS}
            widths={DNC_WIDTHS}
            rows={entries}
            rowId={({ _id }) => _id}
            hasMore={query.hasNextPage}
            isLoadingMore={query.isFetchingNextPage}
            onMore={query.fetchNextPage}
            empty={
              <Empty title={q ? 'No address matches' : 'Everybody may be written to'}>
                Who says STOP, unsubscribes, or is refused by a carrier comes here by itself.
              </Empty>
            }
          />
        </DncActions>
      )}
      <AddDncDialog open={isAdding} onOpenChange={setAdding} />
      {lifting && <LiftDialog entry={lifting} onClose={() => setLifting(null)} />}
      {history !== undefined && <History address={history} onClose={() => show(undefined)} />}
    </LeadsFrame>
  );
}

function SearchForm({ q, onSearch }: { q: string | undefined; onSearch(text: string): void }) {
  const [text, setText] = useState(q ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return (
    <search>
      <form onSubmit={submit} className="flex max-w-md items-end gap-2">
        <Field label="Search" className="flex-1">
          <Input
            type="search"
            placeholder="Part of a number or email"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </Field>
        <Button type="submit">Search</Button>
      </form>
    </search>
  );
}

/** `address` '': of all. */
function History({ address, onClose }: { address: string; onClose(): void }) {
  const query = useInfiniteQuery(ledgerQuery(address || undefined));
  const entries = (query.data?.pages ?? []).flatMap((page) => page.entries);
  return (
    <Dialog
      kind="sheet"
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Ledger of opt-outs"
      description={
        address ? `Of ${address}. Nothing is ever taken out of it.` : 'Nothing is ever taken out of it.'
      }
    >
      {query.isPending && <SkeletonRows rows={5} className="h-16" />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && entries.length === 0 && <Empty title="Nothing was ever said" />}
      {entries.length > 0 && <LedgerList entries={entries} />}
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </Dialog>
  );
}
