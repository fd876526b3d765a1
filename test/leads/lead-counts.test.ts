/** How many leads lists have and where leads of campaigns stand: kept numbers, which a full count must come to at any instant. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListAnswer } from '../../src/contract/leads/lists.ts';
import { foldFreshLeadCounts } from '../../src/dispatcher/fold-counts.ts';
import { addLeadCounts, countStandings } from '../../src/store/leads/lead-counts.ts';
import { findList, readCountedLists } from '../../src/store/leads/lists.ts';
import { campaignCalls } from '../campaign-calls.ts';
import { addLeads } from '../campaigns.ts';
import { openClient } from '../client.ts';
import { openApp, type TestApp } from '../harness.ts';
import { miscountedLeads } from '../miscounted-leads.ts';
import { rowsWalked } from '../rows-walked.ts';
import { until } from '../until.ts';
import { newEmail, newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
beforeAll(async () => {
  app = await openApp();
  other = await openApp({ databaseUrl: app.databaseUrl, key: app.key });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const QUICK = { contactGapMs: 0, dailyNewConversationsLimit: null, dailyTotalMessagesLimit: null };
/** Its phone answers "STOP". */
const STOPS = '+12025550109';

const miscounted = (ws: Workspace) => miscountedLeads(app.deps.database, ws.workspaceId);

async function foldAll(ws: Workspace): Promise<void> {
  await until('nothing is left to be folded', async () => {
    await foldFreshLeadCounts(app.deps);
    const left = await read(app, 'SELECT 1 FROM fresh_lead_counts WHERE workspace_id = $1', [ws.workspaceId]);
    return left.length === 0;
  });
}

type Pick = <Thing>(of: readonly Thing[]) => Thing | undefined;

/** What there is to do something with. */
interface Doings {
  ws: Workspace;
  lists: string[];
  leads: string[];
  campaigns: string[];
}

const DOINGS: Record<string, (doings: Doings, pick: Pick) => Promise<unknown>> = {
  import: ({ ws, lists, leads }, pick) =>
    ws
      .call<{ leadIds: string[] }>('POST', '/api/leads', {
        listId: pick(lists),
        leads: Array.from({ length: 5 }, (_, n) => ({
          firstName: 'Ada',
          lastName: 'L',
          ...(n === 4 ? { phone: STOPS } : { phone: newPhone() }),
        })),
      })
      .then(({ body }) => leads.push(...(body.leadIds ?? []))),
  write: ({ ws }) => ws.send({ message: 'Hi', recipientPhone: newPhone() }),
  move: ({ ws, lists, leads }, pick) =>
    ws.call('POST', '/api/leads/change', { ids: leads.filter((_, n) => n % 3 === 0), listId: pick(lists) }),
  edit: ({ ws, lists, leads }, pick) =>
    ws.call('PATCH', `/api/leads/${pick(leads)}`, { listId: pick(lists), firstName: 'Grace' }),
  remove: ({ ws, leads }, pick) =>
    ws.call('DELETE', '/api/leads', { ids: [pick(leads), pick(leads)].filter(Boolean) }),
  empty: ({ ws, lists }, pick) => ws.call('DELETE', `/api/lists/${pick(lists)}`),
  list: ({ ws, lists }) =>
    ws.call<ListAnswer>('POST', '/api/lists', { name: 'More' }).then(({ body }) => lists.push(body.list._id)),
  launch: async ({ ws, lists, campaigns }, pick) => {
    const calls = campaignCalls(ws);
    const steps = [
      { key: 'a', message: 'A' },
      { key: 'b', message: 'B' },
      { key: 'c', message: 'C', wait: { value: 1, unit: 'd' } },
    ];
    const { body } = await calls.create({
      lineIds: ws.lines.map(({ _id }) => _id),
      listId: pick(lists),
      steps,
      allowReentry: true,
    });
    await calls.move(body.campaign._id, 'launch');
    campaigns.push(body.campaign._id);
  },
  enter: ({ ws, leads, campaigns }, pick) =>
    campaignCalls(ws).enter(pick(campaigns) ?? '', { leadId: pick(leads) ?? '' }),
  stranger: ({ ws, campaigns }, pick) =>
    campaignCalls(ws).enter(pick(campaigns) ?? '', {
      lead: { firstName: 'Lin', email: newEmail(), phone: newPhone() },
    }),
  stop: ({ ws, leads, campaigns }, pick) =>
    ws.call('POST', `/api/campaigns/${pick(campaigns)}/leads/${pick(leads)}/stop`),
  optOut: ({ ws }) => ws.call('POST', '/api/dnc', { phone: STOPS, reason: 'manual' }),
  pause: ({ ws, campaigns }, pick) => campaignCalls(ws).move(pick(campaigns) ?? '', 'pause'),
  resume: ({ ws, campaigns }, pick) => campaignCalls(ws).move(pick(campaigns) ?? '', 'resume'),
  end: ({ ws, campaigns }, pick) => campaignCalls(ws).move(pick(campaigns) ?? '', 'archive'),
  forget: ({ ws, campaigns }, pick) => campaignCalls(ws).remove(pick(campaigns) ?? ''),
  fold: () => Promise.all([foldFreshLeadCounts(app.deps), foldFreshLeadCounts(other.deps)]),
};

describe('counts of leads', () => {
  test('are what a full count comes to, whatever two processes do at once, at every instant', async () => {
    const doing = fc.tuple(fc.constantFrom(...Object.keys(DOINGS)), fc.nat(), fc.nat(), fc.boolean());
    const round = fc.array(doing, { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(fc.array(round, { minLength: 4, maxLength: 10 }), async (rounds) => {
      const ws = await openWorkspace(app, { lines: [QUICK, QUICK] });
      const there = { ...ws, ...openClient(other.url, ws.key) };
      const { listId, leadIds } = await addLeads(ws, 6);
      const things = { lists: [listId], leads: [...leadIds], campaigns: [] };
      for (const doings of rounds)
        await Promise.all(
          doings.map(async ([name, a, b, elsewhere]) => {
            await DOINGS[name]?.({ ...things, ws: elsewhere ? there : ws }, picking(a, b));
            expect(await miscounted(ws)).toEqual([]);
          }),
        );
      await foldAll(ws);
      expect(await miscounted(ws)).toEqual([]);
    });
    await fc.assert(property, { numRuns: Number(process.env.LEAD_COUNT_RUNS ?? 6), endOnFailure: true });
  });

  test('are told without a look at the leads, folded or not, and gone with their list or campaign', async () => {
    const ws = await openWorkspace(app, { lines: [QUICK] });
    const calls = campaignCalls(ws);
    const { listId, leadIds } = await addLeads(ws, 40);
    const id = await calls.launched({
      listId,
      steps: [{ key: 'later', message: 'A', wait: { value: 9, unit: 'd' } }],
    });
    const entered = () =>
      until('all have entered', async () => (await calls.find(id)).campaign.progress.active === 40);
    await entered();
    const { database } = app.deps;
    for (const fold of [async () => {}, foldAll]) {
      await fold(ws);
      const walked = await rowsWalked(database, 'leads', async (tx) => {
        const [list] = await readCountedLists(tx, ws.workspaceId);
        expect(list?.leadCount).toBe(40);
        expect((await findList(tx, ws.workspaceId, listId))?.leadCount).toBe(40);
      });
      expect(walked).toBe(0);
      const standing = await rowsWalked(database, 'campaign_leads', async (tx) => {
        const counts = await countStandings(tx, ws.workspaceId, [id]);
        expect(counts).toEqual([
          { campaignId: id, status: 'active', stepKey: null, reason: null, count: 40 },
        ]);
      });
      expect(standing).toBe(0);
    }
    await calls.move(id, 'archive');
    await until('all were stopped', async () => (await calls.find(id)).campaign.progress.stopped === 40);
    expect((await calls.remove(id)).status).toBe(200);
    await ws.call('DELETE', '/api/leads', { ids: leadIds });
    expect((await ws.call('DELETE', `/api/lists/${listId}`)).status).toBe(200);
    const kept = (table: string) =>
      read(app, `SELECT 1 FROM ${table} WHERE workspace_id = $1 AND group_id = ANY($2)`, [
        ws.workspaceId,
        [id, listId],
      ]);
    expect([...(await kept('lead_counts')), ...(await kept('fresh_lead_counts'))]).toEqual([]);
  });

  test('wait for nobody: while one import is not committed, another into the same list is', async () => {
    const ws = await openWorkspace(app);
    const { listId } = await addLeads(ws, 1);
    const { database, ids } = app.deps;
    const one = (change: number) => [{ groupId: listId, standing: null, change }];
    await database.transaction(async (tx) => {
      await addLeadCounts(tx, ws.workspaceId, one(1), ids);
      await database.transaction((second) => addLeadCounts(second, ws.workspaceId, one(1), ids));
      await foldFreshLeadCounts(app.deps);
      await addLeadCounts(tx, ws.workspaceId, one(-2), ids);
    });
    expect(await miscounted(ws)).toEqual([]);
  });
});

function picking(...seeds: number[]): Pick {
  return (of) => of[(seeds.shift() ?? 0) % of.length];
}
