/** Generated from openapi.json by `npm run generate`. */
import type { CallOptions, Operation } from './call.ts';
import type {
  AcceptInvitationBody,
  AddDncBody,
  AnalyticsAnswer,
  ApiKeyAnswer,
  ApiKeysAnswer,
  AttachmentAnswer,
  AuditEntry,
  AuditLogAnswer,
  AvailabilityJobAnswer,
  Campaign,
  CampaignAnalyticsAnswer,
  CampaignAnswer,
  CampaignAudienceAnswer,
  CampaignCheckAnswer,
  CampaignLead,
  CampaignLeadAnswer,
  CampaignLeadsAnswer,
  CampaignProgressAnswer,
  CampaignsAnswer,
  CancelAnswer,
  CancelForLeadAnswer,
  CancelForLeadBody,
  CancelMessagesAnswer,
  CancelMessagesBody,
  ChangeLeadsBody,
  ChangedCampaignAnswer,
  ChangedLeadsAnswer,
  ChangedListAnswer,
  CheckAddressAnswer,
  CheckAddressesAnswer,
  CheckAddressesBody,
  CheckLeadAnswer,
  CheckLeadsAnswer,
  CheckLeadsBody,
  CheckWebhookAnswer,
  ConditionsEvaluatedAnswer,
  Conversation,
  ConversationAnswer,
  ConversationsAnswer,
  CreateApiKeyBody,
  CreateCampaignBody,
  CreateLineBody,
  CreateListBody,
  CreateWebhookAnswer,
  CreateWebhookBody,
  CsvCheckedAnswer,
  CsvPreviewAnswer,
  DeleteLeadsBody,
  DeletedLeadsAnswer,
  DncEntriesAnswer,
  DncEntryAnswer,
  DncLedgerAnswer,
  DncLedgerEntry,
  DoneAnswer,
  DormantAnswer,
  DryRunAnswer,
  DuplicateLeadsAnswer,
  EditMessageAnswer,
  EditMessageBody,
  EnrollBody,
  EnterLeadBody,
  EnterListBody,
  EnteredLeadAnswer,
  EvaluateConditionsBody,
  ExplainAnswer,
  FallbackConfig,
  FeedAnswer,
  FeedEvent,
  Id,
  Instant,
  InvitationShown,
  InvitationsAnswer,
  InviteBody,
  JoinedAnswer,
  LanguageAudit,
  LeadAnswer,
  LeadCampaignsAnswer,
  LeadsAnswer,
  LineActivity,
  LineAnswer,
  LineCheckAnswer,
  LineForecast,
  LineHealthAnswer,
  LineHealthInputs,
  LineQueues,
  LineRequestActionBody,
  LineRequestAnswer,
  LinesAnswer,
  ListAnswer,
  ListsAnswer,
  LookAtInvitationBody,
  MarkReadBody,
  MarksAnswer,
  Me,
  MemberAnswer,
  MembersAnswer,
  Message,
  MessageAnswer,
  MessagesAnswer,
  NewApiKeyAnswer,
  NewInvitationAnswer,
  NewLineRequestAnswer,
  NowAnswer,
  PairingCodeAnswer,
  ReachContactAnswer,
  ReachContactBody,
  ReactAnswer,
  ReactBody,
  RelayDeviceAnswer,
  RelayDevicesAnswer,
  RenameApiKeyBody,
  ReplayAnswer,
  ReplayBody,
  ReplayDeliveryAnswer,
  RepliesAnswer,
  RequestLineBody,
  RetryAnswer,
  RotateSecretAnswer,
  SandboxPhoneAnswer,
  SaveLeadsBody,
  SavedLeadsAnswer,
  SendAnswer,
  SendMessageBody,
  SetupBody,
  SetupNeededAnswer,
  SimulateBody,
  SimulatedMessages,
  SimulationAnswer,
  SimulationAsked,
  SimulationCalendar,
  SimulationsAnswer,
  SpamMonitorAnswer,
  TagsAnswer,
  TimelineAnswer,
  TypingAnswer,
  TypingBody,
  UpdateCampaignBody,
  UpdateFallbackConfigAnswer,
  UpdateFallbackConfigBody,
  UpdateLanguageAuditAnswer,
  UpdateLanguageAuditBody,
  UpdateLeadAnswer,
  UpdateLeadBody,
  UpdateLineBody,
  UpdateListBody,
  UpdateMemberBody,
  UpdateWebhookAnswer,
  UpdateWebhookBody,
  UpdateWorkspaceAnswer,
  UpdateWorkspaceBody,
  WakeDormantAnswer,
  WakeDormantBody,
  Webhook,
  WebhookDeliveriesAnswer,
  WebhookDelivery,
  WebhookDoneAnswer,
  WebhooksAnswer,
  Workspace,
  WriteLineAnswer,
} from './types.ts';

/** One method for each call. Its input: parameters of path and query by name, and `body`. */
export interface Operations {
  /**
   * Send a message.
   *
   * Stored durably before it is answered, then sent when window, caps and gaps allow; `GET /api/messages/{id}/explain` says what it waits for. 201, or 200 when an existing lead was matched by the recipient. A dry run answers 200 with another shape.
   *
   * `POST /api/messages`
   */
  sendMessage(
    input: {
      /** Answer what would happen; store and send nothing. */
      dryRun: true;
      body: SendMessageBody;
    },
    options?: CallOptions,
  ): Promise<DryRunAnswer>;
  /**
   * Send a message.
   *
   * Stored durably before it is answered, then sent when window, caps and gaps allow; `GET /api/messages/{id}/explain` says what it waits for. 201, or 200 when an existing lead was matched by the recipient. A dry run answers 200 with another shape.
   *
   * `POST /api/messages`
   */
  sendMessage(
    input: {
      /** Answer what would happen; store and send nothing. */
      dryRun?: false | undefined;
      body: SendMessageBody;
    },
    options?: CallOptions,
  ): Promise<SendAnswer>;

  /**
   * List messages, newest first.
   *
   * `GET /api/messages`
   */
  listMessages(
    input?: {
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
      limit?: number | undefined;
      /** `nextCursor` of the page before. */
      cursor?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<MessagesAnswer>;

  /**
   * Cancel everything that waits for one lead.
   *
   * `POST /api/messages/cancel-for-lead`
   */
  cancelForLead(
    input: {
      body: CancelForLeadBody;
    },
    options?: CallOptions,
  ): Promise<CancelForLeadAnswer>;

  /**
   * Cancel many messages.
   *
   * By their ids, or whatever waits and fits a filter; at most 500 with one call. With a filter, call again with `cursor` until `nextCursor` is null. What is past cancelling stays as it is, and is counted.
   *
   * `POST /api/messages/cancel`
   */
  cancelMessages(
    input: {
      body: CancelMessagesBody;
    },
    options?: CallOptions,
  ): Promise<CancelMessagesAnswer>;

  /**
   * Read one message.
   *
   * `GET /api/messages/{id}`
   */
  getMessage(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<MessageAnswer>;

  /**
   * Edit or reschedule a message while it waits.
   *
   * `PATCH /api/messages/{id}`
   */
  editMessage(
    input: {
      id: Id;
      body: EditMessageBody;
    },
    options?: CallOptions,
  ): Promise<EditMessageAnswer>;

  /**
   * Read what happened to a message.
   *
   * `GET /api/messages/{id}/timeline`
   */
  getTimeline(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<TimelineAnswer>;

  /**
   * Ask why a message waits, and until when.
   *
   * `GET /api/messages/{id}/explain`
   */
  explainMessage(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<ExplainAnswer>;

  /**
   * Cancel a message while it waits.
   *
   * `POST /api/messages/{id}/cancel`
   */
  cancelMessage(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CancelAnswer>;

  /**
   * Send a failed message again.
   *
   * A new message with the same content to the same contact, which goes as soon as the rules allow; each knows the other by `retryOf` and `retriedBy`. However often it is asked for, one is made. It belongs to no campaign. A message whose outcome stayed unknown may have arrived: its retry may be a second copy.
   *
   * `POST /api/messages/{id}/retry`
   */
  retryMessage(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<RetryAnswer>;

  /**
   * Put a tapback on a message.
   *
   * It is stored beside the message and goes at once, or is refused: a tapback never waits.
   *
   * `POST /api/messages/react`
   */
  reactToMessage(
    input: {
      body: ReactBody;
    },
    options?: CallOptions,
  ): Promise<ReactAnswer>;

  /**
   * Show the contact that somebody is typing.
   *
   * `POST /api/messages/typing`
   */
  startTyping(
    input: {
      body: TypingBody;
    },
    options?: CallOptions,
  ): Promise<TypingAnswer>;

  /**
   * Take the typing sign back.
   *
   * Best effort: the sign ends by itself.
   *
   * `DELETE /api/messages/typing`
   */
  stopTyping(
    input: {
      body: TypingBody;
    },
    options?: CallOptions,
  ): Promise<TypingAnswer>;

  /**
   * List the threads, those last written in first.
   *
   * One for each contact, over all channels: it begins with the first message that leaves or comes in. What waits or was cancelled does not count as written. With `lineId`: in the order in which that line was last written to.
   *
   * `GET /api/conversations`
   */
  listConversations(
    input?: {
      /** `true`: only threads with something unread. */
      unread?: boolean | undefined;
      /** Threads in which this line wrote or was written to. */
      lineId?: string | undefined;
      /** Part of the name, of an address, of the company, or of what the contact wrote. */
      search?: string | undefined;
      limit?: number | undefined;
      /** `nextCursor` of the page before. */
      cursor?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<ConversationsAnswer>;

  /**
   * Read the thread with one contact.
   *
   * With its tapbacks, files, opt-outs and changes of line, and from which line the contact would be answered. Answer by `POST /api/messages` with `leadId`: it goes before what nobody waits for, since the contact wrote.
   *
   * `GET /api/conversations/{leadId}`
   */
  getConversation(
    input: {
      leadId: Id;
      limit?: number | undefined;
      /** `nextCursor` of the page before. */
      cursor?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<ConversationAnswer>;

  /**
   * Mark the thread as read.
   *
   * For everybody of the workspace. Asked for again, it changes nothing.
   *
   * `POST /api/conversations/{leadId}/read`
   */
  readConversation(
    input: {
      leadId: Id;
      body: MarkReadBody;
    },
    options?: CallOptions,
  ): Promise<MarksAnswer>;

  /**
   * Mark the last that the contact wrote as unread.
   *
   * Where the contact wrote nothing, nothing can be unread: `unreadCount` stays 0.
   *
   * `POST /api/conversations/{leadId}/unread`
   */
  unreadConversation(
    input: {
      leadId: Id;
    },
    options?: CallOptions,
  ): Promise<MarksAnswer>;

  /**
   * List who replied, and to what.
   *
   * One row for each lead that replied, with its latest reply that matches; latest first.
   *
   * `GET /api/replies`
   */
  listReplies(
    input?: {
      leadId?: Id | undefined;
      campaignId?: Id | undefined;
      lineId?: Id | undefined;
      recipientEmail?: string | undefined;
      recipientPhone?: string | undefined;
      /** Inclusive, ISO 8601. */
      dateFrom?: string | undefined;
      /** Inclusive, ISO 8601. */
      dateTo?: string | undefined;
      page?: number | undefined;
      limit?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<RepliesAnswer>;

  /**
   * Find conversations in which nobody wrote for some days.
   *
   * Of contacts with a phone number who did not opt out; what has a message of ours on its way does not count as dormant.
   *
   * `GET /api/conversations/scan-dormant`
   */
  scanDormant(
    input?: {
      days?: number | undefined;
      limit?: number | undefined;
    },
    options?: CallOptions,
  ): Promise<DormantAnswer>;

  /**
   * Tell of dormant conversations.
   *
   * `notify` makes one event `conversation.dormant` for each, for webhooks that asked for it. `draft` is not available: writing is left to outside agents.
   *
   * `POST /api/conversations/scan-dormant`
   */
  wakeDormant(
    input: {
      body: WakeDormantBody;
    },
    options?: CallOptions,
  ): Promise<WakeDormantAnswer>;

  /**
   * List the addresses that may not be written to.
   *
   * `GET /api/dnc`
   */
  listDnc(
    input?: {
      page?: number | undefined;
      limit?: number | undefined;
      /** Part of the address. */
      search?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<DncEntriesAnswer>;

  /**
   * Enter an address that may not be written to.
   *
   * The contact who has it counts as opted out on all channels, and what waits for them is cancelled. Given both, phone and email are entered, and the phone is answered; given `leadIds`, every address of these leads.
   *
   * `POST /api/dnc`
   */
  addDnc(
    input: {
      body: AddDncBody;
    },
    options?: CallOptions,
  ): Promise<DncEntryAnswer>;

  /**
   * Let an address be written to again.
   *
   * `DELETE /api/dnc`
   */
  removeDnc(
    input: {
      id: Id;
      /** For the ledger. */
      reason?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * Read the ledger of opt-outs, lifted ones included.
   *
   * `GET /api/dnc/history`
   */
  readDncHistory(
    input?: {
      /** Of this phone number or e-mail address alone. */
      address?: string | undefined;
      /** Of this lead and of every address it has. */
      leadId?: string | undefined;
      limit?: number | undefined;
      /** `nextCursor` of the page before. */
      cursor?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<DncLedgerAnswer>;

  /**
   * Upload a file to send.
   *
   * One file per call, at most 25 MB. Its `url` goes into `attachmentUrls` of any number of messages; the same bytes are stored once.
   *
   * `POST /api/attachments`
   */
  uploadAttachment(
    input: {
      body: FormData;
    },
    options?: CallOptions,
  ): Promise<AttachmentAnswer>;

  /**
   * List the lines of the workspace.
   *
   * `GET /api/lines`
   */
  listLines(input?: undefined, options?: CallOptions): Promise<LinesAnswer>;

  /**
   * Make a line.
   *
   * Pacing that is not given takes the defaults of its kind: iMessage 50 new conversations and 75 messages a day, 50 new conversations an hour, 30 s between messages of a device, 45 s between new conversations; SMS one message a second; email 50 and 75 a day. Simulated lines have no gaps.
   *
   * `POST /api/lines`
   */
  createLine(
    input: {
      body: CreateLineBody;
    },
    options?: CallOptions,
  ): Promise<WriteLineAnswer>;

  /**
   * List the lines of the workspace (documented path).
   *
   * `GET /api/lines/by-user`
   */
  listLinesByUser(input?: undefined, options?: CallOptions): Promise<LinesAnswer>;

  /**
   * How likely are lines to be flagged?.
   *
   * Of the last 24 hours, read at this moment; the line itself carries the same score, renewed every minute. At `high` its gaps are doubled.
   *
   * `GET /api/lines/spam-monitor`
   */
  monitorLines(input?: undefined, options?: CallOptions): Promise<SpamMonitorAnswer>;

  /**
   * What waits on each line, and when it may send next.
   *
   * `GET /api/lines/queues`
   */
  readLineQueues(input?: undefined, options?: CallOptions): Promise<LineQueues>;

  /**
   * Is this line healthy?.
   *
   * Asks the line now, unless it was asked in the last 10 seconds. Seven checks in a row that fail bring it down.
   *
   * `GET /api/lines/check-availability`
   */
  checkLine(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LineHealthAnswer>;

  /**
   * Read one line.
   *
   * `GET /api/lines/{id}`
   */
  getLine(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LineAnswer>;

  /**
   * Delete a line.
   *
   * Only one by which nothing is to leave: no message waits on it or is under way, no campaign that is not over names it, and fallback SMS leave elsewhere. Its messages and figures stay, and `GET /api/lines/{id}` still shows it; its credentials, settings and Macs are gone. Its contacts are written to by other lines from then on, as new ones.
   *
   * `DELETE /api/lines/{id}`
   */
  deleteLine(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * Change a line.
   *
   * `PATCH /api/lines/{id}`
   */
  updateLine(
    input: {
      id: Id;
      body: UpdateLineBody;
    },
    options?: CallOptions,
  ): Promise<WriteLineAnswer>;

  /**
   * When does its queue drain?.
   *
   * By the rules it is sent by: what waits on the line, and what running campaigns will still bring it. And what more lines or another cap would change.
   *
   * `GET /api/lines/{id}/forecast`
   */
  forecastLine(
    input: {
      id: Id;
      /** What if so many more lines like this one shared its work? 0 to 100. */
      addLines?: string | undefined;
      /** What if it might open so many new conversations a day? Its other caps stay. */
      cap?: string | undefined;
      /** What if it might send so many messages a day? */
      totalCap?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<LineForecast>;

  /**
   * What went out and came in, hour by hour.
   *
   * Of the last 24 hours, or up to 48.
   *
   * `GET /api/lines/{id}/activity`
   */
  readLineActivity(
    input: {
      id: Id;
      /** 1 to 48; 24 if absent. */
      hours?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<LineActivity>;

  /**
   * Why its health and its score are what they are.
   *
   * Each input with its value, its bands and a sentence. Nothing is asked of the line for it.
   *
   * `GET /api/lines/{id}/health`
   */
  readLineHealth(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LineHealthInputs>;

  /**
   * Would a line like this work?.
   *
   * Takes what `POST /api/lines` takes and goes through it step by step: settings, server, credentials, sender, what it can carry, what comes back. Nothing is stored or sent, and it ends within half a minute. The steps differ by transport.
   *
   * `POST /api/lines/check`
   */
  checkNewLine(
    input: {
      body: CreateLineBody;
    },
    options?: CallOptions,
  ): Promise<LineCheckAnswer>;

  /**
   * Go through a line step by step.
   *
   * The same as `POST /api/lines/check`, with what is stored. Its health is not changed by it.
   *
   * `POST /api/lines/{id}/check`
   */
  checkStoredLine(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LineCheckAnswer>;

  /**
   * Make a code that pairs a Mac with a relay line.
   *
   * Good once and for ten minutes. The newest code of a line is its only one.
   *
   * `POST /api/lines/{id}/pairing-code`
   */
  createPairingCode(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<PairingCodeAnswer>;

  /**
   * List the Macs of a relay line.
   *
   * `GET /api/lines/{id}/devices`
   */
  listDevices(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<RelayDevicesAnswer>;

  /**
   * Let a Mac go.
   *
   * Its token is worth nothing from then on, and its link is closed within a second.
   *
   * `DELETE /api/lines/{id}/devices/{deviceId}`
   */
  revokeDevice(
    input: {
      id: Id;
      deviceId: Id;
    },
    options?: CallOptions,
  ): Promise<RelayDeviceAnswer>;

  /**
   * Ask for a line.
   *
   * With `lineType` `byon` a relay line is registered, which sends nothing until a Mac is paired with it by the code of the answer. Numbers are not sold: `purchased`, the default, is refused. The id of the request is that of its line.
   *
   * `POST /api/line-requests`
   */
  requestLine(
    input: {
      body: RequestLineBody;
    },
    options?: CallOptions,
  ): Promise<NewLineRequestAnswer>;

  /**
   * Read how far a requested line is.
   *
   * `GET /api/line-requests/{id}`
   */
  getLineRequest(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LineRequestAnswer>;

  /**
   * Ask for a payment link, or cancel a request.
   *
   * Both are for requests that await a payment, which none does here: `payment_link` answers the state of the request, `cancel` is refused.
   *
   * `POST /api/line-requests/{id}`
   */
  steerLineRequest(
    input: {
      id: Id;
      body: LineRequestActionBody;
    },
    options?: CallOptions,
  ): Promise<LineRequestAnswer>;

  /**
   * Save leads.
   *
   * Up to 10,000, all or none. Who is in the list already, by phone or by email, is not saved again but told under `duplicates`. New leads are checked for iMessage in the background.
   *
   * `POST /api/leads`
   */
  saveLeads(
    input: {
      body: SaveLeadsBody;
    },
    options?: CallOptions,
  ): Promise<DuplicateLeadsAnswer | SavedLeadsAnswer>;

  /**
   * Search leads, or read one.
   *
   * `GET /api/leads`
   */
  listLeads(
    input: {
      /** This one alone, as `{lead}`; the other parameters are ignored. */
      id: string;
      /** Part of first and last name, email, phone or company, in any case. */
      search?: string | undefined;
      listId?: Id | undefined;
      tag?: string | undefined;
      /** The lead as a whole. */
      optedOut?: boolean | undefined;
      /** By `availabilityStatus`; `unknown`: never checked. */
      availability?: 'available' | 'unavailable' | 'error' | 'unknown' | undefined;
      page?: number | undefined;
      limit?: number | undefined;
      /** `nextCursor` of the page before, instead of `page`: the next leads are found at once, however many lie before them, and not counted. */
      cursor?: string | undefined;
      /** `false`: the first page is found without counting what matches, as those by `cursor` are. */
      count?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<LeadAnswer>;
  /**
   * Search leads, or read one.
   *
   * `GET /api/leads`
   */
  listLeads(
    input?: {
      /** This one alone, as `{lead}`; the other parameters are ignored. */
      id?: undefined;
      /** Part of first and last name, email, phone or company, in any case. */
      search?: string | undefined;
      listId?: Id | undefined;
      tag?: string | undefined;
      /** The lead as a whole. */
      optedOut?: boolean | undefined;
      /** By `availabilityStatus`; `unknown`: never checked. */
      availability?: 'available' | 'unavailable' | 'error' | 'unknown' | undefined;
      page?: number | undefined;
      limit?: number | undefined;
      /** `nextCursor` of the page before, instead of `page`: the next leads are found at once, however many lie before them, and not counted. */
      cursor?: string | undefined;
      /** `false`: the first page is found without counting what matches, as those by `cursor` are. */
      count?: boolean | undefined;
    },
    options?: CallOptions,
  ): Promise<LeadsAnswer>;

  /**
   * Delete leads.
   *
   * For good. What waits for them is cancelled; their messages stay readable. Ids that are none of the workspace’s leads are ignored.
   *
   * `DELETE /api/leads`
   */
  deleteLeads(
    input: {
      body: DeleteLeadsBody;
    },
    options?: CallOptions,
  ): Promise<DeletedLeadsAnswer>;

  /**
   * Import a CSV file.
   *
   * As `text/csv`, or as the file of a form; at most 10 MB and 10,000 rows, in UTF-8, with a line of headings. Rows follow the rules of `POST /api/leads`, all or none. Larger files are cut into several calls, each with the line of headings.
   *
   * `POST /api/leads/import`
   */
  importLeads(
    input: {
      /** Answer headings, mapping and the first ten rows; save nothing. */
      preview: true;
      /** Answer what would be saved, and all that is wrong; save nothing. */
      dryRun?: false | undefined;
      /** `skip`: save the others, all or none, and tell the bad ones under `badRows`. */
      badRows?: 'refuse' | 'skip' | undefined;
      /** JSON: heading → field of a lead, `customFields.<name>`, or null to leave the column out. Headings it does not name are mapped by what they say; one that names no field becomes a custom field. */
      mapping?: string | undefined;
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
      body: string | FormData;
    },
    options?: CallOptions,
  ): Promise<CsvPreviewAnswer>;
  /**
   * Import a CSV file.
   *
   * As `text/csv`, or as the file of a form; at most 10 MB and 10,000 rows, in UTF-8, with a line of headings. Rows follow the rules of `POST /api/leads`, all or none. Larger files are cut into several calls, each with the line of headings.
   *
   * `POST /api/leads/import`
   */
  importLeads(
    input: {
      /** Answer headings, mapping and the first ten rows; save nothing. */
      preview?: false | undefined;
      /** Answer what would be saved, and all that is wrong; save nothing. */
      dryRun: true;
      /** `skip`: save the others, all or none, and tell the bad ones under `badRows`. */
      badRows?: 'refuse' | 'skip' | undefined;
      /** JSON: heading → field of a lead, `customFields.<name>`, or null to leave the column out. Headings it does not name are mapped by what they say; one that names no field becomes a custom field. */
      mapping?: string | undefined;
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
      body: string | FormData;
    },
    options?: CallOptions,
  ): Promise<CsvCheckedAnswer>;
  /**
   * Import a CSV file.
   *
   * As `text/csv`, or as the file of a form; at most 10 MB and 10,000 rows, in UTF-8, with a line of headings. Rows follow the rules of `POST /api/leads`, all or none. Larger files are cut into several calls, each with the line of headings.
   *
   * `POST /api/leads/import`
   */
  importLeads(
    input: {
      /** Answer headings, mapping and the first ten rows; save nothing. */
      preview?: false | undefined;
      /** Answer what would be saved, and all that is wrong; save nothing. */
      dryRun?: false | undefined;
      /** `skip`: save the others, all or none, and tell the bad ones under `badRows`. */
      badRows?: 'refuse' | 'skip' | undefined;
      /** JSON: heading → field of a lead, `customFields.<name>`, or null to leave the column out. Headings it does not name are mapped by what they say; one that names no field becomes a custom field. */
      mapping?: string | undefined;
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
      body: string | FormData;
    },
    options?: CallOptions,
  ): Promise<SavedLeadsAnswer | DuplicateLeadsAnswer>;

  /**
   * Export leads as CSV.
   *
   * Oldest first, streamed. Cells that a spreadsheet would take for a formula begin with an apostrophe, which `POST /api/leads/import` takes away again.
   *
   * `GET /api/leads/export`
   */
  exportLeads(
    input?: {
      listId?: Id | undefined;
      tag?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<string>;

  /**
   * Read one lead.
   *
   * `GET /api/leads/{id}`
   */
  getLead(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LeadAnswer>;

  /**
   * Change a lead.
   *
   * What is left out stays. New addresses are checked for iMessage in the background; what waits for the lead goes to the addresses it has when its turn comes.
   *
   * `PATCH /api/leads/{id}`
   */
  updateLead(
    input: {
      id: Id;
      body: UpdateLeadBody;
    },
    options?: CallOptions,
  ): Promise<UpdateLeadAnswer>;

  /**
   * Change a lead: the same as PATCH.
   *
   * What is left out stays. New addresses are checked for iMessage in the background; what waits for the lead goes to the addresses it has when its turn comes.
   *
   * `PUT /api/leads/{id}`
   */
  putLead(
    input: {
      id: Id;
      body: UpdateLeadBody;
    },
    options?: CallOptions,
  ): Promise<UpdateLeadAnswer>;

  /**
   * Tag many leads, or move them to a list.
   *
   * Up to 10,000. Who can’t be changed is told under `skipped`; all others are, in one commit. Ids that are none of the workspace’s leads are ignored.
   *
   * `POST /api/leads/change`
   */
  changeLeads(
    input: {
      body: ChangeLeadsBody;
    },
    options?: CallOptions,
  ): Promise<ChangedLeadsAnswer>;

  /**
   * List the tags that leads have.
   *
   * In a workspace with many, the counts may be half a minute old.
   *
   * `GET /api/tags`
   */
  listTags(input?: undefined, options?: CallOptions): Promise<TagsAnswer>;

  /**
   * Where does this lead stand in campaigns?.
   *
   * `GET /api/leads/{id}/campaigns`
   */
  listLeadCampaigns(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<LeadCampaignsAnswer>;

  /**
   * List the lists of leads.
   *
   * `GET /api/lists`
   */
  listLists(input?: undefined, options?: CallOptions): Promise<ListsAnswer>;

  /**
   * Make a list of leads.
   *
   * `POST /api/lists`
   */
  createList(
    input: {
      body: CreateListBody;
    },
    options?: CallOptions,
  ): Promise<ChangedListAnswer>;

  /**
   * Read one list.
   *
   * `GET /api/lists/{id}`
   */
  getList(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<ListAnswer>;

  /**
   * Rename or describe a list.
   *
   * `PATCH /api/lists/{id}`
   */
  updateList(
    input: {
      id: Id;
      body: UpdateListBody;
    },
    options?: CallOptions,
  ): Promise<ChangedListAnswer>;

  /**
   * Delete an empty list.
   *
   * `DELETE /api/lists/{id}`
   */
  deleteList(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * Is this address on iMessage?.
   *
   * What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them.
   *
   * `GET /api/check-availability`
   */
  checkAddress(
    input: {
      /** Phone number or e-mail address, URL-encoded. */
      address: string;
    },
    options?: CallOptions,
  ): Promise<CheckAddressAnswer>;

  /**
   * Are these addresses on iMessage?.
   *
   * What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them. Addresses are checked one after another, so that 100 new ones take five minutes with one device. Whoever hangs up ends it; what was found out by then is known, and the same request again goes on from there, as it does after a refusal because the day is used up.
   *
   * `POST /api/check-availability`
   */
  checkAddresses(
    input: {
      body: CheckAddressesBody;
    },
    options?: CallOptions,
  ): Promise<CheckAddressesAnswer>;

  /**
   * Is this lead on iMessage?.
   *
   * A lead is when any of its addresses is, in the order in which they are sent to; addresses that opted out are not asked. The lead’s `availabilityStatus` is set to what comes out. What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them.
   *
   * `GET /api/leads/check-availability`
   */
  checkLead(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CheckLeadAnswer>;

  /**
   * Are these leads on iMessage?.
   *
   * One `address`, or the leads of `leadIds` or `listId`. Up to 10 leads are checked at once (`processingMode: "synchronous"`); more in the background, where the job waits for the next day when this one is used up. What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them.
   *
   * `POST /api/leads/check-availability`
   */
  checkLeads(
    input: {
      body: CheckLeadsBody;
    },
    options?: CallOptions,
  ): Promise<CheckLeadsAnswer>;

  /**
   * Can this contact be reached on iMessage?.
   *
   * Phones first, then e-mail addresses, until one is available. Refusals carry `available: false` and a `reason` beside the usual fields. What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them.
   *
   * `POST /api/check-availability-rr`
   */
  reachContact(
    input: {
      body: ReachContactBody;
    },
    options?: CallOptions,
  ): Promise<ReachContactAnswer>;

  /**
   * How far has a background check come?.
   *
   * Finished jobs are kept for 30 days.
   *
   * `GET /api/availability-jobs/{jobId}`
   */
  getAvailabilityJob(
    input: {
      jobId: string;
    },
    options?: CallOptions,
  ): Promise<AvailabilityJobAnswer>;

  /**
   * List campaigns, newest first.
   *
   * `GET /api/campaigns`
   */
  listCampaigns(
    input?: {
      status?: 'draft' | 'active' | 'paused' | 'completed' | 'archived' | undefined;
      cursor?: string | undefined;
      /** 1–100; 50 when absent. */
      limit?: number | string | undefined;
    },
    options?: CallOptions,
  ): Promise<CampaignsAnswer>;

  /**
   * Make a campaign.
   *
   * A draft: it may lack what it needs, `problems` says what. Nothing is sent before it is launched.
   *
   * `POST /api/campaigns`
   */
  createCampaign(
    input: {
      body: CreateCampaignBody;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Ask conditions of a lead.
   *
   * As a campaign would ask them now, with what they were asked of. HTTP conditions are really asked.
   *
   * `POST /api/campaigns/evaluate-conditions`
   */
  evaluateConditions(
    input: {
      body: EvaluateConditionsBody;
    },
    options?: CallOptions,
  ): Promise<ConditionsEvaluatedAnswer>;

  /**
   * Read one campaign.
   *
   * `GET /api/campaigns/{id}`
   */
  getCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Change a campaign.
   *
   * Once it was launched, steps that are not made yet follow the new text; `alreadyMade` names the messages that stay as they are.
   *
   * `PATCH /api/campaigns/{id}`
   */
  updateCampaign(
    input: {
      id: Id;
      body: UpdateCampaignBody;
    },
    options?: CallOptions,
  ): Promise<ChangedCampaignAnswer>;

  /**
   * Delete a campaign that does not run.
   *
   * With where its leads stood; its messages stay.
   *
   * `DELETE /api/campaigns/{id}`
   */
  deleteCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * Launch a campaign.
   *
   * The leads of its list enter, and their first steps become due. Refused with everything that is in the way.
   *
   * `POST /api/campaigns/{id}/launch`
   */
  launchCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Pause a campaign.
   *
   * Nothing of it leaves from then on, but for what is just being sent.
   *
   * `POST /api/campaigns/{id}/pause`
   */
  pauseCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Resume a paused campaign.
   *
   * What has become due meanwhile goes as its lines allow. Refused while none of them can be used.
   *
   * `POST /api/campaigns/{id}/resume`
   */
  resumeCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Complete a campaign.
   *
   * Who is on the way is stopped, and what waits is cancelled.
   *
   * `POST /api/campaigns/{id}/complete`
   */
  completeCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Archive a campaign.
   *
   * As completing it, and nothing about it changes any more.
   *
   * `POST /api/campaigns/{id}/archive`
   */
  archiveCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Add a lead to a campaign.
   *
   * One there is, or one that is found by its phone or email, or made. A completed campaign becomes active again; in a draft it waits for the launch.
   *
   * `POST /api/campaigns/{id}/leads`
   */
  addLeadToCampaign(
    input: {
      id: Id;
      body: EnterLeadBody;
    },
    options?: CallOptions,
  ): Promise<EnteredLeadAnswer>;

  /**
   * List the leads of a campaign, and where each stands.
   *
   * `GET /api/campaigns/{id}/leads`
   */
  listCampaignLeads(
    input: {
      id: Id;
      status?: 'active' | 'held' | 'stopped' | 'finished' | 'failed' | undefined;
      cursor?: string | undefined;
      /** 1–100; 50 when absent. */
      limit?: number | string | undefined;
    },
    options?: CallOptions,
  ): Promise<CampaignLeadsAnswer>;

  /**
   * Add a lead to a campaign, by its id.
   *
   * `POST /api/campaigns/{id}/enroll`
   */
  enrollLead(
    input: {
      id: Id;
      body: EnrollBody;
    },
    options?: CallOptions,
  ): Promise<EnteredLeadAnswer>;

  /**
   * Take a lead out of a campaign.
   *
   * A step that waits is cancelled with it; one that is just being sent still goes.
   *
   * `POST /api/campaigns/{id}/leads/{leadId}/stop`
   */
  stopCampaignLead(
    input: {
      id: Id;
      leadId: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignLeadAnswer>;

  /**
   * How far a campaign has come.
   *
   * Leads by where they stand and why, messages by step and line. Quick enough to be asked while it runs; figures to keep are those of `…/analytics`.
   *
   * `GET /api/campaigns/{id}/progress`
   */
  getCampaignProgress(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignProgressAnswer>;

  /**
   * Count whom a list would bring into a campaign.
   *
   * Each lead is counted once. What is known of addresses is not asked: a simulation does that.
   *
   * `GET /api/campaigns/{id}/audience`
   */
  getCampaignAudience(
    input: {
      id: Id;
      /** Absent: the campaign’s own. */
      listId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<CampaignAudienceAnswer>;

  /**
   * Check a change to a campaign, without making it.
   *
   * What a PATCH with the same body would come to: what is wrong with it, each with its place, and which messages and leads it would touch. Nothing is stored.
   *
   * `POST /api/campaigns/{id}/check`
   */
  checkCampaign(
    input: {
      id: Id;
      body: UpdateCampaignBody;
    },
    options?: CallOptions,
  ): Promise<CampaignCheckAnswer>;

  /**
   * Make a copy of a campaign.
   *
   * A draft with the same steps, list, lines and settings, headers of its conditions included.
   *
   * `POST /api/campaigns/{id}/duplicate`
   */
  duplicateCampaign(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Add the leads of a list to a campaign that was launched.
   *
   * They enter a thousand at a time; who has been in it already stays as it is. A completed campaign becomes active again. Asked once more for the same list, whoever came into it meanwhile enters.
   *
   * `POST /api/campaigns/{id}/lists`
   */
  addListToCampaign(
    input: {
      id: Id;
      body: EnterListBody;
    },
    options?: CallOptions,
  ): Promise<CampaignAnswer>;

  /**
   * Foresee a campaign.
   *
   * Runs the real rules over a copy of all that counts, on virtual time: when each lead gets which step from which line, and what never goes. A draft is launched there, a paused campaign resumed, a running one goes on from now. Nothing is sent, and nothing of the campaign changes.
   *
   * `POST /api/campaigns/{id}/simulate`
   */
  simulateCampaign(
    input: {
      id: Id;
      body: SimulateBody;
    },
    options?: CallOptions,
  ): Promise<SimulationAnswer>;

  /**
   * List the simulations of a campaign.
   *
   * What was asked of each, and its result in three figures. Kept for 30 days.
   *
   * `GET /api/campaigns/{id}/simulations`
   */
  listSimulations(
    input: {
      id: Id;
      cursor?: string | undefined;
      limit?: number | string | undefined;
    },
    options?: CallOptions,
  ): Promise<SimulationsAnswer>;

  /**
   * Read the calendar of a simulation.
   *
   * How many messages go in each hour of each day, from each line.
   *
   * `GET /api/campaigns/{id}/simulations/{simulationId}/calendar`
   */
  getSimulationCalendar(
    input: {
      id: Id;
      simulationId: Id;
      /** The first day on which anything goes, when absent. */
      from?: string | undefined;
      /** At most 42 days, 7 by line; as many when absent. */
      to?: string | undefined;
      /** Of this one alone. */
      lineId?: string | undefined;
      /** `line`: each line for itself. */
      by?: 'hour' | 'line' | undefined;
    },
    options?: CallOptions,
  ): Promise<SimulationCalendar>;

  /**
   * Read a simulation.
   *
   * How far it has come, or what came of it. Kept for 30 days.
   *
   * `GET /api/campaigns/{id}/simulations/{simulationId}`
   */
  getSimulation(
    input: {
      id: Id;
      simulationId: Id;
    },
    options?: CallOptions,
  ): Promise<SimulationAnswer>;

  /**
   * Delete a simulation.
   *
   * One that runs is stopped.
   *
   * `DELETE /api/campaigns/{id}/simulations/{simulationId}`
   */
  deleteSimulation(
    input: {
      id: Id;
      simulationId: Id;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * List the messages of a simulation.
   *
   * In the order in which they go; what never goes comes last.
   *
   * `GET /api/campaigns/{id}/simulations/{simulationId}/messages`
   */
  listSimulatedMessages(
    input: {
      id: Id;
      simulationId: Id;
      leadId?: string | undefined;
      stepKey?: string | undefined;
      lineId?: string | undefined;
      status?: 'sent' | 'fallback' | 'never' | undefined;
      /** Of those that never go. */
      reason?: string | undefined;
      /** 1 to 100, 50 when absent. */
      limit?: number | string | undefined;
      cursor?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<SimulatedMessages>;

  /**
   * List the webhooks, newest first.
   *
   * `GET /api/webhooks`
   */
  listWebhooks(input?: undefined, options?: CallOptions): Promise<WebhooksAnswer>;

  /**
   * Make a webhook.
   *
   * The secret is in this answer only. What is sent, and how it is signed: docs/webhooks.md.
   *
   * `POST /api/webhooks`
   */
  createWebhook(
    input: {
      body: CreateWebhookBody;
    },
    options?: CallOptions,
  ): Promise<CreateWebhookAnswer>;

  /**
   * Read one webhook.
   *
   * `GET /api/webhooks/{id}`
   */
  getWebhook(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<Webhook>;

  /**
   * Change a webhook.
   *
   * `PATCH /api/webhooks/{id}`
   */
  updateWebhook(
    input: {
      id: Id;
      body: UpdateWebhookBody;
    },
    options?: CallOptions,
  ): Promise<UpdateWebhookAnswer>;

  /**
   * Delete a webhook and its log.
   *
   * `DELETE /api/webhooks/{id}`
   */
  deleteWebhook(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<WebhookDoneAnswer>;

  /**
   * Send a test event.
   *
   * A real, signed request with `testMode: true`; 10 seconds. It counts for nothing and stands in no log.
   *
   * `POST /api/webhooks/{id}/health-check`
   */
  checkWebhook(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CheckWebhookAnswer>;

  /**
   * Make a new secret.
   *
   * For 24 hours `webhook-signature` holds the signatures of both secrets; `X-Tuco-Signature` has room for one, that of the new secret.
   *
   * `POST /api/webhooks/{id}/rotate-secret`
   */
  rotateWebhookSecret(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<RotateSecretAnswer>;

  /**
   * Read the log of a webhook, newest first.
   *
   * `GET /api/webhooks/{id}/deliveries`
   */
  listWebhookDeliveries(
    input: {
      id: Id;
      status?: 'pending' | 'delivered' | 'exhausted' | undefined;
      event?: 'message.sent' | 'message.failed' | 'message.fallback' | 'message.opened' | 'message.reply' | 'message.delivered' | 'message.cancelled' | 'message.received' | 'line.health_changed' | 'lead.opted_out' | 'conversation.dormant' | 'campaign.completed' | 'webhook.disabled' | undefined;
      cursor?: string | undefined;
      /** 1–100; 50 when absent. */
      limit?: number | string | undefined;
    },
    options?: CallOptions,
  ): Promise<WebhookDeliveriesAnswer>;

  /**
   * Send one event again.
   *
   * Under the same `webhook-id`, with attempts of its own. One that is still pending is sent now.
   *
   * `POST /api/webhooks/{id}/deliveries/{deliveryId}/replay`
   */
  replayWebhookDelivery(
    input: {
      id: Id;
      deliveryId: Id;
    },
    options?: CallOptions,
  ): Promise<ReplayDeliveryAnswer>;

  /**
   * Send everything since again.
   *
   * Every event since then that the webhook wants now, also those it was never sent, in their order. It begins at once and goes on by itself.
   *
   * `POST /api/webhooks/{id}/replay`
   */
  replayWebhook(
    input: {
      id: Id;
      body: ReplayBody;
    },
    options?: CallOptions,
  ): Promise<ReplayAnswer>;

  /**
   * Read events, oldest first.
   *
   * The same events that webhooks get, to be fetched: hand back `nextCursor` as `after`. No event appears behind a cursor that was given out.
   *
   * `GET /api/events`
   */
  readEvents(
    input?: {
      /** Id of the last event you have: a `nextCursor`, or a `webhook-id`. Absent: from the oldest on. */
      after?: string | undefined;
      /** 1–500; 100 when absent. */
      limit?: number | string | undefined;
      /** Only these, separated by commas. */
      types?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<FeedAnswer>;

  /**
   * What happens at this moment?.
   *
   * Counts of today, throughput, every line at a glance, and what needs somebody’s hand. Figures are exact unless they say `more`.
   *
   * `GET /api/now`
   */
  readNow(input?: undefined, options?: CallOptions): Promise<NowAnswer>;

  /**
   * Count what was sent and what came back.
   *
   * The filters are intersected. Counted anew at each call, so that later changes are in it.
   *
   * `GET /api/analytics`
   */
  getAnalytics(
    input?: {
      campaignId?: Id | undefined;
      lineId?: Id | undefined;
      /** `createdByUserId` of the messages. */
      userId?: string | undefined;
      /** Inclusive, ISO 8601; of `createdAt`. */
      dateFrom?: string | undefined;
      /** Inclusive, ISO 8601; a bare date is the whole day. */
      dateTo?: string | undefined;
      /** Not available: 501. */
      agencyId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<AnalyticsAnswer>;

  /**
   * Count what became of a campaign.
   *
   * Whole, by step, by line and by day, and who left it why. Counted anew at each call; the totals are those of `GET /api/analytics?campaignId=`.
   *
   * `GET /api/campaigns/{id}/analytics`
   */
  getCampaignAnalytics(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<CampaignAnalyticsAnswer>;

  /**
   * Read the workspace.
   *
   * `GET /api/workspace`
   */
  getWorkspace(input?: undefined, options?: CallOptions): Promise<Workspace>;

  /**
   * Change the workspace.
   *
   * `PATCH /api/workspace`
   */
  updateWorkspace(
    input: {
      body: UpdateWorkspaceBody;
    },
    options?: CallOptions,
  ): Promise<UpdateWorkspaceAnswer>;

  /**
   * Read how fallback SMS go.
   *
   * `GET /api/workspace/fallback-config`
   */
  getFallbackConfig(input?: undefined, options?: CallOptions): Promise<FallbackConfig>;

  /**
   * Change how fallback SMS go.
   *
   * `PATCH /api/workspace/fallback-config`
   */
  updateFallbackConfig(
    input: {
      body: UpdateFallbackConfigBody;
    },
    options?: CallOptions,
  ): Promise<UpdateFallbackConfigAnswer>;

  /**
   * Read how the workspace wants to sound.
   *
   * `GET /api/language-audit`
   */
  getLanguageAudit(input?: undefined, options?: CallOptions): Promise<LanguageAudit>;

  /**
   * Say how the workspace wants to sound.
   *
   * Kept for whoever writes. A dry run warns of blocked phrases; a send is not refused for them.
   *
   * `POST /api/language-audit`
   */
  updateLanguageAudit(
    input: {
      body: UpdateLanguageAuditBody;
    },
    options?: CallOptions,
  ): Promise<UpdateLanguageAuditAnswer>;

  /**
   * List who changed what.
   *
   * Every change of settings, lines, keys, webhooks and lists, written in the commit of the change, without secrets.
   *
   * `GET /api/audit-log`
   */
  listAuditLog(
    input?: {
      limit?: number | undefined;
      /** `nextCursor` of the page before. */
      cursor?: string | undefined;
      entity?: 'workspace' | 'fallback_config' | 'language_audit' | 'line' | 'device' | 'api_key' | 'webhook' | 'list' | 'leads' | 'dnc_entry' | 'campaign' | 'member' | 'invitation' | undefined;
      entityId?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<AuditLogAnswer>;

  /**
   * List the keys of the workspace.
   *
   * `GET /api/api-keys`
   */
  listApiKeys(input?: undefined, options?: CallOptions): Promise<ApiKeysAnswer>;

  /**
   * Make a key.
   *
   * `POST /api/api-keys`
   */
  createApiKey(
    input: {
      body: CreateApiKeyBody;
    },
    options?: CallOptions,
  ): Promise<NewApiKeyAnswer>;

  /**
   * Rename a key.
   *
   * `PATCH /api/api-keys/{id}`
   */
  renameApiKey(
    input: {
      id: Id;
      body: RenameApiKeyBody;
    },
    options?: CallOptions,
  ): Promise<ApiKeyAnswer>;

  /**
   * Remove a key.
   *
   * It opens nothing any more within a second. Also the key that asks can be removed, but never the last `admin` key that is good today; a workspace whose payment is past due can remove keys, too.
   *
   * `DELETE /api/api-keys/{id}`
   */
  removeApiKey(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<{
    success: true;
  }>;

  /**
   * Who is asking, and what for.
   *
   * `GET /api/me`
   */
  getMe(input?: undefined, options?: CallOptions): Promise<Me>;

  /**
   * Whether this server waits for its first owner.
   *
   * `GET /api/setup`
   */
  isSetupNeeded(input?: undefined, options?: CallOptions): Promise<SetupNeededAnswer>;

  /**
   * Become the owner of a workspace.
   *
   * By the link in the log of the server, which is good once. Whoever has an account signs in first.
   *
   * `POST /api/setup`
   */
  setUp(
    input: {
      body: SetupBody;
    },
    options?: CallOptions,
  ): Promise<JoinedAnswer>;

  /**
   * List the people of the workspace.
   *
   * `GET /api/members`
   */
  listMembers(input?: undefined, options?: CallOptions): Promise<MembersAnswer>;

  /**
   * Change the role of a member.
   *
   * It holds within a second. Only owners make owners, or change what they are.
   *
   * `PATCH /api/members/{personId}`
   */
  updateMember(
    input: {
      personId: Id;
      body: UpdateMemberBody;
    },
    options?: CallOptions,
  ): Promise<MemberAnswer>;

  /**
   * Remove a member.
   *
   * Within a second nothing of the workspace is open to the person. Keys stay: whoever might know one should see it replaced.
   *
   * `DELETE /api/members/{personId}`
   */
  removeMember(
    input: {
      personId: Id;
    },
    options?: CallOptions,
  ): Promise<DoneAnswer>;

  /**
   * List open invitations.
   *
   * `GET /api/invitations`
   */
  listInvitations(input?: undefined, options?: CallOptions): Promise<InvitationsAnswer>;

  /**
   * Invite somebody.
   *
   * The answer holds a link, once: no mail is sent. It is good for seven days and for one person. A second invitation to an address takes the place of the first.
   *
   * `POST /api/invitations`
   */
  invite(
    input: {
      body: InviteBody;
    },
    options?: CallOptions,
  ): Promise<NewInvitationAnswer>;

  /**
   * Withdraw an invitation.
   *
   * `DELETE /api/invitations/{id}`
   */
  withdrawInvitation(
    input: {
      id: Id;
    },
    options?: CallOptions,
  ): Promise<DoneAnswer>;

  /**
   * See what an invitation is for.
   *
   * `POST /api/invitations/look`
   */
  lookAtInvitation(
    input: {
      body: LookAtInvitationBody;
    },
    options?: CallOptions,
  ): Promise<InvitationShown>;

  /**
   * Join a workspace.
   *
   * With `name` and `password` for a new account; whoever has one signs in first, and sends the token alone.
   *
   * `POST /api/invitations/accept`
   */
  acceptInvitation(
    input: {
      body: AcceptInvitationBody;
    },
    options?: CallOptions,
  ): Promise<JoinedAnswer>;

  /**
   * Read what a simulated phone has received.
   *
   * Counts copies: what lines with the transport `sandbox` have sent to this number or e-mail address.
   *
   * `GET /api/sandbox/phones/{address}`
   */
  readSandboxPhone(
    input: {
      address: string;
    },
    options?: CallOptions,
  ): Promise<SandboxPhoneAnswer>;
}

/** Lists with a cursor, and what they are lists of. */
export interface Pages {
  listMessages: Message;
  listConversations: Conversation;
  getConversation: Message;
  readDncHistory: DncLedgerEntry;
  listCampaigns: Campaign;
  listCampaignLeads: CampaignLead;
  listSimulations: {
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
  };
  listSimulatedMessages: {
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
  };
  listWebhookDeliveries: WebhookDelivery;
  readEvents: FeedEvent;
  listAuditLog: AuditEntry;
}

/** How each call goes over the wire. */
export const OPERATIONS = {
  sendMessage: { method: 'POST', path: '/api/messages', takesKey: true },
  listMessages: { method: 'GET', path: '/api/messages', cursor: 'cursor', items: 'messages' },
  cancelForLead: { method: 'POST', path: '/api/messages/cancel-for-lead' },
  cancelMessages: { method: 'POST', path: '/api/messages/cancel' },
  getMessage: { method: 'GET', path: '/api/messages/{id}' },
  editMessage: { method: 'PATCH', path: '/api/messages/{id}' },
  getTimeline: { method: 'GET', path: '/api/messages/{id}/timeline' },
  explainMessage: { method: 'GET', path: '/api/messages/{id}/explain' },
  cancelMessage: { method: 'POST', path: '/api/messages/{id}/cancel' },
  retryMessage: { method: 'POST', path: '/api/messages/{id}/retry' },
  reactToMessage: { method: 'POST', path: '/api/messages/react' },
  startTyping: { method: 'POST', path: '/api/messages/typing' },
  stopTyping: { method: 'DELETE', path: '/api/messages/typing' },
  listConversations: { method: 'GET', path: '/api/conversations', cursor: 'cursor', items: 'conversations' },
  getConversation: { method: 'GET', path: '/api/conversations/{leadId}', cursor: 'cursor', items: 'messages' },
  readConversation: { method: 'POST', path: '/api/conversations/{leadId}/read' },
  unreadConversation: { method: 'POST', path: '/api/conversations/{leadId}/unread' },
  listReplies: { method: 'GET', path: '/api/replies' },
  scanDormant: { method: 'GET', path: '/api/conversations/scan-dormant' },
  wakeDormant: { method: 'POST', path: '/api/conversations/scan-dormant' },
  listDnc: { method: 'GET', path: '/api/dnc' },
  addDnc: { method: 'POST', path: '/api/dnc' },
  removeDnc: { method: 'DELETE', path: '/api/dnc' },
  readDncHistory: { method: 'GET', path: '/api/dnc/history', cursor: 'cursor', items: 'entries' },
  uploadAttachment: { method: 'POST', path: '/api/attachments' },
  listLines: { method: 'GET', path: '/api/lines' },
  createLine: { method: 'POST', path: '/api/lines' },
  listLinesByUser: { method: 'GET', path: '/api/lines/by-user' },
  monitorLines: { method: 'GET', path: '/api/lines/spam-monitor' },
  readLineQueues: { method: 'GET', path: '/api/lines/queues' },
  checkLine: { method: 'GET', path: '/api/lines/check-availability' },
  getLine: { method: 'GET', path: '/api/lines/{id}' },
  deleteLine: { method: 'DELETE', path: '/api/lines/{id}' },
  updateLine: { method: 'PATCH', path: '/api/lines/{id}' },
  forecastLine: { method: 'GET', path: '/api/lines/{id}/forecast' },
  readLineActivity: { method: 'GET', path: '/api/lines/{id}/activity' },
  readLineHealth: { method: 'GET', path: '/api/lines/{id}/health' },
  checkNewLine: { method: 'POST', path: '/api/lines/check' },
  checkStoredLine: { method: 'POST', path: '/api/lines/{id}/check' },
  createPairingCode: { method: 'POST', path: '/api/lines/{id}/pairing-code' },
  listDevices: { method: 'GET', path: '/api/lines/{id}/devices' },
  revokeDevice: { method: 'DELETE', path: '/api/lines/{id}/devices/{deviceId}' },
  requestLine: { method: 'POST', path: '/api/line-requests', takesKey: true },
  getLineRequest: { method: 'GET', path: '/api/line-requests/{id}' },
  steerLineRequest: { method: 'POST', path: '/api/line-requests/{id}' },
  saveLeads: { method: 'POST', path: '/api/leads', takesKey: true },
  listLeads: { method: 'GET', path: '/api/leads' },
  deleteLeads: { method: 'DELETE', path: '/api/leads' },
  importLeads: { method: 'POST', path: '/api/leads/import', takesKey: true },
  exportLeads: { method: 'GET', path: '/api/leads/export', answers: 'text' },
  getLead: { method: 'GET', path: '/api/leads/{id}' },
  updateLead: { method: 'PATCH', path: '/api/leads/{id}' },
  putLead: { method: 'PUT', path: '/api/leads/{id}' },
  changeLeads: { method: 'POST', path: '/api/leads/change' },
  listTags: { method: 'GET', path: '/api/tags' },
  listLeadCampaigns: { method: 'GET', path: '/api/leads/{id}/campaigns' },
  listLists: { method: 'GET', path: '/api/lists' },
  createList: { method: 'POST', path: '/api/lists' },
  getList: { method: 'GET', path: '/api/lists/{id}' },
  updateList: { method: 'PATCH', path: '/api/lists/{id}' },
  deleteList: { method: 'DELETE', path: '/api/lists/{id}' },
  checkAddress: { method: 'GET', path: '/api/check-availability' },
  checkAddresses: { method: 'POST', path: '/api/check-availability' },
  checkLead: { method: 'GET', path: '/api/leads/check-availability' },
  checkLeads: { method: 'POST', path: '/api/leads/check-availability' },
  reachContact: { method: 'POST', path: '/api/check-availability-rr' },
  getAvailabilityJob: { method: 'GET', path: '/api/availability-jobs/{jobId}' },
  listCampaigns: { method: 'GET', path: '/api/campaigns', cursor: 'cursor', items: 'campaigns' },
  createCampaign: { method: 'POST', path: '/api/campaigns', takesKey: true },
  evaluateConditions: { method: 'POST', path: '/api/campaigns/evaluate-conditions' },
  getCampaign: { method: 'GET', path: '/api/campaigns/{id}' },
  updateCampaign: { method: 'PATCH', path: '/api/campaigns/{id}' },
  deleteCampaign: { method: 'DELETE', path: '/api/campaigns/{id}' },
  launchCampaign: { method: 'POST', path: '/api/campaigns/{id}/launch' },
  pauseCampaign: { method: 'POST', path: '/api/campaigns/{id}/pause' },
  resumeCampaign: { method: 'POST', path: '/api/campaigns/{id}/resume' },
  completeCampaign: { method: 'POST', path: '/api/campaigns/{id}/complete' },
  archiveCampaign: { method: 'POST', path: '/api/campaigns/{id}/archive' },
  addLeadToCampaign: { method: 'POST', path: '/api/campaigns/{id}/leads', takesKey: true },
  listCampaignLeads: { method: 'GET', path: '/api/campaigns/{id}/leads', cursor: 'cursor', items: 'leads' },
  enrollLead: { method: 'POST', path: '/api/campaigns/{id}/enroll', takesKey: true },
  stopCampaignLead: { method: 'POST', path: '/api/campaigns/{id}/leads/{leadId}/stop' },
  getCampaignProgress: { method: 'GET', path: '/api/campaigns/{id}/progress' },
  getCampaignAudience: { method: 'GET', path: '/api/campaigns/{id}/audience' },
  checkCampaign: { method: 'POST', path: '/api/campaigns/{id}/check' },
  duplicateCampaign: { method: 'POST', path: '/api/campaigns/{id}/duplicate', takesKey: true },
  addListToCampaign: { method: 'POST', path: '/api/campaigns/{id}/lists' },
  simulateCampaign: { method: 'POST', path: '/api/campaigns/{id}/simulate' },
  listSimulations: { method: 'GET', path: '/api/campaigns/{id}/simulations', cursor: 'cursor', items: 'simulations' },
  getSimulationCalendar: { method: 'GET', path: '/api/campaigns/{id}/simulations/{simulationId}/calendar' },
  getSimulation: { method: 'GET', path: '/api/campaigns/{id}/simulations/{simulationId}' },
  deleteSimulation: { method: 'DELETE', path: '/api/campaigns/{id}/simulations/{simulationId}' },
  listSimulatedMessages: { method: 'GET', path: '/api/campaigns/{id}/simulations/{simulationId}/messages', cursor: 'cursor', items: 'messages' },
  listWebhooks: { method: 'GET', path: '/api/webhooks' },
  createWebhook: { method: 'POST', path: '/api/webhooks', takesKey: true },
  getWebhook: { method: 'GET', path: '/api/webhooks/{id}' },
  updateWebhook: { method: 'PATCH', path: '/api/webhooks/{id}' },
  deleteWebhook: { method: 'DELETE', path: '/api/webhooks/{id}' },
  checkWebhook: { method: 'POST', path: '/api/webhooks/{id}/health-check' },
  rotateWebhookSecret: { method: 'POST', path: '/api/webhooks/{id}/rotate-secret' },
  listWebhookDeliveries: { method: 'GET', path: '/api/webhooks/{id}/deliveries', cursor: 'cursor', items: 'deliveries' },
  replayWebhookDelivery: { method: 'POST', path: '/api/webhooks/{id}/deliveries/{deliveryId}/replay' },
  replayWebhook: { method: 'POST', path: '/api/webhooks/{id}/replay' },
  readEvents: { method: 'GET', path: '/api/events', cursor: 'after', items: 'events' },
  readNow: { method: 'GET', path: '/api/now' },
  getAnalytics: { method: 'GET', path: '/api/analytics' },
  getCampaignAnalytics: { method: 'GET', path: '/api/campaigns/{id}/analytics' },
  getWorkspace: { method: 'GET', path: '/api/workspace' },
  updateWorkspace: { method: 'PATCH', path: '/api/workspace' },
  getFallbackConfig: { method: 'GET', path: '/api/workspace/fallback-config' },
  updateFallbackConfig: { method: 'PATCH', path: '/api/workspace/fallback-config' },
  getLanguageAudit: { method: 'GET', path: '/api/language-audit' },
  updateLanguageAudit: { method: 'POST', path: '/api/language-audit' },
  listAuditLog: { method: 'GET', path: '/api/audit-log', cursor: 'cursor', items: 'entries' },
  listApiKeys: { method: 'GET', path: '/api/api-keys' },
  createApiKey: { method: 'POST', path: '/api/api-keys' },
  renameApiKey: { method: 'PATCH', path: '/api/api-keys/{id}' },
  removeApiKey: { method: 'DELETE', path: '/api/api-keys/{id}' },
  getMe: { method: 'GET', path: '/api/me' },
  isSetupNeeded: { method: 'GET', path: '/api/setup' },
  setUp: { method: 'POST', path: '/api/setup' },
  listMembers: { method: 'GET', path: '/api/members' },
  updateMember: { method: 'PATCH', path: '/api/members/{personId}' },
  removeMember: { method: 'DELETE', path: '/api/members/{personId}' },
  listInvitations: { method: 'GET', path: '/api/invitations' },
  invite: { method: 'POST', path: '/api/invitations' },
  withdrawInvitation: { method: 'DELETE', path: '/api/invitations/{id}' },
  lookAtInvitation: { method: 'POST', path: '/api/invitations/look' },
  acceptInvitation: { method: 'POST', path: '/api/invitations/accept' },
  readSandboxPhone: { method: 'GET', path: '/api/sandbox/phones/{address}' },
} as const satisfies Record<keyof Operations, Operation>;
