import { useQuery } from '@tanstack/react-query';
import { TrunklineError } from '@trunkline/sdk';
import { useState } from 'react';
import { api } from '../../../api.ts';
import { plural } from '../../../lib/format.ts';
import { Field, Select } from '../../../ui/field.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import type { BulkProps } from './bulk-props.ts';

/** Those that take leads. */
const OPEN = ['draft', 'active', 'paused', 'completed'];

export function EnrollDialog({ ids, open, onOpenChange }: BulkProps) {
  const [campaignId, setCampaignId] = useState('');
  const campaigns = useQuery({
    queryKey: ['campaigns', 'to-enroll'],
    queryFn: ({ signal }) => api.listCampaigns({ limit: '100' }, { signal }),
    enabled: open,
  });
  const choices = (campaigns.data?.campaigns ?? []).filter(({ status }) => OPEN.includes(status));
  return (
    <BulkDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Enrol in a campaign"
      action="Enrol"
      ids={ids}
      isReady={campaignId !== ''}
      perCall={10}
      run={async (some) => {
        const answers = await Promise.all(some.map((leadId) => enroll(campaignId, leadId)));
        return Object.fromEntries(
          ['entered', 'already', 'gone'].map((word) => [
            word,
            answers.filter((each) => each === word).length,
          ]),
        );
      }}
      tell={({ entered = 0, already = 0, gone = 0 }) => (
        <>
          <p>{`${plural(entered, 'lead')} entered, ${already.toLocaleString()} were in it already.`}</p>
          {gone > 0 && <p>{`${plural(gone, 'lead')} had been deleted.`}</p>}
        </>
      )}
    >
      {campaigns.isPending && <Skeleton className="h-15" />}
      {campaigns.isError && <ErrorState error={campaigns.error} onRetry={() => campaigns.refetch()} />}
      {campaigns.isSuccess && (
        <Field
          label="Campaign"
          hint="A completed one becomes active again; in a draft they wait for its launch."
        >
          <Select value={campaignId} onChange={({ target }) => setCampaignId(target.value)}>
            <option value="">Choose one</option>
            {choices.map(({ _id, name, status }) => (
              <option key={_id} value={_id}>{`${name} (${status})`}</option>
            ))}
          </Select>
        </Field>
      )}
    </BulkDialog>
  );
}

async function enroll(id: string, leadId: string): Promise<'entered' | 'already' | 'gone'> {
  try {
    const { alreadyInCampaign } = await api.enrollLead({ id, body: { leadId } });
    return alreadyInCampaign ? 'already' : 'entered';
  } catch (error) {
    if (error instanceof TrunklineError && error.code === 'LEAD_NOT_FOUND') return 'gone';
    throw error;
  }
}
