/** One forecast beside another, as a sentence. */
import type { LineOutlook } from '@trunkline/sdk';
import { formatDuration, formatInstant, plural } from '../../lib/format.ts';

type Outlook = Pick<LineOutlook, 'drainsAt' | 'neverGoes'>;

/** Less is not worth a sentence. */
const NOTICED_MS = 60_000;

export function changeOf(now: Outlook, then: Outlook): string {
  if (then.drainsAt === null) {
    if (now.drainsAt !== null) return `Then ${plural(then.neverGoes, 'message')} would never leave.`;
    return then.neverGoes === now.neverGoes
      ? 'It would change nothing.'
      : `Then ${plural(then.neverGoes, 'message')} would never leave, instead of ${plural(now.neverGoes, 'message')}.`;
  }
  const at = formatInstant(then.drainsAt);
  if (now.drainsAt === null) return `Then everything would leave; the last message at ${at}.`;
  const earlier = Date.parse(now.drainsAt) - Date.parse(then.drainsAt);
  if (Math.abs(earlier) < NOTICED_MS)
    return 'It would change nothing: the last message would go at the same time.';
  return earlier > 0
    ? `Then the last message would go at ${at}, ${formatDuration(earlier)} earlier.`
    : `Then the last message would go at ${at}, ${formatDuration(-earlier)} later.`;
}
