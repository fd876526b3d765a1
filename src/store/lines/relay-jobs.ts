/** What Macs are asked to do, what they answered, and the bytes they brought up. The answer to each job is stored once. */
import type { JobKind, RelayWork } from '../../domain/relay-work.ts';
import { toIso } from '../../lib/clock.ts';
import { type Database, type Sql, statement } from '../database.ts';

export type JobState = 'queued' | 'taken' | 'answered' | 'withdrawn';

export interface RelayJobRow {
  workspaceId: string;
  id: string;
  lineId: string;
  kind: JobKind;
  state: JobState;
  reference: string | null;
  work: RelayWork;
  deviceId: string | null;
  fence: string | null;
  leaseUntil: number;
  /** Parsed when it came: one of `Answers` for this kind of work. */
  answer: unknown;
  createdAt: number;
}

export type NewRelayJob = Pick<
  RelayJobRow,
  'workspaceId' | 'id' | 'lineId' | 'kind' | 'reference' | 'work' | 'leaseUntil' | 'createdAt'
>;

const COLUMNS = `workspace_id AS "workspaceId", id, line_id AS "lineId", kind, state, reference, work,
  device_id AS "deviceId", fence, lease_until AS "leaseUntil", answer, created_at AS "createdAt"`;

const INSERT_JOB = statement(
  'insert_relay_job',
  `INSERT INTO relay_jobs (workspace_id, id, line_id, kind, state, reference, work, lease_until, created_at)
   VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7, $8) RETURNING id`,
);

/** `stillWanted` is asked in the instant before it leaves; false: nothing is stored. */
export async function insertJob(
  database: Database,
  stillWanted: () => boolean,
  job: NewRelayJob,
): Promise<boolean> {
  const stored = await database.queryIf(stillWanted, INSERT_JOB, [
    job.workspaceId,
    job.id,
    job.lineId,
    job.kind,
    job.reference,
    JSON.stringify(job.work),
    toIso(job.leaseUntil),
    toIso(job.createdAt),
  ]);
  return stored !== null;
}

const FIND_JOB = statement(
  'find_relay_job',
  `SELECT ${COLUMNS} FROM relay_jobs WHERE workspace_id = $1 AND id = $2`,
);

export async function findJob(sql: Sql, workspaceId: string, id: string): Promise<RelayJobRow | null> {
  return (await sql.query<RelayJobRow>(FIND_JOB, [workspaceId, id]))[0] ?? null;
}

const SENDS_OF = statement(
  'list_relay_sends_of_message',
  `SELECT ${COLUMNS} FROM relay_jobs WHERE workspace_id = $1 AND reference = $2 ORDER BY id DESC`,
);

/** All attempts to send one message, newest first. */
export function listSendsOf(sql: Sql, workspaceId: string, reference: string): Promise<RelayJobRow[]> {
  return sql.query<RelayJobRow>(SENDS_OF, [workspaceId, reference]);
}

const WITHDRAW = statement(
  'withdraw_relay_job',
  `UPDATE relay_jobs SET state = 'withdrawn', ended_at = $3
   WHERE workspace_id = $1 AND id = $2 AND state = 'queued' RETURNING id`,
);

/** False: somebody has it, or it has ended. */
export async function withdrawJob(sql: Sql, workspaceId: string, id: string, now: number): Promise<boolean> {
  return (await sql.query(WITHDRAW, [workspaceId, id, toIso(now)])).length === 1;
}

const TAKE = statement(
  'take_relay_job',
  `UPDATE relay_jobs SET state = 'taken', device_id = $4, fence = $5, taken_at = $6
   WHERE workspace_id = $1 AND line_id = $2 AND id = $3 AND kind = 'send' AND state = 'queued' AND lease_until > $6
   RETURNING lease_until AS "leaseUntil"`,
);
const TAKEN_BEFORE = statement(
  'find_taken_relay_job',
  `SELECT lease_until AS "leaseUntil" FROM relay_jobs
   WHERE workspace_id = $1 AND line_id = $2 AND id = $3 AND state = 'taken' AND device_id = $4 AND fence = $5`,
);

/** Until when it may be sent; null: it is not this taker's. Who took it before by the same fence has it still. */
export async function takeJob(
  sql: Sql,
  at: { workspaceId: string; lineId: string; deviceId: string },
  jobId: string,
  fence: string,
  now: number,
): Promise<number | null> {
  const asked = [at.workspaceId, at.lineId, jobId, at.deviceId, fence];
  const [taken] = await sql.query<{ leaseUntil: number }>(TAKE, [...asked, toIso(now)]);
  if (taken !== undefined) return taken.leaseUntil;
  const [before] = await sql.query<{ leaseUntil: number }>(TAKEN_BEFORE, asked);
  return before === undefined || before.leaseUntil <= now ? null : before.leaseUntil;
}

const HAS_SEND_UNDER_WAY = statement(
  'has_relay_send_under_way',
  `SELECT id FROM relay_jobs WHERE workspace_id = $1 AND line_id = $2 AND kind = 'send' AND state = 'taken' AND lease_until > $3
     AND created_at > $4 LIMIT 1`,
);

/** Whether its Mac has a message in its hands. `since`: whatever was queued before is over. */
export async function hasSendUnderWay(
  sql: Sql,
  { workspaceId, lineId }: { workspaceId: string; lineId: string },
  now: number,
  since: number,
): Promise<boolean> {
  const values = [workspaceId, lineId, toIso(now), toIso(since)];
  return (await sql.query(HAS_SEND_UNDER_WAY, values)).length > 0;
}

const ANSWER = statement(
  'answer_relay_job',
  `UPDATE relay_jobs SET state = 'answered', device_id = $4, answer = $6, ended_at = $7
   WHERE workspace_id = $1 AND line_id = $2 AND id = $3
     AND (CASE kind WHEN 'send' THEN state = 'taken' AND device_id = $4 AND fence = $5 ELSE state = 'queued' END)
   RETURNING id`,
);

/** The first answer counts; of a send only that of who holds the fence. False: it changed nothing. */
export async function answerJob(
  sql: Sql,
  at: { workspaceId: string; lineId: string; deviceId: string },
  jobId: string,
  fence: string | null,
  answer: unknown,
  now: number,
): Promise<boolean> {
  const values = [at.workspaceId, at.lineId, jobId, at.deviceId, fence, JSON.stringify(answer), toIso(now)];
  return (await sql.query(ANSWER, values)).length === 1;
}

const QUEUED_OF_LINE = statement(
  'list_queued_relay_jobs',
  `SELECT ${COLUMNS} FROM relay_jobs WHERE workspace_id = $1 AND line_id = $2 AND state = 'queued' AND lease_until > $3
   ORDER BY id LIMIT 50`,
);

export function listQueuedJobs(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  now: number,
): Promise<RelayJobRow[]> {
  return sql.query<RelayJobRow>(QUEUED_OF_LINE, [workspaceId, lineId, toIso(now)]);
}

const SCAN_QUEUED = statement(
  'scan_queued_relay_jobs',
  `SELECT DISTINCT workspace_id AS "workspaceId", line_id AS "lineId" FROM relay_jobs WHERE state = 'queued' AND lease_until > $1
   LIMIT 10000`,
);

/** The lines of which somebody wants something: few at any instant. */
export function scanLinesWithJobs(sql: Sql, now: number): Promise<{ workspaceId: string; lineId: string }[]> {
  return sql.query(SCAN_QUEUED, [toIso(now)]);
}

const STORE_PIECE = statement(
  'store_relay_file_piece',
  `INSERT INTO relay_file_pieces (workspace_id, job_id, n, bytes)
   SELECT $1, j.id, $4, $5 FROM relay_jobs j
   WHERE j.workspace_id = $1 AND j.line_id = $2 AND j.id = $3 AND j.kind = 'fetch' AND j.state = 'queued'
   ON CONFLICT (workspace_id, job_id, n) DO UPDATE SET bytes = excluded.bytes RETURNING n`,
);

/** False: nobody waits for it. */
export async function storePiece(
  sql: Sql,
  at: { workspaceId: string; lineId: string },
  jobId: string,
  n: number,
  bytes: Buffer,
): Promise<boolean> {
  return (await sql.query(STORE_PIECE, [at.workspaceId, at.lineId, jobId, n, bytes])).length === 1;
}

const READ_PIECE = statement(
  'read_relay_file_piece',
  'SELECT bytes FROM relay_file_pieces WHERE workspace_id = $1 AND job_id = $2 AND n = $3',
);

export async function readPiece(
  sql: Sql,
  workspaceId: string,
  jobId: string,
  n: number,
): Promise<Buffer | null> {
  const [row] = await sql.query<{ bytes: Buffer }>(READ_PIECE, [workspaceId, jobId, n]);
  return row?.bytes ?? null;
}

const DROP_PIECES = statement(
  'drop_relay_file_pieces',
  'DELETE FROM relay_file_pieces WHERE workspace_id = $1 AND job_id = ANY($2)',
);

export async function dropPieces(sql: Sql, workspaceId: string, jobIds: readonly string[]): Promise<void> {
  await sql.query(DROP_PIECES, [workspaceId, jobIds]);
}

const SCAN_OLD_JOBS = statement(
  'scan_old_relay_jobs',
  `SELECT workspace_id AS "workspaceId", id FROM relay_jobs WHERE created_at < $1 ORDER BY created_at LIMIT $2`,
);
const FORGET_JOBS = statement(
  'forget_relay_jobs',
  'DELETE FROM relay_jobs WHERE workspace_id = $1 AND id = ANY($2)',
);

/** One round: the oldest jobs, at most `limit` of them, whosever they are. Answers how many it found. */
export async function forgetJobs(sql: Sql, before: number, limit: number): Promise<number> {
  const old = await sql.query<{ workspaceId: string; id: string }>(SCAN_OLD_JOBS, [toIso(before), limit]);
  for (const [workspaceId, jobs] of Map.groupBy(old, (job) => job.workspaceId)) {
    const ids = jobs.map(({ id }) => id).sort();
    await dropPieces(sql, workspaceId, ids);
    await sql.query(FORGET_JOBS, [workspaceId, ids]);
  }
  return old.length;
}
