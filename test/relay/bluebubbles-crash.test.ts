/** The whole road to a BlueBubbles server, its agent killed at every step: one copy in the end, whatever was under way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createBlueBubblesDriver } from '../../src/relay/drivers/bluebubbles.ts';
import { PATIENCE, QUICK } from '../bluebubbles.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept } from '../workspaces.ts';
import { isConnected, type Mac, openMac } from './mac.ts';

const RECIPIENT = '+12025550177';

let app: TestApp;
let fake: FakeBlueBubbles;
let mac: Mac;
beforeAll(async () => {
  app = await openApp();
});
afterEach(async () => {
  await mac.close();
  await fake.close();
});
afterAll(() => app.close());

/** Starts an agent that will kill itself, and waits for its connection. */
async function startMortal(step: string) {
  const file = path.join(import.meta.dirname, 'bluebubbles-agent.ts');
  const child = spawn(
    process.execPath,
    [file, app.url, mac.pairing.token, mac.dataDir, fake.url, fake.password, step],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const end = once(child, 'exit');
  await once(child, 'message');
  await isConnected(mac);
  return { child, end };
}

/** `quietMs`: long enough for what the dead one had begun at the server. */
function startNext(quietMs = 1_000): Promise<unknown> {
  const server = { serverUrl: fake.url, method: 'auto', password: fake.password } as const;
  const { dataDir } = mac;
  const patience = { ...PATIENCE, quietMs };
  return mac.start({ driver: createBlueBubblesDriver({ server, clock: systemClock(), dataDir, patience }) });
}

const copies = () => fake.mac.rows.filter(({ isFromMe, error }) => isFromMe && error === 0);

test.each(['taken', 'granted', 'started', 'noted', 'sent', 'settled'])('killed after "%s"', async (step) => {
  fake = await startBlueBubbles({ timings: QUICK });
  mac = await openMac(app, { starts: false });
  const { end } = await startMortal(step);
  const message = await accept(mac.workspace, { recipientPhone: RECIPIENT, message: 'Only once' });
  await end;
  await startNext();
  await mac.workspace.reaches(message._id, 'delivered');
  expect(copies().map(({ text }) => text)).toEqual(['Only once']);
});

test('killed while the server sends, by somebody else', async () => {
  fake = await startBlueBubbles({ timings: { ...QUICK, row: 500 } });
  mac = await openMac(app, { starts: false });
  const { child, end } = await startMortal('never');
  const message = await accept(mac.workspace, { recipientPhone: RECIPIENT, message: 'Only once' });
  await until('the server was asked', () => fake.calls.some((call) => /^POST (message|chat)/.test(call)));
  child.kill('SIGKILL');
  await end;
  await startNext(3_000);
  await mac.workspace.reaches(message._id, 'delivered');
  expect(copies()).toHaveLength(1);
});
