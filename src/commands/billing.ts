/** `billing`: whether a workspace may write (D36). The servers see it within a second. */
import { systemClock } from '../lib/clock.ts';
import { UsageError } from '../lib/command-line.ts';
import { findWorkspace, updateBilling } from '../store/workspace/workspaces.ts';
import { withDatabase } from './with-database.ts';

export async function billing(args: string[]): Promise<number> {
  const [workspaceId, status, ...more] = args;
  if (workspaceId === undefined || (status !== 'active' && status !== 'past_due') || more.length > 0)
    throw new UsageError('Say which workspace, and active or past_due.');
  return withDatabase(async (database) => {
    if ((await findWorkspace(database, workspaceId)) === null) {
      process.stderr.write(`There is no workspace ${workspaceId}.\n`);
      return 1;
    }
    await updateBilling(database, workspaceId, status, systemClock().now());
    const meaning = status === 'active' ? 'everything works' : 'it can be read, but not written to';
    process.stdout.write(`${workspaceId} is ${status}: ${meaning}.\n`);
    return 0;
  });
}
