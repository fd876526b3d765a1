/**
 * What every intake of a workspace needs and what seldom changes: its settings, its lines, its Quick Sends list. Kept
 * for at most a second, so that ten thousand intakes a second ask for it once, and so that a change made by another
 * process is seen within that second. Gates are checked again, fresh, in the instant before sending.
 */
import { type LineFacts, roomToday } from '../../domain/line-choice.ts';
import { type Clock, isRecent } from '../../lib/clock.ts';
import type { Database } from '../../store/database.ts';
import {
  countWaitingFirstTouches,
  type LineRow,
  listLinesAndDeleted,
  paceOf,
} from '../../store/lines/lines.ts';
import { listMemberEmails } from '../../store/people/people.ts';
import { findWorkspace, type WorkspaceRow } from '../../store/workspace/workspaces.ts';

export interface WorkspaceSnapshot {
  workspace: WorkspaceRow;
  /** Of those who sign in to it, the longest there first: that one looks after contacts that name nobody. */
  memberEmails: readonly string[];
  lines: readonly LineRow[];
  lineFacts: readonly LineFacts[];
  /** By what every line is or was known, by its id: what a deleted one has sent still says from where. */
  lineIdentities: ReadonlyMap<string, Pick<LineRow, 'phone' | 'email'>>;
  /**
   * The line that carries fallback SMS; null when fallback is off, or its line is gone. Switched off, it is one that what is
   * due waits for, and nobody may count on.
   */
  fallbackLine: LineRow | null;
  /** Ids of the lists made on demand; filled by whoever makes them. */
  lists: Map<string, string>;
  loadedAt: number;
}

export interface WorkspaceSnapshots {
  /** null when the workspace does not exist. */
  read(workspaceId: string): Promise<WorkspaceSnapshot | null>;
  /** Reads anew, whatever the age. */
  reload(workspaceId: string): Promise<WorkspaceSnapshot | null>;
  /** Forgets what this process knows, after it changed something itself. */
  forget(workspaceId: string): void;
  /** A line was chosen: until the next read, others come first. */
  noteChosen(snapshot: WorkspaceSnapshot, lineId: string, firstTouch: boolean): void;
}

const MAX_AGE_MS = 1000;
const MAX_BOOKS = 10_000;
const DAY_MS = 86_400_000;
/** More room than this is room enough: what waits is not counted against it. */
const COUNT_WAITING_UP_TO = 1000;

export function createWorkspaceSnapshots({
  database,
  people = database,
  clock,
}: {
  database: Database;
  /** Where people are kept; null: nobody signs in. */
  people?: Database | null;
  clock: Clock;
}): WorkspaceSnapshots {
  const snapshots = new Map<string, WorkspaceSnapshot>();
  const loading = new Map<string, Promise<WorkspaceSnapshot | null>>();
  // Fractions of a millisecond keep choices of one millisecond in order.
  const chosenAt = new Map<string, number>();
  let lastChoice = 0;

  const countWaiting = async (workspaceId: string, lines: readonly LineRow[], now: number) => {
    const counts = await countWaitingFirstTouches(database, workspaceId, toCount(lines, now), now + DAY_MS);
    const byLine = new Map(counts.map((count) => [count.id, count]));
    return lines.map((line) => ({ ...line, waitingFirstTouches: 0, ...byLine.get(line.id) }));
  };

  const load = async (workspaceId: string): Promise<WorkspaceSnapshot | null> => {
    const loadedAt = clock.now();
    const workspace = await findWorkspace(database, workspaceId);
    if (workspace === null) {
      snapshots.delete(workspaceId);
      return null;
    }
    const memberEmails = people === null ? [] : await listMemberEmails(people, workspaceId);
    const all = await listLinesAndDeleted(database, workspaceId);
    const present = all.filter((line) => line.deletedAt === null);
    const lines = await countWaiting(workspaceId, present, loadedAt);
    const fallbackLine = lines.find(
      (line) => line.id === workspace.fallbackLineId && line.messageType === 'sms',
    );
    const snapshot: WorkspaceSnapshot = {
      workspace,
      memberEmails,
      lines,
      lineFacts: lines.map((line) => ({
        id: line.id,
        messageType: line.messageType,
        isActive: line.isActive,
        isHealthy: line.healthStatus === 'healthy',
        pace: paceOf(line),
        lastUsedAt: latest(line.lastSendAt, chosenAt.get(line.id) ?? null),
        waitingFirstTouches: line.waitingFirstTouches,
      })),
      lineIdentities: new Map(all.map(({ id, phone, email }) => [id, { phone, email }])),
      fallbackLine: workspace.fallbackEnabled ? (fallbackLine ?? null) : null,
      lists: snapshots.get(workspaceId)?.lists ?? new Map(),
      loadedAt,
    };
    if (snapshots.size >= MAX_BOOKS) snapshots.clear();
    snapshots.set(workspaceId, snapshot);
    return snapshot;
  };

  const reload = (workspaceId: string): Promise<WorkspaceSnapshot | null> => {
    const underway = loading.get(workspaceId);
    if (underway !== undefined) return underway;
    const started = load(workspaceId).finally(() => loading.delete(workspaceId));
    loading.set(workspaceId, started);
    return started;
  };

  return {
    read(workspaceId) {
      const snapshot = snapshots.get(workspaceId);
      if (snapshot !== undefined && isRecent(snapshot.loadedAt, MAX_AGE_MS, clock.now()))
        return Promise.resolve(snapshot);
      return reload(workspaceId);
    },
    reload,
    forget(workspaceId) {
      snapshots.delete(workspaceId);
      loading.delete(workspaceId);
    },
    noteChosen(snapshot, lineId, firstTouch) {
      lastChoice = Math.max(clock.now(), lastChoice + 0.001);
      chosenAt.set(lineId, lastChoice);
      const facts = snapshot.lineFacts.find((line) => line.id === lineId);
      if (facts === undefined) return;
      facts.lastUsedAt = lastChoice;
      if (firstTouch) facts.waitingFirstTouches += 1;
    },
  };
}

/** Lines of which it must be known what waits: they may be chosen, and their day is not full already. */
function toCount(lines: readonly LineRow[], now: number): { lineId: string; upTo: number }[] {
  return lines
    .filter((line) => line.isActive && line.healthStatus === 'healthy')
    .map((line) => ({ lineId: line.id, upTo: roomToday(paceOf(line), now) }))
    .filter(({ upTo }) => upTo > 0 && upTo <= COUNT_WAITING_UP_TO);
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}
