import { Link } from '@tanstack/react-router';
import { AtSign, Laptop, MessageSquareText, Server } from 'lucide-react';
import { Button } from '../../ui/button.tsx';

const WAYS = [
  { icon: Laptop, title: 'A Mac', text: 'iMessage from a Mac of yours: pair it by a code.' },
  {
    icon: Server,
    title: 'BlueBubbles',
    text: 'iMessage through a BlueBubbles server that you have already.',
  },
  {
    icon: MessageSquareText,
    title: 'Twilio',
    text: 'SMS and MMS, also as the fallback for those without iMessage.',
  },
  { icon: AtSign, title: 'A mailbox', text: 'Email by SMTP; replies and bounces come back by IMAP.' },
] as const;

export function ConnectLine() {
  return (
    <div className="flex flex-col gap-4">
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(15rem,100%),1fr))] gap-3">
        {WAYS.map(({ icon: Icon, title, text }) => (
          <li key={title} className="flex gap-2.5 rounded-lg border p-3">
            <Icon className="mt-0.5 size-4 shrink-0 text-muted-foreground" aria-hidden />
            <div>
              <p className="font-medium">{title}</p>
              <p className="text-muted-foreground">{text}</p>
            </div>
          </li>
        ))}
      </ul>
      <Button asChild variant="primary" className="self-start">
        <Link to="/lines">Add a line</Link>
      </Button>
    </div>
  );
}
