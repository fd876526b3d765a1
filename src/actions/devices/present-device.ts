import type { RelayDevice } from '../../contract/lines/relay-devices.ts';
import { isPresent } from '../../domain/relay-work.ts';
import { toIso, toIsoOrNull } from '../../lib/clock.ts';
import type { RelayDeviceRow } from '../../store/lines/relay-devices.ts';

export function presentDevice(device: RelayDeviceRow, now: number): RelayDevice {
  return {
    _id: device.id,
    lineId: device.lineId,
    name: device.name,
    driver: device.driver,
    agentVersion: device.agentVersion,
    protocol: device.protocol,
    connected: device.revokedAt === null && isPresent(device, now),
    pairedAt: toIso(device.pairedAt),
    lastSeenAt: toIsoOrNull(device.lastSeenAt),
    revokedAt: toIsoOrNull(device.revokedAt),
    selfTest: device.selfTest,
  };
}
