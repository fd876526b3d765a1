/**
 * One bounded pass over everything that is due. It owns no timer and never waits for a carrier: what takes time is
 * handed to `launch`. The loop around it sleeps; the simulation calls it on a clock of its own.
 */
import type { Deps } from '../deps.ts';
import { isRecent } from '../lib/clock.ts';
import { scanDueLines } from '../store/line-queue.ts';
import { deliver } from './deliver.ts';
import { expireMessages, forgetOldKeys, healthChecksDue, leaveDownLines } from './housekeeping.ts';
import { prepare } from './prepare.ts';
import { loseExpiredLeases, reconcileDue } from './reconcile.ts';
import { answerFromSandbox } from './sandbox-callbacks.ts';

export interface Ticker {
  /** `capacity`: how many messages may be handed to carriers now. */
  tick(capacity: number, launch: (task: () => Promise<void>) => void): Promise<TickResult>;
}

export interface TickResult {
  /** Messages leased in this pass. */
  leased: number;
  /** Something due was left over: come back at once. */
  more: boolean;
}

const LINES_PER_SCAN = 200;
const LINES_PER_CLAIM = 50;
/** How often each chore is looked at, in ms. Under load passes follow each other far more quickly than that. */
const CHORES = { urgent: 100, lines: 5_000, keys: 3_600_000 } as const;

export function createTicker(deps: Deps): Ticker {
  const lastDone: Record<keyof typeof CHORES, number> = { urgent: 0, lines: 0, keys: 0 };
  const isTimeFor = (chore: keyof typeof CHORES): boolean => {
    const now = deps.clock.now();
    if (isRecent(lastDone[chore], CHORES[chore], now)) return false;
    lastDone[chore] = now;
    return true;
  };

  const turns = createTurns();

  // One at a time: a second look at the same callbacks would only wait for the first.
  let answering = false;
  const answer = async (): Promise<void> => {
    answering = true;
    await answerFromSandbox(deps).finally(() => {
      answering = false;
    });
  };

  return {
    async tick(capacity, launch) {
      if (isTimeFor('urgent')) {
        if (!answering) launch(answer);
        await loseExpiredLeases(deps);
        await expireMessages(deps);
        for (const task of await reconcileDue(deps)) launch(task);
      }
      if (isTimeFor('lines')) {
        await leaveDownLines(deps);
        for (const task of await healthChecksDue(deps)) launch(task);
      }
      if (isTimeFor('keys')) await forgetOldKeys(deps);
      return sendDue(deps, capacity, turns, launch);
    },
  };
}

async function sendDue(
  deps: Deps,
  capacity: number,
  turns: Turns,
  launch: (task: () => Promise<void>) => void,
): Promise<TickResult> {
  const result: TickResult = { leased: 0, more: false };
  if (capacity <= 0) return result;
  const due = await scanDueLines(deps.database, deps.clock.now(), LINES_PER_SCAN);
  const byWorkspace = Map.groupBy(due, (line) => line.workspaceId);
  for (const [workspaceId, lines] of turns.inOrder(byWorkspace)) {
    const book = await deps.books.read(workspaceId);
    if (book === null) continue;
    for (let start = 0; start < lines.length; start += LINES_PER_CLAIM) {
      const lineIds = lines.slice(start, start + LINES_PER_CLAIM).map((line) => line.lineId);
      const prepared = await prepare(deps, book, lineIds, capacity - result.leased);
      await deps.checkpoint('prepared');
      for (const leased of prepared.leased) launch(() => deliver(deps, leased));
      result.leased += prepared.leased.length;
      if (prepared.leased.length > 0) turns.took(workspaceId);
      if (prepared.skipped) result.more = true;
      await Promise.all(prepared.rulings.map((ruling) => deps.settlements.add(workspaceId, ruling)));
      if (result.leased >= capacity) return { ...result, more: true };
    }
  }
  if (due.length >= LINES_PER_SCAN || result.leased > 0) result.more = true;
  return result;
}

interface Turns {
  inOrder<Lines>(byWorkspace: ReadonlyMap<string, Lines>): [workspaceId: string, lines: Lines][];
  took(workspaceId: string): void;
}

const REMEMBERED_TURNS = 10_000;

/** The workspace that had a place longest ago comes first: where places are few, none of them takes all. */
function createTurns(): Turns {
  const taken = new Map<string, number>();
  let turn = 0;
  return {
    inOrder: (byWorkspace) =>
      [...byWorkspace].toSorted(([one], [other]) => (taken.get(one) ?? 0) - (taken.get(other) ?? 0)),
    took(workspaceId) {
      turn += 1;
      if (taken.size >= REMEMBERED_TURNS) taken.clear();
      taken.set(workspaceId, turn);
    },
  };
}
