/** Simulations as the API shows them. */
import type { Simulation } from '../../contract/campaigns/simulations.ts';
import type { Deps } from '../../deps.ts';
import type { SimulationResult, SimulationWish } from '../../domain/simulation.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { readSimulated, type SimulationRow } from '../../store/campaigns/simulations.ts';
import type { Sql } from '../../store/database.ts';
import { type LeadRow, readLeads } from '../../store/leads/leads.ts';

const SAMPLE = 20;

export async function presentSimulation(
  deps: Deps,
  workspaceId: string,
  row: SimulationRow,
): Promise<Simulation> {
  const { id, campaignId, result } = row;
  return {
    simulationId: id,
    campaignId,
    ...presentUnderWay(row),
    result: result === null ? null : await presentResult(deps, workspaceId, id, result),
  };
}

export function presentUnderWay({
  status,
  asked,
  progress,
  error,
  createdAt,
  startedAt,
  finishedAt,
}: Omit<SimulationRow, 'id' | 'campaignId' | 'result'>): Omit<
  Simulation,
  'simulationId' | 'campaignId' | 'result'
> {
  return {
    status,
    asked: presentAsked(asked),
    progress: progress === null ? null : { messages: progress.messages, at: toIso(progress.at) },
    error,
    createdAt: toIso(createdAt),
    startedAt: toIsoOrNull(startedAt),
    finishedAt: toIsoOrNull(finishedAt),
  };
}

function presentAsked({ startAt, ...asked }: SimulationWish): Simulation['asked'] {
  return { startAt: toIsoOrNull(startAt), ...asked };
}

async function presentResult(
  { database }: Deps,
  workspaceId: string,
  id: string,
  result: SimulationResult,
): Promise<NonNullable<Simulation['result']>> {
  const { messages, neverGoes } = result;
  const never = { after: messages, leadId: null, stepKey: null, lineId: null, status: 'never' } as const;
  const sample =
    neverGoes.total === 0
      ? []
      : await readSimulated(database, workspaceId, id, { ...never, reason: null, limit: SAMPLE });
  const named = [
    ...sample.map(({ leadId }) => leadId),
    ...neverGoes.byReason.flatMap(({ sampleLeadIds }) => sampleLeadIds),
  ];
  const contactOf = await readContacts(database, workspaceId, named);
  return {
    ...result,
    startAt: toIso(result.startAt),
    finishAt: toIsoOrNull(result.finishAt),
    perStep: result.perStep.map(withSpan),
    perLine: result.perLine.map(withSpan),
    neverGoes: {
      total: neverGoes.total,
      byReason: neverGoes.byReason.map(({ sampleLeadIds, ...group }) => ({
        ...group,
        sample: sampleLeadIds.map((leadId) => ({ leadId, ...contactOf(leadId) })),
      })),
      sample: sample.map(({ leadId, stepKey, reason, detail }) => ({
        leadId,
        ...contactOf(leadId),
        stepKey,
        reason,
        detail,
      })),
    },
  };
}

function withSpan<Spanning extends { firstAt: number; lastAt: number }>({
  firstAt,
  lastAt,
  ...rest
}: Spanning) {
  return { ...rest, firstAt: toIso(firstAt), lastAt: toIso(lastAt) };
}

export interface Contact {
  name: string | null;
  phone: string | null;
  email: string | null;
}

/** Who these leads are; of those that were deleted nothing is known. */
export async function readContacts(
  sql: Sql,
  workspaceId: string,
  leadIds: readonly string[],
): Promise<(leadId: string) => Contact> {
  const rows = leadIds.length === 0 ? [] : await readLeads(sql, workspaceId, [...new Set(leadIds)]);
  const leads = new Map(rows.map((lead) => [lead.id, lead]));
  return (leadId) => contactOf(leads.get(leadId));
}

export function contactOf(lead: LeadRow | null | undefined): Contact {
  const name = [lead?.firstName, lead?.lastName].filter(Boolean).join(' ');
  return { name: name || null, phone: lead?.phone ?? null, email: lead?.email ?? null };
}
