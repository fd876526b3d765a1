/** Who may be the Mac of a line: whoever types its newest code once and in time, until they are let go. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { until } from '../until.ts';
import { addLine, openWorkspace, read } from '../workspaces.ts';
import { devicesOf, openMac, pairingCode, QUICK_LINE } from './mac.ts';
import { HELLO, openRawDevice } from './raw-device.ts';

let app: TestApp;
let clock: LeapingClock;
beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ dispatches: false, clock });
});
afterAll(() => app.close());

async function tryCode(code: string): Promise<{ status: number; body: Record<string, unknown> }> {
  // Guesses are counted by the minute, and this test makes many.
  clock.leap(60_000);
  const response = await fetch(`${app.url}/relay/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, name: 'Mac' }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a pairing code', () => {
  test('pairs once, however it is typed; the token is shown once and stored only as a hash', async () => {
    const workspace = await openWorkspace(app, { lines: [QUICK_LINE] });
    const lineId = workspace.lines[0]?._id ?? '';
    const code = await pairingCode(workspace, lineId);
    expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    const first = await tryCode(` ${code.toLowerCase().replace('-', ' ')} `);
    expect(first).toMatchObject({ status: 201, body: { line: { _id: lineId }, device: { name: 'Mac' } } });
    const token = String(first.body.token);
    expect(token).toMatch(/^tl_mac_/);
    const stored = await read(app, 'SELECT d::text AS row FROM relay_devices d WHERE line_id = $1', [lineId]);
    expect(JSON.stringify(stored)).not.toContain(token.slice(-20));
    const codes = await read(app, 'SELECT c::text AS row FROM pairing_codes c WHERE line_id = $1', [lineId]);
    expect(JSON.stringify(codes)).not.toContain(code);
    expect(await tryCode(code)).toMatchObject({ status: 400, body: { code: 'INVALID_PAIRING_CODE' } });
  });

  test('of which a newer one was made, or that has expired, or that never was, pairs nobody', async () => {
    const workspace = await openWorkspace(app, { lines: [QUICK_LINE] });
    const lineId = workspace.lines[0]?._id ?? '';
    const old = await pairingCode(workspace, lineId);
    const newer = await pairingCode(workspace, lineId);
    clock.leap(8 * 60_000);
    const late = await pairingCode(workspace, lineId);
    clock.leap(10 * 60_000);
    for (const code of [old, newer, late, 'AAAA-AAAA', '', 'x'.repeat(64)])
      expect((await tryCode(code)).status, code).toBe(400);
    expect(await read(app, 'SELECT 1 FROM relay_devices WHERE line_id = $1', [lineId])).toEqual([]);
  });

  test('can’t be guessed: who tries too often waits', async () => {
    const tries = Array.from({ length: 25 }, () =>
      fetch(`${app.url}/relay/pair`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"code":"AAAA-AAAA"}',
      }),
    );
    const answers = await Promise.all(tries);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(refused[0]?.headers.get('retry-after')).not.toBeNull();
    clock.leap(120_000);
  });

  test('is made only by an admin, for a relay line of the workspace', async () => {
    const workspace = await openWorkspace(app, { lines: [QUICK_LINE, {}] });
    const stranger = await openWorkspace(app, { lines: [] });
    const reader = await openWorkspace(app, { lines: [], scopes: ['read'] });
    const [relay, sandbox] = workspace.lines.map(({ _id }) => `/api/lines/${_id}/pairing-code`);
    expect((await workspace.call('POST', sandbox ?? '')).body).toMatchObject({ code: 'LINE_HAS_NO_MAC' });
    expect((await stranger.call('POST', relay ?? '')).body).toMatchObject({ code: 'LINE_NOT_FOUND' });
    expect((await reader.call('POST', relay ?? '')).body).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a device', () => {
  test('keeps its token where only its owner reads it', async () => {
    const mac = await openMac(app, { starts: false });
    const file = path.join(mac.dataDir, 'pairing.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ token: mac.pairing.token });
    await mac.close();
  });

  test('that is let go loses its link at once, and every door', async () => {
    const mac = await openMac(app);
    const [device] = await devicesOf(mac);
    const path = `/api/lines/${mac.line._id}/devices/${device?._id}`;
    const before = performance.now();
    expect((await mac.workspace.call('DELETE', path)).body).toMatchObject({ device: { connected: false } });
    expect(await mac.agent.ended).toMatch(/no longer paired/);
    // About a second at most; a link that nobody ended would be found dead after more than a minute.
    expect(performance.now() - before).toBeLessThan(15_000);
    for (const [method, door] of [
      ['POST', '/relay/poll'],
      ['GET', `/relay/files/${mac.line._id}/0`],
      ['PUT', `/relay/files/${mac.line._id}/0`],
    ] as const) {
      const headers = { authorization: `Bearer ${mac.pairing.token}`, 'content-type': 'application/json' };
      const body = method === 'GET' ? undefined : '{}';
      const answer = await fetch(`${app.url}${door}`, { method, headers, ...(body ? { body } : {}) });
      expect(answer.status, door).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'NOT_PAIRED' });
    }
    await expect(openRawDevice(app.url, mac.pairing.token)).rejects.toThrow('401');
    // Started again, it is told so once more, and does not try for ever.
    await mac.agent.stop();
    await mac.start();
    expect(await mac.agent.ended).toMatch(/no longer paired/);
    await mac.close();
  });

  test('that only polls hears within a second that it was let go', async () => {
    const mac = await openMac(app, { starts: false });
    const headers = { authorization: `Bearer ${mac.pairing.token}`, 'content-type': 'application/json' };
    const held = fetch(`${app.url}/relay/poll`, { method: 'POST', headers, body: '{"waitMs":20000}' });
    const [device] = await devicesOf(mac);
    await until('it polls', async () => (await devicesOf(mac))[0]?.connected);
    await mac.workspace.call('DELETE', `/api/lines/${mac.line._id}/devices/${device?._id}`);
    expect((await held).status).toBe(401);
    await mac.close();
  });

  test('gives way to the next that is paired with its line', async () => {
    const mac = await openMac(app);
    const code = await pairingCode(mac.workspace, mac.line._id);
    expect((await tryCode(code)).status).toBe(201);
    expect(await mac.agent.ended).toMatch(/no longer paired/);
    const devices = await devicesOf(mac);
    expect(devices.map(({ revokedAt }) => revokedAt === null)).toEqual([true, false]);
    await mac.close();
  });

  test('acts for its own line alone', async () => {
    const [mine, theirs] = [await openMac(app, { starts: false }), await openMac(app, { starts: false })];
    const sql = `INSERT INTO relay_jobs (workspace_id, id, line_id, kind, state, work, lease_until, created_at)
      VALUES ($1, $2, $3, $4, 'queued', '{}', now() + interval '1 day', now())`;
    const [send, fetches] = ['1'.repeat(24), '2'.repeat(24)];
    for (const [id, kind] of [
      [send, 'send'],
      [fetches, 'fetch'],
    ])
      await read(app, sql, [theirs.workspace.workspaceId, id, theirs.line._id, kind]);
    const device = await openRawDevice(app.url, mine.pairing.token);
    device.say(HELLO);
    await device.next('welcome');
    device.say({ type: 'take', jobId: send, fence: 'fence-one', at: 0 });
    await device.next('void');
    device.say({ type: 'result', jobId: fetches, fence: null, answer: { fetched: false, message: 'mine' } });
    await device.next('ack');
    const headers = { authorization: `Bearer ${mine.pairing.token}` };
    const piece = await fetch(`${app.url}/relay/files/${fetches}/0`, { method: 'PUT', headers, body: 'x' });
    expect(piece.status).toBe(404);
    const states = await read<{ state: string }>(app, 'SELECT state FROM relay_jobs WHERE line_id = $1', [
      theirs.line._id,
    ]);
    expect(states).toEqual([{ state: 'queued' }, { state: 'queued' }]);
    expect(device.heard.filter(({ type }) => type === 'job')).toEqual([]);
    device.socket.close();
    await mine.close();
    await theirs.close();
  });

  test('that goes away on purpose is away at once', async () => {
    const mac = await openMac(app);
    await mac.agent.stop();
    await until('it is away', async () => !(await devicesOf(mac))[0]?.connected);
    await mac.close();
  });

  test('can’t be paired by a line of another transport', async () => {
    const workspace = await openWorkspace(app, { lines: [] });
    const line = await addLine(workspace, {});
    expect((await workspace.call('GET', `/api/lines/${line._id}/devices`)).status).toBe(400);
  });
});
