/** What leaves: the marks by which an answer, a bounce or a click finds its message. */
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import type { Outgoing } from './channel.ts';
import { createMailTokens } from './mail-tokens.ts';
import { composeMail } from './smtp-message.ts';
import { readPasswords, readSettings, type SmtpSettings } from './smtp-settings.ts';

const tokens = createMailTokens(Buffer.alloc(32, 1));
const reference = '0123456789abcdef01234567';
const line = {
  workspaceId: 'org_1',
  lineId: 'a'.repeat(24),
  messageType: 'email' as const,
  phone: null,
  email: 'office@sender.test',
  name: 'The Office',
  transportConfig: {},
  secret: null,
};
const outgoing: Outgoing = {
  reference,
  attempt: 1,
  address: 'anna@example.com',
  messageType: 'email',
  text: 'Hello',
  subject: null,
  attachments: [],
  validUntil: null,
};
const SENDING = {
  host: 'smtp.sender.test',
  port: 465,
  tls: 'implicit',
  user: 'office',
  fromAddress: 'office@sender.test',
};
const RECEIVING = {
  ...SENDING,
  imapHost: 'imap.sender.test',
  replyTo: 'replies@sender.test',
  bounceTo: 'bounce@sender.test',
};

async function compose(config: Record<string, unknown>, publicUrl: string | null = 'https://t.example.com') {
  const mail = await composeMail(line, readSettings(config) as SmtpSettings, outgoing, { tokens, publicUrl });
  return {
    ...mail,
    raw: mail.mime.toString().replace(/\r\n[ \t]+/g, ' '),
    parsed: await simpleParser(mail.mime),
  };
}

describe('a mail of a line that receives', () => {
  test('names its message wherever something may come back', async () => {
    const { raw, envelope, parsed, messageId } = await compose(RECEIVING);
    const token = tokens.sign(line, reference, 'anna@example.com');
    expect(parsed.replyTo?.value).toMatchObject([{ address: `replies+${token}@sender.test` }]);
    expect(parsed.headers.get('x-trunkline-token')).toBe(token);
    expect(parsed.from?.value).toMatchObject([{ address: 'office@sender.test', name: 'The Office' }]);
    expect(messageId).toBe(`<${reference}@sender.test>`);
    expect(envelope).toMatchObject({
      from: `bounce+${token}@sender.test`,
      to: ['anna@example.com'],
      dsn: { id: token, notify: 'failure', recipient: 'anna@example.com' },
    });
    expect(raw).not.toContain('bounce+');
  });

  test('is the same at each attempt but for the sealing of its link', async () => {
    const strip = (raw: string) => raw.replace(/\/u\/[\w-]+/, '').replace(/^Date:.*$/m, '');
    expect(strip((await compose(RECEIVING)).raw)).toBe(strip((await compose(RECEIVING)).raw));
  });
});

describe('a mail of a line that only sends', () => {
  test('bears no marks and comes from its own address', async () => {
    const { raw, envelope } = await compose(SENDING, null);
    expect(raw).not.toMatch(/^(Reply-To|X-Trunkline-Token|List-Unsubscribe)/im);
    expect(envelope).toMatchObject({ from: 'office@sender.test' });
    expect(envelope).not.toHaveProperty('dsn');
  });
});

describe('the way out', () => {
  const listOf = async (config: Record<string, unknown>, publicUrl: string | null) => {
    const { raw } = await compose(config, publicUrl);
    const [, ways = null] = /^List-Unsubscribe: (.*?)\r$/m.exec(raw) ?? [];
    return { ways, post: /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m.test(raw) };
  };
  const LINK = '<https:\\/\\/t\\.example\\.com\\/u\\/[\\w-]+>';
  const MAILTO = '<mailto:replies\\+u-[0-9a-z]{42}@sender\\.test\\?subject=unsubscribe>';

  test.each([
    ['a link and an address', RECEIVING, 'https://t.example.com', `^${LINK}, ${MAILTO}$`, true],
    ['a link', SENDING, 'https://t.example.com', `^${LINK}$`, true],
    ['an address without a public server', RECEIVING, null, `^${MAILTO}$`, false],
    ['an address where the server has no https', RECEIVING, 'http://t.example.com', `^${MAILTO}$`, false],
    ['a link on the machine itself', SENDING, 'http://localhost:8080', '^<http://localhost:8080/u/', true],
  ])('is %s', async (_what, config, publicUrl, ways, post) => {
    const found = await listOf(config, publicUrl);
    expect(found.ways).toMatch(new RegExp(ways));
    expect(found.post).toBe(post);
  });

  test('is not offered by a line that does not want it', async () => {
    expect(await listOf({ ...RECEIVING, unsubscribe: false }, 'https://t.example.com')).toEqual({
      ways: null,
      post: false,
    });
  });

  test('opens to the message, its line and its address', async () => {
    const { ways } = await listOf(SENDING, 'https://t.example.com');
    const sealed = /\/u\/([\w-]+)/.exec(ways ?? '')?.[1] ?? '';
    expect(tokens.openUnsubscription(sealed)).toEqual({
      workspaceId: line.workspaceId,
      lineId: line.lineId,
      reference,
      address: 'anna@example.com',
    });
  });
});

describe('settings to receive', () => {
  test.each([
    [{ imapHost: 'imap://x' }, 'imapHost'],
    [{ imapPort: 0 }, 'imapPort'],
    [{ imapTls: 'ssl' }, 'imapTls'],
    [{ imapTls: 'none' }, 'imapTls'],
    [{ imapUser: '' }, 'imapUser'],
    [{ user: null }, 'imapUser'],
    [{ imapMailbox: '' }, 'imapMailbox'],
    [{ imapMailbox: 'IN\r\nBOX' }, 'imapMailbox'],
    [{ replyTo: 'replies+x@sender.test' }, 'replyTo'],
    [{ replyTo: `${'a'.repeat(20)}@sender.test` }, 'replyTo'],
    [{ bounceTo: 'Bounce <bounce@sender.test>' }, 'bounceTo'],
    [{ imapHost: null }, 'replyTo'],
    [{ unsubscribe: 'yes' }, 'unsubscribe'],
  ])('%j is refused, and %s named', (bad, name) => {
    expect(readSettings({ ...RECEIVING, ...bad })).toContain(`transportConfig.${name} `);
  });

  test('no local part grows beyond what mail allows', async () => {
    const longest = `${'a'.repeat(19)}@sender.test`;
    const { parsed, raw } = await compose({ ...RECEIVING, replyTo: longest });
    expect(parsed.replyTo?.value[0]?.address?.indexOf('@')).toBeLessThanOrEqual(64);
    expect(/mailto:([^@]+)@/.exec(raw)?.[1]?.length).toBeLessThanOrEqual(64);
  });
});

test.each([
  [null, '', ''],
  ['secret', 'secret', 'secret'],
  ['{"smtp":"a","imap":"b"}', 'a', 'b'],
  ['{"smtp":"a"}', '{"smtp":"a"}', '{"smtp":"a"}'],
  ['{a password that begins so', '{a password that begins so', '{a password that begins so'],
])('the secret %j holds the passwords %j and %j', (secret, smtp, imap) => {
  expect(readPasswords(secret)).toEqual({ smtp, imap });
});
