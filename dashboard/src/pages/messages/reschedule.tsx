import type { Message } from '@trunkline/sdk';
import { useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMe } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useMessageChanges } from './use-message-list.ts';
import { WhenPicker } from './when-picker.tsx';

/** Another time for a message that waits, or none: as soon as the rules allow. */
export function Reschedule({ message, onClose }: { message: Message; onClose(): void }) {
  const { workspace } = useMe();
  const [at, setAt] = useState<string | null>(() => message.scheduledDate ?? inAnHour());
  const [busy, setBusy] = useState<'date' | 'now' | null>(null);
  const [error, setError] = useState<string | null>(null);
  const toast = useToast();
  const applyTo = useMessageChanges();
  const store = async (scheduledDate: string | null) => {
    setBusy(scheduledDate === null ? 'now' : 'date');
    setError(null);
    try {
      const { message: changed } = await api.editMessage({ id: message._id, body: { scheduledDate } });
      onClose();
      toast.done(scheduledDate === null ? 'It goes as soon as the rules allow.' : 'Rescheduled.');
      await applyTo((each) => (each._id === changed._id ? changed : each));
    } catch (refusal) {
      setError(sentenceOf(refusal));
    } finally {
      setBusy(null);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Reschedule"
      description="It is sent at this time at the earliest; its send window and the caps of its line still hold."
      footer={
        <>
          {message.scheduledDate !== null && (
            <Button busy={busy === 'now'} onClick={() => void store(null)}>
              As soon as possible
            </Button>
          )}
          <Button
            variant="primary"
            busy={busy === 'date'}
            disabled={at === null}
            onClick={() => void store(at)}
          >
            Reschedule
          </Button>
        </>
      }
    >
      <WhenPicker at={at} onChange={setAt} zones={[message.settings?.timezone, workspace.timezone]} />
      {error && (
        <p role="alert" className="mt-2 font-medium text-danger">
          {error}
        </p>
      )}
    </Dialog>
  );
}

function inAnHour(): string {
  const next = new Date(Date.now() + 3_600_000);
  next.setSeconds(0, 0);
  return next.toISOString();
}
