/** POST /api/messages: what only the database can refuse, and that nobody suffers for a neighbour. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/contract/problems.ts';
import { type Answer, openApp, type TestApp } from '../harness.ts';
import { accept, bill, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const NO_WAIT = { prefer: 'wait=0' };
const UNKNOWN_ID = '0123456789abcdef01234567';

let app: TestApp;
/** What happens to a batch when it is planned, before it is written; and when it is written, before it is answered. */
let onDrafted: () => void | Promise<void> = () => {};
let onStored: () => void | Promise<void> = () => {};

beforeAll(async () => {
  app = await openApp({
    dispatches: false,
    checkpoint: (label) =>
      label === 'intake.drafted' ? onDrafted() : label === 'intake.stored' ? onStored() : undefined,
  });
});
afterAll(() => app.close());

function expectRefusal(answer: Answer<object>, code: ProblemCode, param?: string): void {
  const { status, error } = PROBLEMS[code];
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    error,
    code,
    requestId: expect.stringMatching(/^req_/),
    ...(param && { param }),
  });
}

/** Everything a workspace owns, counted; what was refused leaves no trace. */
async function traces({ workspaceId }: Workspace): Promise<number> {
  const tables = [
    'messages',
    'leads',
    'lead_addresses',
    'events',
    'idempotency_keys',
    'line_wakes',
    'touches',
  ];
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table} WHERE workspace_id = $1)`);
  const [row] = await read<{ rows: number }>(app, `SELECT ${counts.join(' + ')} AS rows`, [workspaceId]);
  return row?.rows ?? -1;
}

function messagesIn({ workspaceId }: Workspace): Promise<{ message: string; leadId: string }[]> {
  return read(app, 'SELECT message, lead_id AS "leadId" FROM messages WHERE workspace_id = $1', [
    workspaceId,
  ]);
}

describe('a message is refused, and nothing of it stored,', () => {
  test('to an unknown lead', async () => {
    const ws = await openWorkspace(app);
    for (const leadId of [UNKNOWN_ID, 'no id at all']) {
      expectRefusal(await ws.send({ message: 'Hi', leadId }, NO_WAIT), 'LEAD_NOT_ACCESSIBLE');
      expectRefusal(
        await ws.send({ message: 'Hi', leadId, recipientPhone: newPhone() }),
        'LEAD_NOT_ACCESSIBLE',
      );
    }
    expect(await traces(ws)).toBe(0);
  });

  test('to a lead of another workspace, in the very words of an unknown one', async () => {
    const [ws, other] = [await openWorkspace(app), await openWorkspace(app)];
    const { leadId } = await accept(other, { recipientPhone: newPhone() });
    expectRefusal(await ws.send({ message: 'Hi', leadId }, NO_WAIT), 'LEAD_NOT_ACCESSIBLE');
    expect(await traces(ws)).toBe(0);
  });

  test('from an unknown line, or one of another workspace', async () => {
    const [ws, other] = [await openWorkspace(app), await openWorkspace(app)];
    for (const fromLineId of [UNKNOWN_ID, 'no id at all', other.lines[0]?._id]) {
      const answer = await ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId }, NO_WAIT);
      expectRefusal(answer, 'LINE_NOT_FOUND', 'fromLineId');
    }
    expect(await traces(ws)).toBe(0);
  });

  test('from a line that is switched off or sends something else', async () => {
    const ws = await openWorkspace(app, { lines: [{ isActive: false }, { messageType: 'sms' }] });
    const [off, sms] = ws.lines;
    const send = (fromLineId: string | undefined) =>
      ws.send({ message: 'Hi', recipientPhone: newPhone(), fromLineId }, NO_WAIT);
    expectRefusal(await send(off?._id), 'LINE_NOT_ACTIVE', 'fromLineId');
    expectRefusal(await send(sms?._id), 'LINE_WRONG_CHANNEL', 'fromLineId');
    expect(await traces(ws)).toBe(0);
  });

  test('without an active line for its type', async () => {
    const ws = await openWorkspace(app, { lines: [{ isActive: false }, { messageType: 'sms' }] });
    expectRefusal(await ws.send({ message: 'Hi', recipientPhone: newPhone() }, NO_WAIT), 'NO_ACTIVE_LINES');
    const email = { message: 'Hi', messageType: 'email', recipientEmail: newEmail() };
    expectRefusal(await ws.send(email, NO_WAIT), 'NO_ACTIVE_LINES');
    expect(await traces(ws)).toBe(0);
  });

  test('without an active line for its type, also when one has talked to the contact', async () => {
    const ws = await openWorkspace(app);
    const { leadId } = await accept(ws, { recipientPhone: newPhone() });
    await read(
      app,
      `INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at)
       SELECT workspace_id, lead_id, line_id, id, created_at, created_at FROM messages WHERE workspace_id = $1`,
      [ws.workspaceId],
    );
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { isActive: false });
    expectRefusal(await ws.send({ message: 'Hi', leadId }, NO_WAIT), 'NO_ACTIVE_LINES');
  });

  test('but not from a line that was switched on a moment ago', async () => {
    const ws = await openWorkspace(app, { lines: [{ isActive: false }] });
    const body = { message: 'Hi', recipientPhone: newPhone() };
    expectRefusal(await ws.send(body, NO_WAIT), 'NO_ACTIVE_LINES');
    await ws.call('PATCH', `/api/lines/${ws.lines[0]?._id}`, { isActive: true });
    expect((await ws.send(body, NO_WAIT)).status).toBe(201);
  });

  test.each(['sendFallbackSmsOnFailed', 'forceFallback'])(
    'with %s and no fallback configured',
    async (flag) => {
      const ws = await openWorkspace(app);
      const answer = await ws.send({ message: 'Hi', recipientPhone: newPhone(), [flag]: true }, NO_WAIT);
      expectRefusal(answer, 'FALLBACK_NOT_CONFIGURED', flag);
      expect(await traces(ws)).toBe(0);
    },
  );

  test('with a fallback that was configured and switched off', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const body = { message: 'Hi', recipientPhone: newPhone(), sendFallbackSmsOnFailed: true };
    expect((await ws.send(body, NO_WAIT)).status).toBe(201);
    await ws.call('PATCH', '/api/workspace/fallback-config', { enabled: false });
    expectRefusal(await ws.send(body, NO_WAIT), 'FALLBACK_NOT_CONFIGURED');
  });

  test('with a fallback whose line is switched off', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    await ws.call('PATCH', `/api/lines/${ws.lines[1]?._id}`, { isActive: false });
    for (const flag of ['sendFallbackSmsOnFailed', 'forceFallback']) {
      const answer = await ws.send({ message: 'Hi', recipientPhone: newPhone(), [flag]: true }, NO_WAIT);
      expectRefusal(answer, 'FALLBACK_NOT_CONFIGURED', flag);
    }
    expect((await ws.call('GET', '/api/workspace/fallback-config')).body).toMatchObject({
      configured: false,
      enabled: true,
    });
  });

  test('with forceFallback, when its SMS would be too long or the message names no phone', async () => {
    const ws = await openWorkspace(app, { fallback: true });
    const { leadId } = await accept(ws, { recipientPhone: newPhone() });
    const force = (body: object) => ws.send({ message: 'Hi', forceFallback: true, ...body }, NO_WAIT);
    const long = await force({ leadId, message: 'x'.repeat(1_601) });
    expectRefusal(
      { ...long, body: { ...long.body, error: PROBLEMS.MESSAGE_TOO_LONG.error } },
      'MESSAGE_TOO_LONG',
    );
    expect((await force({ leadId, message: '😀'.repeat(1_600) })).status).toBe(201);
    // The lead has a phone, the message has none: an SMS to it was not asked for.
    expectRefusal(await force({ leadId, recipientEmail: newEmail() }), 'RECIPIENT_REQUIRED');
  });

  test('when neither body nor lead holds an address its type can go to', async () => {
    const ws = await openWorkspace(app, {
      lines: [{}, { messageType: 'sms' }, { messageType: 'email' }],
      fallback: true,
    });
    const { leadId: byPhone } = await accept(ws, { recipientPhone: newPhone() });
    const { leadId: byEmail } = await accept(ws, { recipientEmail: newEmail() });
    const before = await traces(ws);
    for (const body of [
      { messageType: 'email', leadId: byPhone },
      { messageType: 'sms', leadId: byEmail },
      { messageType: 'sms', recipientEmail: newEmail() },
      { messageType: 'email', recipientPhone: newPhone() },
      { forceFallback: true, leadId: byEmail },
    ]) {
      expectRefusal(await ws.send({ message: 'Hi', ...body }, NO_WAIT), 'RECIPIENT_REQUIRED');
    }
    expect(await traces(ws)).toBe(before);
  });

  test('when payment is past due; what is read is read on', async () => {
    const ws = await openWorkspace(app);
    const { _id } = await accept(ws, { recipientPhone: newPhone() });
    await bill(app, ws, 'past_due');
    const answer = await ws.send({ message: 'Hi', recipientPhone: newPhone() }, NO_WAIT);
    expectRefusal(answer, 'READ_ONLY');
    expect(answer.body).toMatchObject({ reason: 'past_due' });
    for (const [method, path, body] of [
      ['PATCH', `/api/messages/${_id}`, { message: 'Ho' }],
      ['POST', `/api/messages/${_id}/cancel`, undefined],
      ['POST', '/api/messages/cancel-for-lead', { recipientPhone: '+13035550000' }],
      ['POST', '/api/lines', { transport: 'sandbox', phone: newPhone() }],
      ['PATCH', `/api/lines/${ws.lines[0]?._id}`, { firstName: 'Ada' }],
      ['PATCH', '/api/workspace/fallback-config', { attachmentLinks: true }],
    ] as const) {
      expectRefusal(await ws.call(method, path, body), 'READ_ONLY');
    }
    expect((await ws.message(_id)).status).toBe('pending');
    expect((await ws.call('GET', '/api/messages')).status).toBe(200);
    await bill(app, ws, 'active');
    expect((await ws.send({ message: 'Hi', recipientPhone: newPhone() }, NO_WAIT)).status).toBe(201);
  });
});

describe('in one batch', () => {
  test('200 requests, good and bad, are each answered as if they were alone', async () => {
    const ws = await openWorkspace(app, { lines: [{}, { isActive: false }] });
    const other = await openWorkspace(app);
    const { leadId: foreign } = await accept(other, { recipientPhone: newPhone() });
    const shared = newPhone();
    const kinds: readonly [Record<string, unknown>, number[]][] = [
      [{ recipientPhone: 'new' }, [201]],
      [{ leadId: UNKNOWN_ID }, [404]],
      [{ recipientPhone: shared }, [200, 201]],
      [{ leadId: foreign }, [404]],
      [{ recipientPhone: 'new', fromLineId: ws.lines[1]?._id }, [400]],
      [{ recipientPhone: 'new', sendFallbackSmsOnFailed: true }, [400]],
      [{ recipientPhone: shared, altPhone1: 'new' }, [200, 201]],
      [{ recipientPhone: 'new', fromLineId: other.lines[0]?._id }, [404]],
      [{ recipientPhone: 'new', sendWindowStart: '09:00', sendWindowEnd: '09:00', timezone: 'UTC' }, [400]],
      [{ recipientEmail: 'new' }, [201]],
    ];
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const [kind = {}, expected] = kinds[index % kinds.length] ?? [];
        const address = (name: string) => (name === 'recipientEmail' ? newEmail() : newPhone());
        const body = Object.fromEntries(
          Object.entries(kind).map(([name, value]) => [name, value === 'new' ? address(name) : value]),
        );
        return { expected, ...(await ws.send({ message: `m${index}`, ...body }, NO_WAIT)) };
      }),
    );
    for (const { status, expected, body } of answers)
      expect(expected, JSON.stringify(body)).toContain(status);
    const accepted = answers.filter(({ status }) => status < 300);
    expect(accepted).toHaveLength(80);
    expect((await messagesIn(ws)).map((each) => each.message).sort()).toEqual(
      accepted.map(({ body }) => body.message.message).sort(),
    );
    expect(
      answers.filter(({ status, body }) => status === 201 && body.message.recipientPhone === shared).length,
    ).toBeLessThanOrEqual(1);
  });

  test('a lead that another process makes at that very moment spoils nothing: it is found, the others are made', async () => {
    const ws = await openWorkspace(app);
    await accept(ws, { recipientPhone: newPhone() });
    const rival = { id: app.deps.ids(), phone: newPhone() };
    onDrafted = async () => {
      onDrafted = () => {};
      await read(
        app,
        `INSERT INTO leads (workspace_id, id, list_id, phone, source, created_at, updated_at)
         SELECT $1, $2, id, $3, 'api', created_at, created_at FROM lists WHERE workspace_id = $1`,
        [ws.workspaceId, rival.id, rival.phone],
      );
      await read(app, 'INSERT INTO lead_addresses (workspace_id, address, lead_id) VALUES ($1, $2, $3)', [
        ws.workspaceId,
        rival.phone,
        rival.id,
      ]);
    };
    const phones = [newPhone(), rival.phone, newPhone(), newPhone()];
    const answers = await Promise.all(
      phones.map((recipientPhone) => ws.send({ message: 'Hi', recipientPhone }, NO_WAIT)),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201, 201]);
    expect(answers[1]?.body.leadId).toBe(rival.id);
    expect(await messagesIn(ws)).toHaveLength(5);
  });

  test('an answer of the database that is lost is a 503, and the batch is not stored a second time', async () => {
    const ws = await openWorkspace(app);
    await accept(ws, { recipientPhone: newPhone(), message: 'before' });
    onStored = () => {
      onStored = () => {};
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
    };
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((message) => ws.send({ message, recipientPhone: newPhone() }, NO_WAIT)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).not.toBeNull();
    }
    expect((await messagesIn(ws)).map((each) => each.message).sort()).toEqual(['a', 'b', 'before', 'c']);
  });

  test('a failure before the commit leaves nothing half-written', async () => {
    const ws = await openWorkspace(app);
    onDrafted = () => {
      onDrafted = () => {};
      throw Object.assign(new Error('the server closed the connection'), { code: '57P01' });
    };
    const answers = await Promise.all(
      ['a', 'b'].map((message) => ws.send({ message, recipientPhone: newPhone() }, NO_WAIT)),
    );
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await traces(ws)).toBe(0);
  });
});
