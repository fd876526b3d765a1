import { useNavigate, useSearch } from '@tanstack/react-router';
import { Ban, Ellipsis } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { CancelMatching, CancelSelected } from './bulk-cancel.tsx';
import { COLUMNS, WIDTHS } from './columns.tsx';
import { Filters } from './filters.tsx';
import { reachedBackTo } from './list-pages.ts';
import { MessageDrawer } from './message-drawer.tsx';
import { filterOf, isFiltered, type MessagesSearch } from './search.ts';
import { SelectionProvider } from './selection.tsx';
import { useMessageList } from './use-message-list.ts';

export function MessagesPage() {
  const search = useSearch({ from: '/shell/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const { message: openId = null, ...filters } = search;
  const filterKey = JSON.stringify(filters);
  const filter = useMemo(() => filterOf(JSON.parse(filterKey) as MessagesSearch), [filterKey]);
  const [isAway, setAway] = useState(false);
  const list = useMessageList(filter, isAway);
  const { messages, fetchNextPage, cursor } = list;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<'selected' | 'matching' | null>(null);
  const { may, why } = useMay('send');

  const change = useCallback(
    (changes: Partial<MessagesSearch>) => {
      setSelected(new Set());
      void navigate({ search: (before) => ({ ...before, ...changes, message: undefined }), replace: true });
    },
    [navigate],
  );
  const open = (message: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, message }), replace: openId !== null });
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const allIds = useMemo(() => messages.map(({ _id }) => _id), [messages]);
  const selection = useMemo(() => ({ ids: selected, allIds, onChange: setSelected }), [selected, allIds]);
  const chosen = messages.filter(({ _id }) => selected.has(_id));
  const isLooking = list.isFetchingNextPage && cursor !== null;

  return (
    <Page
      title="Messages"
      description="Everything that was sent, waits or came in, newest first."
      actions={
        <Menu
          trigger={
            <Button size="icon" aria-label="More actions">
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem destructive disabled={!may} onSelect={() => setAsked('matching')}>
            <Ban aria-hidden />
            {isFiltered(search)
              ? 'Cancel everything that waits and fits the filters'
              : 'Cancel everything that waits'}
          </MenuItem>
        </Menu>
      }
    >
      <Filters
        search={search}
        onChange={change}
        onClear={() => void navigate({ search: { message: search.message } })}
      />
      {/* Its place is kept, so that nothing moves when something is selected. */}
      <div className="flex min-h-9 flex-wrap items-center gap-2" role="status">
        {chosen.length > 0 ? (
          <>
            <span className="font-medium">{plural(chosen.length, 'message')} selected</span>
            <Button size="sm" disabled={!may} title={why} onClick={() => setAsked('selected')}>
              <Ban aria-hidden /> Cancel them
            </Button>
            <Button size="sm" variant="ghost" onClick={() => setSelected(new Set())}>
              Select none
            </Button>
          </>
        ) : (
          <span className="text-muted-foreground">
            {isLooking ? (
              <>
                Looked back to <Time at={reachedBackTo(cursor)} />, and on…
              </>
            ) : (
              list.isSuccess &&
              (list.hasNextPage
                ? `The latest ${plural(messages.length, 'message')}`
                : plural(messages.length, 'message'))
            )}
          </span>
        )}
      </div>
      {list.isPending ? (
        <SkeletonRows rows={12} />
      ) : list.isError && messages.length === 0 ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <SelectionProvider value={selection}>
          <DataTable
            label="Messages"
            columns={COLUMNS}
            widths={WIDTHS}
            rows={messages}
            rowId={({ _id }) => _id}
            onOpen={({ _id }) => open(_id)}
            selectedId={openId}
            hasMore={list.hasNextPage}
            isLoadingMore={list.isFetchingNextPage}
            onMore={more}
            hasNewer={list.hasNewer}
            onAway={setAway}
            empty={<Nothing isLooking={isLooking} isFiltered={isFiltered(search)} />}
          />
        </SelectionProvider>
      )}
      {openId !== null && <MessageDrawer key={openId} id={openId} onClose={() => open(undefined)} />}
      {asked === 'selected' && (
        <CancelSelected
          messages={chosen}
          onClose={() => {
            setAsked(null);
            setSelected(new Set());
          }}
        />
      )}
      {asked === 'matching' && <CancelMatching filter={filter} onClose={() => setAsked(null)} />}
    </Page>
  );
}

function Nothing({ isLooking, isFiltered }: { isLooking: boolean; isFiltered: boolean }) {
  if (isLooking) return <Empty title="Nothing so far">It is being looked for further back.</Empty>;
  if (isFiltered)
    return <Empty title="No message fits these filters">Take one of them away to see more.</Empty>;
  return (
    <Empty title="No messages yet">
      What you send, here, by the API or in a campaign, stands here with everything that becomes of it.
    </Empty>
  );
}
