/**
 * A true delivery: our mail through OpenSMTPD, started here with a configuration, a spool and a port of its own, into a
 * mailbox on disk. Scripted servers prove the failures (conformance/smtp.test.ts); this one proves that a real one agrees.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChannelLine, Outgoing } from '../../src/channels/channel.ts';
import { createSmtpChannel } from '../../src/channels/smtp.ts';
import { leaseOf } from '../leases.ts';
import { MAIL } from '../mail.ts';
import { freePort, MAILBOX_OWNER, SMTPD, startAside, userId, whyNoSmtpd } from '../smtpd.ts';
import { until } from '../until.ts';

const reason = whyNoSmtpd();
if (reason !== null) process.stderr.write(`true mail delivery is not tested: ${reason}\n`);

describe.skipIf(reason !== null)(
  `a real mail server${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    const channel = createSmtpChannel({ allowPrivateHosts: true, ...MAIL });
    const lease = leaseOf();
    let folder: string;
    let server: ChildProcess;
    let line: ChannelLine;
    let said = '';

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'trunkline-smtpd-'));
      // The delivering user has to reach the mailbox.
      await chmod(folder, 0o755);
      await mkdir(join(folder, 'Maildir'));
      await chown(join(folder, 'Maildir'), await userId(MAILBOX_OWNER), -1);
      const port = await freePort();
      const config = join(folder, 'smtpd.conf');
      await writeFile(
        config,
        `table recipients { "@trunkline.test" = ${MAILBOX_OWNER} }
listen on 127.0.0.1 port ${port} hostname mail.trunkline.test
action "deliver" maildir "${folder}/Maildir" virtual <recipients>
match from any for domain "trunkline.test" action "deliver"
`,
      );
      server = startAside(`exec ${SMTPD} -d -f '${config}'`);
      for (const stream of [server.stdout, server.stderr]) {
        stream?.on('data', (chunk) => {
          said += String(chunk);
        });
      }
      line = {
        workspaceId: 'w'.padEnd(24, '0'),
        lineId: 'a'.padEnd(24, '0'),
        messageType: 'email',
        phone: null,
        email: 'office@sender.test',
        name: 'The Office',
        transportConfig: { host: '127.0.0.1', port, tls: 'none', fromAddress: 'office@sender.test' },
        secret: null,
      };
      await until('smtpd answers', async () => {
        if (server.exitCode !== null) throw new Error(`smtpd ended: ${said}`);
        return (await channel.checkHealth(line)).healthy;
      });
    });

    afterAll(async () => {
      await channel.close();
      if (server?.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    });

    /** What lies in the mailbox under this Message-ID. */
    const delivered = async (reference: string): Promise<string[]> => {
      const inbox = join(folder, 'Maildir', 'new');
      const names = existsSync(inbox) ? await readdir(inbox) : [];
      const mails = await Promise.all(names.map((name) => readFile(join(inbox, name), 'utf8')));
      return mails.filter((mail) => mail.includes(`Message-ID: <${reference}@sender.test>`));
    };

    const mailTo = (address: string, reference: string, text: string): Outgoing => ({
      reference: reference.padEnd(24, '0'),
      attempt: 1,
      address,
      messageType: 'email',
      text,
      subject: null,
      attachments: [],
      validUntil: null,
    });

    test('delivers one copy under our Message-ID, with the text as it was written', async () => {
      const text = 'Grüße, Anna 🌅\n\n.\n..and a line that begins with dots\nFrom here on\nمرحبا';
      const mail = mailTo('anna@trunkline.test', 'aa01', text);
      const outcome = await channel.send(line, mail, lease);
      expect(outcome).toEqual({
        outcome: 'accepted',
        externalMessageId: `<${mail.reference}@sender.test>`,
      });
      const [raw = '', ...more] = await until('the mail is in the mailbox', async () => {
        const mails = await delivered(mail.reference);
        return mails.length > 0 ? mails : null;
      });
      expect(more).toEqual([]);
      const parsed = await simpleParser(raw);
      expect(parsed.messageId).toBe(`<${mail.reference}@sender.test>`);
      expect(parsed.text?.trim()).toBe(text);
      expect(parsed.subject).toBe('Grüße, Anna 🌅');
      expect(parsed.from?.value).toEqual([{ name: 'The Office', address: 'office@sender.test' }]);
      expect(parsed.headers.get('delivered-to')).toMatchObject({ text: 'anna@trunkline.test' });
      expect(raw).toMatch(/^Return-Path: <office@sender\.test>/m);
    });

    test('delivers the next mail of the same session as a mail of its own', async () => {
      const mails = ['bb01', 'bb02', 'bb03'].map((reference) =>
        mailTo('ben@trunkline.test', reference, `This is ${reference}`),
      );
      for (const mail of mails) {
        expect(await channel.send(line, mail, lease)).toMatchObject({ outcome: 'accepted' });
      }
      for (const { reference, text } of mails) {
        const found = await until('the mail is in the mailbox', async () => (await delivered(reference))[0]);
        expect(found).toContain(text);
      }
    });

    test('refuses at once, and for good, what it will not take', async () => {
      const mail = mailTo('anna@elsewhere.test', 'cc01', 'Hello');
      expect(await channel.send(line, mail, lease)).toMatchObject({
        outcome: 'rejected',
        permanent: true,
        code: '550',
      });
      expect(await delivered(mail.reference)).toEqual([]);
    });
  },
);
