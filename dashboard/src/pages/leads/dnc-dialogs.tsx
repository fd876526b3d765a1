import { useMutation } from '@tanstack/react-query';
import type { DncEntry } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { addressOf } from './dnc-columns.tsx';
import { refreshLeads } from './queries.ts';

export function AddDncDialog({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  const [address, setAddress] = useState('');
  const [reason, setReason] = useState('');
  const toast = useToast();
  const add = useMutation({
    mutationFn: () => {
      const given = address.trim();
      const which = given.includes('@') ? { email: given } : { phone: given };
      return api.addDnc({ body: { ...which, reason: reason.trim() || null } });
    },
    async onSuccess({ entry }) {
      toast.done(`${addressOf(entry)} is not written to any more.`);
      setAddress('');
      setReason('');
      onOpenChange(false);
      await refreshLeads();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add an address"
      description="The lead who has it counts as opted out on all channels, and what waits for them is cancelled."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Phone or email" error={add.isError ? sentenceOf(add.error) : null}>
          <Input value={address} onChange={({ target }) => setAddress(target.value)} />
        </Field>
        <Field label="Reason" hint="Stands in the ledger.">
          <Input value={reason} maxLength={255} onChange={({ target }) => setReason(target.value)} />
        </Field>
        <Button
          type="submit"
          variant="primary"
          className="self-end"
          busy={add.isPending}
          disabled={address.trim() === ''}
        >
          Add
        </Button>
      </form>
    </Dialog>
  );
}

export function LiftDialog({ entry, onClose }: { entry: DncEntry; onClose(): void }) {
  const [reason, setReason] = useState('');
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Write to ${addressOf(entry)} again?`}
      action="Lift it"
      onConfirm={async () => {
        await api.removeDnc({ id: entry._id, reason: reason.trim() || undefined });
        await refreshLeads();
      }}
    >
      <p className="mb-3">
        The ledger keeps both: that it was entered, and that you lifted it. Where a carrier refuses, it may
        refuse again.
      </p>
      <Field label="Reason">
        <Input value={reason} maxLength={255} onChange={({ target }) => setReason(target.value)} />
      </Field>
    </Confirm>
  );
}
