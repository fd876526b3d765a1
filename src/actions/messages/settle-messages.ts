/**
 * The second commit of a delivery, and every other change that something outside brings: what the carrier said, what
 * reconciliation found, what a receipt tells. One road for all, so that each transition obeys the lifecycle, leaves one
 * event, gives back what was reserved in vain and starts the fallback SMS exactly once.
 */

import type { Deps } from '../../deps.ts';
import { sendsFallbackSms } from '../../domain/fallback.ts';
import { EVENT_OF, figureOf, type LifecycleEvent, transition } from '../../domain/lifecycle.ts';
import type { LineDecision } from '../../domain/line-choice.ts';
import type { AvailabilityStatus, MessageStatus, Reason } from '../../domain/words.ts';
import { Batcher } from '../../lib/batcher.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents, type NewEvent } from '../../store/events/events.ts';
import { wakeLines } from '../../store/lines/line-queue.ts';
import { addTallies, NOTHING_COUNTED, type TallyChange } from '../../store/lines/line-tallies.ts';
import { type NewMessage, writeIntake } from '../../store/messages/intake.ts';
import { lockMessages, type MessageRow } from '../../store/messages/messages.ts';
import {
  type AvailabilityNote,
  noteAvailability,
  noteLeadAvailability,
  type Settlement,
  settlementOf,
  storeSettlements,
} from '../../store/messages/settlements.ts';
import { moveSteps, type StepMove } from '../campaigns/move-steps.ts';
import { type StepRuling, StepsOfCampaigns } from '../campaigns/settle-steps.ts';
import { tryOtherLines } from '../campaigns/try-other-lines.ts';
import { type Suppression, suppress } from '../opt-outs/suppress-address.ts';
import { fallbackMessage } from './fallback-message.ts';
import { giveBack } from './give-back.ts';
import { movedEvent } from './move-message.ts';
import type { WorkspaceSnapshot } from './workspace-snapshot.ts';

/** One thing that happened to one message. Instants in epoch ms. */
export interface Ruling {
  messageId: string;
  event: LifecycleEvent;
  /** Only if the message is still at this attempt; null for what holds whatever the attempt, as receipts do. */
  attempt: number | null;
  /** Only if it is still leased for getting its attachments: whoever got them meanwhile goes on. */
  onlyIfFetching?: true;
  /** With `fail`: the fault is the message's own and says nothing of its line. */
  isLineBlameless?: boolean;
  reason?: Reason;
  errorMessage?: string;
  errorCode?: string;
  /** When it happened, where that was earlier than now. */
  at?: number;
  /** With `retry`: not before this. */
  retryAt?: number;
  /** With `retry` or `lose`: this one does not count against the attempts it has. */
  isFree?: boolean;
  /** With `retry`: the line it goes on from, where that is another one. */
  moveTo?: LineDecision;
  /** With `lose`: when to ask the carrier first. */
  reconcileAt?: number;
  /** With `lose`: when the attempt is over at the latest, if it may not be yet; what is absent before then may still leave. */
  overAt?: number;
  address?: string | null;
  externalMessageId?: string | null;
  checkedAddresses?: string[];
  /** Text as it was or would have been sent; a fallback SMS carries it. */
  renderedText?: string;
  availability?: AvailabilityNote[];
  leadAvailability?: AvailabilityStatus;
  suppressions?: readonly Suppression[];
  /** Of a step: what it means for its contact's way through the campaign. */
  step?: StepRuling;
  /** Goes into the event. */
  data?: Readonly<Record<string, unknown>>;
}

export interface Settled {
  messageId: string;
  /** false: the lifecycle or a newer attempt made it too late; nothing was written. */
  applied: boolean;
  status: MessageStatus | null;
}

export type Settlements = Batcher<Ruling, Settled>;
type SettleDeps = Omit<Deps, 'intake' | 'outcomes' | 'authenticate' | 'settlements'>;

const MAX_BATCH = 100;
/** Most receipts have come by then, by themselves. */
const FIRST_RECEIPT_MS = 10_000;
const MAX_BATCHES_IN_FLIGHT = 4;

export function createSettlements(deps: SettleDeps): Settlements {
  return new Batcher({
    maxItems: MAX_BATCH,
    maxInFlight: MAX_BATCHES_IN_FLIGHT,
    // Settlements of one workspace meet on its lines' tallies: one after another, they share the waiting.
    maxInFlightPerKey: 1,
    run: (workspaceId, rulings) => settleMessages(deps, workspaceId, rulings),
    // Safe even if the first try was stored and its answer lost: what has happened is ignored the second time.
    async retryAlone(workspaceId, ruling) {
      const [settled] = await settleMessages(deps, workspaceId, [ruling]);
      invariant(settled !== undefined, 'every ruling is answered');
      return settled;
    },
  });
}

export async function settleMessages(
  deps: SettleDeps,
  workspaceId: string,
  rulings: readonly Ruling[],
): Promise<Settled[]> {
  const snapshot = await deps.snapshots.read(workspaceId);
  invariant(snapshot !== null, `workspace ${workspaceId} exists`);
  const settled = await deps.database.transaction((tx) => applyRulings(deps, tx, snapshot, rulings));
  deps.announceSettled();
  deps.wakeDispatchers();
  return settled;
}

/** For callers that have more to write in the same commit. They announce and wake when it is done. */
export async function applyRulings(
  deps: SettleDeps,
  tx: Sql,
  snapshot: WorkspaceSnapshot,
  rulings: readonly Ruling[],
): Promise<Settled[]> {
  const { workspaceId } = snapshot.workspace;
  const ids = [...new Set(rulings.map((ruling) => ruling.messageId))].sort();
  const rows = new Map((await lockMessages(tx, workspaceId, ids)).map((row) => [row.id, row]));
  // Only now: what happened to these messages while we waited for them came before.
  const now = deps.clock.now();
  const changes = new Changes(deps, snapshot, now);
  const heard = await tryOtherLines(tx, snapshot, rows, rulings);
  const settled = heard.map((ruling): Settled => {
    const row = rows.get(ruling.messageId);
    if (row === undefined) return { messageId: ruling.messageId, applied: false, status: null };
    const applied = changes.apply(row, ruling);
    return { messageId: row.id, applied, status: row.status };
  });
  await changes.store(tx);
  return settled;
}

/** What a list of rulings changes, gathered first and written at once. Rows are changed in place as rulings apply. */
class Changes {
  readonly #deps: SettleDeps;
  readonly #snapshot: WorkspaceSnapshot;
  readonly #now: number;
  readonly #settlements = new Map<string, Settlement>();
  /** When those were created that count as something else now. */
  readonly #counted: number[] = [];
  readonly #events: NewEvent[] = [];
  readonly #released: MessageRow[] = [];
  readonly #fallbacks: NewMessage[] = [];
  readonly #wakes = new Set<string>();
  readonly #availability: AvailabilityNote[] = [];
  readonly #suppressions: (Suppression & { line: { id: string; messageType: string } })[] = [];
  readonly #tallies = new Map<string, TallyChange>();
  readonly #leadAvailability = new Map<string, AvailabilityStatus>();
  readonly #steps: StepsOfCampaigns;
  readonly #moves: StepMove[] = [];

  constructor(deps: SettleDeps, snapshot: WorkspaceSnapshot, now: number) {
    this.#deps = deps;
    this.#steps = new StepsOfCampaigns(deps);
    this.#snapshot = snapshot;
    this.#now = now;
  }

  apply(row: MessageRow, ruling: Ruling): boolean {
    if (ruling.attempt !== null && ruling.attempt !== row.attempt) return false;
    if (ruling.onlyIfFetching === true && !row.isFetching) return false;
    const next = transition(row.status, ruling.event, row.attempt);
    if (next === 'ignored') return false;
    const from = row.status;
    const to = next === 'same' ? from : next;
    if (next === 'same' && addsNothing(row, ruling)) return false;
    this.#availability.push(...(ruling.availability ?? []));
    for (const suppression of ruling.suppressions ?? [])
      this.#suppressions.push({ ...suppression, line: { id: row.lineId, messageType: row.messageType } });
    if (ruling.leadAvailability !== undefined)
      this.#leadAvailability.set(row.leadId, ruling.leadAvailability);
    // What a device took and could not deliver was seen by its carrier: it counts.
    if (from !== 'sent' && leftNothing(ruling) && row.reserved !== null) {
      this.#released.push({ ...row });
      row.reserved = null;
    }
    const { lineId } = row;
    this.#mark(row, ruling, to);
    if (to === 'delivered' && from !== 'delivered') this.#noteReached(row);
    if (to !== from) row.receiptAt = this.#firstReceiptAt(row);
    if (ruling.event === 'read') row.receiptAt = null;
    // The next message to this contact waited for this one.
    if (from === 'sending' || from === 'unknown') this.#wakes.add(lineId);
    this.#steps.note(row, from, ruling.step);
    this.#count(row, lineId, from, ruling);
    const dispatched = this.#startFallback(row, ruling);
    if (figureOf(from) !== figureOf(to) || dispatched !== null) this.#counted.push(row.createdAt);
    this.#settlements.set(row.id, settlementOf(row));
    this.#events.push({
      id: this.#deps.ids(),
      type: EVENT_OF[ruling.event],
      messageId: row.id,
      leadId: row.leadId,
      lineId,
      at: this.#now,
      data: {
        from,
        status: to,
        attempt: row.attempt,
        reason: ruling.reason,
        error: ruling.errorMessage,
        code: ruling.errorCode,
        fallbackSmsId: dispatched?.id,
        ...ruling.data,
      },
    });
    return true;
  }

  #mark(row: MessageRow, ruling: Ruling, to: MessageStatus): void {
    row.status = to;
    row.leaseUntil = null;
    // The attempt number is the fence and never goes back: what was free is added to what it has.
    if (ruling.isFree === true) row.attempts += 1;
    if (ruling.address !== undefined) row.address = ruling.address ?? row.address;
    if (ruling.externalMessageId !== undefined)
      row.externalMessageId = ruling.externalMessageId ?? row.externalMessageId;
    if (ruling.checkedAddresses !== undefined) row.checkedAddresses = ruling.checkedAddresses;
    if (to === 'failed' || to === 'fallback' || ruling.event === 'stop') {
      row.reason = ruling.reason ?? null;
      row.errorMessage = ruling.errorMessage ?? null;
      row.errorCode = ruling.errorCode ?? null;
    }
    if (to === 'unknown') {
      row.unknownSince = row.unknownSince ?? ruling.overAt ?? this.#now;
      row.reconcileAt = ruling.reconcileAt ?? this.#now;
    } else {
      row.unknownSince = null;
      row.reconcileAt = null;
    }
    if (to === 'queued' && ruling.moveTo !== undefined) {
      this.#moves.push({ message: { ...row }, decision: ruling.moveTo });
      this.#events.push(movedEvent(this.#deps.ids(), row, ruling.moveTo, this.#now));
      row.lineId = ruling.moveTo.lineId;
      row.lineDecision = ruling.moveTo;
    }
    if (to === 'queued') {
      row.dueAt = ruling.retryAt ?? this.#now;
      this.#wakes.add(row.lineId);
    }
    if (to === 'sent' || to === 'delivered') {
      row.errorMessage = null;
      row.errorCode = null;
      row.reason = null;
      row.sentAt = row.sentAt ?? this.#now;
    }
    const at = Math.min(ruling.at ?? this.#now, this.#now);
    if (to === 'delivered') row.deliveredAt = row.deliveredAt ?? at;
    if (ruling.event === 'read') row.readAt = row.readAt ?? at;
  }

  /** A receipt proves what a line that can't check never told: the address is on iMessage (D22). */
  #noteReached({ messageType, address, lineId, leadId, deliveredAt }: MessageRow): void {
    if (messageType !== 'imessage' || address === null) return;
    this.#availability.push({ address, availability: 'available', lineId, at: deliveredAt ?? this.#now });
    this.#leadAvailability.set(leadId, 'available');
  }

  /** When to ask what became of it; null where nothing is awaited, or the carrier tells by itself alone. */
  #firstReceiptAt({ lineId, status, messageType, readAt }: MessageRow): number | null {
    const isAwaited =
      status === 'sent' || (status === 'delivered' && messageType === 'imessage' && readAt === null);
    const line = this.#snapshot.lines.find(({ id }) => id === lineId);
    const channel = line === undefined ? undefined : this.#deps.channels.get(line.transport);
    return isAwaited && channel?.knowsReceipts === true ? this.#now + FIRST_RECEIPT_MS : null;
  }

  /** For the score of the line (D19): what its carrier took, and what it refused. */
  #count(row: MessageRow, lineId: string, from: MessageStatus, ruling: Ruling): void {
    const took =
      row.status !== from && (row.status === 'sent' || (row.status === 'delivered' && from !== 'sent'));
    const refused =
      (row.status === 'failed' || ruling.moveTo !== undefined) &&
      ruling.isLineBlameless !== true &&
      ruling.reason !== undefined &&
      COUNTS_AS_FAILURE.includes(ruling.reason);
    const delivered = row.status === 'delivered' && from !== 'delivered' ? 1 : 0;
    if (!took && !refused && delivered === 0) return;
    const tally = this.#tallies.get(lineId) ?? { ...NOTHING_COUNTED, lineId };
    const counted = { ...tally, delivered: tally.delivered + delivered };
    if (took) this.#tallies.set(lineId, { ...counted, sent: tally.sent + 1, streak: 0 });
    else if (refused)
      this.#tallies.set(lineId, { ...counted, failed: tally.failed + 1, streak: tally.streak + 1 });
    else this.#tallies.set(lineId, counted);
  }

  #startFallback(row: MessageRow, ruling: Ruling): NewMessage | null {
    const { workspace, fallbackLine: line } = this.#snapshot;
    const phone = row.recipientPhone;
    if (row.status !== 'fallback' && row.status !== 'failed') return null;
    if (row.reason === null || row.fallbackSmsDispatched || line === null || phone === null) return null;
    const due = sendsFallbackSms(row.status, row.reason, {
      messageType: row.messageType,
      isFallback: row.fallbackOf !== null,
      flag: row.sendFallbackSmsOnFailed || workspace.sendFallbackSmsOnFailed,
      configured: true,
      hasPhone: true,
    });
    if (!due) return null;
    const sms = fallbackMessage(row, {
      id: this.#deps.ids(),
      eventId: this.#deps.ids(),
      line,
      text: row.fallbackMessage ?? ruling.renderedText ?? row.message,
      rendered: row.fallbackMessage === null && ruling.renderedText !== undefined,
      phone,
      attachmentLinks: workspace.fallbackAttachmentLinks,
      now: this.#now,
    });
    // Attachments alone, and no links allowed: there is nothing to say.
    if (sms.message.trim() === '') return null;
    row.fallbackSmsDispatched = true;
    this.#fallbacks.push(sms);
    this.#wakes.add(line.id);
    return sms;
  }

  async store(tx: Sql): Promise<void> {
    const { workspaceId } = this.#snapshot.workspace;
    for (const lineId of await giveBack(tx, workspaceId, this.#released)) this.#wakes.add(lineId);
    const counted = { instants: this.#counted, id: this.#deps.ids() };
    await storeSettlements(tx, workspaceId, [...this.#settlements.values()], counted, this.#now);
    await moveSteps(tx, workspaceId, this.#moves, this.#now);
    for (const each of this.#suppressions)
      this.#events.push(...(await suppress(this.#deps, tx, workspaceId, each.line, each, this.#now)));
    await insertEvents(tx, workspaceId, this.#events);
    await this.#steps.store(tx, workspaceId, this.#now);
    await addTallies(tx, workspaceId, [...this.#tallies.values()], this.#now);
    await noteAvailability(tx, workspaceId, this.#availability, this.#now);
    await noteLeadAvailability(tx, workspaceId, this.#leadAvailability, this.#now);
    if (this.#fallbacks.length > 0) {
      const write = { leads: [], messages: this.#fallbacks, idempotencyKeys: [], wakes: [] };
      await writeIntake(tx, workspaceId, write, this.#deps.ids, this.#now);
    }
    const wakes = [...this.#wakes];
    await wakeLines(tx, workspaceId, wakes, wakes.map(this.#deps.ids));
  }
}

/** Failures that speak of the line; opt-outs, expiries and the like do not. */
const COUNTS_AS_FAILURE: readonly Reason[] = ['refused', 'retries_exhausted', 'bounced'];

/** A receipt that was seen already, or an answer that was heard already, is no transition. */
function addsNothing(row: MessageRow, { event }: Ruling): boolean {
  return event === 'read' ? row.readAt !== null : event === 'accept' && row.externalMessageId !== null;
}

/** True when the attempt certainly did not leave. An outcome that stayed unknown keeps its reservation. */
function leftNothing({ event, reason }: Ruling): boolean {
  const ended = event === 'retry' || event === 'miss' || event === 'stop';
  return ended || (event === 'fail' && reason !== 'outcome_unknown');
}
