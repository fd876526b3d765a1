/** What makes a simulation quick changes nothing in it: whatever the campaign, looks that are put off say what looks in time say. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Branch, Condition, Step } from '../../src/domain/campaign/campaign.ts';
import { addCampaign, addLeads, step } from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { messagesIn, openStill, simulate, simulateOnly } from '../simulations.ts';
import { openWorkspace } from '../workspaces.ts';

let app: TestApp;
let simulator: ReturnType<typeof simulateOnly>;

beforeAll(async () => {
  app = await openStill();
  simulator = simulateOnly(app);
});
afterAll(async () => {
  await simulator.stop();
  await app.close();
});

const keys = ['s0', 's1', 's2'];
const wait = fc.record({
  value: fc.integer({ min: 0, max: 5 }),
  unit: fc.constantFrom('s' as const, 'min' as const, 'h' as const, 'd' as const),
});
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  wait.map(
    ({ value, unit }) => ({ id: 'n', type: 'no_reply_for', wait: { value: value + 1, unit } }) as const,
  ),
  fc.constant({ id: 't', type: 'tag', tag: 'vip', is: 'present' } as const),
);
const stopsOf = (place: number): fc.Arbitrary<Condition[]> =>
  fc.constantFrom([], [{ id: `stop ${place}`, type: 'tag', tag: 'vip', is: 'present' } as const]);

function stepAt(place: number): fc.Arbitrary<Step> {
  const later = fc.constantFrom(...keys.slice(place + 1), 'end');
  return fc
    .record({
      wait,
      stopConditions: place === 0 ? fc.constant([]) : stopsOf(place),
      branches: fc.array(fc.record({ condition: conditions, to: later }) as fc.Arbitrary<Branch>, {
        maxLength: 2,
      }),
      next: fc.option(later, { nil: null }),
    })
    .map((wish) => step(keys[place] ?? '', { ...wish, branches: named(wish.branches, place) }));
}

/** Each condition has an id of its own. */
function named(branches: readonly Branch[], place: number): Branch[] {
  return branches.map(({ condition, to }, n) => ({ condition: { ...condition, id: `${place} ${n}` }, to }));
}

const campaigns = fc.record({
  steps: fc.tuple(...keys.map((_, place) => stepAt(place))),
  schedule: fc.constantFrom(null, {
    timezone: 'America/New_York',
    fallbackTimezone: null,
    start: '09:00',
    end: '11:00',
    days: [1, 2, 3, 4, 5],
  }),
  newLeadsFirst: fc.boolean(),
});
const pacings = fc.record({
  deviceGapMs: fc.constantFrom(0, 30_000),
  contactGapMs: fc.constantFrom(0, 45_000),
  dailyNewConversationsLimit: fc.constantFrom(null, 2, 4),
  dailyTotalMessagesLimit: fc.constantFrom(null, 5),
});

describe('a simulation', () => {
  test('foresees the same whether leads are looked at when something may follow, or each time something happened', async () => {
    await fc.assert(
      fc.asyncProperty(campaigns, fc.array(pacings, { minLength: 1, maxLength: 3 }), async (wish, lines) => {
        const own = await openWorkspace(app, { lines });
        const { listId, leadIds } = await addLeads(own, 9, (n) => (n % 4 === 3 ? { tags: ['vip'] } : {}));
        const id = await addCampaign(app, own, { listId, ...wish });
        const quick = await messagesIn(own, id, await simulate(own, id));
        // Somebody might reply, though next to nobody does: then every look is taken at once.
        const assume = { replyRate: Number.MIN_VALUE };
        const careful = await messagesIn(own, id, await simulate(own, id, { assume }));
        expect(quick).toEqual(careful);
        for (const leadId of leadIds) {
          const own = quick.filter((each) => each.leadId === leadId && each.at !== null);
          // No step twice, none before the one before it, all from one line.
          const order = own.map(({ stepKey }) => stepKey ?? '');
          expect(order).toEqual([...new Set(order)].sort());
          expect(new Set(own.map(({ lineId }) => lineId)).size).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});
