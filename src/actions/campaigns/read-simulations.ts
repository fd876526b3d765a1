/** Simulations of a campaign to look back at and compare, and the calendar of one. */

import {
  MAX_CALENDAR_DAYS,
  MAX_CALENDAR_DAYS_BY_LINE,
  type ReadCalendar,
  type SimulationCalendar,
  type SimulationsAnswer,
} from '../../contract/campaigns/simulations.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { findCampaign } from '../../store/campaigns/campaigns.ts';
import { listSimulations as listRows, readSimulatedHours } from '../../store/campaigns/simulation-views.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentUnderWay } from './present-simulation.ts';
import { findOne } from './simulate-campaign.ts';

export async function listSimulations(
  { database }: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<SimulationsAnswer> {
  if ((await findCampaign(database, workspaceId, campaignId)) === null) throw problem('CAMPAIGN_NOT_FOUND');
  const rows = await listRows(database, workspaceId, campaignId, { after: cursor, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    simulations: page.map(({ id, outcome, ...row }) => ({
      simulationId: id,
      ...presentUnderWay(row),
      outcome: outcome === null ? null : { ...outcome, finishAt: toIsoOrNull(outcome.finishAt) },
    })),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

const ALL_TOGETHER = '';
const DAY_MS = 86_400_000;
const LAST_DAY = Date.UTC(9999, 11, 31);

/** What is not over yet has no days. */
export async function readSimulationCalendar(
  deps: Deps,
  { workspaceId }: Caller,
  campaignId: string,
  id: string,
  asked: ReadCalendar,
): Promise<SimulationCalendar> {
  const { result } = await findOne(deps, workspaceId, campaignId, id);
  const firstDay = result?.perDay[0]?.day ?? null;
  const lastDay = result?.perDay.at(-1)?.day ?? null;
  const from = asked.from ?? firstDay;
  const none = { timezone: result?.timezone ?? 'UTC', firstDay, lastDay, from: null, to: null, hours: [] };
  if (from === null) return none;
  const isByLine = asked.by === 'line';
  const latest = dayAfter(from, (isByLine ? MAX_CALENDAR_DAYS_BY_LINE : MAX_CALENDAR_DAYS) - 1);
  const to = asked.to === null || asked.to > latest ? latest : asked.to;
  const lineIds = isByLine ? (result?.perLine ?? []).map(({ lineId }) => lineId) : [ALL_TOGETHER];
  const wanted = { from, to, lineIds: asked.lineId === null ? lineIds : [asked.lineId] };
  const hours = await readSimulatedHours(deps.database, workspaceId, id, wanted);
  return { ...none, from, to, hours };
}

/** No later than the last day that has a date of four digits. */
function dayAfter(day: string, days: number): string {
  return toIso(Math.min(Date.parse(day) + days * DAY_MS, LAST_DAY)).slice(0, 10);
}
