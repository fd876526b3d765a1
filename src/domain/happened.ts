/** What an event counts as on the page "now": each transition once, at the instant at which it happened. */

export const HAPPENED = [
  'accepted',
  'sent',
  'delivered',
  'read',
  'fallback',
  'failed',
  'replies',
  'optOuts',
  // Nothing that is shown, but something that a list of messages shows has changed.
  'other',
] as const;
export type Happened = (typeof HAPPENED)[number];

export type Happenings = Record<Happened, number>;

export const NOTHING_HAPPENED: Readonly<Happenings> = Object.freeze({
  accepted: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  fallback: 0,
  failed: 0,
  replies: 0,
  optOuts: 0,
  other: 0,
});

/** `data` as it stands in the event: `from` and `status` of a transition, `status` alone of a birth. */
export function happenedBy(type: string, data: Readonly<Record<string, unknown>>): Happened[] {
  if (type === 'lead.opted_out') return ['optOuts'];
  if (type === 'message.received') return ['replies'];
  // Told of beside it.
  if (type === 'message.reply') return [];
  // Shown as such while it lasts, and soon followed by what came of it.
  if (!type.startsWith('message.') || type === 'message.sending') return [];
  const { from, status } = data;
  const isBorn = from === undefined && BIRTHS.includes(type);
  const happened: Happened[] = isBorn ? ['accepted'] : [];
  // A receipt can overtake the carrier's own answer: then it was sent, too.
  if (hasLeft(status) && !hasLeft(from)) happened.push('sent');
  if (status === 'delivered' && from !== 'delivered') happened.push('delivered');
  if (type === 'message.opened') happened.push('read');
  if ((status === 'fallback' || status === 'failed') && from !== status) happened.push(status);
  return happened.length > 0 ? happened : ['other'];
}

/** One that can't be sent at all has ended when it is accepted. */
const BIRTHS: readonly string[] = ['message.accepted', 'message.failed', 'message.fallback'];

function hasLeft(status: unknown): boolean {
  return status === 'sent' || status === 'delivered';
}
