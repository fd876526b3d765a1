import { Link } from '@tanstack/react-router';
import type { Message } from '@trunkline/sdk';
import { StatusBadge } from '../../ui/badge.tsx';

/** What became of the message, step by step. Its place is there before it is. */
export function Progress({ message }: { message: Message | undefined }) {
  return (
    <div role="status" className="min-h-14">
      {message === undefined ? (
        <p className="text-muted-foreground">What becomes of it shows here and on the phone.</p>
      ) : (
        <>
          <p className="flex flex-wrap items-center gap-2">
            <StatusBadge status={message.status} />
            <span>{sentenceOf(message)}</span>
          </p>
          <p className="mt-1">
            <Link
              to="/messages"
              className="inline-flex min-h-6 items-center text-info underline underline-offset-4"
            >
              See it among the messages
            </Link>
          </p>
        </>
      )}
    </div>
  );
}

function sentenceOf({
  status,
  errorMessage,
  createdAt,
  deliveredAt,
  fallbackSmsDispatched,
}: Message): string {
  if (status === 'delivered' && deliveredAt !== null) {
    const seconds = (Date.parse(deliveredAt) - Date.parse(createdAt)) / 1_000;
    return `On the phone ${seconds.toFixed(1)} s after it was accepted.`;
  }
  if (status === 'fallback')
    return fallbackSmsDispatched ? 'Not on iMessage: an SMS goes instead.' : 'Not on iMessage.';
  if (status === 'failed') return errorMessage ?? 'It could not be sent.';
  if (status === 'sent') return 'The carrier has it; its receipt is awaited.';
  if (status === 'sending') return 'It is being handed over.';
  return 'Accepted: it waits for its turn on the line.';
}
