/** A campaign that was completed or archived by hand: whoever is still on the way is stopped, and what waits is cancelled. */
import { lockLiveEntries, storeEntries } from '../../store/campaign-leads.ts';
import { cancelWaiting } from './cancel-steps.ts';
import type { Run } from './run.ts';

const ENDED_AT_ONCE = 500;
const RETRY_MS = 1_000;

/** True while there are more. */
export async function endLeads(run: Run): Promise<boolean> {
  const { deps, tx, snapshot, campaign, now } = run;
  const { workspaceId } = snapshot.workspace;
  const live = await lockLiveEntries(tx, workspaceId, campaign.id, ENDED_AT_ONCE);
  const reason = campaign.status;
  const detail = reason === 'archived' ? 'Its campaign was archived' : 'Its campaign was completed';
  for (const entry of live)
    Object.assign(entry, {
      status: 'stopped',
      reason,
      detail,
      lookAt: null,
      nextStepKey: null,
      endedAt: now,
    });
  const { busy } = await cancelWaiting(deps, tx, workspaceId, live);
  const ended = live.filter(({ messageId }) => !busy.has(messageId ?? ''));
  await storeEntries(tx, workspaceId, campaign.id, ended, now);
  if (ended.length < live.length) campaign.lookAt = now + RETRY_MS;
  const more = live.length === ENDED_AT_ONCE && ended.length > 0;
  if (more) campaign.lookAt = now;
  return more;
}
