/** Nothing that was typed is lost by a click: whoever leaves with unsaved changes is asked, closing the tab included. */
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';

interface LeaveGuardProps {
  isDirty: boolean;
  /** The tab that is shown where none is named. */
  home: 'steps' | 'progress';
  onSave(): Promise<boolean>;
}

export function LeaveGuard({ isDirty, home, onSave }: LeaveGuardProps) {
  const [busy, setBusy] = useState(false);
  const blocker = useBlocker({
    // Another step of the same form is no way out.
    shouldBlockFn: ({ current, next }) => {
      const { tab = home } = next.search as { tab?: string };
      return isDirty && (next.pathname !== current.pathname || tab !== 'steps');
    },
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  const { proceed, reset } = blocker;
  const saveAndGo = async () => {
    setBusy(true);
    const isSaved = await onSave();
    setBusy(false);
    if (isSaved) proceed();
    else reset();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && reset()}
      title="There are unsaved changes"
      footer={
        <>
          <Button onClick={reset}>Stay here</Button>
          <Button variant="destructive" onClick={proceed}>
            Leave without saving
          </Button>
          <Button variant="primary" busy={busy} onClick={saveAndGo}>
            Save and leave
          </Button>
        </>
      }
    >
      <p>What you changed in the steps is not stored yet.</p>
    </Dialog>
  );
}
