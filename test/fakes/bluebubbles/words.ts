/** How the server writes things down: envelopes, errors, messages, conversations. */
import type { Chat, Mac, Row, StoredFile } from './mac.ts';

/** Every error the server answers with; thrown by whatever finds it. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly said: string;
  readonly data: unknown;
  constructor(status: number, type: string, message: string, said: string, data?: unknown) {
    super(message);
    this.status = status;
    this.type = type;
    this.said = said;
    this.data = data;
  }
}

export const unauthorized = (said: string) =>
  new Refusal(401, 'Authentication Error', 'You are not authorized to access this resource', said);
export const badRequest = (said: string) =>
  new Refusal(
    400,
    'Validation Error',
    "You've made a bad request! Please check your request params & body",
    said,
  );
export const notFound = (said: string) =>
  new Refusal(404, 'Database Error', 'The requested resource was not found', said);
export const noPrivateApi = (said: string) =>
  new Refusal(
    500,
    'iMessage Error',
    'Please make sure you have completed the setup for the Private API, and your helper is connected!',
    said,
  );
export const sendError = (said: string, data?: unknown) =>
  new Refusal(500, 'iMessage Error', 'Message Send Error', said, data);
export const unhandled = (said: string) =>
  new Refusal(500, 'Server Error', 'An unhandled error has occurred!', said);
export const gatewayTimeout = () =>
  new Refusal(
    504,
    'Gateway Timeout',
    'The request timed-out after 300000!',
    'The server took too long to respond and has timed-out!',
  );

export function envelope(refusal: Refusal): Record<string, unknown> {
  const { status, message, type, said, data } = refusal;
  return { status, message, error: { type, message: said }, ...(data === undefined ? {} : { data }) };
}

export interface Wanted {
  chats: boolean;
  attachments: boolean;
  attributedBody: boolean;
}

export function chatJson(mac: Mac, chat: Chat): Record<string, unknown> {
  return {
    originalROWID: chat.rowid,
    guid: chat.guid,
    style: chat.isGroup ? 43 : 45,
    chatIdentifier: chat.identifier,
    isArchived: false,
    displayName: '',
    participants: [handleJson(mac, chat.identifier)],
    isFiltered: false,
    groupId: chat.guid,
    properties: null,
    lastAddressedHandle: null,
  };
}

function handleJson(_mac: Mac, address: string): Record<string, unknown> {
  return { originalROWID: 1, address, service: 'iMessage', uncanonicalizedId: null, country: 'us' };
}

export function fileJson({ guid, name, mimeType, bytes }: StoredFile): Record<string, unknown> {
  return {
    originalROWID: 1,
    guid,
    uti: null,
    mimeType,
    transferName: name,
    totalBytes: bytes.length,
    transferState: 5,
    isOutgoing: false,
    hideAttachment: false,
    isSticker: false,
    originalGuid: guid,
    hasLivePhoto: false,
  };
}

/** The full form. Since macOS 13 the words of most outgoing rows stand in `attributedBody` alone. */
export function messageJson(mac: Mac, row: Row, wanted: Wanted): Record<string, unknown> {
  const body = row.files.map(() => '\ufffc').join('') + (row.text ?? '');
  const isHidden = row.isFromMe && mac.macos === 26;
  return {
    originalROWID: row.rowid,
    guid: row.guid,
    text: body === '' || isHidden ? null : body,
    attributedBody: wanted.attributedBody && body !== '' ? [{ string: body, runs: [] }] : null,
    handle: handleJson(mac, row.handle),
    handleId: 1,
    otherHandle: 0,
    attachments: wanted.attachments ? row.files.map(fileJson) : [],
    subject: '',
    error: row.error,
    dateCreated: row.date,
    dateRead: row.read,
    dateDelivered: row.delivered,
    isDelivered: row.delivered !== null,
    isFromMe: row.isFromMe,
    hasDdResults: false,
    isArchived: false,
    itemType: 0,
    groupTitle: null,
    groupActionType: 0,
    balloonBundleId: null,
    associatedMessageGuid: row.about?.guid ?? null,
    associatedMessageType: row.about?.type ?? null,
    expressiveSendStyleId: null,
    threadOriginatorGuid: null,
    hasPayloadData: false,
    country: null,
    isDelayed: false,
    isAutoReply: false,
    isSystemMessage: false,
    isServiceMessage: false,
    isForward: false,
    threadOriginatorPart: null,
    isCorrupt: false,
    datePlayed: null,
    cacheRoomnames: row.chat?.isGroup === true ? row.chat.identifier : null,
    isSpam: false,
    isExpired: false,
    timeExpressiveSendPlayed: null,
    isAudioMessage: row.isAudio,
    replyToGuid: null,
    shareStatus: 0,
    shareDirection: 0,
    wasDeliveredQuietly: false,
    didNotifyRecipient: false,
    chats: wanted.chats && row.chat !== null ? [chatJson(mac, row.chat)] : [],
    messageSummaryInfo: null,
    payloadData: null,
    dateEdited: null,
    dateRetracted: null,
    partCount: 1,
  };
}

const NOT_NOTIFIED = [
  'country',
  'isDelayed',
  'isAutoReply',
  'isSystemMessage',
  'isServiceMessage',
  'isForward',
  'threadOriginatorPart',
  'isCorrupt',
  'datePlayed',
  'cacheRoomnames',
  'isSpam',
  'isExpired',
  'timeExpressiveSendPlayed',
  'isAudioMessage',
  'replyToGuid',
  'shareStatus',
  'shareDirection',
  'wasDeliveredQuietly',
  'didNotifyRecipient',
];

/** As webhooks carry it; an update carries no conversations. */
export function notificationJson(mac: Mac, row: Row, hasChats: boolean): Record<string, unknown> {
  const full = messageJson(mac, row, { chats: hasChats, attachments: true, attributedBody: false });
  for (const name of NOT_NOTIFIED) delete full[name];
  if (!hasChats) delete full.chats;
  return full;
}
