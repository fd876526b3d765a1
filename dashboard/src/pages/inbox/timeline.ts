/** A thread as it is read: from the oldest on, day by day, what waits at its end. */
import type { ConversationAnswer, Message, Tapback, ThreadAttachment, ThreadEvent } from '@trunkline/sdk';

export type TimelineItem =
  | { kind: 'day'; key: string; day: string }
  | { kind: 'message'; key: string; at: string; entry: Entry }
  | { kind: 'event'; key: string; at: string; event: ThreadEvent };

export interface Entry {
  message: Message;
  attachments: ThreadAttachment[];
  reactions: Tapback[];
  /** Of a fallback SMS: its original, where that is in sight. */
  original: Message | null;
}

const WAITING: readonly Message['status'][] = ['pending', 'scheduled', 'queued'];

export function isWaiting({ status }: Message): boolean {
  return WAITING.includes(status);
}

/** When people saw it: what came in when we learned of it, what we sent when it left, what did neither when it ended. */
export function shownAt({ direction, createdAt, sentAt, updatedAt }: Message): string {
  return direction === 'received' ? createdAt : (sentAt ?? updatedAt);
}

/** `zone`: whose days they are; the viewer's own when absent. */
export function timelineOf(
  { messages, attachments, reactions, events }: ConversationAnswer,
  zone?: string,
): { items: TimelineItem[]; waiting: Entry[] } {
  const filesOf = Map.groupBy(attachments, ({ messageId }) => messageId);
  const tapbacksOf = Map.groupBy(reactions, ({ messageId }) => messageId);
  const byId = new Map(messages.map((message) => [message._id, message]));
  const entryOf = (message: Message): Entry => ({
    message,
    attachments: filesOf.get(message._id) ?? [],
    reactions: tapbacksOf.get(message._id) ?? [],
    original: byId.get(message.fallbackOf ?? '') ?? null,
  });
  const oldestFirst = messages.toReversed();
  const happened: Exclude<TimelineItem, { kind: 'day' }>[] = [
    ...oldestFirst
      .filter((message) => !isWaiting(message))
      .map((message) => ({
        kind: 'message' as const,
        key: message._id,
        at: shownAt(message),
        entry: entryOf(message),
      })),
    ...events.map((event) => ({
      kind: 'event' as const,
      key: `${event.type} ${event.at} ${event.messageId ?? event.address ?? ''}`,
      at: event.at,
      event,
    })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const items: TimelineItem[] = [];
  let day = '';
  for (const item of happened) {
    const its = dayOf(item.at, zone);
    if (its !== day) items.push({ kind: 'day', key: `day ${its}`, day: item.at });
    day = its;
    items.push(item);
  }
  return { items, waiting: oldestFirst.filter(isWaiting).map(entryOf) };
}

function dayOf(iso: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(iso));
}

/** "Today", "Yesterday", or the date with its weekday. */
export function dayName(iso: string, nowMs: number, zone?: string): string {
  const day = dayOf(iso, zone);
  if (day === dayOf(new Date(nowMs).toISOString(), zone)) return 'Today';
  if (day === dayOf(new Date(nowMs - 86_400_000).toISOString(), zone)) return 'Yesterday';
  return new Intl.DateTimeFormat(undefined, {
    timeZone: zone,
    weekday: 'long',
    dateStyle: undefined,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(new Date(iso));
}

/** What became of a message of ours, in a word or two. */
export function fateOf(message: Message): { word: string; tone: 'muted' | 'success' | 'danger' | 'warning' } {
  const { status, readAt, deliveredAt, fallbackSmsDispatched } = message;
  if (readAt !== null) return { word: 'Read', tone: 'success' };
  if (deliveredAt !== null || status === 'delivered') return { word: 'Delivered', tone: 'success' };
  switch (status) {
    case 'sent':
      return { word: 'Sent', tone: 'muted' };
    case 'sending':
      return { word: 'Sending', tone: 'muted' };
    case 'unknown':
      return { word: 'Not known yet whether it left', tone: 'warning' };
    case 'fallback':
      return { word: fallbackSmsDispatched ? 'Sent as SMS instead' : 'Becomes an SMS', tone: 'warning' };
    case 'failed':
      return { word: fallbackSmsDispatched ? 'Failed, sent as SMS instead' : 'Failed', tone: 'danger' };
    case 'cancelled':
      return { word: 'Cancelled', tone: 'muted' };
    default:
      return { word: 'Waits', tone: 'muted' };
  }
}
