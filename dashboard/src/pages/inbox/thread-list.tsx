/** The threads, those last written in first. Only what is seen is drawn. */
import { Link } from '@tanstack/react-router';
import type { Conversation } from '@trunkline/sdk';
import { Ban } from 'lucide-react';
import { type RefObject, useEffect, useImperativeHandle, useRef } from 'react';
import { plural } from '../../lib/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { cn } from '../../ui/cn.ts';
import { useRows } from '../../ui/use-rows.ts';
import { CHANNEL_NAMES } from './channels.tsx';
import { contactName } from './contact-name.ts';
import { RelativeTime } from './relative-time.tsx';
import { fateOf } from './timeline.ts';

const ROW = 76;

/** Moves the focus from thread to thread. */
export interface ThreadFocus {
  /** By so many places from the one that has it, or from the open one. */
  move(by: number): void;
  /** To this thread. */
  enter(leadId: string): void;
}

interface ThreadListProps {
  threads: readonly Conversation[];
  openId: string | undefined;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore(): void;
  focusRef: RefObject<ThreadFocus | null>;
}

export function ThreadList({ threads, openId, hasMore, isLoadingMore, onMore, focusRef }: ThreadListProps) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = useRef<number>(null);
  const virtual = useRows({
    box,
    count: threads.length,
    keyAt: (place) => threads[place]?.leadId ?? String(place),
    height: ROW,
    overscan: 10,
  });
  const lastSeen = virtual.range?.endIndex ?? -1;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastSeen >= threads.length - 25) onMore();
  }, [hasMore, isLoadingMore, lastSeen, threads.length, onMore]);

  const linkAt = (place: number) =>
    box.current?.querySelector<HTMLElement>(`[data-place="${place}"]`) ?? null;
  const focus = (place: number) => {
    const link = linkAt(place);
    if (link !== null) link.focus();
    // It takes the focus when it is drawn.
    else wanted.current = place;
    virtual.scrollToIndex(place);
  };
  const openPlace = threads.findIndex(({ leadId }) => leadId === openId);
  useImperativeHandle(focusRef, () => ({
    move(by) {
      const held = Number(document.activeElement?.getAttribute('data-place') ?? Number.NaN);
      const from = Number.isNaN(held) ? openPlace : held;
      const place = Math.max(0, Math.min(threads.length - 1, from + by));
      if (threads.length > 0) focus(place);
    },
    enter(leadId) {
      const place = threads.findIndex((thread) => thread.leadId === leadId);
      if (place >= 0) focus(place);
    },
  }));
  useEffect(() => {
    if (wanted.current === null) return;
    const link = linkAt(wanted.current);
    if (link === null) return;
    link.focus();
    wanted.current = null;
  });

  return (
    <div ref={box} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label="Threads" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const thread = threads[index];
          return (
            thread && (
              <li
                key={key}
                data-row={thread.leadId}
                aria-setsize={hasMore ? -1 : threads.length}
                aria-posinset={index + 1}
                className="absolute inset-x-0"
                style={{ height: ROW, transform: `translateY(${start}px)` }}
              >
                <ThreadLink thread={thread} place={index} isOpen={thread.leadId === openId} />
              </li>
            )
          );
        })}
      </ul>
      {isLoadingMore && (
        <p role="status" className="p-3 text-center text-muted-foreground">
          Loading more…
        </p>
      )}
    </div>
  );
}

function ThreadLink({ thread, place, isOpen }: { thread: Conversation; place: number; isOpen: boolean }) {
  const { leadId, unreadCount, lastAt, optedOutAt, lastMessage } = thread;
  const isUnread = unreadCount > 0;
  return (
    <Link
      from="/inbox"
      to="."
      search={(before) => ({ ...before, lead: leadId })}
      data-place={place}
      aria-current={isOpen ? 'true' : undefined}
      className={cn(
        'flex h-full flex-col justify-center gap-0.5 border-b px-3 -outline-offset-2 hover:bg-accent/60',
        isOpen && 'bg-accent text-accent-foreground',
      )}
    >
      <span className="flex items-center gap-2">
        <span className={cn('min-w-0 flex-1 truncate', isUnread ? 'font-bold' : 'font-medium')}>
          {contactName(thread, lastMessage)}
        </span>
        <span className="text-xs text-muted-foreground">
          <RelativeTime at={lastAt} />
        </span>
      </span>
      <span className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate text-muted-foreground">{previewOf(lastMessage)}</span>
        {isUnread && (
          <Badge tone="info">
            {unreadCount}
            <span className="sr-only">unread</span>
          </Badge>
        )}
      </span>
      <span className="flex items-center gap-2 text-xs text-muted-foreground">
        <span className="min-w-0 flex-1 truncate">
          {CHANNEL_NAMES[lastMessage.messageType]}
          {lastMessage.direction === 'sent' && ` · ${fateOf(lastMessage).word}`}
        </span>
        {optedOutAt !== null && (
          <span className="inline-flex items-center gap-1 text-warning">
            <Ban className="size-3.5" aria-hidden /> opted out
          </span>
        )}
      </span>
    </Link>
  );
}

function previewOf({ direction, message, subject, attachmentUrls }: Conversation['lastMessage']): string {
  const text =
    message.trim() || subject || (attachmentUrls.length > 0 ? plural(attachmentUrls.length, 'file') : '');
  return direction === 'sent' ? `You: ${text}` : text;
}
