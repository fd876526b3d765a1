import type { List } from '@trunkline/sdk';
import { useRef, useState } from 'react';
import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { ListChoice, type ListTarget, targetListId } from '../list-choice.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkProps } from './bulk-props.ts';

export function ListDialog({ ids, lists, open, onOpenChange }: BulkProps & { lists: readonly List[] }) {
  const [target, setTarget] = useState<ListTarget>({ listId: '', name: '' });
  const made = useRef<string | null>(null);
  const change = (isOpen: boolean) => {
    made.current = null;
    setTarget({ listId: '', name: '' });
    onOpenChange(isOpen);
  };
  return (
    <BulkDialog
      open={open}
      onOpenChange={change}
      title="Move to a list"
      action="Move"
      ids={ids}
      isReady={target.listId !== '' || target.name.trim() !== ''}
      perCall={1_000}
      run={async (some) => {
        // A list that was just made serves the calls that follow.
        made.current ??= await targetListId(target);
        const listId = made.current;
        const { changedCount, unchangedCount, skipped } = await api.changeLeads({
          body: { ids: [...some], listId },
        });
        return { moved: changedCount, there: unchangedCount, taken: skipped.length };
      }}
      tell={({ moved = 0, there = 0, taken = 0 }) => (
        <>
          <p>{`${plural(moved, 'lead')} moved, ${there.toLocaleString()} were in it already.`}</p>
          {taken > 0 && (
            <p>
              {`${plural(taken, 'lead')} stayed where they were: the list has somebody with that phone or email.`}
            </p>
          )}
        </>
      )}
    >
      <ListChoice lists={lists} value={target} onChange={setTarget} />
    </BulkDialog>
  );
}
