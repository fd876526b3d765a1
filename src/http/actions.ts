/**
 * What the routes can ask of the application. They know the actions by this list only: compose.ts hands in the real
 * ones, the tests of this folder hand in others.
 */

import type { Readable } from 'node:stream';
import type { Caller } from '../actions/access/authenticate.ts';
import type { OpenedFile, Upload, UploadedFile } from '../actions/attachments/attachment-files.ts';
import type { Device } from '../actions/devices/authenticate-device.ts';
import type { DoorOptions } from '../actions/doors/send-by-door.ts';
import type { KeyedAnswer, KeyedRequest } from '../actions/idempotency.ts';
import type { LineRequestOptions } from '../actions/lines/request-line.ts';
import type { Hook, HookReply } from '../actions/news/receive-hook.ts';
import type { Listener } from '../actions/now/live-watch.ts';
import type {
  ApiKeyAnswer,
  ApiKeysAnswer,
  CreateApiKey,
  NewApiKeyAnswer,
} from '../contract/access/api-keys.ts';
import type { AuditLogAnswer, ListAuditLog } from '../contract/access/audit-log.ts';
import type { DormantAnswer, ScanDormant, WakeDormantAnswer } from '../contract/conversations/dormant.ts';
import type { SendblueMessage } from '../contract/doors/sendblue-door.ts';
import type {
  DoorSend,
  TwilioAccount,
  TwilioList,
  TwilioMessage,
  TwilioMessages,
} from '../contract/doors/twilio-door.ts';
import type { FallbackConfig, UpdateFallbackConfig } from '../contract/lines/fallback-config.ts';
import type {
  LineRequestAction,
  LineRequestAnswer,
  NewLineRequestAnswer,
  RequestLine,
} from '../contract/lines/line-orders.ts';
import type { DeviceEnvelope, ServerEnvelope } from '../contract/lines/relay.ts';
import type {
  Pair,
  PairAnswer,
  PairingCodeAnswer,
  RelayDeviceAnswer,
  RelayDevicesAnswer,
} from '../contract/lines/relay-devices.ts';
import type { SandboxPhoneAnswer } from '../contract/lines/sandbox.ts';
import type { React, ReactAnswer, TypingAnswer } from '../contract/messages/gestures.ts';
import type {
  CreateWebhook,
  ListDeliveries,
  ReadFeed,
  Replay,
  UpdateWebhook,
} from '../contract/webhooks/webhook-requests.ts';
import type {
  CheckWebhookAnswer,
  CreateWebhookAnswer,
  FeedAnswer,
  ReplayAnswer,
  ReplayDeliveryAnswer,
  RotateSecretAnswer,
  Webhook,
  WebhookDeliveriesAnswer,
  WebhookDoneAnswer,
  WebhooksAnswer,
} from '../contract/webhooks/webhooks.ts';
import type { AnalyticsAnswer, AnalyticsFilter } from '../contract/workspace/analytics.ts';
import type { LanguageAudit, UpdateLanguageAudit } from '../contract/workspace/language-audit.ts';
import type { NowAnswer } from '../contract/workspace/now.ts';
import type { UpdateWorkspace, Workspace } from '../contract/workspace/workspace.ts';
import type { Deps } from '../deps.ts';
import type { CampaignActions } from './campaign-actions.ts';
import type { ConversationActions } from './conversation-actions.ts';
import type { LeadActions } from './lead-actions.ts';
import type { LineActions } from './line-actions.ts';
import type { MessageActions } from './message-actions.ts';
import type { PeopleActions } from './people-actions.ts';

export interface Actions
  extends CampaignActions,
    ConversationActions,
    LeadActions,
    PeopleActions,
    LineActions,
    MessageActions {
  react(deps: Deps, caller: Caller, request: React): Promise<ReactAnswer>;
  showTyping(deps: Deps, caller: Caller, messageId: string, isTyping: boolean): Promise<TypingAnswer>;
  /** Reads `bytes` to their end, unless they are too many. */
  uploadAttachment(deps: Deps, caller: Caller, file: Upload): Promise<UploadedFile>;
  openFile(deps: Deps, token: string): Promise<OpenedFile>;

  listAuditLog(deps: Deps, caller: Caller, asked: ListAuditLog): Promise<AuditLogAnswer>;
  scanDormant(deps: Deps, caller: Caller, asked: ScanDormant): Promise<DormantAnswer>;
  wakeDormant(deps: Deps, caller: Caller, phones: readonly string[]): Promise<WakeDormantAnswer>;
  getLanguageAudit(deps: Deps, caller: Caller): Promise<LanguageAudit>;
  updateLanguageAudit(deps: Deps, caller: Caller, changes: UpdateLanguageAudit): Promise<LanguageAudit>;
  readAnalytics(deps: Deps, caller: Caller, filter: AnalyticsFilter): Promise<AnalyticsAnswer>;

  getWorkspace(deps: Deps, caller: Caller): Promise<Workspace>;
  updateWorkspace(deps: Deps, caller: Caller, changes: UpdateWorkspace): Promise<Workspace>;
  listApiKeys(deps: Deps, caller: Caller): Promise<ApiKeysAnswer>;
  createApiKey(deps: Deps, caller: Caller, wish: CreateApiKey): Promise<NewApiKeyAnswer>;
  renameApiKey(deps: Deps, caller: Caller, id: string, name: string): Promise<ApiKeyAnswer>;
  removeApiKey(deps: Deps, caller: Caller, id: string): Promise<{ success: true }>;
  requestLine(
    deps: Deps,
    caller: Caller,
    request: RequestLine,
    options: LineRequestOptions,
  ): Promise<KeyedAnswer<NewLineRequestAnswer>>;
  getLineRequest(deps: Deps, caller: Caller, id: string): Promise<LineRequestAnswer>;
  steerLineRequest(
    deps: Deps,
    caller: Caller,
    id: string,
    action: LineRequestAction,
  ): Promise<LineRequestAnswer>;
  sendByTwilio(deps: Deps, caller: Caller, send: DoorSend, options: DoorOptions): Promise<TwilioMessage>;
  listByTwilio(
    deps: Deps,
    caller: Caller,
    account: string,
    filters: TwilioList,
    asked: URLSearchParams,
  ): Promise<TwilioMessages>;
  getByTwilio(deps: Deps, caller: Caller, account: string, sid: string): Promise<TwilioMessage>;
  cancelByTwilio(deps: Deps, caller: Caller, account: string, sid: string): Promise<TwilioMessage>;
  getTwilioAccount(deps: Deps, caller: Caller, sid: string): Promise<TwilioAccount>;
  sendBySendblue(
    deps: Deps,
    caller: Caller,
    send: DoorSend,
    sendStyle: string,
    options: DoorOptions,
  ): Promise<SendblueMessage>;
  getFallbackConfig(deps: Deps, caller: Caller): Promise<FallbackConfig>;
  updateFallbackConfig(deps: Deps, caller: Caller, changes: UpdateFallbackConfig): Promise<FallbackConfig>;
  readSandboxPhone(deps: Deps, caller: Caller, address: string): Promise<SandboxPhoneAnswer>;

  listWebhooks(deps: Deps, caller: Caller): Promise<WebhooksAnswer>;
  getWebhook(deps: Deps, caller: Caller, id: string): Promise<Webhook>;
  createWebhook(
    deps: Deps,
    caller: Caller,
    request: CreateWebhook,
    options: KeyedRequest & { warnings: string[] },
  ): Promise<KeyedAnswer<CreateWebhookAnswer>>;
  updateWebhook(deps: Deps, caller: Caller, id: string, changes: UpdateWebhook): Promise<WebhookDoneAnswer>;
  deleteWebhook(deps: Deps, caller: Caller, id: string): Promise<WebhookDoneAnswer>;
  rotateSecret(deps: Deps, caller: Caller, id: string): Promise<RotateSecretAnswer>;
  checkWebhook(deps: Deps, caller: Caller, id: string): Promise<CheckWebhookAnswer>;
  listDeliveries(
    deps: Deps,
    caller: Caller,
    webhookId: string,
    filters: ListDeliveries,
  ): Promise<WebhookDeliveriesAnswer>;
  replayDelivery(
    deps: Deps,
    caller: Caller,
    webhookId: string,
    deliveryId: string,
  ): Promise<ReplayDeliveryAnswer>;
  replaySince(deps: Deps, caller: Caller, webhookId: string, replay: Replay): Promise<ReplayAnswer>;
  readNow(deps: Deps, caller: Caller): Promise<NowAnswer>;
  listenLive(deps: Deps, caller: Caller, listener: Listener): Promise<Readable>;
  readFeed(deps: Deps, caller: Caller, query: ReadFeed): Promise<FeedAnswer>;

  receiveHook(deps: Deps, workspaceId: string, lineId: string, hook: Hook): Promise<HookReply>;

  createPairingCode(
    deps: Deps,
    caller: Caller,
    lineId: string,
    serverUrl: string,
  ): Promise<PairingCodeAnswer>;
  listRelayDevices(deps: Deps, caller: Caller, lineId: string): Promise<RelayDevicesAnswer>;
  revokeRelayDevice(deps: Deps, caller: Caller, lineId: string, deviceId: string): Promise<RelayDeviceAnswer>;
  pairDevice(deps: Deps, request: Pair): Promise<PairAnswer>;
  answerDevice(deps: Deps, device: Device, envelope: DeviceEnvelope): Promise<ServerEnvelope[]>;
  jobsOf(deps: Deps, device: Device): Promise<ServerEnvelope[]>;
  takeFilePiece(deps: Deps, device: Device, jobId: string, n: number, bytes: Buffer): Promise<void>;
  openJobFile(
    deps: Deps,
    device: Device,
    jobId: string,
    n: number,
  ): Promise<{ sizeBytes: number; bytes: Readable }>;
  noteSeen(deps: Deps, device: Device, at: number): Promise<void>;
  linesWanted(deps: Deps): Promise<ReadonlySet<string>>;
  revokedAmong(deps: Deps, devices: readonly Device[]): Promise<ReadonlySet<string>>;
  readUnsubscribeLink(deps: Deps, token: string): Promise<{ address: string } | null>;
  unsubscribeByLink(deps: Deps, token: string): Promise<{ address: string } | null>;

  /** Throws when the database is out of reach. */
  checkReady(deps: Deps): Promise<void>;
}
