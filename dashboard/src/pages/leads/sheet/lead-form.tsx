/** Every field of a lead. What was not touched is not sent, so that two people at once keep each other's changes. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Lead, type List, TrunklineError, type UpdateLeadBody } from '@trunkline/sdk';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, sentenceOf } from '../../../api.ts';
import { useMay } from '../../../session.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Input, Select, Textarea } from '../../../ui/field.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { leadQuery, refreshLeads } from '../queries.ts';
import { fieldLabel, readTags } from '../words.ts';
import { CustomFields } from './custom-fields.tsx';
import { changesOf, type Draft, draftOf, TEXT_FIELDS } from './lead-draft.ts';

const GROUPS = {
  Person: ['firstName', 'lastName', 'companyName', 'jobTitle', 'linkedinUrl'],
  Addresses: ['phone', 'email', 'altPhone1', 'altEmail1', 'altPhone2', 'altEmail2', 'altPhone3', 'altEmail3'],
  'Where it comes from': [
    'source',
    'contactOwnerEmail',
    'externalId',
    'hsContactId',
    'hsPortalId',
    'ghlContactId',
    'ghlLocationId',
  ],
} as const satisfies Record<string, readonly (typeof TEXT_FIELDS)[number][]>;

export function LeadForm({ lead: current, lists }: { lead: Lead; lists: readonly List[] }) {
  // As it was when the writing began: what others change meanwhile is neither shown in between nor undone.
  const [lead, setLead] = useState(current);
  const [draft, setDraft] = useState<Draft>(() => draftOf(lead));
  const client = useQueryClient();
  const toast = useToast();
  const { may, why } = useMay('send');
  const changes = changesOf(lead, draft);
  const save = useMutation({
    mutationFn: (body: UpdateLeadBody) => api.updateLead({ id: lead._id, body }),
    async onSuccess({ lead: changed, addresses }) {
      setLead(changed);
      setDraft(draftOf(changed));
      client.setQueryData(leadQuery(changed._id).queryKey, { lead: changed, addresses });
      toast.done('Saved.');
      await refreshLeads();
    },
  });
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const errorOf = (name: string) =>
    save.error instanceof TrunklineError && save.error.param === name ? sentenceOf(save.error) : null;
  const isElsewhere = save.isError && !TEXT_FIELDS.some((name) => errorOf(name));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changes !== null) save.mutate(changes);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {Object.entries(GROUPS).map(([title, names]) => (
        <Group key={title} title={title}>
          {names.map((name) => (
            <Field key={name} label={fieldLabel(name)} error={errorOf(name)}>
              <Input value={draft[name]} onChange={({ target }) => set({ [name]: target.value })} />
            </Field>
          ))}
        </Group>
      ))}
      <Group title="List and tags">
        <Field label="List" error={errorOf('listId')}>
          <Select value={draft.listId} onChange={({ target }) => set({ listId: target.value })}>
            {lists.map(({ _id, name }) => (
              <option key={_id} value={_id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Tags" hint="Parted by commas." error={errorOf('tags')}>
          <Input value={draft.tags} onChange={({ target }) => set({ tags: target.value })} />
        </Field>
      </Group>
      <Field label="Notes" error={errorOf('notes')}>
        <Textarea value={draft.notes} onChange={({ target }) => set({ notes: target.value })} />
      </Field>
      <CustomFields value={draft.customFields} onChange={(customFields) => set({ customFields })} />
      <div className="sticky bottom-0 -mx-5 -mb-4 flex flex-wrap items-center justify-end gap-3 border-t bg-popover px-5 py-3">
        {isElsewhere && (
          <p role="alert" className="flex-1 font-medium text-danger">
            {sentenceOf(save.error)}
          </p>
        )}
        <Button disabled={changes === null} onClick={() => setDraft(draftOf(lead))}>
          Undo
        </Button>
        <Button
          type="submit"
          variant="primary"
          busy={save.isPending}
          disabled={!may || changes === null || readTags(draft.tags).length > 50}
          title={why}
        >
          Save
        </Button>
      </div>
    </form>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">{title}</legend>
      <div className="grid gap-3 sm:grid-cols-2">{children}</div>
    </fieldset>
  );
}
