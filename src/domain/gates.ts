/**
 * What stands between a message and its line. The dispatcher holds by these gates and `explain` prints them: the same
 * evaluation, so that an explanation can never differ from what happens.
 */
import type { StepGate } from './campaign/next-step.ts';
import { checkPace, type LinePace, NEVER, type PaceCheck, type PaceGate } from './pacing.ts';
import { nextOpening, type SendWindow } from './window.ts';
import type { CampaignStatus, GateName, Risk } from './words.ts';

/** One gate as `explain` shows it (part III). */
export interface Gate {
  gate: GateName;
  state: 'passed' | 'blocked';
  /** When a blocked gate opens by itself; null when it takes somebody's hand. */
  until: number | null;
  /** One sentence for people. */
  reason: string;
}

/** What the gates of a message ask for. Instants in ms UTC, null = none set. */
export interface MessageGateFacts {
  dueAt: number;
  scheduledDate: number | null;
  expiresAt: number | null;
  window: SendWindow | null;
  /** Attempts made so far. */
  attempt: number;
  /** The lead opted out, or every address it could go to is suppressed. */
  suppressed: boolean;
  /** Of its campaign; null where it belongs to none. */
  campaignStatus: CampaignStatus | null;
  /** Another message to the same contact is on its way from this line. */
  conversationBusy: boolean;
  /** What its campaign has against it, asked last of all: whatever comes true before a step leaves stops it. */
  campaignStop: StepGate;
}

/** What the gates of a line ask for. */
export interface LineGateFacts {
  isActive: boolean;
  isHealthy: boolean;
  readOnly: boolean;
  /** At high risk the gaps in `pace` are doubled already; the explanation says so. */
  risk: Risk;
  pace: LinePace;
}

/** A busy conversation is thought to be free again this much later, by people who ask; the dispatcher waits for the fact. */
export const CONVERSATION_RECHECK_MS = 1000;

/** Gates that belong to the message, in the order they are asked. */
export function messageGates(facts: MessageGateFacts, now: number): Gate[] {
  const { scheduledDate, expiresAt, window, dueAt } = facts;
  const opening = window === null ? now : nextOpening(window, Math.max(now, scheduledDate ?? now));
  const retrying = facts.attempt > 0 && dueAt > now;
  return [
    gate('opt_out', !facts.suppressed, null, 'Nobody opted out.', 'The contact opted out.'),
    gate(
      'campaign',
      facts.campaignStatus !== 'paused',
      null,
      facts.campaignStatus === null ? 'It belongs to no campaign.' : 'Its campaign runs.',
      'Its campaign is paused, until somebody resumes it.',
    ),
    gate(
      'expiry',
      expiresAt === null || expiresAt > now,
      null,
      expiresAt === null ? 'It does not expire.' : `It expires at ${iso(expiresAt)}.`,
      `It expired${expiresAt === null ? '' : ` at ${iso(expiresAt)}`}.`,
    ),
    gate(
      'schedule',
      scheduledDate === null || scheduledDate <= now,
      scheduledDate,
      scheduledDate === null ? 'It is not scheduled for later.' : 'Its scheduled time has come.',
      `It is scheduled for ${scheduledDate === null ? '' : iso(scheduledDate)}.`,
    ),
    gate(
      'retry',
      !retrying,
      dueAt,
      facts.attempt === 0 ? 'It was not tried yet.' : 'Its next attempt is due.',
      retrying ? `Attempt ${facts.attempt} did not leave; the next one is due at ${iso(dueAt)}.` : '',
    ),
    gate(
      'window',
      opening !== null && opening <= now,
      opening,
      window === null ? 'It has no send window.' : 'Its send window is open.',
      opening === null
        ? 'Its send window never opens.'
        : `Its send window ${describeWindow(window)} opens at ${iso(opening)}.`,
    ),
    gate(
      'conversation',
      !facts.conversationBusy,
      now + CONVERSATION_RECHECK_MS,
      'No other message to this contact is on its way.',
      'An earlier message to this contact is on its way; order is kept.',
    ),
    campaignStopGate(facts, now),
  ];
}

const ASKED_BEFORE_IT_LEAVES = 'Its HTTP conditions are asked just before it leaves.';

function campaignStopGate({ campaignStop: stop, campaignStatus }: MessageGateFacts, now: number): Gate {
  const passed = campaignStatus === null ? 'It belongs to no campaign.' : 'Nothing stops its sequence.';
  switch (stop?.do) {
    case undefined:
      return gate('campaign_stop', true, null, passed, '');
    case 'ask':
      return gate('campaign_stop', true, null, ASKED_BEFORE_IT_LEAVES, '');
    case 'hold':
      return gate(
        'campaign_stop',
        stop.until <= now,
        stop.until,
        ASKED_BEFORE_IT_LEAVES,
        `${stop.detail}; it is asked again at ${iso(stop.until)}.`,
      );
    case 'stop':
      return gate('campaign_stop', false, null, passed, `It will not be sent: ${stop.detail}.`);
  }
}

/** Gates that belong to the line, in the order they are asked. */
export function lineGates(facts: LineGateFacts, now: number, firstTouch: boolean): Gate[] {
  return [...lineStateGates(facts), ...paceGates(facts, now, firstTouch)];
}

/** Whether the line may send at all, however fast. */
export function lineStateGates(facts: Omit<LineGateFacts, 'pace' | 'risk'>): Gate[] {
  return [
    gate(
      'read_only',
      !facts.readOnly,
      null,
      'The workspace may send.',
      'The workspace is read-only: payment is past due.',
    ),
    gate('line', facts.isActive, null, 'The line is active.', 'The line is not active.'),
    gate(
      'device_down',
      facts.isHealthy,
      null,
      'The line is healthy.',
      'The line is down; its health is checked every minute.',
    ),
  ];
}

function paceGates(facts: LineGateFacts, now: number, firstTouch: boolean): Gate[] {
  return checkPace(facts.pace, now, firstTouch).map((check) =>
    gate(
      check.gate,
      check.opensAt <= now,
      check.opensAt === NEVER ? null : check.opensAt,
      PACE_SENTENCES[check.gate].passed,
      whyBlocked(check, facts),
    ),
  );
}

function whyBlocked({ gate: name, opensAt }: PaceCheck, { pace, risk }: LineGateFacts): string {
  if (opensAt === NEVER) {
    const shutOut = name === 'daily_cap' ? 'messages' : 'new conversations';
    return `The line's cap is 0: it takes no ${shutOut} until somebody raises it.`;
  }
  const slowed =
    risk === 'high' && name.endsWith('_gap') ? ' (gaps are doubled: the line is at high risk)' : '';
  return `${PACE_SENTENCES[name].blocked(pace)} until ${iso(opensAt)}${slowed}.`;
}

/** First instant at which every gate is open, as far as is known at `now`; null while one takes somebody's hand. */
export function earliestAt(
  message: MessageGateFacts,
  line: LineGateFacts,
  now: number,
  firstTouch: boolean,
): number | null {
  const gates = [...messageGates(message, now), ...lineGates(line, now, firstTouch)];
  let ready = Math.max(now, message.dueAt);
  for (const { state, until } of gates) {
    if (state === 'passed') continue;
    if (until === null) return null;
    ready = Math.max(ready, until);
  }
  const at = message.window === null ? ready : nextOpening(message.window, ready);
  return at === null || (message.expiresAt !== null && at >= message.expiresAt) ? null : at;
}

const PACE_SENTENCES: Readonly<Record<PaceGate, { passed: string; blocked(pace: LinePace): string }>> = {
  daily_cap: {
    passed: 'The line has messages left today.',
    blocked: (pace) => `The line's cap of ${pace.dailyTotalMessagesLimit} messages a day is reached`,
  },
  first_touch_cap: {
    passed: 'The line has new conversations left today.',
    blocked: (pace) =>
      `The line's cap of ${pace.dailyNewConversationsLimit} new conversations a day is reached`,
  },
  hourly_cap: {
    passed: 'The line has new conversations left this hour.',
    blocked: (pace) =>
      `The line's cap of ${pace.hourlyNewConversationsLimit} new conversations an hour is reached`,
  },
  device_gap: {
    passed: 'The device is free.',
    blocked: (pace) => `The device keeps ${pace.deviceGapMs / 1000} s between messages: it is busy`,
  },
  contact_gap: {
    passed: 'The line may open a new conversation.',
    blocked: (pace) => `The line keeps ${pace.contactGapMs / 1000} s between new conversations: it rests`,
  },
};

function gate(
  name: GateName,
  passed: boolean,
  until: number | null,
  ifPassed: string,
  ifBlocked: string,
): Gate {
  return passed
    ? { gate: name, state: 'passed', until: null, reason: ifPassed }
    : { gate: name, state: 'blocked', until, reason: ifBlocked };
}

function describeWindow(window: SendWindow | null): string {
  if (window === null) return '';
  const hours = window.start === null ? 'all day' : `${window.start}–${window.end}`;
  return `(${hours}, ${window.timezone})`;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
