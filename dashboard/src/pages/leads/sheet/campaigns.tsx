import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '../../../ui/badge.tsx';
import { ErrorState } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { leadCampaignsQuery } from '../queries.ts';
import { Section } from './section.tsx';

export function LeadCampaigns({ leadId }: { leadId: string }) {
  const query = useQuery(leadCampaignsQuery(leadId));
  return (
    <Section title="Campaigns">
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess && query.data.campaigns.length === 0 && (
        <p className="text-muted-foreground">In none so far.</p>
      )}
      {query.isSuccess && query.data.campaigns.length > 0 && (
        <ul className="flex flex-col divide-y rounded-lg border">
          {query.data.campaigns.map((entry) => (
            <li key={`${entry.campaignId} ${entry.entry}`} className="flex flex-wrap items-center gap-2 p-3">
              <Link
                to="/campaigns/$campaignId"
                params={{ campaignId: entry.campaignId }}
                className="font-medium text-info underline"
              >
                {entry.campaignName}
              </Link>
              <StatusBadge status={entry.status} />
              <span className="text-xs text-muted-foreground">
                entered <Time at={entry.enteredAt} relative />
                {entry.stepKey !== null && `, last step: ${entry.stepKey}`}
              </span>
              {entry.detail !== null && (
                <p className="w-full text-xs text-muted-foreground">{entry.detail}</p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
