/** Whatever is done to campaigns in whatever order, they are what a simple model says, and tell one story. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Campaign } from '../../src/contract/campaigns/campaigns.ts';
import type { CampaignStatus } from '../../src/domain/words.ts';
import { listEntries } from '../../src/store/campaigns/campaign-entries.ts';
import { addLeadCounts } from '../../src/store/leads/lead-counts.ts';
import { type CampaignCalls, campaignCalls } from '../campaign-calls.ts';
import { addLeads, entriesOf } from '../campaigns.ts';
import { openApp, type TestApp } from '../harness.ts';
import { rowsWalked } from '../rows-walked.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

let app: TestApp;
let ws: Workspace;
let calls: CampaignCalls;
let leadIds: string[];

beforeAll(async () => {
  app = await openApp({ dispatches: false });
  ws = await openWorkspace(app);
  calls = campaignCalls(ws);
  ({ leadIds } = await addLeads(ws, 3));
});
afterAll(() => app.close());

interface Model {
  status: CampaignStatus | 'gone';
  entered: Set<string>;
  wasLaunched: boolean;
}

type Deed = { do: 'move'; to: string } | { do: 'enter'; lead: number } | { do: 'rename' } | { do: 'delete' };

const MOVES: Readonly<Record<string, { from: readonly string[]; to: CampaignStatus }>> = {
  launch: { from: ['draft'], to: 'active' },
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  complete: { from: ['active', 'paused'], to: 'completed' },
  archive: { from: ['draft', 'active', 'paused', 'completed'], to: 'archived' },
};

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('move'), to: fc.constantFrom(...Object.keys(MOVES)) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enter'), lead: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete') }) },
) as fc.Arbitrary<Deed>;

/** Changes the model, and answers the status that the API must answer with. */
function expected(model: Model, { do: what, ...how }: Deed & { to?: string; lead?: number }): number {
  const { status } = model;
  if (status === 'gone') return 404;
  if (what === 'move') {
    const { from, to } = MOVES[how.to ?? ''] ?? { from: [], to: 'draft' };
    if (status === to) return 200;
    if (!from.includes(status)) return 409;
    if (how.to === 'launch') model.wasLaunched = true;
    model.status = to;
    return 200;
  }
  if (what === 'delete') {
    const isLive = model.entered.size > 0 && status !== 'draft';
    if (status === 'active' || status === 'paused' || isLive) return 409;
    model.status = 'gone';
    return 200;
  }
  if (status === 'archived') return 409;
  if (what === 'rename') return 200;
  const leadId = leadIds[how.lead ?? 0] ?? '';
  if (model.entered.has(leadId)) return 200;
  // Nobody dispatches here, so whoever was on the way still is: it is being ended.
  if (status === 'completed' && model.entered.size > 0) return 409;
  model.entered.add(leadId);
  if (status === 'completed') model.status = 'active';
  return 201;
}

async function carryOut(id: string, deed: Deed): Promise<number> {
  switch (deed.do) {
    case 'move':
      return (await calls.move(id, deed.to)).status;
    case 'enter':
      return (await calls.enter(id, { leadId: leadIds[deed.lead] })).status;
    case 'rename':
      return (await calls.change(id, { name: 'New name' })).status;
    case 'delete':
      return (await calls.remove(id)).status;
  }
}

function checkStory(campaign: Campaign, { status, entered, wasLaunched }: Model): void {
  expect(campaign.status).toBe(status);
  expect(campaign.progress.total).toBe(entered.size);
  expect(campaign.startedAt !== null).toBe(wasLaunched);
  expect(campaign.completedAt !== null && status === 'active').toBe(false);
  if (status === 'completed') expect(campaign.completedAt).not.toBeNull();
  expect(campaign.archivedAt !== null).toBe(status === 'archived');
  expect(campaign.pauseReason).toBe(status === 'paused' ? 'requested' : null);
  if (status === 'paused') expect(campaign.pausedAt).not.toBeNull();
}

test('they are what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 12 }), async (deeds) => {
      const id = await calls.draft();
      const model: Model = { status: 'draft', entered: new Set(), wasLaunched: false };
      for (const each of deeds) {
        const wanted = expected(model, each);
        expect([each, await carryOut(id, each)]).toEqual([each, wanted]);
        if (model.status === 'gone') {
          expect((await ws.call('GET', `/api/campaigns/${id}`)).status).toBe(404);
          expect(await entriesOf(app, ws, id)).toEqual([]);
        } else checkStory((await calls.find(id)).campaign, model);
      }
    }),
    { numRuns: 25 },
  );
});

test('a page of leads costs a page, however many leads a campaign has', async () => {
  const id = await calls.draft();
  await read(
    app,
    `INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, entered_at, updated_at)
     SELECT $1, $2, lpad(to_hex(n), 24, '0'), 1, CASE n % 100 WHEN 0 THEN 'held' ELSE 'active' END, now(), now()
     FROM generate_series(1, 5000) AS n`,
    [ws.workspaceId, id],
  );
  const standing = (status: 'active' | 'held') => ({ status, stepKey: null, reason: null });
  const changes = [
    { groupId: id, standing: standing('active'), change: 4950 },
    { groupId: id, standing: standing('held'), change: 50 },
  ];
  await addLeadCounts(app.deps.database, ws.workspaceId, changes, app.deps.ids);
  const after = { leadId: (2_500).toString(16).padStart(24, '0'), entry: 1 };
  const walked = (status: 'held' | null) =>
    rowsWalked(app.deps.database, 'campaign_leads', (tx) =>
      listEntries(tx, ws.workspaceId, id, { status, after, limit: 20 }),
    );
  expect(await walked(null)).toBeLessThan(200);
  // Those in a state are found by its index once the planner knows how few they are.
  await read(app, 'ANALYZE');
  for (const status of [null, 'held'] as const) expect(await walked(status)).toBeLessThan(200);
  const page = await calls.leads(id, '?status=held&limit=100');
  expect(page.leads).toHaveLength(50);
  expect(page.leads[0]).toMatchObject({ name: null, phone: null });
  expect((await calls.find(id)).campaign.progress).toMatchObject({ total: 5_000, held: 50, active: 4_950 });
});
