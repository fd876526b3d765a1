/** Lines whose carrier is asked for news, how far it was asked, and which receipts are missing. */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

const START_ASKING = statement(
  'start_asking',
  `INSERT INTO line_news (workspace_id, line_id, ask_at) VALUES ($1, $2, $3)
   ON CONFLICT (workspace_id, line_id) DO NOTHING`,
);

/** From now on the line's carrier is asked for news. */
export async function startAsking(tx: Sql, workspaceId: string, lineId: string, now: number): Promise<void> {
  await tx.query(START_ASKING, [workspaceId, lineId, toIso(now)]);
}

const SCAN_QUESTIONS = statement(
  'scan_news_questions',
  `SELECT workspace_id AS "workspaceId", line_id AS "lineId" FROM line_news WHERE ask_at <= $1 ORDER BY ask_at LIMIT $2`,
);

/** Lines to ask now, those first that wait longest. */
export function scanNewsQuestions(
  sql: Sql,
  now: number,
  limit: number,
): Promise<{ workspaceId: string; lineId: string }[]> {
  return sql.query(SCAN_QUESTIONS, [toIso(now), limit]);
}

const CLAIM_QUESTION = statement(
  'claim_news_question',
  `UPDATE line_news n SET ask_at = $4, is_hinted = false
   FROM (SELECT is_hinted FROM line_news WHERE workspace_id = $1 AND line_id = $2 FOR UPDATE) AS before
   WHERE n.workspace_id = $1 AND n.line_id = $2 AND n.ask_at <= $3
   RETURNING n.cursor, n.failures, before.is_hinted AS "isHinted"`,
);

export interface NewsClaim {
  cursor: unknown;
  failures: number;
  /** By whoever hinted since the last claim. */
  isHinted: boolean;
}

/** Takes the question for this process until `until`; null when another process has it. */
export async function claimNewsQuestion(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  now: number,
  until: number,
): Promise<NewsClaim | null> {
  const [row] = await sql.query<NewsClaim>(CLAIM_QUESTION, [workspaceId, lineId, toIso(now), toIso(until)]);
  return row ?? null;
}

const STORE_ANSWER = statement(
  'store_news_answer',
  `UPDATE line_news SET ask_at = least(ask_at, $3), cursor = $4, failures = 0, error = NULL
   WHERE workspace_id = $1 AND line_id = $2`,
);

/** `least`: a hint that came meanwhile still holds. */
export async function storeNewsAnswer(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  cursor: unknown,
  askAt: number,
): Promise<void> {
  await sql.query(STORE_ANSWER, [workspaceId, lineId, toIso(askAt), JSON.stringify(cursor ?? null)]);
}

const STORE_SILENCE = statement(
  'store_news_silence',
  `UPDATE line_news SET ask_at = $3, failures = failures + 1, error = $4 WHERE workspace_id = $1 AND line_id = $2`,
);

/** The question brought no answer: it is asked again at `askAt`, from the same cursor. */
export async function storeNewsSilence(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  error: string,
  askAt: number,
): Promise<void> {
  await sql.query(STORE_SILENCE, [workspaceId, lineId, toIso(askAt), error]);
}

const ASK_SOON = statement(
  'ask_soon',
  `UPDATE line_news SET ask_at = least(ask_at, $3), is_hinted = true, hinted_at = $3
   WHERE workspace_id = $1 AND line_id = $2`,
);

/** Somebody hinted that there is news, perhaps of messages that were sent lately. */
export async function askSoon(sql: Sql, workspaceId: string, lineId: string, now: number): Promise<void> {
  await sql.query(ASK_SOON, [workspaceId, lineId, toIso(now)]);
}

const REPEAT_HINT = statement(
  'repeat_hint',
  `UPDATE line_news SET ask_at = least(ask_at, $4), is_hinted = true
   WHERE workspace_id = $1 AND line_id = $2 AND hinted_at >= $3 RETURNING line_id`,
);

/** As if whoever hinted since then did so now. False: nobody did. */
export async function repeatHint(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  since: number,
  now: number,
): Promise<boolean> {
  const rows = await sql.query(REPEAT_HINT, [workspaceId, lineId, toIso(since), toIso(now)]);
  return rows.length > 0;
}

export interface MissingReceipt {
  id: string;
  externalMessageId: string | null;
  address: string | null;
  sentAt: number;
}

const READ_MISSING_RECEIPTS = statement(
  'read_missing_receipts',
  `SELECT m.id, m.external_message_id AS "externalMessageId", m.address, coalesce(m.sent_at, m.updated_at) AS "sentAt"
   FROM messages m WHERE m.workspace_id = $1 AND m.line_id = $2 AND m.receipt_at <= $3 ORDER BY m.receipt_at LIMIT $4`,
);

/** Messages of which the carrier has not told the end and that are asked for by then, overdue first. */
export function readMissingReceipts(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  dueBy: number,
  limit: number,
): Promise<MissingReceipt[]> {
  return sql.query(READ_MISSING_RECEIPTS, [workspaceId, lineId, toIso(dueBy), limit]);
}

const PUT_OFF_RECEIPTS = statement(
  'put_off_receipts',
  `UPDATE messages m SET receipt_at = r.receipt_at
   FROM json_to_recordset($2::json) AS r(id text, receipt_at timestamptz)
   WHERE m.workspace_id = $1 AND m.id = ANY($3) AND m.id = r.id AND m.receipt_at IS NOT NULL`,
);

/** When each is asked for again; null: no more. One that came meanwhile stays settled. */
export async function putOffReceipts(
  sql: Sql,
  workspaceId: string,
  next: readonly { id: string; receiptAt: number | null }[],
): Promise<void> {
  if (next.length === 0) return;
  const rows = next.map(({ id, receiptAt }) => ({ id, receipt_at: toIsoOrNull(receiptAt) }));
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  await sql.query(PUT_OFF_RECEIPTS, [workspaceId, JSON.stringify(rows), rows.map(({ id }) => id)]);
}

const SENT_BY = statement(
  'read_messages_sent_by_line',
  `SELECT m.id FROM messages m WHERE m.workspace_id = $1 AND m.id = ANY($2) AND m.direction = 'sent' AND (m.line_id = $3 OR EXISTS (
     SELECT 1 FROM events e WHERE e.workspace_id = $1 AND e.message_id = m.id AND e.type = 'message.sending' AND e.line_id = $3))`,
);

/** Of these the messages that are the line's, or were tried on it before they moved to another. */
export async function readSentBy(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ id: string }>(SENT_BY, [workspaceId, messageIds, lineId]);
  return new Set(rows.map(({ id }) => id));
}

const NOTE_REACTION = statement(
  'note_reaction',
  `INSERT INTO reactions AS r (workspace_id, line_id, target, address, reaction, is_removed, at)
   VALUES ($1, $2, $3, $4, $5, $6, $7)
   ON CONFLICT (workspace_id, line_id, target, address, reaction) DO UPDATE SET is_removed = excluded.is_removed, at = excluded.at
   WHERE r.at < excluded.at`,
);

/** The latest word on it counts, in whatever order they come. */
export async function noteReaction(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  told: { target: string; address: string; reaction: string; isRemoved: boolean; at: number },
): Promise<void> {
  await sql.query(NOTE_REACTION, [
    workspaceId,
    lineId,
    told.target,
    told.address,
    told.reaction,
    told.isRemoved,
    toIso(told.at),
  ]);
}
