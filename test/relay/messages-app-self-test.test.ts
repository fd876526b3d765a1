/** What the driver finds out about its Mac, and what it tells a person to do. */
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mac, startMac } from './messages-app-mac.ts';

let here: Mac;
beforeEach(async () => {
  here = await startMac();
});
afterEach(() => here.close());

const failing = async () => {
  const { ok, checks } = await here.driver.selfTest();
  const bad = checks.filter((check) => !check.ok);
  expect(ok).toBe(bad.length === 0);
  for (const { message } of checks) expect(message).toMatch(/^[^\r\n]+\.$/);
  return bad.map(({ check, message }) => `${check}: ${message}`).join('\n');
};

test('a Mac that is ready says so, with its versions', async () => {
  const result = await here.driver.selfTest();
  expect(result).toMatchObject({ ok: true, versions: { macos: '15.1', messages: '14.0' } });
  expect(result.checks.map(({ check }) => check)).toEqual([
    'full-disk-access',
    'automation',
    'signed-in',
    'macos-version',
  ]);
});

test('and nothing was sent by asking', async () => {
  await here.driver.selfTest();
  expect(here.fake.left).toEqual([]);
  expect(here.fake.rows.db.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
});

test('without Automation it says where to allow it', async () => {
  here.fake.mac.mayAutomate = false;
  expect(await failing()).toMatch(/automation: .*System Settings, Privacy & Security, Automation/);
});

test('without an account it says where to sign in, and where to enable it', async () => {
  here.fake.mac.isSignedIn = false;
  expect(await failing()).toMatch(/^signed-in: .*sign in/);
  here.fake.mac.isSignedIn = true;
  here.fake.mac.isEnabled = false;
  expect(await failing()).toMatch(/^signed-in: .*enable/);
});

test('without chat.db it says what to allow, and recovers when it is allowed', async () => {
  const file = path.join(here.fake.folder, 'chat.db');
  renameSync(file, `${file}.away`);
  expect(await failing()).toMatch(/^full-disk-access: .*Full Disk Access/);
  renameSync(`${file}.away`, file);
  expect(await failing()).toBe('');
});

test('without osascript it is no Mac to send from', async () => {
  rmSync(here.fake.osascript);
  expect(await failing()).toMatch(/^automation: .*ENOENT/);
});

test('availability is not known before a send', async () => {
  expect(await here.driver.check('+12025550100')).toEqual({ availability: 'cannot_check' });
});
