/** Mails as they are on the wire, and what each of them means. */
import { describe, expect, test } from 'vitest';
import { newsOfMail } from './inbound-mail.ts';
import { createMailTokens } from './mail-tokens.ts';
import { readMail } from './read-mail.ts';
import { readSettings, type SmtpSettings } from './smtp-settings.ts';

const tokens = createMailTokens(Buffer.alloc(32, 1));
const line = { workspaceId: 'org_1', lineId: 'a'.repeat(24) };
const reference = '0123456789abcdef01234567';
const other = 'fedcba9876543210fedcba98';
const token = tokens.sign(line, reference, 'anna@example.com');
const forged = createMailTokens(Buffer.alloc(32, 2)).sign(line, reference, 'anna@example.com');
const AT = 1_800_000_000_000;

const settings = readSettings({
  host: 'smtp.sender.test',
  port: 465,
  tls: 'implicit',
  user: 'office',
  fromAddress: 'office@sender.test',
  imapHost: 'imap.sender.test',
  replyTo: 'replies@sender.test',
  bounceTo: 'bounce@sender.test',
}) as SmtpSettings;

async function newsOf(raw: string) {
  const mail = await readMail(Buffer.from(raw.replace(/\r?\n/g, '\r\n')));
  return newsOfMail(mail, { line, settings, tokens, at: AT, sourceOf: (index) => ({ uid: 7, index }) });
}

const letter = (headers: Record<string, string> = {}, body = 'Yes, Tuesday works.') =>
  `${Object.entries({
    From: 'Anna Lee <Anna@Example.com>',
    To: `<replies+${token}@sender.test>`,
    Subject: 'Re: Tuesday',
    'Message-ID': '<1@example.com>',
    ...headers,
  })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n\n${body}\n`;

interface Report {
  to?: string;
  status?: string;
  original?: string;
  returned?: string;
  type?: string;
}

const originalOf = (mark: string, to = 'anna@example.com') =>
  `Message-ID: <${reference}@sender.test>\nTo: ${to}\nX-Trunkline-Token: ${mark}\nSubject: Hi\n`;

const report = ({
  to = `bounce+${token}@sender.test`,
  status = 'Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No such\n user here',
  original = '',
  returned = 'text/rfc822-headers',
  type = 'delivery-status',
}: Report = {}) => `Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@example.com>
To: <${to}>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <dsn@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=${type}; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/${type}

${type === 'delivery-status' ? 'Reporting-MTA: dns; mx.example.com\n\n' : ''}${status}

--b
Content-Type: ${returned}

${original}
--b--
`;

const BOUNCED = {
  news: 'receipt',
  reference,
  receipt: 'bounced',
  code: '5.1.1',
  message: '550 5.1.1 No such user here',
};
const HARD = {
  news: 'suppression',
  address: 'anna@example.com',
  source: 'hard_bounce',
  id: `bounce ${reference}`,
};

describe('an answer', () => {
  test('to the plus-address answers the message whose token it bears', async () => {
    expect(await newsOf(letter({ References: `<${other}@sender.test>` }))).toEqual([
      {
        news: 'inbound',
        from: 'Anna@Example.com',
        text: 'Yes, Tuesday works.',
        subject: 'Re: Tuesday',
        externalMessageId: '<1@example.com>',
        inReplyTo: reference,
        at: AT,
      },
    ]);
  });

  test.each([
    [
      'the token that only a server on the way noted',
      { To: 'office@sender.test', 'Delivered-To': `replies+${token}@sender.test` },
      reference,
    ],
    [
      'In-Reply-To before References',
      {
        To: 'office@sender.test',
        'In-Reply-To': `<${reference}@sender.test>`,
        References: `<${other}@sender.test>`,
      },
      reference,
    ],
    [
      'the newest of the References that is ours',
      {
        To: 'office@sender.test',
        References: `<${other}@sender.test>\n <${reference}@sender.test> <x@example.com>`,
      },
      reference,
    ],
    [
      'References when the token is forged',
      { To: `replies+${forged}@sender.test`, 'In-Reply-To': `<${other}@sender.test>` },
      other,
    ],
    [
      'nothing when the Message-ID is of another domain',
      { To: 'office@sender.test', 'In-Reply-To': `<${reference}@elsewhere.test>` },
      undefined,
    ],
    ['nothing when it bears none', { To: 'office@sender.test' }, undefined],
  ])('is threaded by %s', async (_by, headers, expected) => {
    const [news] = await newsOf(letter(headers));
    expect(news).toMatchObject({ news: 'inbound' });
    expect(news?.news === 'inbound' && news.inReplyTo).toBe(expected);
  });

  test('without its own id has the same digest each time', async () => {
    const raw = letter({ 'Message-ID': '' });
    const [first] = await newsOf(raw);
    expect(first).toMatchObject({ externalMessageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(await newsOf(raw)).toEqual([first]);
  });

  test('brings what was written now, from the subject when there is nothing else', async () => {
    const quoting = 'STOP\n\nOn Mon, 2 Nov 2026 at 10:00, Office <office@sender.test> wrote:\n> Hello';
    expect(await newsOf(letter({}, quoting))).toMatchObject([{ text: 'STOP' }]);
    expect(await newsOf(letter({ Subject: 'STOP' }, ''))).toMatchObject([{ text: 'STOP' }]);
  });

  test('in HTML alone becomes text, its quotation left out', async () => {
    const html =
      '<p>Yes, <b>Tuesday</b> works.</p><div>On Mon, 2 Nov 2026 Office &lt;office@sender.test&gt; wrote:<br><blockquote>Hello</blockquote></div>';
    const [news] = await newsOf(letter({ 'Content-Type': 'text/html; charset=utf-8' }, html));
    expect(news).toMatchObject({ text: 'Yes, Tuesday works.' });
  });

  test('names its files, but not the pictures of its signature', async () => {
    const mixed = `--m
Content-Type: multipart/related; boundary="r"

--r
Content-Type: text/html

<p>Here it is</p><img src="cid:logo">
--r
Content-Type: image/png; name="logo.png"
Content-ID: <logo>
Content-Disposition: inline

x
--r--
--m
Content-Type: application/pdf; name="offer.pdf"
Content-Disposition: attachment; filename="offer.pdf"

%PDF
--m--`;
    const [news] = await newsOf(
      letter({ 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary="m"' }, mixed),
    );
    expect(news).toMatchObject({
      text: 'Here it is',
      attachments: [{ name: 'offer.pdf', mimeType: 'application/pdf', source: { uid: 7, index: 1 } }],
    });
  });
});

describe('no answer', () => {
  test.each([
    ['a note that somebody is away', { 'Auto-Submitted': 'auto-replied' }],
    ['an automatic notice', { 'Auto-Submitted': 'auto-generated; owner-email="x"' }],
    ['bulk', { Precedence: 'bulk' }],
    ['an automatic reply of an old kind', { Precedence: 'auto_reply' }],
    ['X-Autoreply', { 'X-Autoreply': 'yes' }],
    ['X-Autorespond', { 'X-Autorespond': 'Out until Monday' }],
    ['a mailing list', { 'List-Id': '<news.example.com>' }],
    ['an advertisement', { 'List-Unsubscribe': '<https://example.com/u>' }],
    ['a null sender', { 'Return-Path': '<>' }],
    ['Outlook’s subject', { Subject: 'Automatic reply: Tuesday' }],
    ['a German subject', { Subject: 'Automatische Antwort: Tuesday' }],
    ['an out-of-office subject', { Subject: 'Out of Office Re: Tuesday' }],
    ['our own copy', { From: 'The Office <Office@sender.test>' }],
    ['nobody', { From: '' }],
    ['mail of a mail system that names no failure', { From: 'Mailer-Daemon@example.com' }],
  ])('is %s', async (_what, headers) => {
    expect(await newsOf(letter(headers as unknown as Record<string, string>))).toEqual([]);
  });

  test.each([
    ['Auto-Submitted: no', { 'Auto-Submitted': 'no' }],
    ['an ordinary precedence', { Precedence: 'first-class' }],
    ['a return path', { 'Return-Path': '<anna@example.com>' }],
    ['a subject that speaks of autumn', { Subject: 'Autoreplyfree days' }],
  ])('does not include %s', async (_what, headers) => {
    expect(await newsOf(letter(headers as unknown as Record<string, string>))).toMatchObject([
      { news: 'inbound' },
    ]);
  });

  test('is a read receipt', async () => {
    const raw = report({
      type: 'disposition-notification',
      status: 'Disposition: manual-action/MDN-sent-manually; displayed',
    });
    expect(await newsOf(raw)).toEqual([]);
  });
});

const failed = (status: string, diagnostic = '') =>
  `Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: ${status}${diagnostic && `\nDiagnostic-Code: smtp; ${diagnostic}`}`;

describe('a bounce', () => {
  test('of an address that does not exist ends the message and suppresses the address', async () => {
    expect(await newsOf(report())).toMatchObject([BOUNCED, HARD]);
  });

  test.each([
    [
      'the envelope id',
      {
        to: 'office@sender.test',
        status: `Original-Envelope-Id: ${token}\nReporting-MTA: dns; x\n\n${failed('5.1.1', '550 5.1.1 No such user here')}`,
      },
    ],
    ['the headers of the original', { to: 'office@sender.test', original: originalOf(token) }],
    [
      'the whole original',
      { to: 'office@sender.test', original: originalOf(token), returned: 'message/rfc822' },
    ],
  ])('is believed by the token in %s', async (_where, wish) => {
    const raw = report(wish).replace('Reporting-MTA: dns; mx.example.com\n\nOriginal', 'Original');
    expect(await newsOf(raw)).toMatchObject([BOUNCED, HARD]);
  });

  test.each([
    ['has no token', { to: 'office@sender.test' }],
    ['has a forged one', { to: `bounce+${forged}@sender.test` }],
    [
      'names our Message-ID only',
      {
        to: 'office@sender.test',
        original: `Message-ID: <${reference}@sender.test>\nTo: anna@example.com\n`,
      },
    ],
    ['has a forged one within the original', { to: 'office@sender.test', original: originalOf(forged) }],
  ])('changes nothing when it %s', async (_how, wish) => {
    expect(await newsOf(report(wish))).toEqual([]);
  });

  test('speaks for nobody but the one the message went to', async () => {
    const raw = report({ status: failed('5.1.1').replace('anna@', 'victim@') });
    expect(await newsOf(raw)).toMatchObject([{ receipt: 'bounced' }]);
    expect(await newsOf(raw)).toHaveLength(1);
  });

  test('behind a forwarding address suppresses the address that we wrote to', async () => {
    const status = `Original-Recipient: rfc822;anna@example.com\n${failed('5.1.1').replace('anna@', 'a.lee@')}`;
    expect(await newsOf(report({ status }))).toMatchObject([{ receipt: 'bounced' }, HARD]);
  });

  test.each([
    ['5.1.2', true],
    ['5.1.3', true],
    ['5.1.6', true],
    ['5.1.10', true],
    ['5.2.1', true],
    ['5.1.8', false],
    ['5.2.2', false],
    ['5.3.4', false],
    ['5.4.4', false],
    ['5.7.1', false],
    ['5.7.26', false],
    ['5.0.0', false],
    ['4.4.7', false],
    ['4.2.2', false],
  ])('with the code %s: the address is at fault: %s', async (code, isHard) => {
    const news = await newsOf(report({ status: failed(code) }));
    expect(news[0]).toMatchObject({ receipt: 'bounced', code });
    expect(news.slice(1)).toMatchObject(isHard ? [HARD] : []);
  });

  test('whose status says nothing is judged by what the other server said', async () => {
    expect(await newsOf(report({ status: failed('5.0.0', '550 5.1.1 unknown') }))).toMatchObject([
      { code: '5.1.1' },
      HARD,
    ]);
    expect(await newsOf(report({ status: failed('5.0.0', '550 blocked, see 10.5.1.1') }))).toHaveLength(1);
  });

  test('that tells machines nothing is judged by what it tells people', async () => {
    const raw = report({ status: failed('5.0.0') });
    const telling = raw.replace(
      'It could not be delivered.',
      'anna@example.com: 550 5.1.1 No such user here',
    );
    expect(await newsOf(telling)).toMatchObject([{ code: '5.1.1' }, HARD]);
    expect(await newsOf(raw)).toMatchObject([{ code: '5.0.0' }]);
  });

  test.each([
    ['delayed', []],
    ['relayed', []],
    ['expanded', []],
    ['delivered', [{ news: 'receipt', reference, receipt: 'delivered', at: AT }]],
  ])('that says %s is none', async (action, expected) => {
    expect(await newsOf(report({ status: failed('2.0.0').replace('failed', action) }))).toEqual(expected);
  });

  test('in plain words is understood when it bears a token', async () => {
    const words = `Hi. This is the qmail-send program.\n<anna@example.com>:\n550 5.1.1 No such user here\n\n--- Below is a copy\n${originalOf(token)}`;
    const headers = { From: 'MAILER-DAEMON@example.com', To: 'office@sender.test', 'Return-Path': '<>' };
    expect(await newsOf(letter(headers, words))).toMatchObject([BOUNCED, HARD]);
    expect(await newsOf(letter(headers, words.replace(token, forged)))).toEqual([]);
    expect(await newsOf(letter(headers, words.replace('550 5.1.1', '550')))).toMatchObject([
      { receipt: 'bounced', code: '5.0.0' },
    ]);
    expect(
      await newsOf(
        letter({ ...headers, 'Return-Path': '<anna@example.com>', From: 'anna@example.com' }, words),
      ),
    ).toMatchObject([{ news: 'inbound' }]);
  });
});

describe('a complaint', () => {
  const complaint = (type: string, to = 'anna@example.com', mark = token) =>
    report({
      to: 'abuse@sender.test',
      type: 'feedback-report',
      status: `Feedback-Type: ${type}\nVersion: 1\nUser-Agent: Provider/1\nOriginal-Rcpt-To: <${to}>`,
      original: originalOf(mark, to),
      returned: 'message/rfc822',
    });

  test('suppresses the address, and proves that the mail arrived', async () => {
    expect(await newsOf(complaint('abuse'))).toMatchObject([
      { news: 'receipt', reference, receipt: 'delivered' },
      { news: 'suppression', address: 'anna@example.com', source: 'complaint', words: 'abuse' },
    ]);
  });

  test('counts for nobody else, not without a token, and not when it was taken back', async () => {
    expect(await newsOf(complaint('abuse', 'victim@example.com'))).toMatchObject([{ news: 'receipt' }]);
    expect(await newsOf(complaint('abuse', 'anna@example.com', forged))).toEqual([]);
    expect(await newsOf(complaint('not-spam'))).toEqual([]);
  });
});

describe('a mail to the unsubscribe address', () => {
  const wish = {
    To: `replies+u-${token}@sender.test`,
    Subject: 'unsubscribe',
    'Auto-Submitted': 'auto-generated',
  };

  test('suppresses the one our mail went to', async () => {
    expect(await newsOf(letter(wish, 'Sent by the mail program.'))).toMatchObject([
      { news: 'suppression', address: 'anna@example.com', source: 'one_click' },
    ]);
  });

  test('from another address is that person’s wish, in words', async () => {
    expect(await newsOf(letter({ ...wish, From: 'ben@example.com' }, 'x'))).toMatchObject([
      { news: 'inbound', from: 'ben@example.com', text: 'unsubscribe' },
    ]);
  });

  test('with a forged token is an ordinary mail', async () => {
    expect(await newsOf(letter({ ...wish, To: `replies+u-${forged}@sender.test` }))).toEqual([]);
  });
});
