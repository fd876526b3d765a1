/** Simulations as callers see them: asked for here, done by whoever runs the dispatcher (simulate/simulator.ts). */

import type {
  ListSimulated,
  SimulatedMessages,
  SimulationAnswer,
} from '../../contract/campaigns/simulations.ts';
import { problem } from '../../contract/problems.ts';
import { invalidCampaign } from '../../contract/reading.ts';
import type { Deps } from '../../deps.ts';
import type { SimulationWish } from '../../domain/simulation.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import {
  findSimulation,
  insertSimulation,
  readSimulated,
  deleteSimulation as remove,
  type SimulationRow,
} from '../../store/campaigns/simulations.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { checkCampaign, whyNoLine } from './check-campaign.ts';
import { presentSimulation, readContacts } from './present-simulation.ts';

/** Of one workspace, waiting or running. */
const MOST_UNDER_WAY = 3;
const LOOK_EVERY_MS = 100;

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
  // What a launch, or resuming it, would be refused for; one that runs has been through that. With lines added it may well go.
  const isToResume = campaign.status === 'paused' && asked.addLines === 0;
  const faults =
    campaign.status === 'draft'
      ? await checkCampaign(deps, database, snapshot, campaign)
      : isToResume
        ? whyNoLine(snapshot, campaign)
        : [];
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
      return { answer: { simulation: await presentSimulation(deps, workspaceId, row), warnings }, isOver };
    await clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), gone);
  }
}

export async function getSimulation(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
): Promise<SimulationAnswer> {
  const row = await findOne(deps, workspaceId, campaignId, id);
  return { simulation: await presentSimulation(deps, workspaceId, row), warnings: [] };
}

export async function listSimulated(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
  asked: ListSimulated,
): Promise<SimulatedMessages> {
  const { result } = await findOne(deps, workspaceId, campaignId, id);
  // What never goes comes last: who asks for that need not walk past all that goes.
  const after = asked.status === 'never' ? Math.max(asked.after, result?.messages ?? 0) : asked.after;
  const wanted = { ...asked, after, limit: asked.limit + 1 };
  const rows = await readSimulated(deps.database, workspaceId, id, wanted);
  const page = rows.slice(0, asked.limit);
  const contactOf = await readContacts(
    deps.database,
    workspaceId,
    page.map(({ leadId }) => leadId),
  );
  const messages = page.map(({ n: _, at, leadId, ...each }) => ({
    leadId,
    ...contactOf(leadId),
    ...each,
    at: toIsoOrNull(at),
  }));
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

export async function findOne(
  deps: Deps,
  workspaceId: string,
  campaignId: string,
  id: string,
): Promise<SimulationRow> {
  const row = await findSimulation(deps.database, workspaceId, campaignId, id);
  if (row === null) throw problem('SIMULATION_NOT_FOUND');
  return row;
}
