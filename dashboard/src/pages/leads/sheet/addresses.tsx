/** Each address of a lead: whether it is on iMessage, since when that is known and from whom, and whether it may be written to. */
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LeadAddress } from '@trunkline/sdk';
import { api } from '../../../api.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { refreshLeads } from '../queries.ts';
import { AVAILABILITY, fieldLabel } from '../words.ts';
import { Section } from './section.tsx';

/** A check waits until the device has rested. */
const PATIENCE_MS = 120_000;

export function Addresses({ leadId, addresses }: { leadId: string; addresses: readonly LeadAddress[] }) {
  const toast = useToast();
  const check = useMutation({
    mutationFn: () => api.checkLead({ id: leadId }, { timeoutMs: PATIENCE_MS }),
    onSuccess({ status, cached }) {
      const found = AVAILABILITY[status]?.title ?? status;
      toast.done(cached ? `Known already, and fresh: ${found}.` : `Checked: ${found}.`);
    },
    onError: toast.failed,
    onSettled: refreshLeads,
  });
  return (
    <Section
      title="Addresses"
      actions={
        <Button size="sm" busy={check.isPending} onClick={() => check.mutate()}>
          Check now
        </Button>
      }
    >
      <ul className="flex flex-col divide-y rounded-lg border">
        {addresses.map((address) => (
          <li key={`${address.field} ${address.address}`} className="flex flex-col gap-1 p-3">
            <div className="flex flex-wrap items-center gap-2">
              <span className="font-medium break-all">{address.address}</span>
              <CopyButton text={address.address} what="the address" />
              <span className="ml-auto text-xs text-muted-foreground">{fieldLabel(address.field)}</span>
            </div>
            <Known address={address} />
            {address.doNotContact && (
              <p className="flex flex-wrap items-center gap-2 text-xs">
                <Badge tone="danger">do not contact</Badge>
                <span>
                  since <Time at={address.doNotContact.since} />
                  {`: ${address.doNotContact.words ?? address.doNotContact.reason}`}
                </span>
                <Link
                  to="/leads/do-not-contact"
                  search={{ history: address.address }}
                  className="text-info underline"
                >
                  History
                </Link>
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Known({ address: { availability, checkedAt, isFresh, line } }: { address: LeadAddress }) {
  const { title = '', tone = 'neutral' } = AVAILABILITY[availability ?? 'unknown'] ?? {};
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
      <Badge tone={tone}>{title}</Badge>
      {checkedAt !== null && (
        <span>
          found out <Time at={checkedAt} relative />
          {line && ` by ${line.address ?? 'a line'} (${line.transport})`}
          {!isFresh && '; too long ago to count'}
        </span>
      )}
    </p>
  );
}
