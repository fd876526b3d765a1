/** HTTP conditions: whom they ask and what, what comes of each kind of answer, and that nobody else waits for them. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealHeaders } from '../../src/actions/campaigns/condition-headers.ts';
import { forgetOldAnswers } from '../../src/dispatcher/condition-questions.ts';
import type { Condition, HttpCondition, Step } from '../../src/domain/campaign/campaign.ts';
import { createGuardedFetch } from '../../src/lib/guarded-fetch.ts';
import {
  addCampaign,
  addLeads,
  change,
  entriesOf,
  launch,
  messagesOf,
  statusOf,
  step,
} from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { type LeapingClock, leapingClock } from '../leaping-clock.ts';
import { openQuestionServer, type QuestionServer } from '../question-server.ts';
import { until } from '../until.ts';
import { copiesIn, openWorkspace, read, type Workspace } from '../workspaces.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const QUICK = { deviceGapMs: 0, contactGapMs: 0 };
/** One message an hour: what is made next waits, as it would behind a long queue. */
const SLOW = { deviceGapMs: HOUR, contactGapMs: 0 };

let app: TestApp;
let clock: LeapingClock;
let server: QuestionServer;
let failNext: string | null = null;

beforeAll(async () => {
  server = await openQuestionServer();
  clock = leapingClock();
  // Of this machine's addresses one counts as public.
  const web = createGuardedFetch({
    allowPrivateHosts: false,
    isPublic: (address) => address === '127.0.0.1',
    lookup(host, _options, done) {
      done(null, [{ address: host.startsWith('inside') ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
    },
  });
  const checkpoint = (label: string) => {
    if (label !== failNext) return;
    failNext = null;
    throw new Error(`died at ${label}`);
  };
  app = await openApp({ clock, web, checkpoint });
});
afterAll(async () => {
  await app.close();
  await server.close();
});

function asks(path: string, wish: Partial<HttpCondition> & { id?: string } = {}): Condition {
  return {
    id: 'crm',
    type: 'http',
    url: `${server.url}${path}`,
    method: 'GET',
    body: null,
    path: 'won',
    operator: 'eq',
    value: 'true',
    ...wish,
  };
}

/** Hello at once; then, unless the server says that the deal is won, again. */
function guarded(condition: Condition, wait: Step['wait'] = { value: 1, unit: 's' }): Step[] {
  return [step('hello'), step('again', { wait, stopConditions: [condition] })];
}

interface Campaign {
  own: Workspace;
  id: string;
  leadIds: string[];
}

async function run(
  steps: Step[],
  {
    line = QUICK,
    leads = [{}],
    headers = {},
  }: { line?: object; leads?: Record<string, unknown>[]; headers?: Record<string, string> } = {},
): Promise<Campaign> {
  const own = await openWorkspace(app, { lines: [{ ...line }] });
  const { listId, leadIds } = await addLeads(own, leads.length, (n) => leads[n] ?? {});
  const id = await addCampaign(app, own, { listId, steps });
  const secret = sealHeaders(app.deps.secrets, own.workspaceId, id, { crm: headers });
  await change(app, own, id, { secret });
  await launch(app, own, id);
  return { own, id, leadIds };
}

const entryOf = async ({ own, id }: Campaign) => (await entriesOf(app, own, id))[0];
const textsIn = async ({ own }: Campaign) => (await copiesIn(app, own)).map(({ message }) => message);
const isComplete = (campaign: Campaign) =>
  until('it is complete', async () => (await statusOf(app, campaign.own, campaign.id)) === 'completed');
const isOut = (campaign: Campaign, key: string) =>
  until(`${key} is out`, async () => (await textsIn(campaign)).includes(`${key} for Lead0`));
const waits = (campaign: Campaign, key: string) =>
  until(`${key} waits`, async () =>
    (await messagesOf(app, campaign.own, campaign.id)).find(
      ({ stepKey, status }) => stepKey === key && ['pending', 'queued'].includes(status),
    ),
  );
const isHeld = (campaign: Campaign) =>
  until('the contact is held', async () => {
    const entry = await entryOf(campaign);
    return entry?.status === 'held' ? entry : null;
  });
const askedAt = (path: string) => server.asked.filter((each) => each.path.split('?')[0] === path);

describe('a question', () => {
  test('names the contact as data, carries its sealed headers, and stops the step when the answer says so', async () => {
    server.says.set('/find', { won: true });
    const campaign = await run(guarded(asks('/find?name={firstName}&plan={{plan|none}}&id={leadId}')), {
      leads: [{ firstName: 'A&B #1', customFields: { plan: '?x=1' } }],
      headers: { 'X-Api-Key': 'k-secret' },
    });
    await until('the contact left', async () => (await entryOf(campaign))?.status === 'stopped');
    expect(await entryOf(campaign)).toMatchObject({
      reason: 'condition',
      detail: `127.0.0.1:${server.port} said so`,
    });
    const [asked] = askedAt('/find');
    const query = new URL(asked?.path ?? '', server.url).searchParams;
    expect(Object.fromEntries(query)).toEqual({ name: 'A&B #1', plan: '?x=1', id: campaign.leadIds[0] });
    expect(asked?.headers).toMatchObject({
      'x-api-key': 'k-secret',
      accept: 'application/json',
      'user-agent': 'Trunkline',
    });
    const stored = await read<{ secret: Buffer; steps: unknown }>(
      app,
      'SELECT secret, steps FROM campaigns WHERE id = $1',
      [campaign.id],
    );
    expect(JSON.stringify(stored) + stored[0]?.secret.toString('latin1')).not.toContain('k-secret');
    await isComplete(campaign);
  });

  test('by POST keeps the shape of its body, whatever the contact is called', async () => {
    server.says.set('/post', { result: { stage: [{ name: 'open' }] } });
    const condition = asks('/post', {
      method: 'POST',
      body: '{"who": "{{firstName}}", "admin": false}',
      path: 'result.stage[0].name',
      operator: 'neq',
      value: 'OPEN',
    });
    const campaign = await run(guarded(condition), { leads: [{ firstName: 'x", "admin": true, "y": "' }] });
    await until('both are out', async () => (await textsIn(campaign)).length === 2);
    const [asked] = askedAt('/post');
    expect(asked).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(asked?.body ?? '')).toEqual({ who: 'x", "admin": true, "y": "', admin: false });
  });

  test('decides on the way, once its target would be due', async () => {
    server.says.set('/way', { won: true });
    const steps = [
      step('hello', { branches: [{ condition: asks('/way'), to: 'thanks' }] }),
      step('again', { wait: { value: 2, unit: 'h' } }),
      step('thanks', { wait: { value: 1, unit: 'h' } }),
    ];
    const campaign = await run(steps);
    await until('it waits', async () => ((await entryOf(campaign))?.lookAt ?? 0) > clock.now());
    expect(askedAt('/way')).toEqual([]);
    clock.leap(HOUR);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'thanks for Lead0']);
  });

  test('is not asked twice within a minute, and is asked again when the step has waited longer', async () => {
    server.says.set('/twice', { won: false });
    server.says.set('/again', { won: false });
    const quick = await run(guarded(asks('/twice')));
    await isComplete(quick);
    expect(askedAt('/twice')).toHaveLength(1);
    const slow = await run(guarded(asks('/again')), { line: SLOW });
    await waits(slow, 'again');
    expect(askedAt('/again')).toHaveLength(1);
    const { id } = await waits(slow, 'again');
    clock.leap(2 * MINUTE);
    const gates = (await slow.own.explain(id)).gates;
    expect(gates.find(({ gate }) => gate === 'campaign_stop')).toMatchObject({
      state: 'passed',
      reason: 'Its HTTP conditions are asked just before it leaves.',
    });
    clock.leap(HOUR);
    await isComplete(slow);
    expect(askedAt('/again')).toHaveLength(2);
    expect(await textsIn(slow)).toEqual(['hello for Lead0', 'again for Lead0']);
  });

  test('survives whoever asked it', async () => {
    server.says.set('/dies', { won: false });
    failNext = 'condition.asked';
    const campaign = await run(guarded(asks('/dies')));
    await until('the asker died', () => failNext === null);
    clock.leap(30_000);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'again for Lead0']);
  });

  test('keeps at most twenty places of a workspace, and everybody gets an answer', async () => {
    let open = 0;
    let most = 0;
    server.says.set('/many', (response: ServerResponse) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end('{"won": false}');
      }, 30);
    });
    const campaign = await run(guarded(asks('/many')), { leads: Array.from({ length: 60 }, () => ({})) });
    await isComplete(campaign);
    expect(await textsIn(campaign)).toHaveLength(120);
    expect(most).toBeLessThanOrEqual(20);
    expect(askedAt('/many').length).toBeGreaterThanOrEqual(60);
  });
});

describe('a server that fails', () => {
  test('holds the step and says why, is asked ever more rarely, and the step goes on when it is well', async () => {
    server.says.set('/ill', (response: ServerResponse) => void response.writeHead(500).end());
    const campaign = await run(guarded(asks('/ill')));
    const pauses: number[] = [];
    for (let failures = 1; failures <= 6; failures += 1) {
      const entry = await until('it is held', async () => {
        const each = await entryOf(campaign);
        return askedAt('/ill').length === failures &&
          each?.status === 'held' &&
          (each.lookAt ?? 0) > clock.now()
          ? each
          : null;
      });
      expect(entry).toMatchObject({
        reason: 'http_condition',
        detail: `The question to 127.0.0.1:${server.port} failed: it answers 500`,
      });
      pauses.push(Math.round(((entry.lookAt ?? 0) - clock.now()) / MINUTE));
      if (failures < 6) clock.leap((entry.lookAt ?? 0) - clock.now());
    }
    expect(pauses).toEqual([1, 2, 5, 15, 60, 60]);
    server.says.set('/ill', { won: false });
    clock.leap(HOUR);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'again for Lead0']);
  });

  test('is asked no more once the condition is corrected: the step goes on at once', async () => {
    server.says.set('/wrong', (response: ServerResponse) => void response.writeHead(404).end());
    server.says.set('/right', { won: false });
    const campaign = await run(guarded(asks('/wrong')));
    await isHeld(campaign);
    const { status } = await campaign.own.call('PATCH', `/api/campaigns/${campaign.id}`, {
      steps: [
        { key: 'hello', message: 'hello' },
        {
          key: 'again',
          message: 'again for {firstName}',
          wait: { value: 1, unit: 's' },
          stopConditions: [asks('/right', { url: `http://crm.example:${server.port}/right` })],
        },
      ],
    });
    expect(status).toBe(200);
    await isOut(campaign, 'again');
  });

  test('that was edited while its server was waited for keeps no answer to what it asked before', async () => {
    let answerAtLast = () => {};
    server.says.set('/before', (response: ServerResponse) => {
      answerAtLast = () => void response.writeHead(200).end('{"won": true}');
    });
    server.says.set('/after', { won: false });
    const campaign = await run(guarded(asks('/before')));
    await until('it is asked', () => askedAt('/before').length > 0);
    const edited = guarded(asks('/after', { url: `http://crm.example:${server.port}/after` }));
    const { status } = await campaign.own.call('PATCH', `/api/campaigns/${campaign.id}`, {
      steps: edited.map(({ key, message, wait, stopConditions }) => ({ key, message, wait, stopConditions })),
    });
    expect(status).toBe(200);
    answerAtLast();
    await isOut(campaign, 'again');
  });

  test.concurrent.each<[string, (response: ServerResponse) => void, string]>([
    ['never', () => {}, 'no complete answer came within 10 seconds'],
    [
      'with a beginning alone',
      (response) => void response.writeHead(200).write('{"won":'),
      'no complete answer came within 10 seconds',
    ],
    [
      'with 5 MB',
      (response) => void response.end(`"${'x'.repeat(5_000_000)}"`),
      'its answer is larger than 256 KB',
    ],
    [
      'with 5 MB in little pieces',
      (response) => {
        const more = () => {
          while (response.write('x'.repeat(10_000)) && !response.destroyed);
          response.once('drain', more);
        };
        more();
      },
      'its answer is larger than 256 KB',
    ],
    ['with HTML', (response) => void response.end('<html>'), 'its answer is not JSON'],
    ['404', (response) => void response.writeHead(404).end('{}'), 'it answers 404'],
    ['by hanging up', (response) => void response.destroy(), 'other side closed'],
    [
      'with the way to an address inside',
      (response) => void response.writeHead(302, { location: `http://inside.example:${server.port}/` }).end(),
      'inside.example is not a public address',
    ],
    [
      'with the way in a circle',
      (response) => void response.writeHead(302, { location: response.req.url }).end(),
      'More than 3 redirects',
    ],
  ])('and answers %s', async (name, answer, sentence) => {
    const path = `/bad-${name.replaceAll(' ', '-')}`;
    server.says.set(path, answer);
    const campaign = await run(guarded(asks(path)));
    const entry = await isHeld(campaign);
    expect(entry).toMatchObject({
      reason: 'http_condition',
      detail: expect.stringMatching(
        new RegExp(`^The question to 127.0.0.1:${server.port} failed: .*${sentence}`),
      ),
    });
    expect(await textsIn(campaign)).toEqual(['hello for Lead0']);
  });

  test.each([
    'http://127.0.0.2',
    'http://inside.example',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]',
  ])('because %s is nobody’s business', async (url) => {
    const before = server.asked.length;
    const campaign = await run(
      guarded(asks('', { url: `${url}:${server.port}/`.replace('data:', 'data?') })),
    );
    expect((await isHeld(campaign)).detail).toMatch(/is not a public address$/);
    expect(server.asked).toHaveLength(before);
  });

  test('follows a way that leads on, without the secrets where it leads elsewhere', async () => {
    server.says.set('/moved', (response: ServerResponse) => {
      response.writeHead(301, { location: `http://elsewhere.example:${server.port}/new-place` }).end();
    });
    server.says.set('/new-place', { won: true });
    const campaign = await run(guarded(asks('/moved')), { headers: { 'x-api-key': 'k-secret' } });
    await until('the contact left', async () => (await entryOf(campaign))?.status === 'stopped');
    expect(askedAt('/new-place')[0]?.headers).not.toHaveProperty('x-api-key');
  });

  test('keeps none of its workspace’s neighbours waiting', async () => {
    server.says.set('/hangs', () => {});
    server.says.set('/well', { won: false });
    const ill = await run(guarded(asks('/hangs')), { leads: Array.from({ length: 60 }, () => ({})) });
    await until('it is asked', () => askedAt('/hangs').length > 0);
    const well = await run(guarded(asks('/well')));
    await isComplete(well);
    // All of them would take three times ten seconds.
    const held = (await entriesOf(app, ill.own, ill.id)).filter(({ status }) => status === 'held');
    expect(held.length).toBeLessThan(60);
    await change(app, ill.own, ill.id, { status: 'archived', archivedAt: clock.now() });
  });

  test('leaves no more places to whoever tries conditions', async () => {
    server.says.set('/fills', () => {});
    const full = await run(guarded(asks('/fills')), { leads: Array.from({ length: 25 }, () => ({})) });
    await until('all places are taken', () => askedAt('/fills').length === 20);
    const { body } = await full.own.call<{ results: { holds: null; error: string }[] }>(
      'POST',
      '/api/campaigns/evaluate-conditions',
      {
        leadId: full.leadIds[0],
        conditions: [asks('/fills', { url: `http://crm.example:${server.port}/fills` })],
      },
    );
    expect(body.results).toEqual([
      expect.objectContaining({
        holds: null,
        error: 'The workspace asks as many servers at once as it may; try again in a moment',
      }),
    ]);
    expect(askedAt('/fills')).toHaveLength(20);
    await change(app, full.own, full.id, { status: 'archived', archivedAt: clock.now() });
  });

  test('for one contact stops nobody else', async () => {
    server.says.set('/some', (response: ServerResponse) => {
      const isBad = response.req.url?.includes('Lead1') === true;
      response.writeHead(isBad ? 500 : 200).end('{"won": false}');
    });
    const campaign = await run(guarded(asks('/some?name={firstName}')), { leads: [{}, {}, {}] });
    await until(
      'the others are through',
      async () =>
        (await entriesOf(app, campaign.own, campaign.id)).filter(({ status }) => status === 'finished')
          .length === 2,
    );
    const held = (await entriesOf(app, campaign.own, campaign.id)).filter(({ status }) => status === 'held');
    expect(held).toHaveLength(1);
    expect(await statusOf(app, campaign.own, campaign.id)).toBe('active');
    expect((await textsIn(campaign)).toSorted()).toEqual([
      'again for Lead0',
      'again for Lead2',
      'hello for Lead0',
      'hello for Lead1',
      'hello for Lead2',
    ]);
  });
});

test('answers are forgotten after a day', async () => {
  server.says.set('/old', { won: false });
  const campaign = await run(guarded(asks('/old')));
  await isComplete(campaign);
  const kept = () => read(app, 'SELECT 1 FROM condition_answers WHERE campaign_id = $1', [campaign.id]);
  await forgetOldAnswers(app.deps);
  expect(await kept()).toHaveLength(1);
  clock.leap(25 * HOUR);
  await forgetOldAnswers(app.deps);
  expect(await kept()).toEqual([]);
});

describe('just before a step leaves', () => {
  test('the answer stops it under its lease, and gives back what it had taken', async () => {
    server.says.set('/late', { won: false });
    const campaign = await run(guarded(asks('/late')), { line: SLOW });
    const { id } = await waits(campaign, 'again');
    server.says.set('/late', { won: true });
    clock.leap(HOUR);
    expect(await campaign.own.reaches(id, 'cancelled')).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: `127.0.0.1:${server.port} said so`,
    });
    const types = (await campaign.own.timeline(id)).map(({ type }) => type);
    expect(types).toEqual(['message.accepted', 'message.sending', 'message.cancelled']);
    expect(await entryOf(campaign)).toMatchObject({ status: 'stopped', reason: 'condition' });
    expect(await textsIn(campaign)).toEqual(['hello for Lead0']);
    const [line] = await read<{ used: number }>(
      app,
      'SELECT total_messages_today AS used FROM lines WHERE workspace_id = $1',
      [campaign.own.workspaceId],
    );
    expect(line?.used).toBeLessThanOrEqual(1);
    await isComplete(campaign);
  });

  test('a failure sends it back to wait, with the contact held, and it goes when the server is well', async () => {
    server.says.set('/relapse', { won: false });
    const campaign = await run(guarded(asks('/relapse')), { line: SLOW });
    const { id } = await waits(campaign, 'again');
    server.says.set('/relapse', (response: ServerResponse) => void response.writeHead(503).end());
    clock.leap(HOUR);
    const entry = await isHeld(campaign);
    expect(entry).toMatchObject({
      stepKey: 'again',
      reason: 'http_condition',
      detail: expect.stringContaining('503'),
    });
    const message = await campaign.own.reaches(id, 'queued');
    expect(message.status).toBe('queued');
    expect((await campaign.own.timeline(id)).at(-1)).toMatchObject({
      type: 'message.retrying',
      data: { error: expect.stringContaining('it answers 503') },
    });
    const gate = (await campaign.own.explain(id)).gates.find((each) => each.gate === 'campaign_stop');
    expect(gate).toMatchObject({ state: 'blocked', reason: expect.stringContaining('it is asked again at') });
    server.says.set('/relapse', { won: false });
    clock.leap(2 * MINUTE);
    await isOut(campaign, 'again');
    await isComplete(campaign);
    expect((await entryOf(campaign))?.status).toBe('finished');
  });

  test('an answer that comes while the process dies is asked for again, and nothing leaves twice', async () => {
    server.says.set('/lost', { won: false });
    const campaign = await run(guarded(asks('/lost')), { line: SLOW });
    await waits(campaign, 'again');
    failNext = 'conditions.asked';
    clock.leap(HOUR);
    await until('it died', () => failNext === null);
    await until(
      'it waits again',
      async () => (await messagesOf(app, campaign.own, campaign.id)).at(-1)?.status === 'queued',
    );
    clock.leap(2 * MINUTE);
    await isComplete(campaign);
    expect(await textsIn(campaign)).toEqual(['hello for Lead0', 'again for Lead0']);
  });
});
