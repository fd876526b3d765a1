import { useState } from 'react';
import { api } from '../../api.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, Input } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';

interface ReplayDialogProps {
  webhookId: string;
  onClose(): void;
  onDone(): void;
}

/** Every event since an instant. */
export function ReplayDialog({ webhookId, onClose, onDone }: ReplayDialogProps) {
  const [undeliveredOnly, setUndelivered] = useState(true);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Replay events"
      description="Under the same ids as before, so that a receiver knows those it has taken."
    >
      <SettingsForm
        action="Replay"
        done="The events are being sent again"
        save={(field) =>
          api.replayWebhook({
            id: webhookId,
            body: { since: new Date(field('since')).toISOString(), undeliveredOnly },
          })
        }
        onSaved={() => {
          onClose();
          onDone();
        }}
      >
        <Field label="Since" hint="In your own time zone.">
          <Input name="since" type="datetime-local" defaultValue={anHourAgo()} required />
        </Field>
        <Checkbox
          label="Only what the receiver has not taken"
          checked={undeliveredOnly}
          onCheckedChange={(checked) => setUndelivered(checked === true)}
        />
      </SettingsForm>
    </Dialog>
  );
}

/** As the control wants it: local, to the minute. */
function anHourAgo(): string {
  const at = new Date(Date.now() - 3_600_000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
