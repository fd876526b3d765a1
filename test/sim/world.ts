/** One run: its clock, its chance, its carriers, its processes, and what was found wrong with it. */
import type { Caller } from '../../src/actions/access/authenticate.ts';
import { silentLog } from '../../src/lib/log.ts';
import { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { Carrier } from './carrier.ts';
import { WEATHERS } from './carrier-script.ts';
import { type Chance, createChance } from './chance.ts';
import { Crm } from './crm.ts';
import { echoLater, optOutLater } from './echoes.ts';
import { Gate } from './gate.ts';
import { History, type SeenEvent } from './history.ts';
import type { Process } from './process.ts';
import { Trace, type TraceAbout } from './trace.ts';

export interface Violation {
  invariant: string;
  text: string;
  at: number;
  messageId?: string;
  lineId?: string;
}

/** Evenings before a night in which some of the zones of a run change their clocks. */
const STARTS = [
  '2026-10-03T08:00Z',
  '2026-10-24T12:00Z',
  '2026-10-31T14:00Z',
  '2027-03-13T16:00Z',
  '2027-04-03T07:00Z',
];
export const ZONES = [
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Europe/London',
  'UTC',
];

export class World {
  readonly seed: number;
  readonly hours: number;
  readonly databaseUrl: string;
  readonly chance: Chance;
  readonly clock: VirtualClock;
  readonly gate: Gate;
  readonly history = new History();
  readonly carrier: Carrier;
  readonly crm: Crm;
  readonly trace = new Trace();
  /** The judge's own connections. */
  readonly database: Database;
  readonly violations: Violation[] = [];
  readonly counts = { kills: 0, steps: 0 };
  /** Every process that lives. The first never dies: it is where people and carriers knock. */
  readonly processes: Process[] = [];
  /** Until then, by the clock that never steps, something is still to come back from recipients. */
  quietUntil = 0;
  /** Faults are over: from here on everything must come to its end. */
  isCalm = false;
  isOver = false;

  constructor(options: { seed: number; hours: number; databaseUrl: string }) {
    this.seed = options.seed;
    this.hours = options.hours;
    this.databaseUrl = options.databaseUrl;
    this.chance = createChance(options.seed);
    this.clock = new VirtualClock(Date.parse(this.chance.pick(STARTS)) + this.chance.between(0, 3_600_000));
    this.gate = new Gate(createChance(this.chance.seed()));
    this.database = openDatabase({
      url: options.databaseUrl,
      maxConnections: 1,
      namedStatements: true,
      log: silentLog(),
    });
    this.carrier = new Carrier({
      clock: this.clock,
      chance: createChance(this.chance.seed()),
      history: this.history,
      weather: this.chance.pick(WEATHERS),
      onEcho: (echo, of) => echoLater(this, echo, of),
      onOptOut: (line, address, afterMs) => optOutLater(this, line, address, afterMs),
      tell: (text, about) => this.tell(text, about),
    });
    this.crm = new Crm({
      clock: this.clock,
      chance: createChance(this.chance.seed()),
      history: this.history,
      tell: (text) => this.tell(text, {}),
    });
  }

  get front(): Process {
    const [front] = this.processes;
    if (front === undefined) throw new Error('nobody is at the door yet');
    return front;
  }

  callerOf(workspaceId: string): Caller {
    return { workspaceId, apiKeyId: 'sim', scopes: ['admin'], sendsAs: 'imessage_first' };
  }

  /** For the story of a red run. */
  tell(text: string, about: TraceAbout): void {
    this.trace.add(this.clock.now(), text, about);
  }

  noteEvents(events: readonly SeenEvent[]): void {
    for (const { at, type, messageId, lineId, data } of events) {
      this.trace.add(at, `· ${type} ${JSON.stringify(data)}`, { messageId, lineId });
    }
  }

  blame(invariant: string, text: string, about: { messageId?: string; lineId?: string } = {}): void {
    this.violations.push({ invariant, text, at: this.clock.now(), ...about });
  }

  /** What `work` throws is a finding, unless it was a caller's own mistake. */
  async expect(what: string, work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => this.blame('actionsNeverBreak', `${what}: ${String(error)}`));
  }

  /** Tells every dispatcher that there is work; a third of the signals gets lost. */
  signalWork(): void {
    for (const process of this.processes) {
      if (process.isBeingSignalled || this.chance.maybe(0.35)) continue;
      process.isBeingSignalled = true;
      void this.clock.sleep(this.chance.between(1, 60)).then(() => {
        process.isBeingSignalled = false;
        process.onWork();
      });
    }
  }
}
