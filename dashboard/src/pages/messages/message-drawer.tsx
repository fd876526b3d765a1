/** Everything about one message, from the side. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ExplainAnswer, Message } from '@trunkline/sdk';
import { type ReactNode, useEffect } from 'react';
import { api } from '../../api.ts';
import { useMe } from '../../session.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { MessageActions } from './message-actions.tsx';
import { addressOf, contactOf } from './names.ts';
import { TYPE_NAMES, WAITING } from './search.ts';
import { Timeline } from './timeline.tsx';
import { lineName, useLines } from './use-lines.ts';
import { Waiting } from './waiting.tsx';

const LOOK_AGAIN_MS = 5_000;

export function MessageDrawer({ id, onClose }: { id: string; onClose(): void }) {
  const { workspace } = useMe();
  const found = useQuery({
    queryKey: ['messages', 'one', id],
    queryFn: ({ signal }) => api.getMessage({ id }, { signal }),
  });
  const message = found.data?.message;
  const isOpen =
    message !== undefined && !['delivered', 'failed', 'fallback', 'cancelled'].includes(message.status);
  const explained = useQuery({
    queryKey: ['messages', 'explain', id],
    queryFn: ({ signal }) => api.explainMessage({ id }, { signal }),
    // Gates open by the clock, of which no stream tells.
    refetchInterval: isOpen ? LOOK_AGAIN_MS : false,
  });
  const timeline = useQuery({
    queryKey: ['messages', 'timeline', id],
    queryFn: ({ signal }) => api.getTimeline({ id }, { signal }),
  });
  const { refetch: readMessage } = found;
  const { refetch: readTimeline } = timeline;
  const known = message?.status;
  const status = explained.data?.status;
  // The explanation is asked for again and again: where it knows more than the message, that one is old.
  useEffect(() => {
    if (known === undefined || status === undefined || status === known) return;
    void readMessage();
    void readTimeline();
  }, [known, status, readMessage, readTimeline]);

  const zone = message?.settings?.timezone ?? workspace.timezone;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      kind="sheet"
      title={message === undefined ? 'Message' : contactOf(message)}
      description={
        // Its place is kept.
        message === undefined ? (
          '\u00a0'
        ) : (
          <>
            {message.direction === 'received' ? 'Received' : 'Sent'} as {TYPE_NAMES[message.messageType]}{' '}
            {message.direction === 'received' ? 'from' : 'to'} {addressOf(message)}
          </>
        )
      }
      footer={message && <MessageActions message={message} />}
    >
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : message === undefined || explained.isPending ? (
        // The one is shown with the other: why it waits stands above what is known of it.
        <SkeletonRows rows={6} className="h-24" />
      ) : (
        <div className="flex flex-col gap-4">
          <State message={message} zone={zone} />
          {WAITING.includes(message.status) && explained.data && WAITING.includes(explained.data.status) && (
            <Waiting explained={explained.data} zone={zone} />
          )}
          <Text message={message} explained={explained.data} />
          <Facts message={message} zone={zone} />
          {timeline.isError ? (
            <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />
          ) : (
            timeline.data && <Timeline events={timeline.data.events} zone={zone} />
          )}
        </div>
      )}
    </Dialog>
  );
}

function State({ message, zone }: { message: Message; zone: string }) {
  const { status, errorMessage, sentAt, deliveredAt, readAt, reason } = message;
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2" role="status">
        <StatusBadge status={status} />
        {readAt ? (
          <>
            read <Time at={readAt} zone={zone} />
          </>
        ) : deliveredAt ? (
          <>
            delivered <Time at={deliveredAt} zone={zone} />
          </>
        ) : (
          sentAt && (
            <>
              sent <Time at={sentAt} zone={zone} />
            </>
          )
        )}
      </p>
      {errorMessage && <p className="font-medium text-danger">{errorMessage}</p>}
      {reason === 'outcome_unknown' && (
        <p className="text-muted-foreground">
          Nobody could tell whether it left. It may have arrived: sent again it may come twice.
        </p>
      )}
    </div>
  );
}

function Text({ message, explained }: { message: Message; explained: ExplainAnswer | undefined }) {
  const isTemplate = explained?.text != null && explained.text !== message.message;
  const text = explained?.text ?? message.message;
  const subject = explained?.subject ?? message.subject;
  return (
    <Card title="Text" actions={<CopyButton text={text} what="the text" />}>
      {subject && <p className="mb-2 font-medium break-words">{subject}</p>}
      <p className="break-words whitespace-pre-wrap">{text}</p>
      {isTemplate && (
        <>
          <p className="mt-3 text-xs text-muted-foreground">
            With the contact’s details of today. As it was given:
          </p>
          <p className="text-xs break-words whitespace-pre-wrap text-muted-foreground">{message.message}</p>
        </>
      )}
      {explained !== undefined && explained.missing.length > 0 && (
        <p className="mt-2 text-warning">Without value, and left out: {explained.missing.join(', ')}</p>
      )}
      {message.attachmentUrls.map((url, index) => (
        <a
          key={url}
          href={url}
          target="_blank"
          rel="noreferrer"
          className="mt-2 block truncate text-info underline underline-offset-4"
        >
          {message.attachmentNames[index] ?? url}
        </a>
      ))}
    </Card>
  );
}

function Facts({ message, zone }: { message: Message; zone: string }) {
  const line = useLines().byId.get(message.fromLineId ?? '');
  const { settings, lineDecision, checkedAddresses, scheduledDate, expiresAt, attempt, attempts } = message;
  return (
    <Card title="Line, addresses, rules">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <Fact name="Line">
          {line === undefined ? (message.fromLinePhone ?? message.fromLineEmail ?? '–') : lineName(line)}
          {lineDecision && <span className="block text-muted-foreground">{lineDecision.because}</span>}
        </Fact>
        <Fact name="Recipient">
          {[message.recipientPhone, message.recipientEmail].filter(Boolean).join(', ') || '–'}
        </Fact>
        {message.address && <Fact name="Went to">{message.address}</Fact>}
        {checkedAddresses.length > 0 && <Fact name="Tried">{checkedAddresses.join(', ')}</Fact>}
        {message.direction === 'sent' && (
          <Fact name="Attempts">
            {attempt} of {attempts}
          </Fact>
        )}
        {scheduledDate && (
          <Fact name="Not before">
            <Time at={scheduledDate} zone={zone} />
          </Fact>
        )}
        {settings?.sendWindowStart && (
          <Fact name="Send window">
            {settings.sendWindowStart} to {settings.sendWindowEnd}, {settings.timezone}
          </Fact>
        )}
        {expiresAt && (
          <Fact name="Expires">
            <Time at={expiresAt} zone={zone} />
          </Fact>
        )}
        <Fact name="Created">
          <Time at={message.createdAt} zone={zone} />
        </Fact>
        {message.campaignId && (
          <Fact name="Campaign">
            <Link to="/messages" search={{ campaign: message.campaignId }} className={LINK}>
              Step {(message.stepIndex ?? 0) + 1} of a campaign: its messages
            </Link>
          </Fact>
        )}
        {message.leadId && (
          <Fact name="Contact">
            <Link to="/messages" search={{ lead: message.leadId }} className={LINK}>
              All messages of this contact
            </Link>
          </Fact>
        )}
        <OtherMessage name="Sent in place of" id={message.retryOf} />
        <OtherMessage name="Sent again as" id={message.retriedBy} />
        <OtherMessage name="Fallback SMS of" id={message.fallbackOf} />
        <Fact name="Id">
          <span className="flex items-center gap-1">
            <code className="truncate text-xs">{message._id}</code>
            <CopyButton text={message._id} what="the id" />
          </span>
        </Fact>
      </dl>
    </Card>
  );
}

const LINK = 'text-info underline underline-offset-4 hover:no-underline';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function OtherMessage({ name, id }: { name: string; id: string | null }) {
  if (id === null) return null;
  return (
    <Fact name={name}>
      <Link to="/messages" search={(search) => ({ ...search, message: id })} className={LINK}>
        another message
      </Link>
    </Fact>
  );
}
