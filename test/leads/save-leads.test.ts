/** `POST /api/leads`: many leads in one call (contract 3.2, D4, D7). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  DuplicateLeadsAnswer,
  Lead,
  LeadAnswer,
  SavedLeadsAnswer,
} from '../../src/contract/leads/leads.ts';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner } from '../people.ts';
import { until } from '../until.ts';
import { bill, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
/** A second process on the same database. */
let other: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp();
  other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
});
beforeEach(async () => {
  ws = await openWorkspace(app, { lines: [] });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

type Saved = SavedLeadsAnswer & Partial<Omit<DuplicateLeadsAnswer, 'message'>>;
const save = (leads: unknown, more: object = {}, headers: Record<string, string> = {}) =>
  ws.call<Saved & { code?: string; error?: string; rows?: object[] }>(
    'POST',
    '/api/leads',
    { leads, ...more },
    headers,
  );
const lead = async (id: string): Promise<Lead> =>
  (await ws.call<LeadAnswer>('GET', `/api/leads?id=${id}`)).body.lead;
const count = async () =>
  (
    await read<{ n: number }>(app, 'SELECT count(*)::int AS n FROM leads WHERE workspace_id = $1', [
      ws.workspaceId,
    ])
  )[0]?.n;

describe('saving leads', () => {
  test('answers as documented, and stores every field', async () => {
    const given = {
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: ' Ada@Example.COM ',
      phone: '(202) 555-0143',
      altPhone1: '2025550144',
      altEmail2: 'second@example.com',
      companyName: 'Analytical Engines',
      jobTitle: 'Countess',
      linkedinUrl: 'https://www.linkedin.com/in/ada',
      notes: 'first line\nsecond line',
      customFields: { plan: 'gold', seats: 3 },
      externalId: 'x-1',
      hsContactId: 'hs1',
      ghlContactId: 'ghl1',
      contactOwnerEmail: 'Owner@Example.com',
      tags: ['vip', 'vip', 'uk'],
    };
    const { status, body } = await save([given], { source: 'api', ghlLocationId: 'loc' });
    expect(status).toBe(201);
    expect(body).toEqual({
      message: 'Leads saved successfully',
      savedCount: 1,
      duplicateCount: 0,
      totalProcessed: 1,
      listId: expect.any(String),
      leadId: body.leadIds[0],
      leadIds: [expect.stringMatching(/^[0-9a-f]{24}$/)],
      leadListIds: [body.listId],
      ghlContactId: 'ghl1',
      ghlLocationId: 'loc',
      hsPortalId: null,
      hsContactId: 'hs1',
      warnings: [],
    });
    const { leadId, listId } = body;
    expect(await lead(leadId)).toMatchObject({
      ...given,
      _id: leadId,
      listId,
      email: 'ada@example.com',
      phone: '+12025550143',
      altPhone1: '+12025550144',
      contactOwnerEmail: 'owner@example.com',
      tags: ['vip', 'uk'],
      source: 'api',
      availabilityStatus: null,
    });
    const { list } = (await ws.call<ListAnswer>('GET', `/api/lists/${listId}`)).body;
    expect(list).toMatchObject({ name: 'Quick Sends', description: 'Quick send messages', leadCount: 1 });
    expect(
      await read(app, 'SELECT address FROM lead_addresses WHERE workspace_id = $1 ORDER BY address', [
        ws.workspaceId,
      ]),
    ).toEqual(
      ['+12025550143', '+12025550144', 'ada@example.com', 'second@example.com'].map((address) => ({
        address,
      })),
    );
  });

  test('takes `body` for `leads`, defaults the source, and warns of fields it does not know', async () => {
    const { status, body } = await ws.call<Saved>('POST', '/api/leads', {
      body: [
        { phone: newPhone(), colour: 'red' },
        { email: newEmail(), colour: 'blue' },
      ],
      shape: 1,
    });
    expect(status).toBe(201);
    expect(body.warnings).toEqual(['Unknown field: shape', 'Unknown field in leads: colour']);
    expect((await lead(body.leadId)).source).toBe('csv');
  });

  test('completes numbers by defaultCountryCode, and puts leads into the list named', async () => {
    const { list } = (await ws.call<ListAnswer>('POST', '/api/lists', { name: 'Spring' })).body;
    const { body } = await save([{ phone: '7700 900 123' }, { phone: '+12025550100' }], {
      defaultCountryCode: '+44',
      listId: list._id,
    });
    expect(body.listId).toBe(list._id);
    expect(body.leadListIds).toEqual([list._id, list._id]);
    expect((await Promise.all(body.leadIds.map(lead))).map(({ phone }) => phone)).toEqual([
      '+447700900123',
      '+12025550100',
    ]);
  });

  describe('gives each lead the contact owner that it names, or the call, if that is a member', () => {
    const STRANGER = 'stranger@example.com';
    const owners = async (each: readonly unknown[], more: object = {}) => {
      const leads = each.map((contactOwnerEmail) => ({ phone: newPhone(), contactOwnerEmail }));
      const { body } = await save(leads, more);
      return (await Promise.all(body.leadIds.map(lead))).map(({ contactOwnerEmail }) => contactOwnerEmail);
    };

    test('and otherwise the first member of the workspace', async () => {
      ws = await openWorkspace(app);
      const boss = await openOwner(app, ws);
      const { email: member } = await openMember(app, boss, 'member');
      app.deps.snapshots.forget(ws.workspaceId);
      const given = [member.toUpperCase(), null, undefined, 'nonsense', STRANGER];
      expect(await owners(given)).toEqual([member, null, boss.email, boss.email, boss.email]);
      expect(await owners([boss.email, null, undefined, STRANGER], { contactOwnerEmail: member })).toEqual([
        boss.email,
        null,
        member,
        member,
      ]);
      expect(await owners([undefined], { contactOwnerEmail: STRANGER })).toEqual([boss.email]);
    });

    test('whoever that is, where nobody signs in', async () => {
      ws = await openWorkspace(app);
      expect(await owners([STRANGER, null, undefined])).toEqual([STRANGER, null, null]);
    });

    test('also when who is there already is updated, and when a lead is changed', async () => {
      ws = await openWorkspace(app);
      const boss = await openOwner(app, ws);
      const { email: member } = await openMember(app, boss, 'viewer');
      app.deps.snapshots.forget(ws.workspaceId);
      const phone = newPhone();
      const { leadId } = (await save([{ phone, contactOwnerEmail: member }])).body;
      const update = { onDuplicate: 'update' };
      await save([{ phone, contactOwnerEmail: STRANGER, firstName: 'Ada' }], update);
      expect(await lead(leadId)).toMatchObject({ firstName: 'Ada', contactOwnerEmail: member });
      await save([{ phone, contactOwnerEmail: boss.email }], update);
      expect((await lead(leadId)).contactOwnerEmail).toBe(boss.email);
      const change = (contactOwnerEmail: string | null) =>
        ws.call('PATCH', `/api/leads/${leadId}`, { contactOwnerEmail });
      await change(member);
      expect((await lead(leadId)).contactOwnerEmail).toBe(member);
      await change(STRANGER);
      expect((await lead(leadId)).contactOwnerEmail).toBe(boss.email);
      await change(null);
      expect((await lead(leadId)).contactOwnerEmail).toBeNull();
    });
  });

  test('has new leads checked in the background', async () => {
    ws = await openWorkspace(app);
    const { body } = await save([{ phone: newPhone() }]);
    await until('it is checked', async () => (await lead(body.leadId)).availabilityStatus === 'available');
  });

  test('of ten thousand answers with all of them, in the order given', async () => {
    const leads = Array.from({ length: 10_000 }, (_, n) => ({
      phone: `+1415${String(2_000_000 + ((n * 7_919) % 10_000))}`,
      firstName: `N${n}`,
    }));
    const { status, body } = await save(leads);
    expect(status).toBe(201);
    expect(body).toMatchObject({ savedCount: 10_000, totalProcessed: 10_000 });
    const rows = await read<{ name: string }>(
      app,
      'SELECT l.first_name AS name FROM unnest($2::text[]) WITH ORDINALITY u(id, n) JOIN leads l ON l.id = u.id WHERE l.workspace_id = $1 ORDER BY u.n',
      [ws.workspaceId, body.leadIds],
    );
    expect(rows.map(({ name }) => name)).toEqual(leads.map(({ firstName }) => firstName));
    const again = await save(leads);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ duplicateOnly: true, duplicateCount: 10_000, savedCount: 0 });
  });
});

describe('duplicates', () => {
  test('within the call and against the list, by phone or by email, are told and not made again', async () => {
    const [phone, email] = [newPhone(), newEmail()];
    const first = await save([{ phone, email, firstName: 'First' }]);
    const { status, body } = await save([
      { phone, firstName: 'Same phone' },
      { email: email.toUpperCase() },
      { phone: '+12025550188' },
      { phone: '202-555-0188', email: newEmail() },
    ]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ savedCount: 1, duplicateCount: 3, totalProcessed: 4 });
    expect(body.leadIds).toHaveLength(1);
    expect(body.duplicates).toEqual([
      {
        index: 0,
        input: { phone, firstName: 'Same phone' },
        existingLead: expect.objectContaining({ _id: first.body.leadId, firstName: 'First' }),
      },
      {
        index: 1,
        input: { email: email.toUpperCase() },
        existingLead: expect.objectContaining({ _id: first.body.leadId }),
      },
      expect.objectContaining({ index: 3, existingLead: expect.objectContaining({ _id: body.leadId }) }),
    ]);
    expect(await count()).toBe(2);
  });

  test('alone are 200, with the existing leads, in the documented words', async () => {
    const phone = newPhone();
    const { body: first } = await save([{ phone, hsContactId: 'hs7' }]);
    const { status, body } = await save([{ phone }, { phone }]);
    expect(status).toBe(200);
    expect(body).toEqual({
      message: 'Lead was a duplicate; existing lead ID returned.',
      duplicateOnly: true,
      savedCount: 0,
      duplicateCount: 2,
      totalProcessed: 2,
      listId: first.listId,
      leadId: first.leadId,
      existingLeadIds: [first.leadId],
      leadIds: [first.leadId],
      ghlContactId: null,
      ghlLocationId: null,
      hsPortalId: null,
      hsContactId: 'hs7',
      duplicates: [expect.objectContaining({ index: 0 }), expect.objectContaining({ index: 1 })],
      warnings: [],
    });
  });

  test('of another list are none', async () => {
    const { list } = (await ws.call<ListAnswer>('POST', '/api/lists', { name: 'Second' })).body;
    const phone = newPhone();
    await save([{ phone }]);
    expect((await save([{ phone }], { listId: list._id })).status).toBe(201);
  });

  test('by two processes at once are made once, whichever way round they come', async () => {
    const people = Array.from({ length: 300 }, () => ({ phone: newPhone(), email: newEmail() }));
    const elsewhere = openClient(other.url, ws.key);
    const answers = await Promise.all(
      [people, people.toReversed(), people, people.toReversed()].map((leads, index) =>
        (index % 2 === 0 ? ws : elsewhere).call<Saved>('POST', '/api/leads', { leads }),
      ),
    );
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const saved = answers.reduce((sum, { body }) => sum + body.savedCount, 0);
    const known = answers.reduce((sum, { body }) => sum + body.duplicateCount, 0);
    expect([saved, known]).toEqual([300, 900]);
    expect(await count()).toBe(300);
  });

  test('that cross, phone of one and email of another, settle without waiting for each other for ever', async () => {
    const [phones, emails] = [Array.from({ length: 50 }, newPhone), Array.from({ length: 50 }, newEmail)];
    const pair = (shift: number) => phones.map((phone, n) => ({ phone, email: emails[(n + shift) % 50] }));
    const answers = await Promise.all([0, 1, 2, 3].map((shift) => save(pair(shift))));
    for (const { status } of answers) expect([200, 201]).toContain(status);
    for (const { body } of answers) expect(body.savedCount + body.duplicateCount).toBe(50);
  });
});

describe('a call with something wrong in it', () => {
  test('saves nothing, and names every bad row', async () => {
    const { status, body } = await save([
      { phone: newPhone() },
      { phone: '12', email: 'nobody', firstName: 7 },
      { firstName: 'No address' },
      'text',
      { email: newEmail(), tags: 'vip' },
      { email: newEmail(), customFields: [] },
    ]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'INVALID_LEADS',
      error: '5 of 6 leads are not valid; none was saved',
      param: 'leads[1].phone',
    });
    expect(body.rows).toEqual([
      { index: 1, param: 'phone', error: 'phone must be a phone number in E.164 format, like +12025550100' },
      { index: 1, param: 'email', error: 'email must be an e-mail address, like name@example.com' },
      { index: 1, param: 'firstName', error: 'firstName must be a string' },
      { index: 2, param: 'phone', error: 'phone or email must be given' },
      { index: 3, param: '', error: 'must be an object' },
      { index: 4, param: 'tags', error: 'tags must be an array of strings' },
      { index: 5, param: 'customFields', error: 'customFields must be an object' },
    ]);
    expect(await count()).toBe(0);
  });

  test('of ten thousand names each of them, once', async () => {
    const { status, body } = await save(Array.from({ length: 10_000 }, () => ({ phone: 'x' })));
    expect(status).toBe(400);
    expect(body.error).toBe('10000 of 10000 leads are not valid; none was saved');
    expect(body.rows).toHaveLength(10_000);
    expect(new Set(body.rows?.map((row) => (row as { index: number }).index)).size).toBe(10_000);
  });

  test.each([
    [{}, 'leads array is required and must not be empty', 'LEADS_REQUIRED'],
    [{ leads: [] }, 'leads array is required and must not be empty', 'LEADS_REQUIRED'],
    [{ leads: {} }, 'leads array is required and must not be empty', 'LEADS_REQUIRED'],
    [{ leads: Array(10_001).fill({}) }, 'Maximum 10,000 leads per request', 'TOO_MANY_LEADS'],
    [
      { leads: [{ phone: '+12025550100' }], defaultCountryCode: 'UK' },
      'defaultCountryCode must be a country calling code, like +44',
      'INVALID_FIELD',
    ],
  ])('is refused in so many words', async (body, error, code) => {
    const answer = await ws.call('POST', '/api/leads', body);
    expect(answer).toMatchObject({ status: 400, body: { error, code } });
  });

  test.each(['f'.repeat(24), 'nonsense'])(
    'the list %s is not found, in the documented words',
    async (listId) => {
      expect(await save([{ phone: newPhone() }], { listId })).toMatchObject({
        status: 404,
        body: {
          error:
            'List not found. The specified listId does not exist or is invalid. Omit listId to use the Quick Sends list.',
          code: 'LEAD_LIST_NOT_FOUND',
        },
      });
    },
  );

  test('may be larger than other bodies, but not larger than 16 MB', async () => {
    const notes = 'x'.repeat(9_000);
    const leads = (n: number) => Array.from({ length: n }, () => ({ email: newEmail(), notes }));
    expect((await save(leads(500))).status).toBe(201);
    expect(await save(leads(2_000))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE', error: 'Request body must not be larger than 16 MB' },
    });
  });

  test('is 402 in a workspace that is past due, 403 for a key that may only read', async () => {
    await bill(app, ws, 'past_due');
    expect(await save([{ phone: newPhone() }])).toMatchObject({ status: 402, body: { error: 'READ_ONLY' } });
    ws = await openWorkspace(app, { lines: [], scopes: ['read'] });
    expect(await save([{ phone: newPhone() }])).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k1' };

  test('brings the first answer again, and saves nothing again', async () => {
    const leads = [{ phone: newPhone() }];
    const first = await save(leads, {}, key);
    const again = await save(leads, {}, key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect(await openClient(other.url, ws.key).call('POST', '/api/leads', { leads }, key)).toMatchObject({
      status: 201,
      body: { leadId: first.body.leadId },
    });
  });

  test('with another body is a mismatch', async () => {
    await save([{ phone: newPhone() }], {}, key);
    expect(await save([{ phone: newPhone() }], {}, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency_mismatch' },
    });
    expect(await count()).toBe(1);
  });

  test('used twice at once by two processes saves once', async () => {
    const leads = Array.from({ length: 200 }, () => ({ phone: newPhone() }));
    const elsewhere = openClient(other.url, ws.key);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        (n % 2 === 0 ? ws : elsewhere).call<Saved>('POST', '/api/leads', { leads }, key),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThanOrEqual(1);
    expect(new Set(made.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    expect(await count()).toBe(200);
  });

  test('after a refusal is fresh', async () => {
    expect((await save([{ phone: 'x' }], {}, key)).status).toBe(400);
    expect((await save([{ phone: newPhone() }], {}, key)).status).toBe(201);
  });
});
