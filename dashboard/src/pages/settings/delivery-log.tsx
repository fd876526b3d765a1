import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { WebhookDelivery } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../api.ts';
import { formatDuration, plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { EVENTS } from './webhook-dialog.tsx';

const route = getRouteApi('/shell/settings');
const STATUSES = ['pending', 'delivered', 'exhausted'] as const;
const TONES: Readonly<Record<WebhookDelivery['status'], Tone>> = {
  pending: 'info',
  delivered: 'success',
  exhausted: 'danger',
};

export function DeliveryLog({ webhookId }: { webhookId: string }) {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const [event, setEvent] = useState<WebhookDelivery['event'] | ''>('');
  const log = useInfiniteQuery({
    queryKey: ['webhooks', webhookId, 'log', status ?? '', event],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      api.listWebhookDeliveries({
        id: webhookId,
        ...(status === undefined ? {} : { status }),
        ...(event === '' ? {} : { event }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
        limit: '25',
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const deliveries = log.data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <section aria-labelledby="log-title" className="flex flex-col gap-3">
      <h3 id="log-title" className="font-semibold">
        Log
      </h3>
      <div className="flex flex-wrap gap-3">
        <Field label="State" className="min-w-36">
          <Select
            value={status ?? ''}
            onChange={({ target: { value } }) =>
              void navigate({
                search: ({ status: _before, ...search }) => {
                  const wanted = STATUSES.find((each) => each === value);
                  return wanted === undefined ? search : { ...search, status: wanted };
                },
              })
            }
          >
            <option value="">any</option>
            {STATUSES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
        <Field label="Event" className="min-w-48">
          <Select value={event} onChange={({ target }) => setEvent(target.value as typeof event)}>
            <option value="">any</option>
            {EVENTS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
      </div>
      {log.isPending && <SkeletonRows rows={4} />}
      {log.isError && <ErrorState error={log.error} onRetry={() => void log.refetch()} />}
      {log.isSuccess && deliveries.length === 0 && (
        <Empty title="Nothing here">
          Calls stand here as soon as an event happens that this webhook wants.
        </Empty>
      )}
      <ul aria-label="Deliveries" className="divide-y">
        {deliveries.map((delivery) => (
          <Delivery key={delivery.id} webhookId={webhookId} delivery={delivery} />
        ))}
      </ul>
      {log.hasNextPage && (
        <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
    </section>
  );
}

function Delivery({ webhookId, delivery }: { webhookId: string; delivery: WebhookDelivery }) {
  const { id, event, status, attempt, attempts, nextAttemptAt, createdAt } = delivery;
  const { may, why } = useMay('admin');
  const client = useQueryClient();
  const toast = useToast();
  const replay = useMutation({
    mutationFn: () => api.replayWebhookDelivery({ id: webhookId, deliveryId: id }),
    onSuccess: () => {
      toast.done(`${event} is sent again`);
      return client.invalidateQueries({ queryKey: ['webhooks', webhookId] });
    },
    onError: toast.failed,
  });
  return (
    <li className="flex flex-col gap-1 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={TONES[status]}>{status}</Badge>
        <span className="font-medium">{event}</span>
        <Time at={createdAt} />
        <Button
          size="sm"
          className="ml-auto"
          busy={replay.isPending}
          disabled={!may}
          title={why}
          aria-label={`Replay ${event}`}
          onClick={() => replay.mutate()}
        >
          Replay
        </Button>
      </div>
      <p className="text-xs text-muted-foreground">
        {plural(attempt, 'attempt')}
        {nextAttemptAt !== null && (
          <>
            , the next one <Time at={nextAttemptAt} relative />
          </>
        )}
      </p>
      {attempts.length > 0 && (
        <details className="text-xs">
          <summary className="cursor-pointer py-1">Attempts</summary>
          <ol className="flex flex-col gap-0.5 pt-1">
            {attempts.map((each) => (
              <li key={each.at} className="flex flex-wrap gap-2">
                <Time at={each.at} />
                <span>{each.statusCode ?? 'no answer'}</span>
                <span className="text-muted-foreground">{formatDuration(each.durationMs)}</span>
                {each.error && <span className="break-all text-danger">{each.error}</span>}
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}
