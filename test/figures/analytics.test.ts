/** Figures of what was sent and what came back (contract 3.8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { AnalyticsAnswer } from '../../src/contract/workspace/analytics.ts';
import { openApp, type TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;

beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const ask = async (ws: Workspace, query = '') =>
  (await ws.call<AnalyticsAnswer>('GET', `/api/analytics${query}`)).body;

describe('the figures', () => {
  test('follow the road: sent, not reachable, bounced afterwards, answered', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { messageType: 'email' }], fallback: true });
    const sent = await accept(ws, { recipientPhone: newPhone() });
    const twice = await accept(ws, { leadId: sent.leadId });
    const fallback = await accept(ws, { recipientPhone: '+12025550102' });
    const answered = await accept(ws, { recipientPhone: '+12025550110' });
    const bounced = await accept(ws, { recipientEmail: 'bounced@example.com', messageType: 'email' });
    for (const { _id } of [sent, twice, answered]) await ws.reaches(_id, 'delivered');
    await ws.reaches(fallback._id, 'fallback');
    await ws.reaches(bounced._id, 'failed');
    await until('the fallback SMS went and the reply came', async () => {
      const { metrics } = await ask(ws);
      return metrics.sent === 4 && metrics.replied === 1;
    });
    const answer = await ask(ws);
    expect(answer).toMatchObject({
      success: true,
      filter: { campaignId: null, lineId: null, userId: null, dateFrom: null, dateTo: null },
      metrics: {
        reached: 3,
        sent: 4,
        fallback: 1,
        failed: 1,
        replied: 1,
        uniqueReplied: 1,
        repliedPct: 1 / 3,
        positiveReplied: 1,
        positivePct: 1,
      },
    });
    expect(Object.keys(answer.explainer).sort()).toEqual(Object.keys(answer.metrics).sort());
  });

  test('count a contact that writes twice once, and as positive when one of its replies is', async () => {
    const ws = await openWorkspace(app, { lines: [{}] });
    const address = newPhone();
    for (const message of ['Who is this?', 'Sure, sounds good', 'No'])
      await receiveInbound(app.deps, {
        workspaceId: ws.workspaceId,
        lineId: ws.lines[0]?._id ?? '',
        address,
        message,
        externalMessageId: app.deps.ids(),
      });
    // Nobody was reached: no share of nothing.
    expect((await ask(ws)).metrics).toMatchObject({
      replied: 3,
      uniqueReplied: 1,
      positiveReplied: 1,
      positivePct: 1,
      repliedPct: 0,
    });
  });

  test('of a workspace without messages are zeros', async () => {
    const ws = await openWorkspace(app, { lines: [] });
    expect(Object.values((await ask(ws)).metrics)).toEqual(Array(9).fill(0));
  });
});

test('of a stranger’s line are zeros', async () => {
  const [ws, stranger] = [await openWorkspace(app), await openWorkspace(app)];
  const { _id, fromLineId } = await accept(stranger, { recipientPhone: newPhone() });
  await stranger.reaches(_id, 'delivered');
  expect((await ask(stranger, `?lineId=${fromLineId}`)).metrics).toMatchObject({ reached: 1, sent: 1 });
  expect(Object.values((await ask(ws, `?lineId=${fromLineId}`)).metrics)).toEqual(Array(9).fill(0));
});

describe('refused, in the documented words', () => {
  test.each([
    ['campaignId=x', 400, 'Invalid campaignId'],
    ['lineId=x', 400, 'Invalid lineId'],
    ['dateFrom=yesterday', 400, 'Invalid dateFrom'],
    ['dateTo=2026-02-30', 400, 'Invalid dateTo'],
    ['dateFrom=2026-02-02&dateTo=2026-02-01', 400, 'dateFrom must be <= dateTo'],
    ['agencyId=a1', 501, 'agencyId is not supported'],
  ])('%s: %i %s', async (query, status, error) => {
    const ws = await openWorkspace(app, { lines: [] });
    expect(await ws.call('GET', `/api/analytics?${query}`)).toMatchObject({ status, body: { error } });
  });
});

test('a reply counts for the campaign and the user of what its contact had been sent last', async () => {
  const ws = await openWorkspace(app, { lines: [{}] });
  const address = newPhone();
  const first = await accept(ws, { recipientPhone: address });
  await ws.reaches(first._id, 'delivered');
  const second = await accept(ws, { leadId: first.leadId });
  await ws.reaches(second._id, 'delivered');
  const [CAMPAIGN, OTHER] = ['7'.repeat(24), '8'.repeat(24)];
  for (const [{ _id }, campaign, user] of [
    [first, OTHER, 'user_b'],
    [second, CAMPAIGN, 'user_a'],
  ] as const)
    await read(
      app,
      'UPDATE messages SET campaign_id = $3, created_by_user_id = $4 WHERE workspace_id = $1 AND id = $2',
      [ws.workspaceId, _id, campaign, user],
    );
  await receiveInbound(app.deps, {
    workspaceId: ws.workspaceId,
    lineId: ws.lines[0]?._id ?? '',
    address,
    message: 'Yes please',
    externalMessageId: null,
  });
  expect((await ask(ws, `?campaignId=${CAMPAIGN}`)).metrics).toMatchObject({ sent: 1, replied: 1 });
  expect((await ask(ws, `?campaignId=${OTHER}`)).metrics).toMatchObject({ sent: 1, replied: 0 });
  expect((await ask(ws, '?userId=user_a')).metrics).toMatchObject({
    sent: 1,
    replied: 1,
    positiveReplied: 1,
  });
  expect((await ask(ws, '?userId=user_b')).metrics).toMatchObject({ sent: 1, replied: 0 });
});
