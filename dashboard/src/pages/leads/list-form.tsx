import { useMutation } from '@tanstack/react-query';
import type { List } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Textarea } from '../../ui/field.tsx';
import { refreshLeads } from './queries.ts';

/** `list` null: a new one. */
export function ListDialog({ list, onClose }: { list: List | null; onClose(): void }) {
  const [name, setName] = useState(list?.name ?? '');
  const [description, setDescription] = useState(list?.description ?? '');
  const save = useMutation({
    mutationFn: () =>
      list === null
        ? api.createList({ body: { name, description } })
        : api.updateList({ id: list._id, body: { name, description } }),
    async onSuccess() {
      await refreshLeads();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={list === null ? 'Make a list' : `Change ${list.name}`}
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Name">
          <Input value={name} maxLength={255} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label="Description">
          <Textarea
            value={description}
            maxLength={1000}
            onChange={({ target }) => setDescription(target.value)}
          />
        </Field>
        {save.isError && (
          <p role="alert" className="font-medium text-danger">
            {sentenceOf(save.error)}
          </p>
        )}
        <Button
          type="submit"
          variant="primary"
          className="self-end"
          busy={save.isPending}
          disabled={name.trim() === ''}
        >
          {list === null ? 'Make it' : 'Save'}
        </Button>
      </form>
    </Dialog>
  );
}
