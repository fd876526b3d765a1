/**
 * How every documented refusal is provoked: by a request that is made here, or by a test elsewhere that is named. Whether
 * a call is built is asked of the routes themselves, so that a call that is added must come with its refusals.
 */
import { routes } from '../src/http/routes.ts';
import { DOCUMENTED, type DocumentedCall } from './documented-api.ts';
import { REFUSED_EXAMPLES } from './refused-examples.ts';

export interface Attempt {
  kind: 'attempt';
  /** Path and query; absent: that of the call. */
  path?: string;
  body?: unknown;
  /** Who asks: a workspace with a line, one without, one whose payment is past due, somebody without a key. */
  who?: 'owner' | 'lineless' | 'pastDue' | 'nobody';
  /** What the answer says beside the sentence. */
  shows?: Readonly<Record<string, unknown>>;
}

export interface Elsewhere {
  kind: 'elsewhere';
  /** Provokes it, under a title that holds these words. */
  file: string;
  title: string;
}

export interface Departure {
  kind: 'departs';
  because: string;
}

export type How = Attempt | Elsewhere | Departure;

const at = (path: string, more: Omit<Attempt, 'kind' | 'path'> = {}): Attempt => ({
  kind: 'attempt',
  path,
  ...more,
});
const by = (body: unknown, who: Attempt['who'] = 'owner', shows: Attempt['shows'] = {}): Attempt => ({
  kind: 'attempt',
  body,
  who,
  shows,
});
const elsewhere = (file: string, title: string): Elsewhere => ({ kind: 'elsewhere', file, title });
const departs = (because: string): Departure => ({ kind: 'departs', because });

const UNKNOWN = 'f'.repeat(24);
const HELLO = { message: 'Hi', recipientPhone: '+12025550100' };
const WEBHOOK = { url: 'https://example.com/hook', events: ['message.sent'], name: 'CRM' };
const UNCHECKED = elsewhere('test/leads/availability.test.ts', 'Availability check server not configured');
const QUOTA = elsewhere('test/leads/availability.test.ts', 'is 70 a day for each line');
const GESTURE_REFUSED = elsewhere('test/messages/gestures.test.ts', 'that the device refuses');

/** By call, by sentence. */
export const PROVOKED: Readonly<Record<string, Readonly<Record<string, How>>>> = {
  'every call': {
    Unauthorized: at('GET /api/lines/by-user', { who: 'nobody' }),
    READ_ONLY: at('POST /api/messages', {
      who: 'pastDue',
      body: HELLO,
      shows: { code: 'READ_ONLY', reason: 'past_due' },
    }),
    '…': elsewhere('src/http/guards.test.ts', 'a key does what its scopes say'),
    'No active workspace': elsewhere('test/api/workspace.test.ts', 'that no longer exists'),
    'Rate limit exceeded': elsewhere('src/http/guards.test.ts', 'sends beyond the limit are 429'),
    'Internal server error': elsewhere('src/http/failures.test.ts', 'a defect of ours is 500'),
  },
  'POST /api/messages': {
    'Request body must be a JSON object': by([]),
    'Invalid request body (JSON required)': by('{'),
    'Message and attachmentUrls cannot both be empty': by({ recipientPhone: HELLO.recipientPhone }),
    'Missing required field: message': departs('the older sentence; the newer is the one before'),
    'Invalid messageType. Must be email, sms, or imessage': by({ ...HELLO, messageType: 'fax' }),
    'attachmentUrls must be an array': by({ ...HELLO, attachmentUrls: 'https://example.com/a.png' }),
    'Maximum 2 attachments per message': by({
      ...HELLO,
      attachmentUrls: ['1', '2', '3'].map((n) => `https://example.com/${n}.png`),
    }),
    'No active lines in workspace. Add and activate a line, or provide fromLineId.': by(HELLO, 'lineless'),
    'Invalid scheduledDate format': by({ ...HELLO, scheduledDate: 'tomorrow' }),
    'Invalid time format. sendWindowStart and sendWindowEnd must be in HH:mm format (e.g., 09:00, 17:00)': by(
      {
        ...HELLO,
        timezone: 'UTC',
        sendWindowStart: '9am',
        sendWindowEnd: '17:00',
      },
    ),
    'Invalid timezone or time window settings. Please check your timezone and time format.': by({
      ...HELLO,
      timezone: 'Mars/Olympus',
      sendWindowStart: '09:00',
      sendWindowEnd: '17:00',
    }),
    'Either recipientEmail or recipientPhone is required (in body or on the lead when leadId is provided).':
      by({
        message: 'Hi',
      }),
    'sendFallbackSmsOnFailed is true but fallback SMS is not configured. Configure fallback in workspace settings (Settings → Fallback) or set sendFallbackSmsOnFailed to false.':
      by({ ...HELLO, sendFallbackSmsOnFailed: true }, 'owner', { code: 'FALLBACK_NOT_CONFIGURED' }),
    'Attachment URL does not belong to this organization': elsewhere(
      'test/api/isolation.test.ts',
      'Attachment URL does not belong to this organization',
    ),
    'Lead not found or access denied': by({ message: 'Hi', leadId: UNKNOWN }),
  },
  'POST /api/messages/cancel-for-lead': {
    'Either leadId, recipientPhone, or recipientEmail is required': by({}),
    'Invalid leadId': by({ leadId: 'x' }),
  },
  'POST /api/messages/react': {
    'messageId and reaction required': by({}),
    'Invalid reaction type': by({ messageId: UNKNOWN, reaction: 'clap' }),
    'Invalid messageId': by({ messageId: 'x', reaction: 'like' }),
    'Cannot determine contact phone for reaction': elsewhere(
      'test/messages/gestures.test.ts',
      'that knows no address is refused',
    ),
    'Message has no BlueBubbles ID — cannot react': elsewhere(
      'test/messages/gestures.test.ts',
      'on a message that no device has',
    ),
    'Line not found or missing credentials': elsewhere(
      'test/messages/gestures.test.ts',
      'whose line this server cannot reach',
    ),
    'Message not found': by({ messageId: UNKNOWN, reaction: 'like' }),
    'BlueBubbles error: …': GESTURE_REFUSED,
  },
  'POST /api/messages/typing': {
    '…': elsewhere('test/messages/gestures.test.ts', 'that knows no address is refused'),
    'BlueBubbles error: …': GESTURE_REFUSED,
  },
  'DELETE /api/messages/typing': {
    'BlueBubbles error: …': departs('best effort: taking it back never fails'),
  },
  'POST /api/leads': {
    '…': by({}),
    'List not found. The specified listId does not exist or is invalid. Omit listId to use the Quick Sends list.':
      by({ leads: [{ phone: HELLO.recipientPhone }], listId: UNKNOWN }),
  },
  'GET /api/leads': {
    'Invalid lead id': at('GET /api/leads?id=x'),
    'Lead not found': at(`GET /api/leads?id=${UNKNOWN}`),
    'Search timed out. Try a more specific search or fewer results.': elsewhere(
      'test/leads/leads.test.ts',
      'that takes too long is 503',
    ),
  },
  'DELETE /api/leads': {
    'No ids provided': by({}),
    'Invalid lead id in ids array': by({ ids: ['x'] }),
  },
  'GET /api/check-availability': {
    'Address parameter is required (phone or email)': by(undefined),
    'Availability check server not configured': at('GET /api/check-availability?address=%2B12025550100', {
      who: 'lineless',
    }),
    'No active line configured': departs('the older sentence; the newer is the one before'),
    'Daily availability check quota exhausted': QUOTA,
  },
  'POST /api/check-availability': {
    'addresses array is required and must not be empty': by({}),
    'Maximum 100 addresses per request': by({ addresses: Array(101).fill(HELLO.recipientPhone) }),
    'Availability check server not configured': by({ address: HELLO.recipientPhone }, 'lineless'),
    'Daily availability check quota exhausted': QUOTA,
  },
  'GET /api/leads/check-availability': {
    'Lead ID is required': by(undefined),
    'Availability check server not configured': UNCHECKED,
    'Lead not found': at(`GET /api/leads/check-availability?id=${UNKNOWN}`),
    'Daily availability check quota exhausted': QUOTA,
  },
  'POST /api/leads/check-availability': {
    'Either address or leadIds is required': by({}),
    'Availability check server not configured': by({ address: HELLO.recipientPhone }, 'lineless'),
    'Lead not found': by({ leadIds: [UNKNOWN] }),
    'Daily availability check quota exhausted': QUOTA,
  },
  'POST /api/check-availability-rr': {
    'No phone or email addresses provided': by({}, 'owner', {
      available: false,
      reason: 'No phone or email addresses provided',
    }),
    'Availability check server not configured': by({ phones: [HELLO.recipientPhone] }, 'lineless', {
      available: false,
    }),
    'Daily availability check quota exhausted': QUOTA,
  },
  'POST /api/line-requests': {
    '…': by({ firstName: 'Ada', lastName: 'Lovelace', channelType: 'phone' }, 'owner', {
      success: false,
      status: 'forbidden_line_type',
    }),
  },
  'GET /api/line-requests/{id}': {
    'Invalid line request id': at('GET /api/line-requests/x'),
    'Line request not found': at(`GET /api/line-requests/${UNKNOWN}`),
  },
  'POST /api/line-requests/{id}': {
    'Invalid line request id': at('POST /api/line-requests/x', { body: { action: 'cancel' } }),
    'Unsupported action': at(`POST /api/line-requests/${UNKNOWN}`, { body: { action: 'dance' } }),
    '… subscription_required': departs('nothing is sold here, so nobody needs a subscription'),
    'Line request not found': at(`POST /api/line-requests/${UNKNOWN}`, { body: { action: 'cancel' } }),
    '…': elsewhere('test/lines/line-requests.test.ts', 'a payment: the link is answered with the state'),
  },
  'GET /api/replies': {
    'Invalid leadId': at('GET /api/replies?leadId=x'),
    'Invalid campaignId': at('GET /api/replies?campaignId=x'),
    'Invalid lineId': at('GET /api/replies?lineId=x'),
    'Invalid dateFrom': at('GET /api/replies?dateFrom=x'),
    'Invalid dateTo': at('GET /api/replies?dateTo=x'),
    'dateFrom must be <= dateTo': at('GET /api/replies?dateFrom=2026-02-02&dateTo=2026-02-01'),
    'Lead not found or access denied': at(`GET /api/replies?leadId=${UNKNOWN}`),
    'Campaign not found': at(`GET /api/replies?campaignId=${UNKNOWN}`),
    'Failed to fetch replies': elsewhere('src/http/failures.test.ts', 'a defect while replies are read'),
  },
  'POST /api/webhooks': {
    'URL is required': by({ ...WEBHOOK, url: '' }),
    'Invalid URL format': by({ ...WEBHOOK, url: 'nowhere' }),
    'At least one event must be selected': by({ ...WEBHOOK, events: [] }),
    'Invalid events: …': by({ ...WEBHOOK, events: ['lead.created'] }),
    'Name is required': by({ ...WEBHOOK, name: '' }),
  },
  'POST /api/campaigns/{id}/leads': {
    'Either leadId or lead data is required': at(`POST /api/campaigns/${UNKNOWN}/leads`, { body: {} }),
    'firstName is required': at(`POST /api/campaigns/${UNKNOWN}/leads`, {
      body: { lead: { phone: HELLO.recipientPhone } },
    }),
    'Either email or phone is required': at(`POST /api/campaigns/${UNKNOWN}/leads`, {
      body: { lead: { firstName: 'Ada' } },
    }),
    'Invalid request: must provide leadId or lead data': at(`POST /api/campaigns/${UNKNOWN}/leads`, {
      body: { lead: 'Ada' },
    }),
    'Lead not resolved': at(`POST /api/campaigns/${UNKNOWN}/leads`, {
      body: { lead: { firstName: 'Ada', phone: 'soon' } },
    }),
    'Failed to process lead through campaign': elsewhere(
      'test/campaigns/campaign-leads-api.test.ts',
      'whom the campaign could never write to',
    ),
    'Campaign not found': at(`POST /api/campaigns/${UNKNOWN}/leads`, { body: { leadId: UNKNOWN } }),
    'Lead not found': elsewhere(
      'test/campaigns/campaign-leads-api.test.ts',
      'is refused in the documented words',
    ),
  },
  'GET /api/webhooks/{id}': { 'Webhook not found': at(`GET /api/webhooks/${UNKNOWN}`) },
  'PATCH /api/webhooks/{id}': {
    '…': at(`PATCH /api/webhooks/${UNKNOWN}`, { body: { url: 'nowhere' } }),
    'Webhook not found': at(`PATCH /api/webhooks/${UNKNOWN}`, { body: { name: 'x' } }),
  },
  'DELETE /api/webhooks/{id}': { 'Webhook not found': at(`DELETE /api/webhooks/${UNKNOWN}`) },
  'POST /api/webhooks/{id}/health-check': {
    'Webhook not found': at(`POST /api/webhooks/${UNKNOWN}/health-check`),
  },
  'GET /api/analytics': { '…': at('GET /api/analytics?agencyId=a1') },
};

/** Documented calls that are not served, by the beginning of their path, and why. */
export const NOT_BUILT: Readonly<Record<string, string>> = {
  '/api/campaign-tools':
    'left out: an HTTP condition names its server itself, and no text is written here (D39)',
  '/api/leads/send': 'a path of the documented product’s own pages: no body is documented',
  '/api/unibox/': 'likewise; `POST /api/messages` answers',
  '/api/goal-bots': 'left to outside agents (D39)',
};

const SERVED: ReadonlyMap<string, string> = new Map(
  routes.map(({ method, path, operationId }) => [nameless(`${method} ${path}`), operationId]),
);

/** Calls whose example is refused in a workspace where nothing was sent yet. */
const SUCCEEDS: Readonly<Record<string, Elsewhere>> = {
  'POST /api/messages/react': elsewhere(
    'test/messages/gestures.test.ts',
    'goes to the device of the message’s line and is kept beside the message',
  ),
};
const EXAMPLE_TAKEN = elsewhere('test/api/examples-accepted.test.ts', 'the example is taken');

/** What proves that a call that is built does its work; null: nothing does. */
export function successOf({ call }: DocumentedCall): Elsewhere | null {
  if (SUCCEEDS[call] !== undefined) return SUCCEEDS[call];
  const operationId = SERVED.get(nameless(call));
  return operationId === undefined || operationId in REFUSED_EXAMPLES ? null : EXAMPLE_TAKEN;
}

export function isBuilt({ call }: DocumentedCall): boolean {
  return call === 'every call' || SERVED.has(nameless(call));
}

/** What we call a part of a path is our affair. */
function nameless(call: string): string {
  return call.replaceAll(/\{\w+\}/g, '{}');
}

export function whyNot({ call }: DocumentedCall): string | null {
  const path = call.split(' ')[1] ?? '';
  return Object.entries(NOT_BUILT).find(([beginning]) => path.startsWith(beginning))?.[1] ?? null;
}

/** The coverage report: every documented call and sentence, and what proves it. */
export function reportCoverage(): string {
  const lines: string[] = [];
  let [calls, built, sentences, proven] = [0, 0, 0, 0];
  for (const documented of DOCUMENTED) {
    const there = isBuilt(documented);
    calls += 1;
    built += there ? 1 : 0;
    lines.push(
      `${there ? '✓' : '–'} ${documented.section}  ${documented.call}${there ? shownBy(documented) : `  (${whyNot(documented)})`}`,
    );
    for (const [status, error] of documented.refusals) {
      const how = PROVOKED[documented.call]?.[error];
      const isProven = there && (how?.kind === 'attempt' || how?.kind === 'elsewhere');
      sentences += 1;
      proven += isProven ? 1 : 0;
      lines.push(`    ${isProven ? '✓' : '–'} ${status} ${error}${there ? explain(how) : ''}`);
    }
  }
  lines.push(
    '',
    `${built} of ${calls} documented calls are built; ${proven} of ${sentences} documented refusals are provoked by a test.`,
  );
  return lines.join('\n');
}

function shownBy(documented: DocumentedCall): string {
  const proof = successOf(documented);
  return proof === null ? '' : `  [${proof.file}]`;
}

function explain(how: How | undefined): string {
  if (how?.kind === 'elsewhere') return `  [${how.file}]`;
  return how?.kind === 'departs' ? `  (not provoked: ${how.because})` : '';
}
