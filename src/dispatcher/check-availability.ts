/** Availability checks in the background: jobs that are due, and those nobody asks after any more. */
import { workAvailabilityJob } from '../actions/availability/availability-jobs.ts';
import type { Deps } from '../deps.ts';
import { forgetJobs, scanJobs, scanOldJobs } from '../store/leads/availability-jobs.ts';
import type { Question } from './chores.ts';

const SCAN_LIMIT = 200;
const KEEP_JOBS_MS = 30 * 86_400_000;

export async function availabilityJobsDue(deps: Deps, stopping: AbortSignal): Promise<Question[]> {
  const due = await scanJobs(deps.database, deps.clock.now(), SCAN_LIMIT);
  return due.map((job) => ({
    name: `${job.workspaceId} ${job.jobId}`,
    ask: () => workAvailabilityJob(deps, job, stopping),
  }));
}

export async function forgetOldJobs(deps: Deps): Promise<void> {
  const old = await scanOldJobs(deps.database, deps.clock.now() - KEEP_JOBS_MS, SCAN_LIMIT);
  for (const [workspaceId, jobs] of Map.groupBy(old, (job) => job.workspaceId)) {
    const ids = jobs.map(({ jobId }) => jobId);
    await deps.database.transaction((tx) => forgetJobs(tx, workspaceId, ids));
  }
}
