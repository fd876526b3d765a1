/** A line at a glance: how it is, how much of its caps is used, and when it may send next. */
import type { Bounded, CapUsage, NextSlot, NowLine } from '../../contract/workspace/now.ts';
import { startOfNextDay } from '../../domain/day.ts';
import { afterClockStep, checkPace, type LinePace, NEVER, opensAt, usageAt } from '../../domain/pacing.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type LineRow, paceOf } from '../../store/lines/lines.ts';

export function presentNowLine(line: LineRow, waiting: Bounded, sending: number, now: number): NowLine {
  const pace = afterClockStep(paceOf(line), now);
  const address = line.phone ?? line.email;
  return {
    id: line.id,
    name: [line.firstName, line.lastName].filter(Boolean).join(' ') || (address ?? line.id),
    address,
    messageType: line.messageType,
    channelType: line.channelType,
    transport: line.transport,
    isActive: line.isActive,
    health: line.healthStatus,
    downSince: line.healthStatus === 'down' ? toIsoOrNull(line.downSince) : null,
    risk: line.risk,
    caps: capsOf(pace, now),
    waiting,
    sending,
    lastSentAt: toIsoOrNull(line.lastSendAt),
    nextSlot: nextSlot(line, pace, waiting.count > 0, now),
  };
}

const HOUR_MS = 3_600_000;

function capsOf(pace: LinePace, now: number): CapUsage[] {
  const usage = usageAt(pace, now);
  const midnight = toIso(startOfNextDay(pace.capTimezone, now));
  return [
    {
      cap: 'daily_total',
      used: usage.totalMessages,
      limit: pace.dailyTotalMessagesLimit,
      resetsAt: midnight,
    },
    {
      cap: 'daily_new_conversations',
      used: usage.newConversations,
      limit: pace.dailyNewConversationsLimit,
      resetsAt: midnight,
    },
    {
      cap: 'hourly_new_conversations',
      used: usage.newConversationsHour,
      limit: pace.hourlyNewConversationsLimit,
      resetsAt: toIso(usage.hour + HOUR_MS),
    },
  ];
}

const OPEN: NextSlot = { state: 'open', at: null, gate: null };

function nextSlot(line: LineRow, pace: LinePace, hasWaiting: boolean, now: number): NextSlot {
  if (!line.isActive) return { state: 'closed', at: null, gate: 'line_inactive' };
  if (line.healthStatus === 'down') return { state: 'closed', at: null, gate: 'line_down' };
  // What waits is looked at when the dispatcher meant to; it knows which of it is next.
  const isPlanned = hasWaiting && line.nextSendAt !== null;
  const at = isPlanned ? (line.nextSendAt ?? now) : opensAt(pace, now, !hasWaiting);
  if (at <= now) return OPEN;
  const checks = checkPace(pace, now, isPlanned || !hasWaiting);
  const gate = checks.find((check) => check.opensAt === at)?.gate ?? 'message';
  return at === NEVER ? { state: 'closed', at: null, gate } : { state: 'at', at: toIso(at), gate };
}
