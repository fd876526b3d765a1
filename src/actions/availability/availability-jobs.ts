/**
 * Leads checked in the background, within quota and gap. All that a job is stands in the database: it goes on after a
 * restart, at any dispatcher, and every lead is counted once. What was found out of an address is known to all.
 */
import type { AvailabilityJobAnswer } from '../../contract/leads/availability.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { Sql } from '../../store/database.ts';
import { readCheckers } from '../../store/leads/availability.ts';
import {
  type AvailabilityJob,
  claimJob,
  findJob,
  finishJob,
  forgetJobs,
  insertJob,
  nextJobLeads,
  putOffJob,
  settleJobLead,
} from '../../store/leads/availability-jobs.ts';
import type { Caller } from '../access/authenticate.ts';
import type { CheckWait } from './check-address.ts';
import { tryLead } from './check-lead.ts';

/** One process works a job; should it die, another goes on after this. */
const CLAIM_MS = 10_000;
/** A turn ends well before its claim. Who is late all the same does no harm: of every address one asks, every lead counts once. */
const TURN_MS = 5_000;
const LEADS_PER_LOOK = 50;
/** Behind the gap of a device: whoever is waited for by people comes first. */
const SPARE_MS = 250;
/** Until the day is over it is looked now and then whether another line can help. */
const LOOK_FOR_LINES_MS = 60_000;

/** Answers the id of the job. */
export async function startBulkCheck(
  deps: Deps,
  workspaceId: string,
  leadIds: readonly string[],
): Promise<string> {
  const now = deps.clock.now();
  for (let at = now; ; at += 1) {
    const id = `bulk-availability-${toIso(at)}`;
    const job = { id, kind: 'bulk' as const, leadIds: [...new Set(leadIds)] };
    if (await deps.database.transaction((tx) => insertJob(tx, workspaceId, job, now))) {
      deps.wakeDispatchers();
      return id;
    }
  }
}

/**
 * For whoever makes leads without sending to them: they are checked in the background, in the commit's wake. Only where
 * the workspace has a line that might check. Whoever calls it wakes the dispatchers after the commit.
 */
export async function queueAvailabilityCheck(
  deps: Pick<Deps, 'ids' | 'clock'>,
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
): Promise<void> {
  if (leadIds.length === 0 || (await readCheckers(tx, workspaceId)).length === 0) return;
  const job = { id: `new-leads-${deps.ids()}`, kind: 'new_leads' as const, leadIds: [...new Set(leadIds)] };
  await insertJob(tx, workspaceId, job, deps.clock.now());
}

export async function getAvailabilityJob(
  deps: Deps,
  { workspaceId }: Caller,
  jobId: string,
): Promise<AvailabilityJobAnswer> {
  const job = jobId.includes('\0') ? null : await findJob(deps.database, workspaceId, jobId);
  if (job === null) throw problem('AVAILABILITY_JOB_NOT_FOUND');
  const { total, available, unavailable, errors, waitingFor, waitingUntil, createdAt, finishedAt } = job;
  return {
    success: true,
    jobId,
    status: finishedAt !== null ? 'finished' : waitingFor !== null ? 'waiting' : 'running',
    total,
    checked: available + unavailable + errors,
    available,
    unavailable,
    errors,
    waitingFor,
    waitingUntil: toIsoOrNull(waitingUntil),
    createdAt: toIso(createdAt),
    finishedAt: toIsoOrNull(finishedAt),
  };
}

/** One turn of a job that is due. */
export async function workAvailabilityJob(
  deps: Deps,
  { workspaceId, jobId }: { workspaceId: string; jobId: string },
  stopping: AbortSignal,
): Promise<void> {
  const { database, clock } = deps;
  const beganAt = clock.now();
  const job = await claimJob(database, workspaceId, jobId, beganAt, beganAt + CLAIM_MS);
  if (job === null) return;
  for (;;) {
    const leadIds = await nextJobLeads(database, workspaceId, jobId, LEADS_PER_LOOK);
    if (leadIds.length === 0) return end(deps, workspaceId, job);
    for (const leadId of leadIds) {
      const wait = await checkOne(deps, workspaceId, jobId, leadId);
      if (wait !== null && !(wait.step === 'wait' && wait.until <= clock.now()))
        return hold(deps, workspaceId, job, wait);
      if (stopping.aborted || clock.now() - beganAt > TURN_MS)
        return putOffJob(database, workspaceId, jobId, clock.now());
    }
  }
}

/** null: it is done, and counted. */
async function checkOne(
  deps: Deps,
  workspaceId: string,
  jobId: string,
  leadId: string,
): Promise<CheckWait | null> {
  const step = await tryLead(deps, workspaceId, leadId, { spareMs: SPARE_MS, asksOnce: true });
  if (step.step !== 'checked' && step.step !== 'missing') return step;
  await deps.checkpoint('job.checked');
  const status = step.step === 'missing' ? 'error' : step.status;
  await deps.database.transaction((tx) => settleJobLead(tx, workspaceId, jobId, leadId, status));
  await deps.checkpoint('job.counted');
  return null;
}

async function hold(deps: Deps, workspaceId: string, job: AvailabilityJob, wait: CheckWait): Promise<void> {
  const { database, clock } = deps;
  const soon = clock.now() + LOOK_FOR_LINES_MS;
  switch (wait.step) {
    case 'wait':
      return putOffJob(database, workspaceId, job.id, wait.until);
    case 'exhausted': {
      const waiting = { for: 'quota' as const, until: wait.until };
      return putOffJob(database, workspaceId, job.id, Math.min(wait.until, soon), waiting);
    }
    case 'no_line':
      // Nobody asked for it: the first send will tell.
      if (job.kind === 'new_leads') return end(deps, workspaceId, job);
      return putOffJob(database, workspaceId, job.id, soon, { for: 'line', until: null });
  }
}

async function end(
  { database, clock }: Deps,
  workspaceId: string,
  { id, kind }: AvailabilityJob,
): Promise<void> {
  if (kind === 'bulk') await finishJob(database, workspaceId, id, clock.now());
  else await database.transaction((tx) => forgetJobs(tx, workspaceId, [id]));
}
