/** What only a BlueBubbles server has: rows that prove little, conversations by name, files, hints, a Mac of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createBlueBubblesChannel } from '../../src/channels/bluebubbles.ts';
import type { NewsAnswer, OutgoingAttachment } from '../../src/channels/channel.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createGuardedFetch, type GuardedFetch } from '../../src/lib/guarded-fetch.ts';
import { attachmentOf } from '../attachments.ts';
import { type MacWish, type OpenMac, openMac, outgoingTo, PATIENCE, QUICK } from '../bluebubbles.ts';
import { leaseOf } from '../leases.ts';
import { until } from '../until.ts';

const ANNA = '+12025550100';
const open: OpenMac[] = [];

afterEach(async () => {
  for (const mac of open.splice(0)) await mac.close();
});

async function mac(wish: MacWish = {}): Promise<OpenMac> {
  const opened = await openMac(wish);
  open.push(opened);
  return opened;
}

const sendTo = ({ channel, line }: OpenMac, address: string, differs = {}) =>
  channel.send(line, outgoingTo(address, differs), leaseOf());

describe('a row is not a message', () => {
  test.each([
    ['an error that comes after the answer', '+12025550110', { outcome: 'not_on_channel' }],
    [
      'an error while the answer is awaited',
      '+12025550112',
      { outcome: 'rejected', permanent: true, code: '4' },
    ],
    ['an error that the answer does not name', '+12025550115', { outcome: 'not_on_channel' }],
  ])('%s is read from the row', async (_title, address, expected) => {
    expect(await sendTo(await mac(), address)).toMatchObject(expected);
  });

  test.each([
    ['a row that came too late for an answer', '+12025550108'],
    ['a gateway that gave up', '+12025550109'],
    ['a connection reset after the message was taken', '+12025550105'],
  ])('%s is unknown, and found when asked for', async (_title, address) => {
    const { channel, line, server } = await mac();
    const message = outgoingTo(address);
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'unknown' });
    const [row] = server.copies(message.reference);
    expect(await channel.reconcile(line, message.reference)).toEqual({
      finding: 'found',
      externalMessageId: row?.guid,
      address,
    });
  });

  test('an empty row in no conversation is neither found nor denied', async () => {
    const { channel, line } = await mac();
    const message = outgoingTo('+12025550113');
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'unknown' });
    expect(await channel.reconcile(line, message.reference)).toMatchObject({
      finding: 'undecided',
      final: false,
    });
  });
});

describe('a lost message', () => {
  test('is not denied while the server may still be sending it', async () => {
    const { channel, line } = await mac({ quietMs: 60_000 });
    const message = outgoingTo('+12025550106');
    await channel.send(line, message, leaseOf());
    expect(await channel.reconcile(line, message.reference)).toMatchObject({
      finding: 'undecided',
      final: false,
    });
  });

  test('that says the same as one before is not taken for it', async () => {
    const there = await mac();
    const before = outgoingTo('+12025550105');
    await there.channel.send(there.line, before, leaseOf());
    await there.channel.reconcile(there.line, before.reference);
    const again = outgoingTo('+12025550105');
    await there.server.stop();
    await there.channel.send(there.line, again, leaseOf());
    await there.server.listen();
    expect(await there.channel.reconcile(there.line, again.reference)).toEqual({ finding: 'absent' });
  });

  test.each(['🌅', 'مرحبا', '你好', '“Curly” – quotes…', ' two\n lines ', '!?'])(
    'is known by its words in any script: %s',
    async (words) => {
      const { channel, line } = await mac();
      const message = outgoingTo('+12025550105', { text: words });
      await channel.send(line, message, leaseOf());
      expect(await channel.reconcile(line, message.reference)).toMatchObject({ finding: 'found' });
      const other = outgoingTo('+12025550106', { text: `${words}🌧` });
      await channel.send(line, other, leaseOf());
      expect(await channel.reconcile(line, other.reference)).toEqual({ finding: 'absent' });
    },
  );

  test('is left alone while another to the same address is not settled', async () => {
    const { channel, line } = await mac();
    const message = outgoingTo('+12025550105');
    await channel.send(line, message, leaseOf());
    const rival = { isContested: async () => true } as never;
    expect(await channel.reconcile(line, message.reference, rival)).toMatchObject({ finding: 'undecided' });
  });

  test('whose words nobody knows any more is not guessed', async () => {
    const { channel, line } = await mac();
    const message = outgoingTo('+12025550105');
    await channel.send(line, message, leaseOf());
    const forgotten = { text: null } as never;
    expect(await channel.reconcile(line, message.reference, forgotten)).toMatchObject({
      finding: 'undecided',
    });
  });

  test('is found though the Mac’s clock is minutes off', async () => {
    const { channel, line } = await mac({ skewMs: -280_000 });
    const message = outgoingTo('+12025550105');
    await channel.send(line, message, leaseOf());
    expect(await channel.reconcile(line, message.reference)).toMatchObject({ finding: 'found' });
  });

  test('cannot be asked for while the server is down', async () => {
    const { channel, line, server } = await mac();
    const message = outgoingTo('+12025550105');
    await channel.send(line, message, leaseOf());
    await server.stop();
    expect(await channel.reconcile(line, message.reference)).toMatchObject({
      finding: 'undecided',
      final: false,
    });
  });
});

describe('ways to send', () => {
  test('the Private API is used while its helper is connected, else AppleScript', async () => {
    const { channel, line, server } = await mac({ macos: 15 });
    await channel.send(line, outgoingTo(ANNA), leaseOf());
    expect(server.calls).toContain('POST chat/new');
    server.world.helperConnected = false;
    expect(await channel.send(line, outgoingTo(ANNA), leaseOf())).toMatchObject({ outcome: 'accepted' });
    expect(server.calls.at(-1)).toMatch(/^(POST message\/text|GET message\/)/);
  });

  test('a line that insists on the Private API waits for its helper', async () => {
    const { channel, line, server } = await mac();
    server.world.helperConnected = false;
    const strict = { ...line, transportConfig: { ...line.transportConfig, method: 'private-api' } };
    expect(await channel.send(strict, outgoingTo(ANNA), leaseOf())).toMatchObject({
      outcome: 'rejected',
      permanent: false,
      lineBad: true,
    });
    expect(await channel.checkHealth(strict)).toMatchObject({ healthy: false });
    expect(await channel.checkHealth(line)).toEqual({ healthy: true });
    expect(server.mac.rows).toEqual([]);
  });

  test('on macOS 26 a conversation goes by the name the server gives it', async () => {
    const { channel, line, server } = await mac({ macos: 26, privateApi: false });
    server.mac.openChat(ANNA);
    const message = outgoingTo(ANNA);
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'accepted' });
    expect(server.copies(message.reference)[0]?.chat?.guid).toBe(`any;-;${ANNA}`);
  });

  test('on macOS 26 AppleScript begins a conversation without an answer, and it is found', async () => {
    const { channel, line, server } = await mac({ macos: 26, privateApi: false });
    const message = outgoingTo(ANNA);
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'unknown' });
    expect(server.copies(message.reference)).toHaveLength(1);
    expect(await channel.reconcile(line, message.reference)).toMatchObject({
      finding: 'found',
      address: ANNA,
    });
  });

  test('a wrong password is the line’s fault', async () => {
    const { channel, line, server } = await mac();
    const locked = { ...line, secret: 'wrong' };
    expect(await channel.send(locked, outgoingTo(ANNA), leaseOf())).toMatchObject({
      outcome: 'rejected',
      permanent: false,
      lineBad: true,
    });
    expect(await channel.checkHealth(locked)).toMatchObject({ healthy: false });
    expect(await channel.send({ ...line, secret: null }, outgoingTo(ANNA), leaseOf())).toMatchObject({
      lineBad: true,
    });
    expect(server.mac.rows).toEqual([]);
  });

  test('nothing is sent when there is nothing to say', async () => {
    const there = await mac();
    const empty = await sendTo(there, ANNA, { text: '' });
    expect(empty).toMatchObject({ outcome: 'rejected', permanent: true });
    expect(there.server.mac.rows).toEqual([]);
  });

  test('availability is only asked of the Private API, and its failure is told', async () => {
    const { channel, line, server } = await mac();
    expect(await channel.checkAvailability(line, ANNA)).toEqual({ availability: 'available' });
    expect(await channel.checkAvailability(line, '+12025550102')).toEqual({ availability: 'unavailable' });
    expect(await channel.checkAvailability(line, '+12025550111')).toMatchObject({ availability: 'error' });
    server.world.privateApi = false;
    expect(await channel.checkAvailability(line, ANNA)).toEqual({ availability: 'cannot_check' });
  });

  test.each([
    ['signed in to no account', ({ server }: OpenMac) => Object.assign(server.world, { signedIn: null })],
    ['seconds off', ({ server }: OpenMac) => Object.assign(server.mac, { skewMs: 600_000 })],
  ])('a Mac that is %s is not healthy', async (words, turn) => {
    const there = await mac();
    turn(there);
    const health = await there.channel.checkHealth(there.line);
    expect(health).toMatchObject({ healthy: false, message: expect.stringContaining(words) });
  });
});

describe('attachments', () => {
  const photo = (differs: Partial<OutgoingAttachment> & { bytes?: Buffer } = {}) =>
    attachmentOf({ name: 'photo.png', mimeType: 'image/png', bytes: Buffer.from('pixels'), ...differs });

  test('and words are one message with the Private API; the same file is uploaded once', async () => {
    const { channel, line, server } = await mac();
    for (const words of ['Look', 'Once more']) {
      const message = outgoingTo(ANNA, { text: words, attachments: [photo()] });
      expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'accepted' });
      const [row, ...others] = server.copies(message.reference);
      expect(others).toEqual([]);
      expect(row).toMatchObject({
        text: words,
        files: [{ name: 'photo.png', bytes: Buffer.from('pixels') }],
      });
    }
    expect(server.calls.filter((call) => call === 'POST attachment/upload')).toHaveLength(1);
  });

  test('whose upload the server lost are uploaded again by the next attempt', async () => {
    const { channel, line, server } = await mac();
    const message = outgoingTo(ANNA, { attachments: [photo()] });
    await channel.send(line, message, leaseOf());
    server.world.uploads.clear();
    expect(await channel.send(line, outgoingTo(ANNA, { attachments: [photo()] }), leaseOf())).toMatchObject({
      outcome: 'unknown',
    });
    expect(await channel.send(line, outgoingTo(ANNA, { attachments: [photo()] }), leaseOf())).toMatchObject({
      outcome: 'accepted',
    });
  });

  test('go before the words by AppleScript, each under a name of its own', async () => {
    const { channel, line, server } = await mac({ macos: 15, privateApi: false });
    const message = outgoingTo(ANNA, { attachments: [photo(), photo()] });
    const outcome = await channel.send(line, message, leaseOf());
    const rows = server.copies(message.reference);
    expect(rows.map((row) => row.text ?? row.files[0]?.name)).toEqual([
      expect.stringMatching(/^photo-.*1\.png$/),
      expect.stringMatching(/^photo-.*2\.png$/),
      'Hello Anna',
    ]);
    expect(outcome).toEqual({ outcome: 'accepted', externalMessageId: rows[2]?.guid });
  });

  test('that left without their words are not refused, and people are told that a part left', async () => {
    const { channel, line, server } = await mac({ macos: 15, privateApi: false });
    const message = outgoingTo('+12025550116', { attachments: [photo()] });
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'unknown' });
    expect(server.copies(message.reference)).toHaveLength(1);
    expect(await channel.reconcile(line, message.reference)).toEqual({
      finding: 'undecided',
      message: 'Only a part of it left',
      final: true,
    });
  });

  test.each([15, 26] as const)('are known again when the answer was lost (macOS %s)', async (macos) => {
    const { channel, line } = await mac({ macos, privateApi: macos === 26 });
    const first = outgoingTo('+12025550105', { text: '', attachments: [photo()] });
    await channel.send(line, first, leaseOf());
    expect(await channel.reconcile(line, first.reference)).toMatchObject({ finding: 'found' });
    const never = outgoingTo('+12025550106', { text: '', attachments: [photo({ name: 'other.png' })] });
    await channel.send(line, never, leaseOf());
    expect(await channel.reconcile(line, never.reference)).toEqual({ finding: 'absent' });
  });

  test('of the kind CAF go as a voice note', async () => {
    const { channel, line, server } = await mac();
    server.mac.openChat(ANNA);
    const note = photo({ name: 'note.caf', mimeType: 'audio/x-caf' });
    const message = outgoingTo(ANNA, { text: '', attachments: [note] });
    expect(await channel.send(line, message, leaseOf())).toMatchObject({ outcome: 'accepted' });
    expect(server.copies(message.reference)).toMatchObject([{ isAudio: true }]);
  });

  test('that can’t be read, are empty or too large never leave', async () => {
    const { channel, line, server } = await mac();
    const broken = photo({ open: () => Promise.reject(new Error('the disk is gone')) });
    expect(await channel.send(line, outgoingTo(ANNA, { attachments: [broken] }), leaseOf())).toMatchObject({
      outcome: 'rejected',
      permanent: false,
    });
    expect(server.mac.rows).toEqual([]);
    expect(channel.refuseAttachments?.(line, [photo({ sizeBytes: 0 })])).toMatch(/empty/);
    expect(channel.refuseAttachments?.(line, [photo({ sizeBytes: 26 * 1024 * 1024 })])).toMatch(/25 MB/);
    expect(channel.refuseAttachments?.(line, [photo()])).toBeNull();
  });
});

describe('news', () => {
  const ask = ({ channel, line }: OpenMac, cursor: unknown, outstanding: object[] = []) =>
    channel.askForNews?.(line, { cursor, outstanding: outstanding as never }) as Promise<NewsAnswer>;

  test('begins with the line: what was there before is nobody’s', async () => {
    const there = await mac();
    there.server.receive(ANNA, 'long ago');
    const first = await ask(there, null);
    expect(first.news).toEqual([]);
    const row = there.server.receive(ANNA, 'now');
    const second = await ask(there, first.cursor);
    expect(second.news).toEqual([
      { news: 'inbound', from: ANNA, text: 'now', externalMessageId: row.guid, at: row.date },
    ]);
    expect((await ask(there, second.cursor)).news).toEqual([]);
  });

  test('comes page by page after an outage, whatever numbers are missing, and nothing is lost', async () => {
    const there = await mac();
    let { cursor } = await ask(there, null);
    for (let each = 0; each < 450; each += 1) {
      there.server.receive(ANNA, `message ${each}`, { date: there.server.mac.now() - each * 1_000 });
      if (each === 300) there.server.mac.skipRows(2_500);
    }
    const heard: string[] = [];
    for (let more = true; more; ) {
      const answer = await ask(there, cursor);
      heard.push(...answer.news.map((each) => (each.news === 'inbound' ? each.text : '')));
      ({ cursor, more } = answer);
    }
    expect(new Set(heard).size).toBe(450);
    expect(heard).toHaveLength(450);
  });

  test('what arrives late and is dated early is heard', async () => {
    const there = await mac();
    there.server.receive(ANNA, 'today');
    const { cursor } = await ask(there, null);
    there.server.receive(ANNA, 'yesterday', { date: there.server.mac.now() - 86_400_000 });
    expect((await ask(there, cursor)).news).toMatchObject([{ text: 'yesterday' }]);
  });

  test('goes on when the Mac was exchanged and counts anew', async () => {
    const there = await mac();
    for (const words of ['one', 'two', 'three']) there.server.receive(ANNA, words);
    const { cursor } = await ask(there, null);
    there.server.mac.exchange();
    there.server.receive(ANNA, 'from the new Mac', { date: there.server.mac.now() + 1_000 });
    const answer = await ask(there, cursor);
    expect(answer.news).toMatchObject([{ text: 'from the new Mac' }]);
    there.server.receive(ANNA, 'and on');
    expect((await ask(there, answer.cursor)).news).toMatchObject([{ text: 'and on' }]);
  });

  test('leaves out groups, our own words and what says nothing; hears tapbacks and files', async () => {
    const there = await mac();
    const { cursor } = await ask(there, null);
    const { server } = there;
    server.receive(ANNA, 'in a group', { chat: server.mac.openChat('chat123', true) });
    server.mac.write({ handle: ANNA, text: 'from the Mac itself', isFromMe: true });
    server.receive(ANNA, '');
    const about = { guid: 'p:0/TARGET', type: 'love' };
    server.receive(ANNA, 'Loved “Hi”', { about });
    server.receive(ANNA, 'Removed a heart', { about: { ...about, type: '-love' } });
    server.receive(ANNA, 'Reacted 👍🏽 to “Hi”', { about: { guid: 'bp:TARGET', type: '2006' } });
    const bytes = Buffer.from('%PDF-1.4');
    server.receive(ANNA, '', {
      files: [{ guid: 'FILE', name: 'offer.pdf', mimeType: 'application/pdf', bytes }],
    });
    const tapback = { news: 'reaction', from: ANNA, targetExternalMessageId: 'TARGET' };
    expect((await ask(there, cursor)).news).toMatchObject([
      { ...tapback, reaction: 'love', isRemoved: false },
      { ...tapback, reaction: 'love', isRemoved: true },
      { ...tapback, reaction: '👍🏽', isRemoved: false },
      {
        news: 'inbound',
        text: '',
        attachments: [{ name: 'offer.pdf', mimeType: 'application/pdf', source: { guid: 'FILE' } }],
      },
    ]);
    const file = await there.channel.openInboundAttachment?.(there.line, { guid: 'FILE' }, leaseOf().signal);
    expect(await text(file as NonNullable<typeof file>)).toBe('%PDF-1.4');
    await expect(
      there.channel.openInboundAttachment?.(there.line, { guid: 'GONE' }, leaseOf().signal),
    ).rejects.toThrow('404');
  });

  test('tells what became of messages that were taken: delivered, read, or an error of which no event told', async () => {
    const there = await mac();
    const { channel, line } = there;
    const wait = async (address: string) => {
      const message = outgoingTo(address);
      const outcome = await channel.send(line, message, leaseOf());
      if (outcome.outcome !== 'accepted') throw new Error(outcome.message);
      return {
        reference: message.reference,
        externalMessageId: outcome.externalMessageId,
        address,
        sentAt: 0,
      };
    };
    const read = await wait('+12025550101');
    const late = await wait('+12025550117');
    const silent = await wait('+12025550107');
    const unreadable = await wait(ANNA);
    there.server.world.broken.add(unreadable.externalMessageId ?? '');
    const receipts = async () =>
      (await ask(there, null, [unreadable, read, late, silent])).news.map((each) =>
        each.news === 'receipt' ? `${each.reference} ${each.receipt} ${each.code ?? ''}`.trim() : '',
      );
    await until('all is told', async () => {
      const told = await receipts();
      return (
        told.length === 3 &&
        told.includes(`${read.reference} delivered`) &&
        told.includes(`${read.reference} read`) &&
        told.includes(`${late.reference} bounced 4`)
      );
    });
  });

  test('cannot be had from a server that is down, and says so', async () => {
    const there = await mac();
    await there.server.stop();
    await expect(ask(there, null)).rejects.toThrow(/cannot be reached/);
  });
});

describe('hooks', () => {
  async function hookOf(there: OpenMac): Promise<string> {
    await there.channel.checkHealth(there.line);
    return there.server.webhooks.list[0]?.url ?? '';
  }
  const call = (there: OpenMac, url: string, body: unknown, hook = 'events') => {
    const request = { hook, url, headers: {}, body: Buffer.from(JSON.stringify(body)) };
    return there.channel.receiveHook?.(there.line, request);
  };
  const publicUrl = 'https://trunkline.example.com';

  test('are registered once, and again when the server knows others or forgot them', async () => {
    const there = await mac({ publicUrl });
    const url = await hookOf(there);
    expect(url).toMatch(/^https:\/\/trunkline\.example\.com\/hooks\/w0+\/a0+\/events\?token=[\w-]{43}$/);
    await hookOf(there);
    expect(there.server.webhooks.list).toMatchObject([{ url, events: ['*'] }]);
    const { list } = there.server.webhooks;
    list.splice(0, list.length);
    there.server.webhooks.add(url, ['new-message']);
    there.server.webhooks.add(url.replace(/token=.*/, 'token=old'), ['*']);
    there.server.webhooks.add('https://elsewhere.example.com/', ['*']);
    await hookOf(there);
    expect(there.server.webhooks.list.map(({ url: at, events }) => [at, events])).toEqual([
      ['https://elsewhere.example.com/', ['*']],
      [url, ['*']],
    ]);
  });

  test('that know the secret are hints and no more; others are sent away', async () => {
    const there = await mac({ publicUrl });
    const url = await hookOf(there);
    const message = { type: 'new-message', data: { guid: 'x', text: 'STOP', isFromMe: false } };
    expect(await call(there, url, message)).toMatchObject({ status: 200, isHint: true, news: [] });
    expect(await call(there, url, { type: 'typing-indicator', data: {} })).toMatchObject({
      status: 200,
      isHint: false,
    });
    const stranger = url.replace(/token=./, 'token=_');
    for (const wrong of [stranger, url.replace(/\?.*/, ''), `${url}x`])
      expect(await call(there, wrong, message)).toMatchObject({ status: 403, isHint: false, news: [] });
    expect(await call(there, url, message, 'other')).toMatchObject({ status: 403 });
    const bare = { ...there.line, secret: null };
    const body = Buffer.from('{}');
    const request = { hook: 'events', url, headers: {}, body };
    expect(await there.channel.receiveHook?.(bare, request)).toMatchObject({ status: 403 });
  });

  test('tell when Apple took an address away, which no question would', async () => {
    const there = await mac({ publicUrl });
    const url = await hookOf(there);
    const taken = { type: 'imessage-aliases-removed', data: { aliases: ['+12025550190'] } };
    expect(await call(there, url, taken)).toMatchObject({
      news: [{ news: 'line', health: 'wrong', message: expect.stringContaining('+12025550190') }],
    });
  });
});

describe('gestures', () => {
  test('tapbacks and typing signs go to the conversation, and say why they don’t', async () => {
    const there = await mac();
    const { channel, line, server } = there;
    const to = { externalMessageId: 'X', address: ANNA };
    expect(await channel.showTyping?.(line, to, true)).toMatchObject({ done: false });
    const { guid } = server.receive(ANNA, 'Hi');
    const message = { externalMessageId: guid, address: ANNA };
    expect(await channel.react?.(line, message, 'love', false)).toEqual({ done: true });
    expect(await channel.react?.(line, message, 'love', true)).toEqual({ done: true });
    expect(await channel.showTyping?.(line, message, true)).toEqual({ done: true });
    expect(await channel.showTyping?.(line, message, false)).toEqual({ done: true });
    expect(server.world.gestures.map(({ what }) => what)).toEqual(['love', '-love', 'typing', '-typing']);
    expect(await channel.react?.(line, to, 'love', false)).toMatchObject({
      done: false,
      message: expect.stringContaining('Selected message does not exist'),
    });
    server.world.helperConnected = false;
    expect(await channel.react?.(line, message, 'like', false)).toMatchObject({ done: false });
  });
});

test('an address that answers without being a BlueBubbles server takes no message', async () => {
  const website = createServer((_request, response) => response.end('<h1>Welcome</h1>')).listen(
    0,
    '127.0.0.1',
  );
  await until('it listens', () => website.listening);
  const there = await mac();
  const serverUrl = `http://127.0.0.1:${(website.address() as AddressInfo).port}`;
  const line = { ...there.line, transportConfig: { serverUrl } };
  expect(await there.channel.send(line, outgoingTo(ANNA), leaseOf())).toMatchObject({
    outcome: 'rejected',
    permanent: false,
    lineBad: true,
  });
  expect(await there.channel.checkHealth(line)).toMatchObject({ healthy: false });
  website.close();
});

test('only the time of a fake is short: its defaults are a Mac’s', async () => {
  const { TIMINGS } = await import('../fakes/bluebubbles/people.ts');
  expect(Object.keys(TIMINGS)).toEqual(Object.keys(QUICK));
  expect(TIMINGS).toMatchObject({ giveUp: 120_000, timeout: 300_000 });
});

describe('a process that stands still after its last look at the lease', () => {
  test.each([
    ['by the Private API', { macos: 26, privateApi: true }],
    ['by AppleScript', { macos: 15, privateApi: false }],
  ] as const)('sends nothing %s when it goes on, and says so', async (_title, wish) => {
    const { server, line } = await mac(wish);
    const known = server.mac.openChat(ANNA);
    let hasPassed = false;
    const web = createGuardedFetch({ allowPrivateHosts: true });
    const standsStill: GuardedFetch = {
      ...web,
      fetch(url, options) {
        // No timer has run yet when it goes on with its connection.
        if (url.includes('/message/text')) hasPassed = true;
        return web.fetch(url, options);
      },
    };
    const channel = createBlueBubblesChannel({
      fetch: standsStill,
      clock: systemClock(),
      allowPrivateHosts: true,
      publicUrl: null,
      ...PATIENCE,
    });
    const lease = { signal: new AbortController().signal, hasPassed: () => hasPassed };
    const outcome = await channel.send(line, outgoingTo(known.identifier), lease);
    await web.close();
    expect(hasPassed).toBe(true);
    expect(server.mac.rows).toEqual([]);
    expect(outcome).toEqual({
      outcome: 'rejected',
      permanent: false,
      code: 'lease',
      message: 'The time for this attempt ran out before it was sent',
    });
  });
});
