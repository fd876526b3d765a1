/** A workspace in which something has happened, for pictures: every page of it has something to show, and nobody in it is real. */

import type { WebhookReceiver } from '../fakes/webhook-receiver/receiver.ts';
import type { TestApp } from '../harness.ts';
import { openMember, openOwner, type Person } from '../people.ts';
import { until } from '../until.ts';
import { addWebhook, deliveries } from '../webhooks.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';

const LINES = [
  { firstName: 'Front desk', dailyNewConversationsLimit: 40, dailyTotalMessagesLimit: 100 },
  { firstName: 'Sales', dailyNewConversationsLimit: 25, dailyTotalMessagesLimit: 80 },
  { firstName: 'Support', messageType: 'sms', dailyNewConversationsLimit: 100, dailyTotalMessagesLimit: 400 },
];
/** Simulated phones, by what they do: delivered, read, SMS only, refused, replies STOP, replies with interest. */
const PHONES = ['0100', '0101', '0102', '0103', '0109', '0110'].map((end) => `+1202555${end}`);

export interface Shown {
  ws: Workspace;
  owner: Person;
  campaignId: string;
  messageId: string;
  leadId: string;
  lineId: string;
  webhookId: string;
}

/** `app` must let webhooks go to this machine. */
export async function showWorkspace(app: TestApp, receiver: WebhookReceiver): Promise<Shown> {
  const ws = await openWorkspace(app, { lines: LINES, fallback: true });
  const owner = await openOwner(app, ws, 'Owner');
  await openMember(app, owner, 'member', 'Sales');
  await openMember(app, owner, 'viewer', 'Bookkeeping');
  await owner.call('POST', '/api/invitations', { email: 'support@example.com', role: 'admin' });
  await owner.call('PATCH', '/api/workspace', { name: 'My workspace' });
  const webhook = await addWebhook(ws, `${receiver.url}/events`, { name: 'CRM' });
  const listId = await addLeads(ws);
  const messageId = await exchangeMessages(app, ws);
  // A calendar of one hour would say little.
  for (const { _id } of ws.lines) await ws.call('PATCH', `/api/lines/${_id}`, { deviceGapMs: 600_000 });
  const campaignId = await simulateCampaign(ws, listId);
  await owner.call('POST', '/api/dnc', { phone: '+12025560117', reason: 'asked by phone' });
  const { conversations } = await get<{ conversations: { leadId: string }[] }>(
    ws,
    '/api/conversations?limit=1',
  );
  await until('the webhook was told', async () => {
    const told = await deliveries(ws, webhook.id);
    return told.length > 10 && told.every(({ status }) => status === 'delivered');
  });
  // No picture shows a port of this machine.
  await ws.call('PATCH', `/api/webhooks/${webhook.id}`, { url: 'https://crm.example.com/events' });
  return {
    ws,
    owner,
    campaignId,
    messageId,
    webhookId: webhook.id,
    leadId: conversations[0]?.leadId ?? '',
    lineId: ws.lines[0]?._id ?? '',
  };
}

async function addLeads(ws: Workspace): Promise<string> {
  const made: string[] = [];
  for (const name of ['Newsletter', 'Customers', 'Spring fair']) {
    const { body } = await ws.call<{ list: { _id: string } }>('POST', '/api/lists', { name });
    made.push(body.list._id);
  }
  const [newsletter, customers, fair = ''] = made;
  await ws.call('POST', '/api/leads', { listId: customers, leads: contacts('Customer', 18, 2_000) });
  await ws.call('POST', '/api/leads', { listId: newsletter, leads: contacts('Reader', 45, 1_000) });
  await ws.call('POST', '/api/leads', { listId: fair, leads: contacts('Visitor', 120, 0) });
  return fair;
}

function contacts(word: string, many: number, from: number) {
  return Array.from({ length: many }, (_, n) => ({
    firstName: `${word} ${n + 1}`,
    phone: `+1202556${String(from + n).padStart(4, '0')}`,
    tags: n % 3 === 0 ? ['asked for a quote'] : [],
  }));
}

/** Messages of every ending, a reply, an opt-out, and one that waits: that one's id. */
async function exchangeMessages(app: TestApp, ws: Workspace): Promise<string> {
  for (const recipientPhone of PHONES)
    await ws.call('POST', '/api/messages', {
      recipientPhone,
      message: 'Thank you for your visit. Shall we send the catalogue?',
    });
  const tomorrow = new Date(app.deps.clock.now() + 20 * 3_600_000).toISOString();
  const { body } = await ws.call<{ message: { _id: string } }>('POST', '/api/messages', {
    recipientPhone: '+12025560001',
    message: 'See you tomorrow at ten.',
    scheduledDate: tomorrow,
  });
  await until('replies have come', async () => {
    const { replies } = await get<{ replies: unknown[] }>(ws, '/api/replies');
    return replies.length >= 2;
  });
  return body.message._id;
}

async function simulateCampaign(ws: Workspace, listId: string): Promise<string> {
  const { body } = await ws.call<{ campaign: { _id: string } }>('POST', '/api/campaigns', {
    name: 'After the spring fair',
    listId,
    lineIds: ws.lines.slice(0, 2).map(({ _id }) => _id),
    schedule: {
      timezone: 'Europe/Berlin',
      sendWindowStart: '09:00',
      sendWindowEnd: '18:00',
      allowedDaysOfWeek: [1, 2, 3, 4, 5],
    },
    steps: [
      { key: 'hello', message: 'Hi {firstName|there}, shall we send you the catalogue?' },
      {
        key: 'again',
        message: 'Is there anything we can help with?',
        wait: { value: 2, unit: 'd' },
        onlyNonResponders: true,
      },
    ],
  });
  await ws.call('POST', `/api/campaigns/${body.campaign._id}/simulate`, {}, { prefer: 'wait=60' });
  return body.campaign._id;
}

async function get<Body>(ws: Workspace, url: string): Promise<Body> {
  const { status, body } = await ws.call<Body>('GET', url);
  if (status !== 200) throw new Error(`GET ${url} was answered by ${status}`);
  return body;
}
