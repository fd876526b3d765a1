import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Webhook } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { Loaded } from './loaded.tsx';
import { type Secret, SecretOnce } from './secret-once.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import { WebhookSheet } from './webhook-sheet.tsx';

const route = getRouteApi('/shell/settings');

export function WebhooksPanel() {
  const { webhook: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  const show = (webhook?: string) =>
    void navigate({ search: { tab: 'webhooks', ...(webhook === undefined ? {} : { webhook }) } });
  return (
    <Card
      title="Webhooks"
      actions={
        <Button variant="primary" disabled={!may} title={why} onClick={() => setMaking(true)}>
          Add a webhook
        </Button>
      }
    >
      <Loaded queryKey={['webhooks', 'list']} read={() => api.listWebhooks()}>
        {({ webhooks }) => {
          const open = webhooks.find(({ id }) => id === openId);
          return (
            <>
              {webhooks.length === 0 && (
                <Empty title="No webhook yet">
                  A webhook tells a program of yours what happens: what was sent, delivered, answered.
                </Empty>
              )}
              <ul className="divide-y">
                {webhooks.map((webhook) => (
                  <WebhookRow key={webhook.id} webhook={webhook} onOpen={() => show(webhook.id)} />
                ))}
              </ul>
              {open && (
                <WebhookSheet webhook={open} onClose={() => show()} onSecret={setSecret} key={open.id} />
              )}
            </>
          );
        }}
      </Loaded>
      {isMaking && (
        <WebhookDialog
          webhook={null}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            void client.invalidateQueries({ queryKey: ['webhooks'] });
            setSecret(secretOf(made.name, made.secret));
          }}
        />
      )}
      <SecretOnce secret={secret} onClose={() => setSecret(null)} />
    </Card>
  );
}

export function secretOf(name: string, value: string): Secret {
  return {
    title: `The secret of “${name}”`,
    what: 'the secret',
    value,
    note: 'Your receiver proves with it that a call comes from here: by webhook-signature (Standard Webhooks) or X-Tuco-Signature.',
  };
}

function WebhookRow({ webhook, onOpen }: { webhook: Webhook; onOpen(): void }) {
  const { name, url, events, lastSuccessAt, lastFailureAt, failureCount } = webhook;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="break-words">{name}</span>
          <WebhookState webhook={webhook} />
        </p>
        <p className="break-all text-muted-foreground">{url}</p>
        <p className="text-muted-foreground">
          {plural(events.length, 'event')}
          {lastSuccessAt !== null && (
            <>
              , last taken <Time at={lastSuccessAt} relative />
            </>
          )}
          {failureCount > 0 && (
            <>
              , {plural(failureCount, 'failure')} in a row, the last one <Time at={lastFailureAt} relative />
            </>
          )}
        </p>
      </div>
      <Button size="sm" onClick={onOpen} aria-label={`Open ${name}`}>
        Open
      </Button>
    </li>
  );
}

export function WebhookState({ webhook: { isActive, disabledReason, failureCount } }: { webhook: Webhook }) {
  if (!isActive) {
    const why =
      disabledReason === 'gone' ? ': it answered 410' : disabledReason === 'failing' ? ': it failed' : '';
    return <Badge tone={disabledReason === null ? 'neutral' : 'danger'}>off{why}</Badge>;
  }
  return failureCount > 0 ? <Badge tone="warning">failing</Badge> : <Badge tone="success">on</Badge>;
}
