/** The processes of a run: several of each role on one database, each replaced as soon as it ends. */
import { until } from '../until.ts';
import type { TestedRole } from './orders.ts';
import { type Ending, type Post, Subject } from './subject.ts';

const READY_WITHIN_MS = 180_000;
/** More than that, and every new one will end like them. */
const MAX_DEFECTS = 20;

export interface FleetOptions {
  /** One process for each. */
  posts: readonly Post[];
  env: Readonly<Record<string, string>>;
}

export class Fleet {
  /** Processes that ended without being told to, in words. */
  readonly defects: string[] = [];
  #subjects: Subject[] = [];
  #closing = false;
  readonly #options: FleetOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
    for (const post of options.posts) this.#start(post);
  }

  get roles(): TestedRole[] {
    return [...new Set(this.#options.posts.map(({ role }) => role))];
  }

  /** Those that are at work: not starting, not standing still, not about to die. */
  working(role: TestedRole): Subject[] {
    return this.#subjects.filter(
      (subject) => subject.role === role && subject.state === 'working' && !subject.condemned,
    );
  }

  /** Where messages can be sent to: also to those that will die of it. */
  doors(): string[] {
    return this.#subjects.flatMap(({ url, state }) => (url !== null && state === 'working' ? [url] : []));
  }

  /** Resolves when every process works; where they cannot start, it says why. */
  async complete(): Promise<void> {
    const isComplete = () => {
      if (this.defects.length > MAX_DEFECTS) throw new Error(this.defects.at(-1));
      const working = this.roles.flatMap((role) => this.working(role));
      return working.length === this.#options.posts.length;
    };
    await until('every process works', isComplete, READY_WITHIN_MS);
  }

  /** As an operator would; each must end well. */
  async stop(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#subjects.map((subject) => subject.stop()));
  }

  /** Whatever state the run is in, nothing of it stays behind. */
  abandon(): void {
    this.#closing = true;
    for (const subject of this.#subjects) subject.kill();
  }

  #start(post: Post): void {
    const { role } = post;
    const subject = new Subject(post, this.#options.env);
    this.#subjects.push(subject);
    void subject.ended.then((ending) => {
      this.#subjects = this.#subjects.filter((each) => each !== subject);
      const asTold = subject.condemned && (ending.signal === 'SIGKILL' || ending.code === 0);
      if (!asTold) this.defects.push(`${role} ended by itself (${tell(ending)}): ${subject.words}`);
      if (!this.#closing) this.#start(post);
    });
  }
}

function tell({ code, signal }: Ending): string {
  return signal === null ? `code ${code}` : signal;
}
