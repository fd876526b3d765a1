/** Lets a world turn: all that is due at one instant, then on to the next at which something is. */
import { runCampaign } from '../actions/campaigns/run-campaign.ts';
import type { Launch } from '../dispatcher/chores.ts';
import { expireMessages, leaveDownLines } from '../dispatcher/housekeeping.ts';
import { SetAside } from '../dispatcher/set-aside.ts';
import { createSends } from '../dispatcher/tick.ts';
import { invariant } from '../lib/invariant.ts';
import { scanDueCampaigns } from '../store/campaigns/campaign-runs.ts';
import { dropWakes, nextInstants } from '../store/scratch/scratch-due.ts';
import type { World } from './world.ts';

export interface DriveOptions {
  workspaceId: string;
  /** Nothing later is looked at. */
  until: number;
  /** How long campaigns that were woken are left alone while none of their leads is due. */
  patienceMs: number;
  /** A line is down: whatever waits on it may have to leave it. */
  anyLineDown: boolean;
  /** What comes from outside. */
  outside: Outside;
  /** Asked between instants: false ends it. Where others want to work too, it takes its time to answer. */
  goOn(now: number): Promise<boolean>;
}

export interface Outside {
  /** null: nothing more. */
  nextAt(): number | null;
  /** What has come until now. */
  happen(): Promise<void>;
}

/** Far more than a pass can lease. */
const CAPACITY = 10_000;
const NEVER = Number.POSITIVE_INFINITY;
/** An instant at which so many passes in a row change nothing would never end. */
const MAX_PASSES_IN_VAIN = 1_000;
/** Commits cost, and rows that were overwritten can be reused only after one. */
const INSTANTS_PER_COMMIT = 8;
const CHANGES_PER_VACUUM = 5_000;
const PASSES_PER_VACUUM = 1_000;
const FIRST_ANALYZED = 50;
const GROWTH = 3;
const ENTRIES_AT_ONCE = 1_000;
const MANY = 1_000;
/** Of campaigns that were woken, and of whose leads none is due: they may be complete. */
export const PATIENCE_MS = 3_600_000;
const DOWN_LINES_EVERY_MS = 3_600_000;
const DOWN_LINES_MATTER_MS = 26 * 3_600_000;

export async function drive(world: World, options: DriveOptions): Promise<void> {
  const { deps, clock, scratch } = world;
  const { workspaceId, outside, patienceMs } = options;
  const sends = createSends(deps);
  const aside = new SetAside(deps);
  const tasks: Promise<void>[] = [];
  const launch: Launch = (task) => void tasks.push(task());
  let downLinesAt = options.anyLineDown ? clock.now() : NEVER;
  let campaignsAt = clock.now();
  let expiriesAt = clock.now();
  /** Of what happens by itself. */
  let lastAt = clock.now();
  let instants = 0;
  let inVain = 0;
  const upkeep = new Upkeep(scratch);
  const fallbackLineId = (await deps.snapshots.read(workspaceId))?.fallbackLine?.id ?? null;
  for (;;) {
    const now = clock.now();
    if (downLinesAt <= now) {
      await leaveDownLines(deps);
      downLinesAt = now + DOWN_LINES_EVERY_MS;
    }
    if ((outside.nextAt() ?? NEVER) <= now) await outside.happen();
    if (campaignsAt <= now) await runCampaigns(world, upkeep);
    if (expiriesAt <= now) await expireMessages(deps, aside);
    const { leased } = await sends(CAPACITY, launch);
    await Promise.all(tasks.splice(0));
    if (leased > 0) {
      const sent = world.sent.splice(0);
      // Only what was sent: an attempt that left nothing gives back what it took, and others may have it.
      if (sent.length === leased) {
        const lineIds = [...new Set(sent.map(({ lineId }) => lineId))].filter((id) => id !== fallbackLineId);
        await dropWakes(
          scratch,
          workspaceId,
          lineIds,
          sent.map(({ messageId }) => messageId),
        );
      }
    }
    await upkeep.after(leased);

    const next = await nextInstants(scratch, workspaceId, now);
    const wokenAt = next.wokenSince === null ? null : Math.max(now, next.wokenSince + patienceMs);
    campaignsAt = earliest(next.campaigns, wokenAt) ?? NEVER;
    expiriesAt = next.expiries ?? NEVER;
    let at = Math.min(next.sends ?? NEVER, expiriesAt, campaignsAt, outside.nextAt() ?? NEVER);
    if (at < NEVER) lastAt = at;
    // What waits for a line that is down comes to its end a day after it could have gone.
    if (downLinesAt <= lastAt + DOWN_LINES_MATTER_MS) at = Math.min(at, downLinesAt);
    if (at > options.until) break;
    inVain = leased === 0 && at <= now ? inVain + 1 : 0;
    invariant(inVain < MAX_PASSES_IN_VAIN, 'every instant comes to an end');
    clock.goTo(at);
    instants += 1;
    if (instants % INSTANTS_PER_COMMIT === 0) {
      await scratch.commit();
      if (!(await options.goOn(clock.now()))) break;
    }
  }
  await scratch.commit();
}

/** All that is due of all campaigns. What fails here fails the whole: nobody would come back to it. */
async function runCampaigns({ deps, scratch, clock }: World, upkeep: Upkeep): Promise<void> {
  for (const { workspaceId, campaignId } of await scanDueCampaigns(scratch, clock.now(), MANY)) {
    for (let more = true; more; ) {
      const look = await runCampaign(deps, workspaceId, campaignId, ENTRIES_AT_ONCE);
      more = look?.more === true;
      await upkeep.after(look?.advanced.looked ?? 0);
    }
  }
}

/** What a server does for its tables by itself, only that nobody would have the time to wait for it. */
class Upkeep {
  readonly #scratch: World['scratch'];
  #changes = 0;
  #passes = 0;
  #all = 0;
  #analyzeAt = FIRST_ANALYZED;

  constructor(scratch: World['scratch']) {
    this.#scratch = scratch;
  }

  async after(changes: number): Promise<void> {
    this.#all += changes;
    this.#changes += changes;
    this.#passes += 1;
    if (this.#all >= this.#analyzeAt) {
      this.#analyzeAt = this.#all * GROWTH;
      await this.#scratch.analyze();
    }
    if (this.#changes < CHANGES_PER_VACUUM && this.#passes < PASSES_PER_VACUUM) return;
    this.#changes = 0;
    this.#passes = 0;
    await this.#scratch.vacuum();
  }
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
