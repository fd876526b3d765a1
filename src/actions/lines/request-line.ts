/**
 * A line asked for as the documented API asks for it (contract 3.4, D39). It is registered at once, but sends nothing until
 * a Mac is paired with it by the code of the answer. Nothing is sold here, so no request ever awaits a payment.
 */
import {
  type LineRequestAction,
  type LineRequestAnswer,
  type NewLineRequestAnswer,
  notAwaitingPayment,
  type RequestLine,
} from '../../contract/lines/line-orders.ts';
import type { PairingCodeAnswer } from '../../contract/lines/relay-devices.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { lineDefaults } from '../../domain/line-defaults.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { insertLineRequest, isLineRequested } from '../../store/lines/line-requests.ts';
import { findLine, insertLine, type LineRow, type NewLine, upsertDevice } from '../../store/lines/lines.ts';
import { replaceCode } from '../../store/lines/relay-devices.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { newPairingCode } from '../devices/pair-device.ts';
import { answerOnce, type KeyedAnswer, type KeyedRequest } from '../idempotency.ts';

export interface LineRequestOptions extends KeyedRequest {
  warnings: string[];
  /** Where this server is called, for the command that pairs. */
  serverUrl: string;
}

/** Kept under its key with the code sealed: a repeated request gets the very same answer, and the table opens no line. */
type KeptAnswer = Omit<NewLineRequestAnswer, 'pairing'> & { sealedPairing: string };

export async function requestLine(
  deps: Deps,
  caller: Caller,
  request: RequestLine,
  options: LineRequestOptions,
): Promise<KeyedAnswer<NewLineRequestAnswer>> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  const { secrets } = deps;
  const kept = await answerOnce(deps, workspaceId, options, 201, async (tx): Promise<KeptAnswer> => {
    const pairing = newPairingCode(deps, options.serverUrl);
    const line = await register(deps, tx, workspaceId, request, pairing.stored);
    const after = { ...request, lineType: 'byon' };
    await audit(deps, tx, caller, {
      entity: 'line',
      entityId: line.id,
      action: 'created',
      before: null,
      after,
    });
    const sealed = secrets.seal(JSON.stringify(pairing.answer), pairingContext(workspaceId, line.id));
    const { warnings } = options;
    return { ...present(line), lineRequestId: line.id, sealedPairing: sealed.toString('base64'), warnings };
  });
  deps.snapshots.forget(workspaceId);
  const { sealedPairing, ...shown } = kept.answer;
  const box = Buffer.from(sealedPairing, 'base64');
  const pairing: PairingCodeAnswer = JSON.parse(
    secrets.open(box, pairingContext(workspaceId, shown.lineRequestId)),
  );
  return { ...kept, answer: { ...shown, pairing } };
}

function pairingContext(workspaceId: string, lineId: string): string {
  return `pairing:${workspaceId}:${lineId}`;
}

export async function getLineRequest(deps: Deps, caller: Caller, id: string): Promise<LineRequestAnswer> {
  const { workspaceId } = caller;
  const line = await findLine(deps.database, workspaceId, id);
  if (line === null || !(await isLineRequested(deps.database, workspaceId, id)))
    throw problem('LINE_REQUEST_NOT_FOUND');
  return present(line);
}

/** A link to pay by is answered with the state where nothing is to be paid; there is nothing to cancel then either. */
export async function steerLineRequest(
  deps: Deps,
  caller: Caller,
  id: string,
  action: LineRequestAction,
): Promise<LineRequestAnswer> {
  await refuseReadOnly(deps, caller);
  const answer = await getLineRequest(deps, caller, id);
  if (action === 'cancel') throw notAwaitingPayment(answer.status);
  return answer;
}

async function register(
  deps: Deps,
  tx: Sql,
  workspaceId: string,
  { also, channelType, firstName, lastName, ...request }: RequestLine,
  code: { hash: Buffer; expiresAt: number },
): Promise<LineRow> {
  // A line with a number counts as a phone line; that of an Apple ID is known by nothing else.
  const phone = channelType === 'phone' ? request.phone : null;
  const id = deps.ids();
  const now = deps.clock.now();
  const { deviceGapMs, ...defaults } = lineDefaults('imessage', 'relay', channelType);
  const line: NewLine = {
    id,
    deviceId: id,
    messageType: 'imessage',
    channelType,
    transport: 'relay',
    transportConfig: {},
    secret: null,
    lineType: 'byon',
    phone,
    email: request.email,
    firstName,
    lastName,
    isActive: false,
    capTimezone: 'UTC',
    ...defaults,
  };
  await upsertDevice(tx, workspaceId, id, deviceGapMs);
  await insertLine(tx, workspaceId, line, now);
  await insertLineRequest(tx, workspaceId, id, { ...also, phone: request.phone }, now);
  await replaceCode(tx, workspaceId, id, code, now);
  const row = await findLine(tx, workspaceId, id);
  invariant(row !== null, 'a line just written exists');
  return row;
}

function present(line: LineRow): LineRequestAnswer {
  const { id, firstName, lastName, channelType, lineType, provisioningStatus, paymentStatus } = line;
  return {
    success: true,
    status: provisioningStatus,
    paymentStatus,
    paymentRequired: provisioningStatus === 'awaiting_payment',
    line: { _id: id, firstName, lastName, channelType, lineType, provisioningStatus, paymentStatus },
  };
}
