/** The guided check of an email line: both servers, by connecting and signing in. No mail is sent, none is read. */
import type { ImapFlow } from 'imapflow';
import { type Found, failed, ok, skipped, warning } from '../domain/setup-step.ts';
import type { ChannelLine } from './channel.ts';
import type { SetupQuestion } from './setup-check.ts';
import { type SmtpFailure, sentenceOf } from './smtp-reply.ts';
import type { openSession } from './smtp-session.ts';
import type { SmtpSettings } from './smtp-settings.ts';

export interface MailReach {
  /** A session with the server that sends; `user` null signs in nobody. */
  open(settings: SmtpSettings): ReturnType<typeof openSession>;
  openMailbox(): Promise<ImapFlow>;
}

/** Of a connection that stood and could not be encrypted. */
const TLS_FAULT = /tls|ssl|certificate|self.signed|altname|wrong version/i;
const CERTIFICATE_FAULT = /certificate|self.signed|altname/i;
const PRIVATE_FIX =
  'The server lies in a private network: TRUNKLINE_ALLOW_PRIVATE_HOSTS=true, where Trunkline runs, lets lines use such hosts.';

export function mailQuestions(settings: SmtpSettings, line: ChannelLine, reach: MailReach): SetupQuestion[] {
  const { host, port, user } = settings;
  let tlsFault: string | null = null;
  let isEncrypted = false;
  let mailbox: ImapFlow | null = null;
  return [
    {
      key: 'connect',
      async ask() {
        try {
          const session = await reach.open({ ...settings, user: null });
          isEncrypted = session.secure;
          session.quit();
        } catch (error) {
          const fault = error as SmtpFailure;
          if (!isTlsFault(fault)) return unreachable(fault, `${host}, port ${port}`);
          tlsFault = sentenceOf(fault);
        }
        return ok(`${host} answers at port ${port}`);
      },
    },
    {
      key: 'tls',
      ask() {
        if (tlsFault !== null) return failed(tlsFault, tlsFix(settings, tlsFault));
        if (isEncrypted) return ok('The connection is encrypted');
        return warning(
          'The connection is not encrypted',
          'Use tls "implicit" (port 465) or "starttls" (port 587) if the server can.',
        );
      },
    },
    {
      key: 'login',
      async ask() {
        if (user === null) return skipped('The server is used without a user name');
        try {
          (await reach.open(settings)).quit();
          return ok(`${user} is signed in`);
        } catch (error) {
          return failed(
            sentenceOf(error as SmtpFailure),
            'Check user name and password. Many providers want a password of its own for such programs (an app password) instead of the usual one.',
          );
        }
      },
    },
    { key: 'from', ask: () => fromAddress(settings, line) },
    {
      key: 'mailbox',
      async ask() {
        if (settings.imapHost === null)
          return warning(
            'No mailbox is named: answers and bounces are not heard of',
            'Name imapHost to receive them.',
          );
        try {
          mailbox = await reach.openMailbox();
          return ok(`${settings.imapUser ?? user} is signed in at ${settings.imapHost}`);
        } catch (error) {
          return unreachable(error as SmtpFailure, `${settings.imapHost}, port ${settings.imapPort}`);
        }
      },
    },
    {
      key: 'folder',
      async ask() {
        if (mailbox === null) return skipped('There is no mailbox to look into');
        const client: ImapFlow = mailbox;
        try {
          const { exists } = await client.mailboxOpen(settings.imapMailbox, { readOnly: true });
          return ok(`${settings.imapMailbox} can be read; it holds ${exists} mails`);
        } catch {
          return failed(
            `The mailbox has no folder ${settings.imapMailbox}`,
            'Name imapMailbox as the server names it; INBOX always exists.',
          );
        } finally {
          client.close();
        }
      },
    },
  ];
}

function isTlsFault(fault: SmtpFailure): boolean {
  return (
    fault.code !== 'EPRIVATE' && (fault.code === 'ETLS' || TLS_FAULT.test(`${fault.code} ${fault.message}`))
  );
}

function tlsFix({ tls, port }: SmtpSettings, fault: string): string {
  if (CERTIFICATE_FAULT.test(fault))
    return 'Its certificate must be valid for the name of the server; caCertificate names an authority of your own.';
  if (tls === 'implicit' && port !== 465)
    return `Port ${port} may begin unencrypted: try tls "starttls", or port 465.`;
  if (tls === 'starttls' && port === 465)
    return 'Port 465 is encrypted from the first byte: try tls "implicit".';
  return 'See whether the server offers TLS at this port.';
}

function unreachable(fault: SmtpFailure, where: string): Found {
  if (/not a public address/.test(fault.message)) return failed(fault.message, PRIVATE_FIX);
  return failed(
    sentenceOf(fault),
    `Check name, port and password (${where}), and whether a firewall between here and there lets the connection through.`,
  );
}

/** The server itself is the judge, of every mail: this only tells of what is seldom meant. */
function fromAddress({ fromAddress: from, user }: SmtpSettings, { email }: ChannelLine): Found {
  const [domain, ...others] = [from, user ?? from, email ?? from].map((each) =>
    each.includes('@') ? each.slice(each.lastIndexOf('@') + 1).toLowerCase() : null,
  );
  const differs = others.find((other) => other !== null && other !== domain);
  return differs === undefined || differs === null
    ? ok(`Mails come from ${from}`)
    : warning(
        `Mails come from ${from}, of another domain than ${differs}`,
        'Make sure that the server may send for this domain (SPF, DKIM), else receivers take the mails for spam.',
      );
}
