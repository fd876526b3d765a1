/** The guided check of a relay line: a Mac is paired, it is connected, and what its relay found out about itself. */
import { isPresent } from '../domain/relay-work.ts';
import { type Found, failed, ok, type SetupStep, skipped } from '../domain/setup-step.ts';
import { toIso } from '../lib/clock.ts';
import type { RelayDeviceRow } from '../store/lines/relay-devices.ts';

const RUN_AGAIN =
  'Run the relay on the Mac again: npm run trunkline -- relay. `relay status` there says how it is.';
const NOT_REACHED = skipped('Not asked: a step before it failed');

/** `device` null: none is paired. `isStored` false: none can be yet. */
export function relaySteps(device: RelayDeviceRow | null, isStored: boolean, now: number): SetupStep[] {
  const paired = pairing(device, isStored);
  const away = device === null ? NOT_REACHED : connection(device, now);
  const steps: SetupStep[] = [
    { key: 'paired', ...paired },
    { key: 'connected', ...away },
  ];
  if (device === null || away.state !== 'ok') return [...steps, { key: 'self-test', ...NOT_REACHED }];
  return [...steps, ...selfTest(device)];
}

function pairing(device: RelayDeviceRow | null, isStored: boolean): Found {
  if (device !== null) return ok(`The Mac "${device.name}" is paired with the line`);
  return isStored
    ? failed(
        'No Mac is paired with the line',
        'Make a pairing code and run the command it comes with on the Mac.',
      )
    : skipped('A Mac is paired once the line is made: by a code, and one command on the Mac');
}

function connection(device: RelayDeviceRow, now: number): Found {
  if (isPresent(device, now)) return ok('Its relay is connected');
  const since = device.lastSeenAt === null ? '' : `; it was last seen at ${toIso(device.lastSeenAt)}`;
  return failed(`The Mac "${device.name}" is not connected${since}`, RUN_AGAIN);
}

function selfTest({ selfTest: found }: RelayDeviceRow): SetupStep[] {
  if (found === null)
    return [
      {
        key: 'self-test',
        ...skipped('The relay has not told yet what it found', 'Check again in a moment.'),
      },
    ];
  const fix =
    'Mend it on the Mac as the sentence says; the relay tests itself again within five minutes, and when it starts.';
  const steps = found.checks.map(({ check, ok: isFine, message }) => ({
    key: check,
    ...(isFine ? ok(message) : failed(message, fix)),
  }));
  return found.ok || steps.some(({ state }) => state === 'failed')
    ? steps
    : [...steps, { key: 'self-test', ...failed('The self-test of the relay failed', RUN_AGAIN) }];
}
