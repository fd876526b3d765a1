/** What a simulation foresees is what happens: the same campaign foreseen, then launched and sent on a clock that leaps (part III 3). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { END } from '../../src/domain/campaign/campaign.ts';
import { addCampaign, addLeads, messagesOf, statusOf, step } from '../campaigns.ts';
import { type Compressed, openCompressed, run } from '../compressed.ts';
import { messagesIn, NOW, simulate, simulateOnly } from '../simulations.ts';
import { openWorkspace, read, type Workspace } from '../workspaces.ts';

const CAPPED = {
  deviceGapMs: 30_000,
  contactGapMs: 45_000,
  dailyNewConversationsLimit: 6,
  dailyTotalMessagesLimit: 10,
  hourlyNewConversationsLimit: 4,
};
const SCHEDULE = {
  timezone: 'America/New_York',
  fallbackTimezone: null,
  start: '09:00',
  end: '17:30',
  days: [1, 2, 3, 4, 5],
};

let app: Compressed;
let own: Workspace;

beforeAll(async () => {
  app = await openCompressed(NOW);
  own = await openWorkspace(app, { lines: [CAPPED, CAPPED, { ...CAPPED, dailyNewConversationsLimit: 3 }] });
  await read(app, 'UPDATE lines SET health_checked_at = NULL');
});
afterAll(() => app.close());

interface Went {
  leadId: string;
  stepKey: string | null;
  lineId: string | null;
  at: number;
}

test('every message goes to the lead, as the step, from the line and at the instant that were foreseen', async () => {
  const tags = [[], ['customer'], ['trial'], [], ['trial', 'late']];
  const { listId } = await addLeads(own, 40, (n) => ({ tags: tags[n % tags.length] }));
  const tag = (id: string, name: string) => ({ id, type: 'tag', tag: name, is: 'present' }) as const;
  const id = await addCampaign(app, own, {
    listId,
    schedule: SCHEDULE,
    newLeadsFirst: true,
    steps: [
      step('hello', { branches: [{ condition: tag('on_trial', 'trial'), to: 'offer' }] }),
      step('again', {
        wait: { value: 2, unit: 'h' },
        stopConditions: [tag('is_customer', 'customer')],
        next: END,
      }),
      step('offer', { wait: { value: 1, unit: 'd' }, stopConditions: [tag('is_late', 'late')] }),
    ],
  });
  const simulator = simulateOnly(app);
  const result = await simulate(own, id);
  const foreseen = (await messagesIn(own, id, result)).flatMap(({ leadId, stepKey, lineId, at }): Went[] =>
    at === null ? [] : [{ leadId, stepKey, lineId, at: Date.parse(at) }],
  );
  await simulator.stop();
  expect(await own.call('POST', `/api/campaigns/${id}/launch`)).toMatchObject({ status: 200 });
  await run(app, async () => (await statusOf(app, own, id)) === 'completed');
  const happened = (await messagesOf(app, own, id)).flatMap(({ leadId, stepKey, lineId, sentAt }): Went[] =>
    sentAt === null ? [] : [{ leadId, stepKey, lineId, at: sentAt }],
  );

  const inOrder = (some: readonly Went[]) => some.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const wanted = new Map(foreseen.map((each) => [keyOf(each), each.at]));
  const errors = happened.map((each) => Math.abs(each.at - (wanted.get(keyOf(each)) ?? Number.NaN)));
  const days = (Math.max(...happened.map(({ at }) => at)) - NOW) / 86_400_000;
  process.stdout.write(
    `Foreseen ${foreseen.length} messages, sent ${happened.length} within ${days.toFixed(1)} days; the largest prediction error is ${Math.max(...errors)} ms.\n`,
  );
  expect(happened.length).toBeGreaterThan(60);
  expect(inOrder(happened)).toEqual(inOrder(foreseen));
  const { body } = await own.call('GET', `/api/campaigns/${id}/analytics`);
  expect(body).toMatchObject({
    totals: { sent: happened.length, reached: result.leads },
    leads: { stopped: result.neverGoes.total },
  });
});

function keyOf({ leadId, stepKey }: Went): string {
  return `${leadId} ${stepKey}`;
}
