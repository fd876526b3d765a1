/** What comes back from Messages: what others write, their tapbacks, and what became of messages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InboundNews, NewsAnswer, Outstanding } from '../../src/domain/news.ts';
import type { Send } from '../../src/relay/driver.ts';
import { until } from '../until.ts';
import { clock, type Mac, startMac } from './messages-app-mac.ts';

const ANNA = '+12025550150';
let here: Mac;
let cursor: unknown;

beforeEach(async () => {
  here = await startMac();
  cursor = (await here.driver.askForNews({ cursor: null, outstanding: [] })).cursor;
});
afterEach(() => here.close());

/** What is new, acknowledged at once. */
const ask = async (outstanding: readonly Outstanding[] = []): Promise<NewsAnswer['news']> => {
  const answer = await here.driver.askForNews({ cursor, outstanding });
  cursor = JSON.parse(JSON.stringify(answer.cursor));
  return answer.news;
};

const outstandingOf = (job: Send): Outstanding => ({
  reference: job.reference,
  externalMessageId: null,
  address: job.address,
  sentAt: clock.now(),
});

describe('what others write', () => {
  test('is told once, with who, when and the id of the device, and again until it is acknowledged', async () => {
    const at = clock.now() - 5_000;
    const guid = here.fake.receive(ANNA, 'Grüße 🌅', { at });
    const expected = { news: 'inbound', from: ANNA, text: 'Grüße 🌅', externalMessageId: guid, at };
    for (const _ of [1, 2]) {
      const { news } = await here.driver.askForNews({ cursor, outstanding: [] });
      expect(news).toEqual([expected]);
    }
    expect(await ask()).toEqual([expected]);
    expect(await ask()).toEqual([]);
  });

  test('before the relay was there is history, and stays where it is', async () => {
    here.fake.receive(ANNA, 'Old');
    const first = await here.driver.askForNews({ cursor: null, outstanding: [] });
    expect(first.news).toEqual([]);
    here.fake.receive(ANNA, 'New');
    const next = await here.driver.askForNews({ cursor: first.cursor, outstanding: [] });
    expect(next.news).toMatchObject([{ text: 'New' }]);
  });

  test('arrives from old texts and new archives, from numbers in both forms and from Apple IDs', async () => {
    here.fake.rows.add({ address: ANNA, isFromMe: false, text: 'plain', isOldStyle: true });
    const guid = here.fake.receive('+12025550151(smsft)', 'archived');
    here.fake.rows.change(guid, { text: null });
    here.fake.receive('Ben@Example.com', 'from an Apple ID');
    expect(await ask()).toMatchObject([
      { from: ANNA, text: 'plain' },
      { from: '+12025550151', text: 'archived' },
      { from: 'ben@example.com', text: 'from an Apple ID' },
    ]);
  });

  test('in groups, by short codes, as notices, or what iCloud brings from long ago, is no news', async () => {
    here.fake.receive(ANNA, 'to all', { group: [ANNA, '+12025550151'] });
    here.fake.receive('262966', 'Your code is 1234');
    here.fake.receive(ANNA, 'Anna changed the name', { columns: { item_type: 2 } });
    here.fake.receive(ANNA, 'Last year', { at: clock.now() - 60 * 86_400_000 });
    here.fake.rows.add({ address: ANNA, isFromMe: true, text: 'my own' });
    here.fake.receive(ANNA, 'Hello');
    expect(await ask()).toMatchObject([{ text: 'Hello' }]);
  });

  test('is told in pieces of 50, none left out', async () => {
    for (let count = 0; count < 120; count += 1)
      here.fake.receive(ANNA, `Message ${count}`, { at: clock.now() + count });
    const texts: string[] = [];
    const sizes: number[] = [];
    let more = true;
    while (more) {
      const answer = await here.driver.askForNews({ cursor, outstanding: [] });
      ({ cursor, more } = answer);
      sizes.push(answer.news.length);
      texts.push(...answer.news.map((news) => (news as InboundNews).text));
    }
    expect(sizes).toEqual([50, 50, 20]);
    expect(texts).toEqual(Array.from({ length: 120 }, (_, count) => `Message ${count}`));
  });

  test('is waited for while Messages has written only half of it, and does not stop what follows for ever', async () => {
    const half = here.fake.rows.add({ address: ANNA, isFromMe: false, text: 'half', isJoined: false });
    here.fake.receive(ANNA, 'after it');
    expect(await ask()).toEqual([]);
    const news = await until('patience ends', async () => {
      const told = await ask();
      return told.length > 0 && told;
    });
    expect(news).toMatchObject([{ text: 'after it' }]);
    expect(half).not.toBe('');
  });

  test('that is completed in time is told in its order', async () => {
    const guid = here.fake.rows.add({
      address: ANNA,
      isFromMe: false,
      text: '\uFFFC',
      columns: { cache_has_attachments: 1 },
    });
    here.fake.receive(ANNA, 'after it');
    expect(await ask()).toEqual([]);
    here.fake.rows.attach(guid, { name: 'a.txt', path: null, mimeType: 'text/plain', sizeBytes: 5 });
    expect(await ask()).toMatchObject([{ externalMessageId: guid, text: '' }, { text: 'after it' }]);
  });

  test('in a thread names our message which it answers', async () => {
    const job = here.job('+12025550100');
    await here.send(job);
    const guid = here.fake.left[0]?.guid ?? '';
    here.fake.receive('+12025550100', 'To that: yes', { columns: { thread_originator_guid: guid } });
    expect(await ask()).toMatchObject([{ text: 'To that: yes', inReplyTo: job.reference }]);
  });
});

describe('attachments', () => {
  const fileOn = (name: string, bytes: string) => {
    const folder = path.join(here.fake.folder, 'Attachments', 'ab');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
    return {
      name,
      path: `~/Library/Messages/Attachments/ab/${name}`,
      mimeType: 'text/plain',
      sizeBytes: bytes.length,
    };
  };
  const sourceOf = async (): Promise<unknown> => {
    const [news] = await ask();
    return (news as InboundNews).attachments?.[0]?.source;
  };
  const open = (source: unknown) => here.driver.openAttachment(source, new AbortController().signal);

  test('are told with their names, and their bytes can be had', async () => {
    here.fake.receive(ANNA, 'Look', {
      files: [fileOn('photo.txt', 'the bytes'), { ...fileOn('preview', ''), isHidden: true }],
    });
    const [news] = await ask();
    expect(news).toMatchObject({
      text: 'Look',
      attachments: [{ name: 'photo.txt', mimeType: 'text/plain' }],
    });
    const { attachments = [] } = news as InboundNews;
    expect(attachments).toHaveLength(1);
    expect(await text(await open(attachments[0]?.source))).toBe('the bytes');
  });

  test('that Messages has not received yet can be had later', async () => {
    const guid = here.fake.receive(ANNA, '', { files: [{ ...fileOn('a.txt', 'late'), path: null }] });
    const source = await sourceOf();
    await expect(open(source)).rejects.toThrow(/not received/);
    here.fake.rows.db
      .prepare('UPDATE attachment SET filename = ? WHERE ROWID = (SELECT max(ROWID) FROM attachment)')
      .run('~/Library/Messages/Attachments/ab/a.txt');
    expect(guid).not.toBe('');
    expect(await text(await open(source))).toBe('late');
  });

  test('outside of what Messages keeps are not handed out, whoever asks', async () => {
    const secret = path.join(here.fake.home, 'secret.txt');
    writeFileSync(secret, 'secret');
    here.fake.receive(ANNA, '', {
      files: [{ ...fileOn('a.txt', 'x'), path: '~/Library/Messages/../../secret.txt' }],
    });
    await expect(open(await sourceOf())).rejects.toThrow(/where Messages keeps files/);
    for (const source of [null, {}, { guid: 'no such' }, { path: secret }, { guid: { a: 1 } }])
      await expect(open(source)).rejects.toThrow();
  });
});

describe('tapbacks', () => {
  let ours: string;
  beforeEach(async () => {
    await here.send(here.job('+12025550100'));
    ours = here.fake.left[0]?.guid ?? '';
  });

  test.each([
    [2000, null, 'love', false],
    [2001, null, 'like', false],
    [2005, null, 'question', false],
    [2006, '🎉', '🎉', false],
    [3003, null, 'laugh', true],
    [3006, '🎉', '🎉', true],
  ])('%i is told as what it is', async (type, emoji, reaction, isRemoved) => {
    const guid = here.fake.tapback('+12025550100', ours, type, emoji);
    expect(await ask()).toMatchObject([
      {
        news: 'reaction',
        from: '+12025550100',
        targetExternalMessageId: ours,
        reaction,
        isRemoved,
        externalMessageId: guid,
      },
    ]);
  });

  test('on what others wrote, or with stickers, are not told', async () => {
    const theirs = here.fake.receive('+12025550100', 'Mine');
    here.fake.tapback('+12025550100', theirs, 2000);
    here.fake.tapback('+12025550100', ours, 2007);
    here.fake.tapback('+12025550100', ours, 1000);
    expect(await ask()).toMatchObject([{ news: 'inbound' }]);
  });
});

describe('receipts', () => {
  test('follow a message to its end, each told once', async () => {
    const job = here.job('+12025550101');
    await here.send(job);
    const told: string[] = [];
    await until('it was read', async () => {
      for (const news of await ask([outstandingOf(job)])) {
        expect(news).toMatchObject({ news: 'receipt', reference: job.reference, at: expect.any(Number) });
        if (news.news === 'receipt') told.push(news.receipt);
      }
      return told.includes('read');
    });
    expect(told).toEqual(expect.arrayContaining(['read']));
    expect(new Set(told).size).toBe(told.length);
    expect(await ask([outstandingOf(job)])).toEqual([]);
  });

  test('that were not acknowledged come again', async () => {
    const job = here.job('+12025550100');
    await here.send(job);
    const question = { cursor, outstanding: [outstandingOf(job)] };
    await until('it was delivered', async () => (await here.driver.askForNews(question)).news.length > 0);
    expect((await here.driver.askForNews(question)).news).toMatchObject([{ receipt: 'delivered' }]);
  });

  test('tell of a message that failed after it was sent', async () => {
    const job = here.job(ANNA);
    here.fake.behave(ANNA, 'never delivered');
    const outcome = await here.send(job);
    if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome));
    here.fake.rows.change(outcome.externalMessageId ?? '', { error: 22, is_sent: 0 });
    const news = await until('it fails', async () => {
      const told = await ask([outstandingOf(job)]);
      return told.length > 0 && told;
    });
    expect(news).toMatchObject([{ receipt: 'not_on_channel', code: '22' }]);
  });

  test('are not told of messages nobody asks for, nor of SMS, which have none', async () => {
    await here.send(here.job('+12025550100'));
    const sms = here.job('+12025550114');
    await here.send(sms);
    await until('the first is delivered', () =>
      here.fake.rows.db.prepare('SELECT 1 FROM message WHERE is_delivered = 1').get(),
    );
    expect(await ask([outstandingOf(sms)])).toEqual([]);
  });
});

test('a change of chat.db is hinted at', async () => {
  let hints = 0;
  const stop = here.driver.watch?.(() => {
    hints += 1;
  });
  await until('a hint', () => {
    here.fake.receive(ANNA, 'Hello');
    return hints > 0;
  });
  stop?.();
});
