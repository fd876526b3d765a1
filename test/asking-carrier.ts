/**
 * A carrier for availability checks: says of every address what the test wants, and remembers who was asked when. Its
 * health and its sends are scripted too. Several applications on one database may share it, as processes share a device.
 */
import type { Availability, Channel, Outcome } from '../src/channels/channel.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { type AppOptions, openApp, type TestApp } from './harness.ts';
import { type LeapingClock, leapingClock } from './leaping-clock.ts';
import { until } from './until.ts';
import { read } from './workspaces.ts';

export interface Asked {
  address: string;
  lineId: string;
  /** As the device's row has it: the instant from which its gap counts. */
  at: number;
}

export interface Carrier {
  asked: Asked[];
  /** By address; available unless it says otherwise. A promise keeps the answer back. */
  says: Map<string, Availability | Promise<Availability>>;
  /** Ids of lines that have no means to check, and of those that answer no health check. */
  cannotCheck: Set<string>;
  down: Set<string>;
  /** What a send meets, by line; accepted unless it says otherwise. */
  sends: Map<string, (address: string) => Outcome>;
  /** Questions about one address that were open at the same time: must stay empty. */
  askedTwiceAtOnce: string[];
}

export interface Town extends Carrier {
  clock: LeapingClock;
  open(options?: AppOptions): Promise<TestApp>;
  /** Lets time pass, a little at a time, until the work is done. */
  passing<Result>(work: Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export async function openTown(): Promise<Town> {
  const clock = leapingClock();
  const database: TestDatabase = await createTestDatabase();
  const apps: TestApp[] = [];
  const carrier: Carrier = {
    asked: [],
    says: new Map(),
    cannotCheck: new Set(),
    down: new Set(),
    sends: new Map(),
    askedTwiceAtOnce: [],
  };
  return {
    ...carrier,
    clock,
    async open(options = {}) {
      const channels = new Map([['sandbox', channelOf(carrier, () => apps[0] as TestApp)]] as const);
      const app = await openApp({ clock, channels, databaseUrl: database.url, ...options });
      apps.push(app);
      return app;
    },
    async passing(work) {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      done.catch(() => {});
      await until('it is done', () => {
        if (!isDone) clock.leap(100);
        return isDone;
      });
      return done;
    },
    async close() {
      await Promise.all(apps.map((app) => app.close()));
      await database.drop();
    },
  };
}

function channelOf(carrier: Carrier, app: () => TestApp): Channel {
  const open = new Set<string>();
  return {
    sendTimeoutMs: 30_000,
    async send(line, { address, reference }) {
      return (
        carrier.sends.get(line.lineId)?.(address) ?? {
          outcome: 'accepted',
          externalMessageId: `ext-${reference}`,
        }
      );
    },
    reconcile: async () => ({ finding: 'absent' }),
    async checkAvailability({ workspaceId, lineId }, address) {
      if (carrier.cannotCheck.has(lineId)) return { availability: 'cannot_check' };
      const key = `${workspaceId} ${address}`;
      if (open.has(key)) carrier.askedTwiceAtOnce.push(address);
      open.add(key);
      const [device] = await read<{ at: number | null }>(
        app(),
        `SELECT d.last_check_at AS at FROM lines l JOIN devices d ON d.workspace_id = l.workspace_id AND d.id = l.device_id
         WHERE l.id = $1`,
        [lineId],
      );
      carrier.asked.push({ address, lineId, at: device?.at ?? 0 });
      const answer = await (carrier.says.get(address) ?? { availability: 'available' as const });
      open.delete(key);
      return answer;
    },
    async checkHealth({ lineId }) {
      return carrier.down.has(lineId) ? { healthy: false, message: 'It is asleep' } : { healthy: true };
    },
    validateConfig: () => null,
    close: async () => {},
  };
}
