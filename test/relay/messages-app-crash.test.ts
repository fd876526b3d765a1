/** The whole road to Messages, its agent killed at every step: one copy in the end, whatever was under way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept } from '../workspaces.ts';
import { isConnected, type Mac, openMac } from './mac.ts';
import { type Mac as Device, startMac } from './messages-app-mac.ts';

let app: TestApp;
let device: Device;
let mac: Mac;
beforeAll(async () => {
  app = await openApp();
});
afterEach(async () => {
  await mac.close();
  await device.close();
});
afterAll(() => app.close());

/** Starts an agent that will kill itself, and waits for its connection. */
async function startMortal(step: string) {
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'messages-app-agent.ts'),
      app.url,
      mac.pairing.token,
      device.dataDir,
      device.fake.home,
      device.fake.osascript,
      step,
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const end = once(child, 'exit');
  await once(child, 'message');
  await isConnected(mac);
  return { child, end };
}

const STEPS = ['taken', 'granted', 'started', 'noted', 'sent', 'settled'];

test.each(STEPS.flatMap((step) => [15, 26].map((macOs) => [step, macOs as 15 | 26] as const)))(
  'killed after "%s" on macOS %i',
  async (step, macOs) => {
    device = await startMac({ macOs });
    mac = await openMac(app, { starts: false });
    const { end } = await startMortal(step);
    const message = await accept(mac.workspace, { recipientPhone: '+12025550177', message: 'Only once' });
    await end;
    await mac.start({ driver: device.startDriver(), dataDir: device.dataDir });
    await mac.workspace.reaches(message._id, 'delivered');
    expect(device.fake.left.map(({ text }) => text)).toEqual(['Only once']);
  },
);

test('killed while Messages is told, by somebody else', async () => {
  device = await startMac();
  mac = await openMac(app, { starts: false });
  const { child, end } = await startMortal('never');
  const message = await accept(mac.workspace, { recipientPhone: '+12025550177', message: 'Only once' });
  await until('Messages was told', () => device.fake.scripts.some(({ args }) => args.includes('Only once')));
  child.kill('SIGKILL');
  await end;
  await mac.start({ driver: device.startDriver(), dataDir: device.dataDir });
  await mac.workspace.reaches(message._id, 'delivered');
  expect(device.fake.left).toHaveLength(1);
});
