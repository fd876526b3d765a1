/** What needs somebody's hand, worst first: what is the matter, and what to do about it. */
import { type Alert, type Cap, MAX_ALERTS, type NowLine } from '../../contract/workspace/now.ts';
import type { Transport } from '../../domain/words.ts';
import { toIsoOrNull } from '../../lib/clock.ts';
import type { PausedCampaign, WebhookState } from '../../store/figures/now.ts';

export interface Situation {
  isReadOnly: boolean;
  lines: readonly NowLine[];
  webhooks: readonly WebhookState[];
  campaigns: readonly PausedCampaign[];
  /** Of today. */
  optOuts: number;
}

/** One or two failures in a row are an everyday thing, and tried again within seconds. */
const FAILURES_THAT_COUNT = 3;
const NEAR = 0.9;

export function alertsOf({ isReadOnly, lines, webhooks, campaigns, optOuts }: Situation): Alert[] {
  const alerts = [
    ...(isReadOnly ? [READ_ONLY] : []),
    ...lines.flatMap(lineAlerts),
    ...webhooks.flatMap(webhookAlerts),
    ...campaigns.map(campaignAlert),
    ...(optOuts > 0 ? [optOutAlert(optOuts)] : []),
  ];
  return alerts.sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]).slice(0, MAX_ALERTS);
}

const WEIGHT: Readonly<Record<Alert['severity'], number>> = { critical: 0, warning: 1, info: 2 };

const READ_ONLY: Alert = {
  kind: 'workspace_read_only',
  severity: 'critical',
  title: 'The workspace is read-only',
  whatToDo:
    'Its payment is past due: until the operator lifts that, nothing can be changed and what waits is held. Replies still come in.',
  about: { type: 'workspace', id: null },
  since: null,
};

function lineAlerts(line: NowLine): Alert[] {
  if (!line.isActive) return [];
  const about = { type: 'line' as const, id: line.id };
  if (line.health === 'down')
    return [
      {
        kind: 'line_down',
        severity: 'critical',
        title: `${line.name} is down`,
        whatToDo: `${WHEN_DOWN[line.transport]} It is asked again every minute and comes back by itself.`,
        about,
        since: line.downSince,
      },
    ];
  return line.caps.flatMap(({ cap, used, limit }): Alert[] => {
    // 0 is a cap that somebody wanted.
    if (limit === null || limit === 0 || used < limit * NEAR) return [];
    const isReached = used >= limit;
    return [
      {
        kind: isReached ? 'cap_reached' : 'cap_near',
        severity: isReached ? 'warning' : 'info',
        title: `${line.name} has used ${used} of ${limit} ${CAP_WORDS[cap]}`,
        whatToDo: 'What is over it waits for the next day or hour. Add a line, or raise the cap with care.',
        about,
        since: null,
      },
    ];
  });
}

const CAP_WORDS: Readonly<Record<Cap, string>> = {
  daily_total: 'messages today',
  daily_new_conversations: 'new conversations today',
  hourly_new_conversations: 'new conversations this hour',
};

const OF_A_MAC = 'See that its Mac is awake, online and signed in to Messages.';
const WHEN_DOWN: Readonly<Record<Transport, string>> = {
  relay: OF_A_MAC,
  bluebubbles: OF_A_MAC,
  twilio: 'See whether the account at Twilio is active and its token still the same.',
  smtp: 'See whether the mail server answers and still takes the password.',
  sandbox: 'It is a simulated phone.',
};

function webhookAlerts({ id, name, isActive, ...state }: WebhookState): Alert[] {
  const { failureCount, failingSince, disabledReason } = state;
  const about = { type: 'webhook' as const, id };
  const since = toIsoOrNull(failingSince);
  if (!isActive && disabledReason !== null)
    return [
      {
        kind: 'webhook_disabled',
        severity: 'critical',
        title: `The webhook ${name} was switched off`,
        whatToDo:
          disabledReason === 'gone'
            ? 'Its receiver said that it is gone (410). Correct its address, switch it on and replay what it missed.'
            : 'It failed for five days. Mend its receiver, switch it on and replay what it missed.',
        about,
        since,
      },
    ];
  if (!isActive || failingSince === null || failureCount < FAILURES_THAT_COUNT) return [];
  return [
    {
      kind: 'webhook_failing',
      severity: 'warning',
      title: `The webhook ${name} failed ${failureCount} times in a row`,
      whatToDo:
        'See in its log what the receiver answers. Nothing is lost: deliveries are tried again for about 75 hours.',
      about,
      since,
    },
  ];
}

function campaignAlert({ id, name, pausedAt }: PausedCampaign): Alert {
  return {
    kind: 'campaign_paused',
    severity: 'critical',
    title: `The campaign ${name} paused by itself`,
    whatToDo: 'None of its lines is left. Give it a line, then resume it.',
    about: { type: 'campaign', id },
    since: toIsoOrNull(pausedAt),
  };
}

function optOutAlert(count: number): Alert {
  return {
    kind: 'opt_outs',
    severity: 'info',
    title: count === 1 ? '1 contact opted out today' : `${count} contacts opted out today`,
    whatToDo:
      'Nothing needs to be done: they are not written to any more. Who said what stands in the do-not-contact ledger.',
    about: { type: 'contacts', id: null },
    since: null,
  };
}
