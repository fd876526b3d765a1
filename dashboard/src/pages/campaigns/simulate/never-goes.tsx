/** What never goes, by reason: why in a sentence, some of the leads, and all of them on demand. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../../api.ts';
import { formatNumber, plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorState, SkeletonRows } from '../../../ui/states.tsx';
import { leadName, type SimulationResult } from '../queries.ts';
import { reasonWords } from '../words.ts';

type Group = SimulationResult['neverGoes']['byReason'][number];

interface NeverGoesProps {
  campaignId: string;
  simulationId: string;
  never: SimulationResult['neverGoes'];
}

export function NeverGoes({ campaignId, simulationId, never: { total, byReason } }: NeverGoesProps) {
  const [shown, setShown] = useState<Group | null>(null);
  return (
    <Card title="What never goes">
      {total === 0 ? (
        <p className="text-muted-foreground">Every step of every lead goes.</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {byReason.map((group) => (
            <li key={`${group.reason} ${group.stepKey}`} className="rounded-lg border p-3">
              <p className="font-medium">
                {plural(group.count, 'lead')}{' '}
                {group.stepKey === null
                  ? ''
                  : `${group.count === 1 ? 'does' : 'do'} not get ${group.stepKey}`}
                : {reasonWords(group.reason)}
              </p>
              {group.detail && <p className="text-muted-foreground">{group.detail}</p>}
              <p className="text-xs text-muted-foreground">
                {group.sample.map(leadName).join(', ')}
                {group.count > group.sample.length &&
                  ` and ${formatNumber(group.count - group.sample.length)} more`}
              </p>
              {group.count > group.sample.length && (
                <Button size="sm" className="mt-2" onClick={() => setShown(group)}>
                  Show all {formatNumber(group.count)}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Dialog
        open={shown !== null}
        onOpenChange={(open) => !open && setShown(null)}
        kind="sheet"
        title={shown === null ? '' : `Never goes: ${reasonWords(shown.reason)}`}
        description={shown?.stepKey && `Step ${shown.stepKey}`}
      >
        {shown !== null && <All campaignId={campaignId} simulationId={simulationId} group={shown} />}
      </Dialog>
    </Card>
  );
}

function All({
  campaignId,
  simulationId,
  group: { reason, stepKey },
}: Omit<NeverGoesProps, 'never'> & { group: Group }) {
  const query = useInfiniteQuery({
    queryKey: ['simulations', 'one', campaignId, simulationId, 'never', reason, stepKey],
    queryFn: ({ pageParam, signal }) =>
      api.listSimulatedMessages(
        {
          id: campaignId,
          simulationId,
          reason,
          status: 'never',
          stepKey: stepKey ?? undefined,
          limit: '100',
          cursor: pageParam,
        },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.messages) ?? [], [query.data]);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  if (query.isPending) return <SkeletonRows />;
  return (
    <>
      <ul className="flex flex-col divide-y">
        {messages.map((message) => (
          <li key={`${message.leadId} ${message.stepKey}`} className="py-2">
            <p className="font-medium">{leadName(message)}</p>
            {message.detail && <p className="text-xs text-muted-foreground">{message.detail}</p>}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button className="mt-3 w-full" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          More
        </Button>
      )}
    </>
  );
}
