/** Lines as the API shows them: never a secret, counters as of today (contract 2.3). */
import type { Line } from '../../contract/lines/lines.ts';
import { usageAt } from '../../domain/pacing.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type LineRow, paceOf } from '../../store/lines/lines.ts';

export function presentLine(line: LineRow, now: number): Line {
  const usage = usageAt(paceOf(line), now);
  return {
    _id: line.id,
    workspaceId: line.workspaceId,
    phone: line.phone,
    email: line.email,
    firstName: line.firstName,
    lastName: line.lastName,
    isActive: line.isActive,
    provisioningStatus: line.provisioningStatus,
    paymentStatus: line.paymentStatus,
    channelType: line.channelType,
    lineType: line.lineType,
    messageType: line.messageType,
    transport: line.transport,
    transportConfig: line.transportConfig,
    hasSecret: line.secret !== null,
    deviceId: line.deviceId,
    deviceGapMs: line.deviceGapMs,
    contactGapMs: line.contactGapMs,
    dailyNewConversationsLimit: line.dailyNewConversationsLimit,
    dailyTotalMessagesLimit: line.dailyTotalMessagesLimit,
    hourlyNewConversationsLimit: line.hourlyNewConversationsLimit,
    capTimezone: line.capTimezone,
    attempts: line.attempts,
    retryGapMs: line.retryGapMs,
    reconcileLimitMs: line.reconcileLimitMs,
    usage: {
      date: usage.day,
      newConversationsCount: usage.newConversations,
      totalMessagesCount: usage.totalMessages,
    },
    healthCheck: { status: line.healthStatus, lastCheckedAt: toIsoOrNull(line.healthCheckedAt) },
    score: line.score,
    createdAt: toIso(line.createdAt),
    updatedAt: toIso(line.updatedAt),
    deletedAt: toIsoOrNull(line.deletedAt),
  };
}
