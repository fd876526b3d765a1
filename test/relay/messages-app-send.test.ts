/** What the driver makes of every end that a send can have in Messages. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { SEND_SCRIPT } from '../../src/relay/drivers/messages-app/scripts.ts';
import { leaseOf, leaseSleptThrough } from '../leases.ts';
import { until } from '../until.ts';
import { type Mac, startMac } from './messages-app-mac.ts';

const macs: Mac[] = [];
const mac = async (...options: Parameters<typeof startMac>) => {
  const started = await startMac(...options);
  macs.push(started);
  return started;
};
afterEach(async () => {
  for (const each of macs.splice(0)) await each.close();
});

const guidOf = ({ fake }: Mac) => fake.left.at(-1)?.guid;

describe.each([15, 26] as const)('on macOS %i', (macOs) => {
  test('a message is accepted when its row says that it was sent, under the id of that row', async () => {
    const here = await mac({ macOs });
    const outcome = await here.send(here.job('+12025550100'));
    expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: guidOf(here) });
    expect(here.fake.left).toMatchObject([{ address: '+12025550100', text: 'Hello Anna' }]);
  });

  test('the second message goes into the conversation that is there, as chat.db calls it', async () => {
    const here = await mac({ macOs });
    for (const _ of [1, 2]) await here.send(here.job('+12025550100'));
    expect(here.fake.scripts.map(({ args }) => args.slice(0, 2))).toEqual([
      ['participant', '+12025550100'],
      ['chat', `${macOs === 26 ? 'any' : 'iMessage'};-;+12025550100`],
    ]);
    expect(here.fake.left).toHaveLength(2);
  });

  test('a conversation that AppleScript does not know costs no attempt: the address is used', async () => {
    const here = await mac({ macOs });
    await here.send(here.job('+12025550100'));
    here.fake.forgetChats();
    expect(await here.send(here.job('+12025550100'))).toMatchObject({ outcome: 'accepted' });
    expect(here.fake.scripts.map(({ args }) => args[0])).toEqual(['participant', 'chat', 'participant']);
    expect(here.fake.left).toHaveLength(2);
  });
});

test('a conversation that was last SMS is left alone: the message goes to the iMessage account', async () => {
  const here = await mac({ macOs: 26 });
  here.fake.rows.add({ address: '+12025550100', isFromMe: false, text: 'Hi', service: 'SMS' });
  expect(await here.send(here.job('+12025550100'))).toMatchObject({ outcome: 'accepted' });
  expect(here.fake.scripts.map(({ args }) => args[0])).toEqual(['participant']);
});

test.each([
  ['+12025550110', { outcome: 'not_on_channel' }],
  ['+12025550111', { outcome: 'rejected', permanent: true, code: '25' }],
  ['+12025550112', { outcome: 'rejected', permanent: false, code: '4' }],
  ['+12025550140', { outcome: 'rejected', permanent: false, code: 'AE1728' }],
])('%s: what Messages refuses is told with its own number, and nothing left', async (address, outcome) => {
  const here = await mac();
  expect(await here.send(here.job(address))).toMatchObject(outcome);
  expect(here.fake.left).toEqual([]);
});

test.each(['+12025550130', '+12025550132'])(
  '%s: a script that never ends, though the message left, is accepted: the row counts and not the script',
  async (address) => {
    // Long enough for a script to reach Messages, however busy the machine is.
    const here = await mac({}, { scriptMs: 5_000 });
    expect(await here.send(here.job(address))).toMatchObject({ outcome: 'accepted' });
    expect(here.fake.left).toHaveLength(1);
  },
);

test.each(['+12025550131', '+12025550133', '+12025550122', '+12025550121'])(
  '%s: what nobody saw leave is unknown when the time is over',
  async (address) => {
    const here = await mac({}, { scriptMs: 700, confirmMs: 300 });
    expect(await here.send(here.job(address))).toMatchObject({ outcome: 'unknown' });
  },
);

test('a row that comes late is waited for', async () => {
  const here = await mac();
  expect(await here.send(here.job('+12025550120'))).toMatchObject({ outcome: 'accepted' });
});

test('what Messages made an SMS of left as one copy, and is not sent again elsewhere', async () => {
  const here = await mac();
  expect(await here.send(here.job('+12025550114'))).toMatchObject({ outcome: 'accepted' });
  expect(here.fake.left).toMatchObject([{ service: 'SMS' }]);
});

describe("the fault is the line's and not the message's", () => {
  test('when this process may not control Messages', async () => {
    const here = await mac();
    here.fake.mac.mayAutomate = false;
    const outcome = await here.send(here.job('+12025550100'));
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'AE1743', lineBad: true });
  });

  test('when nobody is signed in to iMessage', async () => {
    const here = await mac();
    here.fake.mac.isSignedIn = false;
    const outcome = await here.send(here.job('+12025550100'));
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
  });

  test('when a file cannot be put where Messages reads it', async () => {
    const here = await mac();
    const gone = { ...(await here.file('plan.txt')), path: '/nowhere/plan.txt' };
    const outcome = await here.send(here.job('+12025550100', { files: [gone] }));
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'staging', lineBad: true });
    expect(here.fake.scripts).toEqual([]);
  });
});

describe('the text', () => {
  test.each([
    ['emoji and other scripts', '🌅👩‍👩‍👧 Grüße, مرحبا, 你好'],
    ['quotes and line breaks', 'He said "hi"\n\\ & \' end tell\n  indented'],
    ['what looks like an option', '-e do shell script "id"'],
    ['more than 32,767 bytes', '🌅'.repeat(10_000)],
  ])('arrives as it was written: %s', async (_what, text) => {
    const here = await mac();
    expect(await here.send(here.job('+12025550100', { text }))).toMatchObject({ outcome: 'accepted' });
    expect(here.fake.left).toMatchObject([{ text }]);
  });

  test('is never part of the script', async () => {
    const here = await mac();
    for (const text of ['one', '" & (do shell script "id") & "'])
      await here.send(here.job('+12025550100', { text }));
    expect(new Set(here.fake.scripts.map(({ script }) => script))).toEqual(new Set([SEND_SCRIPT]));
  });

  test.each([
    ['holds a NUL', { text: 'a\0b' }],
    ['is longer than any argument', { text: 'x'.repeat(100_001) }],
    ['is missing, and no file goes with it', { text: '' }],
    ['goes to a name', { address: 'anna' }],
    ['goes to a number without its country', { address: '2025550100' }],
  ])('that %s is refused for good before Messages is asked', async (_what, differs) => {
    const here = await mac();
    const outcome = await here.send(here.job('+12025550100', differs));
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: true });
    expect(here.fake.scripts).toEqual([]);
  });
});

describe('files', () => {
  test('go first, one by one, from where Messages may read, and the text stands for all', async () => {
    const here = await mac();
    const files = [await here.file('plan.txt', 'one'), await here.file('plan.txt', 'two')];
    const outcome = await here.send(here.job('+12025550100', { files }));
    expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: guidOf(here) });
    expect(here.fake.left.map(({ text, file }) => text || readFileSync(file ?? '', 'utf8'))).toEqual([
      'one',
      'two',
      'Hello Anna',
    ]);
    for (const { file } of here.fake.left)
      if (file !== null) expect(file.startsWith(here.fake.folder)).toBe(true);
  });

  test('need no text', async () => {
    const here = await mac();
    const job = here.job('+12025550100', { text: '', files: [await here.file('a.txt')] });
    expect(await here.send(job)).toEqual({ outcome: 'accepted', externalMessageId: guidOf(here) });
  });

  test.each(['../../../../etc/passwd', '.hidden', 'a/b:c\\d\n.txt', '', `${'ü'.repeat(300)}.pdf`])(
    'called %j stay in their folder',
    async (name) => {
      const here = await mac();
      const job = here.job('+12025550100', { jobId: '../job', files: [await here.file(name)] });
      expect(await here.send(job)).toMatchObject({ outcome: 'accepted' });
      const file = here.fake.left[0]?.file ?? '';
      expect(file).toMatch(/\/Library\/Messages\/Attachments\/trunkline\/[^/]+\/1\/[^/.][^/]*$/);
      expect(existsSync(file)).toBe(true);
    },
  );
});

describe('the lease', () => {
  const over = new AbortController();
  over.abort();

  test.each([
    ['that is over', () => leaseOf(over)],
    ['that was slept through', leaseSleptThrough],
  ])('%s: Messages is not asked', async (_how, lease) => {
    const here = await mac();
    const outcome = await here.send(here.job('+12025550100'), lease());
    expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: 'lease_over' });
    expect(here.fake.scripts).toEqual([]);
  });

  test('that ends under way ends the script, and the outcome is unknown', async () => {
    const here = await mac();
    const lease = new AbortController();
    const sending = here.send(here.job('+12025550131'), leaseOf(lease));
    await until('Messages was asked', () => here.fake.scripts.length === 1);
    lease.abort();
    expect(await sending).toMatchObject({ outcome: 'unknown' });
  });

  test('that ends while another script runs: the message waits no longer and has not left', async () => {
    const here = await mac();
    const lease = new AbortController();
    const first = here.send(here.job('+12025550131'), leaseOf(lease));
    await until('Messages was asked', () => here.fake.scripts.length === 1);
    const second = here.send(here.job('+12025550100'), leaseOf(lease));
    lease.abort();
    expect(await second).toMatchObject({ outcome: 'rejected', code: 'lease_over' });
    await first;
    expect(here.fake.left).toEqual([]);
  });
});

test('the journal knows that the script was about to run before it runs, and the row as soon as it is there', async () => {
  const here = await mac();
  const job = here.job('+12025550100');
  const noted: unknown[] = [];
  const notes = await here.driver.prepare(job);
  expect(notes).toMatchObject({ before: 0, startedAt: null });
  await here.driver.send(job, notes, leaseOf(), async (newer) => {
    noted.push([here.fake.scripts.length, newer]);
  });
  expect(noted).toMatchObject([
    [0, { startedAt: expect.any(Number), guids: [] }],
    [1, { guids: [guidOf(here)] }],
  ]);
});

test('where chat.db cannot be read nothing is begun', async () => {
  const here = await mac();
  here.fake.rows.db.exec('DROP TABLE message');
  await expect(here.driver.prepare(here.job('+12025550100'))).rejects.toThrow();
});

test('where chat.db cannot be read while a message is followed, it is read again, and else the outcome is unknown', async () => {
  const here = await mac({}, { confirmMs: 1_000, scriptMs: 5_000 });
  const away = () => here.fake.rows.db.exec('ALTER TABLE chat_message_join RENAME TO away');
  const first = here.send(here.job('+12025550130'));
  await until('Messages was told', () => here.fake.scripts.length === 1);
  await until('it left', () => here.fake.left.length === 1);
  away();
  const second = here.driver.askForNews({ cursor: { row: 0, told: {} }, outstanding: [] });
  await expect(second).rejects.toThrow();
  here.fake.rows.db.exec('ALTER TABLE away RENAME TO chat_message_join');
  expect(await first).toMatchObject({ outcome: 'accepted' });

  const third = here.send(here.job('+12025550131'));
  await until('Messages was told', () => here.fake.scripts.length === 2);
  away();
  expect(await third).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('chat.db') });
});
