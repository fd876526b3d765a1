/** Generated from openapi.json by `npm run generate`. */

/** 24 lower-case hex characters; sorts by creation. */
export type Id = string;

/** ISO 8601, UTC. */
export type Instant = string;

/** null counts as absent. Unknown fields are ignored and listed in `warnings`. */
export interface SendMessageBody {
  /** Required unless `attachmentUrls` is given. At most 10,000 characters, 1,600 for `sms`. `{{firstName}}` and `{firstName|there}` are resolved at send time. */
  message?: string | null | undefined;
  /** Of an email; one line. Ignored for other types. */
  subject?: string | null | undefined;
  /** http or https, 25 MB each. */
  attachmentUrls?: string[] | null | undefined;
  /** In the order of the URLs; missing ones are taken from the URL. */
  attachmentNames?: (string | null)[] | null | undefined;
  messageType?: 'imessage' | 'sms' | 'email' | null | undefined;
  /** E.164; ten digits count as North American. Required unless `recipientEmail` or `leadId`. */
  recipientPhone?: string | null | undefined;
  /** E-mail address, or Apple ID for iMessage. Required unless `recipientPhone` or `leadId`. */
  recipientEmail?: string | null | undefined;
  /** Name of the recipient; by default from the lead. */
  recipientName?: string | null | undefined;
  /** Line to send from; by default one is chosen. */
  fromLineId?: string | null | undefined;
  /** The lead to send to; a recipient given as well is tried before its own addresses, for this send only. */
  leadId?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altPhone1?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altPhone2?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altPhone3?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altEmail1?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altEmail2?: string | null | undefined;
  /** Stored on the lead: given ones overwrite, omitted ones stay, null clears. */
  altEmail3?: string | null | undefined;
  /** Not before this instant: ISO 8601, UTC unless it carries an offset, at most two years ahead. A past one means now, and is kept as it was given. */
  scheduledDate?: string | null | undefined;
  /** IANA zone of the window; required if one is given. */
  timezone?: string | null | undefined;
  /** `HH:mm`; after the end it crosses midnight. */
  sendWindowStart?: string | null | undefined;
  /** `HH:mm`, exclusive. */
  sendWindowEnd?: string | null | undefined;
  /** 0 = Sunday. Without `timezone` in the zone of the workspace. */
  allowedDaysOfWeek?: number[] | null | undefined;
  /** Still waiting at this instant, the message fails with reason `expired`. ISO 8601, in the future, after `scheduledDate`. */
  expiresAt?: string | null | undefined;
  /** Also send the fallback SMS when the message ends `failed`. */
  sendFallbackSmsOnFailed?: boolean | null | undefined;
  /** Skip iMessage, send the fallback SMS at once, from the fallback line to `recipientPhone`. Text only, at most 1,600 characters. */
  forceFallback?: boolean | null | undefined;
  /** Free grouping label. */
  batchId?: string | null | undefined;
  /** Stored and echoed. */
  ghlContactId?: string | null | undefined;
  /** Stored and echoed. */
  ghlLocationId?: string | null | undefined;
  /** Stored and echoed. */
  hsContactId?: string | null | undefined;
  /** Stored and echoed. */
  hsPortalId?: string | null | undefined;
  /** Of a member of the workspace. Omitted, or anybody else’s: its first member’s; null: none. */
  contactOwnerEmail?: string | null | undefined;
  /** Carried through to logs and webhooks; the header `x-correlation-id` comes first. Printable ASCII. */
  correlationId?: string | null | undefined;
}

/** At least one of the three. Cancelled is what waits for any lead that one of them names, and what is addressed to the given number or address. */
export interface CancelForLeadBody {
  leadId?: string | null | undefined;
  /** Primary or alternate number of the lead, or the number messages were addressed to. */
  recipientPhone?: string | null | undefined;
  /** Likewise. */
  recipientEmail?: string | null | undefined;
}

/** Either `ids` or `filter`. */
export interface CancelMessagesBody {
  /** These messages. */
  ids?: string[] | undefined;
  /** Everything that waits and that `GET /api/messages` would list with the same filters; `{}` is everything that waits. */
  filter?: {
    /** One or several, separated by commas: pending, scheduled, queued, sending, unknown, sent, delivered, fallback, failed, cancelled. */
    status?: string | undefined;
    lineId?: string | undefined;
    leadId?: string | undefined;
    campaignId?: string | undefined;
    batchId?: string | undefined;
    messageType?: 'imessage' | 'sms' | 'email' | undefined;
    direction?: 'sent' | 'received' | undefined;
    /** Created at or after; ISO 8601. */
    dateFrom?: string | undefined;
    /** Created at or before; a bare date includes the whole day. */
    dateTo?: string | undefined;
    /** Part of text, name or address; case does not matter. */
    search?: string | undefined;
  } | undefined;
  /** `nextCursor` of the step before. */
  cursor?: string | null | undefined;
  /** Count what would be cancelled; change nothing. */
  dryRun?: boolean | null | undefined;
}

/** Absent fields stay; null removes (`message` and `fromLineId` cannot be removed: there null changes nothing). */
export interface EditMessageBody {
  /** Required unless `attachmentUrls` is given. At most 10,000 characters, 1,600 for `sms`. `{{firstName}}` and `{firstName|there}` are resolved at send time. */
  message?: string | null | undefined;
  /** Of an email; one line. Ignored for other types. */
  subject?: string | null | undefined;
  /** Not before this instant: ISO 8601, UTC unless it carries an offset, at most two years ahead. A past one means now, and is kept as it was given. */
  scheduledDate?: string | null | undefined;
  /** IANA zone of the window; required if one is given. */
  timezone?: string | null | undefined;
  /** `HH:mm`; after the end it crosses midnight. */
  sendWindowStart?: string | null | undefined;
  /** `HH:mm`, exclusive. */
  sendWindowEnd?: string | null | undefined;
  /** 0 = Sunday. Without `timezone` in the zone of the workspace. */
  allowedDaysOfWeek?: number[] | null | undefined;
  /** Still waiting at this instant, the message fails with reason `expired`. ISO 8601, in the future, after `scheduledDate`. */
  expiresAt?: string | null | undefined;
  /** Line to send from; by default one is chosen. */
  fromLineId?: string | null | undefined;
}

export interface ReactBody {
  /** The message it is about, ours or the contact’s. */
  messageId: string;
  reaction: 'love' | 'like' | 'dislike' | 'laugh' | 'emphasize' | 'question';
}

export interface TypingBody {
  /** Any message of the conversation. */
  messageId: string;
}

export interface MarkReadBody {
  /** The last one that was seen: what came in after it stays unread. Without it, all is read. */
  messageId?: Id | null | undefined;
}

export interface WakeDormantBody {
  /** `draft` is not available: 501. */
  action: 'notify' | 'draft';
  /** `recipientPhone` of each. */
  conversationIds: string[];
}

export interface AddDncBody {
  /** E.164, or ten digits of a North American number. */
  phone?: string | null | undefined;
  email?: string | null | undefined;
  /** Every address of these leads, instead of `phone` and `email`. Ids that are none of the workspace’s leads are ignored. */
  leadIds?: Id[] | null | undefined;
  reason?: string | null | undefined;
}

export interface CreateLineBody {
  messageType?: 'imessage' | 'sms' | 'email' | null | undefined;
  transport: 'relay' | 'bluebubbles' | 'twilio' | 'smtp' | 'sandbox';
  /** Follows from the addresses; if given, it must agree. */
  channelType?: 'phone' | 'email' | null | undefined;
  /** Required of SMS lines. */
  phone?: string | null | undefined;
  /** Required of email lines; of an iMessage line its Apple ID. */
  email?: string | null | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  isActive?: boolean | null | undefined;
  /** Settings of the transport, without secrets. smtp: `host`, `port`, `tls` (`implicit`, `starttls`, `none`), `requireTls`, `user`, `fromAddress`, `fromName`, `caCertificate`, `unsubscribe`, and to receive `imapHost`, `imapPort`, `imapTls`, `imapUser`, `imapMailbox`, `replyTo`, `bounceTo`. twilio: `accountSid`, `messagingServiceSid` (else the line’s phone is the sender). bluebubbles: `serverUrl`, `method` (`auto`, `private-api`, `apple-script`); its secret is the server’s password. */
  transportConfig?: Record<string, unknown> | null | undefined;
  /** Credential of the transport; encrypted at rest, never shown. */
  secret?: string | null | undefined;
  /** Lines with the same one share its gap; by default a device of its own. */
  deviceId?: string | null | undefined;
  deviceGapMs?: number | null | undefined;
  contactGapMs?: number | null | undefined;
  /** null: no cap. Absent: the default of its kind. */
  dailyNewConversationsLimit?: number | null | undefined;
  dailyTotalMessagesLimit?: number | null | undefined;
  hourlyNewConversationsLimit?: number | null | undefined;
  capTimezone?: string | null | undefined;
  attempts?: number | null | undefined;
  retryGapMs?: number | null | undefined;
  reconcileLimitMs?: number | null | undefined;
}

/** Absent fields stay. null removes; of a limit it means no cap. */
export interface UpdateLineBody {
  /** Required of SMS lines. */
  phone?: string | null | undefined;
  /** Required of email lines; of an iMessage line its Apple ID. */
  email?: string | null | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  isActive?: boolean | null | undefined;
  /** Settings of the transport, without secrets. smtp: `host`, `port`, `tls` (`implicit`, `starttls`, `none`), `requireTls`, `user`, `fromAddress`, `fromName`, `caCertificate`, `unsubscribe`, and to receive `imapHost`, `imapPort`, `imapTls`, `imapUser`, `imapMailbox`, `replyTo`, `bounceTo`. twilio: `accountSid`, `messagingServiceSid` (else the line’s phone is the sender). bluebubbles: `serverUrl`, `method` (`auto`, `private-api`, `apple-script`); its secret is the server’s password. */
  transportConfig?: Record<string, unknown> | null | undefined;
  /** Credential of the transport; encrypted at rest, never shown. */
  secret?: string | null | undefined;
  /** Lines with the same one share its gap; by default a device of its own. */
  deviceId?: string | null | undefined;
  deviceGapMs?: number | null | undefined;
  contactGapMs?: number | null | undefined;
  /** null: no cap. Absent: the default of its kind. */
  dailyNewConversationsLimit?: number | null | undefined;
  dailyTotalMessagesLimit?: number | null | undefined;
  hourlyNewConversationsLimit?: number | null | undefined;
  capTimezone?: string | null | undefined;
  attempts?: number | null | undefined;
  retryGapMs?: number | null | undefined;
  reconcileLimitMs?: number | null | undefined;
}

export interface RequestLineBody {
  firstName: string;
  lastName: string;
  channelType: 'phone' | 'email';
  /** Only `byon` is served: numbers are not sold here. */
  lineType?: 'purchased' | 'byon' | null | undefined;
  /** Required: the Apple ID. */
  email?: string | null | undefined;
  /** Required: the number that is brought. */
  phone?: string | null | undefined;
  zipcode?: string | null | undefined;
  state?: string | null | undefined;
  forwardCallsTo?: string | null | undefined;
  profileImageUrl?: string | null | undefined;
  /** As the header `Idempotency-Key`, which comes first. */
  idempotencyKey?: string | null | undefined;
}

export interface LineRequestActionBody {
  action: 'payment_link' | 'cancel';
}

export interface SaveLeadsBody {
  leads?: SaveLead[] | undefined;
  /** The same as `leads`. */
  body?: SaveLead[] | undefined;
  /** Absent: the list Quick Sends. */
  listId?: Id | null | undefined;
  source?: string | null | undefined;
  /** Of phone numbers with ten digits and no `+`. */
  defaultCountryCode?: string | null | undefined;
  /** Of leads that give none. */
  ghlLocationId?: string | null | undefined;
  /** Of leads that give none. Absent, or of no member: the first member of the workspace. */
  contactOwnerEmail?: string | null | undefined;
  /** `update`: who is in the list already gets what is given, where something is; custom fields and tags are added. Addresses stay. */
  onDuplicate?: 'keep' | 'update' | null | undefined;
}

/** With a phone, an email, or both. */
export interface SaveLead {
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  email?: string | null | undefined;
  /** E.164, or ten digits that `defaultCountryCode` completes. */
  phone?: string | null | undefined;
  altPhone1?: string | null | undefined;
  altPhone2?: string | null | undefined;
  altPhone3?: string | null | undefined;
  altEmail1?: string | null | undefined;
  altEmail2?: string | null | undefined;
  altEmail3?: string | null | undefined;
  companyName?: string | null | undefined;
  jobTitle?: string | null | undefined;
  linkedinUrl?: string | null | undefined;
  notes?: string | null | undefined;
  /** At most 100, and 20,000 characters as JSON. Texts, numbers and booleans can stand in templates. */
  customFields?: Record<string, unknown> | null | undefined;
  externalId?: string | null | undefined;
  hsContactId?: string | null | undefined;
  hsPortalId?: string | null | undefined;
  ghlContactId?: string | null | undefined;
  ghlLocationId?: string | null | undefined;
  tags?: string[] | null | undefined;
  /** Of a member of the workspace. Absent, or anybody else’s: that of the call, or of the first member. null: nobody. */
  contactOwnerEmail?: string | null | undefined;
}

export interface DeleteLeadsBody {
  ids: Id[];
}

/** Absent fields stay, null clears. */
export interface UpdateLeadBody {
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  email?: string | null | undefined;
  /** E.164, or ten digits that `defaultCountryCode` completes. */
  phone?: string | null | undefined;
  altPhone1?: string | null | undefined;
  altPhone2?: string | null | undefined;
  altPhone3?: string | null | undefined;
  altEmail1?: string | null | undefined;
  altEmail2?: string | null | undefined;
  altEmail3?: string | null | undefined;
  companyName?: string | null | undefined;
  jobTitle?: string | null | undefined;
  linkedinUrl?: string | null | undefined;
  notes?: string | null | undefined;
  /** At most 100, and 20,000 characters as JSON. Texts, numbers and booleans can stand in templates. */
  customFields?: Record<string, unknown> | null | undefined;
  externalId?: string | null | undefined;
  hsContactId?: string | null | undefined;
  hsPortalId?: string | null | undefined;
  ghlContactId?: string | null | undefined;
  ghlLocationId?: string | null | undefined;
  tags?: string[] | null | undefined;
  /** Of a member of the workspace. Absent, or anybody else’s: that of the call, or of the first member. null: nobody. */
  contactOwnerEmail?: string | null | undefined;
  listId?: Id | null | undefined;
  source?: string | null | undefined;
}

export interface ChangeLeadsBody {
  ids: Id[];
  addTags?: string[] | null | undefined;
  removeTags?: string[] | null | undefined;
  /** The list to move them to. */
  listId?: Id | null | undefined;
}

export interface CreateListBody {
  name: string;
  description?: string | null | undefined;
}

/** Absent fields stay. */
export interface UpdateListBody {
  name?: string | null | undefined;
  description?: string | null | undefined;
}

export interface CheckAddressesBody {
  /** A phone number or e-mail address. */
  address?: string | undefined;
  /** At most 100, instead of `address`; checked one after another. */
  addresses?: string[] | undefined;
}

export interface CheckLeadsBody {
  /** One address, whoever it belongs to. */
  address?: string | undefined;
  /** At most 10,000. */
  leadIds?: Id[] | undefined;
  /** All leads of a list. */
  listId?: string | undefined;
}

export interface ReachContactBody {
  /** Asked first. */
  phones?: string[] | undefined;
  emails?: string[] | undefined;
}

/** A draft may be incomplete. */
export interface CreateCampaignBody {
  name: string;
  messageType?: 'imessage' | 'sms' | 'email' | null | undefined;
  listId?: Id | null | undefined;
  lineIds?: Id[] | null | undefined;
  steps?: CampaignStepBody[] | null | undefined;
  schedule?: {
    /** An IANA zone, or `lead`: the lead’s own. */
    timezone: string;
    fallbackTimezone?: string | null | undefined;
    sendWindowStart?: string | null | undefined;
    sendWindowEnd?: string | null | undefined;
    allowedDaysOfWeek?: number[] | null | undefined;
  } | null | undefined;
  onReply?: 'stop' | 'continue' | null | undefined;
  allowReentry?: boolean | null | undefined;
  newLeadsFirst?: boolean | null | undefined;
  sendFallbackSmsOnFailed?: boolean | null | undefined;
}

export interface CampaignStepBody {
  /** `step_1`, `step_2`, … when absent. */
  key?: string | null | undefined;
  message?: string | null | undefined;
  /** Of emails. */
  subject?: string | null | undefined;
  /** What a fallback SMS says; null: the same text. */
  smsMessage?: string | null | undefined;
  attachmentUrls?: string[] | null | undefined;
  attachmentNames?: (string | null)[] | null | undefined;
  /** None when absent. */
  wait?: Wait | null | undefined;
  onlyNonResponders?: boolean | null | undefined;
  stopConditions?: ConditionBody[] | null | undefined;
  branches?: {
    condition: ConditionBody;
    /** The key of a later step, or `end`. */
    to: string;
  }[] | null | undefined;
  /** Where the lead goes when no branch holds: a key, `end`, or null for the step that follows. */
  next?: string | null | undefined;
}

/** At most 365 days. */
export interface Wait {
  value: number;
  unit: 's' | 'min' | 'h' | 'd';
}

export type ConditionBody = {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'replied';
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'replied_with';
  /** Any of them, as whole words. */
  keywords: string[];
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'no_reply_for';
  wait: Wait;
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'tag';
  tag: string;
  is: 'present' | 'absent';
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'field';
  /** A field of leads, or `customFields.<name>`. */
  field: string;
  operator: 'eq' | 'neq' | 'contains' | 'not_contains' | 'starts_with' | 'gt' | 'gte' | 'lt' | 'lte' | 'gt_date' | 'lt_date' | 'exists' | 'not_exists';
  /** null for `exists` and `not_exists`. */
  value?: string | number | null | undefined;
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'contacted_before';
  scope: 'campaign' | 'any_campaign';
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'dnc';
} | {
  /** Made by us when absent. */
  id?: string | null | undefined;
  type: 'http';
  /** http or https, on a public address. */
  url: string;
  method?: 'GET' | 'POST' | null | undefined;
  /** With placeholders of the lead. */
  body?: string | null | undefined;
  path?: string | null | undefined;
  operator: 'eq' | 'neq' | 'contains' | 'not_contains' | 'starts_with' | 'gt' | 'gte' | 'lt' | 'lte' | 'gt_date' | 'lt_date' | 'exists' | 'not_exists';
  /** null for `exists` and `not_exists`. */
  value?: string | number | null | undefined;
  /** Kept encrypted and never answered. Absent: those that the condition of this `id` has stay. */
  headers?: Record<string, string> | null | undefined;
};

export interface EvaluateConditionsBody {
  /** Its entry of the lead is looked at, if there is one. */
  campaignId?: Id | null | undefined;
  leadId: Id;
  /** As if the lead had entered then: replies count from then on. Absent: when it did, else now. */
  since?: Instant | null | undefined;
  conditions: ConditionBody[];
}

/** Absent fields stay. null clears `listId` and `schedule`. `steps` replaces all of them. */
export interface UpdateCampaignBody {
  name?: string | null | undefined;
  messageType?: 'imessage' | 'sms' | 'email' | null | undefined;
  listId?: Id | null | undefined;
  lineIds?: Id[] | null | undefined;
  steps?: CampaignStepBody[] | null | undefined;
  schedule?: {
    /** An IANA zone, or `lead`: the lead’s own. */
    timezone: string;
    fallbackTimezone?: string | null | undefined;
    sendWindowStart?: string | null | undefined;
    sendWindowEnd?: string | null | undefined;
    allowedDaysOfWeek?: number[] | null | undefined;
  } | null | undefined;
  onReply?: 'stop' | 'continue' | null | undefined;
  allowReentry?: boolean | null | undefined;
  newLeadsFirst?: boolean | null | undefined;
  sendFallbackSmsOnFailed?: boolean | null | undefined;
}

/** `leadId` or `lead`. */
export interface EnterLeadBody {
  leadId?: Id | null | undefined;
  /** Found by phone or email among the workspace’s leads, else made. Fields of leads that the documented API has not may be given too. */
  lead?: {
    firstName: string;
    lastName?: string | null | undefined;
    email?: string | null | undefined;
    phone?: string | null | undefined;
    companyName?: string | null | undefined;
    jobTitle?: string | null | undefined;
  } | null | undefined;
}

export interface EnrollBody {
  leadId: Id;
}

export interface EnterListBody {
  listId: Id;
}

export interface SimulateBody {
  /** When a draft is launched, or a paused campaign resumed; now when absent. */
  startAt?: string | undefined;
  assume?: {
    /** Share of messages that are answered, 0 to 1. */
    replyRate?: number | undefined;
    /** Who answers is drawn with it; the same seed, the same answers. */
    seed?: number | undefined;
    /** What HTTP conditions answer. */
    http?: boolean | undefined;
  } | undefined;
  /** So many more lines like the campaign’s first. */
  addLines?: number | undefined;
  /** What if its lines had these. */
  caps?: {
    /** null: no cap. Absent: as each line has it. */
    dailyNewConversationsLimit?: number | null | undefined;
    /** null: no cap. Absent: as each line has it. */
    dailyTotalMessagesLimit?: number | null | undefined;
    /** null: no cap. Absent: as each line has it. */
    hourlyNewConversationsLimit?: number | null | undefined;
  } | undefined;
}

export interface CreateWebhookBody {
  /** https. */
  url: string;
  /** The five documented events, and others that are only sent when named here. */
  events: ('message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled')[];
  name: string;
  description?: string | null | undefined;
}

/** Absent fields stay. */
export interface UpdateWebhookBody {
  /** https. */
  url?: string | undefined;
  /** Replaces those before. */
  events?: ('message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled')[] | undefined;
  name?: string | undefined;
  description?: string | null | undefined;
  /** true also forgets earlier failures. What waits for it goes on then. */
  isActive?: boolean | undefined;
}

export interface ReplayBody {
  /** Events from then on. */
  since: string;
  /** Leaves out what the receiver has taken before. */
  undeliveredOnly?: boolean | null | undefined;
}

/** Absent fields stay. */
export interface UpdateWorkspaceBody {
  name?: string | null | undefined;
  timezone?: string | null | undefined;
  lineDownPolicy?: 'wait' | 'move' | 'sms' | null | undefined;
}

/** Absent fields stay. `provider: null` removes the fallback; `sandbox` without `lineId` takes the only simulated SMS line; `twilio` makes an SMS line of these settings, or changes the one there is. */
export interface UpdateFallbackConfigBody {
  provider?: 'sandbox' | 'twilio' | null | undefined;
  lineId?: string | null | undefined;
  enabled?: boolean | null | undefined;
  attachmentLinks?: boolean | null | undefined;
  sendFallbackSmsOnFailed?: boolean | null | undefined;
  accountSid?: string | null | undefined;
  /** Encrypted at rest, never shown; blank leaves it as it is. */
  authToken?: string | null | undefined;
  /** A number of the account. Takes the place of a Messaging Service. */
  fromNumber?: string | null | undefined;
  /** Instead of a number, or with the one of its numbers that the line shall show. */
  messagingServiceSid?: string | null | undefined;
  /** False saves without asking Twilio whether it is all true. */
  verify?: boolean | null | undefined;
}

/** Absent fields stay; a list that is given replaces the old one. */
export interface UpdateLanguageAuditBody {
  allowedPhrases?: string[] | null | undefined;
  blockedPhrases?: string[] | null | undefined;
  customInstructions?: string | null | undefined;
}

export interface CreateApiKeyBody {
  name: string;
  scopes?: ('send' | 'read' | 'admin')[] | null | undefined;
  /** null or absent: never. */
  expiresAt?: Instant | null | undefined;
  sendsAs?: 'imessage_first' | 'sms_only' | null | undefined;
}

export interface RenameApiKeyBody {
  name: string;
}

export interface SetupBody {
  token: string;
  name: string;
  email: string;
  password: string;
}

export interface UpdateMemberBody {
  /** `viewer` reads; `member` also sends; `admin` and `owner` may do everything, and only owners make or remove owners. */
  role: 'owner' | 'admin' | 'member' | 'viewer';
}

export interface InviteBody {
  email: string;
  role?: 'owner' | 'admin' | 'member' | 'viewer' | null | undefined;
}

export interface LookAtInvitationBody {
  token: string;
}

export interface AcceptInvitationBody {
  token: string;
  name?: string | null | undefined;
  password?: string | null | undefined;
}

/** The four duplicate fields come with status 200 only: an existing lead was matched. */
export interface SendAnswer {
  success: boolean;
  status: 'sent' | 'pending' | 'scheduled' | 'fallback' | 'failed';
  reason?: string;
  scheduledDate?: Instant;
  error?: string;
  leadId: Id | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsPortalId: string | null;
  hsContactId: string | null;
  duplicateOnly?: true;
  existingLeadIds?: Id[];
  leadIds?: Id[];
  duplicateMessage?: string;
  message: Message;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface Message {
  _id: Id;
  /** The text as it was given, placeholders included. */
  message: string;
  subject: string | null;
  messageType: 'imessage' | 'sms' | 'email';
  status: 'pending' | 'scheduled' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'fallback' | 'failed' | 'cancelled';
  /** Machine-readable companion of `errorMessage`. */
  reason: 'dnc' | 'expired' | 'refused' | 'retries_exhausted' | 'not_on_imessage' | 'forced_fallback' | 'availability_error' | 'outcome_unknown' | 'line_inactive' | 'no_address' | 'bounced' | 'campaign_stopped' | null;
  direction: 'sent' | 'received';
  fromLineId: Id | null;
  fromLinePhone: string | null;
  fromLineEmail: string | null;
  recipientPhone: string | null;
  recipientEmail: string | null;
  recipientName: string | null;
  /** Where it went, once it went: one address of the cascade. */
  address: string | null;
  leadId: Id | null;
  workspaceId: string;
  createdByUserId: string | null;
  scheduledDate: Instant | null;
  /** When the message itself is next ready to go; its line may take longer. null while it is held by a paused campaign. */
  dueAt: Instant | null;
  expiresAt: Instant | null;
  priority: 'reply' | 'single' | 'campaign' | 'campaign_follow_up';
  /** Attempts made so far. */
  attempt: number;
  /** Attempts it has in all. */
  attempts: number;
  lineDecision: LineDecision | null;
  batchId: string | null;
  campaignId: string | null;
  stepIndex: number | null;
  contactOwnerEmail: string | null;
  settings: MessageSettings | null;
  sentAt: Instant | null;
  deliveredAt: Instant | null;
  readAt: Instant | null;
  /** The carrier's or device's own id. */
  externalMessageId: string | null;
  errorMessage: string | null;
  checkedAddresses: string[];
  sendFallbackSmsOnFailed: boolean;
  fallbackSmsDispatched: boolean;
  /** The message this one is the fallback SMS of. */
  fallbackOf: Id | null;
  /** The failed message this one was sent in place of. */
  retryOf: Id | null;
  /** The message that was sent in place of this one. */
  retriedBy: Id | null;
  attachmentUrls: string[];
  attachmentNames: (string | null)[];
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  ghlConversationMessageId: string | null;
  correlationId: string;
  createdAt: Instant;
  updatedAt: Instant;
}

/** Which line was chosen and why. */
export interface LineDecision {
  lineId: Id;
  reason: 'requested' | 'conversation' | 'least_recently_used' | 'free_earliest' | 'fallback' | 'moved' | 'campaign_turn';
  /** One sentence for people. */
  because: string;
}

/** When the message may go, as it was asked for. */
export interface MessageSettings {
  timezone: string | null;
  sendWindowStart: string | null;
  sendWindowEnd: string | null;
  allowedDaysOfWeek: number[] | null;
}

export interface DryRunAnswer {
  dryRun: true;
  wouldAccept: true;
  /** What the answer to the send would say. */
  status: 'pending' | 'scheduled' | 'fallback' | 'failed';
  reason: 'dnc' | 'expired' | 'refused' | 'retries_exhausted' | 'not_on_imessage' | 'forced_fallback' | 'availability_error' | 'outcome_unknown' | 'line_inactive' | 'no_address' | 'bounced' | 'campaign_stopped' | null;
  /** The lead it would belong to; null when one would be made. */
  leadId: Id | null;
  leadWouldBeCreated: boolean;
  /** First address of the cascade that is neither opted out nor remembered as not on iMessage; null when none is left. */
  address: string | null;
  fromLineId: Id | null;
  fromLinePhone: string | null;
  fromLineEmail: string | null;
  lineDecision: LineDecision | null;
  /** The text with its placeholders resolved as of now. */
  text: string;
  /** Likewise. */
  subject: string | null;
  /** Placeholders without value and default: they become empty. */
  missing: string[];
  scheduledDate: Instant | null;
  earliestAt: Instant | null;
  expectedAt: Instant | null;
  gates: Gate[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

/** One thing that may stand between a message and its line. */
export interface Gate {
  gate: 'opt_out' | 'campaign' | 'expiry' | 'schedule' | 'retry' | 'window' | 'conversation' | 'campaign_stop' | 'read_only' | 'line' | 'device_down' | 'daily_cap' | 'first_touch_cap' | 'hourly_cap' | 'device_gap' | 'contact_gap';
  state: 'passed' | 'blocked';
  /** When it opens by itself; null when open, or when it takes somebody's hand. */
  until: Instant | null;
  reason: string;
}

/** Every refusal has this shape. All codes: docs/errors.md. */
export interface ErrorAnswer {
  /** A sentence for people. */
  error: string;
  /** What programs branch on. */
  code: string;
  /** Further detail of some codes. */
  reason?: string;
  /** The field at fault. */
  param?: string;
  /** `false`, of `POST /api/check-availability-rr` alone. */
  available?: boolean;
  /** Of `INVALID_LEADS` and `CSV_MALFORMED`: what is wrong with which; beyond 1,000 faults each lead once. */
  rows?: {
    index: number;
    line?: number;
    param: string;
    error: string;
  }[];
  /** Of `INVALID_CAMPAIGN`: all that is wrong, each with its place; 100 at most. */
  problems?: {
    param: string;
    error: string;
  }[];
  /** `false`, of line requests alone; with them: */
  success?: boolean;
  status?: string;
  message?: string;
  /** The same as in the header `x-request-id` and in our log. */
  requestId: string;
}

/** Newest first. */
export interface MessagesAnswer {
  messages: Message[];
  /** Hand it back as `cursor` for the next page; null on the last. A page may be short, even empty, and not the last: where no index serves the filters, some thousands of messages are looked through for each. */
  nextCursor: string | null;
}

export interface CancelForLeadAnswer {
  success: true;
  cancelledCount: number;
  jobsRemovedFromQueue: number;
  leadId: Id | null;
  messageIds: Id[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CancelMessagesAnswer {
  success: true;
  cancelledCount: number;
  /** Those that were cancelled. */
  messageIds: Id[];
  /** Those that were past cancelling, by what they are. */
  notCancelled: {
    status: 'pending' | 'scheduled' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'fallback' | 'failed' | 'cancelled' | 'not_found';
    count: number;
  }[];
  /** With a filter: hand it back as `cursor` for the next step; null once all is done. */
  nextCursor: string | null;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface MessageAnswer {
  message: Message;
}

export interface EditMessageAnswer {
  message: Message;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

/** Everything that happened to the message, oldest first. */
export interface TimelineAnswer {
  messageId: Id;
  events: TimelineEvent[];
}

export interface TimelineEvent {
  _id: Id;
  type: string;
  at: Instant;
  data: Record<string, unknown>;
}

export interface ExplainAnswer {
  messageId: Id;
  status: 'pending' | 'scheduled' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'fallback' | 'failed' | 'cancelled';
  /** In the order they are asked; empty once the message no longer waits. */
  gates: Gate[];
  /** First instant at which every gate is open, as far as known. */
  earliestAt: Instant | null;
  /** When its turn comes, given what waits before it on the line. */
  expectedAt: Instant | null;
  /** Messages that wait before it on the same line. */
  aheadOnLine: number | null;
  lineDecision: LineDecision | null;
  /** The text with its placeholders resolved as of now; null when its lead is gone. */
  text: string | null;
  /** Likewise. */
  subject: string | null;
  /** Placeholders without value and default: they become empty. */
  missing: string[];
}

export interface CancelAnswer {
  success: true;
  message: Message;
}

export interface RetryAnswer {
  message: Message;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ReactAnswer {
  ok: true;
  reaction: 'love' | 'like' | 'dislike' | 'laugh' | 'emphasize' | 'question';
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface TypingAnswer {
  ok: true;
  typing: boolean;
  note: string;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ConversationsAnswer {
  conversations: Conversation[];
  /** Threads with something unread in the whole workspace, counted no further than 1,000. */
  unreadTotal: number;
  nextCursor: string | null;
}

export interface Conversation {
  leadId: Id;
  /** First and last name of the lead. */
  name: string | null;
  phone: string | null;
  email: string | null;
  optedOutAt: Instant | null;
  /** The latest that was written, by either side. */
  lastMessage: Message;
  /** When it was last written in; the list is in this order. */
  lastAt: string;
  lastReplyAt: Instant | null;
  /** Sent and received, without what waits or was cancelled. */
  messageCount: number;
  /** What the contact wrote since the thread was last read. */
  unreadCount: number;
}

export interface ConversationAnswer {
  leadId: Id;
  name: string | null;
  phone: string | null;
  email: string | null;
  optedOutAt: Instant | null;
  readAt: Instant | null;
  unreadCount: number;
  /** Newest first: what waits, then what was written, in the order in which it left and came in. */
  messages: Message[];
  /** Addresses of the contact that must not be written to. What `opt_out_words` entered, the contact lifts by START; anything is lifted by `DELETE /api/dnc`. */
  doNotContact: SuppressedAddress[];
  /** Tapbacks on these messages, by either side. */
  reactions: Tapback[];
  /** Of these messages, in the order of each; both ways. */
  attachments: ThreadAttachment[];
  /** What happened between these messages, newest first. */
  events: ThreadEvent[];
  /** Which line a message of each type would leave from, and why. Empty but on the first page. */
  answeringLines: AnsweringLine[];
  /** As what the contact is best answered: as what was written last, if a line can. */
  answerBy: 'imessage' | 'sms' | 'email' | null;
  nextCursor: Id | null;
}

export interface SuppressedAddress {
  /** For `DELETE /api/dnc`. */
  id: string;
  address: string;
  /** As in `GET /api/dnc`. */
  reason: string;
  /** What was said, or why it was entered. */
  words: string | null;
  at: Instant;
}

export interface Tapback {
  messageId: Id;
  /** Whose it is. */
  address: string;
  /** `sent`: ours. */
  direction: 'sent' | 'received';
  reaction: string;
  at: Instant;
}

export interface ThreadAttachment {
  messageId: Id;
  name: string | null;
  /** `stored` here; `awaited` from the device it came in by; `lost`: it could not be had; `elsewhere`: at an address of the sender’s that was not asked yet. */
  status: 'stored' | 'awaited' | 'lost' | 'elsewhere';
  /** Of `GET /files/…` of this server; null unless it is `stored`. */
  path: string | null;
  /** By the bytes; null unless it is `stored`. */
  mimeType: string | null;
  sizeBytes: number | null;
}

export interface ThreadEvent {
  type: 'opted_out' | 'opted_in' | 'line_changed';
  at: Instant;
  /** Of `line_changed`: the message that left from another line. */
  messageId: Id | null;
  /** Of an opt-out or opt-in. */
  address: string | null;
  /** `words`, `manual`, or how a carrier told it. */
  source: string | null;
  /** What was said, or why it was entered. */
  words: string | null;
  fromLineId: Id | null;
  toLineId: Id | null;
  /** Why the line changed, as one sentence. */
  because: string | null;
}

export interface AnsweringLine {
  messageType: 'imessage' | 'sms' | 'email';
  /** As a message sent now would be given it. */
  lineDecision: LineDecision | null;
  fromLinePhone: string | null;
  fromLineEmail: string | null;
  /** Where it would go first, by all that is remembered. */
  address: string | null;
  warnings: string[];
  /** Why a message of this type would be refused. */
  problem: {
    code: string;
    error: string;
  } | null;
}

export interface MarksAnswer {
  leadId: Id;
  unreadCount: number;
  readAt: Instant | null;
  /** Threads with something unread in the whole workspace, counted no further than 1,000. */
  unreadTotal: number;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface RepliesAnswer {
  replies: Reply[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

export interface Reply {
  leadId: Id;
  messageId: Id;
  message: string;
  respondedAtUtc: Instant;
  recipientPhone: string | null;
  recipientEmail: string | null;
  name: string | null;
  /** Up to 10, newest first. */
  recentReplies: {
    messageId: Id;
    message: string;
    receivedAtUtc: Instant;
  }[];
  /** What we had sent before the reply: up to 10, newest first. */
  parentMessages: {
    messageId: Id;
    message: string;
    sentAtUtc: Instant | null;
    batchId: string | null;
    stepIndex: number | null;
  }[];
}

export interface DormantAnswer {
  /** Those last written in first. */
  dormantConversations: {
    recipientPhone: string;
    lastMessageAt: Instant;
    lastMessageDirection: 'sent' | 'received';
    leadName: string | null;
    daysSinceLastMessage: number;
    messageCount: number;
  }[];
  /** All there are, also beyond `limit`. */
  total: number;
}

export interface WakeDormantAnswer {
  success: true;
  action: 'notify';
  /** Numbers of which the event `conversation.dormant` was told, once each. */
  notified: string[];
  /** Numbers with which there is no conversation. */
  notFound: string[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface DncEntriesAnswer {
  /** Newest first. */
  entries: DncEntry[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

export interface DncEntry {
  _id: Id;
  workspaceId: string;
  phone: string | null;
  email: string | null;
  /** As given by whoever entered it, `manual` where none was; else `opt_out_words`, or how a carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`. */
  reason: string;
  /** What was said, or why it was entered. */
  words: string | null;
  /** `all`, or the channel whose carrier refuses. */
  channel: string;
  /** Who held the address then, the oldest of several. */
  leadId: Id | null;
  /** Who entered it, by an API key or signed in, and the name of that now; null: the contact or a carrier said so. */
  by: {
    apiKeyId: Id | null;
    personId: Id | null;
    name: string | null;
  } | null;
  createdAt: Instant;
}

export interface DncEntryAnswer {
  /** The first of those that were entered. */
  entry: DncEntry;
  /** How many addresses were entered. */
  enteredCount: number;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface DncLedgerAnswer {
  /** Newest first. Nothing is ever taken out of it. */
  entries: DncLedgerEntry[];
  nextCursor: Id | null;
}

export interface DncLedgerEntry {
  _id: Id;
  /** `opt_in`: lifted. */
  action: 'opt_out' | 'opt_in';
  phone: string | null;
  email: string | null;
  /** `words` of the contact, `manual`, or how a carrier told it: `carrier_opt_out`, `one_click`, `complaint`, `hard_bounce`. */
  source: string;
  words: string | null;
  /** `all`, or the channel whose carrier refuses. */
  channel: string;
  /** Who held the address then, the oldest of several. */
  leadId: Id | null;
  /** Who entered it, by an API key or signed in, and the name of that now; null: the contact or a carrier said so. */
  by: {
    apiKeyId: Id | null;
    personId: Id | null;
    name: string | null;
  } | null;
  at: Instant;
}

export interface AttachmentAnswer {
  id: Id;
  /** For `attachmentUrls`. Whoever knows it may read the file. */
  url: string;
  name: string;
  /** By the bytes, whatever the upload said. */
  mimeType: string;
  sizeBytes: number;
  /** Of the bytes, in lower-case hex. */
  sha256: string;
}

export interface LinesAnswer {
  lines: Line[];
}

export interface Line {
  _id: Id;
  workspaceId: string;
  phone: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  isActive: boolean;
  provisioningStatus: 'awaiting_payment' | 'provisioning' | 'active' | 'failed' | 'canceled';
  paymentStatus: string | null;
  channelType: 'phone' | 'email';
  lineType: 'purchased' | 'byon';
  /** What the line sends. */
  messageType: 'imessage' | 'sms' | 'email';
  /** How it reaches the world; `sandbox` is a simulated phone. */
  transport: 'relay' | 'bluebubbles' | 'twilio' | 'smtp' | 'sandbox';
  /** Without secrets. */
  transportConfig: Record<string, unknown>;
  hasSecret: boolean;
  /** Lines on one device share its gap. */
  deviceId: string;
  deviceGapMs: number;
  /** Between first messages to different contacts. */
  contactGapMs: number;
  /** null: no cap. 0: none go until it is raised. */
  dailyNewConversationsLimit: number | null;
  /** null: no cap. 0: none go until it is raised. */
  dailyTotalMessagesLimit: number | null;
  /** null: no cap. 0: none go until it is raised. */
  hourlyNewConversationsLimit: number | null;
  /** Days of the caps begin in this zone; their hours are those of UTC. */
  capTimezone: string;
  /** Attempts of a single send. */
  attempts: number;
  retryGapMs: number;
  /** How long an unknown outcome is asked for before it is given up. */
  reconcileLimitMs: number;
  usage: LineUsage;
  healthCheck: LineHealth;
  score: LineScore;
  createdAt: Instant;
  updatedAt: Instant;
  /** Set of a line that was deleted: only `GET /api/lines/{id}` still shows it. */
  deletedAt: Instant | null;
}

/** Today's counters. */
export interface LineUsage {
  date: string;
  newConversationsCount: number;
  totalMessagesCount: number;
}

export interface LineHealth {
  status: 'healthy' | 'down';
  lastCheckedAt: Instant | null;
}

/** The last 24 hours, renewed every minute; null before the first check. */
export type LineScore = {
  /** `high` doubles the gaps of the line. */
  risk: 'low' | 'medium' | 'high';
  sent: number;
  failed: number;
  /** 0–1. From 5 % medium, over 15 % high, once 20 messages ended. */
  failureRate: number;
  /** 5 in a row medium, 10 high. */
  consecutiveFailures: number;
  replyRate: number;
  because: string;
} | null;

export interface WriteLineAnswer {
  line: Line;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface SpamMonitorAnswer {
  lines: MonitoredLine[];
}

export interface MonitoredLine {
  lineId: Id;
  linePhone: string | null;
  /** Here, as documented, by what the line is known. */
  lineType: 'phone' | 'email';
  /** Messages that came to an end, failed ones among them. */
  totalSentLast24h: number;
  failedLast24h: number;
  /** 0–1. */
  failureRate: number;
  consecutiveFailures: number;
  /** From 5 % medium, over 15 % high, once 20 messages ended; 5 failures in a row medium, 10 high. */
  spamRisk: 'low' | 'medium' | 'high';
  recommendation: string;
  lineEmail: string | null;
  repliesLast24h: number;
  /** Replies per message taken. */
  replyRate: number;
  /** What weighed most. */
  because: string;
}

/** Of all lines, in the order of `GET /api/lines`. */
export interface LineQueues {
  queues: LineQueue[];
}

export interface LineQueue {
  lineId: Id;
  /** Counted up to 200. */
  waiting: number;
  /** More than that wait. */
  isMore: boolean;
  /** Being sent, or of unknown outcome. */
  underWay: number;
  /** When it may next send a message at all, by its caps and gaps; null: not before somebody changes it. */
  nextMessageAt: Instant | null;
  /** The same for a first message to a new contact. */
  nextConversationAt: Instant | null;
}

export interface LineHealthAnswer {
  success: true;
  lineId: Id;
  /** Active, and up. */
  healthy: boolean;
  healthCheck: LineHealth;
  message: string;
  availabilityChecks: AvailabilityChecks;
}

/** null: not a line for iMessage. */
export type AvailabilityChecks = {
  canCheck: boolean;
  usedToday: number;
  limit: number;
  resetsAt: Instant;
} | null;

export interface LineAnswer {
  line: Line;
}

export interface LineForecast {
  lineId: Id;
  /** Messages in its queue. */
  waiting: number;
  /** Steps of running campaigns that are to follow. */
  toCome: number;
  /** As things are. */
  now: LineOutlook;
  /** With `addLines`, `cap` and `totalCap`, over all of these lines. */
  whatIf: LineOutlook | null;
  /** False: counted by the hour, because it is so much. */
  isExact: boolean;
  assumptions: string[];
}

export interface LineOutlook {
  /** When its last message goes; null: something never does. */
  drainsAt: Instant | null;
  /** That go. */
  messages: number;
  /** That don’t, as things are: the line is off, a cap is 0, a window never opens, or it takes over 400 days. */
  neverGoes: number;
  /** Days as the line’s caps count them. */
  perDay: {
    day: string;
    messages: number;
    firstTouches: number;
  }[];
  /** What it waits for longest, and for how long in all. */
  bottleneck: {
    gate: string;
    hours: number;
  } | null;
}

export interface LineActivity {
  lineId: Id;
  /** Oldest first, without a gap; the last one is not over. */
  hours: {
    /** Its beginning. */
    hour: string;
    /** Taken by the carrier. */
    sent: number;
    /** Receipts that came in, of messages of whatever hour. */
    delivered: number;
    /** Refused for good, given up, or bounced; what opted out, expired or was cancelled is not. */
    failed: number;
    /** Messages that came in. */
    received: number;
  }[];
  total: {
    /** Taken by the carrier. */
    sent: number;
    /** Receipts that came in, of messages of whatever hour. */
    delivered: number;
    /** Refused for good, given up, or bounced; what opted out, expired or was cancelled is not. */
    failed: number;
    /** Messages that came in. */
    received: number;
  };
}

export interface LineHealthInputs {
  lineId: Id;
  status: 'healthy' | 'down';
  isActive: boolean;
  lastCheckedAt: Instant | null;
  downSince: Instant | null;
  /** Checks in a row that found trouble; one is made every minute. */
  checks: LineWitness;
  /** Sends in a row that failed for a fault of the line’s own. */
  sends: LineWitness;
  risk: 'low' | 'medium' | 'high';
  because: string;
  recommendation: string;
  /** By what its gaps are multiplied. */
  slowdown: number;
  /** Of 24 hours. The highest risk of them is that of the line. */
  inputs: LineScoreFactor[];
}

export interface LineWitness {
  inARow: number;
  /** So many in a row bring the line down. */
  untilDown: number;
  sentence: string;
}

export interface LineScoreFactor {
  input: string;
  /** null: too little to tell. */
  value: number | null;
  /** From here on the risk is medium. */
  medium: number | null;
  /** Above this (a rate), or from here on (a count), it is high. */
  high: number | null;
  /** What this input alone says. */
  risk: 'low' | 'medium' | 'high';
  /** The risk of the line is what this input says. */
  decides: boolean;
  sentence: string;
}

export interface LineCheckAnswer {
  /** No step failed. */
  ok: boolean;
  checkedAt: Instant;
  /** In the order in which they were asked. */
  steps: SetupStep[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface SetupStep {
  /** Stable, for programs. */
  key: string;
  /** `warning`: it works, and something of it is missing. `skipped`: it could not be asked yet, or need not be. */
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found. */
  sentence: string;
  /** What to do about it; null: nothing. */
  fix: string | null;
}

export interface PairingCodeAnswer {
  /** Typed at the Mac; good once. */
  code: string;
  expiresAt: Instant;
  /** What to run on the Mac. */
  command: string;
}

export interface RelayDevicesAnswer {
  devices: RelayDevice[];
}

export interface RelayDevice {
  _id: Id;
  lineId: Id;
  name: string;
  /** What moves messages there, e.g. `messages-app`. */
  driver: string;
  agentVersion: string | null;
  protocol: number | null;
  connected: boolean;
  pairedAt: Instant;
  lastSeenAt: Instant | null;
  revokedAt: Instant | null;
  /** What it last found about itself. */
  selfTest: {
    ok: boolean;
    checks: {
      check: string;
      ok: boolean;
      message: string;
    }[];
    versions: Record<string, string>;
  } | null;
}

export interface RelayDeviceAnswer {
  device: RelayDevice;
}

export interface NewLineRequestAnswer {
  success: true;
  /** `provisioning` until a Mac is paired with the line, then `active`. */
  status: 'awaiting_payment' | 'provisioning' | 'active' | 'failed' | 'canceled';
  paymentStatus: string | null;
  paymentRequired: boolean;
  line: RequestedLine;
  lineRequestId: Id;
  /** What to type at the Mac that serves the line; `POST /api/lines/{id}/pairing-code` makes another. */
  pairing: PairingCodeAnswer;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface RequestedLine {
  _id: Id;
  firstName: string | null;
  lastName: string | null;
  channelType: 'phone' | 'email';
  lineType: 'purchased' | 'byon';
  provisioningStatus: 'awaiting_payment' | 'provisioning' | 'active' | 'failed' | 'canceled';
  paymentStatus: string | null;
}

export interface LineRequestAnswer {
  success: true;
  /** `provisioning` until a Mac is paired with the line, then `active`. */
  status: 'awaiting_payment' | 'provisioning' | 'active' | 'failed' | 'canceled';
  paymentStatus: string | null;
  paymentRequired: boolean;
  line: RequestedLine;
}

export interface DuplicateLeadsAnswer {
  message: 'Lead was a duplicate; existing lead ID returned.';
  duplicateOnly: true;
  savedCount: number;
  duplicateCount: number;
  totalProcessed: number;
  /** With `onDuplicate: "update"`: how many of the duplicates were changed. */
  updatedCount?: number;
  /** Of an import with `badRows=skip`: what was left out, and why. */
  badRows?: {
    index: number;
    line?: number;
    param: string;
    error: string;
  }[];
  listId: Id;
  /** The first of the existing leads. */
  leadId: string;
  existingLeadIds: Id[];
  /** As `existingLeadIds`. */
  leadIds: Id[];
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsPortalId: string | null;
  /** This and the three above: of `leadId`. */
  hsContactId: string | null;
  /** Only where there are some. */
  duplicates: {
    /** Of the lead in the call, from 0. */
    index: number;
    /** As it was given. */
    input: unknown;
    /** Who has that phone or email in the list. */
    existingLead: Lead;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface Lead {
  _id: Id;
  workspaceId: string;
  listId: Id;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  altPhone1: string | null;
  altPhone2: string | null;
  altPhone3: string | null;
  altEmail1: string | null;
  altEmail2: string | null;
  altEmail3: string | null;
  companyName: string | null;
  jobTitle: string | null;
  linkedinUrl: string | null;
  notes: string | null;
  customFields: Record<string, unknown>;
  source: string;
  externalId: string | null;
  contactOwnerEmail: string | null;
  availabilityStatus: 'available' | 'unavailable' | 'error' | null;
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  tags: string[];
  /** Set while the lead as a whole is opted out. */
  optedOutAt: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface SavedLeadsAnswer {
  message: 'Leads saved successfully';
  savedCount: number;
  duplicateCount: number;
  totalProcessed: number;
  /** With `onDuplicate: "update"`: how many of the duplicates were changed. */
  updatedCount?: number;
  /** Of an import with `badRows=skip`: what was left out, and why. */
  badRows?: {
    index: number;
    line?: number;
    param: string;
    error: string;
  }[];
  listId: Id;
  /** The first of the new leads. */
  leadId: string;
  /** The new leads, in the order given. */
  leadIds: Id[];
  /** The list of each of `leadIds`. */
  leadListIds: Id[];
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsPortalId: string | null;
  /** This and the three above: of `leadId`. */
  hsContactId: string | null;
  /** Only where there are some. */
  duplicates?: {
    /** Of the lead in the call, from 0. */
    index: number;
    /** As it was given. */
    input: unknown;
    /** Who has that phone or email in the list. */
    existingLead: Lead;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface LeadsAnswer {
  /** Newest first. */
  leads: Lead[];
  /** All lists of the workspace. */
  lists: List[];
  /** Absent where leads are not counted: with `cursor`, and with `count=false`. */
  pagination?: {
    page: number;
    limit: number;
    /** Of all that match, not of the page. */
    totalCount: number;
    totalPages: number;
  };
  /** For `cursor`; null: there are no more. */
  nextCursor: Id | null;
}

export interface List {
  _id: Id;
  workspaceId: string;
  name: string;
  description: string;
  /** `quick_sends` or `inbound`: made on demand, and neither renamed nor deleted. */
  special: string | null;
  leadCount: number;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface LeadAnswer {
  lead: Lead;
  /** Each of the lead’s addresses in the order of sends, with what is known of it. */
  addresses: LeadAddress[];
}

export interface LeadAddress {
  /** Where the lead holds it. */
  field: 'phone' | 'altPhone1' | 'altPhone2' | 'altPhone3' | 'email' | 'altEmail1' | 'altEmail2' | 'altEmail3';
  address: string;
  /** Of iMessage, as it was found out last; null: nobody asked yet. */
  availability: 'available' | 'unavailable' | null;
  checkedAt: Instant | null;
  /** It still counts: available for 30 days, unavailable for 7. What does not is asked anew. */
  isFresh: boolean;
  /** By which line it was found out, in a check or in a send. */
  line: {
    _id: Id;
    address: string | null;
    transport: string;
  } | null;
  /** The entry of `GET /api/dnc` that binds this address. */
  doNotContact: {
    _id: Id;
    reason: string;
    words: string | null;
    since: Instant;
  } | null;
}

export interface DeletedLeadsAnswer {
  deletedCount: number;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CsvPreviewAnswer {
  headers: string[];
  /** Heading → field; null: left out. */
  mapping: Record<string, string | null>;
  delimiter: string;
  /** `UTF-8`, with or without a byte order mark. */
  encoding: string;
  /** The first ten, as they stand in the file. */
  rows: string[][];
  /** Everything a column can be mapped to, besides custom fields. */
  fields: string[];
}

export interface CsvCheckedAnswer {
  totalRows: number;
  /** How many would be saved. */
  newCount: number;
  /** How many are in the list already, or stand in the file before. */
  duplicateCount: number;
  /** Everything that is wrong. */
  badRows: {
    index: number;
    line?: number;
    param: string;
    error: string;
  }[];
  mapping: Record<string, string | null>;
}

export interface UpdateLeadAnswer {
  lead: Lead;
  /** Each of the lead’s addresses in the order of sends, with what is known of it. */
  addresses: LeadAddress[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ChangedLeadsAnswer {
  changedCount: number;
  /** Those that were so already. */
  unchangedCount: number;
  /** Those that could not be changed, and were not; all others were. */
  skipped: {
    leadId: Id;
    /** `in_list`: the list has somebody with that phone or email. `too_many_tags`: it would have more than 50. */
    because: 'in_list' | 'too_many_tags';
    /** Of `in_list`: who has it. */
    existingLeadId: Id | null;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface TagsAnswer {
  /** Those that most leads have, 500 at most. */
  tags: {
    tag: string;
    leadCount: number;
  }[];
  /** True: so many leads have tags that only the newest 100,000 of them were counted. */
  isPartial: boolean;
}

export interface LeadCampaignsAnswer {
  /** One for each time it entered one; the latest first, 100 at most. */
  campaigns: {
    campaignId: Id;
    campaignName: string;
    campaignStatus: 'draft' | 'active' | 'paused' | 'completed' | 'archived';
    leadId: Id;
    /** Which time it went in, from 1. */
    entry: number;
    status: 'active' | 'held' | 'stopped' | 'finished' | 'failed';
    name: string | null;
    phone: string | null;
    email: string | null;
    lineId: Id | null;
    /** The last step that was made or skipped. */
    stepKey: string | null;
    /** From when on waits are counted. */
    stepAt: Instant | null;
    messageId: Id | null;
    /** That message; null once it is no longer kept. */
    message: {
      status: 'pending' | 'scheduled' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'fallback' | 'failed' | 'cancelled';
      /** When it may go at the earliest; `explain` says what it waits for. */
      dueAt: string;
      sentAt: Instant | null;
      reason: string | null;
      error: string | null;
    } | null;
    /** The step it waits for, once that is decided. */
    nextStepKey: string | null;
    /** When it is decided on next; null while its message is on the road, and once it has ended. */
    nextLookAt: Instant | null;
    /** Why it is held, stopped or failed: a word, */
    reason: string | null;
    /** a sentence, */
    detail: string | null;
    /** and the condition that held, if one did. */
    conditionId: string | null;
    enteredAt: Instant;
    endedAt: Instant | null;
    updatedAt: Instant;
  }[];
}

export interface ListsAnswer {
  /** Oldest first. */
  lists: List[];
}

export interface ChangedListAnswer {
  list: List;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ListAnswer {
  list: List;
}

export interface CheckAddressAnswer {
  /** False: the check failed, `error` says why. */
  success: boolean;
  /** As it was asked for. */
  address: string;
  available: boolean;
  /** True: it was known before, and no check was spent. */
  cached: boolean;
  /** When it was found out. Available counts for 30 days, unavailable for 7. */
  checkedAt: Instant | null;
  /** The line that found it out. */
  lineId: Id | null;
  /** Not null: the check failed, nobody can tell; `available` is then `false`. */
  error: string | null;
}

export interface CheckAddressesAnswer {
  success: true;
  /** In the order asked for. */
  results: CheckedAddress[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CheckedAddress {
  /** As it was asked for. */
  address: string;
  available: boolean;
  /** True: it was known before, and no check was spent. */
  cached: boolean;
  /** When it was found out. Available counts for 30 days, unavailable for 7. */
  checkedAt: Instant | null;
  /** The line that found it out. */
  lineId: Id | null;
  /** Not null: the check failed, nobody can tell; `available` is then `false`. */
  error: string | null;
}

export interface CheckLeadAnswer {
  success: true;
  leadId: Id;
  available: boolean;
  status: 'available' | 'unavailable' | 'error';
  /** The address that decides; null when there is none, or its check failed. */
  address: string | null;
  /** True: it was known before, and no check was spent. */
  cached: boolean;
  /** When it was found out. Available counts for 30 days, unavailable for 7. */
  checkedAt: Instant | null;
  /** The line that found it out. */
  lineId: Id | null;
  /** Not null: the check failed, nobody can tell; `available` is then `false`. */
  error: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsPortalId: string | null;
  hsContactId: string | null;
}

export type CheckLeadsAnswer = CheckedOneAnswer | CheckedNowAnswer | CheckedLaterAnswer;

export interface CheckedOneAnswer {
  /** False: the check failed, `error` says why. */
  success: boolean;
  /** As it was asked for. */
  address: string;
  available: boolean;
  /** True: it was known before, and no check was spent. */
  cached: boolean;
  /** When it was found out. Available counts for 30 days, unavailable for 7. */
  checkedAt: Instant | null;
  /** The line that found it out. */
  lineId: Id | null;
  /** Not null: the check failed, nobody can tell; `available` is then `false`. */
  error: string | null;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CheckedNowAnswer {
  success: true;
  checked: number;
  /** Those whose status is known now, either way. */
  successful: number;
  errors: number;
  results: CheckedLead[];
  processingMode: 'synchronous';
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CheckedLead {
  leadId: string;
  available: boolean;
  status: 'available' | 'unavailable' | 'error';
  /** The address that decides; null when there is none, or its check failed. */
  address: string | null;
  /** True: it was known before, and no check was spent. */
  cached: boolean;
  /** When it was found out. Available counts for 30 days, unavailable for 7. */
  checkedAt: Instant | null;
  /** The line that found it out. */
  lineId: Id | null;
  /** Not null: the check failed, nobody can tell; `available` is then `false`. */
  error: string | null;
}

export interface CheckedLaterAnswer {
  success: true;
  message: 'Bulk availability check started in background';
  /** For `GET /api/availability-jobs/{jobId}`. */
  jobId: string;
  /** How many leads it will check. */
  checked: number;
  processingMode: 'background';
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ReachContactAnswer {
  available: boolean;
  /** Present when `available` is `false`. */
  reason?: string;
  /** The first that is available. */
  address?: string;
  cached?: boolean;
  checkedAt?: Instant | null;
  lineId?: Id | null;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface AvailabilityJobAnswer {
  success: true;
  jobId: string;
  status: 'running' | 'waiting' | 'finished';
  total: number;
  checked: number;
  available: number;
  unavailable: number;
  errors: number;
  /** `quota`: all lines have used up their day. `line`: no line can check at present. */
  waitingFor: 'quota' | 'line' | null;
  waitingUntil: Instant | null;
  createdAt: Instant;
  finishedAt: Instant | null;
}

export interface CampaignsAnswer {
  /** Newest first. */
  campaigns: Campaign[];
  nextCursor: Id | null;
}

export interface Campaign {
  _id: Id;
  workspaceId: string;
  name: string;
  status: 'draft' | 'active' | 'paused' | 'completed' | 'archived';
  /** Whose leads enter at the launch; null: leads are added by API. */
  listId: Id | null;
  /** Leads are spread over them; each stays on its line. */
  lineIds: Id[];
  messageType: 'imessage' | 'sms' | 'email';
  /** null: at any hour. */
  schedule: CampaignSchedule | null;
  /** What a reply does to its lead: it leaves the campaign, or goes on. */
  onReply: 'stop' | 'continue';
  /** Who has gone through it may enter again. */
  allowReentry: boolean;
  /** First steps go before follow-ups. */
  newLeadsFirst: boolean;
  sendFallbackSmsOnFailed: boolean;
  steps: CampaignStep[];
  progress: CampaignProgress;
  /** `no_line`: none of its lines is left; `requested`. */
  pauseReason: string | null;
  startedAt: Instant | null;
  pausedAt: Instant | null;
  completedAt: Instant | null;
  archivedAt: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface CampaignSchedule {
  /** An IANA zone, or `lead`: the lead’s own. */
  timezone: string;
  /** With `lead`: for leads without a zone in `customFields.timezone`. null: the workspace’s zone. */
  fallbackTimezone: string | null;
  sendWindowStart: string | null;
  sendWindowEnd: string | null;
  /** 0 is Sunday. */
  allowedDaysOfWeek: number[] | null;
}

export interface CampaignStep {
  /** Its name for good: which steps a lead had is told by it. */
  key: string;
  /** With placeholders. At most 10,000 characters, 1,600 for `sms`. */
  message: string;
  /** Of emails. */
  subject: string | null;
  /** What a fallback SMS says; null: the same text. */
  smsMessage: string | null;
  attachmentUrls: string[];
  attachmentNames: (string | null)[];
  /** Since the step before was sent; for the first, since the lead entered. */
  wait: Wait;
  /** Who has replied since entering skips it. */
  onlyNonResponders: boolean;
  /** Asked in the instant before this step is sent: if one holds, the lead leaves the campaign. */
  stopConditions: Condition[];
  /** The first that holds leads on. */
  branches: {
    condition: Condition;
    /** The key of a later step, or `end`. */
    to: string;
  }[];
  /** Where the lead goes when no branch holds: a key, `end`, or null for the step that follows. */
  next: string | null;
}

export type Condition = {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'replied';
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'replied_with';
  /** Any of them, as whole words. */
  keywords: string[];
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'no_reply_for';
  wait: Wait;
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'tag';
  tag: string;
  is: 'present' | 'absent';
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'field';
  /** A field of leads, or `customFields.<name>`. */
  field: string;
  operator: 'eq' | 'neq' | 'contains' | 'not_contains' | 'starts_with' | 'gt' | 'gte' | 'lt' | 'lte' | 'gt_date' | 'lt_date' | 'exists' | 'not_exists';
  /** null for `exists` and `not_exists`. */
  value: string | number | null;
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'contacted_before';
  scope: 'campaign' | 'any_campaign';
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'dnc';
} | {
  /** Its name for good: answers and statistics tell by it which one. */
  id: string;
  type: 'http';
  /** http or https, on a public address. */
  url: string;
  method: 'GET' | 'POST';
  /** With placeholders of the lead. */
  body: string | null;
  /** Where in the answer’s JSON, like `items[0].id`; empty: all of it. */
  path: string;
  operator: 'eq' | 'neq' | 'contains' | 'not_contains' | 'starts_with' | 'gt' | 'gte' | 'lt' | 'lte' | 'gt_date' | 'lt_date' | 'exists' | 'not_exists';
  /** null for `exists` and `not_exists`. */
  value: string | number | null;
  /** Names of the headers it sends; never values. */
  headersSet: string[];
};

export interface CampaignProgress {
  /** Entries so far; one who enters twice is two. */
  total: number;
  /** Leads the list had at the launch, while it is entered. */
  entering: number | null;
  active: number;
  /** Their next step can’t be decided now; it is asked again. */
  held: number;
  finished: number;
  stopped: number;
  failed: number;
}

export interface CampaignAnswer {
  campaign: Campaign;
  /** What stands in the way of its launch, all of it. Empty once it has been launched. */
  problems: {
    param: string;
    error: string;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ConditionsEvaluatedAnswer {
  leadId: Id;
  campaignId: Id | null;
  results: {
    id: string;
    type: string;
    /** null: it could not be asked; `error` says why. */
    holds: boolean | null;
    error: string | null;
  }[];
  /** What was asked. */
  facts: {
    lead: Record<string, unknown>;
    /** Replies are counted from then on. */
    since: string;
    replies: {
      at: Instant;
      text: string;
    }[];
    contactedBefore: {
      campaign: boolean;
      anyCampaign: boolean;
    };
  };
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ChangedCampaignAnswer {
  campaign: Campaign;
  /** What stands in the way of its launch, all of it. Empty once it has been launched. */
  problems: {
    param: string;
    error: string;
  }[];
  /** When the steps were changed after the launch: how many messages of each there are, which stay as they are. */
  alreadyMade: {
    key: string;
    stepIndex: number;
    messages: number;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface EnteredLeadAnswer {
  success: boolean;
  leadId: Id;
  campaignId: Id;
  /** Steps that lie ahead; 0 when it is in the campaign already. */
  messageCount: number;
  message: string;
  alreadyInCampaign: boolean;
  existingLeadIds?: Id[];
  ghlContactId: string | null;
  ghlLocationId: string | null;
  hsPortalId: string | null;
  hsContactId: string | null;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface CampaignLeadsAnswer {
  /** By id of the lead: oldest lead first. */
  leads: CampaignLead[];
  nextCursor: string | null;
}

export interface CampaignLead {
  leadId: Id;
  /** Which time it went in, from 1. */
  entry: number;
  status: 'active' | 'held' | 'stopped' | 'finished' | 'failed';
  name: string | null;
  phone: string | null;
  email: string | null;
  lineId: Id | null;
  /** The last step that was made or skipped. */
  stepKey: string | null;
  /** From when on waits are counted. */
  stepAt: Instant | null;
  messageId: Id | null;
  /** That message; null once it is no longer kept. */
  message: {
    status: 'pending' | 'scheduled' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'fallback' | 'failed' | 'cancelled';
    /** When it may go at the earliest; `explain` says what it waits for. */
    dueAt: string;
    sentAt: Instant | null;
    reason: string | null;
    error: string | null;
  } | null;
  /** The step it waits for, once that is decided. */
  nextStepKey: string | null;
  /** When it is decided on next; null while its message is on the road, and once it has ended. */
  nextLookAt: Instant | null;
  /** Why it is held, stopped or failed: a word, */
  reason: string | null;
  /** a sentence, */
  detail: string | null;
  /** and the condition that held, if one did. */
  conditionId: string | null;
  enteredAt: Instant;
  endedAt: Instant | null;
  updatedAt: Instant;
}

export interface CampaignLeadAnswer {
  lead: CampaignLead;
}

export interface CampaignProgressAnswer {
  campaignId: Id;
  status: 'draft' | 'active' | 'paused' | 'completed' | 'archived';
  /** Where there are many (20,000 and more) a count serves for ten seconds. */
  countedAt: string;
  /** The list whose leads are entering just now. */
  entering: {
    listId: Id;
    /** Leads the list had when it began. */
    total: number | null;
  } | null;
  leads: {
    entered: number;
    active: number;
    held: number;
    finished: number;
    stopped: number;
    failed: number;
  };
  /** Why, most first. */
  held: {
    reason: string;
    leads: number;
  }[];
  stopped: {
    reason: string;
    leads: number;
  }[];
  failed: {
    reason: string;
    leads: number;
  }[];
  /** In the order of the steps; those that were taken out come last. */
  perStep: {
    stepKey: string;
    /** null: no longer part of the campaign. */
    stepIndex: number | null;
    /** On the way: this is the last step they had, or skipped. */
    leadsHere: number;
    /** Made, and waiting for their turn. */
    waiting: number;
    /** On their way just now, or of unknown outcome. */
    sending: number;
    /** Sent, no receipt yet. */
    sent: number;
    delivered: number;
    /** Fell back to an SMS. */
    fallback: number;
    failed: number;
    cancelled: number;
    /** Leads who replied after it, before the next one. */
    replied: number;
  }[];
  perLine: {
    lineId: Id;
    /** Made, and waiting for their turn. */
    waiting: number;
    /** On their way just now, or of unknown outcome. */
    sending: number;
    /** Sent, no receipt yet. */
    sent: number;
    delivered: number;
    /** Fell back to an SMS. */
    fallback: number;
    failed: number;
    cancelled: number;
    /** When the line is looked at next, whatever waits on it; null: nothing waits. */
    nextSendAt: Instant | null;
  }[];
  /** When the next of its leads is decided on; null while none waits for a time. */
  nextLookAt: Instant | null;
}

export interface CampaignAudienceAnswer {
  listId: Id;
  /** Where there are many (20,000 and more) a count serves for ten seconds. */
  countedAt: string;
  leads: number;
  /** Those that would enter and can be written to. */
  enter: number;
  /** Of the others: those that opted out as a whole, */
  optedOut: number;
  /** that have no address for the campaign’s `messageType`, */
  withoutAddress: number;
  /** and that have been in this campaign before. */
  alreadyIn: number;
}

export interface CampaignCheckAnswer {
  /** Of a draft: what a launch would be refused for. Later: what the change would be refused for. What can’t be read is told first, alone. */
  problems: {
    param: string;
    error: string;
  }[];
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
  /** Messages of each step that stay as they are. */
  alreadyMade: {
    key: string;
    stepIndex: number;
    messages: number;
  }[];
  /** Leads on the way by the last step they had, null: none yet. The change holds for all that lies ahead of them. */
  standing: {
    key: string | null;
    leads: number;
  }[];
}

export interface SimulationAnswer {
  simulation: Simulation;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface Simulation {
  simulationId: Id;
  campaignId: Id;
  status: 'waiting' | 'running' | 'finished' | 'failed';
  asked: SimulationAsked;
  progress: {
    /** Sent so far, of all that goes over these lines. */
    messages: number;
    /** How far the simulated clock has come. */
    at: string;
  } | null;
  error: string | null;
  createdAt: Instant;
  startedAt: Instant | null;
  finishedAt: Instant | null;
  result: SimulationResult | null;
}

/** What was asked, with what was taken where nothing was said. */
export interface SimulationAsked {
  startAt: Instant | null;
  replyRate: number;
  seed: number;
  http: boolean;
  addLines: number;
  caps: {
    /** null: no cap. Absent: as each line has it. */
    dailyNewConversationsLimit?: number | null;
    /** null: no cap. Absent: as each line has it. */
    dailyTotalMessagesLimit?: number | null;
    /** null: no cap. Absent: as each line has it. */
    hourlyNewConversationsLimit?: number | null;
  };
}

export interface SimulationResult {
  startAt: Instant;
  /** The workspace’s: days are days of it. */
  timezone: string;
  /** When the last message goes. */
  finishAt: Instant | null;
  messages: number;
  /** Messages that open a conversation on their line. */
  firstTouches: number;
  /** Steps that go as a fallback SMS. */
  fallbacks: number;
  /** Leads that get at least one message. */
  leads: number;
  perDay: {
    day: string;
    lineId: string;
    messages: number;
    firstTouches: number;
  }[];
  perStep: {
    stepKey: string;
    messages: number;
    firstAt: Instant;
    lastAt: Instant;
  }[];
  perLine: {
    /** `added-1`, … of lines that were added. */
    lineId: string;
    messages: number;
    firstTouches: number;
    firstAt: Instant;
    lastAt: Instant;
  }[];
  neverGoes: {
    total: number;
    /** Most first. All of one reason: `GET …/messages?reason=`. */
    byReason: {
      reason: string;
      stepKey: string | null;
      count: number;
      /** It in a sentence, as told of one of them. */
      detail: string | null;
      /** Five at most. */
      sample: {
        leadId: string;
        name: string | null;
        phone: string | null;
        email: string | null;
      }[];
    }[];
    sample: {
      leadId: string;
      name: string | null;
      phone: string | null;
      email: string | null;
      stepKey: string | null;
      reason: string | null;
      detail: string | null;
    }[];
  };
  /** What was taken for granted. */
  assumptions: string[];
  /** What is worth a look: a bottleneck, a tight cap. */
  warnings: string[];
}

export interface SimulationsAnswer {
  /** Newest first. */
  simulations: {
    simulationId: Id;
    status: 'waiting' | 'running' | 'finished' | 'failed';
    asked: SimulationAsked;
    progress: {
      /** Sent so far, of all that goes over these lines. */
      messages: number;
      /** How far the simulated clock has come. */
      at: string;
    } | null;
    error: string | null;
    createdAt: Instant;
    startedAt: Instant | null;
    finishedAt: Instant | null;
    /** The result in three figures. */
    outcome: {
      messages: number;
      finishAt: Instant | null;
      neverGoes: number;
    } | null;
  }[];
  nextCursor: Id | null;
}

export interface SimulationCalendar {
  /** The workspace’s: days and hours are those of it. */
  timezone: string;
  /** On which anything goes at all; null: nothing goes. */
  firstDay: string | null;
  lastDay: string | null;
  /** The days that are shown, both included. */
  from: string | null;
  to: string | null;
  /** In order. Where nothing goes there is no entry. */
  hours: {
    /** `YYYY-MM-DD`. */
    day: string;
    /** 0 to 23. One that a clock repeats in autumn is one. */
    hour: number;
    /** null: from all lines together. */
    lineId: string | null;
    messages: number;
    firstTouches: number;
  }[];
}

export interface SimulatedMessages {
  messages: {
    leadId: string;
    name: string | null;
    phone: string | null;
    email: string | null;
    stepKey: string | null;
    lineId: string | null;
    /** null: it never goes, `reason` and `detail` say why. */
    at: Instant | null;
    status: 'sent' | 'fallback' | 'never';
    firstTouch: boolean;
    reason: string | null;
    detail: string | null;
  }[];
  nextCursor: string | null;
}

export interface WebhooksAnswer {
  webhooks: Webhook[];
}

/** The secret is shown once, by the call that makes it. */
export interface Webhook {
  id: Id;
  url: string;
  /** Events that are sent there. */
  events: ('message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled')[];
  name: string;
  description: string | null;
  isActive: boolean;
  /** Why it was switched off by us: `gone`, the receiver answered 410; `failing`, it took nothing for five days. */
  disabledReason: 'gone' | 'failing' | null;
  lastTriggeredAt: Instant | null;
  /** To the second, where successes follow each other. */
  lastSuccessAt: Instant | null;
  lastFailureAt: Instant | null;
  /** Attempts in a row that failed. */
  failureCount: number;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface CreateWebhookAnswer {
  id: Id;
  /** Verifies `X-Tuco-Signature` (the text as it stands) and `webhook-signature` (Standard Webhooks). */
  secret: string;
  url: string;
  /** Events that are sent there. */
  events: ('message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled')[];
  name: string;
  description: string | null;
  createdAt: Instant;
  warning: 'Save this secret now. You will not be able to see it again.';
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface UpdateWebhookAnswer {
  success: true;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface WebhookDoneAnswer {
  success: true;
}

export type CheckWebhookAnswer = {
  success: true;
  message: 'Health check passed';
  statusCode: number;
  /** The first 4 KB. */
  response: string;
} | {
  success: false;
  error: string;
  /** The first 4 KB of the answer. */
  details?: string;
  statusCode?: number;
};

export interface RotateSecretAnswer {
  id: Id;
  /** Verifies `X-Tuco-Signature` (the text as it stands) and `webhook-signature` (Standard Webhooks). */
  secret: string;
  /** Until then `webhook-signature` holds both. */
  previousSecretValidUntil: string;
  warning: 'Save this secret now. You will not be able to see it again.';
}

/** Newest first. */
export interface WebhookDeliveriesAnswer {
  deliveries: WebhookDelivery[];
  /** Hand it back as `cursor`; null on the last page. */
  nextCursor: string | null;
}

export interface WebhookDelivery {
  /** Id of the event, and the header `webhook-id` of every attempt. */
  id: string;
  webhookId: Id;
  event: 'message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled';
  messageId: Id | null;
  status: 'pending' | 'delivered' | 'exhausted';
  /** Attempts begun, those before a replay included. */
  attempt: number;
  /** Not before this; null when it is over. */
  nextAttemptAt: Instant | null;
  /** The last 20, oldest first. */
  attempts: WebhookAttempt[];
  deliveredAt: Instant | null;
  createdAt: Instant;
}

export interface WebhookAttempt {
  at: Instant;
  statusCode: number | null;
  error: string | null;
  durationMs: number;
}

export interface ReplayDeliveryAnswer {
  success: true;
  delivery: WebhookDelivery;
}

export interface ReplayAnswer {
  success: true;
  since: Instant;
  /** Later events come by themselves. */
  until: string;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

/** Oldest first. */
export interface FeedAnswer {
  events: FeedEvent[];
  /** Hand it back as `after`, also when `events` is empty. */
  nextCursor: Id | null;
  /** Ask again at once. A page may be short and yet not the last. */
  hasMore: boolean;
}

/** The envelope that webhooks get, with the id of the event. */
export interface FeedEvent {
  /** The `webhook-id` of the same event, and the cursor for what comes after it. */
  id: string;
  event: 'message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled';
  timestamp: Instant;
  workspaceId: string;
  messageId: Id | null;
  data: Record<string, unknown>;
  [key: string]: unknown;
}

export interface NowAnswer {
  at: Instant;
  /** Of the workspace: its midnight begins `today`. */
  timezone: string;
  /** The date there. */
  today: string;
  counts: NowCounts;
  throughput: ThroughputSeries;
  /** All of the workspace. */
  lines: NowLine[];
  /** Worst first; 100 at most. */
  alerts: Alert[];
}

/** What happened today counts at the instant at which it happened: a message that was accepted yesterday and sent today is one of `sent`. `GET /api/analytics` counts by the day of acceptance and what became of a message in the end, so the two differ. */
export interface NowCounts {
  /** Accepted and not begun, at this moment; at most 10,000 are counted. */
  waiting: BoundedCount;
  /** Handed over at this moment. */
  sending: BoundedCount;
  /** Nobody can say yet whether they left: their carriers are being asked. */
  unknown: BoundedCount;
  /** Messages that were accepted or made: single sends, steps of campaigns, fallback SMS. Since midnight in the zone of the workspace. */
  accepted: number;
  /** Times that a carrier took a message, whatever became of it afterwards and whenever it was accepted. Since midnight in the zone of the workspace. */
  sent: number;
  /** Messages of which the first receipt of delivery came in. Since midnight in the zone of the workspace. */
  delivered: number;
  /** Messages of which a read receipt came in. Since midnight in the zone of the workspace. */
  read: number;
  /** Messages that became `fallback`. Since midnight in the zone of the workspace. */
  fallback: number;
  /** Messages that became `failed`, also after they had been sent. Since midnight in the zone of the workspace. */
  failed: number;
  /** Messages that came in; tapbacks are none. Since midnight in the zone of the workspace. */
  replies: number;
  /** Contacts who opted out, or were entered as such. Since midnight in the zone of the workspace. */
  optOuts: number;
}

export interface BoundedCount {
  count: number;
  /** There are more: counting stopped. To be shown as “10,000+”. */
  more: boolean;
}

export interface ThroughputSeries {
  /** The last 60, oldest first; the last is not over. */
  perMinute: Throughput[];
  /** The last 24, oldest first; the last is not over. */
  perHour: Throughput[];
}

export interface Throughput {
  /** When the minute, or hour, began. */
  at: string;
  accepted: number;
  sent: number;
  delivered: number;
  failed: number;
}

export interface NowLine {
  id: Id;
  /** Its person, else its number or address. */
  name: string;
  address: string | null;
  messageType: 'imessage' | 'sms' | 'email';
  channelType: 'phone' | 'email';
  transport: 'relay' | 'bluebubbles' | 'twilio' | 'smtp' | 'sandbox';
  /** false: switched off; what waits on it stays. */
  isActive: boolean;
  health: 'healthy' | 'down';
  downSince: Instant | null;
  risk: 'low' | 'medium' | 'high';
  caps: CapUsage[];
  /** Exact while the workspace has no more than 10,000; else at most 1,000. */
  waiting: BoundedCount;
  sending: number;
  lastSentAt: Instant | null;
  nextSlot: NextSlot;
}

export interface CapUsage {
  cap: 'daily_total' | 'daily_new_conversations' | 'hourly_new_conversations';
  used: number;
  /** null: no cap. */
  limit: number | null;
  resetsAt: Instant;
}

/** When the next message may leave: the one that is next in its queue or, with nothing waiting, a first message to a new contact. */
export interface NextSlot {
  /** `open`: it may send at once. `at`: from that instant on. `closed`: not before somebody changes something. */
  state: 'open' | 'at' | 'closed';
  at: Instant | null;
  /** What keeps it until then: the line, one of its caps or gaps, or (`message`) the window, date or retry of what waits. */
  gate: 'line_inactive' | 'line_down' | 'daily_cap' | 'first_touch_cap' | 'hourly_cap' | 'device_gap' | 'contact_gap' | 'message' | null;
}

export interface Alert {
  kind: 'workspace_read_only' | 'line_down' | 'cap_reached' | 'cap_near' | 'webhook_disabled' | 'webhook_failing' | 'campaign_paused' | 'opt_outs';
  severity: 'critical' | 'warning' | 'info';
  /** What is the matter. */
  title: string;
  whatToDo: string;
  /** What it refers to. */
  about: {
    type: 'workspace' | 'line' | 'webhook' | 'campaign' | 'contacts';
    id: string | null;
  };
  since: Instant | null;
}

export interface AnalyticsAnswer {
  success: true;
  filter: {
    campaignId: Id | null;
    lineId: Id | null;
    userId: string | null;
    dateFrom: Instant | null;
    dateTo: Instant | null;
  };
  metrics: {
    /** Distinct contacts with at least one outbound message that is sent or delivered. */
    reached: number;
    /** Outbound messages that are sent or delivered, each counted. */
    sent: number;
    /** Outbound messages with status fallback, or for which a fallback SMS was dispatched. */
    fallback: number;
    /** Outbound messages with status failed. */
    failed: number;
    /** Inbound messages, each counted. A reply belongs to the campaign and user of what the contact was sent last. */
    replied: number;
    /** Distinct contacts with at least one inbound message. */
    uniqueReplied: number;
    /** uniqueReplied / reached, from 0; 0 when nobody was reached. */
    repliedPct: number;
    /** Distinct contacts with at least one reply that reads as a short yes, by a rule of English words: no judgement of meaning. */
    positiveReplied: number;
    /** positiveReplied / uniqueReplied, 0 to 1; 0 when nobody replied. */
    positivePct: number;
  };
  /** What each figure counts. */
  explainer: Record<string, string>;
}

export interface CampaignAnalyticsAnswer {
  success: true;
  campaignId: Id;
  status: 'draft' | 'active' | 'paused' | 'completed' | 'archived';
  /** The workspace’s: days are days of it. */
  timezone: string;
  totals: CampaignFigures;
  /** Entries by where they stand: at the last step that was made or skipped for them. */
  leads: CampaignStanding;
  /** Who left before the end and why, most first. */
  stopped: {
    reason: string;
    /** The stop condition that held, if one did. */
    conditionId: string | null;
    /** It in a sentence. */
    detail: string | null;
    /** Where they stood. */
    stepKey: string | null;
    leads: number;
  }[];
  /** In the order of the steps; those that were taken out come last. */
  perStep: {
    stepKey: string | null;
    /** null: no longer part of the campaign. */
    stepIndex: number | null;
    figures: CampaignFigures;
    leads: CampaignStanding;
  }[];
  perLine: {
    lineId: Id;
    figures: CampaignFigures;
  }[];
  /** On which they went or came in; what did not go, on which that was settled. */
  perDay: {
    day: string;
    figures: CampaignFigures;
  }[];
  /** What each figure counts. */
  explainer: Record<string, string>;
}

export interface CampaignFigures {
  /** Distinct contacts with at least one outbound message that is sent or delivered. */
  reached: number;
  /** Outbound messages that are sent or delivered, each counted. */
  sent: number;
  /** Outbound messages with status fallback, or for which a fallback SMS was dispatched. */
  fallback: number;
  /** Outbound messages with status failed. */
  failed: number;
  /** Inbound messages, each counted. A reply belongs to the campaign and user of what the contact was sent last. */
  replied: number;
  /** Distinct contacts with at least one inbound message. */
  uniqueReplied: number;
  /** uniqueReplied / reached, from 0; 0 when nobody was reached. */
  repliedPct: number;
  /** Distinct contacts with at least one reply that reads as a short yes, by a rule of English words: no judgement of meaning. */
  positiveReplied: number;
  /** positiveReplied / uniqueReplied, 0 to 1; 0 when nobody replied. */
  positivePct: number;
  /** Messages of steps that are made and not over: they wait, are being sent, or nobody knows yet. */
  waiting: number;
  /** Messages of steps that were stopped before they left. */
  cancelled: number;
}

export interface CampaignStanding {
  total: number;
  active: number;
  held: number;
  finished: number;
  stopped: number;
  failed: number;
}

export interface Workspace {
  workspaceId: string;
  name: string;
  /** IANA zone of messages that name days but no zone. */
  timezone: string;
  /** `past_due`: reads work, writes are refused, messages wait. */
  billingStatus: 'active' | 'past_due';
  /** What becomes of running conversations when their line goes down: they `wait` for it (24 h, then they fail), `move` to another line, or go on by `sms`. */
  lineDownPolicy: 'wait' | 'move' | 'sms';
}

export interface UpdateWorkspaceAnswer {
  workspaceId: string;
  name: string;
  /** IANA zone of messages that name days but no zone. */
  timezone: string;
  /** `past_due`: reads work, writes are refused, messages wait. */
  billingStatus: 'active' | 'past_due';
  /** What becomes of running conversations when their line goes down: they `wait` for it (24 h, then they fail), `move` to another line, or go on by `sms`. */
  lineDownPolicy: 'wait' | 'move' | 'sms';
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface FallbackConfig {
  /** A fallback SMS would go: there is a provider, its line is active, and it is enabled. */
  configured: boolean;
  provider: 'sandbox' | 'twilio' | null;
  /** The SMS line that sends it. */
  lineId: Id | null;
  enabled: boolean;
  /** Attachments become links in the SMS; otherwise they are left out. */
  attachmentLinks: boolean;
  /** Also after `failed`, for every message of the workspace. */
  sendFallbackSmsOnFailed: boolean;
  /** Of Twilio, as are the four below. */
  accountSid: string | null;
  /** The token itself is never shown. */
  authTokenSet: boolean;
  /** The number of the SMS line. */
  fromNumber: string | null;
  /** Set: Twilio picks the sender from this service. */
  messagingServiceSid: string | null;
  /** What to enter at Twilio for “A message comes in”, as HTTP POST; null without TRUNKLINE_PUBLIC_URL: then Twilio is asked. */
  inboundUrl: string | null;
}

export interface UpdateFallbackConfigAnswer {
  /** A fallback SMS would go: there is a provider, its line is active, and it is enabled. */
  configured: boolean;
  provider: 'sandbox' | 'twilio' | null;
  /** The SMS line that sends it. */
  lineId: Id | null;
  enabled: boolean;
  /** Attachments become links in the SMS; otherwise they are left out. */
  attachmentLinks: boolean;
  /** Also after `failed`, for every message of the workspace. */
  sendFallbackSmsOnFailed: boolean;
  /** Of Twilio, as are the four below. */
  accountSid: string | null;
  /** The token itself is never shown. */
  authTokenSet: boolean;
  /** The number of the SMS line. */
  fromNumber: string | null;
  /** Set: Twilio picks the sender from this service. */
  messagingServiceSid: string | null;
  /** What to enter at Twilio for “A message comes in”, as HTTP POST; null without TRUNKLINE_PUBLIC_URL: then Twilio is asked. */
  inboundUrl: string | null;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface LanguageAudit {
  allowedPhrases: string[];
  /** A dry run warns of these; a send is not refused for them. */
  blockedPhrases: string[];
  /** For whoever writes the messages. */
  customInstructions: string;
}

export interface UpdateLanguageAuditAnswer {
  allowedPhrases: string[];
  /** A dry run warns of these; a send is not refused for them. */
  blockedPhrases: string[];
  /** For whoever writes the messages. */
  customInstructions: string;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface AuditLogAnswer {
  /** Newest first. */
  entries: AuditEntry[];
  nextCursor: Id | null;
}

export interface AuditEntry {
  id: Id;
  at: Instant;
  /** The key it was done with; empty where a person did it, or a Mac paired itself by its code. */
  apiKeyId: string;
  /** Its name now. */
  apiKeyName: string | null;
  /** The person who did it, signed in. */
  personId: Id | null;
  /** The name of that person now. */
  personName: string | null;
  /** The call, like `PATCH /api/lines/{id}`. */
  route: string;
  /** `created`, `updated`, `deleted`, … */
  action: string;
  entity: 'workspace' | 'fallback_config' | 'language_audit' | 'line' | 'device' | 'api_key' | 'webhook' | 'list' | 'leads' | 'dnc_entry' | 'campaign' | 'member' | 'invitation';
  /** Of `leads`, many at once: their list when they were saved, the workspace when they were deleted. */
  entityId: string;
  /** The fields that changed, as they were. */
  before: Record<string, unknown>;
  /** The same as they are since. Of secrets only that they are set or changed. */
  after: Record<string, unknown>;
}

export interface ApiKeysAnswer {
  /** Oldest first, without those removed. */
  apiKeys: ApiKey[];
}

export interface ApiKey {
  _id: Id;
  workspaceId: string;
  name: string;
  /** Its first characters. */
  hint: string;
  /** `admin` includes the others. */
  scopes: ('send' | 'read' | 'admin')[];
  /** What it sends at the doors for clients of Twilio and Sendblue: iMessage with SMS behind it, or SMS alone. */
  sendsAs: 'imessage_first' | 'sms_only';
  createdAt: Instant;
  expiresAt: Instant | null;
  /** To the minute. */
  lastUsedAt: Instant | null;
}

export interface NewApiKeyAnswer {
  apiKey: ApiKey;
  /** Shown this once; only its hash is kept. */
  key: string;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface ApiKeyAnswer {
  apiKey: ApiKey;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface Me {
  /** null: an API key is asking. */
  person: {
    id: Id;
    name: string;
    email: string;
    twoFactorEnabled: boolean;
  } | null;
  role: 'owner' | 'admin' | 'member' | 'viewer' | null;
  scopes: ('send' | 'read' | 'admin')[];
  workspace: {
    id: string;
    name: string;
    timezone: string;
  };
  /** All that may be asked for by `x-workspace-id`; of a key its own. */
  workspaces: {
    id: string;
    name: string;
    role: 'owner' | 'admin' | 'member' | 'viewer' | null;
  }[];
}

export interface SetupNeededAnswer {
  /** Nobody owns a workspace of this server yet: its log has a link for the first one. */
  needed: boolean;
}

export interface JoinedAnswer {
  success: true;
  workspaceId: string;
}

export interface MembersAnswer {
  members: Member[];
}

export interface Member {
  personId: Id;
  name: string;
  email: string;
  /** `viewer` reads; `member` also sends; `admin` and `owner` may do everything, and only owners make or remove owners. */
  role: 'owner' | 'admin' | 'member' | 'viewer';
  twoFactorEnabled: boolean;
  joinedAt: Instant;
}

export interface MemberAnswer {
  member: Member;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface DoneAnswer {
  success: true;
}

export interface InvitationsAnswer {
  /** Without those accepted, withdrawn or expired. */
  invitations: Invitation[];
}

export interface Invitation {
  _id: Id;
  email: string;
  /** `viewer` reads; `member` also sends; `admin` and `owner` may do everything, and only owners make or remove owners. */
  role: 'owner' | 'admin' | 'member' | 'viewer';
  /** The name of a person or of a key. */
  invitedBy: string;
  createdAt: Instant;
  expiresAt: Instant;
}

export interface NewInvitationAnswer {
  invitation: Invitation;
  /** For the person invited, by whatever way you trust: shown this once, good once. */
  link: string;
  /** Fields that were ignored, and why. Empty when all is well. */
  warnings: string[];
}

export interface InvitationShown {
  workspaceName: string;
  email: string;
  /** `viewer` reads; `member` also sends; `admin` and `owner` may do everything, and only owners make or remove owners. */
  role: 'owner' | 'admin' | 'member' | 'viewer';
  invitedBy: string;
  expiresAt: Instant;
  /** Whoever it is for signs in first, and brings neither name nor password. */
  hasAccount: boolean;
}

export interface SandboxPhoneAnswer {
  address: string;
  /** Copies that were received in all. */
  total: number;
  /** The newest 1,000 of them, oldest first. */
  messages: SandboxCopy[];
}

export interface SandboxCopy {
  _id: Id;
  /** The text as it arrived, placeholders resolved. */
  message: string;
  messageType: 'imessage' | 'sms' | 'email';
  fromLineId: Id;
  receivedAt: Instant;
  /** Id of the message this is a copy of. */
  reference: string;
  subject: string | null;
  attempt: number;
  attachmentUrls: string[];
  attachmentNames: (string | null)[];
}
