/** What becomes of a message at the moment it is accepted (contract §4.8, D3, D8, D9, D11, D25). Facts in, plan out. */
import { nextOpening, type SendWindow } from './window.ts';
import { type MessageStatus, PRIORITIES, type Priority, type Reason, type WaitingStatus } from './words.ts';

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
  const wait = planWait(facts.now, facts.scheduledDate, facts.window);
  if (wait === null) return null;
  const { dueAt } = wait;
  const priority = choosePriority(facts);
  if (facts.suppressed) return { status: 'failed', reason: 'dnc', dueAt, priority };
  if (facts.forceFallback) return { status: 'fallback', reason: 'forced_fallback', dueAt, priority };
  return { ...wait, reason: null, priority };
}

/** When a message may go by its date and window alone, and as what it waits until then; null when the window never opens. */
export function planWait(
  now: number,
  scheduledDate: number | null,
  window: SendWindow | null,
): { status: WaitingStatus; dueAt: number } | null {
  const wanted = Math.max(now, scheduledDate ?? now);
  const dueAt = window === null ? wanted : nextOpening(window, wanted);
  if (dueAt === null) return null;
  if (wanted > now) return { status: 'scheduled', dueAt };
  return { status: dueAt > now ? 'queued' : 'pending', dueAt };
}

/** As it is stored: 0 goes first (D11). */
export function priorityIndex(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

function choosePriority(facts: AcceptanceFacts): Priority {
  if (facts.lastReplyAt !== null && facts.now - facts.lastReplyAt < CONVERSATION_MS) return 'reply';
  return facts.isCampaign ? 'campaign' : 'single';
}
