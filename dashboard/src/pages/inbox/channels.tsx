/** The three ways to write to somebody, told apart by word and sign as well as by colour. */
import { Mail, MessageCircle, MessageSquareText } from 'lucide-react';

export type Channel = 'imessage' | 'sms' | 'email';

export const CHANNELS: readonly Channel[] = ['imessage', 'sms', 'email'];

export const CHANNEL_NAMES: Readonly<Record<Channel, string>> = {
  imessage: 'iMessage',
  sms: 'SMS',
  email: 'Email',
};

const ICONS = { imessage: MessageCircle, sms: MessageSquareText, email: Mail } as const;

export function ChannelLabel({ channel }: { channel: Channel }) {
  const Icon = ICONS[channel];
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <Icon className="size-3.5" aria-hidden />
      {CHANNEL_NAMES[channel]}
    </span>
  );
}
