/** What would become of the campaign: asked for, watched, looked at, and laid beside other assumptions. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { CampaignAnswer, SimulateBody } from '@trunkline/sdk';
import { useEffect } from 'react';
import { api } from '../../../api.ts';
import { formatNumber } from '../../../lib/format.ts';
import { useMay } from '../../../session.ts';
import { Button } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { Empty, ErrorState, SkeletonRows } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { ProblemList } from '../builder/problem-list.tsx';
import { isOver, type Simulation, simulationQuery, simulationsQuery, useCampaignCall } from '../queries.ts';
import { Assumptions } from './assumptions.tsx';
import { Compare } from './compare.tsx';
import { Result } from './result.tsx';

export function SimulateTab({ answer }: { answer: CampaignAnswer }) {
  const { campaign, problems } = answer;
  const { _id: id, status } = campaign;
  const search = useSearch({ from: '/shell/campaigns/$campaignId' });
  const navigate = useNavigate();
  const { may, why } = useMay('send');
  const toast = useToast();
  const known = useQuery(simulationsQuery(id));
  const shownId = search.simulation ?? known.data?.simulations[0]?.simulationId;
  const show = (simulation: string | undefined) =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: id },
      search: { ...search, tab: 'simulate', simulation },
    });
  const start = async (body: SimulateBody) => {
    try {
      // What is quick is answered at once; what takes longer is watched.
      const { body: begun } = await api.request('simulateCampaign', { id, body }, { prefer: 'wait=1' });
      show(begun.simulation.simulationId);
    } catch (error) {
      toast.failed(error);
    }
  };
  const run = useCampaignCall(start);
  if (status === 'completed' || status === 'archived')
    return <Empty title={`The campaign is ${status}`}>There is nothing to foresee any more.</Empty>;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(16rem,20rem)_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        <Assumptions
          campaign={campaign}
          disabledBecause={may ? (problems.length > 0 ? 'Something is in its way yet.' : undefined) : why}
          isBusy={run.isPending}
          onStart={(body) => run.mutate(body)}
        />
        <Compare simulations={known.data?.simulations ?? []} shownId={shownId} onShow={show} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {status === 'draft' && problems.length > 0 && (
          <ProblemList problems={problems} warnings={[]} steps={[]} />
        )}
        {shownId !== undefined ? (
          <Shown id={id} simulationId={shownId} answer={answer} onGone={() => show(undefined)} />
        ) : known.isPending ? (
          <SkeletonRows />
        ) : (
          <Card>
            <Empty title="Not simulated yet">
              A simulation runs the very rules of sending over a copy of your lines, leads and queues, on a
              clock that leaps ahead. Nothing is sent, and nothing of the campaign changes.
            </Empty>
          </Card>
        )}
      </div>
    </div>
  );
}

interface ShownProps {
  id: string;
  simulationId: string;
  answer: CampaignAnswer;
  onGone(): void;
}

function Shown({ id, simulationId, answer, onGone }: ShownProps) {
  const { data, isPending, error, refetch } = useQuery(simulationQuery(id, simulationId));
  const client = useQueryClient();
  const isDone = isOver(data?.simulation);
  // The list beside it shows what came of it.
  useEffect(() => {
    if (isDone) void client.invalidateQueries({ queryKey: simulationsQuery(id).queryKey });
  }, [isDone, client, id]);
  if (isPending) return <SkeletonRows />;
  if (data === undefined) return <ErrorState error={error} onRetry={() => refetch()} />;
  const { simulation } = data;
  if (!isOver(simulation)) return <UnderWay id={id} simulation={simulation} onGone={onGone} />;
  if (simulation.result === null)
    return <ErrorState error={new Error(simulation.error ?? 'The simulation failed.')} />;
  return <Result campaign={answer.campaign} simulation={simulation} result={simulation.result} />;
}

function UnderWay({ id, simulation, onGone }: { id: string; simulation: Simulation; onGone(): void }) {
  const { may, why } = useMay('send');
  const stop = useCampaignCall(api.deleteSimulation);
  const { simulationId, status, progress } = simulation;
  return (
    <Card title="Simulating">
      <div role="status" className="flex flex-col gap-3">
        <Progress value={null} label="Simulation under way" />
        {progress === null ? (
          <p>{status === 'waiting' ? 'It waits for its turn.' : 'Lines, leads and queues are copied.'}</p>
        ) : (
          <p>
            {formatNumber(progress.messages)} messages so far; its clock has come to <Time at={progress.at} />
            .
          </p>
        )}
      </div>
      <Button
        className="mt-3"
        disabled={!may}
        title={why}
        busy={stop.isPending}
        onClick={() => stop.mutate({ id, simulationId }, { onSuccess: onGone })}
      >
        Stop it
      </Button>
    </Card>
  );
}
