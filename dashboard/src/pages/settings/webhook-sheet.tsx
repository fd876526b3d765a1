/** One webhook: what it is, what can be done with it, and every call that was made to it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CheckWebhookAnswer, Webhook } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Switch } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { ReplayDialog } from './replay-dialog.tsx';
import type { Secret } from './secret-once.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import { secretOf, WebhookState } from './webhooks-panel.tsx';

interface WebhookSheetProps {
  webhook: Webhook;
  onClose(): void;
  onSecret(secret: Secret): void;
}

export function WebhookSheet({ webhook, onClose, onSecret }: WebhookSheetProps) {
  const { id, name, url, description, events, isActive } = webhook;
  const [open, setOpen] = useState<'change' | 'rotate' | 'delete' | 'replay' | null>(null);
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  const toast = useToast();
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  const onSwitch = useMutation({
    mutationFn: (wanted: boolean) => api.updateWebhook({ id, body: { isActive: wanted } }),
    onSuccess: refresh,
    onError: toast.failed,
  });
  const check = useMutation({ mutationFn: () => api.checkWebhook({ id }), onError: toast.failed });
  const close = () => setOpen(null);
  return (
    <Dialog
      open
      kind="sheet"
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={name}
      description={<span className="break-all">{url}</span>}
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-center gap-3">
          <WebhookState webhook={webhook} />
          <Switch
            label="Gets events"
            checked={isActive}
            disabled={!may || onSwitch.isPending}
            onCheckedChange={(wanted) => onSwitch.mutate(wanted)}
          />
          {why && <p className="text-xs text-muted-foreground">{why}</p>}
        </div>
        {description && <p>{description}</p>}
        <p className="flex flex-wrap gap-1">
          {events.map((event) => (
            <Badge key={event}>{event}</Badge>
          ))}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" busy={check.isPending} disabled={!may} title={why} onClick={() => check.mutate()}>
            Test it
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('change')}>
            Change
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('rotate')}>
            New secret
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('replay')}>
            Replay since…
          </Button>
          <Button size="sm" disabled={!may} title={why} onClick={() => setOpen('delete')}>
            Delete
          </Button>
        </div>
        <div aria-live="polite">{check.data && <Checked answer={check.data} />}</div>
        <DeliveryLog webhookId={id} />
      </div>
      {open === 'change' && (
        <WebhookDialog
          webhook={webhook}
          onClose={close}
          onSaved={() => {
            close();
            void refresh();
          }}
        />
      )}
      {open === 'replay' && <ReplayDialog webhookId={id} onClose={close} onDone={() => void refresh()} />}
      <Confirm
        open={open === 'rotate'}
        onOpenChange={close}
        title="Make a new secret?"
        action="Make a new secret"
        onConfirm={async () => onSecret(secretOf(name, (await api.rotateWebhookSecret({ id })).secret))}
      >
        For 24 hours webhook-signature holds a signature by each of the two. X-Tuco-Signature is by the new
        one at once.
      </Confirm>
      <Confirm
        open={open === 'delete'}
        onOpenChange={close}
        title={`Delete “${name}”?`}
        action="Delete the webhook"
        destructive
        onConfirm={async () => {
          await api.deleteWebhook({ id });
          toast.done(`“${name}” is deleted`);
          onClose();
          await refresh();
        }}
      >
        Nothing is sent there any more, and its log is gone. Events stay in the feed.
      </Confirm>
    </Dialog>
  );
}

function Checked({ answer }: { answer: CheckWebhookAnswer }) {
  if (answer.success) return <p className="text-success">It took the test: status {answer.statusCode}.</p>;
  return (
    <p className="text-danger">
      It did not take the test
      {answer.statusCode !== undefined && ` (status ${answer.statusCode})`}: {answer.error}
    </p>
  );
}
