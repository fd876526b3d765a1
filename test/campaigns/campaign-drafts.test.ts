/** Campaigns as they are written, and read back (contract 2.8, D38). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CampaignAnswer, CampaignsAnswer } from '../../src/contract/campaigns/campaigns.ts';
import { type CampaignCalls, campaignCalls, STEPS } from '../campaign-calls.ts';
import { addLeads } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { bill, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
let calls: CampaignCalls;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app);
  calls = campaignCalls(ws);
});
afterAll(() => app.close());

const lineIds = () => ws.lines.map(({ _id }) => _id);

describe('writing', () => {
  test('a campaign is made with all that was given, and read as it was made', async () => {
    const { listId } = await addLeads(ws, 1);
    const steps = [
      {
        key: 'hello',
        message: 'Hi {firstName|there}',
        subject: null,
        smsMessage: 'Hi!',
        attachmentUrls: ['https://example.com/a.png'],
        attachmentNames: ['menu.png'],
        wait: { value: 0, unit: 's' },
        onlyNonResponders: false,
        stopConditions: [],
        branches: [
          { condition: { id: 'yes', type: 'replied_with', keywords: ['yes', 'sure'] }, to: 'thanks' },
          { condition: { id: 'quiet', type: 'no_reply_for', wait: { value: 3, unit: 'd' } }, to: 'end' },
        ],
        next: null,
      },
      {
        key: 'again',
        message: 'Still there?',
        subject: null,
        smsMessage: null,
        attachmentUrls: [],
        attachmentNames: [],
        wait: { value: 2, unit: 'd' },
        onlyNonResponders: true,
        stopConditions: [
          { id: 'vip', type: 'tag', tag: 'vip', is: 'present' },
          { id: 'old', type: 'field', field: 'customFields.age', operator: 'gte', value: 90 },
          { id: 'known', type: 'contacted_before', scope: 'any_campaign' },
          { id: 'out', type: 'dnc' },
          { id: 'any', type: 'replied' },
        ],
        branches: [],
        next: 'end',
      },
      {
        key: 'thanks',
        message: 'Thanks!',
        subject: null,
        smsMessage: null,
        attachmentUrls: [],
        attachmentNames: [],
        wait: { value: 1, unit: 'min' },
        onlyNonResponders: false,
        stopConditions: [],
        branches: [],
        next: null,
      },
    ];
    const given = {
      name: 'Spring',
      listId,
      lineIds: lineIds(),
      messageType: 'imessage',
      schedule: {
        timezone: 'lead',
        fallbackTimezone: 'Europe/Berlin',
        sendWindowStart: '09:00',
        sendWindowEnd: '17:00',
        allowedDaysOfWeek: [1, 2, 3, 4, 5],
      },
      onReply: 'continue',
      allowReentry: true,
      newLeadsFirst: true,
      sendFallbackSmsOnFailed: false,
      steps,
    };
    const { status, body } = await calls.create({ ...given, colour: 'red' });
    expect(status).toBe(201);
    expect(body).toEqual({
      campaign: {
        ...given,
        _id: expect.stringMatching(/^[0-9a-f]{24}$/),
        workspaceId: ws.workspaceId,
        status: 'draft',
        progress: { total: 0, entering: null, active: 0, held: 0, finished: 0, stopped: 0, failed: 0 },
        pauseReason: null,
        startedAt: null,
        pausedAt: null,
        completedAt: null,
        archivedAt: null,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
      problems: [],
      warnings: ['Unknown field: colour'],
    });
    const again = await ws.call<CampaignAnswer>('GET', `/api/campaigns/${body.campaign._id}`);
    expect(again.body).toEqual({ ...body, warnings: [] });
    // What was read can be written back.
    expect((await calls.change(body.campaign._id, again.body.campaign)).body.campaign).toEqual({
      ...body.campaign,
      updatedAt: expect.any(String),
    });
  });

  test('a draft may lack everything but a name, and says what stands in the way of its launch', async () => {
    const { status, body } = await calls.create();
    expect(status).toBe(201);
    expect(body.campaign).toMatchObject({ status: 'draft', steps: [], lineIds: [], listId: null });
    expect(body.problems).toEqual([
      { param: 'lineIds', error: 'must name at least one line' },
      { param: 'steps', error: 'must hold at least one step' },
    ]);
    expect(await calls.create({ name: ' ' })).toMatchObject({ status: 400, body: { param: 'name' } });
  });

  test('steps and conditions without a name get one that is free', async () => {
    const replied = { type: 'replied' };
    const { body } = await calls.create({
      steps: [
        { message: 'A' },
        { key: 'step_3', message: 'B', stopConditions: [replied, { ...replied, id: 'mine' }, replied] },
        { message: 'C', branches: [{ condition: replied, to: 'end' }] },
      ],
    });
    expect(body.campaign.steps.map(({ key }) => key)).toEqual(['step_1', 'step_3', 'step_4']);
    expect(body.campaign.steps[1]?.stopConditions.map(({ id }) => id)).toEqual([
      'step_3_stop_1',
      'mine',
      'step_3_stop_3',
    ]);
    expect(body.campaign.steps[2]?.branches[0]?.condition.id).toBe('step_4_branch_1');
  });

  test('what cannot be read is told at once, all of it, each with its place', async () => {
    const { status, body } = await calls.create({
      name: 7,
      lineIds: ['x'],
      schedule: { timezone: 'Mars/Olympus' },
      onReply: 'maybe',
      steps: [
        { message: 5, wait: { value: -1, unit: 'd' } },
        'step',
        {
          message: 'B',
          stopConditions: [{ type: 'weather' }, { type: 'field', field: 'firstName', operator: 'like' }, 1],
          branches: [
            { to: 'end' },
            { condition: { type: 'http', url: 'ftp://x', operator: 'eq' }, to: 'end' },
          ],
        },
      ],
    });
    expect(status).toBe(400);
    expect(body.code).toBe('INVALID_CAMPAIGN');
    expect(body.error).toMatch(/^\d+ things are wrong with the campaign; the first: name: must be a string$/);
    expect(body.problems?.map(({ param }) => param)).toEqual([
      'name',
      'lineIds[0]',
      'schedule.timezone',
      'onReply',
      'steps[0].message',
      'steps[0].wait.value',
      'steps[1]',
      'steps[2].stopConditions[0].type',
      'steps[2].stopConditions[1].operator',
      'steps[2].stopConditions[2]',
      'steps[2].branches[0].condition',
      'steps[2].branches[1].condition.url',
    ]);
    expect(body.problems?.at(-1)?.error).toContain('must begin with http:// or https://');
  });

  test.each([
    'http://127.0.0.1/x',
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://localhost:8080/',
    'http://user:word@example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ])('an HTTP condition does not ask %s', async (url) => {
    const condition = { type: 'http', url, operator: 'exists' };
    const { status, body } = await calls.create({
      steps: [{ message: 'A' }, { message: 'B', stopConditions: [condition] }],
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_CAMPAIGN', param: 'steps[1].stopConditions[0].url' });
  });

  test('one Idempotency-Key makes one campaign', async () => {
    const headers = { 'idempotency-key': 'spring' };
    const first = await calls.create({ steps: STEPS }, headers);
    const second = await calls.create({ steps: STEPS }, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await calls.create({ steps: [] }, headers)).toMatchObject({
      status: 409,
      body: { code: 'idempotency_mismatch' },
    });
    expect((await ws.call<CampaignsAnswer>('GET', '/api/campaigns')).body.campaigns).toHaveLength(1);
  });

  test('campaigns are listed newest first, in pages, and by status', async () => {
    const ids = [await calls.draft(), await calls.draft(), await calls.launched()].reverse();
    const page = async (query: string) =>
      (await ws.call<CampaignsAnswer>('GET', `/api/campaigns${query}`)).body;
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${first.nextCursor}`);
    expect([...first.campaigns, ...second.campaigns].map(({ _id }) => _id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    expect((await page('?status=active')).campaigns.map(({ _id }) => _id)).toEqual([ids[0]]);
    expect(await ws.call('GET', '/api/campaigns?status=odd')).toMatchObject({
      status: 400,
      body: { param: 'status' },
    });
  });

  test('a workspace whose payment is past due writes nothing, and reads', async () => {
    const id = await calls.draft();
    await bill(app, ws, 'past_due');
    expect((await ws.call('GET', `/api/campaigns/${id}`)).status).toBe(200);
    for (const answer of [
      await calls.create(),
      await calls.change(id, { name: 'x' }),
      await calls.move(id, 'launch'),
    ])
      expect(answer).toMatchObject({ status: 402, body: { error: 'READ_ONLY' } });
  });
});

describe('headers of HTTP conditions', () => {
  const asking = (headers?: object | null, url = 'https://crm.example.com/leads?email={email}') => [
    { key: 'a', message: 'A' },
    {
      key: 'b',
      message: 'B',
      stopConditions: [
        { id: 'crm', type: 'http', url, path: 'stage', operator: 'eq', value: 'won', headers },
      ],
    },
  ];
  const setOf = ({ campaign }: CampaignAnswer) => {
    const condition = campaign.steps[1]?.stopConditions[0];
    return condition?.type === 'http' ? condition.headersSet : null;
  };

  test('are kept encrypted and never answered, only their names', async () => {
    const { body } = await calls.create({
      steps: asking({ Authorization: 'Bearer hush-hush', 'X-Team': 'red' }),
    });
    expect(setOf(body)).toEqual(['authorization', 'x-team']);
    expect(JSON.stringify(body)).not.toContain('hush');
    const [row] = await read<{ row: string }>(
      app,
      `SELECT c::text AS row FROM campaigns c WHERE workspace_id = $1`,
      [ws.workspaceId],
    );
    expect(row?.row).not.toContain('hush');
    const log = await ws.call('GET', '/api/audit-log?entity=campaign');
    expect(JSON.stringify(log.body)).not.toContain('hush');
  });

  test('stay when they are not given again, go when they are given as {}, and do not follow to another server', async () => {
    const { campaign } = (await calls.create({ steps: asking({ 'x-key': 'hush' }) })).body;
    const { _id: id } = campaign;
    expect(setOf((await calls.change(id, { steps: campaign.steps })).body)).toEqual(['x-key']);
    const moved = 'https://crm.example.com/people';
    expect(setOf((await calls.change(id, { steps: asking(undefined, moved) })).body)).toEqual(['x-key']);
    const elsewhere = await calls.change(id, { steps: asking(undefined, 'https://evil.example.com/') });
    expect(elsewhere).toMatchObject({ status: 400, body: { param: 'steps[1].stopConditions[0].headers' } });
    expect(setOf((await calls.change(id, { steps: asking({}, 'https://other.example.com/') })).body)).toEqual(
      [],
    );
  });

  test.each([{ host: 'x' }, { 'bad name': 'x' }, { 'x-a': 'two\r\nx-b: lines' }, { 'x-a': 7 }])(
    'are refused as %j',
    async (headers) => {
      expect(await calls.create({ steps: asking(headers) })).toMatchObject({
        status: 400,
        body: { param: 'steps[1].stopConditions[0].headers' },
      });
    },
  );
});
