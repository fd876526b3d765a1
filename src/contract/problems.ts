/**
 * Every way a request can be refused, in one table: the same constant is thrown, printed in docs/errors.md and swept by
 * a test. `error` is the sentence people read; where the documented API names one it stands here to the letter. `code`
 * (the key) is what programs branch on and never changes. A refusal that is not in this table is a defect.
 */
interface ProblemEntry {
  status: number;
  error: string;
  /** One sentence for docs/errors.md: when it happens, what helps. */
  docs: string;
  reason?: string;
  /** Seconds a caller should wait before trying again; sent as `Retry-After`. */
  retryAfter?: number;
}

export const PROBLEMS = {
  // Who calls
  UNAUTHORIZED: {
    status: 401,
    error: 'Unauthorized',
    docs: 'No usable API key: send `Authorization: Bearer tl_sk_…` with a key that is neither revoked nor expired. In the dashboard: nobody is signed in any more.',
  },
  READ_ONLY: {
    status: 402,
    error: 'READ_ONLY',
    reason: 'past_due',
    docs: 'Payment of the workspace is past due: reads work, writes do not.',
  },
  FORBIDDEN: {
    status: 403,
    error: 'This API key is not allowed to do that',
    docs: 'The key is valid but lacks the scope of this call (`send`, `read` or `admin`); or the role of the person does not allow it.',
  },
  NOT_A_MEMBER: {
    status: 403,
    error: 'You do not belong to this workspace',
    docs: 'The person who is signed in is no member of the workspace that `x-workspace-id` names, or of none at all.',
  },
  FOREIGN_ORIGIN: {
    status: 403,
    error: 'The request comes from a page of another site',
    docs: 'With a session in a cookie, writes are taken only from pages of this server: they come with `Origin` or `Sec-Fetch-Site`. Behind a proxy that changes `Host`, set `TRUNKLINE_PUBLIC_URL`.',
  },
  NO_ACTIVE_WORKSPACE: {
    status: 400,
    error: 'No active workspace',
    docs: 'The key belongs to no workspace that still exists.',
  },
  RATE_LIMITED: {
    status: 429,
    error: 'Rate limit exceeded',
    docs: 'The workspace asked for too much in this minute; wait for `Retry-After` seconds.',
  },
  TOO_MANY_STREAMS: {
    status: 429,
    error: 'Too many live streams are open',
    retryAfter: 10,
    docs: 'A key or person may listen to `GET /api/live` 20 times at once, a workspace 200 times, by each process. Close some.',
  },

  // The request as such
  INVALID_JSON: {
    status: 400,
    error: 'Invalid request body (JSON required)',
    docs: 'The body is missing, is not JSON, or is not valid UTF-8.',
  },
  BODY_NOT_OBJECT: {
    status: 400,
    error: 'Request body must be a JSON object',
    docs: 'The body is JSON, but an array, a string, a number, `true`, `false` or `null`.',
  },
  BODY_TOO_DEEP: {
    status: 400,
    error: 'Request body must not be nested more than 64 levels deep',
    docs: 'Nothing this API takes is nested that deep.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    error: 'Request body must not be larger than 1 MB',
    docs: 'The body is larger than 1 MB (1,048,576 bytes), or than what the call takes where it takes more; `error` says how much.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    error: 'Content-Type must be application/json',
    docs: 'The body is declared as something else than JSON, or is compressed.',
  },
  TIMEOUT: {
    status: 408,
    error: 'The request did not arrive in time',
    docs: 'Headers or body came too slowly; the connection is closed.',
  },
  BAD_REQUEST: {
    status: 400,
    error: 'The request is not valid HTTP',
    docs: 'The bytes received are no HTTP request, or contradict themselves; the connection is closed.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    error: 'The request headers are too large',
    docs: 'All headers together must stay under 16 KB.',
  },
  NOT_FOUND: { status: 404, error: 'Not found', docs: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    error: 'Method not allowed',
    docs: 'The path exists, but not for this method; `Allow` lists those it has.',
  },
  INVALID_FIELD: {
    status: 400,
    error: 'A field is not valid',
    docs: 'One field has a wrong type or value; `param` names it and `error` says what it must be.',
  },
  INVALID_CURSOR: {
    status: 400,
    error: 'Invalid cursor',
    docs: '`cursor` must be a `nextCursor` of an earlier answer.',
  },
  NOTHING_TO_CHANGE: {
    status: 400,
    error: 'Give at least one field to change',
    docs: 'A PATCH named no field that can be changed.',
  },
  INVALID_CAMPAIGN_ID: {
    status: 400,
    error: 'Invalid campaignId',
    docs: '`campaignId` must be the `_id` of a campaign.',
  },
  INVALID_LINE_ID: {
    status: 400,
    error: 'Invalid lineId',
    docs: '`lineId` must be the `_id` of a line.',
  },
  INVALID_DATE_FROM: {
    status: 400,
    error: 'Invalid dateFrom',
    docs: '`dateFrom` must be an ISO 8601 date or date-time.',
  },
  INVALID_DATE_TO: {
    status: 400,
    error: 'Invalid dateTo',
    docs: '`dateTo` must be an ISO 8601 date or date-time.',
  },
  INVALID_DATE_RANGE: {
    status: 400,
    error: 'dateFrom must be <= dateTo',
    docs: 'The range of dates is the wrong way round.',
  },

  AGENCY_NOT_SUPPORTED: {
    status: 501,
    error: 'agencyId is not supported',
    docs: 'Figures over several workspaces are not available; ask each workspace with a key of its own.',
  },

  DRAFTS_NOT_SUPPORTED: {
    status: 501,
    error: 'Drafts are not written here: leave writing to an outside agent, and send what it writes',
    docs: 'No AI is built in. An agent reads conversations and sends messages through this API.',
  },

  // Idempotency-Key
  INVALID_IDEMPOTENCY_KEY: {
    status: 400,
    error: 'Idempotency-Key must be 1 to 255 printable ASCII characters',
    docs: 'The header `Idempotency-Key` is empty, too long, or holds other characters.',
  },
  idempotency_mismatch: {
    status: 409,
    error: 'This Idempotency-Key was used for another request',
    docs: 'The same key came with another body: use a new key for a new message.',
  },
  idempotency_in_flight: {
    status: 409,
    error: 'A request with this Idempotency-Key is still being processed',
    retryAfter: 1,
    docs: 'The first request with this key has not been answered yet; ask again after `Retry-After` seconds.',
  },

  // Messages
  MESSAGE_EMPTY: {
    status: 400,
    error: 'Message and attachmentUrls cannot both be empty',
    docs: 'A message needs text, an attachment, or both.',
  },
  MESSAGE_TOO_LONG: {
    status: 400,
    error: 'message must be at most 10,000 characters',
    docs: 'At most 10,000 characters (Unicode code points), 1,600 for `messageType` `sms` and with `forceFallback`.',
  },
  INVALID_MESSAGE_TYPE: {
    status: 400,
    error: 'Invalid messageType. Must be email, sms, or imessage',
    docs: '`messageType` is none of the three.',
  },
  ATTACHMENTS_NOT_ARRAY: {
    status: 400,
    error: 'attachmentUrls must be an array',
    docs: 'Also a single URL goes into an array.',
  },
  TOO_MANY_ATTACHMENTS: {
    status: 400,
    error: 'Maximum 2 attachments per message',
    docs: 'Send a second message for further attachments.',
  },
  FOREIGN_ATTACHMENT: {
    status: 403,
    error: 'Attachment URL does not belong to this organization',
    docs: 'The URL is one of this server’s own files, and not one of the workspace’s.',
  },
  FILE_REQUIRED: {
    status: 400,
    error: 'Exactly one file is required',
    docs: 'An upload is `multipart/form-data` with one part that is a file and has bytes in it; send one call per file.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    error: 'The file must not be larger than 25 MB',
    docs: 'Attachments may have 25,000,000 bytes.',
  },
  FILE_NOT_FOUND: {
    status: 404,
    error: 'File not found',
    docs: 'The address of the file is not complete, or was never given out by this server.',
  },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    error: 'The range lies outside the file',
    docs: '`Range` asks for bytes that the file does not have.',
  },
  NO_ACTIVE_LINES: {
    status: 400,
    error: 'No active lines in workspace. Add and activate a line, or provide fromLineId.',
    docs: 'No line of the workspace is active for this `messageType`.',
  },
  INVALID_SCHEDULED_DATE: {
    status: 400,
    error: 'Invalid scheduledDate format',
    docs: '`scheduledDate` must be ISO 8601, like `2027-01-31T09:30:00Z`; without an offset it is read as UTC.',
  },
  INVALID_TIME_FORMAT: {
    status: 400,
    error:
      'Invalid time format. sendWindowStart and sendWindowEnd must be in HH:mm format (e.g., 09:00, 17:00)',
    docs: 'Both ends of the window are needed, each as `HH:mm`.',
  },
  INVALID_WINDOW: {
    status: 400,
    error: 'Invalid timezone or time window settings. Please check your timezone and time format.',
    docs: 'The window has no `timezone`, an unknown one, equal ends, or never opens.',
  },
  RECIPIENT_REQUIRED: {
    status: 400,
    error:
      'Either recipientEmail or recipientPhone is required (in body or on the lead when leadId is provided).',
    docs: 'Neither the body nor the lead says where the message shall go.',
  },
  FALLBACK_NOT_CONFIGURED: {
    status: 400,
    error:
      'sendFallbackSmsOnFailed is true but fallback SMS is not configured. Configure fallback in workspace settings (Settings → Fallback) or set sendFallbackSmsOnFailed to false.',
    docs: '`sendFallbackSmsOnFailed` or `forceFallback` is asked for, but `PATCH /api/workspace/fallback-config` was never called, is switched off, or its line is not active.',
  },
  MESSAGE_NOT_FOUND: {
    status: 404,
    error: 'Message not found',
    docs: 'No message of the workspace has this id.',
  },
  MESSAGE_NOT_WAITING: {
    status: 409,
    error: 'Message is no longer waiting',
    docs: 'Only messages that are `pending`, `scheduled` or `queued` can be changed or cancelled; `reason` holds the present status.',
  },
  MESSAGE_NOT_RETRIABLE: {
    status: 409,
    error: 'Message cannot be sent again',
    docs: 'Only a message that we sent and that `failed` can be retried, and not to a contact that opted out; `reason` holds the present status, or `dnc`.',
  },
  CANCEL_MESSAGES_TARGET_REQUIRED: {
    status: 400,
    error: 'Either ids or filter is required',
    docs: 'Name the messages to cancel by `ids`, or by a `filter`, and not by both.',
  },
  CANCEL_TARGET_REQUIRED: {
    status: 400,
    error: 'Either leadId, recipientPhone, or recipientEmail is required',
    docs: 'cancel-for-lead needs to know whose messages to cancel.',
  },

  // Leads
  LEAD_NOT_ACCESSIBLE: {
    status: 404,
    error: 'Lead not found or access denied',
    docs: 'The `leadId` of a message is not a lead of the workspace.',
  },
  DNC_TARGET_REQUIRED: {
    status: 400,
    error: 'Either phone or email is required',
    docs: 'A do-not-contact entry needs an address.',
  },
  DNC_NOT_FOUND: {
    status: 404,
    error: 'DNC entry not found',
    docs: 'No do-not-contact entry of the workspace has this id, or it was lifted.',
  },
  LEAD_NOT_FOUND: { status: 404, error: 'Lead not found', docs: 'No lead of the workspace has this id.' },
  INVALID_LEAD_ID: {
    status: 400,
    error: 'Invalid leadId',
    docs: '`leadId` is not a 24-character lower-case hex id.',
  },
  LEADS_REQUIRED: {
    status: 400,
    error: 'leads array is required and must not be empty',
    docs: '`POST /api/leads` needs `leads` (or `body`, which means the same).',
  },
  TOO_MANY_LEADS: {
    status: 400,
    error: 'Maximum 10,000 leads per request',
    docs: 'Save the others by further calls; a CSV file may have as many rows.',
  },
  INVALID_LEADS: {
    status: 400,
    error: 'Some leads are not valid; none was saved',
    docs: '`rows` names what is wrong, lead by lead; beyond 1,000 faults once for each lead. All or none are saved by one call.',
  },
  LEAD_LIST_NOT_FOUND: {
    status: 404,
    error:
      'List not found. The specified listId does not exist or is invalid. Omit listId to use the Quick Sends list.',
    docs: 'No list of the workspace has the `listId` that leads are to be saved to.',
  },
  LEAD_EXISTS: {
    status: 409,
    error: 'Another lead of the list has this phone or email',
    docs: 'Within a list each phone and each email is one lead’s; `reason` holds the `_id` of the one that has it.',
  },
  LEAD_IDS_REQUIRED: {
    status: 400,
    error: 'No ids provided',
    docs: '`DELETE /api/leads` needs `ids`, an array of ids of leads.',
  },
  INVALID_LEAD_IDS: {
    status: 400,
    error: 'Invalid lead id in ids array',
    docs: 'One of `ids` is not a 24-character lower-case hex id; nothing was deleted.',
  },
  SEARCH_TIMED_OUT: {
    status: 503,
    error: 'Search timed out. Try a more specific search or fewer results.',
    docs: 'The search took longer than 5 seconds: it matches too much, or the database is busy.',
  },
  CSV_TOO_LARGE: {
    status: 413,
    error: 'The file must not be larger than 10 MB',
    docs: 'A CSV file may have 10,000,000 bytes and 10,000 rows: split it.',
  },
  CSV_ENCODING: {
    status: 400,
    error: 'The file is not UTF-8. Save it as "CSV UTF-8" and try again.',
    docs: 'Spreadsheets save CSV in an encoding of their own unless asked for UTF-8; `reason` says what it looks like.',
  },
  CSV_MALFORMED: {
    status: 400,
    error: 'The file is not valid CSV',
    docs: '`error` says what is wrong, and in which line; `rows` names every bad row, where rows could be told apart.',
  },
  LIST_NOT_EMPTY: {
    status: 409,
    error: 'The list still has leads. Move or delete them first.',
    docs: 'Only empty lists can be deleted: to which list its leads should go nobody but you can know.',
  },
  LIST_IS_SPECIAL: {
    status: 409,
    error: 'This list is made and kept by the system; it cannot be renamed or deleted',
    docs: '`Quick Sends` and `Inbound` are where new contacts go that name no list.',
  },
  INVALID_LEAD_QUERY_ID: {
    status: 400,
    error: 'Invalid lead id',
    docs: 'The `id` asked for is not a 24-character lower-case hex id.',
  },

  // Availability
  ADDRESS_REQUIRED: {
    status: 400,
    error: 'Address parameter is required (phone or email)',
    docs: '`GET /api/check-availability` needs `?address=`, URL-encoded.',
  },
  ADDRESSES_REQUIRED: {
    status: 400,
    error: 'addresses array is required and must not be empty',
    docs: '`POST /api/check-availability` needs `address` or `addresses`.',
  },
  TOO_MANY_ADDRESSES: {
    status: 400,
    error: 'Maximum 100 addresses per request',
    docs: 'Ask for further addresses by a second request, or check whole leads in the background.',
  },
  LEAD_ID_REQUIRED: {
    status: 400,
    error: 'Lead ID is required',
    docs: '`GET /api/leads/check-availability` needs `?id=`.',
  },
  AVAILABILITY_TARGET_REQUIRED: {
    status: 400,
    error: 'Either address or leadIds is required',
    docs: '`POST /api/leads/check-availability` needs `address`, `leadIds` or `listId`.',
  },
  NO_ADDRESSES_PROVIDED: {
    status: 400,
    error: 'No phone or email addresses provided',
    reason: 'No phone or email addresses provided',
    docs: '`POST /api/check-availability-rr` needs at least one of `phones` and `emails`; its refusals say `available: false`.',
  },
  CHECK_NOT_CONFIGURED: {
    status: 400,
    error: 'Availability check server not configured',
    docs: 'No line of the workspace can check: it needs one for iMessage that is active, healthy, and on a transport that can ask.',
  },
  CHECK_QUOTA_EXHAUSTED: {
    status: 429,
    error: 'Daily availability check quota exhausted',
    retryAfter: 3600,
    docs: 'Each line that can check has made its 70 checks of this day (UTC). Sends are not affected, and results that are known are still answered. What was checked by this request is known from then on.',
  },
  LIST_NOT_FOUND: { status: 404, error: 'List not found', docs: 'No list of the workspace has this id.' },
  AVAILABILITY_JOB_NOT_FOUND: {
    status: 404,
    error: 'Availability job not found',
    docs: 'No background check of the workspace has this id; finished ones are kept for 30 days.',
  },

  // Doors for clients of other services
  DOOR_REFUSED: {
    status: 400,
    error: 'The request is not valid',
    docs: 'At the doors for clients of Twilio and Sendblue: told in their own form, with their numbers.',
  },
  DOOR_SENDER_UNKNOWN: {
    status: 400,
    error: 'The sender is the number of no line',
    docs: '`From`, or `from_number`, is the phone of no line of the workspace that could send this.',
  },

  // Keys
  API_KEY_NOT_FOUND: {
    status: 404,
    error: 'API key not found',
    docs: 'No key of the workspace has this id, or it was removed already.',
  },
  LAST_ADMIN_KEY: {
    status: 409,
    error: 'The last admin key cannot be removed: make another one first',
    docs: 'Without a key that has the scope `admin`, is not revoked and has not expired, nobody could make keys any more.',
  },

  // Line requests
  INVALID_LINE_REQUEST_ID: {
    status: 400,
    error: 'Invalid line request id',
    docs: 'The id of a line request is 24 lower-case hex characters.',
  },
  LINE_REQUEST_NOT_FOUND: {
    status: 404,
    error: 'Line request not found',
    docs: 'No line request of the workspace has this id.',
  },
  UNSUPPORTED_ACTION: {
    status: 400,
    error: 'Unsupported action',
    docs: '`action` must be `payment_link` or `cancel`.',
  },
  LINE_REQUEST_NOT_AWAITING_PAYMENT: {
    status: 409,
    error: 'This line request does not await a payment',
    docs: 'Only a request that awaits payment can be cancelled; a number of your own never does.',
  },
  FORBIDDEN_LINE_TYPE: {
    status: 403,
    error: 'Lines cannot be bought here: bring a number of your own with lineType byon',
    docs: '`POST /api/line-requests` with `lineType` `purchased`, which is also what its absence means: this server sells no numbers.',
  },

  // Lines and workspace
  LINE_ID_REQUIRED: {
    status: 400,
    error: 'Line ID is required',
    docs: '`GET /api/lines/check-availability` needs `?id=`.',
  },
  LINE_NOT_FOUND: { status: 404, error: 'Line not found', docs: 'No line of the workspace has this id.' },
  LINE_HAS_MESSAGES: {
    status: 409,
    error:
      'Messages wait on this line or are under way: switch it off, move or cancel them, and wait for the rest',
    docs: 'A line is deleted only once nothing is to leave by it and nothing is open. Switched off, its messages to new contacts move to other lines by themselves; `reason` says how many are left.',
  },
  LINE_IN_CAMPAIGN: {
    status: 409,
    error: 'A campaign that is not over sends from this line: take the line out of it, or complete it first',
    docs: 'A line can’t be deleted while an active or paused campaign names it; `reason` is the campaign’s id.',
  },
  LINE_IS_FALLBACK: {
    status: 409,
    error: 'Fallback SMS leave from this line: choose another one for them, or switch fallback off',
    docs: 'The line is that of `/api/workspace/fallback-config`.',
  },
  LINE_NOT_ACTIVE: {
    status: 400,
    error: 'Line is not active',
    docs: '`fromLineId` names a line that is switched off.',
  },
  REACTION_INCOMPLETE: {
    status: 400,
    error: 'messageId and reaction required',
    docs: 'A reaction needs both.',
  },
  INVALID_REACTION: {
    status: 400,
    error: 'Invalid reaction type',
    docs: '`reaction` must be `love`, `like`, `dislike`, `laugh`, `emphasize` or `question`.',
  },
  INVALID_MESSAGE_ID: {
    status: 400,
    error: 'Invalid messageId',
    docs: '`messageId` must be the `_id` of a message.',
  },
  NO_CONTACT_ADDRESS: {
    status: 400,
    error: 'Cannot determine contact phone for reaction',
    docs: 'The message went to nobody yet.',
  },
  NO_DEVICE_MESSAGE: {
    status: 400,
    error: 'Message has no BlueBubbles ID — cannot react',
    docs: 'No device has the message yet, so there is nothing to put a tapback on.',
  },
  NO_CHAT_TARGET: {
    status: 400,
    error: 'Cannot determine the chat of this message',
    docs: 'The message went to nobody yet.',
  },
  GESTURE_NOT_CARRIED: {
    status: 400,
    error: 'The line of this message cannot do that',
    docs: 'Tapbacks and typing signs need an iMessage line whose device can make them.',
  },
  LINE_UNUSABLE: {
    status: 400,
    error: 'Line not found or missing credentials',
    docs: 'The line of the message can’t be used any more.',
  },
  CARRIER_ERROR: {
    status: 502,
    error: 'BlueBubbles error',
    docs: 'The line’s device was asked and refused, or did not answer; `error` says what it said.',
  },
  LINE_WRONG_CHANNEL: {
    status: 400,
    error: 'Line cannot send this messageType',
    docs: '`fromLineId` names a line for another `messageType`.',
  },
  TRANSPORT_NOT_SUPPORTED: {
    status: 400,
    error: 'This server was assembled without that transport',
    docs: 'The transport is a known word, but this server has no channel for it.',
  },
  FALLBACK_NOT_VERIFIED: {
    status: 400,
    error: 'Twilio does not accept these settings',
    docs: 'Twilio was asked and says no: wrong credentials, an account that is not active, a number or Messaging Service it does not have; `error` says which. Nothing was saved. `verify: false` saves without asking.',
  },
  LINE_HAS_NO_MAC: {
    status: 400,
    error: 'Only lines with the transport relay have a Mac',
    docs: 'Pairing codes and devices belong to lines with `transport` `relay`.',
  },
  DEVICE_NOT_FOUND: { status: 404, error: 'Device not found', docs: 'The line has no device of this id.' },
  INVALID_PAIRING_CODE: {
    status: 400,
    error: 'This pairing code is not valid: it is unknown, was used, or has expired. Make a new one.',
    docs: 'A pairing code is good once and for ten minutes, and the newest code of a line is its only one.',
  },
  NOT_PAIRED: {
    status: 401,
    error: 'This device is not paired with a line',
    docs: 'The token of a relay is unknown, or was revoked: pair the Mac again.',
  },
  INVALID_TRANSPORT_CONFIG: {
    status: 400,
    error: 'transportConfig is not valid',
    docs: 'The transport refuses these settings; `error` says why.',
  },

  // Webhooks
  WEBHOOK_NOT_FOUND: {
    status: 404,
    error: 'Webhook not found',
    docs: 'No webhook of the workspace has this id.',
  },
  WEBHOOK_URL_REQUIRED: {
    status: 400,
    error: 'URL is required',
    docs: '`url` says where the events are to be sent.',
  },
  INVALID_WEBHOOK_URL: {
    status: 400,
    error: 'Invalid URL format',
    docs: '`url` must be an https URL on a public address, without user name and password; `reason` says what it lacks.',
  },
  WEBHOOK_EVENTS_REQUIRED: {
    status: 400,
    error: 'At least one event must be selected',
    docs: '`events` must be a list of at least one event.',
  },
  INVALID_WEBHOOK_EVENTS: {
    status: 400,
    error: 'Invalid events: <list>',
    docs: 'The events listed in `error` do not exist.',
  },
  WEBHOOK_NAME_REQUIRED: {
    status: 400,
    error: 'Name is required',
    docs: '`name` is what people know the webhook by.',
  },
  DELIVERY_NOT_FOUND: {
    status: 404,
    error: 'Delivery not found',
    docs: 'The log of this webhook has no delivery of this id (any more).',
  },

  // Campaigns
  CAMPAIGN_NOT_FOUND: {
    status: 404,
    error: 'Campaign not found',
    docs: 'No campaign of the workspace has this id.',
  },
  INVALID_CAMPAIGN: {
    status: 400,
    error: 'The campaign is not valid',
    docs: '`problems` names everything that is wrong with it, each with its place. A draft may lack things; what it holds must be readable. A launch asks that nothing is in the way.',
  },
  CAMPAIGN_STATE: {
    status: 409,
    error: 'The campaign is in another state',
    docs: 'What was asked for can’t be done with a campaign in this state; `error` says what can, `reason` is the state.',
  },
  CAMPAIGN_ARCHIVED: {
    status: 409,
    error: 'The campaign is archived: nothing about it changes any more',
    docs: 'An archived campaign can be read and deleted. Make a new one.',
  },
  CAMPAIGN_LEAD_NOT_FOUND: {
    status: 404,
    error: 'The lead is not in this campaign',
    docs: 'The lead never entered this campaign, or there is no such lead.',
  },
  SIMULATION_NOT_FOUND: {
    status: 404,
    error: 'Simulation not found',
    docs: 'This campaign has no simulation of this id (any more): they are kept for 30 days.',
  },
  TOO_MANY_SIMULATIONS: {
    status: 429,
    error: 'Too many simulations are under way',
    docs: 'Three of a workspace may wait or run at once. Wait for one of them, or delete it.',
  },
  ENTER_TARGET_REQUIRED: {
    status: 400,
    error: 'Either leadId or lead data is required',
    docs: '`POST /api/campaigns/{id}/leads` needs `leadId` or `lead`.',
  },
  ENTER_TARGET_INVALID: {
    status: 400,
    error: 'Invalid request: must provide leadId or lead data',
    docs: '`leadId` is not a text, or `lead` is not an object.',
  },
  LEAD_FIRST_NAME_REQUIRED: {
    status: 400,
    error: 'firstName is required',
    docs: 'Whoever enters a campaign by `lead` needs a first name.',
  },
  LEAD_ADDRESS_REQUIRED: {
    status: 400,
    error: 'Either email or phone is required',
    docs: 'Whoever enters a campaign by `lead` needs an address.',
  },
  LEAD_NOT_RESOLVED: {
    status: 400,
    error: 'Lead not resolved',
    docs: 'The phone or email of `lead` can’t be read as one.',
  },
  LEAD_NOT_ENTERED: {
    status: 400,
    error: 'Failed to process lead through campaign',
    docs: 'The lead can’t go through this campaign: it opted out, or has no address that the campaign’s `messageType` goes to; `reason` says which.',
  },
  LIST_IN_USE: {
    status: 409,
    error: 'A campaign that is not over works on this list: complete or archive it first',
    docs: 'A list can’t be deleted while an active or paused campaign was launched on it; `reason` is the campaign’s id.',
  },

  // People
  SIGN_IN_FAILED: {
    status: 401,
    error: 'The email address or the password is wrong',
    docs: 'Nobody signs in by these. Which of the two is wrong is not said.',
  },
  SIGN_IN_AGAIN: {
    status: 401,
    error: 'Sign in again: too much time has passed, or too many codes were wrong',
    docs: 'A code is asked for within ten minutes of the password, and five times at most.',
  },
  WRONG_PASSWORD: {
    status: 400,
    error: 'The password is wrong',
    docs: 'What is asked for needs the present password once more.',
  },
  WRONG_CODE: {
    status: 400,
    error: 'The code is wrong',
    docs: 'Codes change every 30 seconds; see that the telephone’s clock is right. A backup code is good once.',
  },
  CODES_ALREADY_ON: {
    status: 409,
    error: 'Sign-in with codes is on already',
    docs: 'Switch it off first to begin anew with another telephone.',
  },
  CODES_NOT_ON: {
    status: 409,
    error: 'Sign-in with codes is not on',
    docs: 'Begin it, and enter the first code.',
  },
  SETUP_LINK_INVALID: {
    status: 404,
    error:
      'This link is no longer good: restart the server for a new one, or use `trunkline people setup-link`',
    docs: 'A set-up link is good once, for 24 hours, and until somebody owns the workspace.',
  },
  INVITATION_INVALID: {
    status: 404,
    error: 'This invitation is no longer good: ask for a new one',
    docs: 'An invitation is good once, for seven days, and until it is withdrawn.',
  },
  INVITATION_NOT_FOUND: {
    status: 404,
    error: 'Invitation not found',
    docs: 'No open invitation of the workspace has this id.',
  },
  SIGN_IN_FIRST: {
    status: 409,
    error: 'There is an account with this email address: sign in first, then open the link again',
    docs: 'Whoever has an account joins another workspace while signed in, without name and password.',
  },
  ACCOUNT_REQUIRED: {
    status: 400,
    error: 'name and password are required',
    docs: 'Nobody has an account with the address that was invited: `name` and `password` make one.',
  },
  ALREADY_A_MEMBER: {
    status: 409,
    error: 'Somebody with this email address belongs to the workspace already',
    docs: 'Change the role of the member instead.',
  },
  TOO_MANY_INVITATIONS: {
    status: 409,
    error: 'Too many invitations are open',
    docs: 'A workspace may have 200 open invitations: withdraw those that are not needed.',
  },
  MEMBER_NOT_FOUND: {
    status: 404,
    error: 'Member not found',
    docs: 'Nobody of the workspace has this id.',
  },
  OWNERS_ONLY: {
    status: 403,
    error: 'Only owners make or remove owners',
    docs: 'Admins and API keys manage everybody but owners.',
  },
  LAST_OWNER: {
    status: 409,
    error: 'The last owner stays: make somebody else an owner first',
    docs: 'A workspace has at least one owner.',
  },

  // Our side
  SERVICE_UNAVAILABLE: {
    status: 503,
    error: 'Service temporarily unavailable',
    retryAfter: 2,
    docs: 'The database is out of reach. Ask again after `Retry-After` seconds, a send with the same `Idempotency-Key`: it may have been stored just before.',
  },
  INTERNAL: {
    status: 500,
    error: 'Internal server error',
    docs: 'A defect on our side; the log has the detail under this `requestId`.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface BadRow {
  /** Of the lead in the call, from 0. */
  index: number;
  /** Of a file: where the row begins, from 1. */
  line?: number;
  param: string;
  error: string;
}

export interface ProblemDetails {
  /** The field at fault, e.g. `recipientPhone` or `attachmentUrls[1]`. */
  param?: string;
  reason?: string;
  /** A more exact sentence than the table's; public. */
  error?: string;
  /** Seconds. */
  retryAfter?: number;
  /** Of many things in one call, those that are at fault. */
  rows?: readonly BadRow[];
  /** Everything that is wrong with one thing, each with its place. */
  problems?: readonly { param: string; error: string }[];
  /** Further fields of the answer, where the documented API has them beside the error. */
  also?: Readonly<Record<string, boolean | string>>;
  /** Internal detail: reaches the log, never the caller. */
  cause?: unknown;
}

/** A caller's mistake, or a state of ours that the caller should know of. Everything on it is public but `cause`. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly error: string;
  readonly reason: string | null;
  readonly param: string | null;
  readonly retryAfter: number | null;
  readonly also: Readonly<Record<string, boolean | string>>;
  readonly rows: readonly BadRow[];
  readonly problems: readonly { param: string; error: string }[];

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    const entry: ProblemEntry = PROBLEMS[code];
    const error = details.error ?? entry.error;
    super(error, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = entry.status;
    this.error = error;
    this.reason = details.reason ?? entry.reason ?? null;
    this.param = details.param ?? null;
    this.retryAfter = details.retryAfter ?? entry.retryAfter ?? null;
    this.also = details.also ?? {};
    this.rows = details.rows ?? [];
    this.problems = details.problems ?? [];
  }
}

export function problem(code: ProblemCode, details?: ProblemDetails): Problem {
  return new Problem(code, details);
}

/** `param` must be … */
export function invalidField(param: string, mustBe: string): Problem {
  return new Problem('INVALID_FIELD', { param, error: `${param} ${mustBe}` });
}

export interface ErrorBody {
  available?: boolean;
  success?: boolean;
  status?: string;
  message?: string;
  error: string;
  code: string;
  reason?: string;
  param?: string;
  rows?: readonly BadRow[];
  problems?: readonly { param: string; error: string }[];
  requestId: string;
}

export function toBody(refusal: Problem, requestId: string): ErrorBody {
  const { error, code, reason, param, also, rows, problems } = refusal;
  return {
    ...also,
    error,
    code,
    ...(reason === null ? {} : { reason }),
    ...(param === null ? {} : { param }),
    ...(rows.length === 0 ? {} : { rows }),
    ...(problems.length === 0 ? {} : { problems }),
    requestId,
  };
}
