/** `relay --driver bluebubbles` as a person at a Mac runs it: the server is told once, its password kept where only he reads. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUICK } from '../bluebubbles.ts';
import { type FakeBlueBubbles, startBlueBubbles } from '../fakes/bluebubbles/server.ts';
import { openApp, type TestApp } from '../harness.ts';
import { launch, runToEnd, says } from '../program.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';
import { pairingCode, QUICK_LINE } from './mac.ts';

const RECIPIENT = '+12025550177';

let app: TestApp;
let fake: FakeBlueBubbles;
let data: string;
let ws: Workspace;
let code: string;
beforeEach(async () => {
  app = await openApp();
  fake = await startBlueBubbles({ timings: QUICK });
  data = await mkdtemp(path.join(os.tmpdir(), 'relay-'));
  ws = await openWorkspace(app, { lines: [QUICK_LINE] });
  code = await pairingCode(ws, ws.lines[0]?._id ?? '');
});
afterEach(async () => {
  await app.close();
  await fake.close();
  await rm(data, { recursive: true, force: true });
});

const relayOf = (...args: string[]) => ['relay', '--driver', 'bluebubbles', '--data', data, ...args];
const pairing = () => ['--server', app.url, '--pair', code];

async function passwordFile(): Promise<string> {
  const file = path.join(data, 'password');
  await writeFile(file, `${fake.password}\n`, { mode: 0o600 });
  return file;
}

test('it pairs, sends through the server, and knows it the next time', async () => {
  const told = ['--bluebubbles-url', `${fake.url}/`, '--bluebubbles-password-file', await passwordFile()];
  const relay = launch(relayOf(...pairing(), ...told));
  await says(relay, /The relay of .* by bluebubbles/);
  const { body } = await ws.send({ message: 'Hi', recipientPhone: RECIPIENT });
  expect(body.message.status).toMatch(/sent|delivered/);
  relay.child.kill('SIGTERM');
  expect(await relay.ended).toBe(0);

  const kept = path.join(data, 'bluebubbles.json');
  expect(JSON.parse(await readFile(kept, 'utf8'))).toEqual({ serverUrl: fake.url, password: fake.password });
  expect((await stat(kept)).mode & 0o777).toBe(0o600);
  expect(relay.stdout() + relay.stderr()).not.toContain(fake.password);

  const again = launch(relayOf());
  await says(again, /The relay of .* by bluebubbles/);
  const second = await ws.send({ message: 'Hi again', recipientPhone: RECIPIENT });
  expect(second.body.message.status).toMatch(/sent|delivered/);
  again.child.kill('SIGTERM');
  expect(await again.ended).toBe(0);
  expect(fake.mac.rows.map(({ text }) => text)).toEqual(['Hi', 'Hi again']);
});

test('what it needs and was not told is said in one sentence, before the code is used up', async () => {
  const nowhere = path.join(data, 'nowhere');
  const url = ['--bluebubbles-url', fake.url];
  for (const [args, sentence] of [
    [[], /needs --bluebubbles-url/],
    [url, /TRUNKLINE_BLUEBUBBLES_PASSWORD/],
    [[...url, '--bluebubbles-password-file', nowhere], /nowhere can't be read: ENOENT/],
    [
      ['--bluebubbles-url', 'mac.local', '--bluebubbles-password-file', await passwordFile()],
      /http or https/,
    ],
  ] as const) {
    const { code, stderr } = await runToEnd(relayOf(...pairing(), ...args));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(sentence) });
  }
  expect(await readdir(data)).toEqual(['password']);
  const env = { TRUNKLINE_BLUEBUBBLES_PASSWORD: fake.password };
  const relay = launch(relayOf(...pairing(), ...url), env);
  await says(relay, /The relay of .* by bluebubbles/);
  relay.child.kill('SIGTERM');
  await relay.ended;
});
