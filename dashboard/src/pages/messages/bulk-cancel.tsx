/** Taking back many messages: those that are selected, or everything that waits and fits the filters. */
import { useQuery } from '@tanstack/react-query';
import type { CancelMessagesAnswer, Message } from '@trunkline/sdk';
import { useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { formatNumber, plural } from '../../lib/format.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type Filter, WAITING } from './search.ts';
import { useMessageChanges } from './use-message-list.ts';

/** The API takes so many with one call. */
const STEP = 500;
/** Counting ends here: more than that is said as "more than". */
const COUNTED_STEPS = 10;

export function CancelSelected({ messages, onClose }: { messages: readonly Message[]; onClose(): void }) {
  const toast = useToast();
  const applyTo = useMessageChanges();
  const waiting = messages.filter(({ status }) => WAITING.includes(status));
  const others = messages.length - waiting.length;
  const cancel = async () => {
    const cancelled = new Set<string>();
    try {
      for (let from = 0; from < waiting.length; from += STEP) {
        const ids = waiting.slice(from, from + STEP).map(({ _id }) => _id);
        const answer = await api.cancelMessages({ body: { ids } });
        for (const id of answer.messageIds) cancelled.add(id);
      }
    } finally {
      // Also of what was done before something went wrong.
      void applyTo(asCancelled(cancelled));
    }
    const late = waiting.length - cancelled.size;
    toast.done(
      `${plural(cancelled.size, 'message')} cancelled.${late > 0 ? ` ${plural(late, 'was', 'were')} past cancelling.` : ''}`,
    );
  };
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="Cancel the selected messages?"
      action={`Cancel ${plural(waiting.length, 'message')}`}
      destructive
      onConfirm={cancel}
    >
      <p>
        {plural(waiting.length, 'message')} of the {formatNumber(messages.length)} selected{' '}
        {waiting.length === 1 ? 'waits' : 'wait'} and will not be sent.
        {others > 0 && ` ${plural(others, 'other is', 'others are')} past cancelling and stay as they are.`}
      </p>
    </Confirm>
  );
}

export function CancelMatching({ filter, onClose }: { filter: Filter; onClose(): void }) {
  const toast = useToast();
  const applyTo = useMessageChanges();
  const [done, setDone] = useState<number | null>(null);
  const counted = useQuery({
    queryKey: ['message-count', filter],
    queryFn: ({ signal }) => count(filter, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const cancel = async () => {
    const cancelled = new Set<string>();
    try {
      for (let cursor: string | null = null; ; ) {
        const answer: CancelMessagesAnswer = await api.cancelMessages({ body: { filter, cursor } });
        for (const id of answer.messageIds) cancelled.add(id);
        setDone(cancelled.size);
        cursor = answer.nextCursor;
        if (cursor === null) break;
      }
    } finally {
      void applyTo(asCancelled(cancelled));
    }
    toast.done(`${plural(cancelled.size, 'message')} cancelled.`);
  };
  if (counted.isError) return <CountFailed error={counted.error} onClose={onClose} />;
  const amount =
    counted.data === undefined
      ? 'messages'
      : `${counted.data.isAll ? '' : 'more than '}${plural(counted.data.count, 'message')}`;
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="Cancel everything that waits and fits the filters?"
      action={counted.data === undefined ? 'Counting…' : `Cancel ${amount}`}
      destructive
      onConfirm={counted.data === undefined ? async () => {} : cancel}
    >
      <p role="status">
        {done !== null
          ? `${plural(done, 'message')} cancelled so far…`
          : counted.data === undefined
            ? 'Counting what waits…'
            : `This takes back ${amount}. Nothing of it will be sent. What is on its way already stays.`}
      </p>
    </Confirm>
  );
}

function CountFailed({ error, onClose }: { error: Error; onClose(): void }) {
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="It could not be counted what this would cancel"
      action="Close"
      onConfirm={async () => onClose()}
    >
      <p role="alert">{sentenceOf(error)}</p>
    </Confirm>
  );
}

async function count(filter: Filter, signal: AbortSignal): Promise<{ count: number; isAll: boolean }> {
  let total = 0;
  let cursor: string | null = null;
  for (let step = 0; step < COUNTED_STEPS; step += 1) {
    const answer: CancelMessagesAnswer = await api.cancelMessages(
      { body: { filter, cursor, dryRun: true } },
      { signal },
    );
    total += answer.cancelledCount;
    cursor = answer.nextCursor;
    if (cursor === null) return { count: total, isAll: true };
  }
  return { count: total, isAll: false };
}

function asCancelled(ids: ReadonlySet<string>) {
  return (message: Message): Message =>
    ids.has(message._id) ? { ...message, status: 'cancelled' } : message;
}
