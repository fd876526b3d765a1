import type { Message } from '@trunkline/sdk';
import { ArrowDownLeft, ArrowUpRight, Paperclip } from 'lucide-react';
import { StatusBadge } from '../../ui/badge.tsx';
import { columnsOf } from '../../ui/data-table.tsx';
import { Time } from '../../ui/time.tsx';
import { addressOf, contactOf } from './names.ts';
import { TYPE_NAMES, WAITING } from './search.ts';
import { SelectAll, SelectRow } from './selection.tsx';
import { lineName, useLines } from './use-lines.ts';

const column = columnsOf<Message>();

export const COLUMNS = [
  column.display({
    id: 'select',
    header: () => <SelectAll />,
    cell: ({ row: { original: message } }) => <SelectRow id={message._id} name={contactOf(message)} />,
  }),
  column.display({
    id: 'status',
    header: 'Status',
    cell: ({ row: { original: message } }) => <StatusBadge status={message.status} />,
  }),
  column.display({
    id: 'contact',
    header: 'Contact',
    cell: ({ row: { original: message } }) => <Contact message={message} />,
  }),
  column.display({
    id: 'text',
    header: 'Message',
    cell: ({ row: { original: message } }) => <Text message={message} />,
  }),
  column.display({
    id: 'type',
    header: 'Type',
    cell: ({ row: { original: message } }) => TYPE_NAMES[message.messageType],
  }),
  column.display({
    id: 'line',
    header: 'Line',
    cell: ({ row: { original: message } }) => <LineOf message={message} />,
  }),
  column.display({
    id: 'when',
    header: 'When',
    cell: ({ row: { original: message } }) => <When message={message} />,
  }),
];

export const WIDTHS = ['1.5rem', '6rem', '10rem', 'minmax(11rem, 1fr)', '4.5rem', '10rem', '10.5rem'];

function Contact({ message }: { message: Message }) {
  const address = addressOf(message);
  const name = contactOf(message);
  return (
    <span className="flex items-center gap-1.5" title={name === address ? undefined : address}>
      {message.direction === 'received' ? (
        <ArrowDownLeft className="size-4 shrink-0 text-success" aria-label="from" />
      ) : (
        <ArrowUpRight className="size-4 shrink-0 text-muted-foreground" aria-label="to" />
      )}
      <span className="truncate">{name}</span>
    </span>
  );
}

function Text({ message: { message, subject, attachmentUrls } }: { message: Message }) {
  return (
    <span className="flex items-center gap-1.5">
      {attachmentUrls.length > 0 && <Paperclip className="size-4 shrink-0" aria-label="with attachments" />}
      <span className="truncate">
        {subject && <span className="font-medium">{subject} · </span>}
        {message}
      </span>
    </span>
  );
}

function LineOf({ message: { fromLineId, fromLinePhone, fromLineEmail } }: { message: Message }) {
  const line = useLines().byId.get(fromLineId ?? '');
  return <span>{line === undefined ? (fromLinePhone ?? fromLineEmail ?? '–') : lineName(line)}</span>;
}

/** Of what waits, when it is due; of everything else, when it went. */
function When({ message }: { message: Message }) {
  const { status, dueAt, sentAt, createdAt, settings } = message;
  const zone = settings?.timezone;
  if (WAITING.includes(status)) return dueAt === null ? 'held' : <Time at={dueAt} zone={zone} />;
  return <Time at={sentAt ?? createdAt} zone={zone} />;
}
