/** Nothing that was typed is lost by a click: whoever leaves with unsaved changes is asked, closing the tab included. */
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';

export function LeaveGuard({ isDirty, onSave }: { isDirty: boolean; onSave(): Promise<boolean> }) {
  const [busy, setBusy] = useState(false);
  const blocker = useBlocker({
    // Another step of the same form is no way out.
    shouldBlockFn: ({ current, next }) =>
      isDirty &&
      (next.pathname !== current.pathname ||
        ((next.search as { tab?: string }).tab !== undefined &&
          (next.search as { tab?: string }).tab !== 'steps')),
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
