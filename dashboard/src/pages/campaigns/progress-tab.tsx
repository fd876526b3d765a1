/** How far the campaign has come, as it runs: leads, steps and lines, and why some left. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Campaign, CampaignProgressAnswer } from '@trunkline/sdk';
import { useEffect } from 'react';
import { formatNumber, formatPercent, plural } from '../../lib/format.ts';
import { Card } from '../../ui/card.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { Figure, Figures } from './figure.tsx';
import { PlainTable } from './plain-table.tsx';
import { lineName, linesQuery, progressQuery, refreshCampaigns } from './queries.ts';
import { reasonWords } from './words.ts';

export function ProgressTab({ campaign }: { campaign: Campaign }) {
  const isLive = campaign.status === 'active' || campaign.status === 'paused';
  const { data, isPending, error, refetch } = useQuery(progressQuery(campaign._id, isLive));
  const client = useQueryClient();
  const isOutdated = data !== undefined && data.status !== campaign.status;
  useEffect(() => {
    if (isOutdated) void refreshCampaigns(client);
  }, [isOutdated, client]);
  if (campaign.status === 'draft')
    return <Empty title="Not launched yet">Progress is shown here from the launch on.</Empty>;
  if (isPending) return <SkeletonRows className="h-16" />;
  if (data === undefined) return <ErrorState error={error} onRetry={() => refetch()} />;
  return (
    <div className="flex flex-col gap-4">
      <Whole progress={data} />
      <Card title="Steps">
        <Steps progress={data} />
      </Card>
      <Lines progress={data} />
      <Reasons progress={data} campaignId={campaign._id} />
    </div>
  );
}

function Whole({ progress }: { progress: CampaignProgressAnswer }) {
  const { leads, entering, nextLookAt, countedAt, perLine } = progress;
  const through = leads.finished + leads.stopped + leads.failed;
  const share = leads.entered === 0 ? 0 : through / leads.entered;
  const nextSendAt = perLine
    .flatMap((line) => (line.waiting > 0 && line.nextSendAt !== null ? [line.nextSendAt] : []))
    .sort()[0];
  return (
    <Card>
      <div role="status" className="flex flex-col gap-3">
        <p className="text-base font-semibold">
          {formatNumber(through)} of {plural(leads.entered, 'lead')} {leads.entered === 1 ? 'is' : 'are'}{' '}
          through ({formatPercent(share)})
        </p>
        <Progress value={share} label="Leads that are through" />
        {entering !== null && (
          <p>
            Leads of a list are entering: {formatNumber(leads.entered)} so far
            {entering.total !== null && `, the list had ${formatNumber(entering.total)}`}.
          </p>
        )}
      </div>
      <div className="mt-4">
        <Figures>
          <Figure label="On the way" value={formatNumber(leads.active)} />
          <Figure label="Held" value={formatNumber(leads.held)} />
          <Figure label="Finished" value={formatNumber(leads.finished)} />
          <Figure label="Stopped" value={formatNumber(leads.stopped)} />
          <Figure label="Failed" value={formatNumber(leads.failed)} />
          <Figure
            label={nextSendAt === undefined ? 'Next lead is looked at' : 'Next message goes'}
            value={<Time at={nextSendAt ?? nextLookAt} relative />}
          />
        </Figures>
      </div>
      <p className="mt-2 text-xs text-muted-foreground">
        Counted <Time at={countedAt} relative />.
      </p>
    </Card>
  );
}

function Steps({ progress: { perStep } }: { progress: CampaignProgressAnswer }) {
  return (
    <PlainTable
      label="Progress by step"
      head={[
        'Step',
        'Leads here',
        'Waiting',
        'Sent',
        'Delivered',
        'Replied',
        'Fallback',
        'Failed',
        'Cancelled',
      ]}
      rows={perStep.map((step) => ({
        key: step.stepKey,
        cells: [
          step.stepIndex === null ? `${step.stepKey} (taken out)` : `${step.stepIndex + 1}. ${step.stepKey}`,
          ...[
            step.leadsHere,
            step.waiting + step.sending,
            step.sent + step.delivered,
            step.delivered,
            step.replied,
            step.fallback,
            step.failed,
            step.cancelled,
          ].map(formatNumber),
        ],
      }))}
    />
  );
}

function Lines({ progress: { perLine } }: { progress: CampaignProgressAnswer }) {
  const { data } = useQuery(linesQuery);
  return (
    <Card title="Lines">
      <PlainTable
        label="Progress by line"
        head={['Line', 'Waiting', 'Sent', 'Delivered', 'Failed', 'Looked at next']}
        rows={perLine.map((line) => ({
          key: line.lineId,
          cells: [
            lineName(data?.lines, line.lineId),
            formatNumber(line.waiting + line.sending),
            formatNumber(line.sent + line.delivered),
            formatNumber(line.delivered),
            formatNumber(line.failed),
            <Time key="next" at={line.nextSendAt} relative />,
          ],
        }))}
      />
    </Card>
  );
}

function Reasons({ progress, campaignId }: { progress: CampaignProgressAnswer; campaignId: string }) {
  const groups = (['held', 'stopped', 'failed'] as const).filter((status) => progress[status].length > 0);
  if (groups.length === 0) return null;
  return (
    <Card title="Who did not go on, and why">
      <div className="grid gap-4 sm:grid-cols-3">
        {groups.map((status) => (
          <div key={status}>
            <h3 className="mb-1 font-medium">
              <Link
                to="/campaigns/$campaignId"
                params={{ campaignId }}
                search={{ tab: 'leads', leads: status }}
                className="inline-flex min-h-6 items-center underline underline-offset-4"
              >
                {status}
              </Link>
            </h3>
            <ul>
              {progress[status].map(({ reason, leads }) => (
                <li key={reason}>
                  {formatNumber(leads)} {reasonWords(reason)}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </Card>
  );
}
