/** One thread: who it is with, what was said, and where the answer is written. */
import { useQuery } from '@tanstack/react-query';
import type { ConversationAnswer } from '@trunkline/sdk';
import { ArrowLeft, ContactRound, MailOpen } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Bubble } from './bubble.tsx';
import { Composer } from './composer.tsx';
import { contactName } from './contact-name.ts';
import { linesQuery, useMarkRead, useThread } from './data.ts';
import { keepDraft, readDraft } from './drafts.ts';
import { EventLine } from './events.tsx';
import { Letters } from './letters.tsx';
import { OptOutWarning } from './opt-out-warning.tsx';
import { useOutbox } from './outbox.ts';
import { dayName, timelineOf } from './timeline.ts';
import { lineOf, Waiting } from './waiting.tsx';

interface ThreadViewProps {
  leadId: string;
  headingRef: RefObject<HTMLHeadingElement | null>;
  textRef: RefObject<HTMLTextAreaElement | null>;
  /** The person said so; else whatever is seen is read. */
  isKeptUnread: boolean;
  onUnread(): void;
  onBack(): void;
  onContact(): void;
}

export function ThreadView({
  leadId,
  headingRef,
  textRef,
  isKeptUnread,
  onUnread,
  onBack,
  onContact,
}: ThreadViewProps) {
  const { thread, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useThread(leadId);
  const { may } = useMay('send');
  const contact = thread === undefined ? '' : contactName(thread, thread.messages[0]);
  const latest = thread?.messages.find(({ direction }) => direction === 'received')?._id;
  useReading(thread, may && !isKeptUnread, latest);
  // Counts how often a text was put into the composer from outside: each time it begins anew.
  const [begun, setBegun] = useState(0);
  useEffect(() => {
    if (begun > 0) textRef.current?.focus();
  }, [begun, textRef]);
  const writeAgain = (text: string) => {
    keepDraft(leadId, [readDraft(leadId), text].filter((each) => each !== '').join('\n'));
    setBegun(begun + 1);
  };

  return (
    <section aria-labelledby="thread-heading" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex items-center gap-2 border-b bg-card px-3 py-2">
        <Button
          variant="ghost"
          size="icon"
          aria-label="Back to the threads"
          className="lg:hidden"
          onClick={onBack}
        >
          <ArrowLeft aria-hidden />
        </Button>
        <div className="min-w-0 flex-1">
          <h2
            id="thread-heading"
            ref={headingRef}
            tabIndex={-1}
            className="truncate text-base font-semibold outline-none"
          >
            {thread === undefined ? 'Thread' : contact}
          </h2>
          <p className="truncate text-xs text-muted-foreground">
            {[thread?.phone, thread?.email].filter((each) => each && each !== contact).join(', ') ||
              (thread === undefined ? '\u00a0' : 'No name is known')}
          </p>
        </div>
        {may && latest !== undefined && (
          <Button
            variant="ghost"
            size="icon"
            aria-label="Mark as unread"
            title="Mark as unread (u)"
            onClick={onUnread}
          >
            <MailOpen aria-hidden />
          </Button>
        )}
        <Button
          variant="ghost"
          size="icon"
          aria-label="About the contact"
          className="2xl:hidden"
          onClick={onContact}
        >
          <ContactRound aria-hidden />
        </Button>
      </header>
      {thread === undefined ? (
        <div className="flex-1 p-4">
          {error === null ? (
            <SkeletonRows className="h-16" />
          ) : (
            <ErrorState error={error} onRetry={refetch} />
          )}
        </div>
      ) : (
        <>
          <Talk
            thread={thread}
            contact={contact}
            hasOlder={hasNextPage}
            isLoadingOlder={isFetchingNextPage}
            onOlder={fetchNextPage}
            may={may}
            onAgain={writeAgain}
          />
          <OptOutWarning thread={thread} />
          <Composer
            key={begun}
            thread={thread}
            contact={contact}
            textRef={textRef}
            onLeave={() => headingRef.current?.focus()}
          />
        </>
      )}
    </section>
  );
}

interface TalkProps {
  thread: ConversationAnswer;
  contact: string;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  onOlder(): void;
  may: boolean;
  /** The text goes into the composer. */
  onAgain(text: string): void;
}

function Talk({ thread, contact, hasOlder, isLoadingOlder, onOlder, may, onAgain }: TalkProps) {
  const { data } = useQuery(linesQuery);
  const letters = useOutbox(thread.leadId);
  const { items, waiting } = timelineOf(thread);
  const nameOfLine = (id: string) => {
    const line = data?.lines.find(({ _id }) => _id === id);
    return line?.phone ?? line?.email ?? 'another line';
  };
  return (
    // Laid out from its end: it opens at the latest message and stays where it is when older ones come in above.
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls needs the focus to be scrolled by keys
      tabIndex={0}
      aria-label="Messages"
      className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto -outline-offset-2"
    >
      <div className="flex flex-col gap-3 p-4">
        {hasOlder && (
          <Button className="self-center" busy={isLoadingOlder} onClick={onOlder}>
            Show older messages
          </Button>
        )}
        {items.map((item) => {
          switch (item.kind) {
            case 'day':
              return (
                <h3 key={item.key} className="my-1 text-center text-xs font-medium text-muted-foreground">
                  {dayName(item.day, Date.now())}
                </h3>
              );
            case 'event':
              return <EventLine key={item.key} event={item.event} nameOfLine={nameOfLine} />;
            default:
              return (
                <Bubble
                  key={item.key}
                  entry={item.entry}
                  contact={contact}
                  line={lineOf(item.entry.message)}
                  mayReact={may}
                  {...(may ? { onAgain } : {})}
                />
              );
          }
        })}
        <Waiting entries={waiting} contact={contact} />
        <Letters letters={letters} onAgain={onAgain} />
      </div>
    </section>
  );
}

/** What is looked at is read, up to the latest that is shown. */
function useReading(thread: ConversationAnswer | undefined, may: boolean, latest: string | undefined): void {
  const { mutate } = useMarkRead();
  const marked = useRef<string>(undefined);
  const leadId = thread?.leadId;
  const isUnread = (thread?.unreadCount ?? 0) > 0;
  useEffect(() => {
    if (!may || !isUnread || leadId === undefined || latest === undefined) return;
    const mark = () => {
      if (document.visibilityState !== 'visible' || marked.current === latest) return;
      marked.current = latest;
      mutate({ leadId, messageId: latest });
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [may, isUnread, leadId, latest, mutate]);
}
