/** Leads to be checked in the background: jobs, their progress, and who is at them. */
import type { AvailabilityStatus } from '../../domain/words.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export type JobKind = 'bulk' | 'new_leads';
export type JobWait = 'quota' | 'line';

/** Instants in epoch ms. */
export interface AvailabilityJob {
  id: string;
  kind: JobKind;
  total: number;
  available: number;
  unavailable: number;
  errors: number;
  waitingFor: JobWait | null;
  waitingUntil: number | null;
  createdAt: number;
  finishedAt: number | null;
}

const JOB_COLUMNS = `id, kind, total, available, unavailable, errors, waiting_for AS "waitingFor",
  waiting_until AS "waitingUntil", created_at AS "createdAt", finished_at AS "finishedAt"`;

const INSERT_JOB = statement(
  'insert_availability_job',
  `INSERT INTO availability_jobs (workspace_id, id, kind, total, look_at, created_at)
   VALUES ($1, $2, $3, cardinality($4::text[]), $5, $5) ON CONFLICT (workspace_id, id) DO NOTHING RETURNING id`,
);
const INSERT_JOB_LEADS = statement(
  'insert_availability_job_leads',
  `INSERT INTO availability_job_leads (workspace_id, job_id, lead_id) SELECT $1, $2, unnest($3::text[])`,
);

/** `leadIds`: each once. False when the name is taken. */
export async function insertJob(
  tx: Sql,
  workspaceId: string,
  job: { id: string; kind: JobKind; leadIds: readonly string[] },
  now: number,
): Promise<boolean> {
  const made = await tx.query(INSERT_JOB, [workspaceId, job.id, job.kind, job.leadIds, toIso(now)]);
  if (made.length === 0) return false;
  await tx.query(INSERT_JOB_LEADS, [workspaceId, job.id, job.leadIds]);
  return true;
}

const FIND_JOB = statement(
  'find_availability_job',
  `SELECT ${JOB_COLUMNS} FROM availability_jobs WHERE workspace_id = $1 AND id = $2`,
);

export async function findJob(sql: Sql, workspaceId: string, id: string): Promise<AvailabilityJob | null> {
  return (await sql.query<AvailabilityJob>(FIND_JOB, [workspaceId, id]))[0] ?? null;
}

const SCAN_JOBS = statement(
  'scan_availability_jobs',
  `SELECT workspace_id AS "workspaceId", id AS "jobId" FROM availability_jobs
   WHERE look_at IS NOT NULL AND look_at <= $1 ORDER BY look_at LIMIT $2`,
);

export function scanJobs(
  sql: Sql,
  now: number,
  limit: number,
): Promise<{ workspaceId: string; jobId: string }[]> {
  return sql.query(SCAN_JOBS, [toIso(now), limit]);
}

const CLAIM_JOB = statement(
  'claim_availability_job',
  `UPDATE availability_jobs SET look_at = $4 WHERE workspace_id = $1 AND id = $2 AND look_at <= $3
   RETURNING ${JOB_COLUMNS}`,
);

/** The job is this process's until `until`; null when another has it. Should the process die, it is free again then. */
export async function claimJob(
  sql: Sql,
  workspaceId: string,
  id: string,
  now: number,
  until: number,
): Promise<AvailabilityJob | null> {
  const values = [workspaceId, id, toIso(now), toIso(until)];
  return (await sql.query<AvailabilityJob>(CLAIM_JOB, values))[0] ?? null;
}

const NEXT_JOB_LEADS = statement(
  'next_availability_job_leads',
  'SELECT lead_id AS id FROM availability_job_leads WHERE workspace_id = $1 AND job_id = $2 ORDER BY lead_id LIMIT $3',
);

export async function nextJobLeads(
  sql: Sql,
  workspaceId: string,
  jobId: string,
  limit: number,
): Promise<string[]> {
  return (await sql.query<{ id: string }>(NEXT_JOB_LEADS, [workspaceId, jobId, limit])).map(({ id }) => id);
}

const TAKE_JOB_LEAD = statement(
  'take_availability_job_lead',
  'DELETE FROM availability_job_leads WHERE workspace_id = $1 AND job_id = $2 AND lead_id = $3 RETURNING lead_id',
);
const COUNT_JOB_LEAD = statement(
  'count_availability_job_lead',
  `UPDATE availability_jobs SET available = available + ($3 = 'available')::int,
     unavailable = unavailable + ($3 = 'unavailable')::int, errors = errors + ($3 = 'error')::int,
     waiting_for = NULL, waiting_until = NULL WHERE workspace_id = $1 AND id = $2`,
);

/** Counts the lead once, whoever comes to it again. */
export async function settleJobLead(
  tx: Sql,
  workspaceId: string,
  jobId: string,
  leadId: string,
  status: AvailabilityStatus,
): Promise<void> {
  if ((await tx.query(TAKE_JOB_LEAD, [workspaceId, jobId, leadId])).length === 0) return;
  await tx.query(COUNT_JOB_LEAD, [workspaceId, jobId, status]);
}

const PUT_OFF_JOB = statement(
  'put_off_availability_job',
  `UPDATE availability_jobs SET look_at = $3, waiting_for = $4, waiting_until = $5
   WHERE workspace_id = $1 AND id = $2 AND finished_at IS NULL`,
);

export async function putOffJob(
  sql: Sql,
  workspaceId: string,
  id: string,
  lookAt: number,
  waiting: { for: JobWait; until: number | null } | null = null,
): Promise<void> {
  const values = [workspaceId, id, toIso(lookAt), waiting?.for ?? null, toIsoOrNull(waiting?.until)];
  await sql.query(PUT_OFF_JOB, values);
}

const FINISH_JOB = statement(
  'finish_availability_job',
  `UPDATE availability_jobs SET look_at = NULL, waiting_for = NULL, waiting_until = NULL, finished_at = $3
   WHERE workspace_id = $1 AND id = $2 AND finished_at IS NULL`,
);

export async function finishJob(sql: Sql, workspaceId: string, id: string, now: number): Promise<void> {
  await sql.query(FINISH_JOB, [workspaceId, id, toIso(now)]);
}

const FORGET_JOB_LEADS = statement(
  'forget_availability_job_leads',
  'DELETE FROM availability_job_leads WHERE workspace_id = $1 AND job_id = ANY($2)',
);
const FORGET_JOBS = statement(
  'forget_availability_jobs',
  'DELETE FROM availability_jobs WHERE workspace_id = $1 AND id = ANY($2)',
);

export async function forgetJobs(tx: Sql, workspaceId: string, ids: readonly string[]): Promise<void> {
  await tx.query(FORGET_JOB_LEADS, [workspaceId, ids]);
  await tx.query(FORGET_JOBS, [workspaceId, ids]);
}

const SCAN_OLD_JOBS = statement(
  'scan_old_availability_jobs',
  `SELECT workspace_id AS "workspaceId", id AS "jobId" FROM availability_jobs
   WHERE finished_at IS NOT NULL AND finished_at < $1 ORDER BY finished_at LIMIT $2`,
);

export function scanOldJobs(
  sql: Sql,
  before: number,
  limit: number,
): Promise<{ workspaceId: string; jobId: string }[]> {
  return sql.query(SCAN_OLD_JOBS, [toIso(before), limit]);
}
