/** What a new line is given unless it says otherwise (D14, D21). Every one of these is an ordinary setting of the line. */
import type { ChannelType, MessageType, Transport } from './words.ts';

/** Gaps and durations in ms; `attempts` counts the first one too. */
export interface LineDefaults {
  /** Between any two messages of one device. */
  deviceGapMs: number;
  /** Between first messages to different contacts of one line. */
  contactGapMs: number;
  /** null = no cap, here and in the two below. */
  dailyNewConversationsLimit: number | null;
  dailyTotalMessagesLimit: number | null;
  hourlyNewConversationsLimit: number | null;
  attempts: number;
  retryGapMs: number;
  /** How long an unknown outcome is asked for before it is given up (D20). */
  reconcileLimitMs: number;
}

const RETRIES = { attempts: 5, retryGapMs: 60_000, reconcileLimitMs: 600_000 } as const;

const BY_MESSAGE_TYPE: Readonly<Record<MessageType, LineDefaults>> = {
  // The documented figures: what an Apple account bears before it draws attention.
  imessage: {
    deviceGapMs: 30_000,
    contactGapMs: 45_000,
    dailyNewConversationsLimit: 50,
    dailyTotalMessagesLimit: 75,
    hourlyNewConversationsLimit: 50,
    ...RETRIES,
  },
  // Carriers take one segment a second from a long code and set no number per day.
  sms: {
    deviceGapMs: 1_000,
    contactGapMs: 0,
    dailyNewConversationsLimit: null,
    dailyTotalMessagesLimit: null,
    hourlyNewConversationsLimit: null,
    ...RETRIES,
  },
  // A mailbox has no device to spare, but a reputation: the documented day caps stay, the hourly one is documented away.
  // A server that greylists wants to be asked again after five to fifteen minutes.
  email: {
    deviceGapMs: 1_000,
    contactGapMs: 0,
    dailyNewConversationsLimit: 50,
    dailyTotalMessagesLimit: 75,
    hourlyNewConversationsLimit: null,
    ...RETRIES,
    retryGapMs: 300_000,
  },
};

/** A simulated phone answers at once, so that a first try is quick. */
const SANDBOX: LineDefaults = {
  deviceGapMs: 0,
  contactGapMs: 0,
  dailyNewConversationsLimit: 1_000_000,
  dailyTotalMessagesLimit: 1_000_000,
  hourlyNewConversationsLimit: 1_000_000,
  attempts: 5,
  retryGapMs: 1_000,
  reconcileLimitMs: 30_000,
};

/** A line known by an e-mail address (an Apple ID, a mailbox) is exempt from the hourly cap (D14). */
export function lineDefaults(
  messageType: MessageType,
  transport: Transport,
  channelType: ChannelType = messageType === 'email' ? 'email' : 'phone',
): LineDefaults {
  if (transport === 'sandbox') return SANDBOX;
  const defaults = BY_MESSAGE_TYPE[messageType];
  return channelType === 'email' ? { ...defaults, hourlyNewConversationsLimit: null } : defaults;
}
