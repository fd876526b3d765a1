/** What can be done with the campaign as a whole, in its state; each says first what it means. */
import { useNavigate } from '@tanstack/react-router';
import type { Campaign, CampaignAnswer } from '@trunkline/sdk';
import { MoreHorizontal, Pause, Play, Rocket } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { api } from '../../api.ts';
import { formatNumber, plural } from '../../lib/format.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { LaunchDialog } from './launch-dialog.tsx';
import { useCampaignCall } from './queries.ts';

type Move = 'pause' | 'resume' | 'complete' | 'archive' | 'delete';

export function CampaignActions({ answer }: { answer: CampaignAnswer }) {
  const { campaign } = answer;
  const { _id: id, status } = campaign;
  const { may, why } = useMay('send');
  const [isLaunching, setLaunching] = useState(false);
  const [move, setMove] = useState<Move | null>(null);
  const navigate = useNavigate();
  const toast = useToast();
  const duplicate = useCampaignCall(api.duplicateCampaign);
  const copy = async () => {
    try {
      const made = await duplicate.mutateAsync({ id });
      await navigate({ to: '/campaigns/$campaignId', params: { campaignId: made.campaign._id } });
      toast.done(`${made.campaign.name} is a draft.`);
    } catch (error) {
      toast.failed(error);
    }
  };
  const isLive = status === 'active' || status === 'paused';
  return (
    <>
      {status === 'draft' && (
        <Button variant="primary" disabled={!may} title={why} onClick={() => setLaunching(true)}>
          <Rocket aria-hidden /> Launch
        </Button>
      )}
      {status === 'active' && (
        <Button disabled={!may} title={why} onClick={() => setMove('pause')}>
          <Pause aria-hidden /> Pause
        </Button>
      )}
      {status === 'paused' && (
        <Button variant="primary" disabled={!may} title={why} onClick={() => setMove('resume')}>
          <Play aria-hidden /> Resume
        </Button>
      )}
      <Menu
        trigger={
          <Button size="icon" aria-label="More" disabled={!may} title={why}>
            <MoreHorizontal aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={copy}>Duplicate</MenuItem>
        {isLive && <MenuItem onSelect={() => setMove('complete')}>Complete</MenuItem>}
        {status !== 'archived' && <MenuItem onSelect={() => setMove('archive')}>Archive</MenuItem>}
        {!isLive && (
          <MenuItem destructive onSelect={() => setMove('delete')}>
            Delete
          </MenuItem>
        )}
      </Menu>
      {status === 'draft' && <LaunchDialog answer={answer} open={isLaunching} onOpenChange={setLaunching} />}
      <MoveDialog campaign={campaign} move={move} onClose={() => setMove(null)} />
    </>
  );
}

function MoveDialog({ campaign, move, onClose }: { campaign: Campaign; move: Move | null; onClose(): void }) {
  const { _id: id, name } = campaign;
  const navigate = useNavigate();
  const toast = useToast();
  const call = useCampaignCall((which: Move) => CALLS[which](id));
  if (move === null) return null;
  const { action, done, destructive, told } = MOVES[move];
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`${action} “${name}”?`}
      action={action}
      destructive={destructive}
      onConfirm={async () => {
        if (move === 'delete') await navigate({ to: '/campaigns' });
        await call.mutateAsync(move);
        toast.done(`${name} is ${done}.`);
      }}
    >
      <p>{told(campaign)}</p>
    </Confirm>
  );
}

const CALLS: Readonly<Record<Move, (id: string) => Promise<unknown>>> = {
  pause: (id) => api.pauseCampaign({ id }),
  resume: (id) => api.resumeCampaign({ id }),
  complete: (id) => api.completeCampaign({ id }),
  archive: (id) => api.archiveCampaign({ id }),
  delete: (id) => api.deleteCampaign({ id }),
};

interface MoveWords {
  action: string;
  done: string;
  destructive: boolean;
  told(campaign: Campaign): ReactNode;
}

const MOVES: Readonly<Record<Move, MoveWords>> = {
  pause: {
    action: 'Pause',
    done: 'paused',
    destructive: false,
    told: ({ progress }) =>
      `Nothing leaves any more, but for what is just being sent. ${onTheWay(progress)} until it is resumed.`,
  },
  resume: {
    action: 'Resume',
    done: 'active again',
    destructive: false,
    told: () => 'What has become due meanwhile goes as windows, caps and gaps of its lines allow.',
  },
  complete: {
    action: 'Complete',
    done: 'complete',
    destructive: true,
    told: ({ progress }) =>
      `${plural(progress.active + progress.held, 'lead')} on the way will be stopped, and what waits is cancelled.`,
  },
  archive: {
    action: 'Archive',
    done: 'archived',
    destructive: true,
    told: ({ status, progress }) =>
      status === 'active' || status === 'paused'
        ? `${plural(progress.active + progress.held, 'lead')} on the way will be stopped, what waits is cancelled, and nothing about the campaign changes any more.`
        : 'Nothing about it changes any more.',
  },
  delete: {
    action: 'Delete',
    done: 'deleted',
    destructive: true,
    told: () => 'The campaign goes for good, with where its leads stood. Messages that were sent stay.',
  },
};

function onTheWay({ active, held }: Campaign['progress']): string {
  const count = active + held;
  return count === 1
    ? 'The 1 lead on the way stays where it is'
    : `The ${formatNumber(count)} leads on the way stay where they are`;
}
