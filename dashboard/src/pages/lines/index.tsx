/** All lines at a glance: who they are, how they are, what they may still send today, and what waits on them. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { LineQueue, MonitoredLine } from '@trunkline/sdk';
import { Plus } from 'lucide-react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, ErrorState, Skeleton } from '../../ui/states.tsx';
import { LineCard } from './line-card.tsx';
import { linesQuery, monitorQuery, queuesQuery } from './queries.ts';
import { fits } from './words.ts';

export function LinesPage() {
  const { may, why } = useMay('admin');
  return (
    <Page
      title="Lines"
      description="The numbers and addresses messages leave from."
      actions={
        may ? (
          <Button asChild variant="primary">
            <Link to="/lines/new">
              <Plus aria-hidden /> Add a line
            </Link>
          </Button>
        ) : (
          <Button variant="primary" disabled title={why}>
            <Plus aria-hidden /> Add a line
          </Button>
        )
      }
    >
      <Lines />
    </Page>
  );
}

/** From how many on they are worth being searched. */
const MANY = 7;

function Lines() {
  const lines = useQuery(linesQuery);
  const queues = useQuery(queuesQuery);
  const monitor = useQuery(monitorQuery);
  const { q = '' } = useSearch({ from: '/shell/lines' });
  const navigate = useNavigate({ from: '/lines' });

  if (lines.isPending) return <CardsSkeleton />;
  if (lines.isError) return <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />;
  const all = lines.data.lines;
  if (all.length === 0) return <NoLines />;
  const shown = all.filter((line) => fits(line, q));
  const queueOf = new Map<string, LineQueue>(queues.data?.queues.map((each) => [each.lineId, each]));
  const scoreOf = new Map<string, MonitoredLine>(monitor.data?.lines.map((each) => [each.lineId, each]));
  return (
    <>
      {(all.length >= MANY || q !== '') && (
        <Field label="Find a line" hideLabel className="max-w-sm">
          <Input
            type="search"
            placeholder="Name, number or address"
            value={q}
            onChange={({ target }) =>
              void navigate({ search: target.value === '' ? {} : { q: target.value }, replace: true })
            }
          />
        </Field>
      )}
      {queues.isError && <ErrorState error={queues.error} onRetry={() => void queues.refetch()} />}
      {shown.length === 0 ? (
        <Empty title={`No line is called “${q}”`}>Its name, its number and its address are looked at.</Empty>
      ) : (
        <ul aria-label="Lines" className="grid grid-cols-1 gap-4 lg:grid-cols-2 2xl:grid-cols-3">
          {shown.map((line) => (
            <li key={line._id} className="min-w-0">
              <LineCard line={line} queue={queueOf.get(line._id)} monitored={scoreOf.get(line._id)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function NoLines() {
  return (
    <Empty
      title="There is no line yet"
      action={
        <Button asChild variant="primary">
          <Link to="/lines/new">Add a line</Link>
        </Button>
      }
    >
      A line is a number or an address that messages leave from. A simulated one is there at once; your own
      take a few minutes.
    </Empty>
  );
}

function CardsSkeleton() {
  return (
    <div role="status" className="grid grid-cols-1 gap-4 lg:grid-cols-2 2xl:grid-cols-3">
      <span className="sr-only">Loading</span>
      {[1, 2, 3, 4].map((n) => (
        <Skeleton key={n} className="h-64" />
      ))}
    </div>
  );
}
