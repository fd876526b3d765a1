/** One message of a thread: what it says, its files and tapbacks, how it went and what became of it. */
import type { Message } from '@trunkline/sdk';
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock, CornerDownRight } from 'lucide-react';
import { formatTimeOfDay } from '../../lib/format.ts';
import { cn } from '../../ui/cn.ts';
import { Time } from '../../ui/time.tsx';
import { Again } from './again.tsx';
import { ChannelLabel } from './channels.tsx';
import { Files } from './files.tsx';
import { ReactButton, Tapbacks } from './tapbacks.tsx';
import { type Entry, fateOf, isWaiting, shownAt } from './timeline.ts';

interface BubbleProps {
  entry: Entry;
  contact: string;
  /** By which the line that carried it is known. */
  line: string | null;
  mayReact: boolean;
  /** Of what failed: puts its text into the composer. */
  onAgain?(text: string): void;
}

export function Bubble({ entry, contact, line, mayReact, onAgain }: BubbleProps) {
  const { message, attachments, reactions, original } = entry;
  const isOurs = message.direction === 'sent';
  const isGone = message.status === 'cancelled';
  return (
    <article
      aria-label={`${isOurs ? 'You' : contact}, ${formatTimeOfDay(shownAt(message))}`}
      className={cn(
        'group flex max-w-[min(85%,40rem)] flex-col gap-1',
        isOurs ? 'items-end self-end' : 'self-start',
      )}
    >
      {message.fallbackOf !== null && (
        <p className="flex items-center gap-1 text-xs text-muted-foreground">
          <CornerDownRight className="size-3.5" aria-hidden />
          SMS in place of{' '}
          {original === null ? 'an iMessage' : `the iMessage of ${formatTimeOfDay(shownAt(original))}`}
        </p>
      )}
      <div className={cn('flex items-center gap-1', isOurs && 'flex-row-reverse')}>
        <div
          className={cn(
            'min-w-0 rounded-2xl border px-3.5 py-2 break-words whitespace-pre-wrap',
            isOurs ? 'rounded-br-md' : 'rounded-bl-md bg-card',
            isOurs && SURFACES[message.messageType],
            isOurs && message.sentAt === null && 'border-dashed border-input bg-transparent text-foreground',
            isGone && 'line-through',
          )}
        >
          {message.subject !== null && <p className="mb-1 font-semibold">{message.subject}</p>}
          {message.message}
          <Files attachments={attachments} />
        </div>
        {mayReact && message.externalMessageId !== null && message.messageType === 'imessage' && (
          <ReactButton messageId={message._id} leadId={message.leadId ?? ''} />
        )}
      </div>
      <Tapbacks reactions={reactions} contact={contact} />
      <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 px-1 text-xs text-muted-foreground">
        <ChannelLabel channel={message.messageType} />
        {!isWaiting(message) && <Time at={shownAt(message)} zone={message.settings?.timezone} />}
        {line !== null && <span className="truncate">{isOurs ? `from ${line}` : `to ${line}`}</span>}
        {isOurs && <Fate message={message} />}
        {onAgain !== undefined && message.status === 'failed' && !message.fallbackSmsDispatched && (
          <Again message={message} onChange={() => onAgain(message.message)} />
        )}
      </p>
    </article>
  );
}

const SURFACES = {
  imessage: 'border-transparent bg-primary text-primary-foreground',
  sms: 'border-2 border-chart-2 bg-success-soft text-foreground',
  email: 'rounded-lg border-2 border-input bg-card text-card-foreground',
} as const;

const TONES = { muted: '', success: 'text-success', danger: 'text-danger', warning: 'text-warning' } as const;

function Fate({ message }: { message: Message }) {
  const { word, tone } = fateOf(message);
  const Icon = iconOf(message);
  return (
    <span className={cn('inline-flex flex-wrap items-center gap-1 font-medium', TONES[tone])}>
      <Icon className="size-3.5" aria-hidden />
      {word}
      {message.errorMessage !== null && message.status === 'failed' && <span>: {message.errorMessage}</span>}
    </span>
  );
}

function iconOf({ status, readAt, deliveredAt }: Message) {
  if (readAt !== null || deliveredAt !== null) return CheckCheck;
  if (status === 'sent') return Check;
  if (status === 'failed' || status === 'fallback') return CircleAlert;
  return status === 'unknown' ? CircleHelp : Clock;
}
