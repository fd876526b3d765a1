import type { DryRunAnswer } from '@trunkline/sdk';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useMe } from '../../session.ts';
import { Time } from '../../ui/time.tsx';
import { Gates } from './gates.tsx';
import { TYPE_NAMES, type TYPES } from './search.ts';
import { lineName, useLines } from './use-lines.ts';

/** What a send would do: to which address, from which line and why, when, and with which words. */
export function SendPreview({
  answer,
  messageType,
}: {
  answer: DryRunAnswer;
  messageType: (typeof TYPES)[number];
}) {
  const { workspace } = useMe();
  const line = useLines().byId.get(answer.fromLineId ?? '');
  const { text, subject, address, lineDecision, gates, expectedAt, earliestAt, missing, warnings, status } =
    answer;
  const zone = workspace.timezone;
  const blocked = gates.filter(({ state }) => state === 'blocked');
  const notes = [
    ...warnings,
    ...(missing.length > 0 ? [`Without value, and left out: ${missing.join(', ')}`] : []),
    ...(answer.leadWouldBeCreated ? ['A contact is made for this address.'] : []),
  ];
  return (
    <div className="flex flex-col gap-4">
      {status === 'failed' && (
        <p role="alert" className="flex gap-2 font-medium text-danger">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {answer.reason === 'dnc'
            ? 'It would not be sent: the contact opted out.'
            : `It would fail at once (${answer.reason ?? 'for no reason that is known'}).`}
        </p>
      )}
      <div className="rounded-lg border bg-muted p-3 text-foreground">
        {subject && <p className="mb-1 font-medium break-words">{subject}</p>}
        <p className="break-words whitespace-pre-wrap">{text}</p>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <dt className="text-muted-foreground">To</dt>
        <dd className="min-w-0 break-words">
          {address ?? 'No address is left'} by {TYPE_NAMES[messageType]}
        </dd>
        <dt className="text-muted-foreground">From</dt>
        <dd className="min-w-0 break-words">
          {line === undefined ? (answer.fromLinePhone ?? answer.fromLineEmail ?? '–') : lineName(line)}
          {lineDecision && <span className="block text-muted-foreground">{lineDecision.because}</span>}
        </dd>
        <dt className="text-muted-foreground">When</dt>
        <dd>
          {expectedAt !== null ? (
            <>
              <Time at={expectedAt} zone={zone} relative /> (<Time at={expectedAt} zone={zone} />)
            </>
          ) : earliestAt !== null ? (
            <>
              not before <Time at={earliestAt} zone={zone} />
            </>
          ) : (
            'Not before somebody acts'
          )}
        </dd>
      </dl>
      {notes.map((note) => (
        <p key={note} className="flex gap-2">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warning" aria-hidden />
          {note}
        </p>
      ))}
      <section>
        <h3 className="font-semibold">
          {blocked.length === 0 ? 'Nothing holds it back' : 'What holds it back'}
        </h3>
        <Gates gates={blocked} zone={zone} />
      </section>
    </div>
  );
}
