import type { BillingStatus, LineDownPolicy } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { wakeAllCampaigns } from '../campaigns/campaign-runs.ts';
import { type Sql, statement } from '../database.ts';

export interface WorkspaceRow {
  workspaceId: string;
  name: string;
  timezone: string;
  billingStatus: BillingStatus;
  lineDownPolicy: LineDownPolicy;
  fallbackProvider: string | null;
  fallbackLineId: string | null;
  fallbackEnabled: boolean;
  fallbackAttachmentLinks: boolean;
  sendFallbackSmsOnFailed: boolean;
  createdAt: number;
}

const COLUMNS = `workspace_id AS "workspaceId", name, timezone, billing_status AS "billingStatus",
  line_down_policy AS "lineDownPolicy", fallback_provider AS "fallbackProvider", fallback_line_id AS "fallbackLineId",
  fallback_enabled AS "fallbackEnabled", fallback_attachment_links AS "fallbackAttachmentLinks",
  send_fallback_sms_on_failed AS "sendFallbackSmsOnFailed", created_at AS "createdAt"`;

const FIND_WORKSPACE = statement(
  'find_workspace',
  `SELECT ${COLUMNS} FROM workspaces WHERE workspace_id = $1`,
);

export async function findWorkspace(sql: Sql, workspaceId: string): Promise<WorkspaceRow | null> {
  const [row] = await sql.query<WorkspaceRow>(FIND_WORKSPACE, [workspaceId]);
  return row ?? null;
}

const LOCK_WORKSPACE = statement(
  'lock_workspace',
  `SELECT ${COLUMNS} FROM workspaces WHERE workspace_id = $1 FOR UPDATE`,
);

/** Two changes at once must not undo each other. */
export async function lockWorkspace(tx: Sql, workspaceId: string): Promise<WorkspaceRow | null> {
  const [row] = await tx.query<WorkspaceRow>(LOCK_WORKSPACE, [workspaceId]);
  return row ?? null;
}

const INSERT_WORKSPACE = statement(
  'insert_workspace',
  'INSERT INTO workspaces (workspace_id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)',
);

export async function insertWorkspace(
  tx: Sql,
  workspaceId: string,
  name: string,
  now: number,
): Promise<void> {
  await tx.query(INSERT_WORKSPACE, [workspaceId, name, toIso(now)]);
}

const UPDATE_WORKSPACE = statement(
  'update_workspace',
  `UPDATE workspaces SET name = $2, timezone = $3, line_down_policy = $4, updated_at = $5 WHERE workspace_id = $1`,
);

export async function updateWorkspace(
  sql: Sql,
  workspaceId: string,
  { name, timezone, lineDownPolicy }: Pick<WorkspaceRow, 'name' | 'timezone' | 'lineDownPolicy'>,
  now: number,
): Promise<void> {
  await sql.query(UPDATE_WORKSPACE, [workspaceId, name, timezone, lineDownPolicy, toIso(now)]);
}

const UPDATE_FALLBACK = statement(
  'update_fallback',
  `UPDATE workspaces SET fallback_provider = $2, fallback_line_id = $3, fallback_enabled = $4,
     fallback_attachment_links = $5, send_fallback_sms_on_failed = $6, updated_at = $7
   WHERE workspace_id = $1`,
);

export type FallbackSettings = Pick<
  WorkspaceRow,
  | 'fallbackProvider'
  | 'fallbackLineId'
  | 'fallbackEnabled'
  | 'fallbackAttachmentLinks'
  | 'sendFallbackSmsOnFailed'
>;

export async function updateFallback(
  tx: Sql,
  workspaceId: string,
  settings: FallbackSettings,
  now: number,
): Promise<void> {
  await tx.query(UPDATE_FALLBACK, [
    workspaceId,
    settings.fallbackProvider,
    settings.fallbackLineId,
    settings.fallbackEnabled,
    settings.fallbackAttachmentLinks,
    settings.sendFallbackSmsOnFailed,
    toIso(now),
  ]);
}

const UPDATE_BILLING = statement(
  'update_billing',
  'UPDATE workspaces SET billing_status = $2, updated_at = $3 WHERE workspace_id = $1',
);

/** An operator's call (D36). */
export async function updateBilling(
  tx: Sql,
  workspaceId: string,
  status: BillingStatus,
  now: number,
): Promise<void> {
  await tx.query(UPDATE_BILLING, [workspaceId, status, toIso(now)]);
  // What waited for the payment is looked at now, and not only in a minute.
  if (status === 'active') await wakeAllCampaigns(tx, workspaceId, now);
}
