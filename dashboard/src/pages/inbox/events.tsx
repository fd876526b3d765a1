/** What happened between the messages of a thread. */
import type { ThreadEvent } from '@trunkline/sdk';
import { ArrowLeftRight, Ban, CircleCheck } from 'lucide-react';
import { Time } from '../../ui/time.tsx';

export function EventLine({ event, nameOfLine }: { event: ThreadEvent; nameOfLine(id: string): string }) {
  const Icon = ICONS[event.type];
  return (
    <p className="flex max-w-prose flex-wrap items-center justify-center gap-x-1.5 self-center rounded-lg bg-muted px-3 py-1.5 text-center text-xs">
      <Icon className="size-3.5 shrink-0" aria-hidden />
      <span>{sentenceOf(event, nameOfLine)}</span>
      <Time at={event.at} />
    </p>
  );
}

const ICONS = { opted_out: Ban, opted_in: CircleCheck, line_changed: ArrowLeftRight } as const;

function sentenceOf(event: ThreadEvent, nameOfLine: (id: string) => string): string {
  const { type, address, source, words, fromLineId, toLineId, because } = event;
  if (type === 'line_changed')
    return `A message left from ${nameOfLine(toLineId ?? '')} instead of ${nameOfLine(fromLineId ?? '')}. ${because ?? ''}`;
  const did = type === 'opted_out' ? 'opted out' : 'opted in again';
  if (source === 'words') return `${address} ${did}: “${words}”`;
  if (source === 'manual')
    return type === 'opted_out'
      ? `${address} was entered as do-not-contact: ${words}`
      : `Do-not-contact was lifted for ${address}`;
  return `${address} ${did}, as its carrier told (${source})`;
}
