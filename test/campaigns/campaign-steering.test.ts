/** Campaigns launched, steered, and edited while they run (contract 7, D38). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCampaign } from '../../src/actions/campaigns/run-campaign.ts';
import { wakeNextWaiting } from '../../src/store/campaigns/campaign-entries.ts';
import { addLeadCounts, moved } from '../../src/store/leads/lead-counts.ts';
import { type CampaignCalls, campaignCalls, type Refused, STEPS } from '../campaign-calls.ts';
import { addLeads } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { addLine, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

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

describe('launching', () => {
  test('is refused with all that is in the way, each with its place', async () => {
    const other = await openWorkspace(app);
    const sms = await addLine(ws, { messageType: 'sms' });
    const off = await addLine(ws, { isActive: false });
    const empty = await ws.call<{ list: { _id: string } }>('POST', '/api/lists', { name: 'Empty' });
    const id = await calls.draft({
      listId: empty.body.list._id,
      lineIds: [other.lines[0]?._id, sms._id, off._id],
      sendFallbackSmsOnFailed: true,
      steps: [
        { key: 'a', message: '', stopConditions: [{ type: 'replied' }], next: 'nowhere' },
        {
          key: 'b',
          message: 'B',
          wait: { value: 10 * 366, unit: 'd' },
          stopConditions: [{ type: 'no_reply_for', wait: { value: 1, unit: 'd' } }],
          branches: [{ condition: { type: 'replied' }, to: 'a' }],
        },
        {
          key: 'b',
          message: 'C',
          stopConditions: [
            { type: 'field', field: 'shoeSize', operator: 'eq', value: 42 },
            { type: 'field', field: 'createdAt', operator: 'gt_date', value: 'soon' },
            { type: 'field', field: 'firstName', operator: 'exists', value: 'x' },
            { type: 'field', field: 'customFields.age', operator: 'gt', value: 'old' },
          ],
        },
      ],
    });
    const { status, body } = await calls.move(id, 'launch');
    expect(status).toBe(400);
    expect(body.code).toBe('INVALID_CAMPAIGN');
    expect(body.problems?.map(({ param }) => param)).toEqual([
      'lineIds[0]',
      'lineIds[1]',
      'lineIds[2]',
      'listId',
      'sendFallbackSmsOnFailed',
      'steps[2].key',
      'steps[0].message',
      'steps[0].stopConditions',
      'steps[0].next',
      'steps[1].wait',
      'steps[1].stopConditions[0].type',
      'steps[1].branches[0].to',
      'steps[2].stopConditions[0].field',
      'steps[2].stopConditions[1].value',
      'steps[2].stopConditions[2].value',
      'steps[2].stopConditions[3].value',
    ]);
    expect(await calls.find(id)).toMatchObject({
      campaign: { status: 'draft', startedAt: null },
      problems: body.problems,
    });
  });

  test('another workspace’s file stands in the way too', async () => {
    const other = await openWorkspace(app);
    const form = new FormData();
    form.set('file', new Blob(['secret']), 'secret.txt');
    const headers = { authorization: `Bearer ${other.key}` };
    const upload = await fetch(`${app.url}/api/attachments`, { method: 'POST', headers, body: form });
    const { url } = (await upload.json()) as { url: string };
    const id = await calls.draft({ steps: [{ message: 'A', attachmentUrls: [url] }] });
    expect((await calls.move(id, 'launch')).body.problems).toEqual([
      { param: 'steps[0].attachmentUrls[0]', error: 'Attachment URL does not belong to this organization' },
    ]);
  });

  test('sets the campaign active, and its list is to be entered', async () => {
    const { listId } = await addLeads(ws, 3);
    const id = await calls.launched({ listId });
    const { campaign } = await calls.find(id);
    expect(campaign).toMatchObject({ status: 'active', progress: { total: 0, entering: 3 } });
    expect(campaign.startedAt).toEqual(expect.any(String));
  });

  test('what is seldom meant is told, and stands in no way', async () => {
    const { body } = await calls.create({
      lineIds: lineIds(),
      steps: [
        { key: 'a', message: 'Hi {nickname} {team|all} {firstName}', subject: 'Hello', next: 'c' },
        { key: 'b', message: 'B' },
        { key: 'c', message: 'C' },
      ],
    });
    expect(body.problems).toEqual([]);
    expect(body.warnings).toEqual([
      'steps[0].subject is ignored for messageType imessage',
      'steps[0]: {nickname} is filled only for leads with a custom field nickname, and has no default',
      'steps[1].wait is 0: it follows the step before as soon as its line may send again',
      'steps[1]: no way leads to step b',
      'steps[2].wait is 0: it follows the step before as soon as its line may send again',
    ]);
  });
});

describe('steering', () => {
  const stateOf = async (id: string) => (await calls.find(id)).campaign.status;

  test('every state says yes or no to every move, and a move that was made already changes nothing', async () => {
    const to = {
      launch: 'active',
      pause: 'paused',
      resume: 'active',
      complete: 'completed',
      archive: 'archived',
    };
    const ways = {
      draft: [],
      active: ['launch'],
      paused: ['launch', 'pause'],
      completed: ['launch', 'complete'],
    };
    const allowed: Record<string, string[]> = {
      draft: ['launch', 'archive'],
      active: ['pause', 'complete', 'archive'],
      paused: ['resume', 'complete', 'archive'],
      completed: ['archive'],
      archived: [],
    };
    for (const [state, way] of Object.entries({ ...ways, archived: ['archive'] }))
      for (const [name, target] of Object.entries(to)) {
        const id = await calls.draft();
        for (const each of way) await calls.move(id, each);
        expect(await stateOf(id)).toBe(state);
        const { status, body } = await calls.move(id, name);
        const isThere = state === target;
        const may = isThere || allowed[state]?.includes(name);
        expect([state, name, status]).toEqual([state, name, may ? 200 : 409]);
        expect(await stateOf(id)).toBe(may ? target : state);
        if (!may)
          expect(body).toMatchObject({
            code: 'CAMPAIGN_STATE',
            reason: state,
            error: expect.stringContaining(`The campaign is ${state}`),
          });
      }
  });

  test('each move is in the audit log, with the key that made it', async () => {
    const id = await calls.launched();
    for (const each of ['pause', 'resume', 'complete', 'archive']) await calls.move(id, each);
    const log = await ws.call<{ entries: { action: string; route: string; after: object }[] }>(
      'GET',
      `/api/audit-log?entity=campaign&entityId=${id}`,
    );
    expect(log.body.entries.map(({ action }) => action)).toEqual([
      'archived',
      'completed',
      'resumed',
      'paused',
      'launched',
      'created',
    ]);
    expect(log.body.entries[4]).toMatchObject({
      route: 'POST /api/campaigns/{id}/launch',
      after: { status: 'active' },
    });
  });

  test('one that no line is left to is not resumed before it has one', async () => {
    const id = await calls.launched();
    await calls.move(id, 'pause');
    await ws.call('PATCH', `/api/lines/${lineIds()[0]}`, { isActive: false });
    expect(await calls.move(id, 'resume')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_CAMPAIGN', param: 'lineIds[0]' },
    });
    const line = await addLine(ws);
    expect((await calls.change(id, { lineIds: [...lineIds(), line._id] })).status).toBe(400);
    expect((await calls.change(id, { lineIds: [line._id] })).status).toBe(200);
    expect((await calls.move(id, 'resume')).body.campaign.status).toBe('active');
  });

  test('one whose lines are all down is not resumed to pause again', async () => {
    const id = await calls.launched();
    await calls.move(id, 'pause');
    const isDown = (is: boolean) =>
      read(app, 'UPDATE lines SET health_status = $2, down_since = $3 WHERE workspace_id = $1', [
        ws.workspaceId,
        is ? 'down' : 'healthy',
        is ? '2026-01-01T00:00:00Z' : null,
      ]);
    await isDown(true);
    expect(await calls.move(id, 'resume')).toMatchObject({
      status: 400,
      body: {
        code: 'INVALID_CAMPAIGN',
        problems: [{ param: 'lineIds[0]', error: expect.stringContaining('is down') }],
      },
    });
    expect((await calls.find(id)).campaign.status).toBe('paused');
    await isDown(false);
    expect((await calls.move(id, 'resume')).body.campaign.status).toBe('active');
  });

  test('completing one by hand tells who wants to know', async () => {
    const id = await calls.launched();
    await calls.move(id, 'complete');
    const events = await ws.call<{ events: { event: string; data: object }[] }>(
      'GET',
      '/api/events?types=campaign.completed',
    );
    expect(events.body.events).toMatchObject([{ event: 'campaign.completed', data: { campaignId: id } }]);
  });

  test('one that runs, or waits to run on, is not deleted', async () => {
    const id = await calls.launched();
    const remove = () => ws.call<Refused>('DELETE', `/api/campaigns/${id}`);
    expect(await remove()).toMatchObject({
      status: 409,
      body: { error: 'The campaign is active: complete or archive it before it is deleted' },
    });
    await calls.move(id, 'pause');
    expect((await remove()).body).toMatchObject({ code: 'CAMPAIGN_STATE', reason: 'paused' });
    await calls.move(id, 'archive');
    expect((await remove()).body).toEqual({ success: true });
    expect(await ws.call('GET', `/api/campaigns/${id}`)).toMatchObject({
      status: 404,
      body: { error: 'Campaign not found' },
    });
  });

  test('an archived one does not change any more', async () => {
    const id = await calls.draft();
    await calls.move(id, 'archive');
    expect(await calls.change(id, { name: 'New' })).toMatchObject({
      status: 409,
      body: { code: 'CAMPAIGN_ARCHIVED' },
    });
  });
});

describe('editing after the launch', () => {
  test('leads that wait are looked at anew, so many in one commit, whoever has ended left alone', async () => {
    const id = await calls.launched();
    const { workspaceId } = ws;
    await read(
      app,
      `INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, look_at, entered_at, updated_at)
       SELECT $1, $2, 'lead' || n, 1, CASE n WHEN 4 THEN 'stopped' ELSE 'active' END, CASE WHEN n <> 4 THEN now() + interval '9 days' END, now(), now()
       FROM generate_series(1, 5) n`,
      [workspaceId, id],
    );
    const now = app.deps.clock.now();
    const wake = (after: string) =>
      wakeNextWaiting(app.deps.database, workspaceId, id, { after, now, limit: 2 });
    const due = () =>
      read<{ id: string }>(
        app,
        'SELECT lead_id AS id FROM campaign_leads WHERE campaign_id = $1 AND look_at <= now() ORDER BY 1',
        [id],
      );
    expect(await wake('')).toBe('lead2');
    expect((await due()).map((each) => each.id)).toEqual(['lead1', 'lead2']);
    expect(await wake('lead2')).toBe('lead4');
    expect(await wake('lead4')).toBeNull();
    expect((await due()).map((each) => each.id)).toEqual(['lead1', 'lead2', 'lead3', 'lead5']);
    await calls.change(id, { steps: [{ key: 'hello', message: 'Hi again' }] });
    const [campaign] = await read(app, 'SELECT rechecking_after FROM campaigns WHERE id = $1', [id]);
    expect(campaign).toEqual({ rechecking_after: '' });
  });

  test('a line that was switched off since stands in the way of no new name', async () => {
    const id = await calls.launched();
    await ws.call('PATCH', `/api/lines/${lineIds()[0]}`, { isActive: false });
    expect((await calls.change(id, { name: 'Summer' })).body.campaign.name).toBe('Summer');
    expect(await calls.change(id, { lineIds: [] })).toMatchObject({
      status: 400,
      body: { param: 'lineIds' },
    });
  });

  test('what it was launched with stays: its list and its kind of message', async () => {
    const { listId } = await addLeads(ws, 1);
    const id = await calls.launched();
    const { body } = await calls.change(id, { listId, messageType: 'sms' });
    expect(body.problems?.map(({ param }) => param)).toEqual(['messageType', 'listId']);
  });

  test('steps need their keys, and one that leads stand on is kept', async () => {
    const id = await calls.launched();
    const { leadId } = (await calls.enter(id, { lead: { firstName: 'Ada', phone: newPhone() } })).body;
    await read(app, `UPDATE campaign_leads SET step_key = 'hello' WHERE lead_id = $1`, [leadId]);
    const stood = { status: 'active', stepKey: null, reason: null } as const;
    const changes = moved(id, stood, { ...stood, stepKey: 'hello' });
    await addLeadCounts(app.deps.database, ws.workspaceId, changes, app.deps.ids);
    const nameless = await calls.change(id, { steps: [{ message: 'Hi' }] });
    expect(nameless.body.problems?.map(({ error }) => error)).toEqual([
      'must each have their key once the campaign was launched: it tells which steps a lead had',
      'must keep step hello: 1 lead stands on it',
    ]);
    const kept = await calls.change(id, { steps: [{ ...STEPS[0], message: 'Hello!' }] });
    expect(kept.status).toBe(200);
    expect(kept.body.campaign.steps.map(({ message }) => message)).toEqual(['Hello!']);
  });

  test('names how many messages of each step are made already, and looks anew at who waits', async () => {
    const id = await calls.launched();
    const { leadId } = (await calls.enter(id, { lead: { firstName: 'Ada', phone: newPhone() } })).body;
    await read(app, "UPDATE campaign_leads SET look_at = now() + interval '9 days' WHERE lead_id = $1", [
      leadId,
    ]);
    const sent = await ws.send({ message: 'Hi', leadId }, { prefer: 'wait=0' });
    await read(
      app,
      `UPDATE messages SET campaign_id = $2, step_key = 'hello', step_index = 0, campaign_entry = 1 WHERE id = $1`,
      [sent.body.message._id, id],
    );
    const { body } = await calls.change(id, { steps: STEPS });
    expect(body.alreadyMade).toEqual([{ key: 'hello', stepIndex: 0, messages: 1 }]);
    await read(app, 'DELETE FROM messages WHERE id = $1', [sent.body.message._id]);
    expect((await runCampaign(app.deps, ws.workspaceId, id))?.advanced.looked).toBe(1);
    expect((await calls.change(id, { name: 'New' })).body.alreadyMade).toEqual([]);
  });
});

describe('a list that a campaign works on', () => {
  test('is not deleted before the campaign is over, even when it is empty by then', async () => {
    const { listId, leadIds } = await addLeads(ws, 1);
    const id = await calls.launched({ listId });
    await ws.call('DELETE', '/api/leads', { ids: leadIds });
    const remove = () => ws.call<Refused>('DELETE', `/api/lists/${listId}`);
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'LIST_IN_USE', reason: id } });
    await calls.move(id, 'pause');
    expect((await remove()).status).toBe(409);
    await calls.move(id, 'archive');
    expect((await remove()).body).toEqual({ success: true });
  });

  test('and a campaign is not launched on one that was deleted', async () => {
    const made = await ws.call<{ list: { _id: string } }>('POST', '/api/lists', { name: 'Gone' });
    const id = await calls.draft({ listId: made.body.list._id });
    await ws.call('DELETE', `/api/lists/${made.body.list._id}`);
    expect((await calls.move(id, 'launch')).body.problems).toEqual([
      { param: 'listId', error: 'must be a list of the workspace' },
    ]);
  });
});
