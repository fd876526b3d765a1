/**
 * Every word the product uses for a state or a kind: the same word in column, type, JSON and page.
 * Order matters only where a comment says so.
 */

/** What a message is sent as (contract 4.1). */
export const MESSAGE_TYPES = ['imessage', 'sms', 'email'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** States of a message (contract 4.8), with `unknown` (D20). */
export const MESSAGE_STATUSES = [
  'pending',
  'scheduled',
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'fallback',
  'failed',
  'cancelled',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** A message in one of these waits in its line's queue. Migrations and queries repeat this list literally. */
export const WAITING_STATUSES = [
  'pending',
  'scheduled',
  'queued',
] as const satisfies readonly MessageStatus[];
export type WaitingStatus = (typeof WAITING_STATUSES)[number];

/** From us to the contact, or from the contact to us (contract 2.6). */
export const DIRECTIONS = ['sent', 'received'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Why a message ended the way it did; machine-readable companion of the sentence in `errorMessage`. */
export const REASONS = [
  'dnc',
  'expired',
  'refused',
  'retries_exhausted',
  'not_on_imessage',
  'forced_fallback',
  'availability_error',
  'outcome_unknown',
  'line_inactive',
  'no_address',
  'bounced',
  'campaign_stopped',
] as const;
export type Reason = (typeof REASONS)[number];

/** Tapbacks (contract 3.1). */
export const REACTIONS = ['love', 'like', 'dislike', 'laugh', 'emphasize', 'question'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** By what a line is known: a number, or an email address (contract 2.3). */
export const CHANNEL_TYPES = ['phone', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** How a line reaches the world (D13). */
export const TRANSPORTS = ['relay', 'bluebubbles', 'twilio', 'smtp', 'sandbox'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What each transport can carry. */
export const CARRIES: Readonly<Record<Transport, readonly MessageType[]>> = {
  relay: ['imessage'],
  bluebubbles: ['imessage'],
  twilio: ['sms'],
  smtp: ['email'],
  sandbox: MESSAGE_TYPES,
};

/** Where a line comes from (contract 2.3): bought, or bring your own number. */
export const LINE_TYPES = ['purchased', 'byon'] as const;
export type LineType = (typeof LINE_TYPES)[number];

/** How far a line is set up (contract 2.3). */
export const PROVISIONING_STATUSES = [
  'awaiting_payment',
  'provisioning',
  'active',
  'failed',
  'canceled',
] as const;
export type ProvisioningStatus = (typeof PROVISIONING_STATUSES)[number];

/** Whether a line answers (D19). */
export const HEALTH_STATUSES = ['healthy', 'down'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** How likely a line is to be flagged, by what came of its messages (D19). */
export const RISKS = ['low', 'medium', 'high'] as const;
export type Risk = (typeof RISKS)[number];

/** Whether a lead is on iMessage, as last told (contract 2.4). */
export const AVAILABILITY_STATUSES = ['available', 'unavailable', 'error'] as const;
export type AvailabilityStatus = (typeof AVAILABILITY_STATUSES)[number];

/** Where a lead holds its addresses, in the order in which messages try them. */
export const LEAD_ADDRESS_FIELDS = [
  'phone',
  'altPhone1',
  'altPhone2',
  'altPhone3',
  'email',
  'altEmail1',
  'altEmail2',
  'altEmail3',
] as const;

/** Rank of a waiting message on its line, best first (D11). Stored as the array index. */
export const PRIORITIES = ['reply', 'single', 'campaign', 'campaign_follow_up'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What an API key may do (D34); `admin` includes the others. */
export const SCOPES = ['send', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a person is in a workspace (D35). */
export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES_OF_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['read', 'send', 'admin'],
  admin: ['read', 'send', 'admin'],
  member: ['read', 'send'],
  viewer: ['read'],
};

/** What a key sends at the doors for clients of other services: iMessage with SMS behind it, or SMS alone. */
export const SENDS_AS = ['imessage_first', 'sms_only'] as const;
export type SendsAs = (typeof SENDS_AS)[number];

/** `past_due` makes a workspace read-only (D36). */
export const BILLING_STATUSES = ['active', 'past_due'] as const;
export type BillingStatus = (typeof BILLING_STATUSES)[number];

/** What stands between a message and its line, in the order they are asked and explained. */
export const GATES = [
  'opt_out',
  'campaign',
  'expiry',
  'schedule',
  'retry',
  'window',
  'conversation',
  'campaign_stop',
  'read_only',
  'line',
  'device_down',
  'daily_cap',
  'first_touch_cap',
  'hourly_cap',
  'device_gap',
  'contact_gap',
] as const;
export type GateName = (typeof GATES)[number];

/** What a workspace wants done with running conversations when their line goes down (D18). */
export const LINE_DOWN_POLICIES = ['wait', 'move', 'sms'] as const;
export type LineDownPolicy = (typeof LINE_DOWN_POLICIES)[number];

/** How far a campaign has come (contract 2.8). */
export const CAMPAIGN_STATUSES = ['draft', 'active', 'paused', 'completed', 'archived'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** How far a lead has come in a campaign. `held`: something about its next step can't be decided now; it is asked again. */
export const CAMPAIGN_LEAD_STATUSES = ['active', 'held', 'stopped', 'finished', 'failed'] as const;
export type CampaignLeadStatus = (typeof CAMPAIGN_LEAD_STATUSES)[number];

/** What a reply does to the sequence of who wrote it (contract 7). */
export const ON_REPLY = ['stop', 'continue'] as const;
export type OnReply = (typeof ON_REPLY)[number];
