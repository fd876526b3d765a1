/** `GET /api/now`: what is counted as today, what is said of lines, and what somebody has to do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NowAnswer } from '../../src/contract/workspace/now.ts';
import { foldFreshCounts } from '../../src/dispatcher/fold-counts.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { accept, bill, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const nowOf = async (workspace: Workspace) => (await workspace.call<NowAnswer>('GET', '/api/now')).body;
const later = () => toIso(app.deps.clock.now() + 3_600_000);

describe('counts', () => {
  test('tell what happened today, each at the instant at which it happened, and what is under way', async () => {
    const workspace = await openWorkspace(app, { fallback: true });
    const optOut = await workspace.send({ message: 'Hi', recipientPhone: '+15005550010' });
    expect(optOut.status).toBeLessThan(300);
    const sent = await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    await workspace.reaches(sent.body.message._id, 'delivered');
    await accept(workspace, { recipientPhone: newPhone(), scheduledDate: later() });
    const { counts } = await until('all of it is counted', async () => {
      const now = await nowOf(workspace);
      return now.counts.delivered === 2 && now.counts.accepted === 3 ? now : null;
    });
    expect(counts).toMatchObject({
      waiting: { count: 1, more: false },
      sending: { count: 0, more: false },
      unknown: { count: 0, more: false },
      accepted: 3,
      sent: 2,
      failed: 0,
      fallback: 0,
    });
  });

  test('hold a forced fallback, its SMS, a refusal and a reply that opts out', async () => {
    const workspace = await openWorkspace(app, { fallback: true });
    const lead = newPhone();
    await workspace.send({ message: 'Hi', recipientPhone: lead, forceFallback: true });
    await until('the SMS has arrived', async () => (await nowOf(workspace)).counts.delivered === 1);
    await workspace.call('POST', '/api/dnc', { phone: lead, reason: 'manual' });
    await workspace.send({ message: 'Hi', recipientPhone: lead });
    const { counts, alerts } = await nowOf(workspace);
    expect(counts).toMatchObject({ accepted: 3, fallback: 1, sent: 1, failed: 1, optOuts: 1 });
    expect(alerts).toMatchObject([
      { kind: 'opt_outs', severity: 'info', title: '1 contact opted out today' },
    ]);
  });

  test('are the same before, while and after they are folded by two dispatchers at once', async () => {
    const workspace = await openWorkspace(app);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        accept(workspace, { recipientPhone: newPhone(), scheduledDate: later() }),
      ),
    );
    const seen: number[] = [];
    const look = async () => seen.push((await nowOf(workspace)).counts.accepted);
    await Promise.all([look(), foldFreshCounts(app.deps), look(), foldFreshCounts(app.deps), look()]);
    await until('nothing is left to be folded', async () => {
      await foldFreshCounts(app.deps);
      const fresh = await read(app, 'SELECT 1 FROM fresh_counts WHERE workspace_id = $1', [
        workspace.workspaceId,
      ]);
      return fresh.length === 0;
    });
    await look();
    expect(new Set(seen)).toEqual(new Set([20]));
  });

  test('are of the day of the workspace’s zone: what happened before its midnight is yesterday’s', async () => {
    const workspace = await openWorkspace(app);
    const { workspaceId } = workspace;
    const now = app.deps.clock.now();
    for (const timezone of ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu']) {
      await workspace.call('PATCH', '/api/workspace', { timezone });
      app.deps.snapshots.forget(workspaceId);
      const { at, today } = await nowOf(workspace);
      const local = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(Date.parse(at));
      expect(today).toBe(local);
      const parts = new Intl.DateTimeFormat('en-GB', {
        timeZone: timezone,
        hour: '2-digit',
        minute: '2-digit',
      });
      const [hours = 0, minutes = 0] = parts.format(now).split(':').map(Number);
      const midnight = Math.floor(now / 60_000) * 60_000 - ((hours % 24) * 60 + minutes) * 60_000;
      await read(app, 'DELETE FROM minute_counts WHERE workspace_id = $1', [workspaceId]);
      for (const [minute, sent] of [
        [midnight - 60_000, 1_000],
        [midnight, 7],
      ] as const)
        await read(app, 'INSERT INTO minute_counts VALUES ($1, $2, 0, $3, 0, 0, 0, 0, 0, 0, 0)', [
          workspaceId,
          toIso(minute),
          sent,
        ]);
      expect((await nowOf(workspace)).counts.sent, timezone).toBe(7);
    }
  });

  test('of a large backlog say that there are more, and walk no further', async () => {
    const workspace = await openWorkspace(app, { lines: [{ isActive: false }, {}] });
    const [idle, other] = workspace.lines.map(({ _id }) => _id);
    await accept(workspace, { recipientPhone: newPhone(), fromLineId: other, scheduledDate: later() });
    await read(
      app,
      `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, line_id, priority, due_at,
         attempts, retry_gap_ms, correlation_id, created_at, updated_at)
       SELECT $1, 'x' || n, 'sent', 'scheduled', 'imessage', 'Hi', 'lead' || n, $2, 2, $3, 1, 0, 'x', $3, $3
       FROM generate_series(1, 30000) n`,
      [workspace.workspaceId, idle, later()],
    );
    const now = await nowOf(workspace);
    expect(now.counts.waiting).toEqual({ count: 10_000, more: true });
    expect(now.lines.find(({ id }) => id === idle)?.waiting).toEqual({ count: 1_000, more: true });
    expect(now.lines.find(({ id }) => id === other)?.waiting).toEqual({ count: 1, more: false });
    const walked = await rowsWalked(app.deps.database, 'messages', async (tx) => {
      const { countWaitingByLine } = await import('../../src/store/figures/now.ts');
      await countWaitingByLine(tx, workspace.workspaceId, 10_001);
    });
    expect(walked).toBeLessThan(25_000);
  });
});

describe('throughput', () => {
  test('is sixty minutes and twenty-four hours, the last of which are not over', async () => {
    const workspace = await openWorkspace(app);
    await workspace.send({ message: 'Hi', recipientPhone: newPhone() });
    const { throughput, at } = await nowOf(workspace);
    const { perMinute, perHour } = throughput;
    expect([perMinute.length, perHour.length]).toEqual([60, 24]);
    for (const [series, stepMs] of [
      [perMinute, 60_000],
      [perHour, 3_600_000],
    ] as const) {
      expect(Date.parse(series.at(-1)?.at ?? '')).toBe(Math.floor(Date.parse(at) / stepMs) * stepMs);
      expect(Date.parse(series[1]?.at ?? '') - Date.parse(series[0]?.at ?? '')).toBe(stepMs);
      expect(series.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
      expect(series.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
    }
  });
});

describe('lines at a glance', () => {
  test('show what is used of each cap, and when the next message may leave', async () => {
    const workspace = await openWorkspace(app, {
      lines: [
        { firstName: 'Ada', dailyTotalMessagesLimit: 1, contactGapMs: 0, deviceGapMs: 0 },
        { contactGapMs: 600_000 },
      ],
    });
    const [capped, gapped] = workspace.lines.map(({ _id }) => _id);
    for (const fromLineId of [capped, gapped])
      await workspace.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId });
    await accept(workspace, { recipientPhone: newPhone(), fromLineId: capped });
    const now = await nowOf(workspace);
    const line = (id: string | undefined) => now.lines.find((each) => each.id === id);
    expect(line(capped)).toMatchObject({
      name: 'Ada',
      health: 'healthy',
      isActive: true,
      waiting: { count: 1 },
      nextSlot: { state: 'at', gate: 'daily_cap' },
    });
    expect(line(capped)?.caps[0]).toMatchObject({ cap: 'daily_total', used: 1, limit: 1 });
    expect(line(capped)?.nextSlot.at).toBe(line(capped)?.caps[0]?.resetsAt);
    expect(line(gapped)).toMatchObject({ nextSlot: { state: 'at', gate: 'contact_gap' } });
    expect(now.alerts).toMatchObject([
      {
        kind: 'cap_reached',
        severity: 'warning',
        title: 'Ada has used 1 of 1 messages today',
        about: { type: 'line', id: capped },
      },
    ]);
  });

  test('that are switched off or down wait for somebody', async () => {
    const workspace = await openWorkspace(app, { lines: [{ isActive: false }, { firstName: 'Bo' }, {}] });
    const [off, down] = workspace.lines.map(({ _id }) => _id);
    await read(
      app,
      `UPDATE lines SET health_status = 'down', down_since = $3, health_checked_at = $3 WHERE workspace_id = $1 AND id = $2`,
      [workspace.workspaceId, down, toIso(app.deps.clock.now())],
    );
    const { lines, alerts } = await nowOf(workspace);
    expect(lines.map(({ nextSlot }) => [nextSlot.state, nextSlot.gate])).toEqual([
      ['closed', 'line_inactive'],
      ['closed', 'line_down'],
      ['open', null],
    ]);
    expect(alerts).toMatchObject([{ kind: 'line_down', severity: 'critical', title: 'Bo is down' }]);
    expect(off).toBeDefined();
  });
});

describe('alerts', () => {
  test('name webhooks that fail or were switched off, campaigns that paused by themselves, and a workspace that is read-only', async () => {
    const workspace = await openWorkspace(app);
    const { workspaceId } = workspace;
    const at = toIso(app.deps.clock.now());
    for (const name of ['failing', 'shaky', 'off', 'gone']) {
      const hook = { url: 'https://receiver.invalid/', events: ['message.sent'], name };
      expect((await workspace.call('POST', '/api/webhooks', hook)).status).toBe(201);
    }
    await read(
      app,
      `UPDATE webhooks SET failure_count = CASE name WHEN 'failing' THEN 3 WHEN 'shaky' THEN 1 ELSE 0 END,
         failing_since = CASE WHEN name IN ('failing', 'shaky') THEN $2::timestamptz END, is_active = name NOT IN ('off', 'gone'),
         disabled_reason = CASE name WHEN 'gone' THEN 'gone' END WHERE workspace_id = $1`,
      [workspaceId, at],
    );
    for (const name of ['mine', 'lost'])
      await workspace.call('POST', '/api/campaigns', { name, steps: [{ message: 'Hi' }] });
    await read(
      app,
      `UPDATE campaigns SET status = 'paused', paused_at = $2, pause_reason = CASE name WHEN 'lost' THEN 'no_line' ELSE 'requested' END
       WHERE workspace_id = $1`,
      [workspaceId, at],
    );
    await bill(app, workspace, 'past_due');
    const { alerts } = await nowOf(workspace);
    expect(alerts.map(({ kind, severity }) => [severity, kind])).toEqual([
      ['critical', 'workspace_read_only'],
      ['critical', 'webhook_disabled'],
      ['critical', 'campaign_paused'],
      ['warning', 'webhook_failing'],
    ]);
    expect(alerts[2]?.title).toBe('The campaign lost paused by itself');
    expect(alerts.every(({ whatToDo }) => whatToDo.endsWith('.'))).toBe(true);
  });
});
