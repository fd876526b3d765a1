/** Gates and events in plain words. */
import type { ExplainAnswer, Gate, TimelineEvent } from '@trunkline/sdk';
import { plural } from '../../lib/format.ts';

export const GATE_TITLES: Readonly<Record<Gate['gate'], string>> = {
  opt_out: 'Opt-out',
  campaign: 'Campaign',
  expiry: 'Expiry',
  schedule: 'Date',
  retry: 'Pause between attempts',
  window: 'Send window',
  conversation: 'Order of the conversation',
  campaign_stop: 'Conditions of the campaign',
  read_only: 'Workspace',
  line: 'Line',
  device_down: 'Device',
  daily_cap: 'Daily cap',
  first_touch_cap: 'Daily cap of new contacts',
  hourly_cap: 'Hourly cap of new contacts',
  device_gap: 'Gap of the device',
  contact_gap: 'Gap between new contacts',
};

/** One sentence: what it waits for. The time it takes stands beside it. */
export function whyItWaits({ gates, aheadOnLine }: Pick<ExplainAnswer, 'gates' | 'aheadOnLine'>): string {
  const blocked = gates.filter(({ state }) => state === 'blocked');
  // What takes somebody's hand outlasts everything that opens by itself.
  const last =
    blocked.find(({ until }) => until === null) ??
    blocked.toSorted((a, b) => Date.parse(b.until ?? '') - Date.parse(a.until ?? ''))[0];
  if (last !== undefined) return last.reason;
  if (aheadOnLine !== null && aheadOnLine > 0)
    return `Nothing holds it back: ${plural(aheadOnLine, 'message goes', 'messages go')} before it on its line.`;
  return 'Nothing holds it back: it goes in a moment.';
}

const EVENTS: Readonly<Record<string, string>> = {
  'message.accepted': 'Accepted',
  'message.held': 'Held back',
  'message.sending': 'Being sent',
  'message.sent': 'Sent',
  'message.retrying': 'Did not leave; it is tried again',
  'message.unknown': 'Nobody knows yet whether it left',
  'message.fallback': 'Not on iMessage',
  'message.failed': 'Failed',
  'message.delivered': 'Delivered',
  'message.opened': 'Read',
  'message.cancelled': 'Cancelled',
  'message.edited': 'Changed',
  'message.moved': 'Moved to another line',
  'message.retried': 'Sent again as another message',
  'message.received': 'Received',
  'message.reply': 'Received as a reply',
};

export function eventTitle({ type }: Pick<TimelineEvent, 'type'>): string {
  return EVENTS[type] ?? type;
}

/** What else the event says, each a sentence or half of one. */
export function eventDetails({ data }: Pick<TimelineEvent, 'data'>): string[] {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? [value] : []);
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  const decision = data.lineDecision as { because?: unknown } | null | undefined;
  const changed = list(data.changed);
  const missing = list(data.missingPlaceholders);
  const attempt = typeof data.attempt === 'number' && data.attempt > 1 ? [`Attempt ${data.attempt}`] : [];
  const because = text(data.because);
  return [
    ...attempt,
    ...because,
    ...(because.length === 0 ? text(data.error) : []),
    ...(because.length === 0 && text(data.error).length === 0 ? text(data.reason) : []),
    ...text(decision?.because),
    ...(changed.length > 0 ? [`Changed: ${changed.join(', ')}`] : []),
    ...(missing.length > 0 ? [`Without value: ${missing.join(', ')}`] : []),
  ];
}
