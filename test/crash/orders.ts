/** What the run and its processes say to each other. */
/** Named instants of the road, by the role that passes them; src/ calls them through `checkpoint`. */
export const LABELS = {
  api: ['intake.drafted', 'intake.stored'],
  dispatcher: [
    'prepared',
    'send.before',
    'send.after',
    'settle.before',
    'settle.after',
    'reconcile.asked',
    'campaign.entered',
    'campaign.advanced',
    'campaign.looked',
    'campaign.stored',
  ],
  /** Steps of the journal of a relay, and the two between them. */
  agent: ['agent.taken', 'agent.granted', 'agent.started', 'agent.noted', 'agent.sent', 'agent.settled'],
} as const;
export type TestedRole = keyof typeof LABELS;
export type Label = (typeof LABELS)[TestedRole][number];
/** Of the server's own processes. */
export const ALL_LABELS: readonly Label[] = [...LABELS.api, ...LABELS.dispatcher];

/** "When you pass this label for the n-th time from now, die there" or "stand still there". */
export interface Order {
  label: Label;
  passing: number;
  act: 'kill' | 'stop';
}

export type Report =
  /** At work; `url` is where it listens, null for a dispatcher. */
  | { report: 'ready'; url: string | null }
  /** Stands still at this very label from now on, until somebody sends SIGCONT. */
  | { report: 'stopping'; label: Label };

/**
 * Short, so that a run sees many leases end. Longer than the second that magic recipients keep silent, and with room for
 * a machine that is busy with something else.
 */
export const SEND_TIMEOUT_MS = 1_500;
export const LEASE_MARGIN_MS = 1_500;
export const LEASE_MS = SEND_TIMEOUT_MS + LEASE_MARGIN_MS;
