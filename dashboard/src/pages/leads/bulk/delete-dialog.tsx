import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkProps } from './bulk-props.ts';

export function DeleteDialog({ ids, open, onOpenChange, onDone }: BulkProps & { onDone(): void }) {
  return (
    <BulkDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Delete for good"
      action={`Delete ${plural(ids.length, 'lead')}`}
      destructive
      ids={ids}
      perCall={1_000}
      run={async (some) => ({
        deleted: (await api.deleteLeads({ body: { ids: [...some] } })).deletedCount,
      })}
      tell={({ deleted = 0 }) => <p>{`${plural(deleted, 'lead')} deleted.`}</p>}
      onDone={onDone}
    >
      <p>
        For good. What waits for them is cancelled and they leave their campaigns; their messages stay
        readable, and opt-outs stay in force.
      </p>
    </BulkDialog>
  );
}
