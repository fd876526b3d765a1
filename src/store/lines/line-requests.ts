/** Lines that were asked for, and what becomes of them once a Mac is paired. */
import type { ProvisioningStatus } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

const INSERT_LINE_REQUEST = statement(
  'insert_line_request',
  'INSERT INTO line_requests (workspace_id, line_id, asked, created_at) VALUES ($1, $2, $3, $4)',
);
const BEGIN_PROVISIONING = statement(
  'begin_provisioning',
  `UPDATE lines SET provisioning_status = 'provisioning' WHERE workspace_id = $1 AND id = $2`,
);

/** `asked`: what the line itself has no place for. */
export async function insertLineRequest(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  asked: Readonly<Record<string, string | null>>,
  now: number,
): Promise<void> {
  await tx.query(INSERT_LINE_REQUEST, [workspaceId, lineId, JSON.stringify(asked), toIso(now)]);
  await tx.query(BEGIN_PROVISIONING, [workspaceId, lineId]);
}

const IS_LINE_REQUESTED = statement(
  'is_line_requested',
  'SELECT line_id FROM line_requests WHERE workspace_id = $1 AND line_id = $2',
);

export async function isLineRequested(sql: Sql, workspaceId: string, lineId: string): Promise<boolean> {
  return (await sql.query(IS_LINE_REQUESTED, [workspaceId, lineId])).length > 0;
}

const END_PROVISIONING = statement(
  'end_provisioning',
  `UPDATE lines SET provisioning_status = 'active', is_active = true, updated_at = $3,
     down_since = CASE WHEN health_status = 'down' THEN coalesce(down_since, $3) ELSE NULL END
   WHERE workspace_id = $1 AND id = $2 AND provisioning_status = $4`,
);

/** A line that waited for its Mac is switched on; any other stays as it is. */
export async function endProvisioning(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  now: number,
): Promise<void> {
  const waiting: ProvisioningStatus = 'provisioning';
  await tx.query(END_PROVISIONING, [workspaceId, lineId, toIso(now), waiting]);
}
