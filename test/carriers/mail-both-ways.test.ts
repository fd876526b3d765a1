/** Email in both directions, through the whole application: what people and mail servers send back, and one click. */
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/messages/messages.ts';
import { toIso } from '../../src/lib/clock.ts';
import { type MailWorld, startMailWorld } from '../fakes/mail/mail-world.ts';
import { openApp, type TestApp } from '../harness.ts';
import { leapingClock } from '../leaping-clock.ts';
import { processorTime } from '../processor-time.ts';
import { until } from '../until.ts';
import { accept, openWorkspace, read, type Workspace } from '../workspaces.ts';

const HOUR = 3_600_000;
const clock = leapingClock();
let app: TestApp;
let world: MailWorld;
let ws: Workspace;

beforeAll(async () => {
  app = await openApp({
    clock,
    // Links need an address that mail programs could follow; the tests follow them to where the server really is.
    config: { allowPrivateHosts: true, publicUrl: 'http://127.0.0.1:8080', pollMs: 50 },
  });
  world = await startMailWorld(() => clock.now());
  ws = await openWorkspace(app, {
    lines: [
      {
        transport: 'smtp',
        messageType: 'email',
        email: 'office@sender.test',
        transportConfig: world.transportConfig,
        secret: world.mailbox.password,
        contactGapMs: 0,
        deviceGapMs: 0,
      },
    ],
  });
  await until('the mailbox is watched', () => world.mailbox.commands.at(-1) === 'IDLE');
});
afterAll(async () => {
  await app.close();
  await world.close();
});

async function send(email: string, more: Record<string, unknown> = {}): Promise<Message> {
  const message = await accept(ws, {
    recipientEmail: email,
    messageType: 'email',
    message: 'Hello',
    ...more,
  });
  return more.scheduledDate === undefined ? ws.reaches(message._id, 'sent') : message;
}

interface Heard {
  message: string;
  inReplyTo: string | null;
}

/** What came from the lead of a message. */
const heard = ({ leadId }: Message) =>
  read<Heard>(
    app,
    `SELECT message, in_reply_to AS "inReplyTo" FROM messages WHERE workspace_id = $1 AND lead_id = $2 AND direction = 'received'`,
    [ws.workspaceId, leadId],
  );

const ledgerOf = (address: string) =>
  read(
    app,
    'SELECT source, words, lead_id AS "leadId" FROM suppressions WHERE workspace_id = $1 AND address = $2',
    [ws.workspaceId, address],
  );

const mailTo = (address: string) => {
  const mail = world.sent.findLast(({ to }) => to === address);
  if (mail === undefined) throw new Error(`nothing was sent to ${address}`);
  return mail;
};

/** All that came until now was read. */
async function allRead(): Promise<void> {
  const marker = await send(`reply+${app.deps.ids()}@people.test`);
  await until('the mailbox was read to its end', async () => (await heard(marker)).length > 0);
}

describe('what comes back', () => {
  test('an answer is a received message of the same lead, without what it quotes, and names what it answers', async () => {
    const sent = await send('reply@people.test');
    await until('the answer', async () => (await heard(sent)).length > 0);
    expect(await heard(sent)).toEqual([{ message: 'Yes, Tuesday works.', inReplyTo: sent._id }]);
  });

  test('STOP by mail opts out and cancels what waits', async () => {
    const waiting = await send('stop@people.test', { scheduledDate: toIso(clock.now() + HOUR) });
    await send('stop@people.test');
    await ws.reaches(waiting._id, 'cancelled');
    expect(await ledgerOf('stop@people.test')).toMatchObject([{ source: 'words', words: 'Stop.' }]);
  });

  test('a hard bounce ends the message as bounced and suppresses the address', async () => {
    const { _id } = await accept(ws, { recipientEmail: 'bounced@people.test', messageType: 'email' });
    const message = await ws.reaches(_id, 'failed');
    expect(message).toMatchObject({ reason: 'bounced', errorMessage: '550 5.1.1 No such user here' });
    await until(
      'the address is suppressed',
      async () => (await ledgerOf('bounced@people.test')).length === 1,
    );
    expect(await ledgerOf('bounced@people.test')).toMatchObject([{ source: 'hard_bounce' }]);
  });

  test.each(['full', 'spam'])(
    'a bounce for another reason (%s) ends the message and leaves the address alone',
    async (kind) => {
      const { _id } = await accept(ws, { recipientEmail: `${kind}@people.test`, messageType: 'email' });
      await ws.reaches(_id, 'failed');
      await allRead();
      expect(await ledgerOf(`${kind}@people.test`)).toEqual([]);
    },
  );

  test('a note that somebody is away, and a warning of a delay, change nothing', async () => {
    const sent = [await send('away@people.test'), await send('delayed@people.test')];
    await allRead();
    for (const message of sent) {
      expect(await heard(message)).toEqual([]);
      expect((await ws.message(message._id)).status).toBe('sent');
    }
  });

  test('a complaint suppresses the address', async () => {
    const { _id } = await accept(ws, { recipientEmail: 'complaint@people.test', messageType: 'email' });
    await until('it is entered', async () => (await ledgerOf('complaint@people.test')).length === 1);
    expect(await ledgerOf('complaint@people.test')).toMatchObject([{ source: 'complaint', words: 'abuse' }]);
    expect((await ws.message(_id)).status).toBe('delivered');
  });

  test('the same mail under other numbers is no second message', async () => {
    const sent = await send('reply+twice@people.test');
    await until('the answer', async () => (await heard(sent)).length > 0);
    world.mailbox.remake();
    world.mailbox.drop();
    await until('the mailbox is read anew', async () => {
      await read(app, 'UPDATE line_news SET ask_at = now() WHERE workspace_id = $1', [ws.workspaceId]);
      const [row] = await read<{ cursor: { uidValidity?: string } }>(
        app,
        'SELECT cursor FROM line_news WHERE workspace_id = $1',
        [ws.workspaceId],
      );
      return row?.cursor?.uidValidity === '1001';
    });
    await allRead();
    expect(await heard(sent)).toHaveLength(1);
  });
});

describe('the way out', () => {
  /** The link as a mail program reads it, at the server where it is. */
  const linkIn = async (address: string) => {
    const { headers } = await simpleParser(mailTo(address).raw);
    const list = headers.get('list') as unknown as {
      unsubscribe: { url: string; mail: string };
      'unsubscribe-post': { name: string };
    };
    return {
      ...list.unsubscribe,
      post: list['unsubscribe-post'].name,
      link: list.unsubscribe.url.replace('http://127.0.0.1:8080', app.url),
    };
  };
  const ONE_CLICK = 'List-Unsubscribe=One-Click';
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (link: string, body: string | FormData = ONE_CLICK, headers: Record<string, string> = FORM) =>
    fetch(link, { method: 'POST', body, headers, redirect: 'manual' });

  test('stands in each mail as RFC 8058 wants it, whole however long', async () => {
    await send('anna@people.test');
    const { raw } = mailTo('anna@people.test');
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(raw.replace(/\r\n[ \t]+/g, ' ')).toMatch(
      /^List-Unsubscribe: <http:\/\/127\.0\.0\.1:8080\/u\/[\w-]+>, <mailto:replies\+u-[0-9a-z]{42}@sender\.test\?subject=unsubscribe>\r$/m,
    );
  });

  test('one click enters the address in the ledger, once, and what waits for it is not sent', async () => {
    const address = 'ben@people.test';
    const sent = await send(address);
    const waiting = await send(address, { scheduledDate: toIso(clock.now() + HOUR) });
    const { link } = await linkIn(address);
    for (let click = 0; click < 2; click += 1) {
      const { status, headers } = await post(link);
      expect([status, headers.get('location'), headers.get('set-cookie')]).toEqual([200, null, null]);
    }
    expect(await ledgerOf(address)).toEqual([
      { source: 'one_click', words: 'List-Unsubscribe', leadId: sent.leadId },
    ]);
    clock.leap(HOUR);
    expect(await ws.reaches(waiting._id, 'failed')).toMatchObject({ reason: 'dnc', attempt: 0 });
    expect(world.sent.filter(({ to }) => to === address)).toHaveLength(1);
  });

  test('a form of the other kind is understood too', async () => {
    const address = 'carl@people.test';
    await send(address);
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await post((await linkIn(address)).link, form, {})).status).toBe(200);
    expect(await ledgerOf(address)).toHaveLength(1);
  });

  test('looking at the link changes nothing and shows a page that can do nothing but ask', async () => {
    const address = 'dora@people.test';
    await send(address);
    const { link } = await linkIn(address);
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<form method="post">');
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
    for (const body of ['', 'List-Unsubscribe=No', 'x=List-Unsubscribe=One-Click'])
      expect((await post(link, body)).status).toBe(400);
    // Whoever has a link may also post a megabyte there; all others wait while it is looked at.
    const bomb = 'content-disposition: name='.repeat(40_000);
    const begun = processorTime();
    const answer = await fetch(link, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: bomb,
    });
    expect(answer.status).toBe(400);
    expect(processorTime() - begun).toBeLessThan(5_000);
    expect(await ledgerOf(address)).toEqual([]);
  });

  test('a wrong token is a page that says so, whoever asks', async () => {
    const { link } = await linkIn('dora@people.test');
    for (const wrong of [`${link}x`, link.slice(0, -9), `${app.url}/u/x`]) {
      expect((await fetch(wrong)).status).toBe(404);
      const answer = await post(wrong);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('<h1>Unknown link</h1>');
    }
  });

  test('a mail to its other address does the same', async () => {
    const address = 'emma@people.test';
    await send(address);
    const { mail } = await linkIn(address);
    const to = mail.replace(/\?.*$/, '');
    world.mailbox.deliver(
      `From: ${address}\nTo: ${to}\nSubject: unsubscribe\nMessage-ID: <u@people.test>\n\n\n`,
    );
    await until('it is entered', async () => (await ledgerOf(address)).length === 1);
    expect(await ledgerOf(address)).toMatchObject([{ source: 'one_click', words: 'mailto' }]);
  });
});
