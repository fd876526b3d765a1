/** What would come of the file, and then: the import itself, piece by piece, which may be stopped and goes on where it stopped. */
import { useRef, useState } from 'react';
import { sentenceOf } from '../../../api.ts';
import { formatNumber, plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { targetListId } from '../list-choice.tsx';
import { refreshLeads } from '../queries.ts';
import { BadRows } from './bad-rows-table.tsx';
import { Figures } from './figures.tsx';
import { type Check, nothingSaved, type Saved, saveFile } from './import-file.ts';
import { useStop } from './map-columns.tsx';
import type { Plan, Preview } from './steps.ts';

interface ReviewProps {
  preview: Preview;
  plan: Plan;
  check: Check;
  onBack(): void;
  onDone(saved: Saved, listId: string): void;
}

type State = 'ready' | 'running' | 'stopped';

export function Review({ preview, plan, check, onBack, onDone }: ReviewProps) {
  const { file } = preview;
  const [state, setState] = useState<State>('ready');
  const [progress, setProgress] = useState<Saved>(nothingSaved);
  const [error, setError] = useState<string | null>(null);
  // Of this import, however often it goes on.
  const work = useRef({ saved: nothingSaved(), importId: newImportId(), listId: '' });
  const abort = useRef<AbortController | null>(null);
  const stop = useStop();
  const run = async () => {
    setState('running');
    setError(null);
    abort.current = new AbortController();
    const signal = AbortSignal.any([stop(), abort.current.signal]);
    const { saved, importId } = work.current;
    try {
      work.current.listId ||= await targetListId(plan.target);
      const { listId } = work.current;
      const { emptyPieces } = check;
      await saveFile(file, plan.options, { listId, importId, emptyPieces }, saved, setProgress, signal);
      onDone(withBadRows(saved, check), listId);
    } catch (refusal) {
      if (!abort.current.signal.aborted) setError(sentenceOf(refusal));
      setState('stopped');
    }
    await refreshLeads();
  };
  const count = check.newCount + check.duplicateCount;
  return (
    <div className="flex flex-col gap-4">
      <Figures
        figures={[
          ['new', check.newCount],
          ['in the list already, or twice in the file', check.duplicateCount],
          ['bad rows, which are left out', check.badCount],
        ]}
      />
      {check.badCount > 0 && <BadRows badRows={check.badRows} count={check.badCount} preview={preview} />}
      <div aria-live="polite" className="flex flex-col gap-2">
        {state !== 'ready' && (
          <>
            <Progress label="Importing" value={progress.done / Math.max(1, file.pieces.length)} />
            <p>{`${formatNumber(progress.created)} created, ${formatNumber(progress.updated)} updated, ${formatNumber(progress.duplicates)} there already`}</p>
          </>
        )}
        {state === 'stopped' && !error && <p>Stopped. What was saved stays; it can go on from here.</p>}
      </div>
      {error && (
        <p role="alert" className="font-medium text-danger">
          {error}
        </p>
      )}
      <div className="flex justify-end gap-2">
        {state === 'running' ? (
          <Button onClick={() => abort.current?.abort()}>Stop</Button>
        ) : (
          <Button disabled={progress.done > 0} onClick={onBack}>
            Back to the columns
          </Button>
        )}
        <Button variant="primary" busy={state === 'running'} disabled={count === 0} onClick={run}>
          {state === 'stopped' ? 'Go on' : `Import ${plural(count, 'row')}`}
        </Button>
      </div>
    </div>
  );
}

/** Pieces in which everything is bad were not sent: what is wrong with them is known from the check. */
function withBadRows(saved: Saved, check: Check): Saved {
  return { ...saved, badCount: check.badCount, badRows: check.badRows };
}

function newImportId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
