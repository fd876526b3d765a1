/** The inbox: the threads on one side, the open one on the other; on phones one after the other. */
import { Keyboard } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Announcer } from './announcer.tsx';
import { ContactPanel } from './contact-panel.tsx';
import { type ThreadFilters, useMarkUnread, useThreads } from './data.ts';
import { Filters, MIN_SEARCH } from './filters.tsx';
import { KeysDialog, useKeys } from './keys.tsx';
import { useInboxSearch, useSetInboxSearch } from './search.ts';
import { type ThreadFocus, ThreadList } from './thread-list.tsx';
import { ThreadView } from './thread-view.tsx';

export function InboxPage() {
  const { lead: openId, unread = false, line, q } = useInboxSearch();
  const set = useSetInboxSearch();
  const filters = { unread, lineId: line, search: q !== undefined && q.length >= MIN_SEARCH ? q : undefined };
  const list = useThreads(filters);
  const [showsKeys, setShowsKeys] = useState(false);
  const [showsContact, setShowsContact] = useState(false);
  const [isKeptUnread, setKeptUnread] = useState(false);
  const markUnread = useMarkUnread();
  const focus = useRef<ThreadFocus>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const searchBox = useRef<HTMLDivElement>(null);
  const lastOpen = useRef<string>(undefined);
  const { may } = useMay('send');

  useEffect(() => {
    document.title = `${list.unreadTotal > 0 ? `(${list.unreadTotal}) ` : ''}Inbox · Trunkline`;
  }, [list.unreadTotal]);
  // Whoever opened a thread is in it, and comes back to where it was.
  useEffect(() => {
    setKeptUnread(false);
    if (openId !== undefined) heading.current?.focus();
    else if (lastOpen.current !== undefined) focus.current?.enter(lastOpen.current);
    lastOpen.current = openId;
  }, [openId]);

  const close = () => set({ lead: undefined });
  const keepUnread = () => {
    if (openId === undefined || !may) return;
    setKeptUnread(true);
    markUnread.mutate(openId);
  };
  useKeys({
    next: () => focus.current?.move(1),
    previous: () => focus.current?.move(-1),
    reply: () => text.current?.focus(),
    unread: keepUnread,
    leave: () => openId !== undefined && close(),
    search: () => searchBox.current?.querySelector('input')?.focus(),
    help: () => setShowsKeys(true),
  });

  return (
    <div className="flex min-h-0 flex-1">
      {/* The one beside the threads is away on a phone that shows a thread. */}
      <h1 className="sr-only">Inbox</h1>
      <div
        className={cn(
          'flex min-h-0 w-full flex-col bg-card lg:w-80 lg:shrink-0 lg:border-r',
          openId !== undefined && 'hidden lg:flex',
        )}
      >
        <div className="flex items-center justify-between px-3 pt-3">
          <p aria-hidden className="text-xl font-semibold">
            Inbox
          </p>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Keys of the inbox"
            onClick={() => setShowsKeys(true)}
          >
            <Keyboard aria-hidden />
          </Button>
        </div>
        <div ref={searchBox}>
          <Filters unreadTotal={list.unreadTotal} />
        </div>
        <Threads list={list} filters={filters} openId={openId} focusRef={focus} />
      </div>
      {openId === undefined ? (
        <div className="hidden flex-1 items-center justify-center lg:flex">
          <Empty title="No thread is open">
            Choose one, by mouse or by j, k and Enter. ? shows all keys.
          </Empty>
        </div>
      ) : (
        <>
          <ThreadView
            key={openId}
            leadId={openId}
            headingRef={heading}
            textRef={text}
            isKeptUnread={isKeptUnread}
            onUnread={keepUnread}
            onBack={close}
            onContact={() => setShowsContact(true)}
          />
          <aside
            aria-label="Contact"
            className="hidden w-72 shrink-0 overflow-y-auto border-l bg-card p-4 2xl:block"
          >
            <ContactPanel leadId={openId} />
          </aside>
          <Dialog open={showsContact} onOpenChange={setShowsContact} title="About the contact" kind="sheet">
            <ContactPanel leadId={openId} />
          </Dialog>
        </>
      )}
      <Announcer threads={list.threads} />
      <KeysDialog open={showsKeys} onOpenChange={setShowsKeys} />
    </div>
  );
}

interface ThreadsProps {
  list: ReturnType<typeof useThreads>;
  filters: ThreadFilters;
  openId: string | undefined;
  focusRef: React.RefObject<ThreadFocus | null>;
}

function Threads({ list, filters, openId, focusRef }: ThreadsProps) {
  const { threads, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  if (isPending)
    return (
      <div className="p-3">
        <SkeletonRows className="h-16" />
      </div>
    );
  if (error !== null && threads.length === 0) return <ErrorState error={error} onRetry={refetch} />;
  if (threads.length === 0) {
    const isFiltered = filters.unread || filters.lineId !== undefined || filters.search !== undefined;
    return isFiltered ? (
      <Empty title="No thread fits">Take a filter away to see more.</Empty>
    ) : (
      <Empty title="Nobody was written to yet">
        A thread begins with the first message that leaves or comes in.
      </Empty>
    );
  }
  return (
    <ThreadList
      threads={threads}
      openId={openId}
      hasMore={hasNextPage}
      isLoadingMore={isFetchingNextPage}
      onMore={fetchNextPage}
      focusRef={focusRef}
    />
  );
}
