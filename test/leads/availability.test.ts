/** Availability asked for by callers who wait: every documented answer and refusal, quota, gap, and what is known. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/actions/workspace/bootstrap.ts';
import type { LeadAnswer } from '../../src/contract/leads/leads.ts';
import { openTown, type Town } from '../asking-carrier.ts';
import type { Answer } from '../client.ts';
import type { TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const DAY = 86_400_000;
const UNAVAILABLE = { availability: 'unavailable' } as const;
const FAILED = { availability: 'error', message: 'The Mac did not answer' } as const;

let town: Town;
let app: TestApp;

beforeAll(async () => {
  town = await openTown();
  app = await town.open();
});
afterAll(() => town.close());
beforeEach(() => {
  town.asked.length = 0;
});

const single = (ws: Workspace, address: string) =>
  town.passing(ws.call('GET', `/api/check-availability?address=${encodeURIComponent(address)}`));
const many = (ws: Workspace, addresses: string[]) =>
  town.passing(ws.call<{ results: object[] }>('POST', '/api/check-availability', { addresses }));
const reach = (ws: Workspace, body: object) =>
  town.passing(ws.call('POST', '/api/check-availability-rr', body));
const lead = (ws: Workspace, id: string) =>
  town.passing(ws.call('GET', `/api/leads/check-availability?id=${id}`));
const leads = (ws: Workspace, body: object) =>
  town.passing(ws.call('POST', '/api/leads/check-availability', body));

/** A lead that nobody has written to, and whose addresses nobody has asked for. */
async function newLead(ws: Workspace, addresses: Record<string, string | null> = {}): Promise<string> {
  const scheduledDate = new Date(town.clock.now() + 300 * DAY).toISOString();
  const message = await accept(ws, { recipientPhone: newPhone(), ...addresses, scheduledDate });
  await ws.call('POST', `/api/messages/${message._id}/cancel`);
  return message.leadId ?? '';
}

const leadOf = async (ws: Workspace, id: string) =>
  (await ws.call<LeadAnswer>('GET', `/api/leads?id=${id}`)).body.lead;

/** As after 70 checks of each line. */
async function useUp(ws: Workspace, checks = 70): Promise<void> {
  const today = new Date(town.clock.now()).toISOString().slice(0, 10);
  const sql = 'UPDATE lines SET checks_day = $2, checks_today = $3 WHERE workspace_id = $1';
  await read(app, sql, [ws.workspaceId, today, checks]);
}

async function usedOf(ws: Workspace): Promise<number[]> {
  const sql = 'SELECT checks_today AS used FROM lines WHERE workspace_id = $1 ORDER BY id';
  return (await read<{ used: number }>(app, sql, [ws.workspaceId])).map(({ used }) => used);
}

describe('a refusal is worded as documented', () => {
  let ws: Workspace;
  beforeAll(async () => {
    ws = await openWorkspace(app);
  });

  const ADDRESSES = '/api/check-availability';
  const LEADS = '/api/leads/check-availability';
  const RR = '/api/check-availability-rr';
  const REFUSALS: readonly (readonly [
    method: string,
    path: string,
    body: unknown,
    status: number,
    error: string,
  ])[] = [
    ['GET', ADDRESSES, undefined, 400, 'Address parameter is required (phone or email)'],
    ['GET', `${ADDRESSES}?address=`, undefined, 400, 'Address parameter is required (phone or email)'],
    ['GET', `${ADDRESSES}?address=%20`, undefined, 400, 'Address parameter is required (phone or email)'],
    ['POST', ADDRESSES, {}, 400, 'addresses array is required and must not be empty'],
    ['POST', ADDRESSES, { addresses: [] }, 400, 'addresses array is required and must not be empty'],
    [
      'POST',
      ADDRESSES,
      { addresses: null, address: ' ' },
      400,
      'addresses array is required and must not be empty',
    ],
    [
      'POST',
      ADDRESSES,
      { addresses: '+12025550100' },
      400,
      'addresses array is required and must not be empty',
    ],
    [
      'POST',
      ADDRESSES,
      { addresses: Array(101).fill('+12025550100') },
      400,
      'Maximum 100 addresses per request',
    ],
    ['GET', LEADS, undefined, 400, 'Lead ID is required'],
    ['GET', `${LEADS}?id=`, undefined, 400, 'Lead ID is required'],
    ['GET', `${LEADS}?id=nonsense`, undefined, 404, 'Lead not found'],
    ['GET', `${LEADS}?id=${'0'.repeat(24)}`, undefined, 404, 'Lead not found'],
    ['POST', LEADS, {}, 400, 'Either address or leadIds is required'],
    ['POST', LEADS, { address: '  ' }, 400, 'Either address or leadIds is required'],
    ['POST', LEADS, { leadIds: [] }, 400, 'Either address or leadIds is required'],
    ['POST', LEADS, { leadIds: ['nonsense'] }, 404, 'Lead not found'],
    ['POST', LEADS, { listId: '0'.repeat(24) }, 404, 'List not found'],
    ['POST', LEADS, { listId: 'nonsense' }, 404, 'List not found'],
  ];

  test.each(REFUSALS)('%s %s %j → %i %s', async (method, path, body, status, error) => {
    const answer = await ws.call(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      error,
      code: expect.any(String),
      requestId: expect.any(String),
      ...param(answer),
    });
    expect(town.asked).toEqual([]);
  });

  test.each([{}, { phones: [], emails: [] }, { phones: [null, ' '] }, { emails: null }])(
    'POST check-availability-rr %j → 400, in its own shape',
    async (body) => {
      const answer = await ws.call('POST', RR, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ available: false, reason: 'No phone or email addresses provided' });
    },
  );

  test.each([
    ['GET', `${ADDRESSES}?address=nobody`, undefined, 'address'],
    ['POST', ADDRESSES, { address: '12' }, 'address'],
    ['POST', ADDRESSES, { addresses: ['+12025550100', 'a@b'] }, 'addresses[1]'],
    ['POST', ADDRESSES, { addresses: [7] }, 'addresses'],
    ['POST', ADDRESSES, { address: '+12025550100', addresses: ['+12025550100'] }, 'addresses'],
    ['POST', LEADS, { address: 'nobody' }, 'address'],
    ['POST', LEADS, { leadIds: 'one' }, 'leadIds'],
    ['POST', LEADS, { leadIds: Array(10_001).fill('x') }, 'leadIds'],
    ['POST', RR, { phones: ['nobody'] }, 'phones[0]'],
  ])('%s %s %j names the field that is wrong', async (method, path, body, param) => {
    expect(await ws.call(method, path, body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD', param },
    });
  });

  test('without a key: 401', async () => {
    const answer = await fetch(`${app.url}${ADDRESSES}?address=%2B12025550100`, {
      headers: { authorization: `Bearer ${newApiKey()}` },
    });
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'Unauthorized' }]);
  });

  test.each([
    ['no line', []],
    ['no line for iMessage', [{ messageType: 'sms' }]],
    ['no active one', [{ isActive: false }]],
  ])('with %s: 400 Availability check server not configured', async (_, lines) => {
    const other = await openWorkspace(app, { lines });
    const configured = { error: 'Availability check server not configured', code: 'CHECK_NOT_CONFIGURED' };
    const phone = newPhone();
    const id = lines.length === 0 ? null : '0'.repeat(24);
    const { body: saved } = await other.call('POST', '/api/leads', { leads: [{ phone }] });
    const all = [
      await lead(other, String(saved.leadId)),
      await single(other, phone),
      await many(other, [phone]),
      await leads(other, { address: phone }),
      await leads(other, { leadIds: Array.from({ length: 11 }, (_value, n) => `${id}${n}`) }),
    ];
    for (const answer of all) expect(answer).toMatchObject({ status: 400, body: configured });
    expect(await reach(other, { phones: [phone] })).toMatchObject({
      status: 400,
      body: { available: false, reason: configured.error },
    });
  });

  function param({ body }: Answer): object {
    return 'param' in body ? { param: body.param } : {};
  }
});

describe('an address', () => {
  test('is answered in the documented shape, with where it is known from; what is known is not asked again', async () => {
    const ws = await openWorkspace(app);
    const [there, not] = [newPhone(), newEmail()];
    town.says.set(not, UNAVAILABLE);
    const lineId = ws.lines[0]?._id;
    const fresh = { cached: false, checkedAt: expect.any(String), lineId, error: null };
    expect((await single(ws, there)).body).toEqual({
      success: true,
      available: true,
      address: there,
      ...fresh,
    });
    expect((await single(ws, not)).body).toEqual({ success: true, available: false, address: not, ...fresh });
    const again = (await single(ws, there)).body;
    expect(again).toMatchObject({ success: true, available: true, address: there, cached: true, lineId });
    expect(await leads(ws, { address: there })).toMatchObject({
      status: 200,
      body: { success: true, available: true, address: there, cached: true },
    });
    expect((await ws.call('POST', '/api/check-availability', { address: not })).body).toMatchObject({
      success: true,
      results: [{ address: not, available: false, cached: true }],
    });
    expect(town.asked.map(({ address }) => address)).toEqual([there, not]);
    expect(await usedOf(ws)).toEqual([2]);
  });

  test('may come in any form; it comes back as it was asked for', async () => {
    const ws = await openWorkspace(app);
    const phone = newPhone();
    const loose = `(${phone.slice(2, 5)}) ${phone.slice(5)}`;
    // A plus that was not encoded is a blank by the time it arrives.
    const raw = await town.passing(ws.call('GET', `/api/check-availability?address=${phone}`));
    expect(raw.body).toMatchObject({ available: true, address: phone });
    expect((await many(ws, [loose])).body.results).toMatchObject([
      { address: loose, available: true, cached: true },
    ]);
    expect(town.asked).toHaveLength(1);
  });

  test('that is available is known for 30 days, one that is not for 7', async () => {
    const ws = await openWorkspace(app);
    const [there, not] = [newPhone(), newPhone()];
    town.says.set(not, UNAVAILABLE);
    const askedAfter = async (ms: number) => {
      town.clock.leap(ms);
      town.asked.length = 0;
      await many(ws, [there, not]);
      return town.asked.map(({ address }) => address);
    };
    expect(await askedAfter(0)).toEqual([there, not]);
    expect(await askedAfter(6 * DAY)).toEqual([]);
    expect(await askedAfter(DAY)).toEqual([not]);
    expect(await askedAfter(23 * DAY)).toEqual([there, not]);
  });

  test('whose check fails is not known: it says so, and is asked again', async () => {
    const ws = await openWorkspace(app);
    const phone = newPhone();
    town.says.set(phone, FAILED);
    for (let n = 0; n < 2; n += 1)
      expect(await single(ws, phone)).toMatchObject({
        status: 200,
        body: { success: false, available: false, address: phone, error: FAILED.message, checkedAt: null },
      });
    expect(await many(ws, [phone, newPhone()])).toMatchObject({
      status: 200,
      body: {
        success: true,
        results: [
          { available: false, error: FAILED.message },
          { available: true, error: null },
        ],
      },
    });
    expect(town.asked).toHaveLength(4);
  });

  test('is asked for once, however many want to know at the same time', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const phone = newPhone();
    const answers = await town.passing(
      Promise.all(
        Array.from({ length: 5 }, () =>
          ws.call('GET', `/api/check-availability?address=${encodeURIComponent(phone)}`),
        ),
      ),
    );
    for (const { body } of answers) expect(body).toMatchObject({ available: true });
    expect(town.asked).toHaveLength(1);
    expect((await usedOf(ws)).reduce((sum, used) => sum + used)).toBe(1);
  });
});

describe('several addresses', () => {
  test('are asked one after another, three seconds apart on a device, whichever of its lines asks; each once', async () => {
    const device = { deviceId: 'mac' };
    const ws = await openWorkspace(app, { lines: [device, device] });
    const addresses = [newPhone(), newEmail(), newPhone(), newPhone()];
    const { body } = await many(ws, [...addresses, addresses[0] ?? '']);
    expect(body.results).toMatchObject(
      [...addresses, addresses[0]].map((address, n) => ({ address, available: true, cached: n === 4 })),
    );
    expect(town.asked.map(({ address }) => address)).toEqual(addresses);
    expect(new Set(town.asked.map(({ lineId }) => lineId)).size).toBe(2);
    const instants = town.asked.map(({ at }) => at);
    for (const [n, at] of instants.entries())
      if (n > 0) expect(at - (instants[n - 1] ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test('are shared among lines and devices in turn', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}, {}] });
    await many(ws, Array.from({ length: 6 }, newPhone));
    const ids = ws.lines.map(({ _id }) => _id);
    expect(town.asked.map(({ lineId }) => lineId)).toEqual([...ids, ...ids]);
  });

  test('stop being asked when the caller hangs up; what was found out stays known', async () => {
    const ws = await openWorkspace(app);
    const addresses = Array.from({ length: 5 }, newPhone);
    const hangUp = new AbortController();
    const call = fetch(`${app.url}/api/check-availability`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ws.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ addresses }),
      signal: hangUp.signal,
    });
    call.catch(() => {});
    await until('two are asked', () => {
      town.clock.leap(100);
      return town.asked.length === 2;
    });
    hangUp.abort();
    await expect(call).rejects.toThrow();
    const other = await openWorkspace(app);
    // Time enough for three more; the other workspace's check shows that checks do go on.
    await many(other, Array.from({ length: 4 }, newPhone));
    expect(town.asked.filter(({ address }) => addresses.includes(address)).length).toBeLessThanOrEqual(3);
    await many(ws, addresses);
    expect(town.asked.filter(({ address }) => addresses.includes(address))).toHaveLength(5);
  });
});

describe('the first that is available', () => {
  test('is looked for among phones, then e-mail addresses', async () => {
    const ws = await openWorkspace(app);
    const [one, two] = [newPhone(), newPhone()];
    const [mail, late] = [newEmail(), newEmail()];
    for (const each of [one, two]) town.says.set(each, UNAVAILABLE);
    const { status, body } = await reach(ws, { emails: [mail, late], phones: [one, null, two] });
    expect(status).toBe(200);
    expect(body).toMatchObject({ available: true, address: mail });
    expect(town.asked.map(({ address }) => address)).toEqual([one, two, mail]);
  });

  test('may not exist: Contact not available on iMessage; or nobody can tell', async () => {
    const ws = await openWorkspace(app);
    const [not, unclear] = [newPhone(), newPhone()];
    town.says.set(not, UNAVAILABLE).set(unclear, FAILED);
    expect((await reach(ws, { phones: [not] })).body).toEqual({
      available: false,
      reason: 'Contact not available on iMessage',
      warnings: [],
    });
    expect((await reach(ws, { phones: [unclear, not] })).body).toMatchObject({
      available: false,
      reason: `The availability check failed: ${FAILED.message}`,
    });
  });
});

describe('the quota', () => {
  test('is 70 a day for each line, then every call says so; what is known is still answered, and sends go on', async () => {
    const ws = await openWorkspace(app);
    const [known, phone] = [newPhone(), newPhone()];
    await single(ws, known);
    const id = await newLead(ws);
    await useUp(ws, 69);
    await single(ws, newPhone());
    const exhausted = { error: 'Daily availability check quota exhausted', code: 'CHECK_QUOTA_EXHAUSTED' };
    const refused = [
      await single(ws, phone),
      await many(ws, [known, phone]),
      await leads(ws, { address: phone }),
      await lead(ws, id),
      await leads(ws, { leadIds: [id] }),
    ];
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 429, body: exhausted });
      expect(answer.headers.get('retry-after')).toBe('3600');
    }
    const rr = await reach(ws, { phones: [phone] });
    expect(rr).toMatchObject({ status: 429, body: { available: false, reason: exhausted.error } });
    expect(rr.headers.get('retry-after')).toBe('3600');
    expect(await many(ws, [known])).toMatchObject({ status: 200, body: { results: [{ cached: true }] } });

    // A send asks on its own account, and what it learns is known to all.
    const sent = await accept(ws, { recipientPhone: phone });
    await town.passing(ws.reaches(sent._id, 'sent'));
    expect(town.asked.at(-1)?.address).toBe(phone);
    expect(await single(ws, phone)).toMatchObject({ status: 200, body: { available: true, cached: true } });
    expect(await usedOf(ws)).toEqual([70]);
  });

  test('is each line’s own: while one has a check left it asks', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const sql = 'UPDATE lines SET checks_day = $2, checks_today = 70 WHERE id = $1';
    await read(app, sql, [ws.lines[0]?._id, new Date(town.clock.now()).toISOString().slice(0, 10)]);
    await many(ws, [newPhone(), newPhone()]);
    expect(town.asked.map(({ lineId }) => lineId)).toEqual(Array(2).fill(ws.lines[1]?._id));
  });

  test('begins anew at midnight UTC', async () => {
    const ws = await openWorkspace(app);
    await useUp(ws);
    const phone = newPhone();
    expect((await single(ws, phone)).status).toBe(429);
    town.clock.leap(DAY - (town.clock.now() % DAY));
    expect(await single(ws, phone)).toMatchObject({ status: 200, body: { available: true, cached: false } });
    expect(await usedOf(ws)).toEqual([1]);
  });
});

describe('a line', () => {
  test('that can’t check is found out, costs nothing, and is left out until somebody changes it', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    const [first, second] = ws.lines.map(({ _id }) => _id);
    town.cannotCheck.add(first ?? '');
    await many(ws, [newPhone(), newPhone(), newPhone()]);
    expect(town.asked.map(({ lineId }) => lineId)).toEqual(Array(3).fill(second));
    expect(await usedOf(ws)).toEqual([0, 3]);

    town.cannotCheck.add(second ?? '');
    expect(await single(ws, newPhone())).toMatchObject({
      status: 400,
      body: { code: 'CHECK_NOT_CONFIGURED' },
    });
    town.cannotCheck.delete(first ?? '');
    await ws.call('PATCH', `/api/lines/${first}`, { firstName: 'Mended' });
    expect(await single(ws, newPhone())).toMatchObject({ status: 200, body: { lineId: first } });
  });

  test('that is down is not asked', async () => {
    const ws = await openWorkspace(app, { lines: [{}, {}] });
    await read(app, "UPDATE lines SET health_status = 'down' WHERE id = $1", [ws.lines[0]?._id]);
    await many(ws, [newPhone(), newPhone()]);
    expect(town.asked.map(({ lineId }) => lineId)).toEqual(Array(2).fill(ws.lines[1]?._id));
  });
});

describe('a lead', () => {
  test('is available when any of its addresses is, asked in the order of sends; its status is written', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const altPhone1 = newPhone();
    const recipientEmail = newEmail();
    for (const each of [recipientPhone, altPhone1]) town.says.set(each, UNAVAILABLE);
    const crm = { ghlContactId: 'g1', ghlLocationId: 'g2', hsPortalId: 'h1', hsContactId: 'h2' };
    const id = await newLead(ws, { recipientPhone, altPhone1, recipientEmail, ...crm });
    const lineId = ws.lines[0]?._id;
    expect(await lead(ws, id)).toMatchObject({
      status: 200,
      body: {
        success: true,
        leadId: id,
        available: true,
        status: 'available',
        ...crm,
        address: recipientEmail,
        cached: false,
        lineId,
      },
    });
    expect(town.asked.map(({ address }) => address)).toEqual([recipientPhone, altPhone1, recipientEmail]);
    expect((await leadOf(ws, id)).availabilityStatus).toBe('available');
    expect((await lead(ws, id)).body).toMatchObject({ status: 'available', cached: true });
  });

  test('is not when none is, and unclear when a check fails', async () => {
    const ws = await openWorkspace(app);
    const [not, unclear] = [newPhone(), newPhone()];
    town.says.set(not, UNAVAILABLE).set(unclear, FAILED);
    const [one, other] = [
      await newLead(ws, { recipientPhone: not }),
      await newLead(ws, { recipientPhone: unclear }),
    ];
    expect((await lead(ws, one)).body).toMatchObject({
      success: true,
      available: false,
      status: 'unavailable',
    });
    expect((await lead(ws, other)).body).toMatchObject({
      available: false,
      status: 'error',
      error: FAILED.message,
    });
    expect((await leadOf(ws, one)).availabilityStatus).toBe('unavailable');
    expect((await leadOf(ws, other)).availabilityStatus).toBe('error');
  });

  test('is not asked for at addresses that opted out', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const id = await newLead(ws, { recipientPhone });
    await read(
      app,
      "INSERT INTO addresses (workspace_id, address, suppressed_at, suppressed_reason) VALUES ($1, $2, now(), 'manual')",
      [ws.workspaceId, recipientPhone],
    );
    expect((await lead(ws, id)).body).toMatchObject({ status: 'unavailable', address: null });
    expect(town.asked).toEqual([]);
  });

  test('is answered beside others of a small batch, in its documented shape', async () => {
    const ws = await openWorkspace(app);
    const [not, unclear] = [newPhone(), newPhone()];
    town.says.set(not, UNAVAILABLE).set(unclear, FAILED);
    const ids = [
      await newLead(ws),
      await newLead(ws, { recipientPhone: not }),
      await newLead(ws, { recipientPhone: unclear }),
    ];
    const nobody = '0'.repeat(24);
    expect((await leads(ws, { leadIds: [...ids, nobody] })).body).toMatchObject({
      success: true,
      checked: 4,
      successful: 2,
      errors: 2,
      processingMode: 'synchronous',
      results: [
        { leadId: ids[0], available: true, status: 'available' },
        { leadId: ids[1], available: false, status: 'unavailable' },
        { leadId: ids[2], available: false, status: 'error', error: FAILED.message },
        { leadId: nobody, available: false, status: 'error', error: 'Lead not found' },
      ],
    });
    const { listId } = await leadOf(ws, ids[0] ?? '');
    expect((await leads(ws, { listId })).body).toMatchObject({ checked: 3, processingMode: 'synchronous' });
  });
});

describe('what is known (D22)', () => {
  test('comes from receipts too: on a line that can’t check, a delivered message tells', async () => {
    const ws = await openWorkspace(app);
    town.cannotCheck.add(ws.lines[0]?._id ?? '');
    const recipientPhone = newPhone();
    const { _id, leadId } = await accept(ws, { recipientPhone });
    await town.passing(ws.reaches(_id, 'sent'));
    const known = () =>
      read<{ availability: string; line: string }>(
        app,
        'SELECT availability, availability_line_id AS line FROM addresses WHERE workspace_id = $1 AND availability IS NOT NULL',
        [ws.workspaceId],
      );
    // That a carrier took it proves nothing yet.
    expect(await known()).toEqual([]);
    const { takeNews } = await import('../../src/actions/news/take-news.ts');
    const lineId = ws.lines[0]?._id ?? '';
    const delivered = { news: 'receipt', receipt: 'delivered', reference: _id } as const;
    await takeNews(app.deps, ws.workspaceId, lineId, [delivered]);
    expect(await known()).toEqual([{ availability: 'available', line: lineId }]);
    expect((await leadOf(ws, leadId ?? '')).availabilityStatus).toBe('available');
    expect((await single(ws, recipientPhone)).body).toMatchObject({ available: true, cached: true });
  });

  test('is not undone by a receipt that comes late', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const { _id } = await accept(ws, { recipientPhone });
    await town.passing(ws.reaches(_id, 'sent'));
    const deliveredAt = town.clock.now();
    town.clock.leap(31 * DAY);
    town.says.set(recipientPhone, UNAVAILABLE);
    expect((await single(ws, recipientPhone)).body).toMatchObject({ available: false });
    const { takeNews } = await import('../../src/actions/news/take-news.ts');
    const late = { news: 'receipt', receipt: 'delivered', reference: _id, at: deliveredAt } as const;
    await takeNews(app.deps, ws.workspaceId, ws.lines[0]?._id ?? '', [late]);
    expect((await ws.message(_id)).status).toBe('delivered');
    expect((await single(ws, recipientPhone)).body).toMatchObject({ available: false, cached: true });
  });
});
