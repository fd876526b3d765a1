/** Simulations as they are looked at: those of a campaign, and the calendar of one. */
import { type Sql, statement } from '../database.ts';
import type { SimulationRow } from './simulations.ts';

/** One of a campaign's, with what came of it in three figures. */
export interface SimulationSummary extends Omit<SimulationRow, 'campaignId' | 'result'> {
  outcome: { messages: number; finishAt: number | null; neverGoes: number } | null;
}

const LIST_SIMULATIONS = statement(
  'list_simulations',
  `SELECT s.id, s.status, s.asked, s.progress, s.error, s.created_at AS "createdAt", s.started_at AS "startedAt",
     s.finished_at AS "finishedAt", CASE WHEN s.result IS NOT NULL THEN jsonb_build_object('messages', s.result -> 'messages',
       'finishAt', s.result -> 'finishAt', 'neverGoes', s.result -> 'neverGoes' -> 'total') END AS outcome
   FROM simulations s WHERE s.workspace_id = $1 AND s.campaign_id = $2 AND ($3::text IS NULL OR s.id < $3)
   ORDER BY s.id DESC LIMIT $4`,
);

/** Newest first. `after`: id of the last one of the page before. */
export function listSimulations(
  sql: Sql,
  workspaceId: string,
  campaignId: string,
  { after, limit }: { after: string | null; limit: number },
): Promise<SimulationSummary[]> {
  return sql.query(LIST_SIMULATIONS, [workspaceId, campaignId, after, limit]);
}

export interface SimulatedHour {
  day: string;
  hour: number;
  /** null: all of them together. */
  lineId: string | null;
  messages: number;
  firstTouches: number;
}

const READ_HOURS = statement(
  'read_simulation_hours',
  `SELECT day::text AS day, hour, nullif(line_id, '') AS "lineId", messages, first_touches AS "firstTouches" FROM simulation_hours
   WHERE workspace_id = $1 AND simulation_id = $2 AND line_id = ANY($5) AND day BETWEEN $3::date AND $4::date
   ORDER BY simulation_hours.day, hour, line_id`,
);

/** From `from` to `to`, both included; of these lines, or of all together: ''. */
export function readSimulatedHours(
  sql: Sql,
  workspaceId: string,
  simulationId: string,
  { from, to, lineIds }: { from: string; to: string; lineIds: readonly string[] },
): Promise<SimulatedHour[]> {
  return sql.query(READ_HOURS, [workspaceId, simulationId, from, to, lineIds]);
}
