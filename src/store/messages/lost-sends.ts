/** What is left of attempts that got no answer: when they began, what they said, and who else wrote there. */
import { type Sql, statement } from '../database.ts';
import { UNDER_WAY_SQL } from './messages.ts';

export interface AttemptTrace {
  /** Epoch ms. */
  firstStartedAt: number;
  startedAt: number;
  /** Of the last attempt that told what it had rendered. */
  told: { attempt: number; sentText: string } | null;
}

const READ_TRACE = statement(
  'read_attempt_trace',
  `SELECT min(e.at) FILTER (WHERE e.type = 'message.sending') AS "firstStartedAt",
     max(e.at) FILTER (WHERE e.type = 'message.sending') AS "startedAt",
     (SELECT json_build_object('attempt', (u.data->>'attempt')::int, 'sentText', u.data->>'sentText') FROM events u
      WHERE u.workspace_id = $1 AND u.message_id = $2 AND u.data ? 'sentText' ORDER BY u.id DESC LIMIT 1) AS told
   FROM events e WHERE e.workspace_id = $1 AND e.message_id = $2`,
);

/** null: no attempt was ever begun. */
export async function readAttemptTrace(
  sql: Sql,
  workspaceId: string,
  messageId: string,
): Promise<AttemptTrace | null> {
  const [row] = await sql.query<AttemptTrace & { startedAt: number | null }>(READ_TRACE, [
    workspaceId,
    messageId,
  ]);
  return row === undefined || row.startedAt === null ? null : row;
}

/** Sent to people who have one of the addresses, or to an address that was given with the message. */
const FIND_CLAIM = statement(
  'find_claim',
  `SELECT m.id FROM messages m
   WHERE m.workspace_id = $1 AND m.id <> $2 AND m.line_id = $3 AND m.direction = 'sent' AND m.external_message_id = $5
     AND (m.lead_id = ANY(ARRAY(
         SELECT la.lead_id FROM lead_addresses la WHERE la.workspace_id = $1 AND la.address = ANY($4)))
       OR (m.recipient_differs AND (m.recipient_phone = ANY($4) OR m.recipient_email = ANY($4)))) LIMIT 1`,
);
const FIND_RIVAL = statement(
  'find_rival',
  `SELECT m.id FROM messages m
   WHERE m.workspace_id = $1 AND m.id <> $2 AND m.line_id = $3 AND m.direction = 'sent' AND m.status IN ${UNDER_WAY_SQL}
     AND (m.status = 'sending' OR m.id < $2)
     AND (m.lead_id = ANY(ARRAY(
         SELECT la.lead_id FROM lead_addresses la WHERE la.workspace_id = $1 AND la.address = ANY($4)))
       OR (m.recipient_differs AND (m.recipient_phone = ANY($4) OR m.recipient_email = ANY($4)))) LIMIT 1`,
);

export interface LostWhere {
  messageId: string;
  lineId: string;
  addresses: readonly string[];
}

/** Whether another message of the line to these addresses has this id at its carrier. */
export async function isClaimedByAnother(
  sql: Sql,
  workspaceId: string,
  { messageId, lineId, addresses }: LostWhere,
  externalMessageId: string,
): Promise<boolean> {
  const rows = await sql.query(FIND_CLAIM, [workspaceId, messageId, lineId, addresses, externalMessageId]);
  return rows.length > 0;
}

/** Whether another message of the line to these addresses is being sent, or is unknown and older. */
export async function hasRival(
  sql: Sql,
  workspaceId: string,
  { messageId, lineId, addresses }: LostWhere,
): Promise<boolean> {
  return (await sql.query(FIND_RIVAL, [workspaceId, messageId, lineId, addresses])).length > 0;
}
