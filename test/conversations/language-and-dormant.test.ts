/** How the workspace wants to sound, and conversations that fell asleep (contract 3.9). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { DormantAnswer, WakeDormantAnswer } from '../../src/contract/conversations/dormant.ts';
import type { DryRunAnswer } from '../../src/contract/messages/messages.ts';
import type { LanguageAudit } from '../../src/contract/workspace/language-audit.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [{}] });
});
afterAll(() => app.close());

describe('how the workspace wants to sound', () => {
  const say = (body: object) =>
    ws.call<LanguageAudit & { warnings: string[]; error: string }>('POST', '/api/language-audit', body);
  const heard = async () => (await ws.call<LanguageAudit>('GET', '/api/language-audit')).body;

  test('is kept: lists that are given replace the old ones, what is absent stays', async () => {
    expect(await heard()).toEqual({ allowedPhrases: [], blockedPhrases: [], customInstructions: '' });
    await say({
      allowedPhrases: ['Hello', ' Hello ', ''],
      blockedPhrases: ['Free'],
      customInstructions: 'Be kind',
    });
    expect(await heard()).toEqual({
      allowedPhrases: ['Hello'],
      blockedPhrases: ['Free'],
      customInstructions: 'Be kind',
    });
    const { body } = await say({ blockedPhrases: [], tone: 'x' });
    expect(body).toEqual({
      allowedPhrases: ['Hello'],
      blockedPhrases: [],
      customInstructions: 'Be kind',
      warnings: ['Unknown field: tone'],
    });
  });

  test('makes a dry run warn of blocked phrases in the text as it would go, and refuses no send', async () => {
    await say({ blockedPhrases: ['risk free', 'guarantee'] });
    const body = { message: 'A {name|Risk-Free} offer', recipientPhone: newPhone() };
    const { body: dry } = await ws.call<DryRunAnswer>('POST', '/api/messages?dryRun=true', body);
    expect(dry.warnings).toEqual(['The text holds a blocked phrase: risk free']);
    const { _id } = await accept(ws, body);
    await ws.reaches(_id, 'delivered');
  });

  test.each([
    [{}, 'Give at least one field to change'],
    [{ blockedPhrases: 'x' }, 'blockedPhrases must be an array of at most 200 strings'],
    [{ allowedPhrases: [1] }, 'allowedPhrases[0] must be a string'],
    [{ allowedPhrases: ['x'.repeat(201)] }, 'allowedPhrases[0] must be at most 200 characters'],
    [{ customInstructions: 'x'.repeat(10_001) }, 'customInstructions must be at most 10,000 characters'],
  ])('%j is refused', async (body, error) => {
    expect(await say(body)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('a conversation', () => {
  const scan = async (query = '') =>
    (await ws.call<DormantAnswer>('GET', `/api/conversations/scan-dormant${query}`)).body;
  const notify = (body: object) =>
    ws.call<WakeDormantAnswer & { error: string }>('POST', '/api/conversations/scan-dormant', body);

  /** A conversation whose last word was said so many days ago. */
  async function talk(days: number, answers = false): Promise<string> {
    const phone = newPhone();
    const { _id, fromLineId, leadId } = await accept(ws, { recipientPhone: phone, recipientName: 'Ann Lee' });
    await ws.reaches(_id, 'delivered');
    const inbound = { workspaceId: ws.workspaceId, lineId: fromLineId ?? '', address: phone, message: 'Hm' };
    if (answers) await receiveInbound(app.deps, { ...inbound, externalMessageId: app.deps.ids() });
    const at = toIso(app.deps.clock.now() - days * 86_400_000);
    await read(
      app,
      "UPDATE messages SET created_at = $3::timestamptz - (CASE direction WHEN 'sent' THEN 1 ELSE 0 END) * interval '1 second' WHERE workspace_id = $1 AND lead_id = $2",
      [ws.workspaceId, leadId, at],
    );
    return phone;
  }

  test('sleeps once nobody wrote for so many days; those last written in come first', async () => {
    const [week, year] = [await talk(8), await talk(365, true)];
    await talk(6);
    const answer = await scan();
    expect(answer.dormantConversations.map(({ recipientPhone }) => recipientPhone)).toEqual([week, year]);
    expect(answer).toMatchObject({
      total: 2,
      dormantConversations: [
        { lastMessageDirection: 'sent', daysSinceLastMessage: 8, messageCount: 1, leadName: 'Ann Lee' },
        { lastMessageDirection: 'received', daysSinceLastMessage: 365, messageCount: 2 },
      ],
    });
    expect(await scan('?days=100')).toMatchObject({ total: 1 });
    expect(await scan('?days=5&limit=1')).toMatchObject({ total: 3, dormantConversations: [{}] });
  });

  test('does not sleep while something of ours waits, and is left alone once the contact opted out', async () => {
    const [waiting, gone] = [await talk(30), await talk(30)];
    const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
    await accept(ws, { recipientPhone: waiting, scheduledDate });
    await ws.call('POST', '/api/dnc', { phone: gone });
    expect(await scan()).toEqual({ dormantConversations: [], total: 0 });
  });

  test('is told of once for each number; numbers without one are named', async () => {
    const [phone, unknown] = [await talk(30), newPhone()];
    const { status, body } = await notify({ action: 'notify', conversationIds: [phone, unknown, phone] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, action: 'notify', notified: [phone], notFound: [unknown] });
    const events = await read(
      app,
      "SELECT data FROM events WHERE workspace_id = $1 AND type = 'conversation.dormant'",
      [ws.workspaceId],
    );
    expect(events).toMatchObject([{ data: { recipientPhone: phone, daysSinceLastMessage: 30 } }]);
  });

  test('is not written for: drafts are outside', async () => {
    expect(await notify({ action: 'draft', conversationIds: [newPhone()] })).toMatchObject({
      status: 501,
      body: { code: 'DRAFTS_NOT_SUPPORTED' },
    });
  });

  test.each([
    [{}, 'action must be one of notify, draft'],
    [{ action: 'notify' }, 'conversationIds must be an array of 1 to 500 phone numbers'],
    [
      { action: 'notify', conversationIds: ['x'] },
      'conversationIds[0] must be a phone number in E.164 format, like +12025550100',
    ],
  ])('%j is refused', async (body, error) => {
    expect(await notify(body)).toMatchObject({ status: 400, body: { error } });
  });

  test.each(['days=0', 'days=x', 'limit=501'])('?%s is refused', async (query) => {
    expect((await ws.call('GET', `/api/conversations/scan-dormant?${query}`)).status).toBe(400);
  });
});
