/** Simulations that were asked for: who is at them, how far they have come, what came of them. */
import type { SimulationResult, SimulationWish } from '../../domain/simulation.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export type SimulationStatus = 'waiting' | 'running' | 'finished' | 'failed';

export interface SimulationProgress {
  /** Messages sent so far. */
  messages: number;
  /** How far its clock has come, epoch ms. */
  at: number;
}

export interface SimulationRow {
  id: string;
  campaignId: string;
  status: SimulationStatus;
  asked: SimulationWish;
  progress: SimulationProgress | null;
  result: SimulationResult | null;
  error: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

const COLUMNS = `s.id, s.campaign_id AS "campaignId", s.status, s.asked, s.progress, s.result, s.error, s.created_at AS "createdAt",
  s.started_at AS "startedAt", s.finished_at AS "finishedAt"`;

const INSERT_SIMULATION = statement(
  'insert_simulation',
  `INSERT INTO simulations (workspace_id, id, campaign_id, status, asked, look_at, created_at)
   SELECT $1, $2, $3, 'waiting', $4, $5, $5
   WHERE (SELECT count(*) FROM simulations s WHERE s.workspace_id = $1 AND s.look_at IS NOT NULL) < $6 RETURNING id`,
);

/** False when `most` are under way in the workspace already. */
export async function insertSimulation(
  sql: Sql,
  workspaceId: string,
  { id, campaignId, asked }: Pick<SimulationRow, 'id' | 'campaignId' | 'asked'>,
  most: number,
  now: number,
): Promise<boolean> {
  const values = [workspaceId, id, campaignId, JSON.stringify(asked), toIso(now), most];
  return (await sql.query(INSERT_SIMULATION, values)).length > 0;
}

const FIND_SIMULATION = statement(
  'find_simulation',
  `SELECT ${COLUMNS} FROM simulations s WHERE s.workspace_id = $1 AND s.campaign_id = $2 AND s.id = $3`,
);

export async function findSimulation(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  id: string,
): Promise<SimulationRow | null> {
  return (await sql.query<SimulationRow>(FIND_SIMULATION, [workspaceId, campaignId, id]))[0] ?? null;
}

const DELETE_SIMULATION = statement(
  'delete_simulation',
  'DELETE FROM simulations WHERE workspace_id = $1 AND campaign_id = $2 AND id = $3 RETURNING id',
);

const DELETE_SIMULATED = statement(
  'delete_simulated_messages',
  'DELETE FROM simulation_messages WHERE workspace_id = $1 AND simulation_id = $2',
);

const DELETE_HOURS = statement(
  'delete_simulation_hours',
  'DELETE FROM simulation_hours WHERE workspace_id = $1 AND simulation_id = $2',
);

/** With its messages. Whoever is at it finds out when it next says how far it has come. */
export async function deleteSimulation(
  tx: Sql,
  workspaceId: string,
  campaignId: string,
  id: string,
): Promise<boolean> {
  if ((await tx.query(DELETE_SIMULATION, [workspaceId, campaignId, id])).length === 0) return false;
  await tx.query(DELETE_SIMULATED, [workspaceId, id]);
  await tx.query(DELETE_HOURS, [workspaceId, id]);
  return true;
}

export interface DueSimulation {
  workspaceId: string;
  id: string;
}

const SCAN_SIMULATIONS = statement(
  'scan_due_simulations',
  `SELECT workspace_id AS "workspaceId", id FROM simulations WHERE look_at IS NOT NULL AND look_at <= $1 ORDER BY look_at LIMIT $2`,
);

/** Over all workspaces, the longest waiting first. */
export function scanSimulations(sql: Sql, now: number, limit: number): Promise<DueSimulation[]> {
  return sql.query(SCAN_SIMULATIONS, [toIso(now), limit]);
}

const CLAIM_SIMULATION = statement(
  'claim_simulation',
  `UPDATE simulations s SET status = 'running', attempt = attempt + 1, look_at = $4, progress = NULL, started_at = coalesce(started_at, $3)
   WHERE s.workspace_id = $1 AND s.id = $2 AND s.look_at <= $3 RETURNING ${COLUMNS}, s.attempt`,
);

/** This process's until `until`, unless it says that it is still at it; null when another has it. */
export async function claimSimulation(
  sql: Sql,
  { workspaceId, id }: DueSimulation,
  now: number,
  until: number,
): Promise<(SimulationRow & { attempt: number }) | null> {
  const values = [workspaceId, id, toIso(now), toIso(until)];
  return (await sql.query<SimulationRow & { attempt: number }>(CLAIM_SIMULATION, values))[0] ?? null;
}

/** Who holds it: everything that is stored of a simulation names the attempt. */
export interface Held extends DueSimulation {
  attempt: number;
}

const NOTE_PROGRESS = statement(
  'note_simulation_progress',
  `UPDATE simulations SET progress = $4, look_at = $5 WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'running' RETURNING id`,
);

/** False: it was deleted, or begun anew by somebody else. */
export async function noteProgress(
  sql: Sql,
  { workspaceId, id, attempt }: Held,
  progress: SimulationProgress,
  until: number,
): Promise<boolean> {
  const values = [workspaceId, id, attempt, JSON.stringify(progress), toIso(until)];
  return (await sql.query(NOTE_PROGRESS, values)).length > 0;
}

const LOCK_SIMULATION = statement(
  'lock_simulation',
  `SELECT id FROM simulations WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'running' FOR NO KEY UPDATE`,
);

/** False: nothing of it may be stored any more. */
export async function lockSimulation(tx: Sql, { workspaceId, id, attempt }: Held): Promise<boolean> {
  return (await tx.query(LOCK_SIMULATION, [workspaceId, id, attempt])).length > 0;
}

const FINISH_SIMULATION = statement(
  'finish_simulation',
  `UPDATE simulations SET status = $4, result = $5, error = $6, look_at = NULL, finished_at = $7 WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'running'`,
);

export async function finishSimulation(
  sql: Sql,
  { workspaceId, id, attempt }: Held,
  outcome: { result: SimulationResult } | { error: string },
  now: number,
): Promise<void> {
  const [status, result, error] =
    'result' in outcome
      ? ['finished', JSON.stringify(outcome.result), null]
      : ['failed', null, outcome.error];
  await sql.query(FINISH_SIMULATION, [workspaceId, id, attempt, status, result, error, toIso(now)]);
}

const PUT_BACK_SIMULATION = statement(
  'put_back_simulation',
  `UPDATE simulations SET status = 'waiting', look_at = $4 WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'running'`,
);

/** For somebody else to begin: this process stops. */
export async function putBackSimulation(
  sql: Sql,
  { workspaceId, id, attempt }: Held,
  now: number,
): Promise<void> {
  await sql.query(PUT_BACK_SIMULATION, [workspaceId, id, attempt, toIso(now)]);
}

const FIND_HOLDERS = statement(
  'find_simulations_under_way',
  `SELECT id, attempt FROM simulations WHERE look_at IS NOT NULL AND status = 'running' AND id = ANY($1)`,
);

/** Which of these attempts somebody may still be at. */
export function findUnderWay(sql: Sql, ids: readonly string[]): Promise<{ id: string; attempt: number }[]> {
  return sql.query(FIND_HOLDERS, [ids]);
}

const SCAN_OLD_SIMULATIONS = statement(
  'scan_old_simulations',
  `SELECT workspace_id AS "workspaceId", campaign_id AS "campaignId", id FROM simulations WHERE created_at < $1 AND look_at IS NULL LIMIT $2`,
);

/** That are over. */
export function scanOldSimulations(
  sql: Sql,
  before: number,
  limit: number,
): Promise<(DueSimulation & { campaignId: string })[]> {
  return sql.query(SCAN_OLD_SIMULATIONS, [toIso(before), limit]);
}

export interface SimulatedMessage {
  n: number;
  leadId: string;
  stepKey: string | null;
  lineId: string | null;
  at: number | null;
  status: 'sent' | 'fallback' | 'never';
  firstTouch: boolean;
  reason: string | null;
  detail: string | null;
}

export interface SimulatedFilter {
  after: number;
  leadId: string | null;
  stepKey: string | null;
  lineId: string | null;
  status: SimulatedMessage['status'] | null;
  /** Of what never goes. */
  reason: string | null;
  limit: number;
}

const SIMULATED = `SELECT n, lead_id AS "leadId", step_key AS "stepKey", line_id AS "lineId", at, status, first_touch AS "firstTouch",
     reason, detail`;
const WISHED = `($4::text IS NULL OR step_key = $4) AND ($5::text IS NULL OR line_id = $5) AND ($6::text IS NULL OR status = $6)
   ORDER BY n LIMIT $7`;
const READ_SIMULATED = statement(
  'read_simulated_messages',
  `${SIMULATED} FROM simulation_messages WHERE workspace_id = $1 AND simulation_id = $2 AND n > $3 AND ${WISHED}`,
);
const READ_SIMULATED_OF_LEAD = statement(
  'read_simulated_messages_of_lead',
  `${SIMULATED} FROM simulation_messages WHERE workspace_id = $1 AND simulation_id = $2 AND n > $3 AND lead_id = $8 AND ${WISHED}`,
);
const READ_SIMULATED_FOR_REASON = statement(
  'read_simulated_messages_for_reason',
  `${SIMULATED} FROM simulation_messages WHERE workspace_id = $1 AND simulation_id = $2 AND n > $3 AND at IS NULL AND reason = $8
     AND ($9::text IS NULL OR lead_id = $9) AND ${WISHED}`,
);

/** In the order in which they go; what never goes comes last. */
export function readSimulated(
  sql: Sql,
  workspaceId: string,
  simulationId: string,
  { after, leadId, stepKey, lineId, status, reason, limit }: SimulatedFilter,
): Promise<SimulatedMessage[]> {
  const values = [workspaceId, simulationId, after, stepKey, lineId, status, limit];
  if (reason !== null) return sql.query(READ_SIMULATED_FOR_REASON, [...values, reason, leadId]);
  if (leadId !== null) return sql.query(READ_SIMULATED_OF_LEAD, [...values, leadId]);
  return sql.query(READ_SIMULATED, values);
}
