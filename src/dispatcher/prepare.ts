/**
 * First beat: commit 1. Under the locks of some lines of one workspace: who goes next, is every gate still open by fresh
 * facts, then lease it and take its cap and gap. What may not go is held, or ruled on after the commit.
 */

import { stopRuling } from '../actions/campaigns/settle-steps.ts';
import { addStops } from '../actions/campaigns/stop-gate.ts';
import { isFirstTouch, messageGateFacts } from '../actions/messages/delivery-facts.ts';
import type { Ruling } from '../actions/messages/settle-messages.ts';
import type { WorkspaceSnapshot } from '../actions/messages/workspace-snapshot.ts';
import type { Deps } from '../deps.ts';
import { type Gate, messageGates } from '../domain/gates.ts';
import { EVENT_OF } from '../domain/lifecycle.ts';
import { afterClockStep, type LinePace, opensAt, reserve } from '../domain/pacing.ts';
import { smsSegments } from '../domain/segments.ts';
import { nextOpening } from '../domain/window.ts';
import { toIso } from '../lib/clock.ts';
import type { Sql } from '../store/database.ts';
import { insertEvents, type NewEvent } from '../store/events/events.ts';
import { type LinePaceUpdate, lockLines, storeLinePaces, takeWakes } from '../store/lines/line-queue.ts';
import { type LineRow, paceOf } from '../store/lines/lines.ts';
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
  type Waiting,
} from '../store/messages/deliveries.ts';
import { HELD_UNTIL } from '../store/messages/held-messages.ts';
import type { MessageRow } from '../store/messages/messages.ts';
import { type Closed, closedFor, lockBehind } from './hold-behind.ts';
import { fetchUntil, handOverUntil } from './lease-times.ts';
import { nextLook } from './next-look.ts';
import { depthOf, type LineTurn, pickUpTo, startTurns } from './queue-turns.ts';

/** A message that this process, and nobody else, now sends. */
export interface Leased {
  facts: DeliveryFacts;
  line: LineRow;
  attempt: number;
  leaseUntil: number;
  /** When the facts were read and cap and gap taken. */
  readAt: number;
}

export interface Prepared {
  leased: Leased[];
  /** Messages that end without being sent. */
  rulings: Ruling[];
  /** Some line was held by another process: look again soon. */
  skipped: boolean;
}

/** Whoever holds a message's lock lets go of it soon, or stands still. */
const LOCKED_RECHECK_MS = 50;

export function prepare(
  deps: Deps,
  snapshot: WorkspaceSnapshot,
  lineIds: readonly string[],
  capacity: number,
  stopping?: AbortSignal,
): Promise<Prepared> {
  const { workspaceId } = snapshot.workspace;
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
    const turns = startTurns(lines, heads, snapshot, now);
    // Only now: what is put back because of a stop may be among the heads, and would be taken up again.
    const picks = pickUpTo(turns, stopping?.aborted === true ? 0 : capacity, now);
    const facts = picks.length === 0 ? [] : await lockDeliveryFacts(tx, workspaceId, picks);
    await addStops(tx, workspaceId, facts, now);
    const pass = new Pass(deps, now, new Map(facts.map((each) => [each.message.id, each])));
    for (const turn of turns) pass.serve(turn);
    for (const closed of pass.closed.values())
      pass.holdAlike(closed, await lockBehind(tx, workspaceId, closed, pass.closed.size, now));
    await pass.store(tx, workspaceId);
    return { leased: pass.leased, rulings: pass.rulings, skipped: lines.length < lineIds.length };
  });
}

/** Attachments and answers of HTTP conditions are got under a lease of their own. */
function asksFirst({ message, stop }: DeliveryFacts): boolean {
  return message.attachments !== null || stop?.do === 'ask';
}

/** Carriers of SMS pace segments, everybody else messages. */
function gapsOf({ messageType, message }: MessageRow): number {
  return messageType === 'sms' ? smsSegments(message) : 1;
}

/** What a pass does to lines and messages, decided line by line and written at once. */
class Pass {
  readonly leased: Leased[] = [];
  readonly rulings: Ruling[] = [];
  /** What was found closed: whatever else waits behind it on the line is held as well. */
  readonly closed = new Map<string, Closed>();
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

  serve(turn: LineTurn): void {
    const { line } = turn;
    const now = this.#now;
    const deviceLastSendAt = this.#deviceSends.get(line.deviceId) ?? line.deviceLastSendAt;
    let pace: LinePace = afterClockStep({ ...paceOf(line), deviceLastSendAt }, now);
    const touched = new Set<string>();
    let lookAgainAt: number | null = null;
    const lookAgain = (at = now) => {
      lookAgainAt = Math.min(lookAgainAt ?? at, at);
    };
    for (const { leadId, firstTouch, queuedAsFirstTouch } of turn.heads) {
      if (firstTouch === queuedAsFirstTouch) continue;
      // It was queued before somebody else's touch was known, or after one was forgotten. Once it stands in its own queue,
      // others may be the first in this one.
      this.#marks.push({ lineId: line.id, leadId, firstTouch });
      lookAgain();
    }
    for (const pick of turn.picks) {
      const facts = this.#facts.get(pick.id);
      if (facts === undefined) {
        // Somebody is changing it, or it no longer waits.
        lookAgain(now + LOCKED_RECHECK_MS);
        continue;
      }
      if (!this.#mayGo(turn, pick, facts, touched)) {
        lookAgain();
        continue;
      }
      const firstTouch = isFirstTouch(facts);
      if (opensAt(pace, now, firstTouch) > now) {
        lookAgain();
        continue;
      }
      const taken = reserve(pace, now, firstTouch, gapsOf(facts.message));
      pace = taken.pace;
      touched.add(pick.leadId);
      this.#lease(line, facts, {
        id: pick.id,
        leaseUntil: this.#leaseUntil(line, facts),
        isFetching: asksFirst(facts),
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
      nextSendAt: turn.canSend ? nextLook(turn, pace, lookAgainAt, now) : turn.recheckAt,
      setNextSendAt: true,
    });
  }

  /** Every gate of the message's own, by fresh facts. What blocks it is dealt with here. */
  #mayGo(turn: LineTurn, pick: QueueHead, facts: DeliveryFacts, touched: ReadonlySet<string>): boolean {
    const { message } = facts;
    const now = this.#now;
    const gates = messageGateFacts({ ...facts, busy: facts.busy || touched.has(pick.leadId) });
    const blocked = messageGates(gates, now).find((gate) => gate.state === 'blocked');
    if (blocked === undefined) {
      const firstTouch = isFirstTouch(facts);
      if (firstTouch === pick.firstTouch) return true;
      // Queued under the wrong kind of touch: put it right and let its own class decide.
      this.#marks.push({ lineId: turn.line.id, leadId: pick.leadId, firstTouch });
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
      case 'campaign':
        this.#shut(message, HELD_UNTIL, blocked);
        break;
      case 'campaign_stop':
        if (facts.stop?.do === 'stop') this.rulings.push(stopRuling(message.id, message.attempt, facts.stop));
        else this.#hold(message, Math.max(blocked.until ?? now, now + 1), blocked);
        break;
      default: {
        const opening =
          message.settings === null ? null : nextOpening(message.settings, Math.max(now, message.dueAt));
        if (message.settings !== null && opening === null) {
          this.#end(message.id, message.attempt, 'expired', 'Its send window never opens again');
        } else {
          this.#shut(message, Math.max(opening ?? blocked.until ?? now, now + 1), blocked);
        }
      }
    }
    return false;
  }

  #end(messageId: string, attempt: number, reason: 'dnc' | 'expired', errorMessage: string): void {
    this.rulings.push({ messageId, attempt, event: 'fail', reason, errorMessage });
  }

  /** With all that waits behind it for the same. */
  #shut(message: MessageRow, dueAt: number, gate: Gate): void {
    this.#hold(message, dueAt, gate);
    const closed = closedFor(message, gate, dueAt);
    if (closed !== null) this.closed.set(`${closed.lineId} ${JSON.stringify(closed.behind)}`, closed);
  }

  #hold(message: Waiting, dueAt: number, { gate, reason: because }: Gate): void {
    this.#holds.push({ id: message.id, dueAt });
    const until = dueAt === HELD_UNTIL ? null : toIso(dueAt);
    this.#tell(EVENT_OF.hold, message, { from: message.status, status: 'queued', gate, because, until });
  }

  holdAlike({ dueAt, gate }: Closed, messages: readonly Waiting[]): void {
    const decided = new Set([...this.#holds, ...this.#leases].map(({ id }) => id));
    for (const { messageId } of this.rulings) decided.add(messageId);
    for (const message of messages) if (!decided.has(message.id)) this.#hold(message, dueAt, gate);
  }

  #lease(line: LineRow, facts: DeliveryFacts, lease: NewLease): void {
    const { message } = facts;
    const attempt = message.attempt + 1;
    this.#leases.push(lease);
    this.leased.push({ facts, line, attempt, leaseUntil: lease.leaseUntil, readAt: this.#now });
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

  #tell(type: string, message: Waiting, data: Record<string, unknown>): void {
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

  #leaseUntil(line: LineRow, facts: DeliveryFacts): number {
    return asksFirst(facts) ? fetchUntil(this.#deps, this.#now) : handOverUntil(this.#deps, line, this.#now);
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
