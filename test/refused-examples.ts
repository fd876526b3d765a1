/** What stands between an example of openapi.json and a 2xx, where it is no fault of the example. */

/** Refusals that are right: what the example asks for cannot be had in a fresh workspace. By call, and why. */
export const REFUSED_EXAMPLES: Readonly<Record<string, string | number>> = {
  reactToMessage: 'NO_DEVICE_MESSAGE', // No device has the message yet.
  retryMessage: 'MESSAGE_NOT_RETRIABLE', // Nothing has failed yet.
  pairDevice: 'INVALID_PAIRING_CODE', // Codes are good once.
  revokeDevice: 'DEVICE_NOT_FOUND',
  getAvailabilityJob: 'AVAILABILITY_JOB_NOT_FOUND',
  replayWebhookDelivery: 'DELIVERY_NOT_FOUND',
  pollRelay: 'NOT_PAIRED',
  putRelayFilePiece: 'NOT_PAIRED',
  getRelayFile: 'NOT_PAIRED',
  receiveHook: 'NOT_FOUND',
  readFile: 'FILE_NOT_FOUND',
  // Links that let people in are good once, and a key is nobody who signs in: test/people-*.test.ts.
  setUp: 'SETUP_LINK_INVALID',
  lookAtInvitation: 'INVITATION_INVALID',
  acceptInvitation: 'INVITATION_INVALID',
  withdrawInvitation: 'INVITATION_NOT_FOUND',
  updateMember: 'MEMBER_NOT_FOUND',
  removeMember: 'MEMBER_NOT_FOUND',
  signIn: 'SIGN_IN_FAILED',
  enterCode: 'SIGN_IN_AGAIN',
  enterBackupCode: 'SIGN_IN_AGAIN',
  endOtherSessions: 'UNAUTHORIZED',
  renamePerson: 'UNAUTHORIZED',
  changePassword: 'UNAUTHORIZED',
  beginCodes: 'UNAUTHORIZED',
  endCodes: 'UNAUTHORIZED',
  newBackupCodes: 'UNAUTHORIZED',
  // Links in mails are signed. The refusal is a page.
  showUnsubscribePage: 404,
  unsubscribe: 404,
};
