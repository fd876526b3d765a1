/** One thing done to many leads, in calls of a size that the API takes, with a bar that shows how far it is. */
import { type ReactNode, useRef, useState } from 'react';
import { sentenceOf } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { refreshLeads } from '../queries.ts';
import { inPieces } from '../words.ts';

/** Sums of what came of the calls, by a word of the action's own. */
export type Tally = Readonly<Record<string, number>>;

interface BulkDialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  ids: readonly string[];
  /** A verb: "Add tags". */
  action: string;
  destructive?: boolean;
  /** False: what is filled in is not enough yet. */
  isReady?: boolean;
  perCall: number;
  run(ids: readonly string[]): Promise<Tally>;
  tell(tally: Tally): ReactNode;
  /** After all calls. */
  onDone?(): void;
  children: ReactNode;
}

type State =
  | { step: 'asking' }
  | { step: 'running'; done: number }
  | { step: 'stuck'; done: number; why: string }
  | { step: 'done'; tally: Tally };

export function BulkDialog({
  open,
  onOpenChange,
  title,
  ids,
  action,
  destructive = false,
  isReady = true,
  perCall,
  run,
  tell,
  onDone,
  children,
}: BulkDialogProps) {
  const [state, setState] = useState<State>({ step: 'asking' });
  // What was chosen when it began: the selection may change meanwhile.
  const work = useRef<{ ids: readonly string[]; done: number; tally: Tally }>({
    ids: [],
    done: 0,
    tally: {},
  });
  const close = (isOpen: boolean) => {
    if (isOpen || state.step === 'running') return;
    setState({ step: 'asking' });
    onOpenChange(false);
  };
  const begin = () => {
    work.current = { ids: [...ids], done: 0, tally: {} };
    return goOn();
  };
  const goOn = async () => {
    const current = work.current;
    try {
      for (const piece of inPieces(current.ids.slice(current.done), perCall)) {
        setState({ step: 'running', done: current.done });
        current.tally = add(current.tally, await run(piece));
        current.done += piece.length;
      }
      setState({ step: 'done', tally: current.tally });
      onDone?.();
    } catch (error) {
      setState({ step: 'stuck', done: current.done, why: sentenceOf(error) });
    }
    await refreshLeads();
  };
  const total = state.step === 'asking' ? ids.length : work.current.ids.length;

  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={title}
      description={plural(total, 'lead')}
      footer={
        state.step === 'done' ? (
          <Button variant="primary" onClick={() => close(false)}>
            Close
          </Button>
        ) : (
          <>
            <Button disabled={state.step === 'running'} onClick={() => close(false)}>
              {state.step === 'stuck' ? 'Leave it at that' : 'Cancel'}
            </Button>
            <Button
              variant={destructive ? 'destructive' : 'primary'}
              disabled={!isReady}
              busy={state.step === 'running'}
              onClick={state.step === 'stuck' ? goOn : begin}
            >
              {state.step === 'stuck' ? 'Try again from there' : action}
            </Button>
          </>
        )
      }
    >
      {state.step === 'asking' && <div className="flex flex-col gap-4">{children}</div>}
      {(state.step === 'running' || state.step === 'stuck') && (
        <div role="status" className="flex flex-col gap-2">
          <Progress label={action} value={total === 0 ? null : state.done / total} />
          <p>{`${plural(state.done, 'lead')} of ${total.toLocaleString()}`}</p>
        </div>
      )}
      {state.step === 'stuck' && (
        <p role="alert" className="mt-3 font-medium text-danger">
          {state.why}
        </p>
      )}
      {state.step === 'done' && <div role="status">{tell(state.tally)}</div>}
    </Dialog>
  );
}

function add(before: Tally, more: Tally): Tally {
  const sum: Record<string, number> = { ...before };
  for (const [word, count] of Object.entries(more)) sum[word] = (sum[word] ?? 0) + count;
  return sum;
}
