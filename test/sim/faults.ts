/** What goes wrong, and what people change their minds about, while messages wait and travel. */

import { updateLead } from '../../src/actions/leads/change-leads.ts';
import { updateLine } from '../../src/actions/lines/manage-lines.ts';
import { cancelForLead, cancelMessage } from '../../src/actions/messages/cancel-messages.ts';
import { editMessage } from '../../src/actions/messages/edit-message.ts';
import { parseEditMessage } from '../../src/contract/messages/message-requests.ts';
import { Problem } from '../../src/contract/problems.ts';
import { isWaiting } from '../../src/domain/lifecycle.ts';
import { updateBilling } from '../../src/store/workspace/workspaces.ts';
import { drawTiming } from './asks.ts';
import { pauseCampaign, resumeCampaign } from './campaigns.ts';
import { receiveLetter } from './echoes.ts';
import type { LineRecord, LineSettings, Story, Terms } from './history.ts';
import { drawSettings, type Person, setFallback } from './town.ts';
import type { World } from './world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

type Fault = (world: World, people: readonly Person[]) => Promise<void>;

const FAULTS: Readonly<Record<string, { weight: number; happens: Fault }>> = {
  killAtRandomStep: { weight: 12, happens: killAtRandomStep },
  killNow: { weight: 5, happens: killNow },
  stepClock: { weight: 2, happens: stepClock },
  breakDevice: { weight: 5, happens: breakDevice },
  switchLineOff: { weight: 4, happens: switchLineOff },
  changePace: { weight: 10, happens: changePace },
  fallPastDue: { weight: 3, happens: fallPastDue },
  pause: { weight: 6, happens: pause },
  changeFallback: { weight: 4, happens: changeFallback },
  edit: { weight: 14, happens: edit },
  cancel: { weight: 8, happens: cancel },
  cancelEverythingForOne: { weight: 3, happens: cancelEverythingForOne },
  write: { weight: 10, happens: write },
  changeContact: { weight: 12, happens: changeContact },
};

/** One after the other at random moments; those that last go on beside the next ones. */
export async function keepFailing(world: World, people: readonly Person[], until: number): Promise<void> {
  const { chance, clock } = world;
  const weights = Object.fromEntries(Object.entries(FAULTS).map(([name, { weight }]) => [name, weight]));
  while (clock.monotonic < until && !world.isOver) {
    await clock.sleep(chance.spread(5_000, Math.max(60_000, (world.hours * HOUR_MS) / 12)));
    const fault = FAULTS[chance.weighted(weights)];
    if (fault !== undefined) void world.expect('a fault', fault.happens(world, people));
  }
}

/** Somewhere in its next steps: between two queries, after a commit whose answer it never hears, at a labelled instant. */
async function killAtRandomStep({ chance, processes, counts }: World): Promise<void> {
  const [, ...dispatchers] = processes;
  if (dispatchers.length === 0) return;
  counts.kills += 1;
  chance.pick(dispatchers).doom(chance.spread(1, 60));
}

async function killNow(world: World): Promise<void> {
  await aSendIsUnderWay(world);
  const [, ...dispatchers] = world.processes;
  if (dispatchers.length === 0 || world.isCalm) return;
  world.counts.kills += 1;
  world.chance.pick(dispatchers).die();
}

/** The worst moments are those in which a carrier has been called and has not answered. */
async function aSendIsUnderWay({ chance, clock, history }: World): Promise<void> {
  if (chance.maybe(0.3)) return;
  await history.nextHandOver();
  await clock.sleep(chance.spread(1, 10_000));
}

/** A machine that slept, a clock that was corrected. Forward only: the database's clock never goes back far. */
async function stepClock(world: World): Promise<void> {
  const { chance, clock, history, counts } = world;
  const ms = chance.spread(30_000, 26 * HOUR_MS);
  await aSendIsUnderWay(world);
  if (world.isCalm) return;
  counts.steps += 1;
  history.steppedAt = clock.monotonic;
  clock.step(ms);
  // In production a dispatcher looks every two seconds, by a timer that the step does not hurry.
  for (const process of world.processes)
    void clock.sleep(chance.between(0, 2_000)).then(() => process.onWork());
  world.tell(`the clock steps by ${Math.round(ms / 1000)} s`, {});
}

async function breakDevice(world: World): Promise<void> {
  const { chance, clock, carrier } = world;
  const line = anyLine(world);
  carrier.sick.add(line.id);
  world.tell('the device goes off', { lineId: line.id });
  await clock.sleep(chance.spread(MINUTE_MS, 26 * HOUR_MS));
  carrier.sick.delete(line.id);
  world.tell('the device is back', { lineId: line.id });
}

async function switchLineOff(world: World): Promise<void> {
  const { chance, clock } = world;
  const line = anyLine(world);
  await changeLine(world, line, { isActive: false });
  await clock.sleep(chance.spread(MINUTE_MS, 26 * HOUR_MS));
  await changeLine(world, line, { isActive: true });
}

async function changePace(world: World): Promise<void> {
  const line = anyLine(world);
  const { isActive: _stays, deviceGapMs, ...pace } = drawSettings(world, line.messageType);
  await changeLine(world, line, pace, world.chance.maybe(0.5) ? deviceGapMs : undefined);
}

/** Through the real action; noted only when it was taken. */
export async function changeLine(
  world: World,
  line: LineRecord,
  changes: Partial<LineSettings>,
  deviceGapMs?: number,
): Promise<void> {
  const { front, history, clock } = world;
  const next = { ...line.settings.latest, ...changes };
  const taken = await take(
    updateLine(front.deps, world.callerOf(line.workspaceId), line.id, {
      isActive: next.isActive,
      dailyTotalMessagesLimit: next.dailyTotal,
      dailyNewConversationsLimit: next.dailyNew,
      hourlyNewConversationsLimit: next.hourlyNew,
      contactGapMs: next.contactGapMs,
      ...(deviceGapMs === undefined ? {} : { deviceGapMs }),
    }),
  );
  if (!taken) return;
  line.settings.set(clock.now(), next);
  if (deviceGapMs !== undefined) history.deviceGaps.get(line.deviceId)?.set(clock.now(), deviceGapMs);
  world.tell(`settings: ${JSON.stringify({ ...changes, deviceGapMs })}`, { lineId: line.id });
}

async function fallPastDue(world: World): Promise<void> {
  const { chance, clock } = world;
  const workspaceId = chance.pick([...world.history.workspaces.keys()]);
  await setBilling(world, workspaceId, true);
  await clock.sleep(chance.spread(MINUTE_MS, 5 * HOUR_MS));
  await setBilling(world, workspaceId, false);
}

export async function setBilling(world: World, workspaceId: string, isPastDue: boolean): Promise<void> {
  const { front, history, clock } = world;
  await updateBilling(front.deps.database, workspaceId, isPastDue ? 'past_due' : 'active', clock.now());
  history.workspace(workspaceId).pastDue.set(clock.now(), isPastDue);
  world.tell(`${workspaceId} is ${isPastDue ? 'past due' : 'paid up'}`, {});
}

async function pause(world: World): Promise<void> {
  const { chance, clock, history } = world;
  if (history.campaigns.size === 0) return;
  const campaign = chance.pick([...history.campaigns.values()]);
  await pauseCampaign(world, campaign);
  await clock.sleep(chance.spread(MINUTE_MS, 8 * HOUR_MS));
  await resumeCampaign(world, campaign);
}

/** What conditions ask for: in the app, or on the server that it asks. */
async function changeContact(world: World): Promise<void> {
  const { chance, clock, front, history } = world;
  const stories = [...history.stories.values()].filter(({ step }) => step !== null);
  if (stories.length === 0) return;
  const { leadId, workspaceId } = chance.pick(stories);
  const contact = history.contact(leadId);
  const is = chance.maybe(0.7);
  const what = chance.pick(['customer', 'lost', 'won'] as const);
  const changes =
    what === 'customer' ? { tags: is ? ['customer'] : [] } : { customFields: is ? { stage: 'lost' } : {} };
  if (what !== 'won' && !(await take(updateLead(front.deps, world.callerOf(workspaceId), leadId, changes))))
    return;
  contact[what].set(clock.now(), is);
  world.tell(`contact ${leadId} is ${is ? '' : 'not '}${what}`, {});
}

async function changeFallback(world: World): Promise<void> {
  const { chance, history } = world;
  const workspaceId = chance.pick([...history.workspaces.keys()]);
  const enabled = chance.maybe(0.7);
  await take(setFallback(world, workspaceId, { enabled, onFailed: enabled && chance.maybe(0.4) }));
}

async function edit(world: World): Promise<void> {
  const { chance, clock, front, history } = world;
  const story = anyWaiting(world);
  if (story === null) return;
  const lines = [...history.lines.values()].filter(
    (line) => line.workspaceId === story.workspaceId && line.messageType === story.messageType,
  );
  const timing = chance.maybe(0.6) ? drawTiming(world) : {};
  const body = {
    ...(chance.maybe(0.5) ? { message: `Changed, ${chance.seed()}` } : {}),
    ...(timing.scheduledDate === undefined && chance.maybe(0.3) ? { scheduledDate: null } : {}),
    ...(timing.expiresAt === undefined ? {} : { expiresAt: timing.expiresAt }),
    ...(timing.scheduledDate === undefined ? {} : { scheduledDate: timing.scheduledDate }),
    ...(timing.timezone === undefined ? {} : windowOf(timing)),
    ...(chance.maybe(0.2) ? { fromLineId: chance.pick(lines).id } : {}),
  };
  const queue = history.edits.get(story.id) ?? [];
  history.edits.set(story.id, queue);
  const work = async () => {
    const { request } = parseEditMessage(body, { now: clock.now() });
    const changed: Partial<Terms> = {};
    if (request.expiresAt !== undefined) changed.expiresAt = request.expiresAt;
    if (request.scheduledDate !== undefined) changed.scheduledDate = request.scheduledDate;
    if (timing.timezone !== undefined) changed.window = windowTerms(body);
    queue.push(changed);
    await editMessage(front.deps, world.callerOf(story.workspaceId), story.id, request).catch(
      (error: unknown) => {
        queue.splice(queue.indexOf(changed), 1);
        throw error;
      },
    );
    world.tell(`edited: ${JSON.stringify(body)}`, { messageId: story.id });
  };
  await take(work());
}

/** All four fields of a window, so that nothing of the old one remains. */
function windowOf(timing: Record<string, unknown>): Record<string, unknown> {
  const { timezone, sendWindowStart = null, sendWindowEnd = null, allowedDaysOfWeek = null } = timing;
  return { timezone, sendWindowStart, sendWindowEnd, allowedDaysOfWeek };
}

function windowTerms(body: Record<string, unknown>): Terms['window'] {
  const { timezone, sendWindowStart: start, sendWindowEnd: end, allowedDaysOfWeek: days } = body;
  if (start === null && days === null) return null;
  return { timezone, start, end, days } as Terms['window'];
}

async function cancel(world: World): Promise<void> {
  const story = anyWaiting(world);
  if (story === null) return;
  await take(cancelMessage(world.front.deps, world.callerOf(story.workspaceId), story.id));
}

async function cancelEverythingForOne(world: World): Promise<void> {
  const story = anyWaiting(world);
  if (story === null) return;
  const { workspaceId, leadId } = story;
  const target = { leadId, recipientPhone: null, recipientEmail: null };
  await take(cancelForLead(world.front.deps, world.callerOf(workspaceId), target));
}

/** Somebody writes without being asked, or takes back what they said. */
async function write(world: World, people: readonly Person[]): Promise<void> {
  const { chance } = world;
  const { workspaceId, phones, emails } = chance.pick(people);
  const lines = [...world.history.lines.values()].filter((line) => line.workspaceId === workspaceId);
  const line = chance.pick(lines);
  const address = line.messageType === 'email' ? emails[0] : chance.pick(phones);
  if (address === undefined) return;
  const text = chance.pick(['Hello?', 'Stop.', 'START', 'START', 'yes', 'Call me', 'Unsubscribe', 'Who?']);
  await receiveLetter(world, { workspaceId, lineId: line.id, address, text, id: `letter-${chance.seed()}` });
}

function anyLine({ chance, history }: World): LineRecord {
  return chance.pick([...history.lines.values()]);
}

function anyWaiting({ chance, history }: World): Story | null {
  const waiting = [...history.stories.values()].filter((story) => isWaiting(story.status));
  return waiting.length === 0 ? null : chance.pick(waiting);
}

/** Whether it was taken; a refusal with a public sentence is an answer like any other. */
async function take(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
