/**
 * A mail provider with people behind it: what is sent by SMTP is answered, bounced or complained about by recipient, and
 * the answer lies in the mailbox of the sender, behind IMAP. A tag behind a plus tells recipients of one kind apart.
 */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { systemClock } from '../../../src/lib/clock.ts';
import { type FakeMailbox, startFakeMailbox } from './imap-server.ts';

export interface SentMail {
  raw: string;
  from: string;
  to: string;
}

export interface MailWorld {
  smtpPort: number;
  mailbox: FakeMailbox;
  sent: SentMail[];
  /** Settings of a line that sends and receives here; its secret is the mailbox's password. */
  transportConfig: Record<string, unknown>;
  close(): Promise<void>;
}

export const MAGIC_RECIPIENTS: Readonly<Record<string, string>> = {
  reply: 'answers "Yes, Tuesday works."',
  stop: 'answers STOP',
  away: 'an automatic note that somebody is away',
  bounced: 'a bounce: no such user (5.1.1)',
  full: 'a bounce: mailbox full (5.2.2)',
  spam: 'a bounce: policy (5.7.1)',
  delayed: 'a warning that it is delayed',
  complaint: 'a complaint by way of the provider',
  refused: 'refused at once, 550 5.1.1',
  lost: 'taken, and the connection is cut instead of an answer',
  cut: 'the connection is cut before anything is taken; the next time it is delivered',
  late: 'taken at once, answered three seconds later',
};

const LATE_MS = 3_000;

export async function startMailWorld(now: () => number): Promise<MailWorld> {
  const mailbox = await startFakeMailbox(now);
  const sent: SentMail[] = [];
  const wasCut = new Set<string>();
  let answers = 0;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onRcptTo({ address }, session, answer) {
      if (kindOf(address) === 'cut' && !wasCut.delete(address)) {
        wasCut.add(address);
        return cut(session);
      }
      if (kindOf(address) !== 'refused') return answer();
      answer(Object.assign(new Error('5.1.1 No such user here'), { responseCode: 550 }));
    },
    onData(stream, session, answer) {
      const { envelope } = session;
      text(stream).then(async (raw) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const mail = { raw, from, to: envelope.rcptTo[0]?.address ?? '' };
        sent.push(mail);
        answers += 1;
        const back = answerTo(mail, `<answer-${answers}@people.test>`);
        if (kindOf(mail.to) === 'lost') return cut(session);
        if (kindOf(mail.to) === 'late') await systemClock().sleep(LATE_MS);
        answer(null, 'Queued');
        if (back !== null) mailbox.deliver(back);
      }, answer);
    },
  });
  const cut = ({ id }: { id: string }) => {
    for (const connection of smtp.connections as Set<{ id: string; _socket: Socket }>)
      if (connection.id === id) connection._socket.destroy();
  };
  smtp.on('error', () => {});
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const smtpPort = (smtp.server.address() as AddressInfo).port;
  return {
    smtpPort,
    mailbox,
    sent,
    transportConfig: {
      host: '127.0.0.1',
      port: smtpPort,
      tls: 'none',
      fromAddress: 'office@sender.test',
      imapHost: '127.0.0.1',
      imapPort: mailbox.port,
      imapTls: 'none',
      imapUser: mailbox.user,
      replyTo: 'replies@sender.test',
      bounceTo: 'bounce@sender.test',
    },
    async close() {
      await mailbox.close();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}

function kindOf(address: string): string {
  return address.split(/[+@]/)[0] ?? '';
}

function answerTo(mail: SentMail, id: string): string | null {
  switch (kindOf(mail.to)) {
    case 'reply':
      return letter(mail, id, 'Yes, Tuesday works.');
    case 'stop':
      return letter(mail, id, 'Stop.');
    case 'away':
      return letter(mail, id, 'I am away until Monday.', 'Auto-Submitted: auto-replied\n');
    case 'bounced':
      return bounce(mail, id, 'failed', '5.1.1', '550 5.1.1 No such user here');
    case 'full':
      return bounce(mail, id, 'failed', '5.2.2', '552 5.2.2 Mailbox full');
    case 'spam':
      return bounce(mail, id, 'failed', '5.7.1', '554 5.7.1 Message looks like spam');
    case 'delayed':
      return bounce(mail, id, 'delayed', '4.4.1', '421 4.4.1 No answer');
    case 'complaint':
      return complaint(mail, id);
    default:
      return null;
  }
}

/** Of the mail as it was sent, folded lines joined. */
function headerOf({ raw }: SentMail, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(raw.replace(/\r\n[ \t]+/g, ' '))?.[1] ?? '';
}

function headersOf({ raw }: SentMail): string {
  return raw.slice(0, raw.indexOf('\r\n\r\n'));
}

export function letter(mail: SentMail, id: string, body: string, more = ''): string {
  const messageId = headerOf(mail, 'Message-ID');
  return `Return-Path: <${mail.to}>
From: A Person <${mail.to}>
To: ${headerOf(mail, 'Reply-To') || headerOf(mail, 'From')}
Subject: Re: ${headerOf(mail, 'Subject')}
Message-ID: ${id}
In-Reply-To: ${messageId}
References: ${messageId}
${more}Content-Type: text/plain; charset=utf-8

${body}

On Mon, 2 Nov 2026 at 10:00, The Office <office@sender.test> wrote:
> Hello
`;
}

function bounce(mail: SentMail, id: string, action: string, status: string, words: string): string {
  return `Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@people.test>
To: <${mail.from}>
Subject: Delivery Status Notification (${action})
Auto-Submitted: auto-generated
Message-ID: ${id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain

${words}
--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.people.test

Final-Recipient: rfc822; ${mail.to}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${words}

--report
Content-Type: text/rfc822-headers

${headersOf(mail)}

--report--
`;
}

function complaint(mail: SentMail, id: string): string {
  return `From: Feedback <feedback@people.test>
To: <${mail.from}>
Subject: Abuse report
Message-ID: ${id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="report"

--report
Content-Type: text/plain

This is a complaint.
--report
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: People/1
Version: 1
Original-Rcpt-To: <${mail.to}>

--report
Content-Type: message/rfc822

${mail.raw}
--report--
`;
}
