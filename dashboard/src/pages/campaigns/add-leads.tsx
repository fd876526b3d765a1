/** More leads for a campaign: one there is, a new one, or all of a list. */
import { useQuery } from '@tanstack/react-query';
import type { Campaign, EnterLeadBody } from '@trunkline/sdk';
import { type FormEvent, useState } from 'react';
import { api, sentenceOf } from '../../api.ts';
import { formatNumber } from '../../lib/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { useToast } from '../../ui/toast.tsx';
import { LeadPicker } from './builder/lead-picker.tsx';
import { AudienceWords } from './launch-dialog.tsx';
import { listsQuery, useCampaignCall } from './queries.ts';

export function AddLeads({ campaign, onClose }: { campaign: Campaign; onClose(): void }) {
  const [tab, setTab] = useState('known');
  const isDraft = campaign.status === 'draft';
  const tabs = [
    { value: 'known', title: 'One of your leads' },
    { value: 'new', title: 'A new one' },
    ...(isDraft ? [] : [{ value: 'list', title: 'A list' }]),
  ];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add leads"
      description={isDraft ? 'In a draft they wait for the launch.' : 'They begin with the first step.'}
    >
      <Tabs value={tab} onChange={setTab} label="Which leads" tabs={tabs}>
        <TabPanel value="known">
          <Known campaignId={campaign._id} />
        </TabPanel>
        <TabPanel value="new">
          <New campaignId={campaign._id} />
        </TabPanel>
        {!isDraft && (
          <TabPanel value="list">
            <FromList campaign={campaign} onDone={onClose} />
          </TabPanel>
        )}
      </Tabs>
    </Dialog>
  );
}

/** Enters one lead, and says what came of it. */
function useEnter(campaignId: string) {
  const toast = useToast();
  const call = useCampaignCall((body: EnterLeadBody) => api.addLeadToCampaign({ id: campaignId, body }));
  return {
    ...call,
    async enter(body: EnterLeadBody) {
      try {
        toast.done((await call.mutateAsync(body)).message);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function Known({ campaignId }: { campaignId: string }) {
  const { enter, error } = useEnter(campaignId);
  return (
    <>
      <LeadPicker label="Lead" onPick={(lead) => enter({ leadId: lead._id })} />
      <Refusal error={error} />
    </>
  );
}

function New({ campaignId }: { campaignId: string }) {
  const { enter, error, isPending } = useEnter(campaignId);
  const [firstName, setFirstName] = useState('');
  const [phone, setPhone] = useState('');
  const [email, setEmail] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const lead = { firstName, phone: phone || null, email: email || null };
    if (!(await enter({ lead }))) return;
    setFirstName('');
    setPhone('');
    setEmail('');
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <p className="text-muted-foreground">Who has that phone or email already is found, else made.</p>
      <Field label="First name">
        <Input required value={firstName} onChange={({ target }) => setFirstName(target.value)} />
      </Field>
      <Field label="Phone" hint="Like +12025550100.">
        <Input type="tel" value={phone} onChange={({ target }) => setPhone(target.value)} />
      </Field>
      <Field label="Email">
        <Input type="email" value={email} onChange={({ target }) => setEmail(target.value)} />
      </Field>
      <Refusal error={error} />
      <Button type="submit" variant="primary" busy={isPending} className="self-start">
        Add
      </Button>
    </form>
  );
}

function FromList({ campaign, onDone }: { campaign: Campaign; onDone(): void }) {
  const { data } = useQuery(listsQuery);
  const [listId, setListId] = useState('');
  const toast = useToast();
  const add = useCampaignCall(() => api.addListToCampaign({ id: campaign._id, body: { listId } }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await add.mutateAsync(undefined);
      toast.done('Its leads are entering.');
      onDone();
    } catch {
      // Told below the list.
    }
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <Field label="List" hint="Who has been in the campaign already stays as it is.">
        <Select required value={listId} onChange={({ target }) => setListId(target.value)}>
          <option value="">Choose a list</option>
          {data?.lists.map((list) => (
            <option key={list._id} value={list._id}>
              {list.name} ({formatNumber(list.leadCount)})
            </option>
          ))}
        </Select>
      </Field>
      {listId !== '' && <AudienceWords id={campaign._id} listId={listId} />}
      <Refusal error={add.error} />
      <Button type="submit" variant="primary" busy={add.isPending} className="self-start">
        Add its leads
      </Button>
    </form>
  );
}

function Refusal({ error }: { error: unknown }) {
  if (error === null) return null;
  return (
    <p role="alert" className="mt-2 font-medium text-danger">
      {sentenceOf(error)}
    </p>
  );
}
