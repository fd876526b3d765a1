import { useQuery } from '@tanstack/react-query';
import type { Message } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { cn } from '../../ui/cn.ts';

const LOOK_EVERY_MS = 1_000;
/** What fits on its screen. */
const SHOWN = 6;

/** A drawn phone that shows what the simulated one has received, and what it answered. */
export function Phone({ address, message }: { address: string; message: Message | undefined }) {
  const received = useQuery({
    queryKey: ['messages', 'phone', address],
    queryFn: ({ signal }) => api.readSandboxPhone({ address }, { signal }),
    select: ({ messages }) =>
      messages.map(({ _id, message: text, receivedAt }) => ({ id: _id, text, at: receivedAt, isOurs: true })),
    refetchInterval: LOOK_EVERY_MS,
  });
  const leadId = message?.recipientPhone === address ? message.leadId : null;
  const replies = useQuery({
    queryKey: ['messages', 'replies', leadId],
    queryFn: ({ signal }) =>
      api.listMessages({ leadId: leadId ?? '', direction: 'received', limit: SHOWN }, { signal }),
    select: ({ messages }) =>
      messages.map(({ _id, message: text, createdAt }) => ({ id: _id, text, at: createdAt, isOurs: false })),
    enabled: leadId !== null,
    refetchInterval: LOOK_EVERY_MS,
  });
  const bubbles = [...(received.data ?? []), ...(replies.data ?? [])]
    .sort((one, other) => (one.at < other.at ? -1 : 1))
    .slice(-SHOWN);
  const isRead = message?.recipientPhone === address && message.readAt !== null;
  return (
    <figure className="mx-auto w-64 shrink-0">
      <div className="flex h-96 flex-col rounded-[2.25rem] border-4 border-foreground/70 bg-background p-3">
        <div aria-hidden className="mx-auto mb-2 h-1.5 w-16 shrink-0 rounded-full bg-foreground/30" />
        <p className="border-b pb-2 text-center text-xs text-muted-foreground">The phone {address}</p>
        <ul
          aria-live="polite"
          aria-label={`Messages on the phone ${address}`}
          className="flex min-h-0 flex-1 flex-col justify-end gap-2 overflow-hidden py-2"
        >
          {bubbles.length === 0 && <li className="text-center text-muted-foreground">Nothing yet</li>}
          {bubbles.map(({ id, text, isOurs }) => (
            <li
              key={id}
              className={cn(
                'max-w-[85%] rounded-2xl px-3 py-1.5 break-words',
                // As its owner sees it: what we wrote came in, what it answered went out.
                isOurs
                  ? 'self-start bg-muted text-foreground'
                  : 'self-end bg-primary text-primary-foreground',
              )}
            >
              <span className="sr-only">{isOurs ? 'Received: ' : 'Answered: '}</span>
              {text}
            </li>
          ))}
        </ul>
        <p className="h-4 text-center text-xs text-muted-foreground">{isRead ? 'Read' : ''}</p>
      </div>
      <figcaption className="mt-2 text-center text-xs text-muted-foreground">
        Simulated: it costs nothing, and nobody is disturbed.
      </figcaption>
    </figure>
  );
}
