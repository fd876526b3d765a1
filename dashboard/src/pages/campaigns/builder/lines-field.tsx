import { useQuery } from '@tanstack/react-query';
import type { Line } from '@trunkline/sdk';
import { StatusBadge } from '../../../ui/badge.tsx';
import { Checkbox } from '../../../ui/field.tsx';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { linesQuery } from '../queries.ts';
import type { Draft } from './draft.ts';
import { type Fault, faultAt } from './problems.ts';

interface LinesFieldProps {
  draft: Draft;
  problems: readonly Fault[];
  onChange(changes: Pick<Draft, 'lineIds'>): void;
}

/** Leads are spread over them; each stays on its line. */
export function LinesField({ draft: { lineIds, messageType }, problems, onChange }: LinesFieldProps) {
  const { data, isPending, error, refetch } = useQuery(linesQuery);
  const lines = data?.lines ?? [];
  // Chosen ones that don't fit stay to be seen, and to be taken out.
  const shown = lines.filter((line) => line.messageType === messageType || lineIds.includes(line._id));
  const unknown = data === undefined ? [] : lineIds.filter((id) => !lines.some(({ _id }) => _id === id));
  const toggle = (id: string, isOn: boolean) =>
    onChange({ lineIds: isOn ? [...lineIds, id] : lineIds.filter((each) => each !== id) });
  const faultOf = (id: string) => faultAt(problems, `lineIds[${lineIds.indexOf(id)}]`);
  const fault = faultAt(problems, 'lineIds');
  return (
    <section aria-label="Lines" className="flex flex-col gap-2">
      <div>
        <h3 className="font-medium">Lines</h3>
        <p className="text-xs text-muted-foreground">
          Leads are spread over them; each stays on its line for the whole campaign.
        </p>
      </div>
      {isPending && <Skeleton className="h-16" />}
      {error !== null && <ErrorState error={error} onRetry={() => refetch()} />}
      {data !== undefined && shown.length === 0 && (
        <p className="text-muted-foreground">There is no line for this kind of message yet.</p>
      )}
      <ul className="grid gap-1.5 sm:grid-cols-2">
        {shown.map((line) => (
          <li key={line._id} className="flex flex-col">
            <span className="flex flex-wrap items-center gap-2">
              <Checkbox
                label={titleOf(line)}
                checked={lineIds.includes(line._id)}
                onCheckedChange={(isOn) => toggle(line._id, isOn === true)}
              />
              {!line.isActive ? (
                <StatusBadge status="switched off" />
              ) : (
                line.healthCheck.status === 'down' && <StatusBadge status="down" />
              )}
            </span>
            <FaultWords text={faultOf(line._id)} />
          </li>
        ))}
        {unknown.map((id) => (
          <li key={id} className="flex flex-col">
            <Checkbox label={`${id} (no such line)`} checked onCheckedChange={() => toggle(id, false)} />
            <FaultWords text={faultOf(id)} />
          </li>
        ))}
      </ul>
      <FaultWords text={fault} />
    </section>
  );
}

function titleOf({ phone, email, firstName, lastName, transport, _id }: Line): string {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  const address = phone ?? email ?? _id;
  return `${name === '' ? address : `${name}, ${address}`} (${transport})`;
}

function FaultWords({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p role="alert" className="text-xs font-medium text-danger">
      {text}
    </p>
  );
}
