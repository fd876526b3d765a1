import { useMutation } from '@tanstack/react-query';
import type { List } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { refreshLeads } from './queries.ts';

const EMPTY = { firstName: '', lastName: '', phone: '', email: '', companyName: '', listId: '' };

interface NewLeadProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  lists: readonly List[];
  onMade(id: string): void;
}

export function NewLead({ open, onOpenChange, lists, onMade }: NewLeadProps) {
  const [draft, setDraft] = useState(EMPTY);
  const save = useMutation({
    mutationFn: ({ listId, ...lead }: typeof EMPTY) =>
      api.saveLeads({ body: { leads: [lead], source: 'manual', ...(listId ? { listId } : {}) } }),
    async onSuccess({ leadId }) {
      setDraft(EMPTY);
      onOpenChange(false);
      onMade(leadId);
      await refreshLeads();
    },
  });
  const field = (name: keyof typeof EMPTY, label: string, type = 'text') => (
    <Field label={label}>
      <Input
        type={type}
        value={draft[name]}
        onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
      />
    </Field>
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add a lead"
      description="With a phone, an email, or both."
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          {field('firstName', 'First name')}
          {field('lastName', 'Last name')}
          {field('phone', 'Phone', 'tel')}
          {field('email', 'Email', 'email')}
          {field('companyName', 'Company')}
          <Field label="List">
            <Select
              value={draft.listId}
              onChange={({ target }) => setDraft({ ...draft, listId: target.value })}
            >
              <option value="">Quick Sends</option>
              {lists
                .filter(({ special }) => special !== 'quick_sends')
                .map(({ _id, name }) => (
                  <option key={_id} value={_id}>
                    {name}
                  </option>
                ))}
            </Select>
          </Field>
        </div>
        {save.isError && (
          <p role="alert" className="font-medium text-danger">
            {faultsOf(save.error)}
          </p>
        )}
        <Button
          type="submit"
          variant="primary"
          className="self-end"
          busy={save.isPending}
          disabled={draft.phone.trim() + draft.email.trim() === ''}
        >
          Add
        </Button>
      </form>
    </Dialog>
  );
}

/** Of one lead, what is wrong with it says more than how many are. */
function faultsOf(error: Error): string {
  const rows = 'body' in error ? (error.body as { rows?: { error: string }[] } | null)?.rows : undefined;
  return rows?.map((row) => row.error).join('; ') || sentenceOf(error);
}
