/**
 * There and back through real servers: our mail goes out by OpenSMTPD, answers and bounces that it makes itself come into
 * a mailbox that Dovecot serves. Scripted servers prove what goes wrong (mailbox.test.ts); these prove that real ones agree.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel, ChannelLine, Outgoing } from '../../src/channels/channel.ts';
import type { News } from '../../src/channels/news.ts';
import { createSmtpChannel } from '../../src/channels/smtp.ts';
import { leaseOf } from '../leases.ts';
import { MAIL } from '../mail.ts';
import { freePort, MAILBOX_OWNER, SMTPD, startAside, userId, whyNoSmtpd } from '../smtpd.ts';
import { until } from '../until.ts';

const DOVECOT = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot'].find((path) => existsSync(path));
const reason =
  whyNoSmtpd() ?? (DOVECOT === undefined ? 'no dovecot here: install the package dovecot-imapd' : null);
if (reason !== null) process.stderr.write(`mail there and back is not tested with real servers: ${reason}\n`);

describe.skipIf(reason !== null)(`real mail servers${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const hints: string[] = [];
  const received: string[] = [];
  let folder: string;
  let smtpd: ChildProcess;
  let dovecot: ChildProcess;
  let recipients: SMTPServer;
  let channel: Channel;
  let line: ChannelLine;
  let cursor: unknown = null;
  let said = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trunkline-mail-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'Maildir'));
    const owner = await userId(MAILBOX_OWNER);
    await chown(join(folder, 'Maildir'), owner, -1);
    recipients = await startRecipients();
    const [smtpPort, imapPort] = [await freePort(), await freePort()];
    const theirPort = (recipients.server.address() as AddressInfo).port;

    await writeFile(
      join(folder, 'smtpd.conf'),
      `table ours { "@sender.test" = ${MAILBOX_OWNER} }
listen on 127.0.0.1 port ${smtpPort} hostname mail.sender.test
action "in" maildir "${folder}/Maildir" virtual <ours>
action "out" relay host smtp://127.0.0.1:${theirPort}
match from any for domain "sender.test" action "in"
match from any for domain "people.test" action "out"
`,
    );
    await writeFile(
      join(folder, 'dovecot.conf'),
      `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${folder}/Maildir
first_valid_uid = 1
passdb {
  driver = static
  args = password=right
}
userdb {
  driver = static
  args = uid=${owner} gid=${owner} home=${folder}
}
service imap-login {
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
    );
    smtpd = listen(startAside(`exec ${SMTPD} -d -f '${join(folder, 'smtpd.conf')}'`));
    dovecot = listen(spawn(DOVECOT ?? '', ['-F', '-c', join(folder, 'dovecot.conf')]));
    channel = createSmtpChannel({
      allowPrivateHosts: true,
      onHint: (_, lineId) => hints.push(lineId),
      ...MAIL,
    });
    line = {
      workspaceId: 'org_1',
      lineId: 'a'.repeat(24),
      messageType: 'email',
      phone: null,
      email: 'office@sender.test',
      name: 'The Office',
      transportConfig: {
        host: '127.0.0.1',
        port: smtpPort,
        tls: 'none',
        fromAddress: 'office@sender.test',
        imapHost: '127.0.0.1',
        imapPort,
        imapTls: 'none',
        imapUser: 'office',
        replyTo: 'replies@sender.test',
        bounceTo: 'bounce@sender.test',
      },
      secret: 'right',
    };
    await until('smtpd answers', async () => {
      if (smtpd.exitCode !== null) throw new Error(`smtpd ended: ${said}`);
      return (await channel.checkHealth(line)).healthy;
    });
    await until('dovecot answers', async () => {
      if (dovecot.exitCode !== null) throw new Error(`dovecot ended: ${said}`);
      cursor =
        (await channel.askForNews?.(line, { cursor: null, outstanding: [] }).catch(() => null))?.cursor ??
        null;
      return cursor !== null;
    });
  }, 60_000);

  afterAll(async () => {
    await channel?.close();
    for (const each of [smtpd, dovecot]) {
      if (each?.exitCode !== null) continue;
      each.kill('SIGTERM');
      await once(each, 'exit');
    }
    await new Promise<void>((resolve) => recipients.close(() => resolve()));
    await rm(folder, { recursive: true, force: true });
  });

  function listen(child: ChildProcess): ChildProcess {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        said += String(chunk);
      });
    return child;
  }

  /** Where the mail goes: whoever is called "nobody" does not exist, but that is found only when it is relayed. */
  async function startRecipients(): Promise<SMTPServer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 1,
      onRcptTo({ address }, _session, answer) {
        if (!address.startsWith('nobody')) return answer();
        answer(Object.assign(new Error('5.1.1 No such user here'), { responseCode: 550 }));
      },
      onData(stream, _session, answer) {
        stream.setEncoding('utf8');
        let raw = '';
        stream.on('data', (chunk) => {
          raw += chunk;
        });
        stream.on('end', () => {
          received.push(raw);
          answer();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return server;
  }

  async function send(address: string, reference: string): Promise<void> {
    const mail: Outgoing = {
      reference,
      attempt: 1,
      address,
      messageType: 'email',
      text: 'Hello',
      subject: 'Tuesday',
      attachments: [],
      validUntil: null,
    };
    expect(await channel.send(line, mail, leaseOf())).toMatchObject({ outcome: 'accepted' });
  }

  const news = (): Promise<readonly News[]> =>
    until('there is news', async () => {
      const answer = await channel.askForNews?.(line, {
        cursor: JSON.parse(JSON.stringify(cursor)),
        outstanding: [],
      });
      cursor = answer?.cursor;
      return answer !== undefined && answer.news.length > 0 ? answer.news : null;
    });

  test('carry an answer back to the message it answers, and hint at it', async () => {
    const reference = 'a1'.padEnd(24, '0');
    await send('anna@people.test', reference);
    const raw = await until('the mail arrived', () => received.find((each) => each.includes(reference)));
    const { replyTo } = await simpleParser(raw);
    const person = createTransport({
      host: '127.0.0.1',
      port: Number(line.transportConfig.port),
      ignoreTLS: true,
    });
    await person.sendMail({
      from: 'Anna <anna@people.test>',
      to: replyTo?.value[0]?.address ?? '',
      subject: 'Re: Tuesday',
      text: 'Yes.\n\nOn Mon, 2 Nov 2026, The Office <office@sender.test> wrote:\n> Hello\n',
      attachments: [{ filename: 'a.csv', content: 'a,b,c' }],
    });
    await until('the mailbox makes itself heard', () => hints.length > 0);
    expect(await news()).toMatchObject([
      {
        news: 'inbound',
        from: 'anna@people.test',
        text: 'Yes.',
        inReplyTo: reference,
        attachments: [{ name: 'a.csv' }],
      },
    ]);
  });

  test('bounce what cannot be delivered: the message is known by the envelope, the address is at fault', async () => {
    const reference = 'b2'.padEnd(24, '0');
    await send('nobody@people.test', reference);
    expect(await news()).toMatchObject([
      { news: 'receipt', reference, receipt: 'bounced', code: '5.1.1' },
      { news: 'suppression', address: 'nobody@people.test', source: 'hard_bounce' },
    ]);
  });
});
