/**
 * One bounded pass over everything that is due. It owns no timer and never waits for a carrier: what takes time is
 * handed to `launch`. The loop around it sleeps; the simulation calls it on a clock of its own.
 */
import { apart } from '../actions/apart.ts';
import type { Deps } from '../deps.ts';
import { isRecent } from '../lib/clock.ts';
import { findNextWebhookDue } from '../store/events/webhook-queue.ts';
import { sortInNewLeads } from '../store/leads/lead-search.ts';
import { putOffLines, scanDueLines, takeWakes } from '../store/lines/line-queue.ts';
import { findNextDue } from '../store/messages/due.ts';
import { forgetExpired } from '../store/people/sign-in-attempts.ts';
import { newsQuestionsDue } from './ask-for-news.ts';
import { campaignsDue } from './campaigns.ts';
import { availabilityJobsDue, forgetOldJobs } from './check-availability.ts';
import { Chores, type Launch } from './chores.ts';
import { conditionQuestionsDue, forgetOldAnswers } from './condition-questions.ts';
import { deliver } from './deliver.ts';
import { DoorTeller } from './door-callbacks.ts';
import { foldFreshCounts, foldFreshLeadCounts } from './fold-counts.ts';
import { DayFolder } from './fold-days.ts';
import { inboundAttachmentsDue } from './get-inbound-attachments.ts';
import {
  expireMessages,
  forgetOldKeys,
  forgetRelayJobs,
  healthChecksDue,
  leaveDownLines,
} from './housekeeping.ts';
import { Notifier } from './notify.ts';
import { prepare } from './prepare.ts';
import { loseExpiredLeases, reconcileDue } from './reconcile.ts';
import { answerFromSandbox } from './sandbox-callbacks.ts';
import { SetAside } from './set-aside.ts';
import { trimWebhookLog } from './trim-webhook-log.ts';

export interface Ticker {
  /** `capacity`: how many messages may be handed to carriers now. */
  tick(capacity: number, launch: Launch): Promise<TickResult>;
  /** When to come back at the latest; null when nothing waits. */
  nextDue(): Promise<number | null>;
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
const CHORES = { urgent: 100, lines: 5_000, days: 30_000, keys: 3_600_000 } as const;

/** After a workspace's lines could not be served. */
const PUT_OFF_MS = 1_000;
const NEVER = new AbortController().signal;

/** `stopping` fires when the dispatcher is asked to stop: nothing that can wait begins any more. */
export function createTicker(deps: Deps, stopping: AbortSignal = NEVER): Ticker {
  const lastDone: Record<keyof typeof CHORES, number> = { urgent: 0, lines: 0, days: 0, keys: 0 };
  const isTimeFor = (chore: keyof typeof CHORES): boolean => {
    const now = deps.clock.now();
    if (isRecent(lastDone[chore], CHORES[chore], now)) return false;
    lastDone[chore] = now;
    return true;
  };

  const chores = new Chores(stopping);
  const notifier = new Notifier(deps, stopping);
  const teller = new DoorTeller(deps);
  const folder = new DayFolder(deps, stopping);
  const aside = new SetAside(deps);
  const sendDue = createSends(deps, stopping);

  return {
    async tick(capacity, launch) {
      if (isTimeFor('urgent')) {
        chores.start(launch, 'answers of the sandbox', () => answerFromSandbox(deps));
        chores.start(launch, 'expired leases', () => loseExpiredLeases(deps, aside));
        chores.start(launch, 'expired messages', () => expireMessages(deps, aside));
        chores.start(launch, 'webhooks', () => notifier.look(launch));
        chores.start(launch, 'replays', () => notifier.replay());
        chores.ask(launch, 'outcome', await reconcileDue(deps));
        chores.ask(launch, 'news', await newsQuestionsDue(deps));
        chores.ask(launch, 'availability', await availabilityJobsDue(deps, stopping));
        chores.start(launch, 'callbacks of doors', () => teller.look(launch));
        chores.ask(launch, 'attachment', await inboundAttachmentsDue(deps));
        chores.ask(launch, 'campaign', await campaignsDue(deps, stopping));
        chores.ask(launch, 'condition', await conditionQuestionsDue(deps));
      }
      if (isTimeFor('lines')) {
        chores.start(launch, 'lines that are down', () => leaveDownLines(deps));
        chores.ask(launch, 'health', await healthChecksDue(deps));
        chores.start(launch, 'search index', () => sortInNewLeads(deps.database));
        chores.start(launch, 'fresh counts', () => foldFreshCounts(deps, stopping));
        chores.start(launch, 'fresh counts of leads', () => foldFreshLeadCounts(deps, stopping));
      }
      if (isTimeFor('days')) chores.start(launch, 'days that are over', () => folder.look());
      if (isTimeFor('keys')) {
        chores.start(launch, 'old keys', () => forgetOldKeys(deps, stopping));
        chores.start(launch, 'old sign-ins', () => forgetExpired(deps.database, deps.clock.now()));
        chores.start(launch, 'old answers of conditions', () => forgetOldAnswers(deps, stopping));
        chores.start(launch, 'old availability jobs', () => forgetOldJobs(deps));
        chores.start(launch, 'old jobs of relays', () => forgetRelayJobs(deps, stopping));
        chores.start(launch, 'old deliveries', () => trimWebhookLog(deps, stopping));
      }
      return sendDue(capacity, launch);
    },

    async nextDue() {
      const due = await findNextDue(deps.database, aside.ids());
      due.chores = earliest(due.chores, await findNextWebhookDue(deps.database));
      if (due.chores === null) return due.sends;
      // Before that nobody looks at them: those that are under way would keep the loop turning.
      const chores = Math.max(due.chores, lastDone.urgent + CHORES.urgent);
      return due.sends === null ? chores : Math.min(due.sends, chores);
    },
  };
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/** The sends of a pass alone. */
export function createSends(deps: Deps, stopping: AbortSignal = NEVER) {
  const turns = createTurns();
  return (capacity: number, launch: Launch): Promise<TickResult> =>
    sendDue(deps, capacity, turns, launch, stopping);
}

async function sendDue(
  deps: Deps,
  capacity: number,
  turns: Turns,
  launch: Launch,
  stopping: AbortSignal,
): Promise<TickResult> {
  const result: TickResult = { leased: 0, more: false };
  if (capacity <= 0) return result;
  const due = await scanDueLines(deps.database, deps.clock.now(), LINES_PER_SCAN);
  const byWorkspace = Map.groupBy(due, (line) => line.workspaceId);
  for (const [workspaceId, lines] of turns.inOrder(byWorkspace)) {
    if (stopping.aborted) return { ...result, more: true };
    const lineIds = lines.map((line) => line.lineId);
    const serve = async () => {
      const snapshot = await deps.snapshots.read(workspaceId);
      if (snapshot === null) return forgetLines(deps, workspaceId, lineIds);
      for (let start = 0; start < lineIds.length && result.leased < capacity; start += LINES_PER_CLAIM) {
        const some = lineIds.slice(start, start + LINES_PER_CLAIM);
        const prepared = await prepare(deps, snapshot, some, capacity - result.leased, stopping);
        await deps.checkpoint('prepared');
        for (const leased of prepared.leased) launch(() => deliver(deps, leased, stopping), 'send');
        result.leased += prepared.leased.length;
        if (prepared.leased.length > 0) turns.took(workspaceId);
        if (prepared.skipped) result.more = true;
        await Promise.all(prepared.rulings.map((ruling) => deps.settlements.add(workspaceId, ruling)));
      }
    };
    if (!(await apart(deps, { workspaceId }, serve)))
      await putOffLines(deps.database, workspaceId, lineIds, deps.clock.now() + PUT_OFF_MS);
    if (result.leased >= capacity) return { ...result, more: true };
  }
  if (due.length >= LINES_PER_SCAN || result.leased > 0) result.more = true;
  return result;
}

/** Of a workspace that is gone: nobody will ever serve them, and they would be found in every pass. */
async function forgetLines(deps: Deps, workspaceId: string, lineIds: readonly string[]): Promise<void> {
  await takeWakes(deps.database, workspaceId, lineIds);
  await putOffLines(deps.database, workspaceId, lineIds, null);
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
