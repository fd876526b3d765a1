/** Before anything is sent: who will get it, over which lines, what was foreseen, and what is in the way. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Campaign, CampaignAnswer } from '@trunkline/sdk';
import { api } from '../../api.ts';
import { formatNumber, plural } from '../../lib/format.ts';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { placeWords } from './builder/problems.ts';
import { audienceQuery, lineName, linesQuery, simulationsQuery, useCampaignCall } from './queries.ts';
import { AS_THINGS_ARE, askedWords } from './simulate/wishes.ts';

interface LaunchProps {
  answer: CampaignAnswer;
  open: boolean;
  onOpenChange(open: boolean): void;
}

export function LaunchDialog({ answer, open, onOpenChange }: LaunchProps) {
  const { campaign, problems, warnings } = answer;
  const { _id: id, name } = campaign;
  const navigate = useNavigate();
  const toast = useToast();
  const launch = useCampaignCall(api.launchCampaign);
  if (problems.length > 0)
    return (
      <Dialog
        open={open}
        onOpenChange={onOpenChange}
        title="It can’t be launched yet"
        description={`${plural(problems.length, 'thing is', 'things are')} in the way.`}
      >
        <ul className="list-disc space-y-1 pl-5">
          {problems.map(({ param, error }) => (
            <li key={`${param} ${error}`}>
              <span className="font-medium">{placeWords(param)}</span>: {error}
            </li>
          ))}
        </ul>
      </Dialog>
    );
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Launch “${name}”?`}
      action="Launch now"
      onConfirm={async () => {
        await launch.mutateAsync({ id });
        toast.done(`${name} is launched.`);
        await navigate({
          to: '/campaigns/$campaignId',
          params: { campaignId: id },
          search: { tab: 'progress' },
        });
      }}
    >
      <div className="flex flex-col gap-3">
        <Audience answer={answer} />
        <Lines lineIds={campaign.lineIds} />
        <Foreseen campaign={campaign} />
        {warnings.length > 0 && (
          <ul className="list-disc space-y-1 pl-5 text-warning">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        )}
      </div>
    </Confirm>
  );
}

function Audience({ answer: { campaign } }: { answer: CampaignAnswer }) {
  const { _id: id, listId } = campaign;
  if (listId === null) return <p>It has no list: leads are added one by one afterwards.</p>;
  return <AudienceWords id={id} listId={listId} />;
}

/** Whom a list brings in, in a sentence. */
export function AudienceWords({ id, listId }: { id: string; listId: string }) {
  const { data, isPending, error } = useQuery(audienceQuery(id, listId));
  if (isPending) return <Skeleton className="h-10" />;
  if (data === undefined) return <p role="alert">{error?.message}</p>;
  const others = [
    data.optedOut > 0 && `${formatNumber(data.optedOut)} opted out`,
    data.withoutAddress > 0 && `${formatNumber(data.withoutAddress)} without an address for it`,
    data.alreadyIn > 0 && `${formatNumber(data.alreadyIn)} in it already`,
  ].filter(Boolean);
  return (
    <p>
      <strong>{plural(data.enter, 'lead')}</strong> of {formatNumber(data.leads)} in the list will enter and
      can be written to{others.length > 0 && `; of the others ${others.join(', ')}`}.
    </p>
  );
}

function Lines({ lineIds }: { lineIds: string[] }) {
  const { data } = useQuery(linesQuery);
  return (
    <p>
      Over {plural(lineIds.length, 'line')}: {lineIds.map((id) => lineName(data?.lines, id)).join(', ')}.
    </p>
  );
}

/** What was foreseen last, as things are if that was asked at all. */
function Foreseen({ campaign: { _id: id, updatedAt } }: { campaign: Campaign }) {
  const { data } = useQuery(simulationsQuery(id));
  const done = data?.simulations.filter(({ outcome }) => outcome !== null) ?? [];
  const last = done.find(({ asked }) => askedWords(asked) === AS_THINGS_ARE) ?? done[0];
  if (last?.outcome == null)
    return (
      <p className="text-muted-foreground">
        It was not simulated yet: the tab Simulate shows what would go when.
      </p>
    );
  const { messages, finishAt, neverGoes } = last.outcome;
  return (
    <p>
      Foreseen{askedWords(last.asked) !== AS_THINGS_ARE && ` with ${askedWords(last.asked)}`}{' '}
      <Time at={last.createdAt} relative />
      {updatedAt > last.createdAt && ', before the last change'}: {plural(messages, 'message')}, the last one{' '}
      <Time at={finishAt} />
      {neverGoes > 0 && `; ${plural(neverGoes, 'step')} would never go`}.
    </p>
  );
}
