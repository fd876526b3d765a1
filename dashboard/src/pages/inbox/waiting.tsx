/** Messages of ours that did not leave yet: why each waits, and when it is expected to go. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Gate, Message } from '@trunkline/sdk';
import { StatusBadge } from '../../ui/badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Bubble } from './bubble.tsx';
import { explainQuery } from './data.ts';
import type { Entry } from './timeline.ts';

/** Why the others wait is told in their own page. */
const MOST_ASKED = 5;

export function Waiting({ entries, contact }: { entries: readonly Entry[]; contact: string }) {
  if (entries.length === 0) return null;
  return (
    <section aria-label="Waiting" className="flex flex-col gap-3">
      <h3 className="text-center text-xs font-medium text-muted-foreground">Waiting to be sent</h3>
      {entries.map((entry, place) => (
        <div key={entry.message._id} className="flex flex-col">
          <Bubble entry={entry} contact={contact} line={lineOf(entry.message)} mayReact={false} />
          <Why message={entry.message} asks={place < MOST_ASKED} />
        </div>
      ))}
    </section>
  );
}

function Why({ message: { _id, status, settings }, asks }: { message: Message; asks: boolean }) {
  const { data } = useQuery({ ...explainQuery(_id), enabled: asks });
  const gate = data?.gates.find(({ state }) => state === 'blocked');
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 px-1 text-xs text-muted-foreground">
      <StatusBadge status={status} />
      {asks && <span>{reasonOf(gate, data === undefined)}</span>}
      {data?.expectedAt != null && (
        <span>
          Expected <Time at={data.expectedAt} zone={settings?.timezone} />
        </span>
      )}
      <Link to="/messages" search={{ message: _id } as never} className="text-info underline">
        Why it waits
      </Link>
    </div>
  );
}

/** A schedule is told by when the message is expected. */
function reasonOf(gate: Gate | undefined, isAsked: boolean): string {
  if (gate?.gate === 'schedule') return 'Scheduled for later.';
  return gate?.reason ?? (isAsked ? '…' : 'Its turn comes next.');
}

export function lineOf({ fromLinePhone, fromLineEmail }: Message): string | null {
  return fromLinePhone ?? fromLineEmail;
}
