/** What HTTP conditions were answered, and those that wait to be asked. Their meaning: actions/campaigns/http-conditions.ts. */
import type { HttpAnswer } from '../../domain/campaign/conditions.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

/** How long an answer is used again, for the lead and the condition it was given for. */
export const ANSWER_FRESH_MS = 60_000;

export interface Question {
  campaignId: string;
  leadId: string;
  conditionId: string;
}

const WANT_ANSWERS = statement(
  'want_answers',
  `INSERT INTO condition_answers AS q (workspace_id, campaign_id, lead_id, condition_id, ask_at)
   SELECT $1, r.campaign_id, r.lead_id, r.condition_id, $3
   FROM json_to_recordset($2::json) AS r(campaign_id text, lead_id text, condition_id text)
   ORDER BY r.campaign_id, r.lead_id, r.condition_id
   ON CONFLICT (workspace_id, campaign_id, lead_id, condition_id)
   DO UPDATE SET ask_at = least(coalesce(q.ask_at, excluded.ask_at), excluded.ask_at)`,
);

/** In the commit that finds that a decision depends on them; their entries are woken when the answers are there. */
export async function wantAnswers(
  tx: Sql,
  workspaceId: string,
  questions: readonly Question[],
  now: number,
): Promise<void> {
  if (questions.length > 0) await tx.query(WANT_ANSWERS, [workspaceId, records(questions), toIso(now)]);
}

const SCAN_QUESTIONS = statement(
  'scan_condition_questions',
  `SELECT due."workspaceId", due."campaignId", due."leadId", due."conditionId" FROM (
     SELECT workspace_id AS "workspaceId", campaign_id AS "campaignId", lead_id AS "leadId", condition_id AS "conditionId", ask_at AS at
     FROM condition_answers WHERE ask_at <= $1 ORDER BY ask_at LIMIT $2
   ) due ORDER BY due.at, due."leadId", due."campaignId", due."conditionId"`,
);

/** Over all workspaces, without locks. */
export function scanQuestions(
  sql: Sql,
  now: number,
  limit: number,
): Promise<(Question & { workspaceId: string })[]> {
  return sql.query(SCAN_QUESTIONS, [toIso(now), limit]);
}

const CLAIM_QUESTION = statement(
  'claim_condition_question',
  `UPDATE condition_answers SET ask_at = $6 WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id = $3 AND condition_id = $4
     AND ask_at <= $5 RETURNING failures`,
);

/** False: it is asked already, or nobody wants to know any more. `until`: it comes up again then, should the asker die. */
export async function claimQuestion(
  sql: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
  now: number,
  until: number,
): Promise<boolean> {
  const values = [workspaceId, campaignId, leadId, conditionId, toIso(now), toIso(until)];
  return (await sql.query(CLAIM_QUESTION, values)).length > 0;
}

const COUNT_FAILURES = statement(
  'count_condition_failures',
  `SELECT failures FROM condition_answers WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id = $3 AND condition_id = $4`,
);

/** In a row, until now. */
export async function countFailures(
  sql: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
): Promise<number> {
  const values = [workspaceId, campaignId, leadId, conditionId];
  return (await sql.query<{ failures: number }>(COUNT_FAILURES, values))[0]?.failures ?? 0;
}

const STORE_ANSWER = statement(
  'store_condition_answer',
  `INSERT INTO condition_answers (workspace_id, campaign_id, lead_id, condition_id, asked_at, holds, failed, failures, retry_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   ON CONFLICT (workspace_id, campaign_id, lead_id, condition_id) DO UPDATE SET asked_at = excluded.asked_at,
     holds = excluded.holds, failed = excluded.failed, failures = excluded.failures, retry_at = excluded.retry_at`,
);

/** Whoever waits for it is told by `settleQuestion`. */
export async function storeAnswer(
  tx: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
  answer: HttpAnswer,
  /** In a row, with this one. */
  failures: number,
  now: number,
): Promise<void> {
  const [isAnswer, failed, retryAt] =
    'holds' in answer ? [answer.holds, null, null] : [null, answer.failed, answer.retryAt];
  await tx.query(STORE_ANSWER, [
    workspaceId,
    campaignId,
    leadId,
    conditionId,
    toIso(now),
    isAnswer,
    failed,
    failures,
    toIsoOrNull(retryAt),
  ]);
}

const SETTLE_QUESTION = statement(
  'settle_condition_question',
  `UPDATE condition_answers SET ask_at = $5 WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id = $3 AND condition_id = $4
     AND ask_at IS NOT NULL`,
);

/** It has its answer. In the commit that wakes who wanted it. */
export async function settleQuestion(
  tx: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
): Promise<void> {
  await tx.query(SETTLE_QUESTION, [workspaceId, campaignId, leadId, conditionId, null]);
}

export async function putOffQuestion(
  sql: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
  until: number,
): Promise<void> {
  await sql.query(SETTLE_QUESTION, [workspaceId, campaignId, leadId, conditionId, toIso(until)]);
}

const OUTDATE_ANSWERS = statement(
  'outdate_condition_answers',
  `UPDATE condition_answers SET holds = NULL, failed = NULL, failures = 0, retry_at = NULL WHERE workspace_id = $1 AND campaign_id = $2`,
);

/** The campaign's conditions may ask something else from now on. Who waits for an answer still gets one. */
export async function outdateAnswers(tx: Sql, workspaceId: string, campaignId: string): Promise<void> {
  await tx.query(OUTDATE_ANSWERS, [workspaceId, campaignId]);
}

const SCAN_OLD_ANSWERS = statement(
  'scan_old_condition_answers',
  `SELECT workspace_id AS "workspaceId", campaign_id AS "campaignId", lead_id AS "leadId", condition_id AS "conditionId"
   FROM condition_answers WHERE ask_at IS NULL AND asked_at < $1 ORDER BY asked_at LIMIT $2`,
);
const FORGET_ANSWERS = statement(
  'forget_condition_answers',
  `DELETE FROM condition_answers q
   USING json_to_recordset($2::json) AS r(campaign_id text, lead_id text, condition_id text)
   WHERE q.workspace_id = $1 AND q.campaign_id = r.campaign_id AND q.lead_id = r.lead_id AND q.condition_id = r.condition_id
     AND q.ask_at IS NULL AND q.asked_at < $3`,
);

/** One round: the oldest, at most `limit` of them, whosever they are. Answers how many it found. */
export async function forgetAnswers(sql: Sql, before: number, limit: number): Promise<number> {
  const values = [toIso(before), limit];
  const old = await sql.query<Question & { workspaceId: string }>(SCAN_OLD_ANSWERS, values);
  for (const [workspaceId, questions] of Map.groupBy(old, (each) => each.workspaceId))
    await sql.query(FORGET_ANSWERS, [workspaceId, records(questions), toIso(before)]);
  return old.length;
}

const DROP_QUESTION = statement(
  'drop_condition_question',
  'DELETE FROM condition_answers WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id = $3 AND condition_id = $4',
);

/** The condition, its campaign or the lead is gone. */
export async function dropQuestion(
  tx: Sql,
  workspaceId: string,
  { campaignId, leadId, conditionId }: Question,
): Promise<void> {
  await tx.query(DROP_QUESTION, [workspaceId, campaignId, leadId, conditionId]);
}

function records(questions: readonly Question[]): string {
  return JSON.stringify(
    questions.map(({ campaignId, leadId, conditionId }) => ({
      campaign_id: campaignId,
      lead_id: leadId,
      condition_id: conditionId,
    })),
  );
}
