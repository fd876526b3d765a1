/** What can be done with a message in its present state. */
import { useNavigate } from '@tanstack/react-router';
import type { Message } from '@trunkline/sdk';
import { CalendarClock, RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { contactOf } from './names.ts';
import { Reschedule } from './reschedule.tsx';
import { WAITING } from './search.ts';
import { useMessageChanges } from './use-message-list.ts';

export function MessageActions({ message }: { message: Message }) {
  const [asked, setAsked] = useState<'cancel' | 'reschedule' | 'retry' | null>(null);
  const { may, why } = useMay('send');
  const isWaiting = WAITING.includes(message.status);
  const isRetriable =
    message.status === 'failed' && message.direction === 'sent' && message.retriedBy === null;
  const close = () => setAsked(null);
  if (!isWaiting && !isRetriable) return null;
  return (
    <>
      {isRetriable && (
        <Button variant="primary" disabled={!may} title={why} onClick={() => setAsked('retry')}>
          <RotateCw aria-hidden /> Send again
        </Button>
      )}
      {isWaiting && (
        <>
          <Button disabled={!may} title={why} onClick={() => setAsked('reschedule')}>
            <CalendarClock aria-hidden /> Reschedule
          </Button>
          <Button variant="destructive" disabled={!may} title={why} onClick={() => setAsked('cancel')}>
            <X aria-hidden /> Cancel message
          </Button>
        </>
      )}
      {asked === 'cancel' && <CancelOne message={message} onClose={close} />}
      {asked === 'retry' && <Retry message={message} onClose={close} />}
      {asked === 'reschedule' && <Reschedule message={message} onClose={close} />}
    </>
  );
}

function CancelOne({ message, onClose }: { message: Message; onClose(): void }) {
  const toast = useToast();
  const applyTo = useMessageChanges();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="Cancel this message?"
      action="Cancel message"
      destructive
      onConfirm={async () => {
        const { message: cancelled } = await api.cancelMessage({ id: message._id });
        toast.done('Cancelled: it will not be sent.');
        void applyTo((each) => (each._id === cancelled._id ? cancelled : each));
      }}
    >
      <p>It will not be sent to {contactOf(message)}.</p>
    </Confirm>
  );
}

function Retry({ message, onClose }: { message: Message; onClose(): void }) {
  const toast = useToast();
  const applyTo = useMessageChanges();
  const navigate = useNavigate();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="Send this message again?"
      action="Send again"
      onConfirm={async () => {
        const { message: retry } = await api.retryMessage({ id: message._id });
        toast.done('Sent again, as a message of its own.');
        void applyTo((each) => (each._id === message._id ? { ...each, retriedBy: retry._id } : each));
        await navigate({ to: '/messages', search: (search) => ({ ...search, message: retry._id }) });
      }}
    >
      <p>
        A new message with the same content goes to {contactOf(message)} as soon as the rules allow.
        {message.reason === 'outcome_unknown' &&
          ' The first one may have arrived: this may be a second copy.'}
      </p>
    </Confirm>
  );
}
