/** Deleting a line: its row stays, what it could send or hear by goes. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { UNDER_WAY_SQL, WAITING_SQL } from '../messages/messages.ts';

const COUNT_OPEN = statement(
  'count_open_of_line',
  `SELECT (SELECT count(*)::int FROM (SELECT 1 FROM messages m
       WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${WAITING_SQL} LIMIT $3) w) AS waiting,
     (SELECT count(*)::int FROM (SELECT 1 FROM messages m
       WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.status IN ${UNDER_WAY_SQL} LIMIT $3) u) AS "underWay"`,
);

/** Messages that wait on the line, and those being sent or of unknown outcome; neither counted beyond `upTo`. */
export async function countOpenOfLine(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  upTo: number,
): Promise<{ waiting: number; underWay: number }> {
  const [row] = await tx.query<{ waiting: number; underWay: number }>(COUNT_OPEN, [
    workspaceId,
    lineId,
    upTo,
  ]);
  return row ?? { waiting: 0, underWay: 0 };
}

const DELETE_LINE = statement(
  'delete_line',
  `UPDATE lines SET deleted_at = $3, updated_at = $3, is_active = false, down_since = coalesce(down_since, $3), secret = NULL,
     transport_config = '{}', next_send_at = NULL
   WHERE workspace_id = $1 AND id = $2`,
);
const STOP_ASKING = statement(
  'stop_asking',
  'DELETE FROM line_news WHERE workspace_id = $1 AND line_id = $2',
);
const DROP_PAIRING_CODES = statement(
  'drop_pairing_codes_of_line',
  'DELETE FROM pairing_codes WHERE workspace_id = $1 AND line_id = $2',
);
const LET_MACS_GO = statement(
  'let_macs_of_line_go',
  'UPDATE relay_devices SET revoked_at = $3 WHERE workspace_id = $1 AND line_id = $2 AND revoked_at IS NULL',
);
const FORGET_FALLBACK = statement(
  'forget_fallback_line',
  `UPDATE workspaces SET fallback_line_id = NULL, fallback_provider = NULL, fallback_enabled = false, updated_at = $3
   WHERE workspace_id = $1 AND fallback_line_id = $2`,
);

/** The caller holds the locks of workspace and line, and has made sure that nothing needs the line. */
export async function deleteLine(tx: Sql, workspaceId: string, id: string, now: number): Promise<void> {
  await tx.query(DELETE_LINE, [workspaceId, id, toIso(now)]);
  await tx.query(STOP_ASKING, [workspaceId, id]);
  await tx.query(DROP_PAIRING_CODES, [workspaceId, id]);
  await tx.query(LET_MACS_GO, [workspaceId, id, toIso(now)]);
  await tx.query(FORGET_FALLBACK, [workspaceId, id, toIso(now)]);
}
