/** The lease of a message whose attachments are fetched before it is handed over. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

const LEASE_HAND_OVER = statement(
  'lease_hand_over',
  `UPDATE messages SET is_fetching = false, lease_until = $5
   WHERE workspace_id = $1 AND id = $2 AND attempt = $3 AND status = 'sending' AND is_fetching AND lease_until > $4
   RETURNING id`,
);

/** False: the attempt is over, or its lease runs out before `endsAfter`. */
export async function leaseHandOver(
  sql: Sql,
  workspaceId: string,
  { id, attempt }: { id: string; attempt: number },
  endsAfter: number,
  leaseUntil: number,
): Promise<boolean> {
  const values = [workspaceId, id, attempt, toIso(endsAfter), toIso(leaseUntil)];
  return (await sql.query(LEASE_HAND_OVER, values)).length > 0;
}
