/** What comes true while a step is already leased, and its carrier is being asked whether the contact can be reached. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveInbound } from '../../src/actions/news/receive-inbound.ts';
import type { Availability } from '../../src/channels/channel.ts';
import type { Condition } from '../../src/domain/campaign/campaign.ts';
import { openTown, type Town } from '../asking-carrier.ts';
import {
  addCampaign,
  addLeads,
  change,
  entriesOf,
  launch,
  messagesOf,
  statusOf,
  step,
} from '../campaigns.ts';
import type { TestApp } from '../harness.ts';
import { until } from '../until.ts';
import { newPhone, openWorkspace, read, type Workspace } from '../workspaces.ts';

const DAY = 86_400_000;
const QUICK = { deviceGapMs: 0, contactGapMs: 0 };
const IS_LOST: Condition = { id: 'lost', type: 'tag', tag: 'lost', is: 'present' };

let town: Town;
let app: TestApp;

beforeAll(async () => {
  town = await openTown();
  app = await town.open();
});
afterAll(() => town.close());

interface Leased {
  own: Workspace;
  id: string;
  phone: string;
  leadId: string;
  messageId: string;
  /** The carrier answers at last, two seconds later. */
  goOn(): void;
}

/** The second step is leased and its carrier does not answer yet: what it knew of the address has grown too old. */
async function leaseSecond(): Promise<Leased> {
  const own = await openWorkspace(app, { lines: [{ ...QUICK }] });
  const phone = newPhone();
  const { listId, leadIds } = await addLeads(own, 1, () => ({ phone }));
  const [leadId = ''] = leadIds;
  const id = await addCampaign(app, own, {
    listId,
    steps: [step('hello'), step('again', { wait: { value: 40, unit: 'd' }, stopConditions: [IS_LOST] })],
  });
  await launch(app, own, id);
  await until('the first step is out and the second waited for', async () =>
    (await entriesOf(app, own, id)).some(({ lookAt, stepKey }) => stepKey === 'hello' && lookAt !== null),
  );
  const answer = Promise.withResolvers<Availability>();
  town.says.set(phone, answer.promise);
  const before = town.asked.length;
  town.clock.leap(40 * DAY);
  await until('the carrier is asked', () =>
    town.asked.slice(before).some(({ address }) => address === phone),
  );
  const sending = await until('the second step is leased', async () =>
    (await messagesOf(app, own, id)).find(
      ({ stepKey, status }) => stepKey === 'again' && status === 'sending',
    ),
  );
  return {
    own,
    id,
    phone,
    leadId,
    messageId: sending.id,
    goOn() {
      town.clock.leap(2_000);
      answer.resolve({ availability: 'available' });
    },
  };
}

const isComplete = ({ own, id }: Leased) =>
  until('it is complete', async () => (await statusOf(app, own, id)) === 'completed');

describe('while the carrier is waited for', () => {
  test('a tag comes: the step does not leave, and its contact leaves the campaign', async () => {
    const leased = await leaseSecond();
    await leased.own.call('PATCH', `/api/leads/${leased.leadId}`, { tags: ['lost'] });
    leased.goOn();
    expect(await leased.own.reaches(leased.messageId, 'cancelled')).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: 'The contact has the tag "lost"',
    });
    await isComplete(leased);
    expect((await entriesOf(app, leased.own, leased.id))[0]).toMatchObject({
      status: 'stopped',
      reason: 'condition',
      stepKey: 'again',
    });
    const [row] = await read(app, 'SELECT reserved, lease_until FROM messages WHERE id = $1', [
      leased.messageId,
    ]);
    expect(row).toEqual({ reserved: null, lease_until: null });
  });

  test('a reply comes: the contact is out of the campaign at once, and the step does not leave', async () => {
    const leased = await leaseSecond();
    await receiveInbound(app.deps, {
      workspaceId: leased.own.workspaceId,
      lineId: leased.own.lines[0]?._id ?? '',
      address: leased.phone,
      message: 'Who is this?',
      externalMessageId: null,
    });
    await until('it is out', async () =>
      (await entriesOf(app, leased.own, leased.id)).some(
        ({ status, reason }) => status === 'stopped' && reason === 'replied',
      ),
    );
    leased.goOn();
    expect(await leased.own.reaches(leased.messageId, 'cancelled')).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: 'The contact replied',
    });
    await isComplete(leased);
  });

  test('somebody ends the campaign: the step does not leave', async () => {
    const leased = await leaseSecond();
    await change(app, leased.own, leased.id, { status: 'completed', completedAt: town.clock.now() });
    leased.goOn();
    expect(await leased.own.reaches(leased.messageId, 'cancelled')).toMatchObject({
      reason: 'campaign_stopped',
      errorMessage: 'Its campaign was completed',
    });
  });

  test('nothing comes: it leaves, once', async () => {
    const leased = await leaseSecond();
    leased.goOn();
    await isComplete(leased);
    expect((await messagesOf(app, leased.own, leased.id)).map(({ status }) => status)).toEqual([
      'sent',
      'sent',
    ]);
  });
});
