/**
 * What a dispatcher does beside sending. A chore takes no place of a send: it runs beside the pass that found it, and so
 * may wait for rows that somebody holds, or for a carrier that is dead.
 */
import { createLimiter } from '../lib/limiter.ts';

/** `send`: a message on its way, which is waited for at the end. `chore`: everything else. */
export type Launch = (task: () => Promise<void>, kind: 'send' | 'chore') => void;

/** Something to ask a carrier; or a campaign, which may turn to servers of its own. */
export interface Question {
  /** Of whom or what: nobody is asked twice at once. */
  name: string;
  ask(): Promise<void>;
}

/** Of each kind. Dead servers keep a place for as long as an answer may take. */
const QUESTIONS_AT_ONCE = 20;
/** They ask nobody but the database, and keep a connection of it. */
const CAMPAIGNS_AT_ONCE = 3;

/** A workspace has a third of these places: a server of its own that hangs keeps nobody else waiting. */
const CONDITIONS_AT_ONCE = 60;

export class Chores {
  readonly #underWay = new Set<string>();
  readonly #stopping: AbortSignal;
  readonly #limits = {
    outcome: createLimiter(QUESTIONS_AT_ONCE),
    health: createLimiter(QUESTIONS_AT_ONCE),
    news: createLimiter(QUESTIONS_AT_ONCE),
    availability: createLimiter(QUESTIONS_AT_ONCE),
    attachment: createLimiter(QUESTIONS_AT_ONCE),
    campaign: createLimiter(CAMPAIGNS_AT_ONCE),
    condition: createLimiter(CONDITIONS_AT_ONCE),
  };

  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
  }

  /** Unless one of this name is under way: a second look at the same rows would only wait for the first. */
  start(launch: Launch, name: string, work: () => Promise<void>): void {
    if (this.#underWay.has(name)) return;
    this.#underWay.add(name);
    launch(() => work().finally(() => void this.#underWay.delete(name)), 'chore');
  }

  /** Those that find no place wait for one; by then they may no longer be due, which whoever asks checks first. */
  ask(
    launch: Launch,
    kind: 'outcome' | 'health' | 'news' | 'availability' | 'attachment' | 'campaign' | 'condition',
    questions: readonly Question[],
  ): void {
    for (const { name, ask } of questions) {
      const inTurn = () => this.#limits[kind](async () => (this.#stopping.aborted ? undefined : ask()));
      this.start(launch, `${kind} of ${name}`, inTurn);
    }
  }
}
