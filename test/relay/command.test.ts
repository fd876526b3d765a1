/** `relay` as a person at a Mac runs it: a process of its own, paired by a code, asked for its status, stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { launch, runToEnd, says } from '../program.ts';
import { newPhone, openWorkspace } from '../workspaces.ts';
import { pairingCode, QUICK_LINE } from './mac.ts';

let app: TestApp;
let data: string;
beforeAll(async () => {
  app = await openApp();
  data = await mkdtemp(path.join(os.tmpdir(), 'relay-'));
});
afterAll(async () => {
  await app.close();
  await rm(data, { recursive: true, force: true });
});

test('it pairs, serves, shows its status, is alone on its folder, and is there again without a code', async () => {
  const workspace = await openWorkspace(app, { lines: [QUICK_LINE] });
  const [line] = workspace.lines;
  const code = await pairingCode(workspace, line?._id ?? '');
  const folder = ['--data', data];
  const driver = ['--driver', 'sandbox'];

  expect((await runToEnd(['relay', 'status', ...folder])).stdout).toContain('Not paired.');
  const relay = launch(['relay', '--server', app.url, '--pair', code, ...folder, ...driver]);
  await says(relay, new RegExp(`The relay of \\${line?.phone} serves ${app.url} by sandbox`));
  const { body } = await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
  expect(body.message.status).toMatch(/sent|delivered/);

  const status = await runToEnd(['relay', 'status', ...folder]);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('is running, link: websocket') });
  const second = await runToEnd(['relay', ...folder, ...driver]);
  expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('Another relay runs on') });

  relay.child.kill('SIGTERM');
  expect(await relay.ended).toBe(0);
  expect(relay.stderr()).toBe('');
  const again = launch(['relay', ...folder, ...driver]);
  await says(again, /The relay of/);
  // Killed, it leaves its socket behind, which must not keep the next one out.
  again.child.kill('SIGKILL');
  await again.ended;
  const third = launch(['relay', ...folder, ...driver]);
  await says(third, /The relay of/);
  third.child.kill('SIGINT');
  expect(await third.ended).toBe(0);
});

test.each([
  [['relay'], /not paired yet/],
  [['relay', '--pair', 'AAAA-AAAA'], /needs --server/],
  [['relay', '--driver', 'pigeon'], /--driver must be one of/],
  [['relay', '--server', 'mac.local', '--pair', 'AAAA-AAAA'], /must be an http or https address/],
  [['relay', '--server', 'http://127.0.0.1:9', '--pair', 'AAAA-AAAA'], /can't be reached/],
])('%j is answered by one sentence', async (args, sentence) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'relay-'));
  const { code, stderr } = await runToEnd([...args, '--data', folder]);
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at /);
  await rm(folder, { recursive: true });
});

test('a code that is not valid is told in the words of the server', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'relay-'));
  const args = ['relay', '--server', app.url, '--pair', 'AAAA-AAAA', '--data', folder, '--driver', 'sandbox'];
  const { code, stderr } = await runToEnd(args);
  expect(code).toBe(2);
  expect(stderr).toContain('This pairing code is not valid');
  await rm(folder, { recursive: true });
});
