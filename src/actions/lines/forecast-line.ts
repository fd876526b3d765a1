/** When the queue of a line drains, and what more lines or another cap would change. Nothing is stored. */
import type { ForecastLine, LineForecast, LineOutlook } from '../../contract/lines/line-forecast.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { type Drained, type DrainingLine, dealOut, drain, type Group } from '../../domain/drain.ts';
import type { LinePace } from '../../domain/pacing.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { type LineRow, listLines, paceOf } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';
import { type LineFuture, readFuture } from './line-future.ts';

const HOUR_MS = 3_600_000;

export async function forecastLine(
  deps: Deps,
  { workspaceId }: Caller,
  lineId: string,
  asked: ForecastLine,
): Promise<LineForecast> {
  const snapshot = await deps.snapshots.read(workspaceId);
  const lines = await listLines(deps.database, workspaceId);
  const line = lines.find(({ id }) => id === lineId);
  if (line === undefined || snapshot === null) throw problem('LINE_NOT_FOUND');
  const readOnly = snapshot.workspace.billingStatus === 'past_due';
  // They share its gap.
  const together = lines.filter(({ deviceId }) => deviceId === line.deviceId);
  const future = await readFuture(
    deps,
    snapshot,
    together.map(({ id }) => id),
  );
  const now = deps.clock.now();
  const draining = together.map((each) => asDraining(each, future, readOnly));
  const asItIs = await outlook(deps, [draining], [lineId], now);
  const own = future.groups.get(lineId) ?? [];
  const toCome = own.reduce((sum, { count, followedBy }) => sum + count * depthOf(followedBy), 0);
  return {
    lineId,
    waiting: own.filter(({ isToCome }) => !isToCome).reduce((sum, { count }) => sum + count, 0),
    toCome: toCome + own.filter(({ isToCome }) => isToCome).reduce((sum, { count }) => sum + count, 0),
    now: asItIs,
    whatIf: isAsked(asked) ? await outlook(deps, ...whatIf(draining, future, line, asked), now) : null,
    isExact: future.isExact,
    assumptions: assumptionsOf(asked, future),
  };
}

function isAsked({ addLines, cap, totalCap }: ForecastLine): boolean {
  return addLines > 0 || cap !== null || totalCap !== null;
}

function asDraining(line: LineRow, { groups }: LineFuture, readOnly: boolean): DrainingLine {
  return {
    id: line.id,
    pace: paceOf(line),
    lastSendAt: line.lastSendAt,
    canSend: line.isActive && line.healthStatus === 'healthy' && !readOnly,
    groups: groups.get(line.id) ?? [],
  };
}

/** The line with other caps, its work dealt out over it and more of its kind: devices, and the lines that count. */
function whatIf(
  draining: readonly DrainingLine[],
  { groups }: LineFuture,
  line: LineRow,
  { addLines, cap, totalCap }: ForecastLine,
): [devices: DrainingLine[][], lineIds: string[]] {
  const pace = withCaps(paceOf(line), cap, totalCap);
  const own = groups.get(line.id) ?? [];
  const pinned = own.filter(({ isPinned }) => isPinned);
  const hands: Group[][] = dealOut(
    own.filter(({ isPinned }) => !isPinned),
    addLines,
  );
  const [kept = [], ...given] = hands;
  const changed = draining.map((each) =>
    each.id === line.id ? { ...each, pace, groups: [...pinned, ...kept] } : each,
  );
  const added = given.map(
    (hand, n): DrainingLine => ({
      id: `added-${n + 1}`,
      pace: fresh(pace),
      lastSendAt: null,
      canSend: true,
      groups: hand,
    }),
  );
  return [
    [changed, ...added.map((each) => [each])],
    [line.id, ...added.map(({ id }) => id)],
  ];
}

function withCaps(pace: LinePace, cap: number | null, totalCap: number | null): LinePace {
  return {
    ...pace,
    dailyNewConversationsLimit: cap ?? pace.dailyNewConversationsLimit,
    dailyTotalMessagesLimit: totalCap ?? pace.dailyTotalMessagesLimit,
  };
}

function fresh(pace: LinePace): LinePace {
  const usage = { day: null, newConversations: 0, totalMessages: 0, hour: null, newConversationsHour: 0 };
  return { ...pace, usage, lastFirstTouchAt: null, deviceLastSendAt: null };
}

/** Others get their turn in between. */
async function outlook(
  { clock }: Deps,
  devices: readonly (readonly DrainingLine[])[],
  lineIds: readonly string[],
  now: number,
): Promise<LineOutlook> {
  const all: Drained[] = [];
  for (const lines of devices) {
    const walk = drain(lines, now);
    let step = walk.next();
    for (; step.done !== true; step = walk.next()) await clock.sleep(0);
    for (const [id, drained] of step.value) if (lineIds.includes(id)) all.push(drained);
  }
  return present(all);
}

function present(all: readonly Drained[]): LineOutlook {
  const days = new Map<string, { messages: number; firstTouches: number }>();
  const waits = new Map<string, number>();
  let [lastAt, messages, neverGoes]: [number | null, number, number] = [null, 0, 0];
  for (const each of all) {
    messages += each.sent;
    neverGoes += each.left;
    if (each.lastAt !== null) lastAt = Math.max(lastAt ?? 0, each.lastAt);
    for (const [day, counted] of each.days) {
      const sum = days.get(day) ?? { messages: 0, firstTouches: 0 };
      sum.messages += counted.messages;
      sum.firstTouches += counted.firstTouches;
      days.set(day, sum);
    }
    for (const [gate, ms] of each.waitedMs) waits.set(gate, (waits.get(gate) ?? 0) + ms);
  }
  const [longest] = [...waits].sort((a, b) => b[1] - a[1]);
  return {
    drainsAt: neverGoes > 0 ? null : toIsoOrNull(lastAt),
    messages,
    neverGoes,
    perDay: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, counted]) => ({ day, ...counted })),
    bottleneck:
      longest === undefined
        ? null
        : { gate: longest[0], hours: Math.round((longest[1] / HOUR_MS) * 100) / 100 },
  };
}

function depthOf(next: Group['followedBy']): number {
  return next === null ? 0 : 1 + depthOf(next.followedBy);
}

function assumptionsOf({ addLines }: ForecastLine, { isExact }: LineFuture): string[] {
  return [
    'Every message leaves at its first attempt; nobody replies or opts out, and nothing else is accepted meanwhile.',
    'Steps of running campaigns follow as their waits say, each lead going the way of one who stays silent and meets no condition.',
    'Leads without a line yet are shared out over the lines of their campaign.',
    'Where a campaign goes by the zone of each lead, all are in its fallback zone.',
    ...(addLines > 0
      ? [
          'First messages to new contacts are dealt out in turns over the line and those added; conversations stay.',
        ]
      : []),
    ...(isExact ? [] : ['There is so much that it is counted by the hour.']),
  ];
}
