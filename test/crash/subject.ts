/** One process under test, seen from outside: started, given orders, killed, and asked how it ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Label, Order, Report, TestedRole } from './orders.ts';

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What is to be run: the app in one of its roles, unless it says otherwise. */
export interface Post {
  role: TestedRole;
  script?: string;
  args?: readonly string[];
}

const CHILD = 'child.ts';
const KEPT_WORDS = 4_000;

export class Subject {
  readonly role: TestedRole;
  /** Where it listens; null while it starts, and always null for a dispatcher. */
  url: string | null = null;
  state: 'starting' | 'working' | 'paused' | 'ended' = 'starting';
  /** Set before the run ends it itself: every other end is a defect. */
  condemned = false;
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #onReport: ((report: Report) => void)[] = [];
  #words = '';

  constructor({ role, script = CHILD, args = [role] }: Post, env: Readonly<Record<string, string>>) {
    this.role = role;
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      env: { ...process.env, ...env },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const listen = (chunk: Buffer) => {
      this.#words = `${this.#words}${chunk.toString('utf8')}`.slice(-KEPT_WORDS);
    };
    this.#process.stdout?.on('data', listen);
    this.#process.stderr?.on('data', listen);
    this.#process.on('message', (message) => this.#hear(message as Report));
    // A message to a process that has just been killed.
    this.#process.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.state = 'ended';
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The last it wrote, for whoever asks why it ended. */
  get words(): string {
    return this.#words.trim();
  }

  /** null withdraws the order. */
  order(order: Order | null): void {
    if (this.#process.connected) this.#process.send({ order });
  }

  /** Resolves when it stands still at a label. */
  stopsAt(): Promise<Label> {
    return new Promise((resolve) => {
      this.#onReport.push((report) => {
        if (report.report === 'stopping') resolve(report.label);
      });
    });
  }

  kill(): void {
    this.condemned = true;
    this.#process.kill('SIGKILL');
  }

  pause(): void {
    this.state = 'paused';
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    if (this.state === 'paused') this.state = 'working';
    this.#process.kill('SIGCONT');
  }

  /** Asks it to end as an operator would. */
  async stop(): Promise<Ending> {
    this.condemned = true;
    this.#process.kill('SIGTERM');
    return this.ended;
  }

  #hear(report: Report): void {
    if (report.report === 'ready') {
      this.url = report.url;
      if (this.state === 'starting') this.state = 'working';
    } else {
      this.state = 'paused';
    }
    for (const listener of this.#onReport) listener(report);
  }
}
