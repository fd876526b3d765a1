/** Answers kept by Idempotency-Key (D4), for calls other than the intake, which has its own statements. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface StoredAnswer {
  requestHash: string;
  httpStatus: number;
  answer: unknown;
}

const FIND_ANSWER = statement(
  'find_idempotent_answer',
  `SELECT request_hash AS "requestHash", http_status AS "httpStatus", answer FROM idempotency_keys
   WHERE workspace_id = $1 AND key = $2`,
);

export async function findAnswer(sql: Sql, workspaceId: string, key: string): Promise<StoredAnswer | null> {
  const [row] = await sql.query<StoredAnswer>(FIND_ANSWER, [workspaceId, key]);
  return row ?? null;
}

const STORE_ANSWER = statement(
  'store_idempotent_answer',
  `INSERT INTO idempotency_keys (workspace_id, key, request_hash, http_status, answer, created_at)
   VALUES ($1, $2, $3, $4, $5, $6)`,
);

export async function storeAnswer(
  tx: Sql,
  workspaceId: string,
  key: string,
  { requestHash, httpStatus, answer }: StoredAnswer,
  now: number,
): Promise<void> {
  await tx.query(STORE_ANSWER, [
    workspaceId,
    key,
    requestHash,
    httpStatus,
    JSON.stringify(answer),
    toIso(now),
  ]);
}
