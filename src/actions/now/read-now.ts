/** What happens in a workspace at this moment. Everything is found by index, and what may be many is counted to a bound. */

import { problem } from '../../contract/problems.ts';
import {
  type Bounded,
  MAX_COUNTED,
  MAX_COUNTED_OF_LINE,
  type NowAnswer,
  type NowCounts,
  type Throughput,
} from '../../contract/workspace/now.ts';
import type { Deps } from '../../deps.ts';
import { dayAt, startOfDay } from '../../domain/day.ts';
import { type Happenings, NOTHING_HAPPENED } from '../../domain/happened.ts';
import { hourOf } from '../../domain/pacing.ts';
import { toIso } from '../../lib/clock.ts';
import type { Sql } from '../../store/database.ts';
import { type CountsRead, readCounts } from '../../store/figures/counts.ts';
import {
  countUnderWay,
  countWaitingByLine,
  countWaitingOfLines,
  type LatestChanges,
  readLatestChanges,
  readPausedCampaigns,
  readWebhookStates,
  type WebhookState,
} from '../../store/figures/now.ts';
import { listLines } from '../../store/lines/lines.ts';
import type { Caller } from '../access/authenticate.ts';
import { alertsOf } from './now-alerts.ts';
import { presentNowLine } from './now-line.ts';

type NowDeps = Pick<Deps, 'database' | 'clock' | 'snapshots'>;

export async function readNow(deps: Deps, { workspaceId }: Caller): Promise<NowAnswer> {
  return (await lookNow(deps, workspaceId)).now;
}

/** Besides what is shown, what it takes to tell whether anything changed. */
export interface NowLook {
  now: NowAnswer;
  happened: Happenings;
  changes: LatestChanges;
  webhooks: readonly WebhookState[];
  /** When a line was changed last. */
  linesChangedAt: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTES = 60;
const HOURS = 24;
const CAMPAIGNS_SHOWN = 20;

export async function lookNow(
  { database, clock, snapshots }: NowDeps,
  workspaceId: string,
): Promise<NowLook> {
  const snapshot = await snapshots.read(workspaceId);
  if (snapshot === null) throw problem('NO_ACTIVE_WORKSPACE');
  const { timezone, billingStatus } = snapshot.workspace;
  const at = clock.now();
  const since = {
    day: startOfDay(timezone, at),
    hours: hourOf(at) - (HOURS - 1) * HOUR_MS,
    minutes: Math.floor(at / MINUTE_MS) * MINUTE_MS - (MINUTES - 1) * MINUTE_MS,
  };
  const [lines, counts, waiting, underWay, webhooks, campaigns, changes] = await Promise.all([
    listLines(database, workspaceId),
    readCounts(database, workspaceId, since),
    countWaiting(database, workspaceId),
    countUnderWay(database, workspaceId, MAX_COUNTED + 1),
    readWebhookStates(database, workspaceId),
    readPausedCampaigns(database, workspaceId, CAMPAIGNS_SHOWN),
    readLatestChanges(database, workspaceId),
  ]);
  const underWayAs = (status: 'sending' | 'unknown') =>
    bounded(
      underWay.filter((each) => each.status === status).reduce((sum, { count }) => sum + count, 0),
      MAX_COUNTED,
    );
  const sendingOf = new Map(
    underWay.filter(({ status }) => status === 'sending').map(({ lineId, count }) => [lineId, count]),
  );
  const shown = lines.map((line) =>
    presentNowLine(line, waiting.of(line.id), sendingOf.get(line.id) ?? 0, at),
  );
  const nowCounts: NowCounts = {
    waiting: waiting.all,
    sending: underWayAs('sending'),
    unknown: underWayAs('unknown'),
    ...shownOf(counts.day),
  };
  return {
    now: {
      at: toIso(at),
      timezone,
      today: dayAt(timezone, at),
      counts: nowCounts,
      throughput: throughputOf(counts, since),
      lines: shown,
      alerts: alertsOf({
        isReadOnly: billingStatus === 'past_due',
        lines: shown,
        webhooks,
        campaigns,
        optOuts: counts.day.optOuts,
      }),
    },
    happened: counts.day,
    changes,
    webhooks,
    linesChangedAt: Math.max(0, ...lines.map(({ updatedAt }) => updatedAt)),
  };
}

interface Waiting {
  all: Bounded;
  of(lineId: string): Bounded;
}

/** Exact while they are few; of a large backlog each line's is counted to a bound of its own. */
async function countWaiting(database: Sql, workspaceId: string): Promise<Waiting> {
  const exact = await countWaitingByLine(database, workspaceId, MAX_COUNTED + 1);
  const total = exact.reduce((sum, { count }) => sum + count, 0);
  if (total <= MAX_COUNTED) {
    const counts = new Map(exact.map(({ lineId, count }) => [lineId, count]));
    return {
      all: { count: total, more: false },
      of: (lineId) => ({ count: counts.get(lineId) ?? 0, more: false }),
    };
  }
  const lineIds = (await listLines(database, workspaceId)).map(({ id }) => id);
  const some = await countWaitingOfLines(database, workspaceId, lineIds, MAX_COUNTED_OF_LINE + 1);
  const counts = new Map(some.map(({ lineId, count }) => [lineId, count]));
  return {
    all: { count: MAX_COUNTED, more: true },
    of: (lineId) => bounded(counts.get(lineId) ?? 0, MAX_COUNTED_OF_LINE),
  };
}

function bounded(count: number, most: number): Bounded {
  return { count: Math.min(count, most), more: count > most };
}

function shownOf(happened: Happenings) {
  const { accepted, sent, delivered, read, fallback, failed, replies, optOuts } = happened;
  return { accepted, sent, delivered, read, fallback, failed, replies, optOuts };
}

function throughputOf({ hours, minutes }: CountsRead, since: { hours: number; minutes: number }) {
  const points = (counts: ReadonlyMap<number, Happenings>, first: number, stepMs: number, many: number) =>
    Array.from({ length: many }, (_, n): Throughput => {
      const at = first + n * stepMs;
      const { accepted, sent, delivered, failed } = counts.get(at) ?? NOTHING_HAPPENED;
      return { at: toIso(at), accepted, sent, delivered, failed };
    });
  return {
    perMinute: points(minutes, since.minutes, MINUTE_MS, MINUTES),
    perHour: points(hours, since.hours, HOUR_MS, HOURS),
  };
}
