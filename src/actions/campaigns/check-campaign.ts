/** What stands in the way of a launch, all of it at once: the steps by themselves, and what they need of the workspace. */
import { PROBLEMS } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { checkSteps, type Fault, warnOfSteps } from '../../domain/campaign/check-steps.ts';
import type { CampaignContent } from '../../store/campaigns/campaigns.ts';
import type { Sql } from '../../store/database.ts';
import { findList } from '../../store/leads/lists.ts';
import { ownFile } from '../attachments/file-address.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';
import { isUp } from './line-turns.ts';

export async function checkCampaign(
  deps: Deps,
  sql: Sql,
  snapshot: WorkspaceSnapshot,
  content: CampaignContent,
): Promise<Fault[]> {
  const { workspaceId } = snapshot.workspace;
  return [
    ...checkLines(snapshot, content),
    ...(await checkList(sql, workspaceId, content)),
    ...checkFallback(snapshot, content),
    ...checkSteps(content.steps, content.messageType),
    ...checkFiles(deps, workspaceId, content),
  ];
}

/** What is allowed and yet seldom meant. */
export function warnOfCampaign(snapshot: WorkspaceSnapshot, content: CampaignContent): string[] {
  const { steps, messageType, lineIds } = content;
  const warnings = lineIds.flatMap((id) => {
    const isDown = snapshot.lines.find((line) => line.id === id)?.healthStatus === 'down';
    return isDown ? [`line ${id} is down; nothing is sent from it until it is healthy`] : [];
  });
  steps.forEach(({ subject, smsMessage }, index) => {
    if (subject !== null && messageType !== 'email')
      warnings.push(`steps[${index}].subject is ignored for messageType ${messageType}`);
    if (smsMessage !== null && messageType !== 'imessage')
      warnings.push(
        `steps[${index}].smsMessage is ignored for messageType ${messageType}: only an iMessage falls back`,
      );
  });
  return [...warnings, ...warnOfSteps(steps)];
}

export function checkLines(
  { lines }: WorkspaceSnapshot,
  { lineIds, messageType }: Pick<CampaignContent, 'lineIds' | 'messageType'>,
): Fault[] {
  if (lineIds.length === 0) return [{ param: 'lineIds', error: 'must name at least one line' }];
  return lineIds.flatMap((id, index) => {
    const line = lines.find((each) => each.id === id);
    const fault = (error: string) => [{ param: `lineIds[${index}]`, error }];
    if (line === undefined) return fault('must be a line of the workspace');
    if (line.messageType !== messageType)
      return fault(`must be a line for ${messageType}; this one is for ${line.messageType}`);
    if (line.provisioningStatus !== 'active')
      return fault(`must be a line that is set up; this one is ${line.provisioningStatus}`);
    return line.isActive ? [] : fault('must be an active line; this one is switched off');
  });
}

/** What is wrong with each of its lines; empty where one can send, which is enough to go on. */
export function whyNoLine(snapshot: WorkspaceSnapshot, content: CampaignContent): Fault[] {
  const faults = checkLines(snapshot, content);
  const named = new Set(faults.map(({ param }) => param));
  const rest = content.lineIds.map((id, index) => ({ id, param: `lineIds[${index}]` }));
  const down = rest.filter(({ id, param }) => {
    const line = snapshot.lines.find((each) => each.id === id);
    return !named.has(param) && line !== undefined && !isUp(line);
  });
  if (faults.length + down.length < content.lineIds.length) return [];
  const error = 'must be a line that is up; this one is down, and resuming is refused until one is up again';
  return [...faults, ...down.map(({ param }) => ({ param, error }))];
}

async function checkList(sql: Sql, workspaceId: string, { listId }: CampaignContent): Promise<Fault[]> {
  if (listId === null) return [];
  const list = await findList(sql, workspaceId, listId);
  if (list === null) return [{ param: 'listId', error: 'must be a list of the workspace' }];
  if (list.leadCount > 0) return [];
  return [
    { param: 'listId', error: 'must be a list with leads; without a list, leads are added one by one' },
  ];
}

function checkFallback(
  { fallbackLine }: WorkspaceSnapshot,
  { sendFallbackSmsOnFailed }: CampaignContent,
): Fault[] {
  if (!sendFallbackSmsOnFailed || fallbackLine?.isActive === true) return [];
  return [{ param: 'sendFallbackSmsOnFailed', error: PROBLEMS.FALLBACK_NOT_CONFIGURED.error }];
}

/** Whoever has the address of another workspace's file may look at it, and still not send it on as his own. */
function checkFiles(
  deps: Pick<Deps, 'secrets' | 'config'>,
  workspaceId: string,
  { steps }: CampaignContent,
): Fault[] {
  return steps.flatMap(({ attachments }, index) =>
    attachments.flatMap(({ url }, n) => {
      const own = ownFile(deps, url);
      if (own === null || (own !== 'foreign' && own.workspaceId === workspaceId)) return [];
      return [{ param: `steps[${index}].attachmentUrls[${n}]`, error: PROBLEMS.FOREIGN_ATTACHMENT.error }];
    }),
  );
}
