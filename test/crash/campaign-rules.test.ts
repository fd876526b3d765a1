/** Rules of campaigns: each is shown a world in which it must speak up. */
import { expect, test } from 'vitest';
import { afterItsStop, type CampaignCase, lostOnTheWay, stepsOnce } from './campaign-rules.ts';
import { STEP_KEYS, WAIT_MS } from './campaigns.ts';
import type { CopyFact, EntryFact, MessageFact } from './evidence.ts';

const START = 1_000;
const AFTER = WAIT_MS + 500;

function goodWorld() {
  const messages = STEP_KEYS.map((stepKey, n) => ({
    ...({ id: `m${n}`, campaignId: 'c', leadId: 'l', lineId: 'line', stepKey } as MessageFact),
    status: 'delivered' as MessageFact['status'],
    reason: null as MessageFact['reason'],
    sentAt: START + n * AFTER,
  }));
  const copies = new Map(messages.map(({ id, sentAt }) => [id, [{ receivedAt: sentAt } as CopyFact]]));
  const entry: EntryFact = {
    campaignId: 'c',
    leadId: 'l',
    status: 'finished',
    campaignStatus: 'completed',
    endless: false,
  };
  const promised = [{ campaignId: 'c', leadId: 'l', stoppedAt: null as number | null }];
  return { messages, copies, entries: [entry], promised };
}
type World = ReturnType<typeof goodWorld>;

const find = (world: CampaignCase) =>
  Object.entries({ lostOnTheWay, stepsOnce, afterItsStop }).flatMap(([rule, of]) =>
    [...of(world)].length > 0 ? [rule] : [],
  );

test('nothing is said of a world in order', () => {
  expect(find(goodWorld())).toEqual([]);
});

test.each<[string, string, (world: World) => void]>([
  ['somebody never went in', 'lostOnTheWay', (world) => void world.entries.pop()],
  [
    'somebody went in twice',
    'lostOnTheWay',
    (world) => void world.entries.push(world.entries[0] as EntryFact),
  ],
  [
    'somebody is still on the way',
    'lostOnTheWay',
    ({ entries: [entry] }) => Object.assign(entry ?? {}, { status: 'active' }),
  ],
  [
    'a campaign never ends',
    'lostOnTheWay',
    ({ entries: [entry] }) => Object.assign(entry ?? {}, { campaignStatus: 'active' }),
  ],
  [
    'somebody was stopped by nobody',
    'lostOnTheWay',
    ({ entries: [entry] }) => Object.assign(entry ?? {}, { status: 'stopped' }),
  ],
  ['a step is missing', 'stepsOnce', (world) => void world.messages.splice(1, 1)],
  [
    'a step was made twice',
    'stepsOnce',
    ({ messages }) => Object.assign(messages[2] ?? {}, { stepKey: 'again' }),
  ],
  [
    'a step failed and its lead went on',
    'stepsOnce',
    ({ messages }) => Object.assign(messages[1] ?? {}, { status: 'failed' }),
  ],
  [
    'a step came too early',
    'stepsOnce',
    ({ copies }) => Object.assign(copies.get('m1')?.[0] ?? {}, { receivedAt: START + WAIT_MS - 1 }),
  ],
  [
    'a lead heard from two lines',
    'stepsOnce',
    ({ messages }) => Object.assign(messages[2] ?? {}, { lineId: 'other' }),
  ],
  [
    'a step came after its stop',
    'afterItsStop',
    ({ promised: [promise], copies }) => {
      Object.assign(promise ?? {}, { stoppedAt: START });
      Object.assign(copies.get('m2')?.[0] ?? {}, { receivedAt: START + 60_000 });
    },
  ],
])('it is said that %s (%s)', (_what, rule, doctor) => {
  const world = goodWorld();
  doctor(world);
  expect(find(world)).toContain(rule);
});
