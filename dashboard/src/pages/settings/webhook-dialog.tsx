import type { CreateWebhookAnswer, CreateWebhookBody, Webhook } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox, Field, Input, Textarea } from '../../ui/field.tsx';
import { SettingsForm } from './form.tsx';

type WebhookEvent = CreateWebhookBody['events'][number];

export const EVENTS: readonly WebhookEvent[] = [
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.fallback',
  'message.cancelled',
  'message.opened',
  'message.reply',
  'message.received',
  'lead.opted_out',
  'line.health_changed',
  'conversation.dormant',
  'campaign.completed',
  'webhook.disabled',
];
const USUAL: readonly WebhookEvent[] = [
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.reply',
];

interface WebhookDialogProps {
  /** null: a new one. */
  webhook: Webhook | null;
  onClose(): void;
  onMade?(made: CreateWebhookAnswer): void;
  onSaved?(): void;
}

export function WebhookDialog({ webhook, onClose, onMade, onSaved }: WebhookDialogProps) {
  const [events, setEvents] = useState<ReadonlySet<WebhookEvent>>(new Set(webhook?.events ?? USUAL));
  const toggle = (event: WebhookEvent, wanted: boolean) => {
    const next = new Set(events);
    if (wanted) next.add(event);
    else next.delete(event);
    setEvents(next);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={webhook === null ? 'Add a webhook' : `Change “${webhook.name}”`}
    >
      <SettingsForm
        action={webhook === null ? 'Add the webhook' : 'Save'}
        done={webhook === null ? 'The webhook is added' : 'The webhook is saved'}
        save={async (field) => {
          const body = {
            name: field('name'),
            url: field('url'),
            description: field('description') || null,
            events: EVENTS.filter((event) => events.has(event)),
          };
          if (webhook === null) onMade?.(await api.createWebhook({ body }));
          else await api.updateWebhook({ id: webhook.id, body });
        }}
        {...(onSaved === undefined ? {} : { onSaved })}
      >
        <Field label="Name">
          <Input name="name" defaultValue={webhook?.name} maxLength={100} required autoFocus />
        </Field>
        <Field label="Address" hint="https, and public. Redirects are not followed.">
          <Input name="url" type="url" defaultValue={webhook?.url} placeholder="https://" required />
        </Field>
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 font-medium">Events</legend>
          <div className="grid sm:grid-cols-2">
            {EVENTS.map((event) => (
              <Checkbox
                key={event}
                label={event}
                checked={events.has(event)}
                onCheckedChange={(checked) => toggle(event, checked === true)}
              />
            ))}
          </div>
        </fieldset>
        <Field label="Note" hint="For people.">
          <Textarea name="description" rows={2} defaultValue={webhook?.description ?? ''} />
        </Field>
      </SettingsForm>
    </Dialog>
  );
}
