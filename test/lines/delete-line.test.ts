/** Deleting a line: only one by which nothing is to leave; what it did stays, what it could send by goes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../src/contract/lines/lines.ts';
import type { RelayDevicesAnswer } from '../../src/contract/lines/relay-devices.ts';
import { leaveDownLines } from '../../src/dispatcher/housekeeping.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMac } from '../relay/mac.ts';
import { until } from '../until.ts';
import { accept, addLine, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const idOf = (ws: Workspace, index: number) => ws.lines[index]?._id ?? '';
const remove = (ws: Workspace, id: string) => ws.call('DELETE', `/api/lines/${id}`);
const linesOf = async (ws: Workspace) =>
  (await ws.call<{ lines: Line[] }>('GET', '/api/lines')).body.lines.map(({ _id }) => _id);
/** Held, so that it waits for as long as the test looks. */
const tomorrow = () => new Date(app.deps.clock.now() + 86_400_000).toISOString();

test('a line that nothing needs is gone from the lines, and its messages still say from where they came', async () => {
  const ws = await openWorkspace(app, { lines: [{ secret: 'hush', firstName: 'Ada' }, {}] });
  const [gone, other] = [idOf(ws, 0), idOf(ws, 1)];
  const { body } = await ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId: gone });
  expect(await remove(ws, gone)).toMatchObject({ status: 200, body: { success: true } });
  expect(await linesOf(ws)).toEqual([other]);
  const { body: shown } = await ws.call<{ line: Line }>('GET', `/api/lines/${gone}`);
  expect(shown.line).toMatchObject({
    _id: gone,
    firstName: 'Ada',
    phone: ws.lines[0]?.phone,
    isActive: false,
    hasSecret: false,
    transportConfig: {},
    deletedAt: expect.any(String),
  });
  expect(await ws.message(body.message._id)).toMatchObject({
    fromLineId: gone,
    fromLinePhone: ws.lines[0]?.phone,
  });
  const activity = await ws.call<{ total: object }>('GET', `/api/lines/${gone}/activity`);
  expect(activity.body.total).toMatchObject({ sent: 1 });
});

test('what is gone can be neither changed, chosen, asked nor deleted again', async () => {
  const ws = await openWorkspace(app, { lines: [{}, {}] });
  const gone = idOf(ws, 0);
  await remove(ws, gone);
  const notFound = { status: 404, body: { code: 'LINE_NOT_FOUND' } };
  expect(await remove(ws, gone)).toMatchObject(notFound);
  expect(await ws.call('PATCH', `/api/lines/${gone}`, { isActive: true })).toMatchObject(notFound);
  expect(await ws.call('GET', `/api/lines/${gone}/health`)).toMatchObject(notFound);
  expect(await ws.call('GET', `/api/lines/${gone}/forecast`)).toMatchObject(notFound);
  expect(await ws.call('POST', `/api/lines/${gone}/check`)).toMatchObject(notFound);
  expect(await ws.call('GET', `/api/lines/check-availability?id=${gone}`)).toMatchObject(notFound);
  const send = { message: 'Hi', recipientPhone: newPhone(), fromLineId: gone };
  expect(await ws.send(send)).toMatchObject(notFound);
});

test('who talked to it is written to by another line, as a new contact of that one', async () => {
  const ws = await openWorkspace(app, { lines: [{}, {}] });
  const recipientPhone = newPhone();
  await ws.send({ message: 'Hi', recipientPhone, fromLineId: idOf(ws, 0) });
  await remove(ws, idOf(ws, 0));
  const { body } = await ws.send({ message: 'Hi again', recipientPhone });
  expect(body.message).toMatchObject({ status: 'sent', fromLineId: idOf(ws, 1) });
  expect(body.message.lineDecision?.reason).toBe('least_recently_used');
  const { body: shown } = await ws.call<{ line: Line }>('GET', `/api/lines/${idOf(ws, 1)}`);
  expect(shown.line.usage.newConversationsCount).toBe(1);
});

describe('a line is kept', () => {
  test('while messages wait on it or are under way', async () => {
    const ws = await openWorkspace(app);
    const id = idOf(ws, 0);
    const waiting = await accept(ws, { recipientPhone: newPhone(), scheduledDate: tomorrow() });
    expect(await remove(ws, id)).toMatchObject({
      status: 409,
      body: { code: 'LINE_HAS_MESSAGES', reason: '1 waiting, 0 under way' },
    });
    await read(app, "UPDATE messages SET status = 'unknown' WHERE id = $1", [waiting._id]);
    expect((await remove(ws, id)).body.reason).toBe('0 waiting, 1 under way');
    await read(app, "UPDATE messages SET status = 'failed' WHERE id = $1", [waiting._id]);
    expect((await remove(ws, id)).status).toBe(200);
  });

  test('while a campaign that is not over names it', async () => {
    const ws = await openWorkspace(app);
    const lineIds = [idOf(ws, 0)];
    const steps = [{ message: 'Hi' }];
    const made = await ws.call<{ campaign: { _id: string } }>('POST', '/api/campaigns', {
      name: 'Spring',
      lineIds,
      steps,
    });
    const { _id } = made.body.campaign;
    await ws.call('POST', `/api/campaigns/${_id}/launch`);
    await ws.call('POST', `/api/campaigns/${_id}/pause`);
    expect(await remove(ws, idOf(ws, 0))).toMatchObject({
      status: 409,
      body: { code: 'LINE_IN_CAMPAIGN', reason: _id },
    });
    await ws.call('POST', `/api/campaigns/${_id}/archive`);
    expect((await remove(ws, idOf(ws, 0))).status).toBe(200);
  });

  test('while fallback SMS leave from it; switched off, fallback forgets it', async () => {
    const ws = await openWorkspace(app, { lines: [], fallback: true });
    expect(await remove(ws, idOf(ws, 0))).toMatchObject({ status: 409, body: { code: 'LINE_IS_FALLBACK' } });
    await ws.call('PATCH', '/api/workspace/fallback-config', { enabled: false });
    expect((await remove(ws, idOf(ws, 0))).status).toBe(200);
    const { body } = await ws.call('GET', '/api/workspace/fallback-config');
    expect(body).toMatchObject({ configured: false, provider: null, lineId: null });
  });
});

test('its Mac is let go, and no code brings another', async () => {
  const mac = await openMac(app);
  const { workspace: ws, line } = mac;
  const made = await ws.call<{ code: string }>('POST', `/api/lines/${line._id}/pairing-code`);
  const { body } = await ws.call<RelayDevicesAnswer>('GET', `/api/lines/${line._id}/devices`);
  expect((await remove(ws, line._id)).status).toBe(200);
  const [device] = await read<{ revokedAt: number | null }>(
    app,
    'SELECT revoked_at AS "revokedAt" FROM relay_devices WHERE id = $1',
    [body.devices[0]?._id],
  );
  expect(device?.revokedAt).not.toBeNull();
  const again = await ws.call('POST', '/relay/pair', { code: made.body.code });
  expect(again).toMatchObject({ status: 400, body: { code: 'INVALID_PAIRING_CODE' } });
  await mac.close();
});

test('what was accepted while it was being deleted moves to another line, or fails at once where none may take it', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  const gone = idOf(ws, 0);
  const moving = await accept(ws, { recipientPhone: newPhone(), scheduledDate: tomorrow() });
  const pinned = await accept(ws, {
    recipientPhone: newPhone(),
    fromLineId: gone,
    scheduledDate: tomorrow(),
  });
  // As an intake that had not heard of it yet leaves them.
  await read(
    app,
    'UPDATE lines SET deleted_at = $2, down_since = $2, is_active = false, next_send_at = NULL WHERE id = $1',
    [gone, new Date(app.deps.clock.now()).toISOString()],
  );
  const other = await addLine(ws);
  app.deps.snapshots.forget(ws.workspaceId);
  await until('nothing waits on it any more', async () => {
    await leaveDownLines(app.deps);
    const left = await read(
      app,
      "SELECT 1 FROM messages WHERE line_id = $1 AND status IN ('pending', 'scheduled')",
      [gone],
    );
    return left.length === 0;
  });
  expect(await ws.message(moving._id)).toMatchObject({ status: 'scheduled', fromLineId: other._id });
  expect(await ws.message(pinned._id)).toMatchObject({ status: 'failed', reason: 'line_inactive' });
});
