/** The Macs of a line: shown, and let go. */
import { problem } from '../contract/problems.ts';
import type { RelayDeviceAnswer, RelayDevicesAnswer } from '../contract/relay-devices.ts';
import type { Deps } from '../deps.ts';
import { insertEvents } from '../store/events.ts';
import { listDevicesOfLine, revokeDevice } from '../store/relay-devices.ts';
import { audit } from './audit-log.ts';
import type { Caller } from './authenticate.ts';
import { relayLine } from './pair-device.ts';
import { presentDevice } from './present-device.ts';
import { refuseReadOnly } from './read-only.ts';

export async function listRelayDevices(
  deps: Deps,
  { workspaceId }: Caller,
  lineId: string,
): Promise<RelayDevicesAnswer> {
  await relayLine(deps, workspaceId, lineId);
  const now = deps.clock.now();
  const devices = await listDevicesOfLine(deps.database, workspaceId, lineId);
  return { devices: devices.map((device) => presentDevice(device, now)) };
}

/** Its token is worth nothing from now on, and its link is closed wherever it is (http/relay-links.ts). */
export async function revokeRelayDevice(
  deps: Deps,
  caller: Caller,
  lineId: string,
  deviceId: string,
): Promise<RelayDeviceAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await relayLine(deps, workspaceId, lineId);
  const now = deps.clock.now();
  const device = await deps.database.transaction(async (tx) => {
    const revoked = await revokeDevice(tx, workspaceId, lineId, deviceId, now);
    if (revoked === null) throw problem('DEVICE_NOT_FOUND');
    const event = { id: deps.ids(), type: 'line.unpaired', messageId: null, leadId: null, lineId, at: now };
    await insertEvents(tx, workspaceId, [{ ...event, data: { deviceId } }]);
    const { name } = revoked;
    const change = { entity: 'device', entityId: deviceId, action: 'revoked', after: null } as const;
    await audit(deps, tx, caller, { ...change, before: { name, lineId } });
    return revoked;
  });
  deps.relay.jobs.announce();
  return { device: presentDevice(device, now) };
}
