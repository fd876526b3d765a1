/** Reading a mailbox that misbehaves: nothing is told that is none of ours, nothing is lost, nothing is told as new twice. */
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, NewsAnswer } from '../../src/channels/channel.ts';
import { createSmtpChannel } from '../../src/channels/smtp.ts';
import { type MailWorld, startMailWorld } from '../fakes/mail/mail-world.ts';
import { MAIL } from '../mail.ts';
import { until } from '../until.ts';

const DAY_MS = 86_400_000;
let world: MailWorld;
let channel: Channel;
let line: ChannelLine;
let hints: string[];
/** UIDs of mails that were left out. */
let unreadable: number[];

beforeEach(async () => {
  world = await startMailWorld(() => MAIL.clock.now());
  hints = [];
  unreadable = [];
  channel = open();
  line = {
    workspaceId: 'org_1',
    lineId: 'a'.repeat(24),
    messageType: 'email',
    phone: null,
    email: 'office@sender.test',
    name: 'The Office',
    transportConfig: world.transportConfig,
    secret: 'right',
  };
});
afterEach(async () => {
  await channel.close();
  await world.close();
});

function open(wish: { allowPrivateHosts?: boolean; mailboxMs?: number } = {}): Channel {
  const { allowPrivateHosts = true, mailboxMs = 5_000 } = wish;
  const onHint = (_workspaceId: string, lineId: string) => hints.push(lineId);
  return createSmtpChannel({
    allowPrivateHosts,
    onHint,
    onUnreadable: (_line, uid) => unreadable.push(uid),
    timeouts: { mailboxMs, greetingMs: 1_000 },
    ...MAIL,
  });
}

const letter = (id: string, body = `This is ${id}`, more = '') =>
  `From: anna@example.com\nTo: office@sender.test\nSubject: Hi\nMessage-ID: <${id}@example.com>\n${more}\n${body}\n`;

const ask = (cursor: unknown, of = line): Promise<NewsAnswer> =>
  channel.askForNews?.(of, { cursor, outstanding: [] }) ?? Promise.reject(new Error('it is not asked'));

const idsOf = ({ news }: NewsAnswer) => news.map((each) => each.news === 'inbound' && each.externalMessageId);

/** As it is stored between two questions. */
const stored = (cursor: unknown) => JSON.parse(JSON.stringify(cursor)) as Record<string, unknown>;

describe('a mailbox', () => {
  test('with a mail that nobody can read leaves that one out, says so, and reads on', async () => {
    const { cursor } = await ask(null);
    world.mailbox.deliver(letter('before'));
    world.mailbox.deliver(letter('endless', 'Hi', 'a:\n'.repeat(30_000)));
    world.mailbox.deliver(
      letter('crowded', '--b\n\nx\n'.repeat(1_200), 'Content-Type: multipart/mixed; boundary=b\n'),
    );
    world.mailbox.deliver(letter('after'));
    const answer = await ask(stored(cursor));
    expect(idsOf(answer)).toEqual(['<before@example.com>', '<after@example.com>']);
    expect(unreadable).toHaveLength(2);
    expect(idsOf(await ask(stored(answer.cursor)))).toEqual([]);
  });

  test('is read from now on: what lay there before is none of ours', async () => {
    world.mailbox.deliver(letter('old'));
    const first = await ask(null);
    expect(first).toMatchObject({ news: [], more: false });
    expect(await ask(stored(first.cursor))).toMatchObject({ news: [] });
    world.mailbox.deliver(letter('new'));
    const next = await ask(stored(first.cursor));
    expect(idsOf(next)).toEqual(['<new@example.com>']);
    expect(await ask(stored(next.cursor))).toMatchObject({ news: [] });
  });

  test('is read a part at a time, oldest first', async () => {
    let { cursor } = await ask(null);
    for (let each = 0; each < 60; each += 1) world.mailbox.deliver(letter(`m${each}`));
    const told: unknown[] = [];
    for (let more = true; more; ) {
      const answer = await ask(stored(cursor));
      expect(answer.news.length).toBeLessThanOrEqual(25);
      told.push(...idsOf(answer));
      ({ cursor, more } = answer);
    }
    expect(told).toEqual(Array.from({ length: 60 }, (_, each) => `<m${each}@example.com>`));
  });

  test('stays as it was: nothing is marked as read', async () => {
    const { cursor } = await ask(null);
    world.mailbox.deliver(letter('one'));
    await ask(cursor);
    expect(world.mailbox.commands.filter((command) => /STORE|EXPUNGE|^SELECT|BODY\[/i.test(command))).toEqual(
      [],
    );
  });

  test('keeps one connection over many questions, and hints at new mail by itself', async () => {
    let { cursor } = await ask(null);
    for (let each = 0; each < 3; each += 1) ({ cursor } = await ask(stored(cursor)));
    expect(world.mailbox.connections()).toBe(1);
    await until('it idles', () => world.mailbox.commands.at(-1) === 'IDLE');
    world.mailbox.deliver(letter('one'));
    await until('the hint', () => hints.length > 0);
    expect(idsOf(await ask(cursor))).toEqual(['<one@example.com>']);
  });

  test('whose connection was dropped is asked on a new one, from the same place', async () => {
    const { cursor } = await ask(null);
    world.mailbox.drop();
    world.mailbox.deliver(letter('one'));
    await until('the connection is gone', () => world.mailbox.live() === 0);
    await until('the next question is answered', async () => {
      const answer = await ask(stored(cursor)).catch(() => null);
      return answer !== null && idsOf(answer)[0] === '<one@example.com>';
    });
  });

  test.each(['LOGIN', 'EXAMINE', 'UID SEARCH', 'UID FETCH'])(
    'that hangs up at %s is told so, and asked again',
    async (command) => {
      const { cursor } = await ask(null);
      world.mailbox.deliver(letter('one'));
      world.mailbox.drop();
      await until('the connection is gone', () => world.mailbox.live() === 0);
      world.mailbox.dropAt(command);
      await until('it was hung up on', () =>
        ask(stored(cursor)).then(
          () => false,
          () => world.mailbox.commands.some((each) => each.startsWith(command)),
        ),
      );
      expect(idsOf(await ask(stored(cursor)))).toEqual(['<one@example.com>']);
    },
  );

  test('that falls silent costs one question its time and no more', async () => {
    await channel.close();
    channel = open({ mailboxMs: 300 });
    const { cursor } = await ask(null);
    world.mailbox.silence = true;
    await expect(ask(stored(cursor))).rejects.toThrow('took too long');
    world.mailbox.silence = false;
    world.mailbox.deliver(letter('one'));
    expect(idsOf(await ask(stored(cursor)))).toEqual(['<one@example.com>']);
  });

  test('that refuses the password says so in its own words', async () => {
    await expect(ask(null, { ...line, secret: 'wrong' })).rejects.toThrow(/Wrong user name or password/);
    await expect(
      ask(null, { ...line, transportConfig: { ...line.transportConfig, imapMailbox: 'Nowhere' } }),
    ).rejects.toThrow(/No such mailbox/);
  });

  test('takes its own password out of a secret that holds two', async () => {
    const secret = JSON.stringify({ smtp: 'another', imap: 'right' });
    expect(await ask(null, { ...line, secret })).toMatchObject({ news: [] });
  });

  test('on a private host is not even dialled unless that is allowed', async () => {
    await channel.close();
    channel = open({ allowPrivateHosts: false });
    for (const imapHost of ['127.0.0.1', 'localhost'])
      await expect(
        ask(null, { ...line, transportConfig: { ...line.transportConfig, imapHost } }),
      ).rejects.toThrow('not a public address');
    expect(world.mailbox.connections()).toBe(0);
    expect(channel.validateConfig({ ...world.transportConfig, host: 'mail.example.com' })).toMatch(
      /imapHost 127/,
    );
  });

  test('of a line that receives nothing is not asked', async () => {
    const { imapHost: _, replyTo: __, bounceTo: ___, ...transportConfig } = world.transportConfig;
    expect(await ask(null, { ...line, transportConfig })).toEqual({ news: [], cursor: null, more: false });
    expect(world.mailbox.connections()).toBe(0);
  });
});

describe('a mailbox that was made anew', () => {
  test('tells again what came lately under the same ids, and never what is older than the line', async () => {
    const now = MAIL.clock.now();
    world.mailbox.deliver(
      letter('ancient', 'x', `Date: ${new Date(now - 400 * DAY_MS).toUTCString()}\n`),
      now - 400 * DAY_MS,
    );
    const start = await ask(null);
    world.mailbox.deliver(letter('one', 'x', `Date: ${new Date(now).toUTCString()}\n`));
    const before = await ask(stored(start.cursor));
    expect(idsOf(before)).toEqual(['<one@example.com>']);
    world.mailbox.remake();
    world.mailbox.deliver(letter('two'));
    const after = await ask(stored(before.cursor));
    expect(idsOf(after)).toEqual(['<one@example.com>', '<two@example.com>']);
    expect(await ask(stored(after.cursor))).toMatchObject({ news: [] });
  });
});

describe('an attachment', () => {
  const withFile = letter(
    'file',
    '',
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m"\n',
  ).concat(
    '--m\nContent-Type: text/plain\n\nHere it is\n--m\nContent-Type: text/csv; name="a.csv"\nContent-Disposition: attachment; filename="a.csv"\nContent-Transfer-Encoding: base64\n\nYSxiLGM=\n--m--\n',
  );
  const signal = new AbortController().signal;

  test('is fetched from the mailbox when it is wanted', async () => {
    const { cursor } = await ask(null);
    world.mailbox.deliver(withFile);
    const { news } = await ask(cursor);
    expect(news).toMatchObject([
      { text: 'Here it is', attachments: [{ name: 'a.csv', mimeType: 'text/csv' }] },
    ]);
    const source = news[0]?.news === 'inbound' ? stored(news[0].attachments?.[0]?.source) : null;
    const read = () => channel.openInboundAttachment?.(line, source, signal);
    const stream = await read();
    expect(stream && (await text(stream))).toBe('a,b,c');
    world.mailbox.remake();
    await expect(read()).rejects.toThrow('made anew');
  });

  test('of a mail too large to be fetched is left out, and its text is there', async () => {
    const { cursor } = await ask(null);
    const filler = `${'x'.repeat(76)}\n`.repeat(420_000);
    world.mailbox.deliver(withFile.replace('YSxiLGM=\n', filler));
    const { news } = await ask(cursor);
    expect(news).toMatchObject([{ news: 'inbound', text: 'Here it is' }]);
    expect(news[0]).not.toHaveProperty('attachments');
  });
});
