/** What is done to a whole line: checked, switched off and on, deleted. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Line } from '@trunkline/sdk';
import { useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { CheckSteps } from './check-steps.tsx';
import { renewLines } from './queries.ts';
import { nameOf } from './words.ts';

export function LineActions({ line }: { line: Line }) {
  const { may, why } = useMay('admin');
  const [asks, setAsks] = useState<'pause' | 'delete' | null>(null);
  const switching = useSwitch(line);
  const isProvisioning = line.provisioningStatus === 'provisioning';
  return (
    <>
      <CheckButton line={line} may={may} why={why} />
      {!isProvisioning && (
        <Button
          disabled={!may}
          title={why}
          busy={switching.isPending}
          onClick={() => (line.isActive ? setAsks('pause') : switching.mutate(true))}
        >
          {line.isActive ? 'Switch off' : 'Switch on'}
        </Button>
      )}
      <Button disabled={!may} title={why} onClick={() => setAsks('delete')}>
        Delete
      </Button>
      <Confirm
        open={asks === 'pause'}
        onOpenChange={(open) => setAsks(open ? 'pause' : null)}
        title={`Switch off ${nameOf(line)}?`}
        action="Switch off"
        onConfirm={() => switching.mutateAsync(false)}
      >
        <p>
          Nothing leaves by it until it is switched on again. What waits for new contacts moves to other
          lines; conversations wait for it for up to 24 hours, or as the workspace’s policy for lines that are
          down says.
        </p>
      </Confirm>
      <DeleteDialog
        line={line}
        open={asks === 'delete'}
        onOpenChange={(open) => setAsks(open ? 'delete' : null)}
      />
    </>
  );
}

function useSwitch(line: Line) {
  const queries = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (isActive: boolean) => api.updateLine({ id: line._id, body: { isActive } }),
    async onSuccess(_, isActive) {
      await renewLines(queries);
      toast.done(isActive ? 'The line is switched on.' : 'The line is switched off.');
    },
    // Switching off tells of it in its dialog.
    onError: (error, isActive) => (isActive ? toast.failed(error) : undefined),
  });
}

function CheckButton({ line, may, why }: { line: Line; may: boolean; why: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const check = useMutation({ mutationFn: () => api.checkStoredLine({ id: line._id }) });
  const start = () => {
    setOpen(true);
    check.mutate();
  };
  return (
    <>
      <Button disabled={!may} title={why} onClick={start}>
        Check now
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Check of ${nameOf(line)}`}
        footer={
          <Button busy={check.isPending} onClick={() => check.mutate()}>
            Check again
          </Button>
        }
      >
        {check.isError ? (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(check.error)}
          </p>
        ) : check.data === undefined || check.isPending ? (
          <SkeletonRows rows={6} className="h-6" />
        ) : (
          <CheckSteps check={check.data} />
        )}
      </Dialog>
    </>
  );
}

interface DeleteDialogProps {
  line: Line;
  open: boolean;
  onOpenChange(open: boolean): void;
}

function DeleteDialog({ line, open, onOpenChange }: DeleteDialogProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const remove = async () => {
    await api.deleteLine({ id: line._id });
    toast.done(`${nameOf(line)} is deleted.`);
    await navigate({ to: '/lines' });
    await renewLines(queries);
  };
  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${nameOf(line)}?`}
      action="Delete the line"
      destructive
      onConfirm={remove}
    >
      <p>
        Its messages and figures stay. Its password, its settings and its Mac are forgotten, and it cannot be
        brought back. Whoever it talked to is written to by other lines from then on.
      </p>
    </Confirm>
  );
}
