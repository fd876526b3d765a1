/** Mails made to stop whoever reads them. Everybody may write to a mailbox, and all lines wait while one mail is read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorTime } from '../../test/processor-time.ts';
import { visibleReply } from '../domain/visible-reply.ts';
import { newsOfMail } from './inbound-mail.ts';
import { createMailTokens } from './mail-tokens.ts';
import { readMail } from './read-mail.ts';
import { readSettings, type SmtpSettings } from './smtp-settings.ts';

const tokens = createMailTokens(Buffer.alloc(32, 1));
const line = { workspaceId: 'org_1', lineId: 'a'.repeat(24) };
const settings = readSettings({
  host: 'smtp.sender.test',
  port: 465,
  tls: 'implicit',
  user: 'office',
  fromAddress: 'office@sender.test',
  imapHost: 'imap.sender.test',
  replyTo: 'replies@sender.test',
}) as SmtpSettings;
/** Far more than is needed, far less than what any of these took that were not bounded. */
const ENOUGH_MS = 3_000;
const SIZE = 230_000;

const fill = (piece: string, size = SIZE) => piece.repeat(Math.ceil(size / piece.length));
const letter = (body: string, headers = '', to = 'office@sender.test') =>
  `From: anna@example.com\r\nTo: ${to}\r\nSubject: Hi\r\nMessage-ID: <1@example.com>\r\n${headers}\r\n${body}`;
const bounce = (body: string) =>
  letter(`550 5.1.1 No such user\r\n${body}`, 'Return-Path: <>\r\n').replace('anna@', 'mailer-daemon@');

/** null: it can't be read, which its mailbox leaves out. */
async function newsOf(raw: string) {
  const mail = await readMail(Buffer.from(raw, 'latin1')).catch(() => null);
  if (mail === null) return null;
  return newsOfMail(mail, { line, settings, tokens, at: 1, sourceOf: (index) => ({ index }) });
}

describe('a mail takes little time, whatever stands in it', () => {
  test.each([
    ['a recipient of 230 KB', letter('Hi', '', fill('a'))],
    ['a hundred thousand recipients', letter('Hi', '', fill('a,'))],
    ['a subject of encoded words', letter('Hi', `Subject: ${fill('=?utf-8?q?a?= ')}\r\n`)],
    ['a hundred thousand headers of one name', letter('Hi', fill('a:\r\n'))],
    ['ten thousand references', letter('Hi', `References: ${fill('<0123456789abcdef01234567@x> ')}\r\n`)],
    ['parameters without end', letter('Hi', `Content-Type: text/plain; ${fill('a=b; ')}\r\n`)],
    ['introductions of quotations', letter(fill('On 1 May 2026 he wrote:\r\n', 3_000_000))],
    ['lines that almost are introductions', letter(fill(`${'1'.repeat(390)} wrote;:\r\n`, 3_000_000))],
    ['a signature without end', letter(`1234 wrote:\r\n-- \r\n${fill('x\r\n', 3_000_000)}`)],
    ['a bounce of one long word', bounce(fill('x', 3_000_000))],
    ['a bounce of addresses', bounce(fill('a@', 3_000_000))],
    ['a bounce of what looks like tokens', bounce(fill(`${'0'.repeat(24)}${'a'.repeat(18)} `, 3_000_000))],
    ['8 MB of HTML', letter(fill('<p>Hi <b>you</b></p>', 8_000_000), 'Content-Type: text/html\r\n')],
    ['HTML a hundred thousand tags deep', letter(fill('<div>'), 'Content-Type: text/html\r\n')],
    [
      'nested parts',
      letter(fill('Content-Type: message/rfc822\r\n\r\n'), 'Content-Type: message/rfc822\r\n'),
    ],
  ])('%s', async (_what, raw) => {
    const begun = processorTime();
    await newsOf(raw);
    expect(processorTime() - begun).toBeLessThan(ENOUGH_MS);
  });

  test('or is left out, and never ends in anything but news or an error of its own', async () => {
    const words = fc.constantFrom(
      'From: a@b.co',
      'To: replies+u-0@sender.test',
      'Content-Type: multipart/report; boundary=b',
      '--b',
      '--b--',
      'Content-Type: message/delivery-status',
      'Content-Type: text/html; charset=utf-7',
      '',
      'Action: failed',
      'Status: 5.1.1',
      'Content-Transfer-Encoding: base64',
      'Final-Recipient: rfc822; a@b.co',
      '> x',
      '-- ',
      'he wrote:',
      'Message-ID: <\0@x>',
      'Content-Type: message/feedback-report',
      'Feedback-Type: abuse',
      '=?utf-8?b?gA==?=',
    );
    const part = fc.oneof(words, words, fc.string({ unit: 'binary', maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 30 }), async (lines) => {
        await newsOf(lines.join('\r\n'));
      }),
      { numRuns: 300 },
    );
  });

  test('still shows the text of a mail in HTML, as far as somebody may have written it', async () => {
    const [news] = (await newsOf(letter(fill('<p>Hi</p>', 8_000_000), 'Content-Type: text/html\r\n'))) ?? [];
    expect(news).toMatchObject({ text: expect.stringMatching(/^Hi\n\nHi/) });
  });
});

test('a token is looked for in what may be one, not in thousands of guesses', () => {
  const guess = (n: number) => `${n.toString(16).padStart(24, '0')}${'a'.repeat(18)}`;
  const genuine = tokens.sign(line, '0'.repeat(24), 'anna@example.com');
  const guesses = Array.from({ length: 200 }, (_, n) => guess(n));
  expect(tokens.find(line, [genuine, ...guesses].join(' '))).toHaveLength(1);
  expect(tokens.find(line, [...guesses, genuine].join(' '))).toEqual([]);
});

test('the cut below an answer loses nothing of a text without quotations', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,20}$/), { maxLength: 20 }), (lines) => {
      const text = lines.join('\n');
      expect(visibleReply(text)).toBe(text.split('\n-- \n')[0]?.trim() || text.trim());
    }),
  );
});
