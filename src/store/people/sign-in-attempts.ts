/** How often somebody was tried, counted in the database: over all processes. What is over is forgotten. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

// Attempts at once come with instants in no order: only one that lies a whole window ahead tells of a clock set back.
const COUNT_ATTEMPT = statement(
  'count_sign_in_attempt',
  `INSERT INTO sign_in_attempts AS a (about, since, count) VALUES ($1, $2, 1)
   ON CONFLICT (about) DO UPDATE SET
     since = CASE WHEN a.since <= $3 OR a.since > $4 THEN $2 ELSE a.since END,
     count = CASE WHEN a.since <= $3 OR a.since > $4 THEN 1 ELSE a.count + 1 END
   RETURNING count, since`,
);

export interface Attempts {
  /** With this one. */
  count: number;
  since: number;
}

/** `about`: whom, in our own words. Counts from the first attempt within `windowMs`. */
export async function countAttempt(
  sql: Sql,
  about: string,
  now: number,
  windowMs: number,
): Promise<Attempts> {
  const [row] = await sql.query<Attempts>(COUNT_ATTEMPT, [
    about,
    toIso(now),
    toIso(now - windowMs),
    toIso(now + windowMs),
  ]);
  return row ?? { count: 1, since: now };
}

const FORGET_ATTEMPTS = statement(
  'forget_sign_in_attempts',
  'DELETE FROM sign_in_attempts WHERE about = ANY($1)',
);

export async function forgetAttempts(sql: Sql, about: readonly string[]): Promise<void> {
  await sql.query(FORGET_ATTEMPTS, [about]);
}

const FORGET_EXPIRED = statement(
  'forget_expired_sign_ins',
  `WITH attempts AS (DELETE FROM sign_in_attempts WHERE since < $2),
     ended AS (DELETE FROM sessions WHERE expires_at < $1),
     halfway AS (DELETE FROM verifications WHERE expires_at < $1),
     invited AS (DELETE FROM invitations WHERE expires_at < $1)
   DELETE FROM setup_links WHERE expires_at < $1`,
);

/** Everything about signing in whose time is over. */
export async function forgetExpired(sql: Sql, now: number): Promise<void> {
  await sql.query(FORGET_EXPIRED, [toIso(now), toIso(now - 86_400_000)]);
}
