/**
 * First beat: commit 1. Under the locks of some lines of one workspace: who goes next, is every gate still open by fresh
 * facts, then lease it and take its cap and gap. What may not go is held, or ruled on after the commit.
 */

import { isFirstTouch, messageGateFacts } from '../actions/delivery-facts.ts';
import type { Ruling } from '../actions/settle-messages.ts';
import type { WorkspaceBook } from '../actions/workspace-book.ts';
import type { Deps } from '../deps.ts';
import { messageGates } from '../domain/gates.ts';
import { EVENT_OF } from '../domain/lifecycle.ts';
import { type LinePace, opensAt, reserve } from '../domain/pacing.ts';
import { pickNext } from '../domain/pick.ts';
import { nextOpening } from '../domain/window.ts';
import { toIso } from '../lib/clock.ts';
import type { Sql } from '../store/database.ts';
import {
  type DeliveryFacts,
  type Hold,
  holdMessages,
  leaseMessages,
  lockDeliveryFacts,
  markFirstTouch,
  type NewLease,
  type QueueHead,
  readQueueHeads,
  type TouchMark,
  upsertTouches,
} from '../store/deliveries.ts';
import { insertEvents, type NewEvent } from '../store/events.ts';
import { type LinePaceUpdate, lockLines, storeLinePaces, takeWakes } from '../store/line-queue.ts';
import { type LineRow, paceOf } from '../store/lines.ts';

/** A message that this process, and nobody else, now sends. */
export interface Leased {
  facts: DeliveryFacts;
  line: LineRow;
  attempt: number;
  leaseUntil: number;
}

export interface Prepared {
  leased: Leased[];
  /** Messages that end without being sent. */
  rulings: Ruling[];
  /** Some line was held by another process: look again soon. */
  skipped: boolean;
}

/** Messages looked at per line, class and pass: a line with a gap sends one, and a second stands by. */
const DEPTH_WITH_GAP = 2;
const DEPTH_WITHOUT_GAP = 16;
const READ_ONLY_RECHECK_MS = 60_000;

export function prepare(
  deps: Deps,
  book: WorkspaceBook,
  lineIds: readonly string[],
  capacity: number,
): Promise<Prepared> {
  const { workspaceId } = book.workspace;
  return deps.database.transaction(async (tx) => {
    const lines = await lockLines(tx, workspaceId, lineIds, { skipLocked: true });
    if (lines.length === 0) return { leased: [], rulings: [], skipped: true };
    const ids = lines.map((line) => line.id);
    await takeWakes(tx, workspaceId, ids);
    const heads = await readQueueHeads(
      tx,
      workspaceId,
      lines.map((line) => ({ id: line.id, depth: depthOf(line) })),
    );
    const now = deps.clock.now();
    const desks = openDesks(lines, heads, book, now);
    const picks = pickUpTo(desks, capacity, now);
    const facts = picks.length === 0 ? [] : await lockDeliveryFacts(tx, workspaceId, picks);
    const pass = new Pass(deps, now, new Map(facts.map((each) => [each.message.id, each])));
    for (const desk of desks) pass.serve(desk);
    await pass.store(tx, workspaceId);
    return { leased: pass.leased, rulings: pass.rulings, skipped: lines.length < lineIds.length };
  });
}

function depthOf(line: LineRow): number {
  return line.deviceGapMs > 0 ? DEPTH_WITH_GAP : DEPTH_WITHOUT_GAP;
}

/** One line during a pass. */
interface Desk {
  line: LineRow;
  canSend: boolean;
  /** When to look again if it can't send now; null = when somebody wakes it. */
  recheckAt: number | null;
  heads: QueueHead[];
  /** In the order they would go. */
  picks: QueueHead[];
  /** There may be more waiting than was read. */
  more: boolean;
}

function openDesks(
  lines: readonly LineRow[],
  heads: readonly QueueHead[],
  book: WorkspaceBook,
  now: number,
): Desk[] {
  const readOnly = book.workspace.billingStatus === 'past_due';
  const byLine = Map.groupBy(heads, (head) => head.lineId);
  return lines.map((line) => {
    const own = byLine.get(line.id) ?? [];
    const classes = Map.groupBy(own, (head) => `${head.queuedAsFirstTouch} ${head.priority}`);
    return {
      line,
      canSend: line.isActive && line.healthStatus === 'healthy' && !readOnly,
      recheckAt: readOnly && own.length > 0 ? now + READ_ONLY_RECHECK_MS : null,
      heads: own,
      picks: [],
      more: [...classes.values()].some((each) => each.length === depthOf(line)),
    };
  });
}

/** Runs each line's queue on paper, as if every message passed its gates, so that facts are read for these alone. */
function pickUpTo(desks: readonly Desk[], capacity: number, now: number): string[] {
  const deviceSends = new Map<string, number | null>();
  let left = capacity;
  for (const desk of desks) {
    if (!desk.canSend) continue;
    const { deviceId, deviceLastSendAt } = desk.line;
    let pace: LinePace = {
      ...paceOf(desk.line),
      deviceLastSendAt: deviceSends.get(deviceId) ?? deviceLastSendAt,
    };
    let waiting = desk.heads;
    while (left > 0 && waiting.length > 0) {
      const { pick } = pickNext(waiting, pace, now);
      if (pick === null) break;
      desk.picks.push(pick);
      left -= 1;
      waiting = waiting.filter((head) => head !== pick);
      pace = reserve(pace, now, pick.firstTouch).pace;
      deviceSends.set(deviceId, pace.deviceLastSendAt);
    }
  }
  return desks.flatMap((desk) => desk.picks.map((pick) => pick.id));
}

/** What a pass does to lines and messages, decided line by line and written at once. */
class Pass {
  readonly leased: Leased[] = [];
  readonly rulings: Ruling[] = [];
  readonly #deps: Deps;
  readonly #now: number;
  readonly #facts: Map<string, DeliveryFacts>;
  readonly #deviceSends = new Map<string, number | null>();
  readonly #leases: NewLease[] = [];
  readonly #holds: Hold[] = [];
  readonly #events: NewEvent[] = [];
  readonly #updates: LinePaceUpdate[] = [];
  readonly #touches: { leadId: string; lineId: string; messageId: string }[] = [];
  readonly #marks: TouchMark[] = [];

  constructor(deps: Deps, now: number, facts: Map<string, DeliveryFacts>) {
    this.#deps = deps;
    this.#now = now;
    this.#facts = facts;
  }

  serve(desk: Desk): void {
    const { line } = desk;
    const now = this.#now;
    const deviceLastSendAt = this.#deviceSends.get(line.deviceId) ?? line.deviceLastSendAt;
    let pace: LinePace = { ...paceOf(line), deviceLastSendAt };
    const touched = new Set<string>();
    let lookAgain = false;
    for (const { leadId, firstTouch, queuedAsFirstTouch } of desk.heads) {
      // It was queued before somebody else's touch was known, or after one was forgotten.
      if (firstTouch !== queuedAsFirstTouch) this.#marks.push({ lineId: line.id, leadId, firstTouch });
    }
    for (const pick of desk.picks) {
      const facts = this.#facts.get(pick.id);
      // Somebody is changing it, or it no longer waits.
      if (facts === undefined || !this.#mayGo(desk, pick, facts, touched)) {
        lookAgain = true;
        continue;
      }
      const firstTouch = isFirstTouch(facts);
      if (opensAt(pace, now, firstTouch) > now) {
        lookAgain = true;
        continue;
      }
      const taken = reserve(pace, now, firstTouch);
      pace = taken.pace;
      touched.add(pick.leadId);
      this.#lease(line, facts, {
        id: pick.id,
        leaseUntil: this.#leaseUntil(line),
        firstTouch,
        reserved: taken.reservation,
      });
    }
    this.#deviceSends.set(line.deviceId, pace.deviceLastSendAt);
    const sent = touched.size > 0;
    this.#updates.push({
      id: line.id,
      deviceId: line.deviceId,
      pace,
      lastSendAt: sent ? now : line.lastSendAt,
      nextSendAt: this.#nextLook(desk, pace, lookAgain),
      setNextSendAt: true,
    });
  }

  /** Every gate of the message's own, by fresh facts. What blocks it is dealt with here. */
  #mayGo(desk: Desk, pick: QueueHead, facts: DeliveryFacts, touched: ReadonlySet<string>): boolean {
    const { message } = facts;
    const now = this.#now;
    const gates = messageGateFacts({ ...facts, busy: facts.busy || touched.has(pick.leadId) });
    const blocked = messageGates(gates, now).find((gate) => gate.state === 'blocked');
    if (blocked === undefined) {
      const firstTouch = isFirstTouch(facts);
      if (firstTouch === pick.firstTouch) return true;
      // Queued under the wrong kind of touch: put it right and let its own class decide.
      this.#marks.push({ lineId: desk.line.id, leadId: pick.leadId, firstTouch });
      return false;
    }
    switch (blocked.gate) {
      case 'opt_out':
        this.#end(message.id, message.attempt, 'dnc', 'The contact opted out: do not contact');
        break;
      case 'expiry':
        this.#end(message.id, message.attempt, 'expired', 'It expired before it could go');
        break;
      case 'conversation':
        // It keeps its place, and is looked at again when the message before it is settled.
        break;
      default: {
        const opening =
          message.settings === null ? null : nextOpening(message.settings, Math.max(now, message.dueAt));
        if (message.settings !== null && opening === null) {
          this.#end(message.id, message.attempt, 'expired', 'Its send window never opens again');
        } else {
          this.#hold(facts, Math.max(opening ?? blocked.until ?? now, now + 1), blocked.reason, blocked.gate);
        }
      }
    }
    return false;
  }

  #end(messageId: string, attempt: number, reason: 'dnc' | 'expired', errorMessage: string): void {
    this.rulings.push({ messageId, attempt, event: 'fail', reason, errorMessage });
  }

  #hold({ message }: DeliveryFacts, dueAt: number, because: string, gate: string): void {
    this.#holds.push({ id: message.id, dueAt });
    this.#tell(EVENT_OF.hold, message, {
      from: message.status,
      status: 'queued',
      gate,
      because,
      until: toIso(dueAt),
    });
  }

  #lease(line: LineRow, facts: DeliveryFacts, lease: NewLease): void {
    const { message } = facts;
    const attempt = message.attempt + 1;
    this.#leases.push(lease);
    this.leased.push({ facts, line, attempt, leaseUntil: lease.leaseUntil });
    const touch = { leadId: message.leadId, lineId: line.id };
    this.#touches.push({ ...touch, messageId: message.id });
    // The next message to this lead is a follow-up.
    if (lease.firstTouch) this.#marks.push({ ...touch, firstTouch: false });
    this.#tell(EVENT_OF.lease, message, {
      from: message.status,
      status: 'sending',
      attempt,
      firstTouch: lease.firstTouch,
    });
  }

  #tell(type: string, message: DeliveryFacts['message'], data: Record<string, unknown>): void {
    this.#events.push({
      id: this.#deps.ids(),
      type,
      messageId: message.id,
      leadId: message.leadId,
      lineId: message.lineId,
      at: this.#now,
      data,
    });
  }

  #leaseUntil(line: LineRow): number {
    const channel = this.#deps.channels.get(line.transport);
    return this.#now + (channel?.sendTimeoutMs ?? 0) + this.#deps.config.leaseMarginMs;
  }

  #nextLook(desk: Desk, pace: LinePace, lookAgain: boolean): number | null {
    if (!desk.canSend) return desk.recheckAt;
    if (lookAgain) return this.#now;
    const picked = new Set(desk.picks.map((pick) => pick.id));
    const waiting = desk.heads.filter((head) => !picked.has(head.id));
    const next = pickNext(waiting, pace, this.#now);
    if (next.pick !== null) return this.#now;
    // When all that was read has gone, what was not read may be ready.
    if (desk.more && desk.picks.length > 0) return opensAt(pace, this.#now, false);
    return next.waitUntil;
  }

  async store(tx: Sql, workspaceId: string): Promise<void> {
    await leaseMessages(tx, workspaceId, this.#leases, this.#now);
    await holdMessages(tx, workspaceId, this.#holds, this.#now);
    await markFirstTouch(tx, workspaceId, this.#marks);
    await upsertTouches(tx, workspaceId, this.#touches, this.#now);
    await insertEvents(tx, workspaceId, this.#events);
    await storeLinePaces(tx, workspaceId, this.#updates);
  }
}
