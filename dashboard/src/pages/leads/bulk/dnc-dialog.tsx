import { useState } from 'react';
import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { Field, Input } from '../../../ui/field.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkProps } from './bulk-props.ts';

export function DncDialog({ ids, open, onOpenChange }: BulkProps) {
  const [reason, setReason] = useState('');
  return (
    <BulkDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Do not contact"
      action="Never write to them"
      destructive
      ids={ids}
      perCall={100}
      run={async (some) => {
        const { enteredCount } = await api.addDnc({
          body: { leadIds: [...some], reason: reason.trim() || null },
        });
        return { entered: enteredCount };
      }}
      tell={({ entered = 0 }) => (
        <p>{`${plural(entered, 'address', 'addresses')} entered. What waited for these leads is cancelled.`}</p>
      )}
    >
      <p>
        Every number and email of these leads is entered in the do-not-contact list, on all channels. What
        waits for them is cancelled. An admin can lift it again.
      </p>
      <Field label="Reason" hint="Stands in the ledger.">
        <Input value={reason} maxLength={255} onChange={({ target }) => setReason(target.value)} />
      </Field>
    </BulkDialog>
  );
}
