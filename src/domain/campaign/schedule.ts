/** The send window of a campaign's steps, for one lead. */
import { isTimeZone, type SendWindow } from '../window.ts';
import type { Schedule } from './campaign.ts';

/**
 * `ownZone`: what the lead names (`customFields.timezone`), whatever that is; `workspaceZone` where nobody names one.
 * null: its steps may go at any time.
 */
export function windowFor(
  schedule: Schedule | null,
  ownZone: unknown,
  workspaceZone: string,
): SendWindow | null {
  if (schedule === null) return null;
  const { start, end, days } = schedule;
  if (start === null && days === null) return null;
  return { timezone: zoneFor(schedule, ownZone) ?? workspaceZone, start, end, days };
}

function zoneFor({ timezone, fallbackTimezone }: Schedule, ownZone: unknown): string | null {
  if (timezone !== 'lead') return timezone;
  return typeof ownZone === 'string' && isTimeZone(ownZone) ? ownZone : fallbackTimezone;
}
