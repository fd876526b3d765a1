/** One lead, over the table: what is known of it, and every field to be changed. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Lead, List } from '@trunkline/sdk';
import { Ban, Inbox, MessageSquare, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState, SkeletonRows } from '../../ui/states.tsx';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { DeleteDialog } from './bulk/delete-dialog.tsx';
import { DncDialog } from './bulk/dnc-dialog.tsx';
import { leadCampaignsQuery, leadHistoryQuery, leadQuery } from './queries.ts';
import { Addresses } from './sheet/addresses.tsx';
import { LeadCampaigns } from './sheet/campaigns.tsx';
import { LeadForm } from './sheet/lead-form.tsx';
import { OptOuts } from './sheet/opt-outs.tsx';
import { nameOf } from './words.ts';

const TABS = [
  { value: 'known', title: 'What is known' },
  { value: 'fields', title: 'Fields' },
];

export function LeadSheet({ id, lists, onClose }: { id: string; lists: readonly List[]; onClose(): void }) {
  const query = useQuery(leadQuery(id));
  // Of a height that nobody knows before: one below the other, they would move.
  const parts = useQueries({ queries: [leadCampaignsQuery(id), leadHistoryQuery(id)] });
  const isPending = query.isPending || parts.some((part) => part.isPending);
  const [tab, setTab] = useState('known');
  const lead = query.data?.lead;
  return (
    <Dialog
      kind="sheet"
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={lead ? nameOf(lead) : 'Lead'}
      description={(lead && summaryOf(lead, lists)) || '\u00a0'}
    >
      {isPending && <SkeletonRows rows={8} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && !isPending && (
        <>
          <Actions lead={query.data.lead} onClose={onClose} />
          <Tabs label="Lead" value={tab} onChange={setTab} tabs={TABS}>
            <TabPanel value="known">
              <div className="flex flex-col gap-6">
                <Addresses leadId={id} addresses={query.data.addresses} />
                <LeadCampaigns leadId={id} />
                <OptOuts leadId={id} />
              </div>
            </TabPanel>
            <TabPanel value="fields">
              <LeadForm lead={query.data.lead} lists={lists} />
            </TabPanel>
          </Tabs>
        </>
      )}
    </Dialog>
  );
}

function summaryOf({ companyName, jobTitle, listId }: Lead, lists: readonly List[]): string {
  const list = lists.find(({ _id }) => _id === listId)?.name;
  return [jobTitle, companyName, list && `in ${list}`].filter(Boolean).join(' · ');
}

function Actions({ lead, onClose }: { lead: Lead; onClose(): void }) {
  const [doing, setDoing] = useState<'dnc' | 'delete' | null>(null);
  const { may, why } = useMay('send');
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Button size="sm" asChild>
        <Link to="/inbox" search={{ lead: lead._id }}>
          <Inbox aria-hidden /> Conversation
        </Link>
      </Button>
      <Button size="sm" asChild>
        <Link to="/messages" search={{ lead: lead._id }}>
          <MessageSquare aria-hidden /> Messages
        </Link>
      </Button>
      <Button size="sm" disabled={!may} title={why} onClick={() => setDoing('dnc')}>
        <Ban aria-hidden /> Do not contact
      </Button>
      <Button size="sm" disabled={!may} title={why} onClick={() => setDoing('delete')}>
        <Trash2 aria-hidden /> Delete
      </Button>
      {lead.optedOutAt !== null && <Badge tone="danger">opted out</Badge>}
      <DncDialog
        ids={[lead._id]}
        open={doing === 'dnc'}
        onOpenChange={(open) => setDoing(open ? 'dnc' : null)}
      />
      <DeleteDialog
        ids={[lead._id]}
        open={doing === 'delete'}
        onOpenChange={(open) => setDoing(open ? 'delete' : null)}
        onDone={onClose}
      />
    </div>
  );
}
