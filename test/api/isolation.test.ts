/** One workspace never sees another: every call of the API is tried with the ids of a stranger (D35). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBulkCheck } from '../../src/actions/availability/availability-jobs.ts';
import type { NewApiKeyAnswer } from '../../src/contract/access/api-keys.ts';
import type { CampaignAnswer } from '../../src/contract/campaigns/campaigns.ts';
import type { SimulationAnswer } from '../../src/contract/campaigns/simulations.ts';
import type { DncEntryAnswer } from '../../src/contract/leads/dnc.ts';
import type { LeadAnswer } from '../../src/contract/leads/leads.ts';
import type { NewLineRequestAnswer } from '../../src/contract/lines/line-orders.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import type { NewInvitationAnswer } from '../../src/contract/people/people.ts';
import { routes } from '../../src/http/routes.ts';
import { toIso } from '../../src/lib/clock.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openOwner } from '../people.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries } from '../webhooks.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

/** Stands in everything the stranger owns, and must never be shown. */
const MARK = 'Xanadu';

const ACCOUNT = `/2010-04-01/Accounts/AC${'0'.repeat(32)}`;
const LINE_REQUEST = {
  firstName: MARK,
  lastName: MARK,
  channelType: 'phone',
  lineType: 'byon',
  phone: '+13035559999',
  email: 'stranger@example.com',
};

let app: TestApp;
let own: Workspace;
let stranger: Workspace;
/** What the stranger has: a line, a lead in a list, a background check, a message that waits and one that was sent, a webhook, an event. */
let theirs: {
  lineId: string;
  leadId: string;
  listId: string;
  jobId: string;
  phone: string;
  optedOut: string;
  dncId: string;
  fileUrl: string;
  keyId: string;
  personId: string;
  invitationId: string;
  requestedId: string;
  campaignId: string;
  simulationId: string;
  waiting: Message;
  sent: Message;
  webhookId: string;
  eventId: string;
};
let ownWebhookId: string;
let ownCampaignId: string;

beforeAll(async () => {
  app = await openApp();
  const line = { firstName: MARK, deviceId: 'mac', deviceGapMs: 43 };
  stranger = await openWorkspace(app, {
    lines: [line, { messageType: 'sms', firstName: MARK }],
    fallback: true,
  });
  own = await openWorkspace(app, { lines: [{}, { messageType: 'sms' }] });
  // Switched off: nothing is sent, and nothing changes while the test looks.
  const [webhookId, mine] = await Promise.all([stranger, own].map(addSilentWebhook));
  ownWebhookId = mine ?? '';
  const phone = newPhone();
  const body = { message: MARK, recipientPhone: phone, recipientName: MARK, batchId: MARK };
  const sent = (await stranger.send(body, { 'idempotency-key': 'shared', prefer: 'wait=20' })).body.message;
  const scheduledDate = toIso(app.deps.clock.now() + 3_600_000);
  const waiting = await accept(stranger, { ...body, scheduledDate });
  await stranger.reaches(sent._id, 'delivered');
  const leadId = sent.leadId ?? '';
  const { lead } = (await stranger.call<LeadAnswer>('GET', `/api/leads?id=${leadId}`)).body;
  const jobId = await startBulkCheck(app.deps, stranger.workspaceId, [leadId]);
  await until('their check is done', async () => {
    const job = await stranger.call('GET', `/api/availability-jobs/${encodeURIComponent(jobId)}`);
    return job.body.status === 'finished';
  });
  const form = new FormData();
  form.set('file', new Blob([MARK]), 'notes.txt');
  const authorization = `Bearer ${stranger.key}`;
  const upload = await fetch(`${app.url}/api/attachments`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
  const { url: fileUrl } = (await upload.json()) as { url: string };
  const optedOut = newPhone();
  const entry = await stranger.call<DncEntryAnswer>('POST', '/api/dnc', { phone: optedOut, reason: MARK });
  const dncId = entry.body.entry._id;
  const hook = `/api/webhooks/${webhookId}`;
  await stranger.call('POST', `${hook}/replay`, { since: sent.createdAt });
  const event = await until('the event is in the log', async () =>
    (await deliveries(stranger, webhookId ?? '')).at(0),
  );
  const { listId } = lead;
  const made = await stranger.call<NewApiKeyAnswer>('POST', '/api/api-keys', { name: MARK });
  const keyId = made.body.apiKey._id;
  const requested = await stranger.call<NewLineRequestAnswer>('POST', '/api/line-requests', LINE_REQUEST, {
    'idempotency-key': 'line',
  });
  const requestedId = requested.body.lineRequestId;
  const steps = [{ message: MARK, branches: [{ condition: { id: MARK, type: 'replied' }, to: 'end' }] }];
  const lineIds = [sent.fromLineId];
  const written = { name: MARK, steps, lineIds, listId };
  const campaign = await stranger.call<CampaignAnswer>('POST', '/api/campaigns', written, {
    'idempotency-key': 'campaign',
  });
  const campaignId = campaign.body.campaign._id;
  await stranger.call('POST', `/api/campaigns/${campaignId}/leads`, { leadId });
  const foreseen = await stranger.call<SimulationAnswer>('POST', `/api/campaigns/${campaignId}/simulate`, {});
  const { simulationId } = foreseen.body.simulation;
  const person = await openOwner(app, stranger, MARK);
  const invited = await stranger.call<NewInvitationAnswer>('POST', '/api/invitations', {
    email: `${MARK.toLowerCase()}@example.com`,
  });
  const mineToo = await own.call<CampaignAnswer>('POST', '/api/campaigns', {
    name: 'Mine',
    steps: [{ message: 'Hi' }],
  });
  ownCampaignId = mineToo.body.campaign._id;
  theirs = {
    campaignId,
    simulationId,
    keyId,
    personId: person.id,
    invitationId: invited.body.invitation._id,
    requestedId,
    lineId: sent.fromLineId ?? '',
    leadId,
    listId,
    jobId,
    phone,
    optedOut,
    dncId,
    fileUrl,
    waiting,
    sent,
    webhookId: webhookId ?? '',
    eventId: event.id,
  };
});
afterAll(() => app.close());

async function addSilentWebhook(ws: Workspace): Promise<string> {
  const url = 'https://receiver.invalid/hook';
  const { id } = await addWebhook(ws, url, {
    name: ws === stranger ? MARK : 'Mine',
    events: ['message.sent'],
  });
  await ws.call('PATCH', `/api/webhooks/${id}`, { isActive: false });
  return id;
}

interface Attempt {
  path: string;
  body?: object | string;
  headers?: Record<string, string>;
  status: number;
  /** What the answer holds besides; nothing of the stranger's in any case. */
  shows?: object;
}

const idPaths = (path: string) => [theirs.waiting, theirs.sent].map(({ _id }) => path.replace('{id}', _id));
const gone = (path: string, body?: object): Attempt[] =>
  idPaths(path).map((each) => ({
    path: each,
    status: 404,
    shows: { code: 'MESSAGE_NOT_FOUND' },
    ...(body && { body }),
  }));

const noWebhook = (after = '', body?: object): Attempt[] => [
  {
    path: `/api/webhooks/${theirs.webhookId}${after}`,
    status: 404,
    shows: { error: 'Webhook not found', code: 'WEBHOOK_NOT_FOUND' },
    ...(body && { body }),
  },
];

/** By its own campaign, and by one of the asker's. */
const noSimulation = (after = ''): Attempt[] =>
  [theirs.campaignId, ownCampaignId].map((campaignId) => ({
    path: `/api/campaigns/${campaignId}/simulations/${theirs.simulationId}${after}`,
    status: 404,
    shows: { error: 'Simulation not found', code: 'SIMULATION_NOT_FOUND' },
  }));

const noCampaign = (after = '', body?: object): Attempt[] => [
  {
    path: `/api/campaigns/${theirs.campaignId}${after}`,
    status: 404,
    shows: { error: 'Campaign not found', code: 'CAMPAIGN_NOT_FOUND' },
    ...(body && { body }),
  },
];

/** For every call that needs a key, by operationId. A new call must come with its attempts. */
const ATTEMPTS: Readonly<Record<string, () => Attempt[]>> = {
  sendMessage: () => [
    {
      path: '/api/messages',
      body: { message: 'Hi', leadId: theirs.leadId },
      status: 404,
      shows: { code: 'LEAD_NOT_ACCESSIBLE' },
    },
    {
      path: '/api/messages',
      body: { message: 'Hi', recipientPhone: newPhone(), fromLineId: theirs.lineId },
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
    { path: '/api/messages?dryRun=true', body: { message: 'Hi', leadId: theirs.leadId }, status: 404 },
    {
      path: '/api/messages?dryRun=true',
      body: { message: '{firstName|you}', recipientPhone: theirs.phone },
      status: 200,
      shows: { leadId: null, leadWouldBeCreated: true, text: 'you' },
    },
    {
      path: '/api/messages',
      body: { recipientPhone: newPhone(), attachmentUrls: [theirs.fileUrl] },
      status: 403,
      shows: { error: 'Attachment URL does not belong to this organization' },
    },
    // A number they know is new here, and so is a key they used.
    {
      path: '/api/messages',
      body: { message: 'Hi', recipientPhone: theirs.phone },
      headers: { 'idempotency-key': 'shared' },
      status: 201,
    },
  ],
  uploadAttachment: () => [{ path: '/api/attachments', body: {}, status: 415 }],
  listMessages: () => [
    { path: `/api/messages?search=${MARK}`, status: 200, shows: { messages: [], nextCursor: null } },
    { path: `/api/messages?leadId=${theirs.leadId}`, status: 200, shows: { messages: [], nextCursor: null } },
    { path: `/api/messages?lineId=${theirs.lineId}`, status: 200, shows: { messages: [], nextCursor: null } },
    { path: `/api/messages?batchId=${MARK}`, status: 200, shows: { messages: [], nextCursor: null } },
    { path: `/api/messages?cursor=${'f'.repeat(24)}&limit=100`, status: 200 },
  ],
  cancelForLead: () =>
    [{ leadId: theirs.leadId }, { recipientPhone: theirs.phone }].map((body) => ({
      path: '/api/messages/cancel-for-lead',
      body,
      status: 200,
      shows: { messageIds: expect.not.arrayContaining([theirs.waiting._id]) },
    })),
  cancelMessages: () => [
    {
      path: '/api/messages/cancel',
      body: { ids: [theirs.waiting._id] },
      status: 200,
      shows: { cancelledCount: 0, notCancelled: [{ status: 'not_found', count: 1 }] },
    },
    ...[{}, { leadId: theirs.leadId }, { search: MARK }].map((filter) => ({
      path: '/api/messages/cancel',
      body: { filter },
      status: 200,
      shows: { messageIds: expect.not.arrayContaining([theirs.waiting._id]) },
    })),
  ],
  retryMessage: () => gone('/api/messages/{id}/retry'),
  getMessage: () => gone('/api/messages/{id}'),
  editMessage: () => gone('/api/messages/{id}', { message: 'mine now' }),
  getTimeline: () => gone('/api/messages/{id}/timeline'),
  explainMessage: () => gone('/api/messages/{id}/explain'),
  cancelMessage: () => gone('/api/messages/{id}/cancel'),
  listDnc: () => [
    { path: '/api/dnc', status: 200, shows: { entries: [], total: 0 } },
    { path: `/api/dnc?search=${encodeURIComponent(theirs.optedOut)}`, status: 200, shows: { total: 0 } },
  ],
  readDncHistory: () => [
    { path: '/api/dnc/history', status: 200 },
    { path: `/api/dnc/history?leadId=${theirs.leadId}`, status: 200, shows: { entries: [] } },
    {
      path: `/api/dnc/history?address=${encodeURIComponent(theirs.optedOut)}`,
      status: 200,
      shows: { entries: [] },
    },
  ],
  addDnc: () => [
    { path: '/api/dnc', body: { phone: theirs.phone, reason: 'manual' }, status: 201 },
    { path: '/api/dnc', body: { leadIds: [theirs.leadId] }, status: 404, shows: { code: 'LEAD_NOT_FOUND' } },
  ],
  removeDnc: () => [{ path: `/api/dnc?id=${theirs.dncId}`, status: 404, shows: { code: 'DNC_NOT_FOUND' } }],
  listConversations: () => [
    { path: '/api/conversations', status: 200 },
    { path: `/api/conversations?cursor=0${'f'.repeat(35)}`, status: 200 },
    { path: `/api/conversations?lineId=${theirs.lineId}`, status: 200, shows: { conversations: [] } },
    { path: `/api/conversations?search=${MARK}`, status: 200, shows: { conversations: [] } },
  ],
  readConversation: () => [{ path: `/api/conversations/${theirs.leadId}/read`, body: {}, status: 404 }],
  unreadConversation: () => [{ path: `/api/conversations/${theirs.leadId}/unread`, status: 404 }],
  getConversation: () => [
    { path: `/api/conversations/${theirs.leadId}`, status: 404, shows: { code: 'LEAD_NOT_FOUND' } },
  ],
  listReplies: () => [
    { path: '/api/replies', status: 200, shows: { replies: [], total: 0 } },
    { path: `/api/replies?leadId=${theirs.leadId}`, status: 404, shows: { code: 'LEAD_NOT_ACCESSIBLE' } },
    { path: `/api/replies?lineId=${theirs.lineId}`, status: 200, shows: { replies: [], total: 0 } },
    {
      path: `/api/replies?recipientPhone=${encodeURIComponent(theirs.phone)}`,
      status: 200,
      shows: { total: 0 },
    },
  ],
  scanDormant: () => [
    { path: '/api/conversations/scan-dormant', status: 200, shows: { dormantConversations: [], total: 0 } },
  ],
  wakeDormant: () => [
    {
      path: '/api/conversations/scan-dormant',
      body: { action: 'notify', conversationIds: [theirs.phone] },
      status: 200,
    },
  ],
  getLanguageAudit: () => [{ path: '/api/language-audit', status: 200, shows: { blockedPhrases: [] } }],
  updateLanguageAudit: () => [
    { path: '/api/language-audit', body: { customInstructions: 'x' }, status: 200 },
  ],
  listAuditLog: () => [
    { path: '/api/audit-log', status: 200 },
    { path: `/api/audit-log?entityId=${theirs.lineId}`, status: 200, shows: { entries: [] } },
    { path: `/api/audit-log?cursor=${'f'.repeat(24)}`, status: 200 },
  ],
  // With a stranger's line, which the answer echoes: test/figures/analytics.test.ts.
  readNow: () => [{ path: '/api/now', status: 200 }],
  // A stream: test/figures/live.test.ts.
  listenLive: () => [],
  getAnalytics: () => [{ path: '/api/analytics', status: 200 }],
  reactToMessage: () =>
    [theirs.waiting, theirs.sent].map(({ _id }) => ({
      path: '/api/messages/react',
      body: { messageId: _id, reaction: 'like' },
      status: 404,
    })),
  startTyping: () => [{ path: '/api/messages/typing', body: { messageId: theirs.sent._id }, status: 404 }],
  stopTyping: () => [{ path: '/api/messages/typing', body: { messageId: theirs.sent._id }, status: 404 }],
  listLines: () => [
    {
      path: '/api/lines',
      status: 200,
      shows: { lines: own.lines.map(({ _id }) => expect.objectContaining({ _id })) },
    },
  ],
  listLinesByUser: () => [{ path: '/api/lines/by-user', status: 200 }],
  createLine: () => [
    {
      path: '/api/lines',
      body: { transport: 'sandbox', phone: newPhone(), deviceId: 'mac', isActive: false },
      status: 201,
      shows: { line: expect.objectContaining({ deviceId: 'mac', deviceGapMs: 0 }) },
    },
  ],
  getLine: () => [{ path: `/api/lines/${theirs.lineId}`, status: 404, shows: { code: 'LINE_NOT_FOUND' } }],
  deleteLine: () => [{ path: `/api/lines/${theirs.lineId}`, status: 404, shows: { code: 'LINE_NOT_FOUND' } }],
  readLineActivity: () => [
    { path: `/api/lines/${theirs.lineId}/activity`, status: 404, shows: { code: 'LINE_NOT_FOUND' } },
  ],
  readLineHealth: () => [
    { path: `/api/lines/${theirs.lineId}/health`, status: 404, shows: { code: 'LINE_NOT_FOUND' } },
  ],
  readLineQueues: () => [
    {
      path: '/api/lines/queues',
      status: 200,
      shows: { queues: expect.not.arrayContaining([expect.objectContaining({ lineId: theirs.lineId })]) },
    },
  ],
  // The stranger has a line of this number; whoever asks must not learn of it.
  checkNewLine: () => [
    {
      path: '/api/lines/check',
      body: { transport: 'sandbox', phone: stranger.lines[0]?.phone },
      status: 200,
      shows: { steps: expect.arrayContaining([expect.objectContaining({ key: 'identity', state: 'ok' })]) },
    },
  ],
  checkStoredLine: () => [
    { path: `/api/lines/${theirs.lineId}/check`, status: 404, shows: { code: 'LINE_NOT_FOUND' } },
  ],
  forecastLine: () => [
    { path: `/api/lines/${theirs.lineId}/forecast`, status: 404, shows: { code: 'LINE_NOT_FOUND' } },
  ],
  updateLine: () => [
    {
      path: `/api/lines/${theirs.lineId}`,
      body: { firstName: 'Mine' },
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
    { path: `/api/lines/${own.lines[0]?._id}`, body: { deviceId: 'mac', deviceGapMs: 7 }, status: 200 },
  ],
  monitorLines: () => [
    {
      path: '/api/lines/spam-monitor',
      status: 200,
      shows: { lines: expect.not.arrayContaining([expect.objectContaining({ lineId: theirs.lineId })]) },
    },
  ],
  checkLine: () => [
    {
      path: `/api/lines/check-availability?id=${theirs.lineId}`,
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
  ],
  // What they know of a number is theirs: here one of our own lines has found it out.
  checkAddress: () => [
    {
      path: `/api/check-availability?address=${encodeURIComponent(theirs.phone)}`,
      status: 200,
      shows: { lineId: own.lines[0]?._id },
    },
  ],
  checkAddresses: () => [
    { path: '/api/check-availability', body: { addresses: [theirs.phone] }, status: 200 },
  ],
  reachContact: () => [{ path: '/api/check-availability-rr', body: { phones: [theirs.phone] }, status: 200 }],
  checkLead: () => [
    {
      path: `/api/leads/check-availability?id=${theirs.leadId}`,
      status: 404,
      shows: { code: 'LEAD_NOT_FOUND' },
    },
  ],
  checkLeads: () => [
    {
      path: '/api/leads/check-availability',
      body: { leadIds: [theirs.leadId] },
      status: 404,
      shows: { code: 'LEAD_NOT_FOUND' },
    },
    {
      path: '/api/leads/check-availability',
      body: { listId: theirs.listId },
      status: 404,
      shows: { code: 'LIST_NOT_FOUND' },
    },
  ],
  getAvailabilityJob: () => [
    {
      path: `/api/availability-jobs/${encodeURIComponent(theirs.jobId)}`,
      status: 404,
      shows: { code: 'AVAILABILITY_JOB_NOT_FOUND' },
    },
  ],
  createPairingCode: () => [
    {
      path: `/api/lines/${theirs.lineId}/pairing-code`,
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
  ],
  listDevices: () => [
    { path: `/api/lines/${theirs.lineId}/devices`, status: 404, shows: { code: 'LINE_NOT_FOUND' } },
  ],
  revokeDevice: () => [
    {
      path: `/api/lines/${theirs.lineId}/devices/${theirs.leadId}`,
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
  ],
  listWebhooks: () => [
    { path: '/api/webhooks', status: 200, shows: { webhooks: [expect.objectContaining({ name: 'Mine' })] } },
  ],
  createWebhook: () => [
    {
      path: '/api/webhooks',
      body: { url: 'https://receiver.invalid/new', name: 'New', events: ['message.failed'] },
      headers: { 'idempotency-key': 'shared webhook' },
      status: 201,
    },
  ],
  getWebhook: () => noWebhook(),
  updateWebhook: () => noWebhook('', { name: 'Mine now' }),
  deleteWebhook: () => noWebhook(),
  checkWebhook: () => noWebhook('/health-check'),
  rotateWebhookSecret: () => noWebhook('/rotate-secret'),
  listWebhookDeliveries: () => [
    ...noWebhook('/deliveries'),
    {
      path: `/api/webhooks/${ownWebhookId}/deliveries?cursor=${'f'.repeat(24)}`,
      status: 200,
      shows: { deliveries: [] },
    },
  ],
  replayWebhookDelivery: () => [
    ...noWebhook(`/deliveries/${theirs.eventId}/replay`),
    {
      path: `/api/webhooks/${ownWebhookId}/deliveries/${theirs.eventId}/replay`,
      status: 404,
      shows: { code: 'DELIVERY_NOT_FOUND' },
    },
  ],
  replayWebhook: () => noWebhook('/replay', { since: '2026-01-01' }),
  readEvents: () => [
    { path: '/api/events', status: 200 },
    { path: `/api/events?after=${theirs.eventId}`, status: 400, shows: { code: 'INVALID_CURSOR' } },
  ],
  getLead: () => [{ path: `/api/leads/${theirs.leadId}`, status: 404, shows: { code: 'LEAD_NOT_FOUND' } }],
  listLeads: () => [
    { path: `/api/leads?id=${theirs.leadId}`, status: 404, shows: { code: 'LEAD_NOT_FOUND' } },
    { path: `/api/leads?search=${MARK}`, status: 200, shows: { leads: [] } },
    { path: `/api/leads?tag=${MARK}`, status: 200, shows: { leads: [] } },
    { path: `/api/leads?listId=${theirs.listId}`, status: 200, shows: { leads: [] } },
  ],
  saveLeads: () => [
    {
      path: '/api/leads',
      body: { leads: [{ phone: newPhone() }], listId: theirs.listId },
      status: 404,
      shows: { code: 'LEAD_LIST_NOT_FOUND' },
    },
    // Whom they know is new here.
    {
      path: '/api/leads',
      body: { leads: [{ phone: theirs.optedOut }] },
      headers: { 'idempotency-key': 'leads' },
      status: 201,
    },
  ],
  updateLead: () => [
    {
      path: `/api/leads/${theirs.leadId}`,
      body: { firstName: 'Mine' },
      status: 404,
      shows: { code: 'LEAD_NOT_FOUND' },
    },
  ],
  putLead: () => [
    {
      path: `/api/leads/${theirs.leadId}`,
      body: { firstName: 'Mine' },
      status: 404,
      shows: { code: 'LEAD_NOT_FOUND' },
    },
  ],
  deleteLeads: () => [
    { path: '/api/leads', body: { ids: [theirs.leadId] }, status: 200, shows: { deletedCount: 0 } },
  ],
  changeLeads: () => [
    {
      path: '/api/leads/change',
      body: { ids: [theirs.leadId], addTags: ['mine'] },
      status: 200,
      shows: { changedCount: 0, unchangedCount: 0, skipped: [] },
    },
    {
      path: '/api/leads/change',
      body: { ids: [theirs.leadId], listId: theirs.listId },
      status: 404,
      shows: { code: 'LIST_NOT_FOUND' },
    },
  ],
  listTags: () => [{ path: '/api/tags', status: 200, shows: { tags: [] } }],
  listLeadCampaigns: () => [
    { path: `/api/leads/${theirs.leadId}/campaigns`, status: 404, shows: { code: 'LEAD_NOT_FOUND' } },
  ],
  importLeads: () => [
    {
      path: `/api/leads/import?listId=${theirs.listId}`,
      body: `phone\n${newPhone()}`,
      headers: { 'content-type': 'text/csv' },
      status: 404,
      shows: { code: 'LEAD_LIST_NOT_FOUND' },
    },
  ],
  exportLeads: () => [
    {
      path: `/api/leads/export?listId=${theirs.listId}`,
      status: 404,
      shows: { code: 'LIST_NOT_FOUND' },
    },
  ],
  listCampaigns: () => [
    {
      path: '/api/campaigns',
      status: 200,
      shows: { campaigns: [expect.objectContaining({ name: 'Mine' })] },
    },
    { path: `/api/campaigns?cursor=${'f'.repeat(24)}`, status: 200 },
  ],
  createCampaign: () => [
    {
      path: '/api/campaigns',
      body: { name: 'New', messageType: 'sms', steps: [{ message: 'Hi' }] },
      headers: { 'idempotency-key': 'campaign' },
      status: 201,
    },
  ],
  evaluateConditions: () => {
    const path = '/api/campaigns/evaluate-conditions';
    const conditions = [{ type: 'dnc' }];
    return [
      { path, body: { leadId: theirs.leadId, conditions }, status: 404, shows: { code: 'LEAD_NOT_FOUND' } },
      {
        path,
        body: { leadId: theirs.leadId, campaignId: theirs.campaignId, conditions },
        status: 404,
        shows: { code: 'CAMPAIGN_NOT_FOUND' },
      },
    ];
  },
  getCampaign: () => noCampaign(),
  updateCampaign: () => noCampaign('', { name: 'Mine now' }),
  deleteCampaign: () => noCampaign(),
  launchCampaign: () => noCampaign('/launch'),
  pauseCampaign: () => noCampaign('/pause'),
  resumeCampaign: () => noCampaign('/resume'),
  completeCampaign: () => noCampaign('/complete'),
  archiveCampaign: () => noCampaign('/archive'),
  addLeadToCampaign: () => [
    ...noCampaign('/leads', { leadId: theirs.leadId }),
    {
      path: `/api/campaigns/${ownCampaignId}/leads`,
      body: { leadId: theirs.leadId },
      status: 404,
      shows: { code: 'LEAD_NOT_FOUND' },
    },
    // Whom they know is new here.
    {
      path: `/api/campaigns/${ownCampaignId}/leads`,
      body: { lead: { firstName: 'Ada', phone: theirs.optedOut } },
      status: 201,
    },
  ],
  enrollLead: () => [
    ...noCampaign('/enroll', { leadId: theirs.leadId }),
    { path: `/api/campaigns/${ownCampaignId}/enroll`, body: { leadId: theirs.leadId }, status: 404 },
  ],
  listCampaignLeads: () => [
    ...noCampaign('/leads'),
    { path: `/api/campaigns/${ownCampaignId}/leads?cursor=${'f'.repeat(24)}_1`, status: 200 },
  ],
  getCampaignAnalytics: () => noCampaign('/analytics'),
  getCampaignProgress: () => noCampaign('/progress'),
  getCampaignAudience: () => [
    ...noCampaign('/audience'),
    {
      path: `/api/campaigns/${ownCampaignId}/audience?listId=${theirs.listId}`,
      status: 404,
      shows: { code: 'LIST_NOT_FOUND' },
    },
  ],
  checkCampaign: () => noCampaign('/check', { name: 'Mine now' }),
  duplicateCampaign: () => noCampaign('/duplicate'),
  addListToCampaign: () => noCampaign('/lists', { listId: theirs.listId }),
  listSimulations: () => noCampaign('/simulations'),
  getSimulationCalendar: () => noSimulation('/calendar'),
  stopCampaignLead: () => [
    ...noCampaign(`/leads/${theirs.leadId}/stop`),
    {
      path: `/api/campaigns/${ownCampaignId}/leads/${theirs.leadId}/stop`,
      status: 404,
      shows: { code: 'CAMPAIGN_LEAD_NOT_FOUND' },
    },
  ],
  simulateCampaign: () => noCampaign('/simulate', {}),
  getSimulation: () => noSimulation(),
  deleteSimulation: () => noSimulation(),
  listSimulatedMessages: () => noSimulation('/messages'),
  listLists: () => [{ path: '/api/lists', status: 200 }],
  createList: () => [{ path: '/api/lists', body: { name: 'Mine' }, status: 201 }],
  getList: () => [{ path: `/api/lists/${theirs.listId}`, status: 404, shows: { code: 'LIST_NOT_FOUND' } }],
  updateList: () => [
    {
      path: `/api/lists/${theirs.listId}`,
      body: { name: 'Mine' },
      status: 404,
      shows: { code: 'LIST_NOT_FOUND' },
    },
  ],
  deleteList: () => [{ path: `/api/lists/${theirs.listId}`, status: 404, shows: { code: 'LIST_NOT_FOUND' } }],
  getWorkspace: () => [{ path: '/api/workspace', status: 200, shows: { workspaceId: own.workspaceId } }],
  updateWorkspace: () => [
    {
      path: '/api/workspace',
      body: { name: 'Mine' },
      status: 200,
      shows: { workspaceId: own.workspaceId, name: 'Mine' },
    },
  ],
  getFallbackConfig: () => [
    { path: '/api/workspace/fallback-config', status: 200, shows: { configured: false, lineId: null } },
  ],
  updateFallbackConfig: () => [
    {
      path: '/api/workspace/fallback-config',
      body: { provider: 'sandbox', lineId: stranger.lines[1]?._id },
      status: 404,
      shows: { code: 'LINE_NOT_FOUND' },
    },
  ],
  listApiKeys: () => [
    { path: '/api/api-keys', status: 200, shows: { apiKeys: [expect.objectContaining({ name: 'Test' })] } },
  ],
  createApiKey: () => [{ path: '/api/api-keys', body: { name: 'Mine' }, status: 201 }],
  renameApiKey: () => [
    {
      path: `/api/api-keys/${theirs.keyId}`,
      body: { name: 'Mine' },
      status: 404,
      shows: { code: 'API_KEY_NOT_FOUND' },
    },
  ],
  removeApiKey: () => [
    { path: `/api/api-keys/${theirs.keyId}`, status: 404, shows: { code: 'API_KEY_NOT_FOUND' } },
  ],
  getMe: () => [
    { path: '/api/me', status: 200, shows: { workspace: { id: own.workspaceId } } },
    // Of people alone: a key has one workspace.
    {
      path: `/api/me?workspace=${stranger.workspaceId}`,
      status: 200,
      shows: { workspace: { id: own.workspaceId } },
    },
    {
      path: '/api/me',
      headers: { 'x-workspace-id': stranger.workspaceId },
      status: 200,
      shows: { workspace: { id: own.workspaceId } },
    },
  ],
  listMembers: () => [{ path: '/api/members', status: 200, shows: { members: [] } }],
  updateMember: () => [
    {
      path: `/api/members/${theirs.personId}`,
      body: { role: 'viewer' },
      status: 404,
      shows: { code: 'MEMBER_NOT_FOUND' },
    },
  ],
  removeMember: () => [
    { path: `/api/members/${theirs.personId}`, status: 404, shows: { code: 'MEMBER_NOT_FOUND' } },
  ],
  listInvitations: () => [{ path: '/api/invitations', status: 200, shows: { invitations: [] } }],
  invite: () => [{ path: '/api/invitations', body: { email: 'mine@example.com' }, status: 201 }],
  withdrawInvitation: () => [
    {
      path: `/api/invitations/${theirs.invitationId}`,
      status: 404,
      shows: { code: 'INVITATION_NOT_FOUND' },
    },
  ],
  requestLine: () => [
    {
      path: '/api/line-requests',
      body: { ...LINE_REQUEST, firstName: 'Mine', lastName: 'Own' },
      headers: { 'idempotency-key': 'line' },
      status: 201,
    },
  ],
  getLineRequest: () =>
    [theirs.requestedId, theirs.lineId].map((id) => ({
      path: `/api/line-requests/${id}`,
      status: 404,
      shows: { code: 'LINE_REQUEST_NOT_FOUND' },
    })),
  steerLineRequest: () => [
    {
      path: `/api/line-requests/${theirs.requestedId}`,
      body: { action: 'cancel' },
      status: 404,
      shows: { code: 'LINE_REQUEST_NOT_FOUND' },
    },
  ],
  sendByTwilio: () => [
    {
      path: `${ACCOUNT}/Messages.json`,
      body: { To: theirs.phone, From: stranger.lines[0]?.phone, Body: 'Hi' },
      status: 400,
      shows: { code: 21659 },
    },
  ],
  listByTwilio: () => [
    {
      path: `${ACCOUNT}/Messages.json?From=${encodeURIComponent(stranger.lines[0]?.phone ?? '')}`,
      status: 200,
      shows: { messages: [] },
    },
  ],
  getByTwilio: () =>
    [theirs.waiting, theirs.sent].map(({ _id }) => ({
      path: `${ACCOUNT}/Messages/SM00000000${_id}.json`,
      status: 404,
      shows: { code: 20404 },
    })),
  cancelByTwilio: () => [
    {
      path: `${ACCOUNT}/Messages/SM00000000${theirs.waiting._id}.json`,
      body: { Status: 'canceled' },
      status: 404,
      shows: { code: 20404 },
    },
  ],
  getTwilioAccount: () => [{ path: `${ACCOUNT}.json`, status: 200 }],
  sendBySendblue: () => [
    {
      path: '/api/send-message',
      body: { number: theirs.phone, content: 'Hi', from_number: stranger.lines[0]?.phone },
      status: 400,
      shows: { status: 'ERROR' },
    },
  ],
  readSandboxPhone: () => [{ path: `/api/sandbox/phones/${theirs.phone}`, status: 200 }],
};

/** All the stranger owns, as it stands in the database. What its own road writes by itself is left out. */
async function belongings(): Promise<unknown> {
  const owned = [
    'workspaces',
    'messages',
    'leads',
    'lead_addresses',
    'events',
    'lists',
    'touches',
    'idempotency_keys',
    'sandbox_copies',
    'devices',
    'suppressions',
    'addresses',
    'line_tallies',
    'reactions',
    'availability_jobs',
    'availability_job_leads',
    'webhooks',
    'webhook_deliveries',
    'event_feeds',
    'audit_log',
    'language_audits',
    'line_requests',
    'door_callbacks',
    'campaigns',
    'campaign_leads',
    'campaign_wakes',
    'condition_answers',
  ];
  const tables = owned.map((table) =>
    read(app, `SELECT * FROM ${table} t WHERE workspace_id = $1 ORDER BY t::text`, [stranger.workspaceId]),
  );
  const keys = read(app, 'SELECT id, name, revoked_at FROM api_keys WHERE workspace_id = $1 ORDER BY id', [
    stranger.workspaceId,
  ]);
  const lines = read(
    app,
    'SELECT id, first_name, is_active, device_id, message_type FROM lines WHERE workspace_id = $1 ORDER BY id',
    [stranger.workspaceId],
  );
  return Promise.all([...tables, lines, keys]);
}

describe('a stranger’s ids', () => {
  const guarded = routes.filter((route) => route.scope !== null);

  test('are tried on every call there is', () => {
    expect(Object.keys(ATTEMPTS).sort()).toEqual(guarded.map((route) => route.operationId).sort());
  });

  test.each(guarded.map((route) => [route.operationId, route.method] as const))(
    'open nothing by %s',
    async (operationId, method) => {
      const before = await belongings();
      for (const { path, body, headers, status, shows = {} } of ATTEMPTS[operationId]?.() ?? []) {
        const answer = await own.call(method, path, body, headers);
        expect(answer.status, `${method} ${path}`).toBe(status);
        expect(answer.body).toMatchObject(shows);
        const text = JSON.stringify(answer.body);
        for (const secret of [
          MARK,
          stranger.workspaceId,
          theirs.leadId,
          theirs.listId,
          theirs.lineId,
          theirs.keyId,
          theirs.requestedId,
          theirs.waiting._id,
          theirs.sent._id,
          theirs.webhookId,
          theirs.campaignId,
          theirs.eventId,
        ]) {
          expect(text, `${method} ${path}`).not.toContain(secret);
        }
        expect(answer.headers.get('idempotent-replayed')).toBeNull();
      }
      expect(await belongings()).toEqual(before);
    },
  );

  test('and everything else stay closed to a key that is no key', async () => {
    for (const { method, path, body, door } of guarded) {
      const url = `${app.url}${path.replace('{id}', theirs.sent._id).replace('{address}', theirs.phone).replace('{jobId}', 'any')}`;
      for (const authorization of ['', 'Bearer nonsense', `Bearer tl_sk_${'a'.repeat(43)}`]) {
        const answer = await fetch(url, {
          method,
          headers: { authorization },
          ...(body === undefined ? {} : { body: '{}' }),
        });
        expect(answer.status, `${method} ${path}`).toBe(401);
        expect(await answer.json()).toMatchObject(
          door === undefined
            ? { error: 'Unauthorized', code: 'UNAUTHORIZED' }
            : door === 'twilio'
              ? { message: 'Unauthorized', code: 20003 }
              : { error_message: 'Unauthorized', status: 'ERROR' },
        );
      }
    }
  });

  test('are closed to the session of somebody who belongs elsewhere, whatever the call', async () => {
    const person = await openOwner(app, own, 'Own');
    for (const { method, path, scope, door } of routes) {
      if (scope === null || door !== undefined) continue;
      const url = path.replaceAll(/\{\w+\}/g, theirs.sent._id);
      const headers = { 'x-workspace-id': stranger.workspaceId };
      const answer = await person.call(method, url, method === 'GET' ? undefined : {}, headers);
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([403, 'NOT_A_MEMBER']);
    }
  });

  test('never meet on the road: what both send to one number stays with its sender', async () => {
    const recipientPhone = newPhone();
    const sent = await Promise.all(
      [own, stranger].map((ws) => ws.send({ message: ws.workspaceId, recipientPhone })),
    );
    const leads = sent.map(({ body }) => body.leadId);
    expect(new Set(leads).size).toBe(2);
    for (const ws of [own, stranger])
      expect((await ws.phone(recipientPhone)).map((copy) => copy.message)).toEqual([ws.workspaceId]);
  });
});
