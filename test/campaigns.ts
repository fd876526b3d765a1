/** Campaigns for tests of how they run: made and launched as they are stored, whatever their API says. */
import type { Step } from '../src/domain/campaign/campaign.ts';
import type { CampaignStatus } from '../src/domain/words.ts';
import { wakeCampaigns } from '../src/store/campaigns/campaign-runs.ts';
import {
  type CampaignContent,
  type CampaignRow,
  findCampaign,
  insertCampaign,
  lockCampaign,
  storeCampaign,
} from '../src/store/campaigns/campaigns.ts';
import type { TestApp } from './harness.ts';
import { newPhone, read, type Workspace } from './workspaces.ts';

/** A step that says its own name, without a wait, unless told otherwise. */
export function step(key: string, wish: Partial<Step> = {}): Step {
  return {
    key,
    message: `${key} for {firstName}`,
    subject: null,
    smsMessage: null,
    attachments: [],
    wait: { value: 0, unit: 's' },
    onlyNonResponders: false,
    stopConditions: [],
    branches: [],
    next: null,
    ...wish,
  };
}

/** A list with so many leads; ids in the order of the list. */
export async function addLeads(
  workspace: Workspace,
  count: number,
  own: (n: number) => Record<string, unknown> = () => ({}),
): Promise<{ listId: string; leadIds: string[] }> {
  const made = await workspace.call<{ list: { _id: string } }>('POST', '/api/lists', { name: 'People' });
  const listId = made.body.list._id;
  const leads = Array.from({ length: count }, (_, n) => ({
    firstName: `Lead${n}`,
    lastName: 'Test',
    phone: newPhone(),
    ...own(n),
  }));
  const { status, body } = await workspace.call<{ leadIds: string[] }>('POST', '/api/leads', {
    listId,
    leads,
  });
  if (status !== 201) throw new Error(`the leads were not saved: ${status} ${JSON.stringify(body)}`);
  return { listId, leadIds: body.leadIds };
}

export interface CampaignWish extends Partial<CampaignContent> {
  steps: Step[];
}

/** A draft that uses all lines of the workspace. */
export async function addCampaign(app: TestApp, workspace: Workspace, wish: CampaignWish): Promise<string> {
  const { deps } = app;
  const id = deps.ids();
  const content: CampaignContent = {
    name: 'Spring',
    messageType: 'imessage',
    listId: null,
    lineIds: workspace.lines.filter(({ messageType }) => messageType === 'imessage').map(({ _id }) => _id),
    secret: null,
    schedule: null,
    onReply: 'stop',
    allowReentry: false,
    newLeadsFirst: false,
    sendFallbackSmsOnFailed: false,
    ...wish,
  };
  await insertCampaign(deps.database, workspace.workspaceId, id, content, deps.clock.now());
  return id;
}

/** Changes its row as an action would: under its lock, and with a look at it. */
export async function change(
  app: TestApp,
  { workspaceId }: Workspace,
  id: string,
  changes: Partial<CampaignRow>,
): Promise<void> {
  const { deps } = app;
  await deps.database.transaction(async (tx) => {
    const row = await lockCampaign(tx, workspaceId, id);
    if (row === null) throw new Error('there is no such campaign');
    const now = deps.clock.now();
    await storeCampaign(tx, workspaceId, { ...row, ...changes, lookAt: now }, now);
  });
  deps.wakeDispatchers();
}

export async function launch(app: TestApp, workspace: Workspace, id: string): Promise<void> {
  const startedAt = app.deps.clock.now();
  await change(app, workspace, id, { status: 'active', startedAt, enteringAfter: '' });
}

export function pause(app: TestApp, workspace: Workspace, id: string): Promise<void> {
  return change(app, workspace, id, { status: 'paused', pausedAt: app.deps.clock.now() });
}

export function resume(app: TestApp, workspace: Workspace, id: string): Promise<void> {
  return change(app, workspace, id, { status: 'active', pauseReason: null, pausedAt: null, isWaking: true });
}

export async function statusOf(
  app: TestApp,
  { workspaceId }: Workspace,
  id: string,
): Promise<CampaignStatus | null> {
  return (await findCampaign(app.deps.database, workspaceId, id))?.status ?? null;
}

export interface Entry {
  leadId: string;
  entry: number;
  status: string;
  lineId: string | null;
  stepKey: string | null;
  nextStepKey: string | null;
  reason: string | null;
  detail: string | null;
  lookAt: number | null;
}

export function entriesOf(app: TestApp, { workspaceId }: Workspace, id: string): Promise<Entry[]> {
  return read<Entry>(
    app,
    `SELECT lead_id AS "leadId", entry, status, line_id AS "lineId", step_key AS "stepKey",
       next_step_key AS "nextStepKey", reason, detail, look_at AS "lookAt"
     FROM campaign_leads WHERE workspace_id = $1 AND campaign_id = $2 ORDER BY lead_id, entry`,
    [workspaceId, id],
  );
}

export interface StepMessage {
  id: string;
  leadId: string;
  lineId: string;
  stepKey: string;
  entry: number;
  status: string;
  reason: string | null;
  errorMessage: string | null;
  createdAt: number;
  dueAt: number;
  sentAt: number | null;
}

/** In the order in which they were made. */
export function messagesOf(app: TestApp, { workspaceId }: Workspace, id: string): Promise<StepMessage[]> {
  return read<StepMessage>(
    app,
    `SELECT id, lead_id AS "leadId", line_id AS "lineId", step_key AS "stepKey", campaign_entry AS entry, status, reason,
       error_message AS "errorMessage", created_at AS "createdAt", due_at AS "dueAt", sent_at AS "sentAt"
     FROM messages WHERE workspace_id = $1 AND campaign_id = $2 AND step_key IS NOT NULL ORDER BY id`,
    [workspaceId, id],
  );
}

/** As whoever changes something about its leads does. */
export async function look(app: TestApp, { workspaceId }: Workspace, id: string): Promise<void> {
  await wakeCampaigns(app.deps.database, workspaceId, [id], app.deps.ids);
  app.deps.wakeDispatchers();
}
