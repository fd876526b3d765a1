/** POST /api/messages: which lead a message belongs to, and what it brings that lead. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lead } from '../../src/contract/leads/leads.ts';
import { openApp, type TestApp } from '../harness.ts';
import { openMember, openOwner } from '../people.ts';
import { accept, newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const NO_WAIT = { prefer: 'wait=0' };

let app: TestApp;

beforeAll(async () => {
  app = await openApp({ dispatches: false });
});
afterAll(() => app.close());

async function leadOf(client: Workspace, id: string | null): Promise<Lead> {
  return (await client.call<{ lead: Lead }>('GET', `/api/leads?id=${id}`)).body.lead;
}

function leadsIn({ workspaceId }: Workspace): Promise<{ id: string }[]> {
  return read(app, 'SELECT id FROM leads WHERE workspace_id = $1', [workspaceId]);
}

describe('a lead', () => {
  test.each([
    ['phone', 'recipientPhone', newPhone()],
    ['email', 'recipientEmail', newEmail()],
    ['altPhone1', 'recipientPhone', newPhone()],
    ['altPhone3', 'recipientPhone', newPhone()],
    ['altEmail2', 'recipientEmail', newEmail()],
  ])('is found by its %s', async (field, recipient, address) => {
    const ws = await openWorkspace(app);
    const primary = { phone: 'recipientPhone', email: 'recipientEmail' }[field];
    const given =
      primary === undefined ? { recipientPhone: newPhone(), [field]: address } : { [primary]: address };
    const { leadId } = await accept(ws, given);
    const { status, body } = await ws.send({ message: 'Hi', [recipient]: address }, NO_WAIT);
    expect(status).toBe(200);
    expect(body.leadId).toBe(leadId);
  });

  test('is found however its number and address are written', async () => {
    const ws = await openWorkspace(app);
    const { leadId } = await accept(ws, {
      recipientPhone: '+13035550000',
      recipientEmail: 'ada@example.com',
    });
    for (const recipient of [
      { recipientPhone: '(303) 555-0000' },
      { recipientPhone: '1 303 555 0000' },
      { recipientEmail: ' Ada@Example.COM ' },
    ]) {
      const { status, body } = await ws.send({ message: 'Hi', ...recipient }, NO_WAIT);
      expect([status, body.leadId]).toEqual([200, leadId]);
    }
  });

  test('of a new recipient is made in the list Quick Sends with all that was given', async () => {
    const ws = await openWorkspace(app);
    const given = {
      recipientPhone: newPhone(),
      recipientEmail: newEmail(),
      recipientName: ' Ada  King Lovelace ',
      altPhone1: newPhone(),
      altEmail3: newEmail(),
      contactOwnerEmail: 'owner@example.com',
      ghlContactId: 'g1',
      hsPortalId: 'h2',
    };
    const { leadId } = await accept(ws, given);
    const [list] = await read(
      app,
      "SELECT * FROM lists WHERE workspace_id = $1 AND special = 'quick_sends'",
      [ws.workspaceId],
    );
    expect(list).toMatchObject({ name: 'Quick Sends', description: 'Quick send messages' });
    expect(await leadOf(ws, leadId)).toMatchObject({
      _id: leadId,
      workspaceId: ws.workspaceId,
      listId: list?.id,
      firstName: 'Ada',
      lastName: 'King Lovelace',
      phone: given.recipientPhone,
      email: given.recipientEmail,
      altPhone1: given.altPhone1,
      altPhone2: null,
      altEmail3: given.altEmail3,
      source: 'api',
      contactOwnerEmail: 'owner@example.com',
      ghlContactId: 'g1',
      hsPortalId: 'h2',
      hsContactId: null,
    });
  });

  test.each(['match', 'leadId'])(
    'found by %s takes over alternates: given overwrite, omitted stay, null clears',
    async (way) => {
      const ws = await openWorkspace(app);
      const recipientPhone = newPhone();
      const [kept, replaced, cleared, fresh] = [newPhone(), newPhone(), newEmail(), newPhone()];
      const { leadId } = await accept(ws, {
        recipientPhone,
        altPhone1: kept,
        altPhone2: replaced,
        altEmail1: cleared,
      });
      const target = way === 'match' ? { recipientPhone } : { leadId };
      await accept(ws, { ...target, altPhone2: fresh, altEmail1: null });
      expect(await leadOf(ws, leadId)).toMatchObject({
        phone: recipientPhone,
        altPhone1: kept,
        altPhone2: fresh,
        altEmail1: null,
      });
      // The addresses by which it is found follow.
      expect((await accept(ws, { recipientPhone: fresh })).leadId).toBe(leadId);
      expect((await accept(ws, { recipientPhone: replaced })).leadId).not.toBe(leadId);
      expect((await accept(ws, { recipientEmail: cleared })).leadId).not.toBe(leadId);
    },
  );

  test('given by id keeps its own contact: a recipient in the body overrides it for this send only', async () => {
    const ws = await openWorkspace(app);
    const [own, other] = [newPhone(), newPhone()];
    const { leadId } = await accept(ws, { recipientPhone: own });
    expect((await accept(ws, { leadId, recipientPhone: other })).recipientPhone).toBe(other);
    expect((await leadOf(ws, leadId)).phone).toBe(own);
    expect((await accept(ws, { leadId })).recipientPhone).toBe(own);
  });

  test('that is matched lends the answer its links to a CRM, takes over those it lacks, and keeps those it has', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const { leadId } = await accept(ws, { recipientPhone, hsContactId: 'h1' });
    const silent = await ws.send({ message: 'Hi', recipientPhone }, NO_WAIT);
    const none = { hsPortalId: null, ghlContactId: null, ghlLocationId: null };
    expect(silent.body).toMatchObject({
      hsContactId: 'h1',
      ...none,
      message: { hsContactId: 'h1', ...none },
    });
    const told = await ws.send({ message: 'Hi', leadId, hsContactId: 'h2', ghlContactId: 'g1' }, NO_WAIT);
    expect(told.body).toMatchObject({ hsContactId: 'h2', ghlContactId: 'g1' });
    expect(await leadOf(ws, leadId)).toMatchObject({ hsContactId: 'h1', ...none, ghlContactId: 'g1' });
  });

  test('is made once by fifty requests of one moment for the same new number: 49 of them are duplicates', async () => {
    const ws = await openWorkspace(app);
    const recipientPhone = newPhone();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ws.send({ message: 'Hi', recipientPhone }, NO_WAIT)),
    );
    expect(answers.map((each) => each.status).sort()).toEqual([...Array(49).fill(200), 201]);
    expect(new Set(answers.map((each) => each.body.leadId)).size).toBe(1);
    expect(new Set(answers.map((each) => each.body.message._id)).size).toBe(50);
    expect(await leadsIn(ws)).toHaveLength(1);
  });

  test('is made once also by two processes, and so is the list Quick Sends', async () => {
    const other = await openApp({ databaseUrl: app.databaseUrl, dispatches: false });
    try {
      const ws = await openWorkspace(app);
      const phones = Array.from({ length: 10 }, newPhone);
      const sendBy = async (url: string, recipientPhone: string) => {
        const headers = { authorization: `Bearer ${ws.key}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ message: 'Hi', recipientPhone });
        return (await fetch(`${url}/api/messages`, { method: 'POST', headers, body })).status;
      };
      const statuses = await Promise.all(
        phones.flatMap((phone) => [app.url, other.url, app.url, other.url].map((url) => sendBy(url, phone))),
      );
      expect(statuses.sort()).toEqual([...Array(30).fill(200), ...Array(10).fill(201)]);
      expect(await leadsIn(ws)).toHaveLength(10);
      expect(await read(app, 'SELECT id FROM lists WHERE workspace_id = $1', [ws.workspaceId])).toHaveLength(
        1,
      );
    } finally {
      await other.close();
    }
  });

  test('is owned by the member whom the request names; by the first member when it names none; by nobody when it says null', async () => {
    const ws = await openWorkspace(app);
    const first = await openOwner(app, ws);
    const { email: second } = await openMember(app, first, 'member');
    app.deps.snapshots.forget(ws.workspaceId);
    const owners = async (contactOwnerEmail?: unknown) => {
      const { leadId, _id } = await accept(ws, { recipientPhone: newPhone(), contactOwnerEmail });
      return [(await leadOf(ws, leadId)).contactOwnerEmail, (await ws.message(_id)).contactOwnerEmail];
    };
    expect(await owners()).toEqual([first.email, first.email]);
    expect(await owners(second)).toEqual([second, second]);
    for (const nobody of ['nonsense', 'stranger@example.com'])
      expect(await owners(nobody)).toEqual([first.email, first.email]);
    expect(await owners(null)).toEqual([null, null]);
  });
});
