/** One lead's way: where it stands, what its message waits for, gate by gate, and how to take it out. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Campaign, CampaignLead } from '@trunkline/sdk';
import { type ReactNode, useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { leadName, lineName, linesQuery, useCampaignCall } from './queries.ts';
import { reasonWords } from './words.ts';

interface LeadSheetProps {
  campaign: Campaign;
  /** null: closed. */
  entry: CampaignLead | null;
  onClose(): void;
}

export function LeadSheet({ campaign, entry, onClose }: LeadSheetProps) {
  const [isStopping, setStopping] = useState(false);
  const { may, why } = useMay('send');
  const stop = useCampaignCall(api.stopCampaignLead);
  const toast = useToast();
  if (entry === null) return null;
  const name = leadName(entry);
  const isLive = entry.status === 'active' || entry.status === 'held';
  return (
    <>
      <Dialog
        open
        onOpenChange={(open) => !open && onClose()}
        kind="sheet"
        title={name}
        description={[entry.phone, entry.email].filter(Boolean).join(', ') || undefined}
        footer={
          isLive && (
            <Button variant="destructive" disabled={!may} title={why} onClick={() => setStopping(true)}>
              Take out of the campaign
            </Button>
          )
        }
      >
        <Standing entry={entry} />
        {entry.messageId !== null && <Message id={entry.messageId} message={entry.message} />}
      </Dialog>
      <Confirm
        open={isStopping}
        onOpenChange={setStopping}
        title={`Take ${name} out?`}
        action="Take out"
        destructive
        onConfirm={async () => {
          await stop.mutateAsync({ id: campaign._id, leadId: entry.leadId });
          toast.done(`${name} gets nothing more of this campaign.`);
        }}
      >
        A step that waits is cancelled with it; one that is just being sent still goes.
      </Confirm>
    </>
  );
}

function Standing({ entry }: { entry: CampaignLead }) {
  const { data } = useQuery(linesQuery);
  const rows: [string, ReactNode][] = [
    ['Stands', <StatusBadge key="status" status={entry.status} />],
    [
      'Why',
      entry.reason === null ? null : `${reasonWords(entry.reason)}${entry.detail ? `: ${entry.detail}` : ''}`,
    ],
    ['Condition', entry.conditionId],
    ['Last step', entry.stepKey],
    ['Waits count from', entry.stepAt && <Time at={entry.stepAt} />],
    ['Next step', entry.nextStepKey],
    ['Looked at', entry.nextLookAt && <Time at={entry.nextLookAt} />],
    ['Line', entry.lineId && lineName(data?.lines, entry.lineId)],
    ['Entered', <Time key="entered" at={entry.enteredAt} />],
    ['Ended', entry.endedAt && <Time at={entry.endedAt} />],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      {rows.map(
        ([label, value]) =>
          value && (
            <div key={label} className="contents">
              <dt className="text-muted-foreground">{label}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Message({ id, message }: { id: string; message: CampaignLead['message'] }) {
  const isOpen = message !== null && ['pending', 'scheduled', 'queued', 'unknown'].includes(message.status);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['messages', 'explain', id],
    queryFn: ({ signal }) => api.explainMessage({ id }, { signal }),
    enabled: isOpen,
  });
  if (message === null) return null;
  return (
    <section aria-label="Its last message" className="mt-5 border-t pt-4">
      <h3 className="mb-2 flex items-center gap-2 font-medium">
        Its last message <StatusBadge status={message.status} />
      </h3>
      {message.error && <p>{message.error}</p>}
      {message.sentAt && (
        <p>
          Sent <Time at={message.sentAt} />
        </p>
      )}
      {isOpen && isPending && <SkeletonRows rows={3} className="h-6" />}
      {isOpen && error !== null && <ErrorState error={error} onRetry={() => refetch()} />}
      {data !== undefined && isOpen && (
        <>
          <p>
            Expected <Time at={data.expectedAt} />
          </p>
          <ol className="mt-2 flex flex-col gap-1">
            {data.gates.map((gate) => (
              <li
                key={gate.gate}
                className={gate.state === 'blocked' ? 'font-medium' : 'text-muted-foreground'}
              >
                {gate.state === 'blocked' ? 'Waits: ' : 'Open: '}
                {gate.reason} {gate.until && <Time at={gate.until} />}
              </li>
            ))}
          </ol>
        </>
      )}
      <Link to="/messages" className="mt-2 inline-flex min-h-6 items-center underline underline-offset-4">
        All messages
      </Link>
    </section>
  );
}
