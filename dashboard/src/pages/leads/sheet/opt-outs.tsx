import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '../../../ui/states.tsx';
import { LedgerList } from '../ledger-list.tsx';
import { leadHistoryQuery } from '../queries.ts';
import { Section } from './section.tsx';

export function OptOuts({ leadId }: { leadId: string }) {
  const query = useQuery(leadHistoryQuery(leadId));
  return (
    <Section title="Opt-outs">
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.entries.length === 0 ? (
          <p className="text-muted-foreground">None, ever.</p>
        ) : (
          <LedgerList entries={query.data.entries} />
        ))}
    </Section>
  );
}
