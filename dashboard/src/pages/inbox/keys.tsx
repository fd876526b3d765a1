/** The keys of the inbox, and the list of them. */
import { useEffect, useRef } from 'react';
import { Dialog } from '../../ui/dialog.tsx';

export interface KeyActions {
  next(): void;
  previous(): void;
  reply(): void;
  unread(): void;
  leave(): void;
  search(): void;
  help(): void;
}

const KEYS: readonly [string, string][] = [
  ['j or ↓', 'Next thread'],
  ['k or ↑', 'Thread before'],
  ['Enter', 'Open the thread'],
  ['r', 'Reply'],
  ['Ctrl+Enter', 'Send'],
  ['u', 'Mark the open thread as unread'],
  ['Esc', 'Leave the reply, then the thread'],
  ['/', 'Search'],
  ['?', 'These keys'],
];

/** Letters are only keys where nothing is written, and no dialog or menu is open. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (
        !(target instanceof Element) ||
        target.closest('input, textarea, select, [role=dialog], [role=menu]')
      )
        return;
      const isInList = target.closest('[data-place]') !== null;
      const act = actionOf(key, isInList, latest.current);
      if (act === null) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function actionOf(key: string, isInList: boolean, actions: KeyActions): (() => void) | null {
  switch (key) {
    case 'j':
      return actions.next;
    case 'k':
      return actions.previous;
    // Elsewhere they scroll.
    case 'ArrowDown':
      return isInList ? actions.next : null;
    case 'ArrowUp':
      return isInList ? actions.previous : null;
    case 'r':
      return actions.reply;
    case 'u':
      return actions.unread;
    case 'Escape':
      return actions.leave;
    case '/':
      return actions.search;
    case '?':
      return actions.help;
    default:
      return null;
  }
}

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys of the inbox">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {KEYS.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border bg-muted px-1.5 py-0.5 text-xs">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
