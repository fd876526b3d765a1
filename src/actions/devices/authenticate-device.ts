/**
 * From an `Authorization` header to a Mac and its line. The token names both, so that it is looked up by a primary key, and
 * only its SHA-256 is stored (D34). A token of another form costs no look-up.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../../store/database.ts';
import { findRelayDevice } from '../../store/lines/relay-devices.ts';

/** A Mac that is paired: it may act for this one line. */
export interface Device {
  workspaceId: string;
  lineId: string;
  deviceId: string;
}

/** Takes the `Authorization` header; null when it holds no token of a device that is still paired. */
export type AuthenticateDevice = (authorization: string | undefined) => Promise<Device | null>;

const HEADER = /^Bearer +(tl_mac_([\w-]{1,64})\.([0-9a-f]{24})\.[\w-]{43})$/i;

export function createAuthenticateDevice(database: Database): AuthenticateDevice {
  return async (authorization) => {
    const [, token, workspaceId, deviceId] = HEADER.exec(authorization ?? '') ?? [];
    if (token === undefined || workspaceId === undefined || deviceId === undefined) return null;
    const row = await findRelayDevice(database, workspaceId, deviceId);
    if (row === null || row.revokedAt !== null || !timingSafeEqual(row.tokenHash, hashToken(token)))
      return null;
    return { workspaceId, lineId: row.lineId, deviceId };
  };
}

export function newDeviceToken(workspaceId: string, deviceId: string): string {
  return `tl_mac_${workspaceId}.${deviceId}.${randomBytes(32).toString('base64url')}`;
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
