/** Who somebody is: addresses, list, tags, campaigns, and whether they may be written to. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Lead } from '@trunkline/sdk';
import { type ReactNode, useState } from 'react';
import { api } from '../../api.ts';
import { useMay } from '../../session.ts';
import { Badge, StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { contactName } from './contact-name.ts';
import { campaignsOfLeadQuery, leadQuery, listsQuery, useThread } from './data.ts';

export function ContactPanel({ leadId }: { leadId: string }) {
  const { thread } = useThread(leadId);
  const { data, error } = useQuery(leadQuery(leadId));
  const lists = useQuery(listsQuery);
  if (thread === undefined) return <Skeleton className="h-64" />;
  const lead = data?.lead;
  const list = lists.data?.lists.find(({ _id }) => _id === lead?.listId);
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-base font-semibold break-words">{contactName(thread, thread.messages[0])}</p>
        {lead?.jobTitle != null || lead?.companyName != null ? (
          <p className="text-muted-foreground">
            {[lead.jobTitle, lead.companyName].filter(Boolean).join(', ')}
          </p>
        ) : null}
      </div>
      {error !== null && (
        <p className="text-muted-foreground">The contact was deleted; what was written stays.</p>
      )}
      {lead !== undefined && (
        <>
          <Part title="Addresses">
            <ul>
              {addressesOf(lead).map((address) => (
                <li key={address} className="flex items-center gap-1">
                  <span className="min-w-0 flex-1 truncate">{address}</span>
                  {thread.doNotContact.some((each) => each.address === address) && (
                    <Badge tone="warning">do not contact</Badge>
                  )}
                  <CopyButton text={address} what={address} />
                </li>
              ))}
            </ul>
          </Part>
          <Part title="List">{list?.name ?? '–'}</Part>
          <Part title="Tags">
            {lead.tags.length === 0 ? (
              'None'
            ) : (
              <span className="flex flex-wrap gap-1">
                {lead.tags.map((tag) => (
                  <Badge key={tag}>{tag}</Badge>
                ))}
              </span>
            )}
          </Part>
          <Part title="Availability">{lead.availabilityStatus ?? 'never checked'}</Part>
          <Campaigns leadId={leadId} />
          <DoNotContact lead={lead} entries={thread.doNotContact.map(({ id }) => id)} />
          <Link to="/leads" search={{ lead: leadId } as never} className="text-info underline">
            Open among the leads
          </Link>
        </>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="mb-0.5 text-xs font-medium text-muted-foreground">{title}</h3>
      {children}
    </div>
  );
}

function Campaigns({ leadId }: { leadId: string }) {
  const { data } = useQuery(campaignsOfLeadQuery(leadId));
  return (
    <Part title="Campaigns">
      {data === undefined ? (
        '…'
      ) : data.campaigns.length === 0 ? (
        'None'
      ) : (
        <ul className="flex flex-col gap-1">
          {data.campaigns.map(({ campaignId, campaignName, entry, status }) => (
            <li key={`${campaignId} ${entry}`} className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate">{campaignName}</span>
              <StatusBadge status={status} />
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** Whoever may send may also say whom not to send to; to lift that takes an admin. */
function DoNotContact({ lead, entries }: { lead: Lead; entries: readonly string[] }) {
  const client = useQueryClient();
  const [asks, setAsks] = useState<'add' | 'lift' | null>(null);
  const send = useMay('send');
  const admin = useMay('admin');
  const done = () =>
    Promise.all(
      ['conversations', 'leads', 'messages'].map((topic) => client.invalidateQueries({ queryKey: [topic] })),
    );
  const add = useMutation({
    mutationFn: async () => {
      await api.addDnc({ body: { leadIds: [lead._id], reason: 'Entered in the inbox' } });
      await done();
    },
  });
  const lift = useMutation({
    mutationFn: async () => {
      for (const id of entries) await api.removeDnc({ id });
      await done();
    },
  });
  const isBarred = entries.length > 0;
  return (
    <Part title="Do not contact">
      <div className="flex flex-col items-start gap-1.5">
        {isBarred ? (
          <Button size="sm" disabled={!admin.may} title={admin.why} onClick={() => setAsks('lift')}>
            Lift do-not-contact
          </Button>
        ) : (
          <Button size="sm" disabled={!send.may} title={send.why} onClick={() => setAsks('add')}>
            Add to do-not-contact
          </Button>
        )}
      </div>
      <Confirm
        open={asks === 'add'}
        onOpenChange={() => setAsks(null)}
        title="Never write to this contact?"
        action="Add to do-not-contact"
        destructive
        onConfirm={() => add.mutateAsync()}
      >
        Nothing goes to {contactName({ name: null, ...lead })} any more, on any channel, and what waits is
        cancelled. The contact’s own words do not lift this.
      </Confirm>
      <Confirm
        open={asks === 'lift'}
        onOpenChange={() => setAsks(null)}
        title="Write to this contact again?"
        action="Lift do-not-contact"
        onConfirm={() => lift.mutateAsync()}
      >
        Make sure that the contact agreed. What was cancelled stays cancelled; the ledger keeps who lifted it.
      </Confirm>
    </Part>
  );
}

function addressesOf(lead: Lead): string[] {
  const { phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3 } = lead;
  return [phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3].filter(
    (address) => address !== null,
  );
}
