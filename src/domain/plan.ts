/** What becomes of a message at the moment it is accepted (contract §4.8, D3, D8, D9, D11, D25). Facts in, plan out. */
import { nextOpening, type SendWindow } from './window.ts';
import { type MessageStatus, PRIORITIES, type Priority, type Reason } from './words.ts';

/** What is known of a message when it is accepted. Instants in ms UTC, null = none. */
export interface AcceptanceFacts {
  now: number;
  scheduledDate: number | null;
  window: SendWindow | null;
  /** The lead opted out, or every address of the cascade is suppressed. */
  suppressed: boolean;
  /** `forceFallback` of an iMessage. */
  forceFallback: boolean;
  /** Last time the contact wrote to the line chosen; null = never. */
  lastReplyAt: number | null;
  isCampaign: boolean;
}

/** With what it is stored. */
export interface AcceptancePlan {
  status: Extract<MessageStatus, 'pending' | 'scheduled' | 'queued' | 'failed' | 'fallback'>;
  reason: Reason | null;
  /** First instant at which the message's own wishes let it go. */
  dueAt: number;
  priority: Priority;
}

/** Who wrote within this time is in a conversation: our next message is a reply. */
export const CONVERSATION_MS = 24 * 3_600_000;

/** null when the window never opens. */
export function planAcceptance(facts: AcceptanceFacts): AcceptancePlan | null {
  const { now, window } = facts;
  const wanted = Math.max(now, facts.scheduledDate ?? now);
  const dueAt = window === null ? wanted : nextOpening(window, wanted);
  if (dueAt === null) return null;
  const priority = choosePriority(facts);
  if (facts.suppressed) return { status: 'failed', reason: 'dnc', dueAt, priority };
  if (facts.forceFallback) return { status: 'fallback', reason: 'forced_fallback', dueAt, priority };
  if (wanted > now) return { status: 'scheduled', reason: null, dueAt, priority };
  return { status: dueAt > now ? 'queued' : 'pending', reason: null, dueAt, priority };
}

/** As it is stored: 0 goes first (D11). */
export function priorityIndex(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

function choosePriority(facts: AcceptanceFacts): Priority {
  if (facts.lastReplyAt !== null && facts.now - facts.lastReplyAt < CONVERSATION_MS) return 'reply';
  return facts.isCampaign ? 'campaign' : 'single';
}
