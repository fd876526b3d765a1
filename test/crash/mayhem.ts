/**
 * What happens to the processes while they work: killed at a label, killed at any moment, made to stand still for longer
 * than a lease and then let go, cut off. Which of it comes next is drawn from the seed; what the
 * processes are doing at that moment is not.
 */
import { systemClock } from '../../src/lib/clock.ts';
import type { Random } from '../../src/lib/random.ts';
import type { Fleet } from './fleet.ts';
import { LABELS, type Label, type TestedRole } from './orders.ts';
import type { Subject } from './subject.ts';

export interface MayhemOptions {
  fleet: Fleet;
  /** Made to stand still for so long: longer than any lease, and until its message has gone out from elsewhere. */
  pauseMs: number;
  cut: { name: string; once(): unknown };
  random: Random;
  /** Goes on beyond its time, within reason, until every label has seen this many kills and as many pauses. */
  killsPerLabel: number;
  pausesPerLabel: number;
}

/** What was done, by kind: `kill send.before`, `pause at random (api)`, … */
export type Deeds = ReadonlyMap<string, number>;

/** A label that is not passed within this time is left for later: nobody may be unknown right now. */
const PASSED_WITHIN_MS = 5_000;
const MAX_PASSING = 4;
/** A question is asked every second or two, by one of the dispatchers; a Mac sends one message at a time. */
const RARE: readonly Label[] = ['reconcile.asked', ...LABELS.agent];
/** One deed after the other, over and over; a kill or a pause at a label takes the label that had fewest. */
const ROUND = [
  ...['kill', 'pause', 'kill', 'cut', 'kill', 'kill at random'],
  ...['kill', 'pause', 'kill', 'pause at random', 'kill', 'kill at random'],
] as const;
const MAX_PAUSE_BETWEEN_MS = 400;
const clock = systemClock();

export class Mayhem {
  readonly #options: MayhemOptions;
  readonly #roles: readonly TestedRole[];
  readonly #labels: readonly Label[];
  readonly #deeds: Map<string, number>;
  readonly #paused = new Set<Promise<void>>();
  #turn = 0;

  constructor(options: MayhemOptions) {
    this.#options = options;
    this.#roles = options.fleet.roles;
    this.#labels = this.#roles.flatMap((role): readonly Label[] => LABELS[role]);
    const kinds = ['kill', 'pause'].flatMap((act) => [
      ...this.#labels.map((label) => `${act} ${label}`),
      ...this.#roles.map((role) => `${act} at random (${role})`),
    ]);
    this.#deeds = new Map([...kinds, options.cut.name].map((kind) => [kind, 0]));
  }

  get deeds(): Deeds {
    return this.#deeds;
  }

  /** A whole round at least. Every process is let go again when this resolves; some may still be starting. */
  async run(untilMs: number, atLatestMs: number): Promise<void> {
    const isOver = () => clock.now() >= untilMs && (this.#turn >= ROUND.length || clock.now() >= atLatestMs);
    while (!isOver()) {
      await this.#deed(ROUND[this.#turn++ % ROUND.length]);
      await clock.sleep(this.#options.random.next() * MAX_PAUSE_BETWEEN_MS);
    }
    for (let act = this.#missing(); act !== null && clock.now() < atLatestMs; act = this.#missing()) {
      await this.#deed(act);
    }
    await Promise.all(this.#paused);
  }

  /** What some label has not seen often enough. */
  #missing(): 'kill' | 'pause' | null {
    const { killsPerLabel, pausesPerLabel } = this.#options;
    const isRare = (act: 'kill' | 'pause', times: number) =>
      this.#labels.some((label) => this.#count(`${act} ${label}`) < times);
    if (isRare('kill', killsPerLabel)) return 'kill';
    return isRare('pause', pausesPerLabel) ? 'pause' : null;
  }

  async #deed(deed: (typeof ROUND)[number] | undefined): Promise<void> {
    switch (deed) {
      case 'kill':
      case 'pause':
        return this.#atLabel(deed);
      case 'kill at random':
        return this.#kill(this.#pick(this.#roles));
      case 'pause at random':
        return this.#pause(this.#pick(this.#roles));
      default:
        return this.#cut();
    }
  }

  async #atLabel(act: 'kill' | 'pause'): Promise<void> {
    const label = this.#rarest(act);
    const subject = await this.#victim(roleOf(label), act === 'kill');
    if (subject === null) return;
    const passing = RARE.includes(label) ? 1 : 1 + Math.floor(this.#options.random.next() * MAX_PASSING);
    const waiting = new AbortController();
    const timeUp = clock.sleep(PASSED_WITHIN_MS, waiting.signal).then(() => null);
    const happened = act === 'kill' ? subject.ended : subject.stopsAt();
    if (act === 'kill') subject.condemned = true;
    subject.order({ label, passing, act: act === 'kill' ? 'kill' : 'stop' });
    const reached = await Promise.race([happened, timeUp]);
    waiting.abort();
    if (reached !== null) {
      this.#note(`${act} ${label}`);
      if (act === 'pause') this.#letGoLater(subject);
    } else if (act === 'kill') {
      // The order may be carried out while we withdraw it: only the process's own end is certain.
      subject.kill();
      this.#note(`kill at random (${subject.role})`);
    } else {
      subject.order(null);
      void happened.then(() => this.#letGoLater(subject));
    }
  }

  async #kill(role: TestedRole): Promise<void> {
    const subject = await this.#victim(role, true);
    if (subject === null) return;
    subject.kill();
    this.#note(`kill at random (${role})`);
  }

  async #pause(role: TestedRole): Promise<void> {
    const subject = await this.#victim(role, false);
    if (subject === null) return;
    subject.pause();
    this.#note(`pause at random (${role})`);
    this.#letGoLater(subject);
  }

  #letGoLater(subject: Subject): void {
    const over = clock.sleep(this.#options.pauseMs).then(() => subject.resume());
    this.#paused.add(over);
    void over.then(() => this.#paused.delete(over));
  }

  async #cut(): Promise<void> {
    await this.#options.cut.once();
    this.#note(this.#options.cut.name);
  }

  /** Somebody at work. Never the last one of a role when it is to stand still: the others go on meanwhile. */
  async #victim(role: TestedRole, mayBeLast: boolean): Promise<Subject | null> {
    const deadline = clock.now() + PASSED_WITHIN_MS;
    while (clock.now() < deadline) {
      const working = this.#options.fleet.working(role);
      if (working.length > (mayBeLast ? 0 : 1)) return this.#pick(working);
      await clock.sleep(50);
    }
    return null;
  }

  #rarest(act: 'kill' | 'pause'): Label {
    const count = (label: Label) => this.#count(`${act} ${label}`);
    const fewest = Math.min(...this.#labels.map(count));
    return this.#pick(this.#labels.filter((label) => count(label) === fewest));
  }

  #count(kind: string): number {
    return this.#deeds.get(kind) ?? 0;
  }

  #note(kind: string): void {
    this.#deeds.set(kind, this.#count(kind) + 1);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const index = Math.floor(this.#options.random.next() * items.length);
    return items[index] ?? (items[0] as Item);
  }
}

function roleOf(label: Label): TestedRole {
  const roles = Object.keys(LABELS) as TestedRole[];
  return roles.find((role) => (LABELS[role] as readonly Label[]).includes(label)) ?? 'dispatcher';
}
