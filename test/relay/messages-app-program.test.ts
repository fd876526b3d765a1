/** The relay as its owner starts it: a program that finds osascript on the PATH and Messages in the home of its user. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeMessages, startFakeMessages } from '../fakes/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { launch, runToEnd } from '../program.ts';
import { until } from '../until.ts';
import { accept, addLine, openWorkspace } from '../workspaces.ts';
import { pairingCode, QUICK_LINE } from './mac.ts';
import { FAST } from './messages-app-mac.ts';

let app: TestApp;
let fake: FakeMessages;
let dataDir: string;
beforeAll(async () => {
  app = await openApp();
  fake = await startFakeMessages({ pace: FAST });
  dataDir = mkdtempSync(path.join(tmpdir(), 'relay-'));
});
afterAll(async () => {
  await app.close();
  await fake.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const environment = () => ({ HOME: fake.home, PATH: `${fake.bin}${path.delimiter}${process.env.PATH}` });
const options = () => ['--driver', 'messages-app', '--data', dataDir];

test('pairs by code, sends, tells what comes back, and says how it is', async () => {
  const workspace = await openWorkspace(app, { lines: [] });
  const line = await addLine(workspace, QUICK_LINE);
  const pairing = ['--server', app.url, '--pair', await pairingCode(workspace, line._id)];
  const relay = launch(['relay', ...options(), ...pairing], environment());
  await until('it serves its line', () => relay.stdout().includes('by messages-app'));

  const message = await accept(workspace, { recipientPhone: '+12025550101', message: 'Hallo Anna 🌅' });
  await workspace.reaches(message._id, 'delivered');
  expect(fake.left).toMatchObject([{ address: '+12025550101', text: 'Hallo Anna 🌅' }]);
  const guid = fake.receive('+12025550101', 'Bis morgen');
  await until('the answer is told', async () => {
    const { body } = await workspace.call<{ messages: { externalMessageId: string }[] }>(
      'GET',
      '/api/messages',
    );
    return body.messages.some(({ externalMessageId }) => externalMessageId === guid);
  });

  const status = await runToEnd(['relay', 'status', '--data', dataDir], environment());
  expect(status.stdout).toContain('ok   full-disk-access: ');
  expect(status.code).toBe(0);
  relay.child.kill('SIGTERM');
  expect(await relay.ended).toBe(0);
});

test('shows what launchd would be told, and installs nothing where there is no launchd', async () => {
  const shown = await runToEnd(['relay', 'install', '--print', ...options()], environment());
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('<string>messages-app</string>') });
  const refused = await runToEnd(['relay', 'install', '--data', path.join(dataDir, 'new')], environment());
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not paired') });
});
