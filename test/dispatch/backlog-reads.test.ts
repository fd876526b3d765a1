/** What a large backlog costs those who look at it, counted in rows: before and after the planner has statistics. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fallbackMessage } from '../../src/actions/messages/fallback-message.ts';
import type { Message } from '../../src/contract/messages/messages.ts';
import { invariant } from '../../src/lib/invariant.ts';
import { listLines } from '../../src/store/lines/lines.ts';
import { readQueueHeads } from '../../src/store/messages/deliveries.ts';
import { readIntakeFacts, writeIntake } from '../../src/store/messages/intake.ts';
import { findMessage, lockWaitingFor } from '../../src/store/messages/messages.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const BACKLOG = 3_000;

let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

/** Many more messages like this one, to the same lead. */
async function repeat({ _id }: Message, changes: { status: string; idPrefix: string }): Promise<void> {
  await read(
    app,
    `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, line_id, priority,
       first_touch, due_at, attempts, retry_gap_ms, correlation_id, created_at, updated_at)
     SELECT m.workspace_id, $3 || m.id || n, 'sent', $4, m.message_type, 'Hi', m.lead_id, m.recipient_phone, m.line_id, m.priority,
       m.first_touch, m.due_at, 5, 1000, '', m.created_at, m.updated_at
     FROM messages m, generate_series(1, $2::int) AS n WHERE m.id = $1`,
    [_id, BACKLOG, changes.idPrefix, changes.status],
  );
}

/** In a young table, and in one that was analysed. */
async function eachTime(work: () => Promise<void>): Promise<void> {
  await work();
  await read(app, 'ANALYZE');
  await work();
}

const walked = (work: Parameters<typeof rowsWalked>[2]) => rowsWalked(app.deps.database, 'messages', work);

test('a line passes over a busy contact with a long queue in one walk, and finds the others behind', async () => {
  const ws = await openWorkspace(app);
  const lineId = ws.lines[0]?._id ?? '';
  const chatty = await accept(ws, { recipientPhone: newPhone() });
  await repeat(chatty, { status: 'pending', idPrefix: '' });
  await read(app, "UPDATE messages SET status = 'unknown' WHERE id = $1", [chatty._id]);
  const others: string[] = [];
  for (let n = 0; n < 3; n += 1) others.push((await accept(ws, { recipientPhone: newPhone() }))._id);
  await eachTime(async () => {
    let found: string[] = [];
    const rows = await walked(async (tx) => {
      const heads = await readQueueHeads(tx, ws.workspaceId, [{ id: lineId, depth: 2 }]);
      found = heads.map((head) => head.id);
    });
    expect(found).toEqual(others.slice(0, 2));
    expect(rows).toBeLessThan(BACKLOG + 20);
  });
  // Of one who is not busy any more, the first two are read and no more.
  await read(app, "UPDATE messages SET status = 'sent' WHERE id = $1", [chatty._id]);
  const rows = await walked((tx) => readQueueHeads(tx, ws.workspaceId, [{ id: lineId, depth: 2 }]));
  expect(rows).toBeLessThan(20);
});

test('messages that name an address of nobody’s are found without walking the queue', async () => {
  const ws = await openWorkspace(app);
  const { leadId, ...waiting } = await accept(ws, { recipientPhone: newPhone(), recipientEmail: newEmail() });
  await repeat({ leadId, ...waiting }, { status: 'pending', idPrefix: '' });
  const [phone, email] = [newPhone(), newEmail()];
  const named = [
    await accept(ws, { leadId, recipientPhone: phone }),
    await accept(ws, { leadId, recipientEmail: email }),
  ].map(({ _id }) => _id);
  await eachTime(async () => {
    let found: string[] = [];
    const rows = await walked(async (tx) => {
      found = (await lockWaitingFor(tx, ws.workspaceId, [], { phone, email })).map((message) => message.id);
    });
    expect(found).toEqual(named);
    expect(rows).toBeLessThan(10);
  });
});

test('an intake for a contact with a long history asks the line that talks to them, not the history', async () => {
  const ws = await openWorkspace(app, { lines: [{}, {}, { messageType: 'sms' }] });
  const message = await accept(ws, { recipientPhone: newPhone() });
  await read(app, "UPDATE messages SET status = 'delivered' WHERE id = $1", [message._id]);
  await repeat(message, { status: 'delivered', idPrefix: 'a' });
  await touch(ws, message);
  const question = {
    messageType: 'imessage' as const,
    leadId: message.leadId,
    phone: null,
    email: null,
    idempotencyKey: null,
  };
  await eachTime(async () => {
    const rows = await walked((tx) => readIntakeFacts(tx, ws.workspaceId, [question]));
    expect(rows).toBe(0);
  });
});

test('whether a message is the first to its contact is asked of this contact, not of all that were written to', async () => {
  const ws = await openWorkspace(app);
  const { database, ids, clock } = app.deps;
  const accepted = await accept(ws, { recipientPhone: newPhone() });
  await read(
    app,
    `INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at)
     SELECT $1, 'lead' || n, $2, 'message' || n, now(), now() FROM generate_series(1, $3::int) AS n`,
    [ws.workspaceId, accepted.fromLineId, BACKLOG],
  );
  const [line] = await listLines(database, ws.workspaceId);
  await eachTime(async () => {
    const original = await findMessage(database, ws.workspaceId, accepted._id);
    invariant(original !== null && line !== undefined, 'both are there');
    const wish = {
      line,
      text: 'Hi',
      rendered: true,
      phone: newPhone(),
      attachmentLinks: false,
      now: clock.now(),
    };
    const another = {
      ...fallbackMessage(original, { ...wish, id: ids(), eventId: ids() }),
      fallbackOf: null,
    };
    const rows = await rowsWalked(database, 'touches', (tx) =>
      writeIntake(
        tx,
        ws.workspaceId,
        { leads: [], messages: [another], idempotencyKeys: [], wakes: [] },
        ids,
        clock.now(),
      ),
    );
    expect(rows).toBeLessThan(10);
  });
});

async function touch(ws: Workspace, { _id, leadId, fromLineId }: Message): Promise<void> {
  await read(
    app,
    'INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at) VALUES ($1, $2, $3, $4, now(), now())',
    [ws.workspaceId, leadId, fromLineId, _id],
  );
}
