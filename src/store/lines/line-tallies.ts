/** What came of a line's messages, hour by hour; the score of a line is made of these (D19). */
import type { Tally } from '../../domain/line-score.ts';
import { hourOf } from '../../domain/pacing.ts';
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface TallyChange {
  lineId: string;
  sent: number;
  failed: number;
  /** Failures after the last success of this change. */
  streak: number;
  replies: number;
  delivered: number;
}

export const NOTHING_COUNTED = { sent: 0, failed: 0, streak: 0, replies: 0, delivered: 0 } as const;

const ADD_TALLIES = statement(
  'add_tallies',
  `INSERT INTO line_tallies AS t (workspace_id, line_id, hour, sent, failed, streak, replies, delivered)
   SELECT $1, r.line_id, $3, r.sent, r.failed, r.streak, r.replies, r.delivered
   FROM json_to_recordset($2::json) AS r(line_id text, sent int, failed int, streak int, replies int, delivered int) ORDER BY r.line_id
   ON CONFLICT (workspace_id, line_id, hour) DO UPDATE SET sent = t.sent + excluded.sent, failed = t.failed + excluded.failed,
     streak = CASE WHEN excluded.sent > 0 THEN excluded.streak ELSE t.streak + excluded.streak END,
     replies = t.replies + excluded.replies, delivered = t.delivered + excluded.delivered`,
);

/** In the order of lines, so that two writers cannot wait for each other. */
export async function addTallies(
  tx: Sql,
  workspaceId: string,
  changes: readonly TallyChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ lineId, ...counts }) => ({
    line_id: lineId,
    ...counts,
  }));
  await tx.query(ADD_TALLIES, [workspaceId, JSON.stringify(rows), toIso(hourOf(now))]);
}

const READ_TALLIES = statement(
  'read_tallies',
  `SELECT hour, sent, failed, streak, replies, delivered FROM line_tallies
   WHERE workspace_id = $1 AND line_id = $2 AND hour > $3 ORDER BY hour DESC`,
);

/** Latest hour first. */
export function readTallies(sql: Sql, workspaceId: string, lineId: string, since: number): Promise<Tally[]> {
  return sql.query<Tally>(READ_TALLIES, [workspaceId, lineId, toIso(since)]);
}

const READ_ALL_TALLIES = statement(
  'read_all_tallies',
  `SELECT line_id AS "lineId", hour, sent, failed, streak, replies, delivered FROM line_tallies
   WHERE workspace_id = $1 AND hour > $2 ORDER BY line_id, hour DESC`,
);

/** Of all lines of the workspace; of each the latest hour first. */
export function readAllTallies(
  sql: Sql,
  workspaceId: string,
  since: number,
): Promise<(Tally & { lineId: string })[]> {
  return sql.query(READ_ALL_TALLIES, [workspaceId, toIso(since)]);
}

const FORGET_TALLIES = statement(
  'forget_tallies',
  'DELETE FROM line_tallies WHERE workspace_id = $1 AND line_id = $2 AND hour < $3',
);

/** A probe of the primary key when nothing is that old. */
export async function forgetTallies(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  before: number,
): Promise<void> {
  await tx.query(FORGET_TALLIES, [workspaceId, lineId, toIso(before)]);
}
