/** What a check of an address takes and leaves: the counter of its line, the gap of its device, what is known of the address. */
import type { Checker } from '../../domain/availability.ts';
import type { KnownAvailability } from '../../domain/cascade.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface KnownAddress {
  address: string;
  availability: KnownAvailability['status'] | null;
  checkedAt: number | null;
  lineId: string | null;
  suppressedAt: number | null;
}

const READ_KNOWN_ADDRESSES = statement(
  'read_known_addresses',
  `SELECT address, availability, availability_checked_at AS "checkedAt", availability_line_id AS "lineId",
     suppressed_at AS "suppressedAt" FROM addresses WHERE workspace_id = $1 AND address = ANY($2)`,
);

export function readKnownAddresses(
  sql: Sql,
  workspaceId: string,
  addresses: readonly string[],
): Promise<KnownAddress[]> {
  return sql.query(READ_KNOWN_ADDRESSES, [workspaceId, addresses]);
}

const READ_CHECKERS = statement(
  'read_checkers',
  `SELECT l.id AS "lineId", l.device_id AS "deviceId", l.checks_day AS day, l.checks_today AS checks,
     l.last_check_at AS "lastCheckAt", d.last_check_at AS "deviceLastCheckAt", l.cannot_check_at AS "cannotCheckAt"
   FROM lines l JOIN devices d ON d.workspace_id = l.workspace_id AND d.id = l.device_id
   WHERE l.workspace_id = $1 AND l.message_type = 'imessage' AND l.is_active AND l.health_status = 'healthy'
   ORDER BY l.id`,
);

/** Lines for iMessage that are active and healthy, whether or not they can check. */
export function readCheckers(sql: Sql, workspaceId: string): Promise<Checker[]> {
  return sql.query(READ_CHECKERS, [workspaceId]);
}

const READ_CHECKER = statement(
  'read_checker',
  `SELECT l.checks_day AS day, l.checks_today AS checks, l.cannot_check_at AS "cannotCheckAt"
   FROM lines l WHERE l.workspace_id = $1 AND l.id = $2`,
);

/** What one line has used of its checks, whatever its state; null when there is no such line. */
export async function readChecker(
  sql: Sql,
  workspaceId: string,
  lineId: string,
): Promise<Pick<Checker, 'day' | 'checks' | 'cannotCheckAt'> | null> {
  const rows = await sql.query<Pick<Checker, 'day' | 'checks' | 'cannotCheckAt'>>(READ_CHECKER, [
    workspaceId,
    lineId,
  ]);
  return rows[0] ?? null;
}

const LOCK_CHECKER_LINE = statement(
  'lock_checker_line',
  'SELECT l.id FROM lines l WHERE l.workspace_id = $1 AND l.id = $2 FOR NO KEY UPDATE SKIP LOCKED',
);
const LOCK_CHECKER_DEVICE = statement(
  'lock_checker_device',
  'SELECT d.id FROM devices d WHERE d.workspace_id = $1 AND d.id = $2 FOR NO KEY UPDATE SKIP LOCKED',
);

/** Line first, then device, as everybody locks them; false when somebody holds one of the two. */
export async function lockChecker(tx: Sql, workspaceId: string, checker: Checker): Promise<boolean> {
  const { lineId, deviceId } = checker;
  if ((await tx.query(LOCK_CHECKER_LINE, [workspaceId, lineId])).length === 0) return false;
  return (await tx.query(LOCK_CHECKER_DEVICE, [workspaceId, deviceId])).length > 0;
}

const CLAIM_ADDRESS = statement(
  'claim_address',
  `INSERT INTO addresses AS a (workspace_id, address, checking_until) VALUES ($1, $2, $4)
   ON CONFLICT (workspace_id, address) DO UPDATE SET checking_until = excluded.checking_until
   WHERE a.checking_until IS NULL OR a.checking_until <= $3
   RETURNING address, availability, availability_checked_at AS "checkedAt", availability_line_id AS "lineId",
     suppressed_at AS "suppressedAt"`,
);

/** The question about this address is the caller's until `until`; null when it is somebody else's. */
export async function claimAddress(
  tx: Sql,
  workspaceId: string,
  address: string,
  now: number,
  until: number,
): Promise<KnownAddress | null> {
  const values = [workspaceId, address, toIso(now), toIso(until)];
  return (await tx.query<KnownAddress>(CLAIM_ADDRESS, values))[0] ?? null;
}

const RELEASE_ADDRESS = statement(
  'release_address',
  'UPDATE addresses SET checking_until = NULL WHERE workspace_id = $1 AND address = $2 AND checking_until = $3',
);

/** `until` as it was claimed: what somebody else has claimed since stays theirs. */
export async function releaseAddress(
  sql: Sql,
  workspaceId: string,
  address: string,
  until: number,
): Promise<void> {
  await sql.query(RELEASE_ADDRESS, [workspaceId, address, toIso(until)]);
}

const TAKE_CHECK = statement(
  'take_check',
  `UPDATE lines SET checks_day = $3, checks_today = $4, last_check_at = $5 WHERE workspace_id = $1 AND id = $2`,
);
const NOTE_DEVICE_CHECK = statement(
  'note_device_check',
  'UPDATE devices SET last_check_at = $3 WHERE workspace_id = $1 AND id = $2',
);

/** One of the day's checks, and the gap of the device. The caller holds both locks. */
export async function takeCheck(
  tx: Sql,
  workspaceId: string,
  { lineId, deviceId }: Checker,
  used: { day: string; checks: number },
  now: number,
): Promise<void> {
  await tx.query(TAKE_CHECK, [workspaceId, lineId, used.day, used.checks, toIso(now)]);
  await tx.query(NOTE_DEVICE_CHECK, [workspaceId, deviceId, toIso(now)]);
}

const GIVE_BACK_CHECK = statement(
  'give_back_check',
  `UPDATE lines SET checks_today = CASE WHEN checks_day = $3 THEN greatest(0, checks_today - 1) ELSE checks_today END,
     cannot_check_at = coalesce($4, cannot_check_at) WHERE workspace_id = $1 AND id = $2`,
);

/** What was taken on `day` and not used. `cannotCheckAt`: the line said then that it has no means to check. */
export async function giveBackCheck(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  day: string,
  cannotCheckAt: number | null,
): Promise<void> {
  await sql.query(GIVE_BACK_CHECK, [workspaceId, lineId, day, toIsoOrNull(cannotCheckAt)]);
}
