/** The Mac of a relay line: a code to pair it by, what is known of it, and letting it go. */
import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  PairingCodeAnswer,
  RelayDeviceAnswer,
  RelayDevicesAnswer,
} from '../../contract/lines/relay-devices.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { type Call, ok, type Route } from '../route.ts';
import { idOf, idParam } from './shared.ts';

const tag = 'Lines';

export const deviceRoutes: readonly Route[] = [
  {
    operationId: 'createPairingCode',
    method: 'POST',
    path: '/api/lines/{id}/pairing-code',
    tag,
    scope: 'admin',
    summary: 'Make a code that pairs a Mac with a relay line',
    description: 'Good once and for ten minutes. The newest code of a line is its only one.',
    pathParams: idParam,
    answers: { 201: { description: 'The code, and what to run on the Mac.', schema: PairingCodeAnswer } },
    problems: ['READ_ONLY', 'LINE_NOT_FOUND', 'LINE_HAS_NO_MAC'],
    async handle(call) {
      const { deps, actions, caller } = call;
      const server = `http://${call.headers.host ?? '127.0.0.1'}`;
      return { status: 201, body: await actions.createPairingCode(deps, caller, lineId(call), server) };
    },
  },
  {
    operationId: 'listDevices',
    method: 'GET',
    path: '/api/lines/{id}/devices',
    tag,
    scope: 'read',
    summary: 'List the Macs of a relay line',
    pathParams: idParam,
    answers: {
      200: { description: 'Newest first, with those that were let go.', schema: RelayDevicesAnswer },
    },
    problems: ['LINE_NOT_FOUND', 'LINE_HAS_NO_MAC'],
    handle: async (call) => ok(await call.actions.listRelayDevices(call.deps, call.caller, lineId(call))),
  },
  {
    operationId: 'revokeDevice',
    method: 'DELETE',
    path: '/api/lines/{id}/devices/{deviceId}',
    tag,
    scope: 'admin',
    summary: 'Let a Mac go',
    description: 'Its token is worth nothing from then on, and its link is closed within a second.',
    pathParams: z.object({ id: Id, deviceId: Id }),
    answers: { 200: { description: 'The device as it is now.', schema: RelayDeviceAnswer } },
    problems: ['READ_ONLY', 'LINE_NOT_FOUND', 'LINE_HAS_NO_MAC', 'DEVICE_NOT_FOUND'],
    async handle(call) {
      const { deviceId = '' } = call.params;
      if (!isId(deviceId)) throw problem('DEVICE_NOT_FOUND');
      return ok(await call.actions.revokeRelayDevice(call.deps, call.caller, lineId(call), deviceId));
    },
  },
];

function lineId(call: Call): string {
  return idOf(call, 'LINE_NOT_FOUND');
}
