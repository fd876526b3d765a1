/** Campaigns as people write them (contract 2.8, D38): drafts that may be incomplete, and edits of those that run. */
import type {
  CampaignChanges,
  CreateCampaign,
  ListCampaigns,
} from '../../contract/campaigns/campaign-requests.ts';
import type {
  Campaign,
  CampaignAnswer,
  CampaignsAnswer,
  ChangedCampaignAnswer,
} from '../../contract/campaigns/campaigns.ts';
import { problem } from '../../contract/problems.ts';
import { invalidCampaign } from '../../contract/reading.ts';
import type { Deps } from '../../deps.ts';
import type { Fault } from '../../domain/campaign/check-steps.ts';
import { countOnTheWay } from '../../store/campaigns/campaign-entries.ts';
import {
  type CampaignRow,
  countMade,
  findCampaign,
  insertCampaign,
  listCampaigns as listRows,
  lockCampaign,
  deleteCampaign as remove,
  storeCampaign,
} from '../../store/campaigns/campaigns.ts';
import { outdateAnswers } from '../../store/campaigns/condition-answers.ts';
import type { Sql } from '../../store/database.ts';
import { countStandings } from '../../store/leads/lead-counts.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { checkCampaign, warnOfCampaign } from './check-campaign.ts';
import { type ConditionHeaders, openHeaders, sealHeaders } from './condition-headers.ts';
import { refuseWhileEnding } from './end-leads.ts';
import { mergeHeaders } from './merge-headers.ts';
import { presentCampaign } from './present-campaign.ts';

export async function listCampaigns(
  deps: Deps,
  { workspaceId }: Caller,
  { status, cursor, limit }: ListCampaigns,
): Promise<CampaignsAnswer> {
  const rows = await listRows(deps.database, workspaceId, { status, after: cursor, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const ids = page.map(({ id }) => id);
  const counts = await countStandings(deps.database, workspaceId, ids);
  return {
    campaigns: page.map((row) => presentCampaign(workspaceId, row, counts, openOf(deps, workspaceId, row))),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

export async function getCampaign(deps: Deps, { workspaceId }: Caller, id: string): Promise<CampaignAnswer> {
  const row = await findCampaign(deps.database, workspaceId, id);
  const snapshot = await deps.snapshots.read(workspaceId);
  if (row === null || snapshot === null) throw problem('CAMPAIGN_NOT_FOUND');
  return answer(deps, deps.database, snapshot, row, []);
}

/** As it is seen in `sql`. What is in the way is told of drafts alone: the others have been launched. */
export async function answer(
  deps: Deps,
  sql: Sql,
  snapshot: WorkspaceSnapshot,
  row: CampaignRow,
  warnings: readonly string[],
): Promise<CampaignAnswer> {
  const { workspaceId } = snapshot.workspace;
  return {
    campaign: await present(deps, sql, workspaceId, row),
    problems: row.status === 'draft' ? await checkCampaign(deps, sql, snapshot, row) : [],
    warnings: [...warnings, ...warnOfCampaign(snapshot, row)],
  };
}

async function present(deps: Deps, sql: Sql, workspaceId: string, row: CampaignRow): Promise<Campaign> {
  const counts = await countStandings(sql, workspaceId, [row.id]);
  return presentCampaign(workspaceId, row, counts, openOf(deps, workspaceId, row));
}

function openOf({ secrets }: Deps, workspaceId: string, { id, secret }: CampaignRow): ConditionHeaders {
  return openHeaders(secrets, workspaceId, id, secret);
}

export async function createCampaign(
  deps: Deps,
  caller: Caller,
  { headers: given, ...content }: CreateCampaign,
  options: KeyedRequest & { warnings: string[] },
): Promise<KeyedAnswer<CampaignAnswer>> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  return answerOnce(deps, workspaceId, options, 201, async (tx) => {
    const id = deps.ids();
    const { headers, faults } = mergeHeaders(content.steps, given, { steps: [], headers: {} });
    if (faults.length > 0) throw invalidCampaign(faults);
    const secret = sealHeaders(deps.secrets, workspaceId, id, headers);
    await insertCampaign(tx, workspaceId, id, { ...content, secret }, deps.clock.now());
    const row = await findCampaign(tx, workspaceId, id);
    if (row === null) throw problem('CAMPAIGN_NOT_FOUND');
    await auditChange(deps, tx, caller, 'created', null, row);
    return answer(deps, tx, snapshot, row, options.warnings);
  });
}

/** Once it has been launched, an edit touches what has not been made yet: steps become messages when their turn comes. */
export async function updateCampaign(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: CampaignChanges,
): Promise<ChangedCampaignAnswer> {
  const { workspaceId } = caller;
  const snapshot = await refuseReadOnly(deps, caller);
  const changed = await deps.database.transaction(async (tx) => {
    const before = await lockCampaign(tx, workspaceId, id);
    if (before === null) throw problem('CAMPAIGN_NOT_FOUND');
    if (before.status === 'archived') throw problem('CAMPAIGN_ARCHIVED', { reason: before.status });
    const { row: after, faults: unmerged } = mergeChanges(deps, workspaceId, before, changes);
    if (unmerged.length > 0) throw invalidCampaign(unmerged);
    const now = deps.clock.now();
    if (before.status !== 'draft') {
      const faults = await checkEdit(deps, tx, snapshot, before, after, changes);
      if (faults.length > 0) throw invalidCampaign(faults);
      if (changes.steps !== undefined) {
        // Whoever waits for a step is decided on anew, by those who look at the campaign next: they may be many.
        after.recheckingAfter = '';
        await outdateAnswers(tx, workspaceId, id);
      }
      if (before.status === 'active') after.lookAt = now;
    }
    await storeCampaign(tx, workspaceId, after, now);
    await auditChange(deps, tx, caller, 'updated', before, after);
    const alreadyMade =
      before.status === 'draft' || changes.steps === undefined ? [] : await countMade(tx, workspaceId, id);
    return { ...(await answer(deps, tx, snapshot, { ...after, updatedAt: now }, [])), alreadyMade };
  });
  deps.wakeDispatchers();
  return changed;
}

/** The campaign as it would be; `faults`: headers that must be given again. */
export function mergeChanges(
  deps: Deps,
  workspaceId: string,
  before: CampaignRow,
  { steps, headers: given = new Map(), areStepsNamed: _, ...changes }: CampaignChanges,
): { row: CampaignRow; faults: Fault[] } {
  if (steps === undefined) return { row: { ...before, ...changes }, faults: [] };
  const old = { steps: before.steps, headers: openOf(deps, workspaceId, before) };
  const { headers, faults } = mergeHeaders(steps, given, old);
  const isSame = JSON.stringify(headers) === JSON.stringify(old.headers);
  const secret = isSame ? before.secret : sealHeaders(deps.secrets, workspaceId, before.id, headers);
  return { row: { ...before, ...changes, steps, secret }, faults };
}

/** Only what is changed is judged: a line that was switched off since must not stand in the way of a new name. */
export async function checkEdit(
  deps: Deps,
  tx: Sql,
  snapshot: WorkspaceSnapshot,
  before: CampaignRow,
  after: CampaignRow,
  changes: CampaignChanges,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const name of ['messageType', 'listId'] as const)
    if (after[name] !== before[name])
      faults.push({
        param: name,
        error:
          name === 'listId'
            ? 'must stay as it was launched; add further leads by POST /api/campaigns/{id}/leads'
            : 'must stay as it was launched',
      });
  const found = await checkCampaign(deps, tx, snapshot, after);
  faults.push(
    ...found.filter(({ param }) => {
      const [field = ''] = param.split(/[.[]/);
      return field !== 'listId' && changes[field as keyof CampaignChanges] !== undefined;
    }),
  );
  if (changes.steps === undefined) return faults;
  if (changes.areStepsNamed !== true)
    faults.push({
      param: 'steps',
      error: 'must each have their key once the campaign was launched: it tells which steps a lead had',
    });
  const standing = await countOnTheWay(tx, snapshot.workspace.workspaceId, before.id);
  for (const [key, count] of standing)
    if (key !== null && !after.steps.some((step) => step.key === key))
      faults.push({
        param: 'steps',
        error: `must keep step ${key}: ${count} ${count === 1 ? 'lead stands' : 'leads stand'} on it`,
      });
  return faults;
}

/** What runs, or waits to run on, is kept; so is what is just being ended. */
export async function deleteCampaign(deps: Deps, caller: Caller, id: string): Promise<{ success: true }> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    const row = await lockCampaign(tx, workspaceId, id);
    if (row === null) throw problem('CAMPAIGN_NOT_FOUND');
    const { status } = row;
    if (status === 'active' || status === 'paused')
      throw problem('CAMPAIGN_STATE', {
        reason: status,
        error: `The campaign is ${status}: complete or archive it before it is deleted`,
      });
    await refuseWhileEnding(tx, workspaceId, row);
    await remove(tx, workspaceId, id);
    await auditChange(deps, tx, caller, 'deleted', row, null);
  });
  return { success: true };
}

export async function auditChange(
  deps: Deps,
  tx: Sql,
  caller: Caller,
  action: string,
  before: CampaignRow | null,
  after: CampaignRow | null,
): Promise<void> {
  const entityId = after?.id ?? before?.id ?? '';
  const shown = [before, after].map((row) => (row === null ? null : told(row)));
  const [from = null, to = null] = shown;
  await audit(deps, tx, caller, { entity: 'campaign', entityId, action, before: from, after: to });
}

/** Without where its running has come to. */
function told(row: CampaignRow): object {
  const {
    nextLine,
    enteringAfter,
    enteringTotal,
    recheckingAfter,
    lookAt,
    isWaking,
    createdAt,
    updatedAt,
    ...said
  } = row;
  return said;
}
