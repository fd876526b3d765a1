/** Where a run takes place: workspaces, lines on shared and single devices, and the people they write to. */

import { updateFallbackConfig } from '../../src/actions/lines/fallback-config.ts';
import { createLine } from '../../src/actions/lines/manage-lines.ts';
import { updateWorkspace } from '../../src/actions/workspace/manage-workspace.ts';
import { LINE_DOWN_POLICIES, type MessageType } from '../../src/domain/words.ts';
import { toIso } from '../../src/lib/clock.ts';
import { statement } from '../../src/store/database.ts';
import { insertWorkspace } from '../../src/store/workspace/workspaces.ts';
import type { LineRecord, LineSettings, WorkspaceRecord } from './history.ts';
import { Timeline } from './timeline.ts';
import { type World, ZONES } from './world.ts';

export interface Person {
  workspaceId: string;
  name: string;
  phones: string[];
  emails: string[];
}

const KINDS: readonly MessageType[][] = [
  ['imessage', 'imessage', 'sms', 'email'],
  ['imessage', 'imessage', 'imessage', 'sms'],
  ['imessage', 'sms', 'sms', 'email'],
];

const LEAVE_UNWATCHED = statement(
  'sim_unwatched',
  'UPDATE lines SET health_checked_at = NULL WHERE workspace_id = $1 AND id = $2',
);

const WATCH = statement(
  'sim_watched',
  'UPDATE lines SET health_checked_at = $3 WHERE workspace_id = $1 AND id = $2',
);

/** From now on its health is asked after, so that it can come back. */
export async function watchLine(world: World, line: LineRecord): Promise<void> {
  line.isWatched = true;
  const { deps } = world.front;
  await deps.database.query(WATCH, [line.workspaceId, line.id, toIso(deps.clock.now())]);
}

export async function buildTown(world: World): Promise<Person[]> {
  const { chance } = world;
  const people: Person[] = [];
  const count = chance.pick([1, 1, 2, 2, 3]);
  for (let number = 1; number <= count; number += 1) {
    const workspaceId = `org_${number}`;
    await openWorkspace(world, workspaceId);
    people.push(...peopleOf(world, workspaceId, chance.between(8, 40)));
  }
  return people;
}

async function openWorkspace(world: World, workspaceId: string): Promise<void> {
  const { chance, clock, front, history } = world;
  const record: WorkspaceRecord = {
    id: workspaceId,
    lineDownPolicy: chance.pick(LINE_DOWN_POLICIES),
    pastDue: new Timeline(false),
    fallback: new Timeline({ enabled: false, onFailed: false }),
    optedOut: new Map(),
  };
  history.workspaces.set(workspaceId, record);
  await insertWorkspace(front.deps.database, workspaceId, `Workspace ${workspaceId}`, clock.now());
  const { lineDownPolicy } = record;
  await updateWorkspace(front.deps, world.callerOf(workspaceId), { lineDownPolicy });
  let sharedDevice: string | null = null;
  for (const messageType of chance.pick(KINDS)) {
    const shares = messageType === 'imessage' && chance.maybe(0.5);
    sharedDevice ??= shares ? `device of ${workspaceId}` : null;
    await openLine(world, workspaceId, messageType, shares ? sharedDevice : null);
  }
  if (chance.maybe(0.8))
    await setFallback(world, workspaceId, { enabled: true, onFailed: chance.maybe(0.3) });
}

export async function setFallback(
  world: World,
  workspaceId: string,
  settings: { enabled: boolean; onFailed: boolean },
): Promise<void> {
  const { front, history, clock } = world;
  const sms = [...history.lines.values()].find(
    (line) => line.workspaceId === workspaceId && line.messageType === 'sms',
  );
  await updateFallbackConfig(front.deps, world.callerOf(workspaceId), {
    provider: 'sandbox',
    lineId: sms?.id ?? null,
    enabled: settings.enabled,
    sendFallbackSmsOnFailed: settings.onFailed,
  });
  history.workspace(workspaceId).fallback.set(clock.now(), settings);
}

/** Caps and gaps small enough to be felt, large enough for everything to end within some days. */
export function drawSettings(world: World, messageType: MessageType): LineSettings & { deviceGapMs: number } {
  const { chance } = world;
  const cap = (least: number, most: number, likely: number) =>
    chance.maybe(likely) ? chance.between(least, most) : null;
  return {
    isActive: true,
    dailyTotal: cap(5, 40, 0.6),
    dailyNew: cap(3, 25, 0.6),
    hourlyNew: cap(2, 12, 0.5),
    contactGapMs:
      messageType === 'imessage' ? chance.pick([0, 45_000, 45_000, 90_000]) : chance.pick([0, 0, 5_000]),
    deviceGapMs:
      messageType === 'imessage' ? chance.pick([0, 5_000, 30_000, 30_000]) : chance.pick([0, 1_000, 1_000]),
  };
}

async function openLine(
  world: World,
  workspaceId: string,
  messageType: MessageType,
  device: string | null,
): Promise<void> {
  const { chance, front, history } = world;
  const { deviceGapMs, ...settings } = drawSettings(world, messageType);
  const capTimezone = chance.maybe(0.6) ? 'UTC' : chance.pick(ZONES);
  const isEmail = messageType === 'email';
  const answer = await createLine(front.deps, world.callerOf(workspaceId), {
    messageType,
    channelType: isEmail ? 'email' : 'phone',
    transport: 'sandbox',
    transportConfig: {},
    secret: null,
    phone: isEmail ? null : `+1303556${chance.between(1000, 9999)}`,
    email: isEmail ? 'us@example.com' : null,
    firstName: 'Line',
    lastName: null,
    isActive: true,
    deviceId: device,
    deviceGapMs,
    contactGapMs: settings.contactGapMs,
    dailyNewConversationsLimit: settings.dailyNew,
    dailyTotalMessagesLimit: settings.dailyTotal,
    hourlyNewConversationsLimit: settings.hourlyNew,
    capTimezone,
    attempts: chance.between(1, 5),
    retryGapMs: chance.spread(1_000, 120_000),
    reconcileLimitMs: chance.spread(20_000, 900_000),
  });
  const { _id: id, deviceId } = answer.line;
  // Asking after every line every minute would take most of the time there is.
  const isWatched = chance.maybe(0.4);
  if (!isWatched) await front.deps.database.query(LEAVE_UNWATCHED, [workspaceId, id]);
  // A second line on a device sets the gap for all of it.
  const gap = history.deviceGaps.get(deviceId) ?? new Timeline(0);
  gap.set(world.clock.now(), deviceGapMs);
  history.deviceGaps.set(deviceId, gap);
  history.lines.set(id, {
    id,
    workspaceId,
    messageType,
    deviceId,
    capTimezone,
    isWatched,
    settings: new Timeline(settings),
    healthy: new Timeline(true),
    attempts: [],
    wroteFirst: new Map(),
  });
  world.tell(
    `a line for ${messageType} on ${deviceId}: ${JSON.stringify({ ...settings, deviceGapMs, capTimezone })}`,
    { lineId: id },
  );
}

function peopleOf(world: World, workspaceId: string, count: number): Person[] {
  const { chance } = world;
  const phone = () => `+1202556${chance.between(1000, 9999)}`;
  return Array.from({ length: count }, (_, index) => {
    const name = `person${index + 1}`;
    const some = (most: number, make: (n: number) => string) =>
      Array.from({ length: chance.between(0, most) }, (_one, n) => make(n));
    return {
      workspaceId,
      name,
      phones: [phone(), ...some(2, phone)],
      emails: some(2, (n) => `${name}.${n}@${workspaceId.replace('_', '')}.example.com`),
    };
  });
}
