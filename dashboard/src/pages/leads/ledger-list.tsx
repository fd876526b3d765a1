/** Entries of the ledger of opt-outs, the newest first: who said what about which address, on which channel. */
import type { DncLedgerEntry } from '@trunkline/sdk';
import { Badge } from '../../ui/badge.tsx';
import { Time } from '../../ui/time.tsx';

export function LedgerList({ entries }: { entries: readonly DncLedgerEntry[] }) {
  return (
    <ol className="flex flex-col divide-y rounded-lg border">
      {entries.map((entry) => (
        <li key={entry._id} className="flex flex-col gap-1 p-3">
          <div className="flex flex-wrap items-center gap-2">
            <Badge tone={entry.action === 'opt_out' ? 'danger' : 'success'}>
              {entry.action === 'opt_out' ? 'opted out' : 'lifted'}
            </Badge>
            <span className="font-medium break-all">{entry.phone ?? entry.email}</span>
            <span className="ml-auto text-xs text-muted-foreground">
              <Time at={entry.at} />
            </span>
          </div>
          <p className="text-xs text-muted-foreground">
            {`${whoOf(entry)}${entry.words ? `: “${entry.words}”` : ''}; channel: ${entry.channel}`}
          </p>
        </li>
      ))}
    </ol>
  );
}

const SOURCES: Readonly<Record<string, string>> = {
  words: 'The contact, in words',
  manual: 'Entered by hand',
  opt_out_words: 'The contact, in words',
  carrier_opt_out: 'The carrier: the contact opted out there',
  one_click: 'The contact, by the unsubscribe link',
  complaint: 'The carrier: the contact complained',
  hard_bounce: 'The carrier: nobody has this address',
};

export function sourceWords(source: string): string {
  return SOURCES[source] ?? source;
}

function whoOf({ source, by }: Pick<DncLedgerEntry, 'source' | 'by'>): string {
  return by === null ? sourceWords(source) : `${sourceWords(source)}, by ${by.name ?? 'somebody'}`;
}
