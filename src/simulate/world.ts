/**
 * One simulated world: the app's own parts on a clock that leaps, a scratch schema for a database, and a carrier that takes
 * everything. Nothing in it can reach the network, the real tables, or the metrics and webhooks of the real world.
 */

import { newFetchesUnderWay } from '../actions/attachments/fetch-file.ts';
import { createKeptCounts } from '../actions/kept-counts.ts';
import { createIntake } from '../actions/messages/accept-message.ts';
import { createSettlements } from '../actions/messages/settle-messages.ts';
import { createWorkspaceSnapshots, type WorkspaceSnapshots } from '../actions/messages/workspace-snapshot.ts';
import type { Channel, Outgoing } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { TRANSPORTS, type Transport } from '../domain/words.ts';
import { createIds } from '../lib/ids.ts';
import { createMetrics } from '../lib/metrics.ts';
import { seededRandom } from '../lib/random.ts';
import type { ScratchDatabase } from '../store/scratch/scratch-database.ts';
import { idealChannel } from './ideal-channel.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface World {
  deps: Deps;
  clock: VirtualClock;
  scratch: ScratchDatabase;
  /** What was handed over lately; whoever lets the world turn takes it out. */
  sent: { messageId: string; lineId: string }[];
}

export interface WorldOptions {
  scratch: ScratchDatabase;
  /** Known not to be on iMessage. */
  unavailable: ReadonlySet<string>;
  onSent(outgoing: Outgoing, lineId: string, now: number): void;
  /** For how long nothing follows from a step that was settled. */
  restOfStep(campaignId: string, stepKey: string): number;
  startAt: number;
  seed: number;
}

/** `real`: the process that simulates; only what holds no state is taken from it. */
export function createWorld(real: Deps, options: WorldOptions): World {
  const { scratch, unavailable, startAt, seed, onSent, restOfStep } = options;
  const clock = new VirtualClock(startAt);
  const sent: World['sent'] = [];
  const channel = idealChannel(
    (address) => unavailable.has(address),
    (outgoing, lineId) => {
      sent.push({ messageId: outgoing.reference, lineId });
      onSent(outgoing, lineId, clock.now());
    },
  );
  const base = {
    ...real,
    clock,
    ids: createIds(clock, seededRandom(seed)),
    metrics: createMetrics({ ofProcess: false }),
    database: scratch,
    web: { fetch: unreachable, close: async () => {} },
    objects: { put: unreachable, open: unreachable, sizeOf: unreachable, close: async () => {} },
    fetches: newFetchesUnderWay(),
    channels: new Map<Transport, Channel>(TRANSPORTS.map((transport) => [transport, channel])),
    snapshots: lastingSnapshots(createWorkspaceSnapshots({ database: scratch, people: null, clock })),
    keptCounts: createKeptCounts({ clock }),
    keysInFlight: new Set<string>(),
    wakeDispatchers: () => {},
    announceSettled: () => {},
    restOfStep,
    checkpoint: () => {},
  };
  const deps: Deps = {
    ...base,
    outcomes: { wait: async () => {}, look: () => {} },
    authenticate: unreachable,
    intake: createIntake(base),
    settlements: createSettlements(base),
  };
  return { deps, clock, scratch, sent };
}

/** Nobody changes anything there but the actions themselves, which forget or reload what they changed. */
function lastingSnapshots(snapshots: WorkspaceSnapshots): WorkspaceSnapshots {
  const kept = new Map<string, ReturnType<WorkspaceSnapshots['reload']>>();
  const reload: WorkspaceSnapshots['reload'] = (workspaceId) => {
    const loaded = snapshots.reload(workspaceId);
    kept.set(workspaceId, loaded);
    return loaded;
  };
  return {
    ...snapshots,
    read: (workspaceId) => kept.get(workspaceId) ?? reload(workspaceId),
    reload,
    forget(workspaceId) {
      kept.delete(workspaceId);
      snapshots.forget(workspaceId);
    },
  };
}

function unreachable(): never {
  throw new Error('a simulation reaches nothing outside of itself');
}
