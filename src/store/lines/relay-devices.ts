/** Macs that are paired with lines, and the codes by which they are (D13, D34). */
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';

export interface RelayDeviceRow {
  workspaceId: string;
  id: string;
  lineId: string;
  tokenHash: Buffer;
  name: string;
  driver: string;
  agentVersion: string | null;
  protocol: number | null;
  selfTest: StoredSelfTest | null;
  pairedAt: number;
  lastSeenAt: number | null;
  leftAt: number | null;
  revokedAt: number | null;
}

export interface StoredSelfTest {
  ok: boolean;
  checks: { check: string; ok: boolean; message: string }[];
  versions: Record<string, string>;
}

const COLUMNS = `workspace_id AS "workspaceId", id, line_id AS "lineId", token_hash AS "tokenHash", name, driver,
  agent_version AS "agentVersion", protocol, self_test AS "selfTest", paired_at AS "pairedAt",
  last_seen_at AS "lastSeenAt", left_at AS "leftAt", revoked_at AS "revokedAt"`;

const INSERT_CODE = statement(
  'insert_pairing_code',
  `INSERT INTO pairing_codes (code_hash, workspace_id, line_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
);
const DROP_CODES = statement(
  'drop_pairing_codes',
  'DELETE FROM pairing_codes WHERE workspace_id = $1 AND line_id = $2',
);

/** The newest code of a line is its only one. */
export async function replaceCode(
  tx: Sql,
  workspaceId: string,
  lineId: string,
  code: { hash: Buffer; expiresAt: number },
  now: number,
): Promise<void> {
  await tx.query(DROP_CODES, [workspaceId, lineId]);
  await tx.query(INSERT_CODE, [code.hash, workspaceId, lineId, toIso(now), toIso(code.expiresAt)]);
}

const USE_CODE = statement(
  'use_pairing_code',
  `UPDATE pairing_codes SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
   RETURNING workspace_id AS "workspaceId", line_id AS "lineId"`,
);

/** For exactly one caller; null: unknown, used or expired. */
export async function useCode(
  tx: Sql,
  hash: Buffer,
  now: number,
): Promise<{ workspaceId: string; lineId: string } | null> {
  const [row] = await tx.query<{ workspaceId: string; lineId: string }>(USE_CODE, [hash, toIso(now)]);
  return row ?? null;
}

const INSERT_DEVICE = statement(
  'insert_relay_device',
  `INSERT INTO relay_devices (workspace_id, id, line_id, token_hash, name, driver, paired_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const REVOKE_OF_LINE = statement(
  'revoke_relay_devices_of_line',
  'UPDATE relay_devices SET revoked_at = $3 WHERE workspace_id = $1 AND line_id = $2 AND revoked_at IS NULL',
);

/** Takes the place of the line's device, if it has one. */
export async function replaceDevice(
  tx: Sql,
  device: Pick<RelayDeviceRow, 'workspaceId' | 'id' | 'lineId' | 'tokenHash' | 'name' | 'driver'>,
  now: number,
): Promise<void> {
  const { workspaceId, id, lineId, tokenHash, name, driver } = device;
  await tx.query(REVOKE_OF_LINE, [workspaceId, lineId, toIso(now)]);
  await tx.query(INSERT_DEVICE, [workspaceId, id, lineId, tokenHash, name, driver, toIso(now)]);
}

const FIND_DEVICE = statement(
  'find_relay_device',
  `SELECT ${COLUMNS} FROM relay_devices WHERE workspace_id = $1 AND id = $2`,
);

export async function findRelayDevice(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<RelayDeviceRow | null> {
  return (await sql.query<RelayDeviceRow>(FIND_DEVICE, [workspaceId, id]))[0] ?? null;
}

const FIND_OF_LINE = statement(
  'find_relay_device_of_line',
  `SELECT ${COLUMNS} FROM relay_devices WHERE workspace_id = $1 AND line_id = $2 AND revoked_at IS NULL`,
);

export async function findDeviceOfLine(
  sql: Sql,
  workspaceId: string,
  lineId: string,
): Promise<RelayDeviceRow | null> {
  return (await sql.query<RelayDeviceRow>(FIND_OF_LINE, [workspaceId, lineId]))[0] ?? null;
}

const LIST_OF_LINE = statement(
  'list_relay_devices_of_line',
  `SELECT ${COLUMNS} FROM relay_devices WHERE workspace_id = $1 AND line_id = $2 ORDER BY id DESC LIMIT 20`,
);

/** Newest first, with those that were revoked. */
export function listDevicesOfLine(sql: Sql, workspaceId: string, lineId: string): Promise<RelayDeviceRow[]> {
  return sql.query<RelayDeviceRow>(LIST_OF_LINE, [workspaceId, lineId]);
}

const REVOKE = statement(
  'revoke_relay_device',
  `UPDATE relay_devices SET revoked_at = coalesce(revoked_at, $4)
   WHERE workspace_id = $1 AND line_id = $2 AND id = $3 RETURNING ${COLUMNS}`,
);

export async function revokeDevice(
  sql: Sql,
  workspaceId: string,
  lineId: string,
  id: string,
  now: number,
): Promise<RelayDeviceRow | null> {
  return (await sql.query<RelayDeviceRow>(REVOKE, [workspaceId, lineId, id, toIso(now)]))[0] ?? null;
}

const NOTE_HELLO = statement(
  'note_relay_hello',
  `UPDATE relay_devices SET name = $3, driver = $4, agent_version = $5, protocol = $6, self_test = $7,
     last_seen_at = $8, left_at = NULL
   WHERE workspace_id = $1 AND id = $2`,
);

export async function noteHello(
  sql: Sql,
  workspaceId: string,
  id: string,
  hello: { name: string; driver: string; agent: string; protocol: number; selfTest: StoredSelfTest | null },
  now: number,
): Promise<void> {
  const { name, driver, agent, protocol, selfTest } = hello;
  const test = selfTest === null ? null : JSON.stringify(selfTest);
  await sql.query(NOTE_HELLO, [workspaceId, id, name, driver, agent, protocol, test, toIso(now)]);
}

const NOTE_SELF_TEST = statement(
  'note_relay_self_test',
  'UPDATE relay_devices SET self_test = $3 WHERE workspace_id = $1 AND id = $2',
);

export async function noteSelfTest(
  sql: Sql,
  workspaceId: string,
  id: string,
  selfTest: StoredSelfTest,
): Promise<void> {
  await sql.query(NOTE_SELF_TEST, [workspaceId, id, JSON.stringify(selfTest)]);
}

const NOTE_PRESENCE = statement(
  'note_relay_presence',
  `UPDATE relay_devices SET last_seen_at = greatest(last_seen_at, $3::timestamptz),
     left_at = CASE WHEN $4::timestamptz IS NOT NULL THEN $4 WHEN left_at < $3 THEN NULL ELSE left_at END
   WHERE workspace_id = $1 AND id = $2`,
);

/** `leftAt`: it goes away on purpose. Without it, it is there again if it was heard of after it left. */
export async function notePresence(
  sql: Sql,
  workspaceId: string,
  id: string,
  seenAt: number,
  leftAt: number | null,
): Promise<void> {
  await sql.query(NOTE_PRESENCE, [workspaceId, id, toIso(seenAt), toIsoOrNull(leftAt)]);
}

const SCAN_REVOKED = statement(
  'scan_revoked_relay_devices',
  `SELECT d.workspace_id AS "workspaceId", d.id FROM unnest($1::text[], $2::text[]) AS asked(workspace_id, id)
   JOIN relay_devices d ON d.workspace_id = asked.workspace_id AND d.id = asked.id WHERE d.revoked_at IS NOT NULL`,
);

/** Of these the ones that are revoked. */
export function scanRevoked(
  sql: Sql,
  devices: readonly { workspaceId: string; id: string }[],
): Promise<{ workspaceId: string; id: string }[]> {
  return sql.query(SCAN_REVOKED, [
    devices.map(({ workspaceId }) => workspaceId),
    devices.map(({ id }) => id),
  ]);
}
