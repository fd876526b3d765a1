/** What is told to a carrier that is asked for a lost message by what it said: never a guess, never another's message. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LostSend } from '../../src/channels/channel.ts';
import { recallLostSend } from '../../src/dispatcher/lost-send.ts';
import { insertEvents } from '../../src/store/events/events.ts';
import { findLine } from '../../src/store/lines/lines.ts';
import { openApp, type TestApp } from '../harness.ts';
import { accept, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app);
});
afterAll(() => app.close());

/** As a process leaves it that began an attempt and died. */
async function lose(
  body: Record<string, unknown>,
  { status = 'unknown', told = null as string | null } = {},
) {
  const message = await accept(ws, body);
  const { _id: id } = message;
  const leadId = message.leadId ?? '';
  await note(id, 'message.sending', {});
  if (told !== null) await note(id, 'message.unknown', { sentText: told });
  await read(app, 'UPDATE messages SET status = $2, attempt = 1 WHERE id = $1', [id, status]);
  return { id, leadId };
}

async function note(messageId: string, type: string, data: Record<string, unknown>): Promise<void> {
  const { ids, clock, database } = app.deps;
  const event = { id: ids(), type, messageId, leadId: null, lineId: null, at: clock.now() };
  await database.transaction((tx) =>
    insertEvents(tx, ws.workspaceId, [{ ...event, data: { attempt: 1, ...data } }]),
  );
}

async function recall(id: string): Promise<LostSend> {
  const line = await findLine(app.deps.database, ws.workspaceId, ws.lines[0]?._id ?? '');
  const lost = line === null ? null : await recallLostSend(app.deps, line, id);
  if (lost === null) throw new Error('nothing is known');
  return lost;
}

const rename = (leadId: string) =>
  read(app, 'UPDATE leads SET first_name = $2, updated_at = $3 WHERE id = $1', [
    leadId,
    'Berta',
    new Date(app.deps.clock.now() + 1).toISOString(),
  ]);

describe('what a lost message said', () => {
  const personal = { message: 'Hi {firstName|you}', recipientName: 'Anna Ode' };

  test('is what its sender told, whatever became of the lead', async () => {
    const { id, leadId } = await lose({ ...personal, recipientPhone: newPhone() }, { told: 'Hi Anna' });
    await rename(leadId);
    expect(await recall(id)).toMatchObject({ text: 'Hi Anna' });
  });

  test('is rendered again when nobody told', async () => {
    const recipientPhone = newPhone();
    const { id } = await lose({ ...personal, recipientPhone });
    expect(await recall(id)).toMatchObject({
      text: expect.stringMatching(/^Hi \w+$/),
      addresses: [recipientPhone],
      attachmentNames: [],
    });
  });

  test('is not known when nobody told and the lead was changed since', async () => {
    const { id, leadId } = await lose({ ...personal, recipientPhone: newPhone() });
    await rename(leadId);
    expect((await recall(id)).text).toBeNull();
    const plain = await lose({ message: 'Hi', recipientPhone: newPhone() });
    await rename(plain.leadId);
    expect((await recall(plain.id)).text).toBe('Hi');
  });

  test('of a message that was never begun, nothing is known', async () => {
    const { _id } = await accept(ws, { recipientPhone: newPhone() });
    await expect(recall(_id)).rejects.toThrow('nothing is known');
  });
});

describe('whose a message at the carrier is', () => {
  test('another message’s that has its id, to the same address, is claimed', async () => {
    const recipientPhone = newPhone();
    const first = await lose({ recipientPhone }, { status: 'sent' });
    await read(app, "UPDATE messages SET external_message_id = 'X' WHERE id = $1", [first.id]);
    const { id } = await lose({ recipientPhone });
    const lost = await recall(id);
    expect([await lost.isClaimed('X'), await lost.isClaimed('Y')]).toEqual([true, false]);
    expect(await (await recall(first.id)).isClaimed('X')).toBe(false);
  });

  test('while another to the same address is being sent, or is older and unknown, it may be that one’s', async () => {
    const recipientPhone = newPhone();
    const older = await lose({ recipientPhone });
    const younger = await lose({ recipientPhone });
    expect(await (await recall(older.id)).isContested()).toBe(false);
    expect(await (await recall(younger.id)).isContested()).toBe(true);
    await read(app, "UPDATE messages SET status = 'sending' WHERE id = $1", [younger.id]);
    expect(await (await recall(older.id)).isContested()).toBe(true);
    await read(app, "UPDATE messages SET status = 'sent' WHERE id = ANY($1)", [[older.id, younger.id]]);
    expect(await (await recall(younger.id)).isContested()).toBe(false);
  });

  test('nobody elsewhere has a part in it', async () => {
    const { id } = await lose({ recipientPhone: newPhone() });
    await lose({ recipientPhone: newPhone() }, { status: 'sending' });
    expect(await (await recall(id)).isContested()).toBe(false);
  });
});
