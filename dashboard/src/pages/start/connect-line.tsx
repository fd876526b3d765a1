import { Link } from '@tanstack/react-router';
import { AtSign, Laptop, MessageSquareText, Server } from 'lucide-react';

const WAYS = [
  { kind: 'mac', icon: Laptop, title: 'A Mac', text: 'iMessage from a Mac of yours: pair it by a code.' },
  {
    kind: 'bluebubbles',
    icon: Server,
    title: 'BlueBubbles',
    text: 'iMessage through a BlueBubbles server that you have already.',
  },
  {
    kind: 'twilio',
    icon: MessageSquareText,
    title: 'Twilio',
    text: 'SMS and MMS, also as the fallback for those without iMessage.',
  },
  {
    kind: 'smtp',
    icon: AtSign,
    title: 'A mailbox',
    text: 'Email by SMTP; replies and bounces come back by IMAP.',
  },
] as const;

/** Each leads to its own guided steps. */
export function ConnectLine() {
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-3">
      {WAYS.map(({ kind, icon: Icon, title, text }) => (
        <li key={kind} className="flex gap-2.5 rounded-lg border p-3">
          <Icon className="mt-1 size-4 shrink-0 text-muted-foreground" aria-hidden />
          <div>
            <Link
              to="/lines/new"
              search={{ kind }}
              className="inline-block min-h-6 font-medium text-info underline underline-offset-4"
            >
              {title}
            </Link>
            <p className="text-muted-foreground">{text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
