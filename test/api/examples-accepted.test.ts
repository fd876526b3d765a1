/** Who copies an example out of openapi.json gets what it says there, from a server that has what the example speaks of. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeApi } from '../../src/http/routes/operations.ts';
import { routes } from '../../src/http/routes.ts';
import { undeclared } from '../declared-answers.ts';
import { openApp, type TestApp } from '../harness.ts';
import { REFUSED_EXAMPLES } from '../refused-examples.ts';
import { QUICK_LINE } from '../relay/mac.ts';
import { openWorkspace, type Workspace } from '../workspaces.ts';

/** With a query that the call needs: its parameters are each optional by themselves. */
const QUERY: Readonly<Record<string, (ids: Ids) => string>> = {
  removeDnc: ({ dnc }) => `?id=${dnc}`,
  checkLine: ({ line }) => `?id=${line}`,
  checkAddress: () => '?address=%2B12025550100',
  checkLead: ({ lead }) => `?id=${lead}`,
};
type Ids = Record<
  | 'lead'
  | 'message'
  | 'line'
  | 'list'
  | 'webhook'
  | 'macLine'
  | 'dnc'
  | 'requested'
  | 'apiKey'
  | 'campaign'
  | 'simulation',
  string
>;

interface Printed {
  parameters?: { in: string; name: string; schema: { example?: string }; example?: string }[];
  requestBody?: { content: Record<string, { example: unknown }> };
}
const document = JSON.parse(JSON.stringify(describeApi(routes)));

let app: TestApp;
beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

describe('the example is taken', () => {
  test.each(routes.map((route) => [route.operationId, route] as const))('%s', async (operationId, route) => {
    const workspace = await openWorkspace(app, {
      // The number that the examples send from.
      lines: [{ phone: '+12025550143' }, { ...QUICK_LINE, phone: '+12025550144' }],
    });
    const ids = await furnish(workspace);
    await prepareCampaign(workspace, ids, operationId);
    const printed: Printed = document.paths[route.path][route.method.toLowerCase()];
    const content = Object.entries(printed.requestBody?.content ?? {});
    const bodies =
      content.length === 0
        ? [[null, null] as const]
        : content.map(([type, { example }]) => [type, example] as const);
    for (const [type, example] of bodies) {
      const target = pathOf(printed, route.path, operationId, ids) + (QUERY[operationId]?.(ids) ?? '');
      const response = await fetch(`${app.url}${target}`, {
        method: route.method,
        headers: {
          authorization: `Bearer ${workspace.key}`,
          ...(type === null || type === 'multipart/form-data' ? {} : { 'content-type': type }),
        },
        ...(type === null ? {} : { body: written(type, withIds(example, ids)) }),
      });
      // A stream ends when whoever listens goes.
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      const text = isStream ? '' : await response.text();
      if (isStream) await response.body?.cancel();
      const contentType = response.headers.get('content-type') ?? '';
      expect(undeclared(route, response.status, contentType, text)).toEqual([]);
      const refused = REFUSED_EXAMPLES[operationId];
      if (typeof refused === 'number') expect(response.status).toBe(refused);
      else if (refused !== undefined) expect(JSON.parse(text).code).toBe(refused);
      else expect(response.status, text).toBeLessThan(300);
    }
  });
});

async function furnish(workspace: Workspace): Promise<Ids> {
  const { message } = (
    await workspace.send({ message: 'Hi', recipientPhone: '+12025550100' }, { prefer: 'wait=0' })
  ).body;
  const { body: list } = await workspace.call<{ list: { _id: string } }>('POST', '/api/lists', {
    name: 'Autumn',
  });
  const { body: webhook } = await workspace.call<{ id: string }>('POST', '/api/webhooks', {
    url: 'https://example.com/hook',
    events: ['message.sent'],
    name: 'CRM',
  });
  const { body: dnc } = await workspace.call<{ entry: { _id: string } }>('POST', '/api/dnc', {
    email: 'grace@example.com',
  });
  const { body: requested } = await workspace.call('POST', '/api/line-requests', {
    firstName: 'Grace',
    lastName: 'Hopper',
    channelType: 'phone',
    lineType: 'byon',
    phone: '+12025550145',
    email: 'grace@example.com',
  });
  const { body: key } = await workspace.call<{ apiKey: { _id: string } }>('POST', '/api/api-keys', {
    name: 'n8n',
  });
  const [line, macLine] = workspace.lines;
  const { body: campaign } = await workspace.call<{ campaign: { _id: string } }>('POST', '/api/campaigns', {
    name: 'Autumn',
    lineIds: [line?._id],
    steps: [{ message: 'Hi' }],
  });
  return {
    campaign: campaign.campaign._id,
    // Made for those calls that speak of one.
    simulation: '',
    lead: message.leadId ?? '',
    message: message._id,
    line: line?._id ?? '',
    macLine: macLine?._id ?? '',
    list: list.list._id,
    webhook: webhook.id,
    dnc: dnc.entry._id,
    requested: String(requested.lineRequestId),
    apiKey: key.apiKey._id,
  };
}

/** What can only be done to a campaign that has come that far. */
async function prepareCampaign(workspace: Workspace, ids: Ids, operationId: string): Promise<void> {
  const before: Readonly<Record<string, readonly string[]>> = {
    pauseCampaign: ['launch'],
    resumeCampaign: ['launch', 'pause'],
    completeCampaign: ['launch'],
    addListToCampaign: ['launch'],
  };
  const path = `/api/campaigns/${ids.campaign}`;
  if (operationId === 'getCampaignAudience') await workspace.call('PATCH', path, { listId: ids.list });
  for (const move of before[operationId] ?? []) await workspace.call('POST', `${path}/${move}`);
  if (operationId.includes('Simulat') && operationId !== 'simulateCampaign') {
    const { body } = await workspace.call<{ simulation: { simulationId: string } }>(
      'POST',
      `${path}/simulate`,
      {},
      { prefer: 'wait=0' },
    );
    ids.simulation = body.simulation.simulationId;
  }
  if (operationId === 'stopCampaignLead') await workspace.call('POST', `${path}/leads`, { leadId: ids.lead });
}

/** Ids of examples become those of things that are there. */
function withIds(example: unknown, ids: Ids): unknown {
  const named: Record<string, string> = {
    leadId: ids.lead,
    messageId: ids.message,
    lineId: ids.line,
    listId: ids.list,
    campaignId: ids.campaign,
  };
  return JSON.parse(JSON.stringify(example), (key, value) =>
    key in named
      ? named[key]
      : key === 'lineIds'
        ? [ids.line]
        : key === 'ids' || key === 'leadIds'
          ? [ids.lead]
          : value,
  );
}

function pathOf({ parameters = [] }: Printed, path: string, operationId: string, ids: Ids): string {
  const what: readonly (readonly [RegExp, keyof Ids])[] = [
    // The other one has a message that waits.
    [/PairingCode|Device|deleteLine/, 'macLine'],
    [/^\/api\/lines/, 'line'],
    [/^\/api\/line-requests/, 'requested'],
    [/^\/api\/api-keys/, 'apiKey'],
    [/^\/api\/(leads|conversations)/, 'lead'],
    [/^\/api\/lists/, 'list'],
    [/^\/api\/webhooks/, 'webhook'],
    [/^\/api\/messages/, 'message'],
  ];
  const here = what.find(([pattern]) => pattern.test(path) || pattern.test(operationId))?.[1];
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (path.startsWith('/api/campaigns/') && name === 'id') return ids.campaign;
    if (path.startsWith('/api/campaigns/') && name === 'leadId') return ids.lead;
    if (name === 'simulationId') return ids.simulation;
    if ((name === 'id' || name === 'leadId') && here !== undefined) return ids[here];
    const found = parameters.find((each) => each.in === 'path' && each.name === name);
    if (name === 'sid') return `SM00000000${ids.message}`;
    return encodeURIComponent(found?.example ?? found?.schema.example ?? '');
  });
}

function written(type: string, example: unknown): string | FormData | URLSearchParams {
  if (type === 'application/json') return JSON.stringify(example);
  if (type === 'application/x-www-form-urlencoded')
    return new URLSearchParams(example as Record<string, string>);
  if (type === 'text/csv') return String(example);
  const form = new FormData();
  form.set('file', new Blob([(example as { file: string }).file]), 'example.csv');
  return form;
}
