/** A campaign on its way: entered, made, sent, waited for, complete (contract 3.5, 4.12, 7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCampaign, addLeads, entriesOf, launch, messagesOf, statusOf, step } from './campaigns.ts';
import { openApp, type TestApp } from './harness.ts';
import { type LeapingClock, leapingClock } from './leaping-clock.ts';
import { until } from './until.ts';
import { copiesIn, openWorkspace } from './workspaces.ts';

const HOUR = 3_600_000;
/** No gaps: the tests are about campaigns. */
const QUICK = { deviceGapMs: 0, contactGapMs: 0 };

let app: TestApp;
let clock: LeapingClock;

beforeAll(async () => {
  clock = leapingClock();
  app = await openApp({ clock });
});
afterAll(() => app.close());

describe('a campaign', () => {
  test('writes each step once to each lead, and is complete when nobody is on the way', async () => {
    const own = await openWorkspace(app, { lines: [QUICK, QUICK] });
    const { listId, leadIds } = await addLeads(own, 5);
    const id = await addCampaign(app, own, {
      listId,
      steps: [step('hello'), step('again', { wait: { value: 2, unit: 'h' } })],
    });
    await launch(app, own, id);
    await until('the first step is out', async () => (await copiesIn(app, own)).length === 5);
    await until('they wait', async () =>
      (await entriesOf(app, own, id)).every(({ lookAt }) => lookAt !== null),
    );
    expect(await messagesOf(app, own, id)).toHaveLength(5);
    clock.leap(2 * HOUR);
    await until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');
    const messages = await messagesOf(app, own, id);
    const ways = Map.groupBy(messages, ({ leadId }) => leadId);
    expect([...ways.keys()].sort()).toEqual([...leadIds].sort());
    for (const way of ways.values()) {
      expect(way.map(({ stepKey }) => stepKey)).toEqual(['hello', 'again']);
      const [first, second] = way;
      expect(second?.lineId).toBe(first?.lineId);
      expect((second?.createdAt ?? 0) - (first?.sentAt ?? 0)).toBeGreaterThanOrEqual(2 * HOUR);
    }
    expect((await entriesOf(app, own, id)).map(({ status }) => status)).toEqual(Array(5).fill('finished'));
    expect((await copiesIn(app, own)).map(({ message }) => message)).toContain('again for Lead3');
  });
});
