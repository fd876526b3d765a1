/** Every call that writes: either it leaves its entry in the audit log, or it is said here why it does not. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken, makeSetupToken } from '../../src/actions/people/join.ts';
import type { AuditLogAnswer } from '../../src/contract/access/audit-log.ts';
import { insertInvitation } from '../../src/store/people/invitations.ts';
import type { Answer } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openBrowser, PASSWORD, tokenIn } from '../people.ts';
import { bill, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
/** Of what the calls before have made. */
let made: Record<string, string>;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app, { lines: [{ messageType: 'sms' }] });
  made = { smsLine: ws.lines[0]?._id ?? '' };
});
afterAll(() => app.close());

/** In this order: later ones change and delete what earlier ones made. `leaves`: entity and action. */
const AUDITED: Readonly<Record<string, { leaves: string[]; by: () => Promise<Answer> }>> = {
  createLine: {
    leaves: ['line created'],
    by: () => keep('line', 'line._id', post('/api/lines', { transport: 'relay', phone: newPhone() })),
  },
  updateLine: {
    leaves: ['line updated'],
    by: () => call('PATCH', `/api/lines/${made.line}`, { firstName: 'Ada' }),
  },
  createPairingCode: {
    leaves: ['line pairing_code_created'],
    by: () => keep('secretCode', 'code', post(`/api/lines/${made.line}/pairing-code`)),
  },
  pairDevice: {
    leaves: ['device paired'],
    by: async () => {
      const body = { code: made.secretCode, name: 'Mac of Ada', driver: 'sandbox' };
      const answer = await keep('secretToken', 'token', post('/relay/pair', body));
      made.device ??= valueAt(answer.body, 'device._id');
      return answer;
    },
  },
  revokeDevice: {
    leaves: ['device revoked'],
    by: () => call('DELETE', `/api/lines/${made.line}/devices/${made.device}`),
  },
  requestLine: {
    leaves: ['line created'],
    by: async () => {
      const names = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' };
      const body = { ...names, channelType: 'phone', lineType: 'byon', phone: newPhone() };
      return keep('secretCode2', 'pairing.code', post('/api/line-requests', body));
    },
  },
  deleteLine: { leaves: ['line deleted'], by: () => call('DELETE', `/api/lines/${made.line}`) },
  createList: {
    leaves: ['list created'],
    by: () => keep('list', 'list._id', post('/api/lists', { name: 'Fair' })),
  },
  updateList: {
    leaves: ['list updated'],
    by: () => call('PATCH', `/api/lists/${made.list}`, { name: 'Autumn fair' }),
  },
  saveLeads: {
    leaves: ['leads saved'],
    by: () =>
      keep('lead', 'leadId', post('/api/leads', { leads: [{ phone: newPhone() }, { phone: newPhone() }] })),
  },
  importLeads: {
    leaves: ['leads saved'],
    by: () =>
      call('POST', '/api/leads/import', `phone\n${newPhone()}\n${newPhone()}\n`, {
        'content-type': 'text/csv',
      }),
  },
  changeLeads: {
    leaves: ['leads updated'],
    by: () => post('/api/leads/change', { ids: [made.lead], addTags: ['fair'] }),
  },
  deleteLeads: {
    leaves: ['leads deleted'],
    by: () => call('DELETE', '/api/leads', { ids: [made.lead] }),
  },
  deleteList: { leaves: ['list deleted'], by: () => call('DELETE', `/api/lists/${made.list}`) },
  addDnc: {
    leaves: ['dnc_entry created', 'dnc_entry created'],
    by: () => keep('dnc', 'entry._id', post('/api/dnc', { phone: newPhone(), email: 'no@example.com' })),
  },
  removeDnc: { leaves: ['dnc_entry deleted'], by: () => call('DELETE', `/api/dnc?id=${made.dnc}`) },
  createCampaign: {
    leaves: ['campaign created'],
    by: () => keep('campaign', 'campaign._id', post('/api/campaigns', campaign())),
  },
  updateCampaign: {
    leaves: ['campaign updated'],
    by: () => call('PATCH', `/api/campaigns/${made.campaign}`, { name: 'Autumn' }),
  },
  launchCampaign: {
    leaves: ['campaign launched'],
    by: () => post(`/api/campaigns/${made.campaign}/launch`),
  },
  pauseCampaign: { leaves: ['campaign paused'], by: () => post(`/api/campaigns/${made.campaign}/pause`) },
  addListToCampaign: {
    leaves: ['campaign list_added'],
    by: async () => {
      const { body } = await call('GET', '/api/lists');
      return post(`/api/campaigns/${made.campaign}/lists`, { listId: valueAt(body, 'lists.0._id') });
    },
  },
  resumeCampaign: { leaves: ['campaign resumed'], by: () => post(`/api/campaigns/${made.campaign}/resume`) },
  completeCampaign: {
    leaves: ['campaign completed'],
    by: () => post(`/api/campaigns/${made.campaign}/complete`),
  },
  archiveCampaign: {
    leaves: ['campaign archived'],
    by: () => post(`/api/campaigns/${made.campaign}/archive`),
  },
  duplicateCampaign: {
    leaves: ['campaign created'],
    by: () => post(`/api/campaigns/${made.campaign}/duplicate`),
  },
  deleteCampaign: {
    leaves: ['campaign deleted'],
    by: () => call('DELETE', `/api/campaigns/${made.campaign}`),
  },
  createWebhook: {
    leaves: ['webhook created'],
    by: async () => {
      const body = { url: 'https://receiver.invalid/hook', name: 'CRM', events: ['message.sent'] };
      const answer = await keep('secretHook', 'secret', post('/api/webhooks', body));
      made.webhook ??= valueAt(answer.body, 'id');
      return answer;
    },
  },
  updateWebhook: {
    leaves: ['webhook updated'],
    by: () => call('PATCH', `/api/webhooks/${made.webhook}`, { isActive: false }),
  },
  rotateWebhookSecret: {
    leaves: ['webhook updated'],
    by: () => keep('secretHook2', 'secret', post(`/api/webhooks/${made.webhook}/rotate-secret`)),
  },
  deleteWebhook: { leaves: ['webhook deleted'], by: () => call('DELETE', `/api/webhooks/${made.webhook}`) },
  updateWorkspace: {
    leaves: ['workspace updated'],
    by: () => call('PATCH', '/api/workspace', { name: 'New name' }),
  },
  updateFallbackConfig: {
    leaves: ['fallback_config updated'],
    by: () => call('PATCH', '/api/workspace/fallback-config', { provider: 'sandbox', lineId: made.smsLine }),
  },
  updateLanguageAudit: {
    leaves: ['language_audit updated'],
    by: () => post('/api/language-audit', { blockedPhrases: ['cheap'] }),
  },
  createApiKey: {
    leaves: ['api_key created'],
    by: async () => {
      const answer = await keep('secretKey', 'key', post('/api/api-keys', { name: 'Zap', scopes: ['send'] }));
      made.apiKey ??= valueAt(answer.body, 'apiKey._id');
      return answer;
    },
  },
  renameApiKey: {
    leaves: ['api_key updated'],
    by: () => call('PATCH', `/api/api-keys/${made.apiKey}`, { name: 'Zapier' }),
  },
  setUp: {
    leaves: ['member created'],
    by: async () => {
      made.secretSetup ??= (await makeSetupToken(app.deps, ws.workspaceId)) ?? '';
      const person = { name: 'Ada', email: 'ada@example.com', password: PASSWORD };
      return openBrowser(app.url).call('POST', '/api/setup', { token: made.secretSetup, ...person });
    },
  },
  invite: {
    leaves: ['invitation created'],
    by: async () => {
      const answer = await post('/api/invitations', { email: 'grace@example.com' });
      made.secretInvitation ??= tokenIn(String(answer.body.link));
      return answer;
    },
  },
  acceptInvitation: {
    leaves: ['member created'],
    by: async () => {
      const body = { token: made.secretInvitation, name: 'Grace', password: PASSWORD };
      const answer = await openBrowser(app.url).call('POST', '/api/invitations/accept', body);
      const { members } = (await call('GET', '/api/members')).body as { members: { personId: string }[] };
      made.member = members.at(-1)?.personId ?? '';
      return answer;
    },
  },
  withdrawInvitation: {
    leaves: ['invitation deleted'],
    by: async () => {
      const now = app.deps.clock.now();
      const { workspaceId } = ws;
      const email = 'late@example.com';
      const row = { workspaceId, id: app.deps.ids(), email, role: 'viewer' as const, invitedBy: 'Test' };
      await insertInvitation(app.deps.database, hashToken('late'), {
        ...row,
        createdAt: now,
        expiresAt: now + 60_000,
      });
      return call('DELETE', `/api/invitations/${row.id}`);
    },
  },
  updateMember: {
    leaves: ['member updated'],
    by: () => call('PATCH', `/api/members/${made.member}`, { role: 'admin' }),
  },
  removeMember: {
    leaves: ['member deleted'],
    by: () => call('DELETE', `/api/members/${made.member}`),
  },
  removeApiKey: { leaves: ['api_key deleted'], by: () => call('DELETE', `/api/api-keys/${made.apiKey}`) },
};

const MESSAGES = 'a message is data; its timeline tells who sent, changed and cancelled it';
const SEQUENCE = 'one contact is data; the campaign shows when it entered, where it stands and why it left';
const FORESEEN = 'a simulation changes nothing, and is forgotten';
const CARRIER = 'what carriers and devices report is data; it stands in events and timelines';
const ACCOUNT = 'it is the person’s own account, which belongs to no workspace';
const ASKS = 'it asks, and changes nothing that anybody set';
const READING = 'that somebody looked is no setting';

const NOT_AUDITED: Readonly<Record<string, string>> = {
  sendMessage: MESSAGES,
  cancelForLead: MESSAGES,
  cancelMessages: MESSAGES,
  retryMessage: MESSAGES,
  editMessage: MESSAGES,
  cancelMessage: MESSAGES,
  sendByTwilio: MESSAGES,
  cancelByTwilio: MESSAGES,
  sendBySendblue: MESSAGES,
  reactToMessage: 'a tapback stands beside its message',
  startTyping: 'it leaves nothing behind',
  stopTyping: 'it leaves nothing behind',
  readConversation: READING,
  unreadConversation: READING,
  wakeDormant: 'it makes events, which stand in the feed',
  signIn: ACCOUNT,
  enterCode: ACCOUNT,
  enterBackupCode: ACCOUNT,
  signOut: ACCOUNT,
  endOtherSessions: ACCOUNT,
  renamePerson: ACCOUNT,
  changePassword: ACCOUNT,
  beginCodes: ACCOUNT,
  endCodes: ACCOUNT,
  newBackupCodes: ACCOUNT,
  lookAtInvitation: ASKS,
  uploadAttachment: 'a file is data',
  updateLead: 'one contact is data',
  putLead: 'one contact is data',
  steerLineRequest: 'nothing is sold, so it changes nothing',
  addLeadToCampaign: SEQUENCE,
  enrollLead: SEQUENCE,
  stopCampaignLead: SEQUENCE,
  checkCampaign: ASKS,
  evaluateConditions: ASKS,
  simulateCampaign: FORESEEN,
  deleteSimulation: FORESEEN,
  checkNewLine: ASKS,
  checkStoredLine: ASKS,
  checkAddresses: ASKS,
  checkLeads: ASKS,
  reachContact: ASKS,
  checkWebhook: ASKS,
  replayWebhookDelivery: 'the log of the webhook holds every attempt',
  replayWebhook: 'the log of the webhook holds every attempt',
  pollRelay: CARRIER,
  putRelayFilePiece: CARRIER,
  receiveHook: CARRIER,
  unsubscribe: 'the contact does it; it stands in the ledger of opt-outs',
};

/** Somebody, or a Mac, brings a token instead. */
const WITHOUT_KEY = ['pairDevice', 'setUp', 'acceptInvitation'];
/** In a workspace that is past due as well: who or what must go, goes, and an operator lets in whom he wants. */
const ALWAYS = ['pairDevice', 'removeApiKey', 'removeMember', 'withdrawInvitation', 'setUp'];

interface Operation {
  operationId: string;
}
const { paths } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../openapi.json'), 'utf8'),
) as {
  paths: Record<string, Record<string, Operation>>;
};
const ROUTE_OF = new Map(
  Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${url}`] as const),
  ),
);

test('every call that writes says whether it is audited, and if not, why', () => {
  expect([...Object.keys(AUDITED), ...Object.keys(NOT_AUDITED)].sort()).toEqual([...ROUTE_OF.keys()].sort());
});

describe('is in the log, with its call and its key', () => {
  test.each(Object.keys(AUDITED))('%s', async (operationId) => {
    const { leaves, by } = AUDITED[operationId] ?? { leaves: [], by: () => call('GET', '/') };
    const before = (await log()).length;
    const { status, body } = await by();
    expect([status, body.error]).toEqual([status < 300 ? status : 200, undefined]);
    const entries = (await log()).slice(0, -before || undefined);
    expect(entries.map(({ entity, action }) => `${entity} ${action}`)).toEqual(leaves);
    for (const entry of entries) {
      expect(entry.route).toBe(ROUTE_OF.get(operationId));
      expect(entry.entityId).not.toBe('');
      expect(entry.apiKeyName).toBe(WITHOUT_KEY.includes(operationId) ? null : 'Test');
    }
  });
});

test('no secret that a call took or gave is in the log', async () => {
  const rows = JSON.stringify(await read(app, 'SELECT * FROM audit_log'));
  const secrets = Object.entries(made).filter(([name]) => name.startsWith('secret'));
  expect(secrets.length).toBe(8);
  for (const [name, secret] of secrets) expect(rows.includes(secret), name).toBe(false);
});

test('what is refused, repeated or changes nothing leaves no entry', async () => {
  const { list } = (await post('/api/lists', { name: 'Fair' })).body as { list: { _id: string } };
  const leads = { leads: [{ phone: newPhone() }, { phone: newPhone() }] };
  await call('POST', '/api/leads', leads, { 'idempotency-key': 'once' });
  const before = await log();
  await call('PATCH', `/api/lists/${list._id}`, { name: 'Fair' });
  await call('DELETE', `/api/lists/${'f'.repeat(24)}`);
  await call('DELETE', `/api/dnc?id=${'f'.repeat(24)}`);
  await call('DELETE', '/api/leads', { ids: ['f'.repeat(24)] });
  await call('POST', '/api/leads', leads, { 'idempotency-key': 'once' });
  await post('/api/leads', leads);
  await post('/api/leads', { leads: [{ phone: newPhone() }, { phone: 'x' }] });
  expect(await log()).toEqual(before);
});

test('of leads saved and deleted in bulk it tells how many, and where', async () => {
  const { list } = (await post('/api/lists', { name: 'Spring fair' })).body as { list: { _id: string } };
  const saved = await post('/api/leads', {
    listId: list._id,
    source: 'fair',
    leads: Array.from({ length: 150 }, () => ({ phone: newPhone(), notes: 'private' })),
  });
  const { leadIds } = saved.body as { leadIds: string[] };
  await call('DELETE', '/api/leads', { ids: leadIds });
  const [deleted, made] = await log();
  expect(made).toMatchObject({
    entityId: list._id,
    after: { source: 'fair', savedCount: 150, duplicateCount: 0 },
  });
  expect(deleted).toMatchObject({
    entityId: ws.workspaceId,
    before: { deletedCount: 150, leadIds: leadIds.slice(0, 100) },
  });
  expect(JSON.stringify([deleted, made])).not.toContain('private');
});

test('in a workspace that is past due each of them is 402 and leaves nothing; only what must go can be removed', async () => {
  const { apiKey } = (await post('/api/api-keys', { name: 'Stolen' })).body as { apiKey: { _id: string } };
  const open = await post('/api/invitations', { email: 'later@example.com' });
  made.secretInvitation = tokenIn(String(open.body.link));
  await bill(app, ws, 'past_due');
  const before = await log();
  for (const [operationId, { by }] of Object.entries(AUDITED))
    if (!ALWAYS.includes(operationId)) expect((await by()).status, operationId).toBe(402);
  expect(await log()).toEqual(before);
  expect((await call('DELETE', `/api/api-keys/${apiKey._id}`)).status).toBe(200);
});

function campaign(): object {
  return { name: 'Spring', messageType: 'sms', lineIds: [made.smsLine], steps: [{ message: 'Hi' }] };
}

async function log(): Promise<AuditLogAnswer['entries']> {
  return (await ws.call<AuditLogAnswer>('GET', '/api/audit-log?limit=100')).body.entries;
}

function call(
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> {
  return ws.call(method, url, body, headers);
}

function post(url: string, body?: unknown): Promise<Answer> {
  return call('POST', url, body);
}

/** Remembers, under `name`, what stands at `where` in the answer. */
async function keep(name: string, where: string, asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  if (answer.status < 300) made[name] = valueAt(answer.body, where);
  return answer;
}

function valueAt(body: unknown, where: string): string {
  const value = where.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], body);
  return String(value);
}
