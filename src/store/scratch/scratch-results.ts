/** From a scratch schema into what is kept of a simulation: each step of each lead, when it goes and from where, or why never. */
import type { SimulationResult } from '../../domain/simulation.ts';
import { toIso } from '../../lib/clock.ts';
import { passing, type Sql } from '../database.ts';
import { WAITING_SQL } from '../messages/messages.ts';

export interface Collecting {
  schema: string;
  workspaceId: string;
  simulationId: string;
  campaignId: string;
  /** In their order. */
  stepKeys: readonly string[];
  /** What became of a message before then is none of the simulation's. */
  since: number;
  /** Why messages still wait at the end, by line; and where nothing is known of the line. */
  waits: Readonly<Record<string, string>>;
  waitsElse: string;
}

/**
 * A step that fell back goes when its SMS does. An entry that ended without a message of its own never gets the step that came
 * next; one whose message ended is told of by that message.
 */
const COLLECT = `INSERT INTO simulation_messages (workspace_id, simulation_id, n, lead_id, step_key, line_id, at, status, first_touch, reason, detail)
  SELECT $1, $2, row_number() OVER (ORDER BY each.at NULLS LAST, each.id), each.lead_id, each.step_key, each.line_id, each.at,
    each.status, each.first_touch, each.reason, each.detail
  FROM (
    SELECT m.id, m.lead_id, m.step_key, coalesce(sms.line_id, m.line_id) AS line_id, went.at, m.first_touch,
      CASE WHEN went.at IS NULL THEN 'never' WHEN sms.id IS NULL THEN 'sent' ELSE 'fallback' END AS status,
      CASE WHEN went.at IS NULL OR sms.id IS NOT NULL THEN coalesce(m.reason, CASE WHEN m.status IN ${WAITING_SQL} THEN 'waiting' ELSE m.status END) END AS reason,
      CASE WHEN went.at IS NULL THEN coalesce(m.error_message, $6::jsonb ->> m.line_id, $7) WHEN sms.id IS NOT NULL THEN m.error_message END AS detail
    FROM SCRATCH.messages m
    LEFT JOIN SCRATCH.messages sms ON sms.workspace_id = $1 AND sms.fallback_of = m.id AND sms.sent_at IS NOT NULL
    CROSS JOIN LATERAL (SELECT coalesce(sms.sent_at, m.sent_at) AS at) went
    WHERE m.workspace_id = $1 AND m.campaign_id = $3 AND m.direction = 'sent' AND m.fallback_of IS NULL
      AND (m.status IN ${WAITING_SQL} OR coalesce(went.at, m.updated_at) >= $5)
    UNION ALL
    SELECT e.lead_id, e.lead_id, coalesce(e.next_step_key, ($4::text[])[coalesce(array_position($4::text[], e.step_key), 0) + 1]), e.line_id,
      NULL, false, 'never', coalesce(e.reason, e.status), coalesce(e.detail, $7)
    FROM SCRATCH.campaign_leads e
    WHERE e.workspace_id = $1 AND e.campaign_id = $3 AND (e.status IN ('active', 'held') OR (e.status IN ('stopped', 'failed') AND e.ended_at >= $5))
      AND NOT EXISTS (SELECT 1 FROM SCRATCH.messages m WHERE m.workspace_id = $1 AND m.id = e.message_id
        AND m.status NOT IN ('sent', 'delivered', 'fallback'))
  ) each`;

export async function collect(tx: Sql, collecting: Collecting): Promise<void> {
  const { schema, workspaceId, simulationId, campaignId, stepKeys, since, waits, waitsElse } = collecting;
  const text = COLLECT.replaceAll('SCRATCH', schema);
  const values = [
    workspaceId,
    simulationId,
    campaignId,
    stepKeys,
    toIso(since),
    JSON.stringify(waits),
    waitsElse,
  ];
  await tx.query(passing(text), values);
}

/** Leads that are named of each reason. */
const SAMPLED_OF_EACH = 5;

const GOES = `FROM simulation_messages WHERE workspace_id = $1 AND simulation_id = $2 AND at IS NOT NULL`;
const COUNT_ALL =
  passing(`SELECT count(*)::int AS messages, count(*) FILTER (WHERE first_touch)::int AS "firstTouches",
     count(*) FILTER (WHERE status = 'fallback')::int AS fallbacks, count(DISTINCT lead_id)::int AS leads, max(at) AS "finishAt" ${GOES}`);
const COUNT_DAYS =
  passing(`SELECT (at AT TIME ZONE $3)::date::text AS day, line_id AS "lineId", count(*)::int AS messages,
     count(*) FILTER (WHERE first_touch)::int AS "firstTouches" ${GOES} GROUP BY 1, 2 ORDER BY 1, 2`);
const COUNT_STEPS = passing(
  `SELECT step_key AS "stepKey", count(*)::int AS messages, min(at) AS "firstAt", max(at) AS "lastAt" ${GOES} GROUP BY 1`,
);
const COUNT_LINES =
  passing(`SELECT line_id AS "lineId", count(*)::int AS messages, count(*) FILTER (WHERE first_touch)::int AS "firstTouches",
     min(at) AS "firstAt", max(at) AS "lastAt" ${GOES} GROUP BY 1 ORDER BY 1`);
const COUNT_NEVER =
  passing(`SELECT reason, step_key AS "stepKey", count(*)::int AS count, min(detail) AS detail,
     (array_agg(lead_id ORDER BY n))[1:${SAMPLED_OF_EACH}] AS "sampleLeadIds" FROM simulation_messages
   WHERE workspace_id = $1 AND simulation_id = $2 AND at IS NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`);
const KEEP_HOURS =
  passing(`INSERT INTO simulation_hours (workspace_id, simulation_id, day, hour, line_id, messages, first_touches)
   SELECT $1, $2, (at AT TIME ZONE $3)::date, extract(hour FROM at AT TIME ZONE $3)::smallint, coalesce(line_id, ''), count(*),
     count(*) FILTER (WHERE first_touch) ${GOES} GROUP BY GROUPING SETS ((3, 4, line_id), (3, 4))`);

type Counted = Omit<SimulationResult, 'startAt' | 'timezone' | 'assumptions' | 'warnings'>;

/** What was collected, added up, and kept hour by hour for its calendar. Steps come in the order of `stepKeys`. */
export async function countCollected(
  tx: Sql,
  { workspaceId, simulationId, stepKeys }: Collecting,
  timezone: string,
): Promise<Counted> {
  const values = [workspaceId, simulationId];
  const [all] = await tx.query<Omit<Counted, 'perDay' | 'perStep' | 'perLine' | 'neverGoes'>>(
    COUNT_ALL,
    values,
  );
  const perStep = await tx.query<SimulationResult['perStep'][number]>(COUNT_STEPS, values);
  await tx.query(KEEP_HOURS, [...values, timezone]);
  const byReason = await tx.query<SimulationResult['neverGoes']['byReason'][number]>(COUNT_NEVER, values);
  return {
    ...(all ?? { messages: 0, firstTouches: 0, fallbacks: 0, leads: 0, finishAt: null }),
    perDay: await tx.query(COUNT_DAYS, [...values, timezone]),
    perStep: perStep.toSorted((a, b) => stepKeys.indexOf(a.stepKey) - stepKeys.indexOf(b.stepKey)),
    perLine: await tx.query(COUNT_LINES, values),
    neverGoes: { total: byReason.reduce((sum, { count }) => sum + count, 0), byReason },
  };
}
