/**
 * Pairing: a line's owner makes a short code, somebody types it at the Mac, and the Mac gets a token of its own. A code is
 * good once and for ten minutes; a line has one Mac, so that a new one takes the place of the old.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Pair, PairAnswer, PairingCodeAnswer } from '../../contract/lines/relay-devices.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { toIso } from '../../lib/clock.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { endProvisioning } from '../../store/lines/line-requests.ts';
import { findLine, type LineRow } from '../../store/lines/lines.ts';
import { findRelayDevice, replaceCode, replaceDevice, useCode } from '../../store/lines/relay-devices.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { hashToken, newDeviceToken } from './authenticate-device.ts';
import { presentDevice } from './present-device.ts';

const CODE_GOOD_FOR_MS = 10 * 60_000;
/** 32 characters that are not taken for one another: eight of them are 40 bits, and guesses are counted (http/guards.ts). */
const CODE_CHARACTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_LENGTH = 8;

export async function createPairingCode(
  deps: Deps,
  caller: Caller,
  lineId: string,
  serverUrl: string,
): Promise<PairingCodeAnswer> {
  await refuseReadOnly(deps, caller);
  const line = await relayLine(deps, caller.workspaceId, lineId);
  const { stored, answer } = newPairingCode(deps, serverUrl);
  await deps.database.transaction(async (tx) => {
    await replaceCode(tx, caller.workspaceId, line.id, stored, deps.clock.now());
    const change = { entity: 'line', entityId: line.id, action: 'pairing_code_created' } as const;
    await audit(deps, tx, caller, { ...change, before: null, after: null });
  });
  return answer;
}

/** What the database keeps of a new code, and what its line's owner is told. */
export function newPairingCode(
  { clock, config }: Deps,
  serverUrl: string,
): { stored: { hash: Buffer; expiresAt: number }; answer: PairingCodeAnswer } {
  const letters = [...randomBytes(CODE_LENGTH)].map((byte) => CODE_CHARACTERS[byte % 32]).join('');
  const expiresAt = clock.now() + CODE_GOOD_FOR_MS;
  const code = `${letters.slice(0, 4)}-${letters.slice(4)}`;
  return {
    stored: { hash: hashCode(letters), expiresAt },
    answer: {
      code,
      expiresAt: toIso(expiresAt),
      command: `npm run trunkline -- relay --server ${config.publicUrl ?? serverUrl} --pair ${code}`,
    },
  };
}

export async function pairDevice(deps: Deps, { code, name, driver }: Pair): Promise<PairAnswer> {
  const hash = hashCode(code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ''));
  const now = deps.clock.now();
  const paired = await deps.database.transaction(async (tx) => {
    const code = await useCode(tx, hash, now);
    if (code === null) throw problem('INVALID_PAIRING_CODE', { param: 'code' });
    const { workspaceId, lineId } = code;
    const id = deps.ids();
    const token = newDeviceToken(workspaceId, id);
    await replaceDevice(tx, { workspaceId, id, lineId, tokenHash: hashToken(token), name, driver }, now);
    await endProvisioning(tx, workspaceId, lineId, now);
    const event = { id: deps.ids(), type: 'line.paired', messageId: null, leadId: null, lineId, at: now };
    await insertEvents(tx, workspaceId, [{ ...event, data: { deviceId: id, name } }]);
    await tell(deps, tx, workspaceId, id, { name, driver, lineId });
    return { workspaceId, lineId, id, token };
  });
  // Whoever was paired before is let go at once.
  deps.relay.jobs.announce();
  const { workspaceId, lineId, id, token } = paired;
  deps.snapshots.forget(workspaceId);
  const [device, line] = [
    await findRelayDevice(deps.database, workspaceId, id),
    await findLine(deps.database, workspaceId, lineId),
  ];
  invariant(device !== null && line !== null, 'what was just paired exists');
  const { phone, email } = line;
  return { token, device: presentDevice(device, deps.clock.now()), line: { _id: lineId, phone, email } };
}

/** Whoever made the code stands in the log before; here is no key. */
function tell(deps: Deps, tx: Sql, workspaceId: string, entityId: string, after: object): Promise<void> {
  const device: Caller = {
    workspaceId,
    apiKeyId: '',
    scopes: [],
    sendsAs: 'imessage_first',
    route: 'POST /relay/pair',
  };
  return audit(deps, tx, device, { entity: 'device', entityId, action: 'paired', before: null, after });
}

/** A line of the workspace that is served by a Mac. */
export async function relayLine(deps: Deps, workspaceId: string, lineId: string): Promise<LineRow> {
  const line = await findLine(deps.database, workspaceId, lineId);
  if (line === null) throw problem('LINE_NOT_FOUND');
  if (line.transport !== 'relay') throw problem('LINE_HAS_NO_MAC');
  return line;
}

function hashCode(letters: string): Buffer {
  return createHash('sha256').update(`pairing code ${letters}`).digest();
}
