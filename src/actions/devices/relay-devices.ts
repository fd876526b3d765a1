/** The Macs of a line: shown, and let go. */

import type { RelayDeviceAnswer, RelayDevicesAnswer } from '../../contract/lines/relay-devices.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { insertEvents } from '../../store/events/events.ts';
import { listDevicesOfLine, revokeDevice } from '../../store/lines/relay-devices.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { relayLine } from './pair-device.ts';
import { presentDevice } from './present-device.ts';

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
