/** What becomes of messages whose send was cut off: chat.db is asked, and "absent" is never a guess. */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';
import { clock, type Mac, startMac } from './messages-app-mac.ts';

const macs: Mac[] = [];
const mac = async (...options: Parameters<typeof startMac>) => {
  const started = await startMac(...options);
  macs.push(started);
  return started;
};
afterEach(async () => {
  for (const each of macs.splice(0)) await each.close();
});

/** Ends a send in the moment at which Messages has been told of it. */
async function cutOff(here: Mac, address: string, differs = {}) {
  const job = here.job(address, differs);
  const lease = new AbortController();
  const asked = here.fake.scripts.length;
  const sending = here.send(job, leaseOf(lease));
  await until('Messages was asked', () => here.fake.scripts.length > asked);
  lease.abort();
  expect(await sending).toMatchObject({ outcome: 'unknown' });
  return job;
}

describe('after a crash', () => {
  test('what left is found by another process, under the id of its row', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550130');
    await until('it left', () => here.fake.left.length === 1);
    expect(await here.find(job, here.startDriver())).toEqual({
      finding: 'found',
      externalMessageId: here.fake.left[0]?.guid,
      address: '+12025550100'.replace('100', '130'),
    });
  });

  test('what was prepared and not begun is absent', async () => {
    const here = await mac({}, { settleMs: 60_000 });
    const job = here.job('+12025550100');
    here.journal.set(job.jobId, await here.driver.prepare(job));
    expect(await here.find(job)).toEqual({ finding: 'absent' });
  });

  test('what did not leave is absent once nothing may appear any more', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131');
    expect(await here.find(job, here.startDriver({ settleMs: 60_000 }))).toMatchObject({
      finding: 'undecided',
      final: false,
    });
    expect(await here.find(job)).toEqual({ finding: 'absent' });
  });

  test('what Messages refused is absent', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550110');
    await until('it was refused', () =>
      here.fake.rows.db.prepare('SELECT 1 FROM message WHERE error = 22').get(),
    );
    expect(await here.find(job)).toEqual({ finding: 'absent' });
  });

  test('files and text are found together', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550130', { files: [await here.file('plan.txt')] });
    await until('both left', () => here.fake.left.length === 2);
    expect(await here.find(job, here.startDriver())).toMatchObject({
      finding: 'found',
      externalMessageId: here.fake.left[1]?.guid,
    });
  });
});

describe('nothing is called absent', () => {
  test('while Messages does not answer: it may still have the order before it', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131');
    here.fake.mac.mayAutomate = false;
    expect(await here.find(job)).toMatchObject({ finding: 'undecided', final: false });
  });

  test('while its row waits to be sent', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550121');
    await until('the row is there', () => here.fake.rows.db.prepare('SELECT 1 FROM message').get());
    expect(await here.find(job)).toMatchObject({ finding: 'undecided', final: false });
  });

  test('when its row appears while Messages is asked', async () => {
    const here = await mac({}, { quietMs: 2_500 });
    const job = await cutOff(here, '+12025550120');
    expect(await here.find(job)).toMatchObject({ finding: 'found' });
  });

  test('beside a ghost, which may be what became of it', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550122');
    await until('the ghost is there', () => here.fake.rows.db.prepare('SELECT 1 FROM message').get());
    expect(await here.find(job)).toMatchObject({ finding: 'undecided', final: true });
  });

  test('beside a row whose content cannot be read', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131');
    const guid = here.fake.rows.add({ address: job.address, isFromMe: true, text: 'Hello Anna' });
    here.fake.rows.db.prepare("UPDATE message SET attributedBody = x'62706c697374' WHERE guid = ?").run(guid);
    expect(await here.find(job)).toMatchObject({ finding: 'undecided' });
  });

  test('when only its file left', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550130', { files: [await here.file('plan.txt')] });
    await until('both left', () => here.fake.left.length === 2);
    here.fake.rows.db.prepare('DELETE FROM message WHERE guid = ?').run(here.fake.left[1]?.guid ?? '');
    expect(await here.find(job)).toMatchObject({ finding: 'undecided', final: true });
  });

  test('when chat.db cannot be read', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131');
    here.fake.rows.db.exec('DROP TABLE chat_message_join');
    expect(await here.find(job, here.startDriver())).toMatchObject({ finding: 'undecided', final: false });
  });

  test('when the journal is lost; what left is still found', async () => {
    const here = await mac();
    const lost = await cutOff(here, '+12025550131');
    const left = await cutOff(here, '+12025550130');
    await until('one left', () => here.fake.left.length === 1);
    here.journal.clear();
    expect(await here.find(lost)).toMatchObject({ finding: 'undecided', final: true });
    expect(await here.find(left, here.startDriver())).toMatchObject({ finding: 'found' });
  });
});

describe('what others wrote from this account is not taken for the message', () => {
  test.each([
    ['to the same address, something else', { address: '+12025550131', text: 'Hello Ben' }],
    ['the same text to somebody else', { address: '+12025550132', text: 'Hello Anna' }],
    [
      'the same text to a group',
      { address: '+12025550131', text: 'Hello Anna', group: ['+12025550131', '+12025550100'] },
    ],
  ])('%s', async (_what, row) => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131');
    here.fake.rows.add({ isFromMe: true, columns: { is_sent: 1 }, ...row });
    expect(await here.find(job)).toEqual({ finding: 'absent' });
  });

  test('texts that are alike in ASCII alone', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550131', { text: 'مرحبا 🌅' });
    here.fake.rows.add({ address: '+12025550131', isFromMe: true, text: '你好 🎉', columns: { is_sent: 1 } });
    expect(await here.find(job)).toEqual({ finding: 'absent' });
  });
});

describe('the same text twice to one address', () => {
  test('sent at once: each message has a row of its own', async () => {
    const here = await mac();
    const outcomes = await Promise.all([1, 2, 3].map(() => here.send(here.job('+12025550100'))));
    const ids = outcomes.map((outcome) =>
      outcome.outcome === 'accepted' ? outcome.externalMessageId : null,
    );
    expect(new Set(ids)).toEqual(new Set(here.fake.left.map(({ guid }) => guid)));
    expect(ids).toHaveLength(3);
  });

  test('one left and one not: the row of the one is no proof for the other, not even to a new process', async () => {
    const here = await mac();
    const lost = here.job('+12025550131');
    const notes = await here.driver.prepare(lost);
    const sent = here.job('+12025550131');
    here.fake.behave('+12025550131', 'delivered');
    expect(await here.send(sent)).toMatchObject({ outcome: 'accepted' });
    here.journal.set(lost.jobId, { ...notes, startedAt: clock.now() });
    expect(await here.find(lost, here.startDriver())).toEqual({ finding: 'absent' });
    expect(await here.find(sent, here.startDriver())).toMatchObject({ finding: 'found' });
    expect(here.fake.left).toHaveLength(1);
  });

  test('a claim that a power cut left half written is no claim', async () => {
    const here = await mac();
    const job = await cutOff(here, '+12025550130');
    await until('it left', () => here.fake.left.length === 1);
    appendFileSync(
      path.join(here.dataDir, 'claims.jsonl'),
      `{"jobId":"other","guids":["${here.fake.left[0]?.guid}`,
    );
    expect(await here.find(job, here.startDriver())).toMatchObject({ finding: 'found' });
    expect(await here.find(job, here.startDriver())).toMatchObject({ finding: 'found' });
  });
});
