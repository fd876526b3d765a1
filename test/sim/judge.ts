/** Looks at the app after every step that changed something, and asks every invariant about what is new. */
import { type Miscount, miscountedLeads } from '../miscounted-leads.ts';
import { recordEvents } from './chronicle.ts';
import { Eyes, type LineFacts, type MessageFacts } from './eyes.ts';
import type { HandOver, History, SeenEvent } from './history.ts';
import { INVARIANTS } from './invariants/index.ts';
import type { World } from './world.ts';

/** What an invariant is asked about. */
export interface Look {
  history: History;
  now: number;
  /** By the clock that never steps: for how long something lasts. */
  monotonic: number;
  /** New since the last look, in order. */
  events: readonly SeenEvent[];
  /** Sends that began, and copies that landed, since the last look. */
  handOvers: readonly HandOver[];
  landings: readonly HandOver[];
  /** Rows of the messages that something new concerns; of all when `whole`. */
  messages: readonly MessageFacts[];
  /** Empty when no event was written. */
  lines: readonly LineFacts[];
  whole: boolean;
  /** At the end: who is still on the way through a campaign, in words. */
  onTheWay: readonly string[];
  /** Looked for when `whole`. */
  miscounted: readonly Miscount[];
  /** Nothing more will happen. */
  end: boolean;
}

export interface Finding {
  text: string;
  messageId?: string;
  lineId?: string;
}

/** Cap and gap may have been taken anew since the lease, and no event tells of that. */
function noteReservations(history: History, messages: readonly MessageFacts[]): void {
  for (const { id, attempt: number, reserved } of messages) {
    const attempt = history.stories.get(id)?.attempts.find((each) => each.number === number);
    if (attempt !== undefined && reserved !== null) attempt.reservedAt = reserved.at;
  }
}

/** Named by its guarantee; yields each case in which it was broken. */
export type Invariant = (look: Look) => Iterable<Finding>;

const WHOLE_EVERY = 40;

export class Judge {
  readonly #world: World;
  readonly #eyes: Eyes;
  #lookedAtGate = -1;
  #looks = 0;

  constructor(world: World) {
    this.#world = world;
    this.#eyes = new Eyes(world.database);
  }

  /** `end`: the last look of all. */
  async look(end: boolean): Promise<void> {
    const { history, gate, clock } = this.#world;
    if (!end && gate.passed === this.#lookedAtGate && !history.hasNews) return;
    this.#lookedAtGate = gate.passed;
    this.#looks += 1;
    const now = clock.now();
    const workspaceIds = [...history.workspaces.keys()];
    const events = await this.#eyes.newEvents(workspaceIds, now);
    const { handOvers, landings } = history.takeNews();
    const whole = end || this.#looks % WHOLE_EVERY === 0;
    if (events.length === 0 && handOvers.length === 0 && landings.length === 0 && !whole) return;
    const concerned = [...events, ...handOvers, ...landings].flatMap(({ messageId }) => messageId ?? []);
    concerned.push(...history.underWay());
    const messages = await this.#eyes.messages(workspaceIds, whole ? null : [...new Set(concerned)]);
    const lines = events.length > 0 || whole ? await this.#eyes.lines(workspaceIds) : [];
    recordEvents(history, events, messages);
    this.#world.noteEvents(events);
    noteReservations(history, messages);
    for (const { messageId, attempt } of landings) {
      const found = history.stories.get(messageId)?.attempts.find((each) => each.number === attempt);
      if (found !== undefined) found.landed = true;
    }
    const look: Look = {
      history,
      now,
      monotonic: clock.monotonic,
      events,
      handOvers,
      landings,
      messages,
      lines,
      whole,
      onTheWay: end ? await this.#eyes.onTheWay(workspaceIds) : [],
      miscounted: whole ? await miscountedLeads(this.#world.database, null) : [],
      end,
    };
    for (const invariant of INVARIANTS) {
      try {
        for (const { text, ...about } of invariant(look)) this.#world.blame(invariant.name, text, about);
      } catch (error) {
        // What it judges by is gone: that is no reason to let the others off.
        this.#world.blame(invariant.name, `it cannot be judged: ${String(error)}`);
      }
    }
  }
}
