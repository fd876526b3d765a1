/** The pages of the navigation and of the palette, in their order. */
import {
  ContactRound,
  Inbox,
  type LucideIcon,
  MessageSquare,
  Radio,
  Rocket,
  Send,
  Settings,
  Smartphone,
} from 'lucide-react';

export interface PageLink {
  to: '/' | '/messages' | '/inbox' | '/leads' | '/lines' | '/campaigns' | '/settings' | '/start';
  title: string;
  icon: LucideIcon;
}

export const PAGES: readonly PageLink[] = [
  { to: '/', title: 'Now', icon: Radio },
  { to: '/messages', title: 'Messages', icon: MessageSquare },
  { to: '/inbox', title: 'Inbox', icon: Inbox },
  { to: '/leads', title: 'Leads', icon: ContactRound },
  { to: '/lines', title: 'Lines', icon: Smartphone },
  { to: '/campaigns', title: 'Campaigns', icon: Send },
  { to: '/settings', title: 'Settings', icon: Settings },
];

export const START: PageLink = { to: '/start', title: 'First steps', icon: Rocket };
