/** Simulations as callers see them: asked for here, done by whoever runs the dispatcher (simulate/simulator.ts). */
import { problem } from '../../contract/problems.ts';
import { invalidCampaign } from '../../contract/reading.ts';
import type {
  ListSimulated,
  SimulatedMessages,
  Simulation,
  SimulationAnswer,
} from '../../contract/simulations.ts';
import type { Deps } from '../../deps.ts';
import type { SimulationResult, SimulationWish } from '../../domain/simulation.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import { findCampaign } from '../../store/campaigns.ts';
import {
  findSimulation,
  insertSimulation,
  readSimulated,
  deleteSimulation as remove,
  type SimulationRow,
} from '../../store/simulations.ts';
import type { Caller } from '../authenticate.ts';
import { refuseReadOnly } from '../read-only.ts';
import { checkCampaign } from './check-campaign.ts';

/** Of one workspace, waiting or running. */
const MOST_UNDER_WAY = 3;
const LOOK_EVERY_MS = 100;
const SAMPLE = 20;

export interface Simulated {
  answer: SimulationAnswer;
  /** It came to its end while the caller waited. */
  isOver: boolean;
}

export async function simulateCampaign(
  deps: Deps,
  caller: Caller,
  campaignId: string,
  asked: SimulationWish,
  { waitMs, gone, warnings }: { waitMs: number; gone: AbortSignal; warnings: string[] },
): Promise<Simulated> {
  const { workspaceId } = caller;
  const { database, clock } = deps;
  const snapshot = await refuseReadOnly(deps, caller);
  const campaign = await findCampaign(database, workspaceId, campaignId);
  if (campaign === null) throw problem('CAMPAIGN_NOT_FOUND');
  if (campaign.status === 'completed' || campaign.status === 'archived')
    throw problem('CAMPAIGN_STATE', {
      reason: campaign.status,
      error: `The campaign is ${campaign.status}: there is nothing to foresee`,
    });
  // What a launch would be refused for; one that runs has been through that.
  const faults = campaign.status === 'draft' ? await checkCampaign(deps, database, snapshot, campaign) : [];
  if (faults.length > 0) throw invalidCampaign(faults);
  const id = deps.ids();
  const isTaken = await insertSimulation(
    database,
    workspaceId,
    { id, campaignId, asked },
    MOST_UNDER_WAY,
    clock.now(),
  );
  if (!isTaken) throw problem('TOO_MANY_SIMULATIONS');
  deps.wakeDispatchers();
  const until = clock.now() + waitMs;
  for (;;) {
    const row = await findSimulation(database, workspaceId, campaignId, id);
    invariant(row !== null, 'what was just asked for is there');
    const isOver = row.status === 'finished' || row.status === 'failed';
    const leftMs = until - clock.now();
    if (isOver || leftMs <= 0 || gone.aborted)
      return { answer: { simulation: await present(deps, workspaceId, row), warnings }, isOver };
    await clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), gone);
  }
}

export async function getSimulation(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
): Promise<SimulationAnswer> {
  const row = await find(deps, workspaceId, campaignId, id);
  return { simulation: await present(deps, workspaceId, row), warnings: [] };
}

export async function listSimulated(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
  asked: ListSimulated,
): Promise<SimulatedMessages> {
  await find(deps, workspaceId, campaignId, id);
  const rows = await readSimulated(deps.database, workspaceId, id, { ...asked, limit: asked.limit + 1 });
  const page = rows.slice(0, asked.limit);
  const messages = page.map(({ n: _, at, ...each }) => ({ ...each, at: toIsoOrNull(at) }));
  return { messages, nextCursor: rows.length > page.length ? String(page.at(-1)?.n) : null };
}

/** Whoever is at it stops. */
export async function deleteSimulation(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
): Promise<{ success: true }> {
  const found = await deps.database.transaction((tx) => remove(tx, workspaceId, campaignId, id));
  if (!found) throw problem('SIMULATION_NOT_FOUND');
  return { success: true };
}

async function find(deps: Deps, workspaceId: string, campaignId: string, id: string): Promise<SimulationRow> {
  const row = await findSimulation(deps.database, workspaceId, campaignId, id);
  if (row === null) throw problem('SIMULATION_NOT_FOUND');
  return row;
}

async function present(deps: Deps, workspaceId: string, row: SimulationRow): Promise<Simulation> {
  const { id, campaignId, status, progress, result, error, createdAt, startedAt, finishedAt } = row;
  return {
    simulationId: id,
    campaignId,
    status,
    progress: progress === null ? null : { messages: progress.messages, at: toIso(progress.at) },
    result: result === null ? null : await presentResult(deps, workspaceId, id, result),
    error,
    createdAt: toIso(createdAt),
    startedAt: toIsoOrNull(startedAt),
    finishedAt: toIsoOrNull(finishedAt),
  };
}

async function presentResult(
  deps: Deps,
  workspaceId: string,
  id: string,
  result: SimulationResult,
): Promise<NonNullable<Simulation['result']>> {
  const never = {
    after: 0,
    leadId: null,
    stepKey: null,
    lineId: null,
    status: 'never',
    limit: SAMPLE,
  } as const;
  const sample =
    result.neverGoes.total === 0 ? [] : await readSimulated(deps.database, workspaceId, id, never);
  const span = <Spanning extends { firstAt: number; lastAt: number }>({
    firstAt,
    lastAt,
    ...rest
  }: Spanning) => ({
    ...rest,
    firstAt: toIso(firstAt),
    lastAt: toIso(lastAt),
  });
  return {
    ...result,
    startAt: toIso(result.startAt),
    finishAt: toIsoOrNull(result.finishAt),
    perStep: result.perStep.map(span),
    perLine: result.perLine.map(span),
    neverGoes: {
      ...result.neverGoes,
      sample: sample.map(({ leadId, stepKey, reason, detail }) => ({ leadId, stepKey, reason, detail })),
    },
  };
}
