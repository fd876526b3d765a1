/**
 * One process of the app on the world's clock: composed like in production, but for the clock, chance, carriers and
 * the gate before its database. It can die at any of its steps; then nothing it began ever reports back to it.
 */
import { type App, compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { seededRandom } from '../../src/lib/random.ts';
import type { Statement } from '../../src/store/database.ts';
import { createLog } from './log.ts';
import type { World } from './world.ts';

/** Given to whoever talks to a dead process. */
const NEVER = new Promise<never>(() => {});

/** Without the database: signals, which pass by it, and the product's own simulated phones, which are not in use. */
const ANSWERED_HERE: ReadonlySet<string> = new Set(['notify', 'scan_due_sandbox_callbacks']);
/**
 * What the database says of the whole server is no part of a run: else whoever writes to another of its databases decides
 * how the run goes on. Of a run's own transactions none is under way while a question passes the gate.
 */
const INSTEAD: Readonly<Record<string, readonly unknown[]>> = { is_all_over: [{ isOver: true }] };

export class Process {
  readonly name: string;
  readonly #world: World;
  #app: App | null = null;
  #isAlive = true;
  #stepsToLive = Number.POSITIVE_INFINITY;
  /** Rejects at its death: whatever it had begun in the database is undone. */
  readonly #end = Promise.withResolvers<never>();
  /** Somebody signalled new work. */
  onWork: () => void = () => {};
  isBeingSignalled = false;
  onDeath: () => void = () => {};

  private constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.#end.promise.catch(() => {});
  }

  static async start(world: World, name: string): Promise<Process> {
    const process = new Process(world, name);
    const { clock, carrier, crm, databaseUrl, chance } = world;
    process.#app = await compose({
      config: { ...readConfig({}), databaseConnections: 2 },
      databaseUrl,
      secretKey: Buffer.alloc(32, 7),
      role: 'dispatcher',
      log: createLog((text) => world.blame('taskNeverFails', `${name} logged: ${text}`)),
      clock: { now: () => clock.now(), sleep: (ms, signal) => process.survive(clock.sleep(ms, signal)) },
      random: seededRandom(chance.seed()),
      channels: new Map([['sandbox', carrier.channelFor(process)]]),
      web: crm.webFor(process),
      checkpoint: () => process.survive(Promise.resolve(process.#step())),
    });
    process.#guardDatabase();
    return process;
  }

  get deps(): Deps {
    if (this.#app === null) throw new Error(`${this.name} was not started`);
    return this.#app.deps;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** The answer, if there is still somebody to hear it. */
  survive<Result>(work: Promise<Result>): Promise<Result> {
    if (!this.#isAlive) return NEVER;
    return new Promise((resolve, reject) => {
      work.then(
        (result) => this.#isAlive && resolve(result),
        (error) => this.#isAlive && reject(error),
      );
    });
  }

  /** Dies after so many more commits, queries and labelled instants. */
  doom(steps: number): void {
    this.#stepsToLive = steps;
  }

  die(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#end.reject(new Error(`${this.name} died`));
    this.#world.tell(`${this.name} dies`, {});
    this.onDeath();
    void this.close();
  }

  /** Lets go of the real connections. */
  async close(): Promise<void> {
    await this.#app?.close();
    this.#app = null;
  }

  #step(): void {
    this.#stepsToLive -= 1;
    if (this.#stepsToLive <= 0) this.die();
  }

  /** In place: whoever was given the database was given this very object. */
  #guardDatabase(): void {
    const { database } = this.deps;
    const { query, queryIf, transaction } = database;
    const pass = <Result>(work: () => Promise<Result>): Promise<Result> =>
      this.survive(
        this.#world.gate.pass(async () => {
          if (!this.#isAlive) throw new Error(`${this.name} is dead`);
          const result = await work();
          this.#step();
          return result;
        }),
      );
    database.query = <Row>(statement: Statement, values: readonly unknown[]) => {
      const { name } = statement;
      // Signals are a courtesy: some are lost, the rest takes a moment.
      if (name === 'notify' && values[1] === 'work') this.#world.signalWork();
      if (ANSWERED_HERE.has(name)) return Promise.resolve<Row[]>([]);
      const instead = INSTEAD[name] as Row[] | undefined;
      return pass(() => query<Row>(statement, values).then((rows) => instead ?? rows));
    };
    database.queryIf = (stillWanted, statement, values) =>
      pass(() => queryIf(stillWanted, statement, values));
    // It may die in the middle of one.
    database.transaction = (work) =>
      pass(() => transaction((tx) => Promise.race([work(tx), this.#end.promise])));
  }
}
