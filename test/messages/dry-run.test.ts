/** `POST /api/messages?dryRun=true`: what a send would do, decided by the same code; nothing is written. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DryRunAnswer } from '../../src/contract/messages/messages.ts';
import { GATES } from '../../src/domain/words.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, bill, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

async function dryRun(ws: Workspace, body: object): Promise<{ status: number; body: DryRunAnswer }> {
  return ws.call<DryRunAnswer>('POST', '/api/messages?dryRun=true', { message: 'Hi', ...body });
}

/** Every table of the app, counted and summed up. */
async function everything(): Promise<unknown> {
  const tables = await read<{ name: string }>(
    app,
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
  );
  // Keys note their last use, lines their health, and days are folded, whoever asks.
  const quiet = tables.filter(({ name }) => !['api_keys', 'lines', 'devices', 'figure_folds'].includes(name));
  return Promise.all(
    quiet.map(({ name }) =>
      read(
        app,
        `SELECT '${name}' AS name, count(*) AS n, md5(string_agg(t::text, ',' ORDER BY t::text)) AS sum FROM ${name} t`,
      ),
    ),
  );
}

describe('a dry run', () => {
  test('says where, from which line, when and with which words, and writes nothing', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const before = await everything();
    const { status, body } = await dryRun(ws, {
      message: 'Hi {firstName|there}{{nickname}}',
      recipientPhone,
      recipientName: 'Ada King',
      extra: 1,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      dryRun: true,
      wouldAccept: true,
      status: 'pending',
      reason: null,
      leadId: null,
      leadWouldBeCreated: true,
      address: recipientPhone,
      fromLineId: ws.lines[0]?._id,
      fromLinePhone: ws.lines[0]?.phone,
      fromLineEmail: null,
      lineDecision: expect.objectContaining({ reason: 'least_recently_used' }),
      text: 'Hi Ada',
      subject: null,
      missing: ['nickname'],
      scheduledDate: null,
      earliestAt: expect.any(String),
      expectedAt: expect.any(String),
      gates: GATES.map((gate) => expect.objectContaining({ gate, state: 'passed' })),
      warnings: ['Unknown field: extra'],
    });
    expect(await everything()).toEqual(before);
  });

  test('knows the lead, its conversation and what waits before it', async () => {
    const ws = await openWorkspace(app, { lines: [{ deviceGapMs: HOUR }, {}] });
    const recipientPhone = newPhone();
    const first = await accept(ws, { recipientPhone, recipientName: 'Ada', fromLineId: ws.lines[0]?._id });
    await ws.reaches(first._id, 'delivered');
    const waiting = await accept(ws, { recipientPhone });
    const { body } = await dryRun(ws, { message: '{firstName}', recipientPhone });
    expect(body).toMatchObject({
      leadId: first.leadId,
      leadWouldBeCreated: false,
      text: 'Ada',
      lineDecision: { lineId: ws.lines[0]?._id, reason: 'conversation' },
    });
    const { earliestAt, expectedAt } = await ws.explain(waiting._id);
    expect(body.gates.find((gate) => gate.state === 'blocked')?.gate).toBe('device_gap');
    expect(body.earliestAt).toBe(earliestAt);
    expect(Date.parse(body.expectedAt ?? '') - Date.parse(expectedAt ?? '')).toBe(HOUR);
  });

  test('foretells windows and dates as acceptance does', async () => {
    const ws = await openWorkspace(app);
    const scheduledDate = toIso(app.deps.clock.now() + HOUR);
    expect((await dryRun(ws, { recipientPhone: newPhone(), scheduledDate })).body).toMatchObject({
      status: 'scheduled',
      scheduledDate,
      earliestAt: scheduledDate,
      expectedAt: scheduledDate,
    });
    const tomorrow = (new Date(app.deps.clock.now()).getUTCDay() + 1) % 7;
    const held = (await dryRun(ws, { recipientPhone: newPhone(), allowedDaysOfWeek: [tomorrow] })).body;
    expect(held.status).toBe('pending');
    expect(held.gates.filter((gate) => gate.state === 'blocked').map((gate) => gate.gate)).toEqual([
      'window',
    ]);
    expect(new Date(held.expectedAt ?? '').getUTCDay()).toBe(tomorrow);
  });

  test('tells of opt-outs and of forced fallbacks what acceptance would', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const { leadId } = await accept(ws, { recipientPhone: '+12025550109' });
    const out = await until('the contact has opted out', async () => {
      const { body } = await dryRun(ws, { leadId });
      return body.reason === null ? null : body;
    });
    expect(out).toMatchObject({ status: 'failed', reason: 'dnc', earliestAt: null, expectedAt: null });
    expect(out.gates[0]).toMatchObject({ gate: 'opt_out', state: 'blocked' });
    expect((await dryRun(ws, { recipientPhone: newPhone(), forceFallback: true })).body).toMatchObject({
      status: 'fallback',
      reason: 'forced_fallback',
    });
  });

  test('refuses what a send refuses, in the same words', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { isActive: false }] });
    for (const body of [
      { recipientPhone: 'x' },
      { message: '' },
      { leadId: 'f'.repeat(24) },
      { recipientPhone: newPhone(), fromLineId: 'f'.repeat(24) },
      { recipientPhone: newPhone(), fromLineId: ws.lines[1]?._id },
      { recipientPhone: newPhone(), forceFallback: true },
      { recipientPhone: newPhone(), sendFallbackSmsOnFailed: true },
      { messageType: 'email', recipientEmail: newEmail() },
      { messageType: 'email', recipientPhone: newPhone() },
    ]) {
      const [asked, sent] = [
        await dryRun(ws, body),
        await ws.send({ message: 'Hi', ...body }, { prefer: 'wait=0' }),
      ];
      const { requestId: _one, ...refusal } = { requestId: '', ...asked.body };
      const { requestId: _other, ...expected } = { requestId: '', ...sent.body };
      expect([asked.status, refusal]).toEqual([sent.status, expected]);
      expect(asked.status).toBeGreaterThanOrEqual(400);
    }
  });

  test('of a workspace in arrears is refused as the send is', async () => {
    const ws = await openWorkspace(app);
    await bill(app, ws, 'past_due');
    const { status, body } = await dryRun(ws, { recipientPhone: newPhone() });
    expect(status).toBe(402);
    expect(body).toMatchObject({ code: 'READ_ONLY', reason: 'past_due' });
  });

  test('names the address a send would turn to: the given one first, none known to be without iMessage', async () => {
    const ws = await openWorkspace(app);
    const [recipientPhone, altPhone1, given] = ['+12025550102', newPhone(), newEmail()];
    const { body: sent } = await ws.send({ message: 'Hi', recipientPhone });
    expect(sent.status).toBe('fallback');
    const { leadId } = sent;
    expect((await dryRun(ws, { leadId })).body.address).toBeNull();
    expect((await dryRun(ws, { leadId, altPhone1 })).body.address).toBe(altPhone1);
    expect((await dryRun(ws, { leadId, altPhone1, recipientEmail: given })).body.address).toBe(given);
  });

  test('sees that another message to the contact is on its way', async () => {
    const ws = await openWorkspace(app);
    // Its outcome stays unknown for a while.
    const message = await accept(ws, { recipientPhone: '+12025550106' });
    await ws.reaches(message._id, 'unknown');
    const { body } = await dryRun(ws, { leadId: message.leadId });
    expect(body.gates.filter((gate) => gate.state === 'blocked').map((gate) => gate.gate)).toContain(
      'conversation',
    );
    const waiting = await accept(ws, { leadId: message.leadId });
    for (const { earliestAt, expectedAt } of [body, await ws.explain(waiting._id)])
      expect(Date.parse(expectedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(earliestAt ?? ''));
  });

  test('of a forced fallback speaks of the SMS: its line, its gates, its times', async () => {
    const ws = await openWorkspace(app, { lines: [], fallback: true });
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { deviceGapMs: HOUR });
    const recipientPhone = newPhone();
    await ws.send({ message: 'Hi', messageType: 'sms', recipientPhone: newPhone() });
    const scheduledDate = toIso(app.deps.clock.now() + 2 * HOUR);
    const { body } = await dryRun(ws, { recipientPhone, forceFallback: true, scheduledDate });
    expect(body).toMatchObject({
      status: 'fallback',
      reason: 'forced_fallback',
      address: recipientPhone,
      fromLineId: ws.lines[0]?._id,
      lineDecision: { reason: 'fallback' },
      earliestAt: scheduledDate,
      expectedAt: scheduledDate,
    });
    const blocked = body.gates.filter((gate) => gate.state === 'blocked').map((gate) => gate.gate);
    expect(blocked).toEqual(['schedule', 'device_gap']);
  });

  test('fills in the subject of an email too', async () => {
    const ws = await openWorkspace(app, { lines: [{ messageType: 'email' }] });
    const { body } = await dryRun(ws, {
      messageType: 'email',
      subject: 'For {firstName}{nick}',
      recipientEmail: newEmail(),
      recipientName: 'Ada',
    });
    expect(body).toMatchObject({ text: 'Hi', subject: 'For Ada', missing: ['nick'] });
  });

  test('is meant by `?dryRun` alone, not by `false`, and never by anything else', async () => {
    const ws = await openWorkspace(app);
    const body = { message: 'Hi', recipientPhone: newPhone() };
    expect((await ws.call('POST', '/api/messages?dryRun', body)).body.dryRun).toBe(true);
    expect((await ws.call('POST', '/api/messages?dryRun=yes', body)).status).toBe(400);
    expect((await ws.call('POST', '/api/messages?dryRun=false', body)).status).toBe(201);
  });
});
