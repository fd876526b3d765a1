/** Are these leads on iMessage? Few are checked at once, many in the background, whose progress is shown. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, sentenceOf } from '../../../api.ts';
import { formatNumber, plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { ErrorState } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { refreshLeads } from '../queries.ts';
import type { BulkProps } from './bulk-props.ts';

const LOOK_EVERY_MS = 1_000;
/** A check waits for the gap of its device: ten of them may take half a minute. */
const PATIENCE_MS = 120_000;

export type Checked = { leadIds: readonly string[] } | { listId: string; leadCount: number };

export function CheckDialog({ of, open, onOpenChange }: Omit<BulkProps, 'ids'> & { of: Checked }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const count = 'leadIds' in of ? of.leadIds.length : of.leadCount;
  const close = () => {
    setJobId(null);
    setTold(null);
    setError(null);
    onOpenChange(false);
  };
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const body = 'leadIds' in of ? { leadIds: [...of.leadIds] } : { listId: of.listId };
      const answer = await api.checkLeads({ body }, { timeoutMs: PATIENCE_MS });
      if ('jobId' in answer) setJobId(answer.jobId);
      else if ('results' in answer) {
        const available = answer.results.filter((result) => result.available).length;
        setTold(`${plural(answer.checked, 'lead')} checked: ${formatNumber(available)} on iMessage.`);
        await refreshLeads();
      }
    } catch (refusal) {
      setError(sentenceOf(refusal));
    } finally {
      setBusy(false);
    }
  };
  const isOver = jobId !== null || told !== null;
  return (
    <Dialog
      open={open}
      onOpenChange={(isOpen) => !isOpen && !busy && close()}
      title="Check for iMessage"
      description={plural(count, 'lead')}
      footer={
        isOver ? (
          <Button variant="primary" onClick={close}>
            Close
          </Button>
        ) : (
          <>
            <Button disabled={busy} onClick={close}>
              Cancel
            </Button>
            <Button variant="primary" busy={busy} disabled={count === 0} onClick={start}>
              Check
            </Button>
          </>
        )
      }
    >
      {!isOver && (
        <p>
          What is known and fresh costs nothing. Each check of an address takes one of the 70 that a line has
          per day, three seconds apart. More than ten leads are checked in the background.
        </p>
      )}
      {told !== null && <p role="status">{told}</p>}
      {jobId !== null && <JobProgress jobId={jobId} />}
      {error && (
        <p role="alert" className="mt-3 font-medium text-danger">
          {error}
        </p>
      )}
    </Dialog>
  );
}

function JobProgress({ jobId }: { jobId: string }) {
  const job = useQuery({
    // Not among those of the leads: their refreshing at its end would begin it anew.
    queryKey: ['availability-job', jobId],
    queryFn: ({ signal }) => api.getAvailabilityJob({ jobId }, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'finished' ? false : LOOK_EVERY_MS),
  });
  const isFinished = job.data?.status === 'finished';
  useEffect(() => {
    if (isFinished) void refreshLeads();
  }, [isFinished]);
  if (job.isError) return <ErrorState error={job.error} onRetry={() => job.refetch()} />;
  if (!job.isSuccess) return <Progress label="Checked" value={null} />;
  const { total, checked, available, unavailable, errors, waitingFor, waitingUntil } = job.data;
  return (
    <div role="status" className="flex flex-col gap-2">
      <Progress label="Checked" value={total === 0 ? 1 : checked / total} />
      <p>
        {`${formatNumber(checked)} of ${plural(total, 'lead')} checked: ${formatNumber(available)} available, ${formatNumber(unavailable)} unavailable, ${formatNumber(errors)} failed.`}
      </p>
      {waitingFor === 'quota' && (
        <p>
          All lines have used up their checks of today; it goes on <Time at={waitingUntil} relative />.
        </p>
      )}
      {waitingFor === 'line' && <p>No line can check at present; it goes on when one can.</p>}
      {!isFinished && <p>It goes on when this window is closed.</p>}
    </div>
  );
}
