import type { DncEntry } from '@trunkline/sdk';
import { createContext, type ReactNode, use } from 'react';
import { useMay } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { columnsOf } from '../../ui/data-table.tsx';
import { Time } from '../../ui/time.tsx';
import { sourceWords } from './ledger-list.tsx';

interface Actions {
  onHistory(address: string): void;
  onLift(entry: DncEntry): void;
}
const ActionsContext = createContext<Actions | null>(null);

/** Around the table: what its rows can do. */
export function DncActions({ value, children }: { value: Actions; children: ReactNode }) {
  return <ActionsContext value={value}>{children}</ActionsContext>;
}

const { display } = columnsOf<DncEntry>();

export const DNC_COLUMNS = [
  display({
    id: 'address',
    header: 'Address',
    cell: ({ row }) => <span className="font-medium">{addressOf(row.original)}</span>,
  }),
  display({ id: 'reason', header: 'Who says so', cell: ({ row }) => whoOf(row.original) }),
  display({ id: 'words', header: 'Words', cell: ({ row }) => row.original.words ?? '–' }),
  display({ id: 'channel', header: 'Channel', cell: ({ row }) => row.original.channel }),
  display({ id: 'since', header: 'Since', cell: ({ row }) => <Time at={row.original.createdAt} /> }),
  display({ id: 'actions', header: 'Actions', cell: ({ row }) => <RowActions entry={row.original} /> }),
];

export const DNC_WIDTHS = [
  'minmax(11rem, 1.2fr)',
  'minmax(10rem, 1fr)',
  'minmax(9rem, 1fr)',
  '5rem',
  '11rem',
  '9rem',
];

export function addressOf({ phone, email }: DncEntry): string {
  return phone ?? email ?? '';
}

function whoOf({ reason, by }: DncEntry): string {
  return by === null ? sourceWords(reason) : `${by.name ?? 'Somebody'}, by hand`;
}

function RowActions({ entry }: { entry: DncEntry }) {
  const actions = use(ActionsContext);
  const { may, why } = useMay('admin');
  return (
    <span className="-ml-2.5 flex gap-1">
      <Button
        size="sm"
        variant="ghost"
        aria-label={`History of ${addressOf(entry)}`}
        onClick={() => actions?.onHistory(addressOf(entry))}
      >
        History
      </Button>
      <Button
        size="sm"
        variant="ghost"
        aria-label={`Lift ${addressOf(entry)}`}
        disabled={!may}
        title={why}
        onClick={() => actions?.onLift(entry)}
      >
        Lift
      </Button>
    </span>
  );
}
