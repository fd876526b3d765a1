/**
 * When the queue of a line drains: its messages go, on paper, in the order and at the pace the dispatcher would send them.
 * Messages that are alike are counted, not listed, so that a hundred thousand are a few groups. Lines that share a device are
 * run together; all others don't know of each other. Instants in ms UTC.
 */
import { type DeviceWalk, PaceWalk } from './pace-walk.ts';
import { type LinePace, NEVER, type PaceGate } from './pacing.ts';
import { compareTurn } from './pick.ts';
import { type OneWindow, type Waiting, WaitingLine } from './waiting-line.ts';
import { nextOpening, type SendWindow } from './window.ts';

/** So many messages that differ in nothing that matters for their turn; `id`: that of the first. */
export interface Group extends Waiting {
  /** Gaps that each takes on its device. */
  gaps: number;
  count: number;
  /** What follows from each, on the same line, once it went. */
  followedBy: Next | null;
}

/** A message that comes into being so long after another one went. */
export interface Next {
  afterMs: number;
  priority: number;
  window: SendWindow | null;
  gaps: number;
  followedBy: Next | null;
}

export interface DrainingLine {
  id: string;
  pace: LinePace;
  lastSendAt: number | null;
  /** False: nothing goes from it, as it is now. */
  canSend: boolean;
  groups: readonly Group[];
}

/** What a line waits for: a gate of its pace, the windows of its messages, or the time they are due. */
export type DrainGate = PaceGate | 'window' | 'schedule' | 'line';

export interface Drained {
  /** When its last message goes; null when none does. */
  lastAt: number | null;
  sent: number;
  /** Messages that never go, as far as is known. */
  left: number;
  /** By the day in the zone of the line's caps. */
  days: Map<string, { messages: number; firstTouches: number }>;
  /** For how long it could have sent something and might not, by what kept it. */
  waitedMs: Map<DrainGate, number>;
}

const HORIZON_MS = 400 * 86_400_000;
const SENDS_PER_SLICE = 2_000;
/** Every class, first touches and follow-ups apart. */
const PRIORITY_COUNT = 4;

/** Lines of one device. Goes slice by slice, so that whoever asks can let others have their turn in between. */
export function* drain(lines: readonly DrainingLine[], now: number): Generator<void, Map<string, Drained>> {
  const device: DeviceWalk = { lastSendAt: lines[0]?.pace.deviceLastSendAt ?? null };
  const walks = lines.map((line) => new LineWalk(line, now, device));
  let steps = 0;
  for (let at = now; at - now < HORIZON_MS; ) {
    const ready = walks
      .filter((walk) => walk.pickAt(at))
      .sort((a, b) => (a.lastSendAt ?? 0) - (b.lastSendAt ?? 0));
    // Whoever goes first may keep the device from the others.
    for (const walk of ready) if (walk.pickAt(at)) walk.send(at);
    steps += 1;
    if (steps % SENDS_PER_SLICE === 0) yield;
    if (ready.length > 0) continue;
    const next = Math.min(...walks.map((walk) => walk.nextAt(at)));
    if (next - now >= HORIZON_MS) break;
    for (const walk of walks) walk.noteWait(at, next);
    at = next;
  }
  return new Map(walks.map((walk) => [walk.id, walk.result()]));
}

class LineWalk {
  readonly id: string;
  lastSendAt: number | null;
  readonly #canSend: boolean;
  readonly #pace: PaceWalk;
  readonly #queues: WaitingLine<Group>[];
  readonly #days: Drained['days'] = new Map();
  readonly #waitedMs: Drained['waitedMs'] = new Map();
  #sent = 0;
  #left = 0;
  #lastAt: number | null = null;
  /** Follow-ups that came into being: those of one instant go in that order. */
  #made = 0;
  /** Nothing more comes up before then unless it is due already. */
  #opensAt: number | null = null;

  constructor({ id, pace, lastSendAt, canSend, groups }: DrainingLine, now: number, device: DeviceWalk) {
    this.id = id;
    this.lastSendAt = lastSendAt;
    this.#canSend = canSend;
    this.#pace = new PaceWalk(pace, now, device);
    this.#queues = Array.from({ length: PRIORITY_COUNT * 2 }, () => new WaitingLine<Group>());
    for (const group of groups) if (group.count > 0) this.#queueOf(group).add({ ...group });
  }

  /** Whether something can go; what is due while its window is shut waits for that first. */
  pickAt(at: number): boolean {
    return this.#pick(at) !== null;
  }

  send(at: number): void {
    const own = this.#pick(at);
    const group = own?.first;
    if (own === null || group === undefined) return;
    this.#pace.take(at, group.firstTouch, group.gaps);
    this.#note(at, group.firstTouch);
    group.count -= 1;
    if (group.count === 0) own.takeFirst();
    if (group.followedBy !== null) this.#follow(at, group.followedBy, group.campaignStartedAt);
  }

  /** When to look again; NEVER when nothing more goes by itself. */
  nextAt(at: number): number {
    if (!this.#canSend) return NEVER;
    let next = NEVER;
    for (const { first } of this.#queues)
      if (first !== undefined)
        next = Math.min(next, Math.max(first.dueAt, this.#pace.opens(at, first.firstTouch).at));
    return next;
  }

  /** What keeps it from `at` until `next`. */
  noteWait(at: number, next: number): void {
    const gate = this.#gateAt(at);
    if (gate !== null) this.#waitedMs.set(gate, (this.#waitedMs.get(gate) ?? 0) + next - at);
  }

  result(): Drained {
    let left = this.#left;
    for (const queue of this.#queues)
      for (const group of queue.takeAll()) left += group.count * (1 + lengthOf(group.followedBy));
    return { lastAt: this.#lastAt, sent: this.#sent, left, days: this.#days, waitedMs: this.#waitedMs };
  }

  /** Whoever goes next; what comes before it and may not go yet, since its window is shut, is put off. */
  #pick(at: number): OneWindow<Group> | null {
    if (!this.#canSend) return null;
    let best: OneWindow<Group> | null = null;
    let turn: Group | null = null;
    const shut: { own: OneWindow<Group>; opening: number | null }[] = [];
    for (const own of this.#dueAt(at)) {
      const { first } = own;
      if (first === undefined) continue;
      const opening = own.opening(at);
      if (opening !== at) shut.push({ own, opening });
      else if (turn === null || compareTurn(first, turn, at) < 0) [best, turn] = [own, first];
    }
    for (const { own, opening } of shut) {
      const { first } = own;
      if (first === undefined || (turn !== null && compareTurn(first, turn, at) >= 0)) continue;
      if (opening === null) this.#drop(own, at, turn);
      else {
        own.putOff(at, opening, turn);
        this.#opensAt = this.#opensAt === null ? opening : Math.max(this.#opensAt, opening);
      }
    }
    return best;
  }

  /** Those whose first is due while the line may take it. */
  *#dueAt(at: number): Generator<OneWindow<Group>> {
    for (const queue of this.#queues)
      for (const own of queue.windows) {
        const { first } = own;
        if (first !== undefined && first.dueAt <= at && this.#pace.opens(at, first.firstTouch).at <= at)
          yield own;
      }
  }

  /** Their window never opens. */
  #drop(own: OneWindow<Group>, at: number, before: Group | null): void {
    for (let { first } = own; first !== undefined && first.dueAt <= at; first = own.first) {
      if (before !== null && compareTurn(first, before, at) >= 0) return;
      own.takeFirst();
      this.#left += first.count * (1 + lengthOf(first.followedBy));
    }
  }

  #gateAt(at: number): DrainGate | null {
    const firsts = this.#queues.flatMap(({ first }) => first ?? []);
    if (firsts.length === 0) return null;
    if (!this.#canSend) return 'line';
    const due = firsts.filter(({ dueAt }) => dueAt <= at);
    if (due.length === 0) return this.#opensAt !== null && this.#opensAt > at ? 'window' : 'schedule';
    // The one that opens first decides.
    const opens = due.map(({ firstTouch }) => this.#pace.opens(at, firstTouch)).sort((a, b) => a.at - b.at);
    return opens[0]?.gate ?? null;
  }

  #follow(at: number, next: Next, campaignStartedAt: number | null): void {
    const wanted = at + next.afterMs;
    const dueAt = next.window === null ? wanted : nextOpening(next.window, wanted);
    if (dueAt === null) this.#left += 1 + lengthOf(next.followedBy);
    else {
      this.#made += 1;
      this.#queueOf({ ...next, firstTouch: false }).add({
        ...next,
        id: `${idOfOneMadeAt(wanted)} ${String(this.#made).padStart(9, '0')}`,
        dueAt,
        campaignStartedAt,
        firstTouch: false,
        count: 1,
      });
    }
  }

  #note(at: number, firstTouch: boolean): void {
    const { today } = this.#pace;
    const counted = this.#days.get(today) ?? { messages: 0, firstTouches: 0 };
    counted.messages += 1;
    if (firstTouch) counted.firstTouches += 1;
    this.#days.set(today, counted);
    this.#sent += 1;
    this.#lastAt = at;
    this.lastSendAt = at;
  }

  #queueOf({ priority, firstTouch }: Pick<Group, 'priority' | 'firstTouch'>): WaitingLine<Group> {
    return this.#queues[priority * 2 + (firstTouch ? 0 : 1)] as WaitingLine<Group>;
  }
}

/** Ids sort by when messages are made, and those that are there come first. */
export function idOfOneMadeAt(instant: number): string {
  return `g${String(instant).padStart(16, '0')}`;
}

function lengthOf(next: Next | null): number {
  return next === null ? 0 : 1 + lengthOf(next.followedBy);
}

/** First touches dealt out over a line and `more` like it, in turns; what belongs to its conversations stays. */
export function dealOut(groups: readonly Group[], more: number): Group[][] {
  const hands: Group[][] = Array.from({ length: more + 1 }, () => []);
  let turn = 0;
  const inOrder = groups.toSorted((a, b) => a.priority - b.priority || a.dueAt - b.dueAt);
  for (const group of inOrder) {
    if (!group.firstTouch) {
      hands[0]?.push(group);
      continue;
    }
    hands.forEach((hand, place) => {
      const later = (place - turn + hands.length) % hands.length;
      const count = Math.floor((group.count - later - 1) / hands.length) + 1;
      if (count > 0) hand.push({ ...group, count });
    });
    turn = (turn + group.count) % hands.length;
  }
  return hands;
}
