/** Making, changing and showing lines (deleting one: delete-line.ts). A change takes effect at once: the line and its neighbours are woken. */
import { channelTypeOf, checkLineAddress } from '../../contract/lines/line-requests.ts';
import type { CreateLine, LineAnswer, LinesAnswer, UpdateLine } from '../../contract/lines/lines.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { lineDefaults } from '../../domain/line-defaults.ts';
import type { Transport } from '../../domain/words.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Sql } from '../../store/database.ts';
import { insertEvents } from '../../store/events/events.ts';
import { lockLines, wakeLines } from '../../store/lines/line-queue.ts';
import {
  findDevice,
  findLine,
  findLineOrDeleted,
  insertLine,
  type LineRow,
  lineIdsOfDevice,
  listLines as listRows,
  type NewLine,
  updateLine as storeLine,
  upsertDevice,
} from '../../store/lines/lines.ts';
import { startAsking } from '../../store/lines/news.ts';
import { audit } from '../access/audit-log.ts';
import type { Caller } from '../access/authenticate.ts';
import { refuseReadOnly } from '../access/read-only.ts';
import { secretContext } from './channel-line.ts';
import { presentLine } from './present-line.ts';

export async function listLines(deps: Deps, { workspaceId }: Caller): Promise<LinesAnswer> {
  const now = deps.clock.now();
  const lines = await listRows(deps.database, workspaceId);
  return { lines: lines.map((line) => presentLine(line, now)) };
}

export async function getLine(deps: Deps, { workspaceId }: Caller, id: string): Promise<LineAnswer> {
  const line = await findLineOrDeleted(deps.database, workspaceId, id);
  if (line === null) throw problem('LINE_NOT_FOUND');
  return { line: presentLine(line, deps.clock.now()) };
}

export async function createLine(deps: Deps, caller: Caller, input: CreateLine): Promise<LineAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  checkTransport(deps, input.transport, input.transportConfig);
  const id = deps.ids();
  const { deviceGapMs, secret, deviceId, ...rest } = input;
  const line: NewLine = {
    ...rest,
    id,
    deviceId: deviceId ?? id,
    lineType: 'byon',
    secret: secret === null ? null : deps.secrets.seal(secret, secretContext(workspaceId, id)),
  };
  await deps.database.transaction(async (tx) => {
    const known = await findDevice(tx, workspaceId, line.deviceId);
    const standard = lineDefaults(line.messageType, line.transport).deviceGapMs;
    await upsertDevice(tx, workspaceId, line.deviceId, deviceGapMs ?? known?.gapMs ?? standard);
    await insertLine(tx, workspaceId, line, deps.clock.now());
    await audit(deps, tx, caller, {
      entity: 'line',
      entityId: id,
      action: 'created',
      before: null,
      after: line,
    });
    if (deps.channels.get(line.transport)?.askForNews !== undefined)
      await startAsking(tx, workspaceId, id, deps.clock.now());
  });
  return changed(deps, workspaceId, id);
}

export async function updateLine(
  deps: Deps,
  caller: Caller,
  id: string,
  changes: UpdateLine,
): Promise<LineAnswer> {
  const { workspaceId } = caller;
  await refuseReadOnly(deps, caller);
  await deps.database.transaction(async (tx) => {
    // Locked: two changes at once must not undo each other.
    const [line] = await lockLines(tx, workspaceId, [id], { skipLocked: false });
    if (line === undefined || line.deletedAt !== null) throw problem('LINE_NOT_FOUND');
    if (changes.transportConfig !== undefined) checkTransport(deps, line.transport, changes.transportConfig);
    const { deviceGapMs, secret, ...rest } = changes;
    const next: NewLine = { ...line, ...rest };
    if (secret !== undefined) {
      next.secret = secret === null ? null : deps.secrets.seal(secret, secretContext(workspaceId, id));
    }
    checkLineAddress(next.messageType, next.phone, next.email);
    next.channelType = channelTypeOf(next.messageType, next.phone);
    if (next.deviceId !== line.deviceId || deviceGapMs !== undefined) {
      const known = await findDevice(tx, workspaceId, next.deviceId);
      await upsertDevice(tx, workspaceId, next.deviceId, deviceGapMs ?? known?.gapMs ?? line.deviceGapMs);
    }
    await storeLine(tx, workspaceId, next, deps.clock.now());
    await tell(deps, tx, line, next);
    const gap = deviceGapMs === undefined ? {} : { deviceGapMs };
    const after = { ...next, ...gap };
    await audit(deps, tx, caller, { entity: 'line', entityId: id, action: 'updated', before: line, after });
    const woken = [...new Set([id, ...(await lineIdsOfDevice(tx, workspaceId, next.deviceId))])];
    await wakeLines(tx, workspaceId, woken, woken.map(deps.ids));
  });
  return changed(deps, workspaceId, id);
}

/** The channel itself knows which settings can work. */
function checkTransport(deps: Deps, transport: Transport, config: Record<string, unknown>): void {
  const channel = deps.channels.get(transport);
  if (channel === undefined) throw problem('TRANSPORT_NOT_SUPPORTED', { param: 'transport' });
  const error = channel.validateConfig(config);
  if (error !== null) throw problem('INVALID_TRANSPORT_CONFIG', { param: 'transportConfig', error });
}

async function tell(deps: Deps, tx: Sql, before: LineRow, after: NewLine): Promise<void> {
  if (before.isActive === after.isActive) return;
  const event = {
    id: deps.ids(),
    type: after.isActive ? 'line.activated' : 'line.deactivated',
    messageId: null,
    leadId: null,
    lineId: after.id,
    at: deps.clock.now(),
    data: {},
  };
  await insertEvents(tx, before.workspaceId, [event]);
}

async function changed(deps: Deps, workspaceId: string, id: string): Promise<LineAnswer> {
  deps.snapshots.forget(workspaceId);
  deps.wakeDispatchers();
  const line = await findLine(deps.database, workspaceId, id);
  invariant(line !== null, 'a line just written exists');
  return { line: presentLine(line, deps.clock.now()) };
}
