import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { useCampaignCall } from './queries.ts';

const KINDS = { imessage: 'iMessage', sms: 'SMS', email: 'Email' } as const;
export type Kind = keyof typeof KINDS;
export const KIND_OPTIONS = Object.entries(KINDS) as [Kind, string][];

/** A draft with a name and one empty step, opened to be written. */
export function NewCampaign({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  const [name, setName] = useState('');
  const [messageType, setMessageType] = useState<Kind>('imessage');
  const navigate = useNavigate();
  const create = useCampaignCall(api.createCampaign);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { campaign } = await create.mutateAsync({
      body: { name, messageType, steps: [{ key: 'step_1', message: '' }] },
    });
    onOpenChange(false);
    await navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign._id } });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New campaign"
      description="A draft: nothing is sent before you launch it."
      footer={
        <Button variant="primary" type="submit" form="new-campaign" busy={create.isPending}>
          Make the draft
        </Button>
      }
    >
      <form
        id="new-campaign"
        className="flex flex-col gap-4"
        onSubmit={(event) => submit(event).catch(() => {})}
      >
        <Field label="Name" error={create.isError ? sentenceOf(create.error) : null}>
          <Input required maxLength={255} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="What it sends" hint="An iMessage can fall back to SMS where that is configured.">
          <Select value={messageType} onChange={(event) => setMessageType(event.target.value as Kind)}>
            {KIND_OPTIONS.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        </Field>
      </form>
    </Dialog>
  );
}
