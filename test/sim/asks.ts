/** People who send: what they ask for, how often, and what they do when no answer comes. */
import { acceptMessage } from '../../src/actions/messages/accept-message.ts';
import { parseSendMessage } from '../../src/contract/messages/send-message.ts';
import { Problem } from '../../src/contract/problems.ts';
import { MESSAGE_TYPES } from '../../src/domain/words.ts';
import { statement } from '../../src/store/database.ts';
import type { Chance } from './chance.ts';
import type { Ask } from './history.ts';
import type { Process } from './process.ts';
import type { Person } from './town.ts';
import { type World, ZONES } from './world.ts';

const HOUR_MS = 3_600_000;
const LOST_AFTER_MS = 20_000;
/** Campaigns have no door yet; their class exists and must not starve. */
const MAKE_CAMPAIGN = statement(
  'sim_campaign',
  'UPDATE messages SET priority = 2 WHERE workspace_id = $1 AND batch_id = $2',
);

/** Bursts with pauses between them, over the whole run. */
export async function keepAsking(world: World, people: readonly Person[], until: number): Promise<void> {
  const { chance, clock } = world;
  const pauseMs = Math.max(60_000, (world.hours * HOUR_MS) / 20);
  while (clock.monotonic < until && !world.isOver) {
    const inBurst = chance.maybe(0.3) ? chance.between(4, 12) : chance.between(1, 3);
    for (let number = 0; number < inBurst; number += 1) {
      void ask(world, chance.pick(people));
      if (chance.maybe(0.5)) await clock.sleep(chance.between(0, 3_000));
    }
    await clock.sleep(chance.spread(1_000, 4 * pauseMs));
  }
}

/** One request; repeated under its key when the process that took it never answered. */
async function ask(world: World, person: Person): Promise<void> {
  const { chance, clock, history, processes } = world;
  const id = `ask-${history.asks.size + 1}`;
  const { workspaceId } = person;
  let wish: Ask;
  try {
    const { request } = parseSendMessage({ ...drawBody(world, person), batchId: id }, { now: clock.now() });
    wish = { id, workspaceId, request, answered: null };
  } catch (error) {
    if (error instanceof Problem) return;
    throw error;
  }
  history.asks.set(id, wish);
  const key = chance.maybe(0.5) ? id : null;
  const first = submit(world, chance.pick(processes), wish, key);
  if (key === null) return;
  await Promise.race([first, clock.sleep(LOST_AFTER_MS)]);
  if (wish.answered !== null && chance.maybe(0.8)) return;
  await clock.sleep(chance.spread(10, LOST_AFTER_MS));
  await submit(world, world.front, wish, key);
}

async function submit(world: World, process: Process, wish: Ask, key: string | null): Promise<void> {
  const { id, workspaceId, request } = wish;
  const options = {
    idempotencyKey: key,
    requestHash: id,
    correlationId: `app_${id}`,
    waitMs: 0,
    warnings: [],
  };
  try {
    const { body, replayed } = await acceptMessage(
      process.deps,
      world.callerOf(workspaceId),
      request,
      options,
    );
    const { _id: messageId } = body.message;
    world.tell(
      `${replayed ? 'answered again' : 'accepted'} by ${process.name}: ${JSON.stringify(brief(request))}`,
      { messageId },
    );
    if (wish.answered !== null && wish.answered !== messageId) {
      world.blame('storesEachAskOnce', `${id} was answered with ${wish.answered} before`, { messageId });
    }
    wish.answered = messageId;
    const isCampaign = !replayed && world.chance.maybe(0.1);
    if (isCampaign) await world.front.deps.database.query(MAKE_CAMPAIGN, [workspaceId, id]);
  } catch (error) {
    if (!(error instanceof Problem)) world.blame('actionsNeverBreak', `accepting: ${String(error)}`);
  }
}

/** The JSON of a request, of every kind the API takes. */
function drawBody(world: World, person: Person): Record<string, unknown> {
  const { chance, history } = world;
  const messageType = chance.pick([...MESSAGE_TYPES, 'imessage', 'imessage'] as const);
  const lines = [...history.lines.values()].filter(
    (line) => line.workspaceId === person.workspaceId && line.messageType === messageType,
  );
  const known = [...history.stories.values()].filter((story) => story.workspaceId === person.workspaceId);
  const body: Record<string, unknown> = { messageType, message: `Hi {firstName|there}, ${chance.seed()}` };
  if (known.length > 0 && chance.maybe(0.15)) body.leadId = chance.pick(known).leadId;
  else Object.assign(body, recipientOf(world, person));
  if (lines.length > 0 && chance.maybe(0.15)) body.fromLineId = chance.pick(lines).id;
  return { ...body, ...drawTiming(world), ...drawFallback(world, messageType) };
}

function recipientOf({ chance }: World, { name, phones, emails }: Person): Record<string, unknown> {
  const body: Record<string, unknown> = { recipientName: name, recipientPhone: phones[0] };
  if (emails[0] !== undefined) body.recipientEmail = emails[0];
  if (chance.maybe(0.3)) {
    if (phones[1] !== undefined) body.altPhone1 = phones[1];
    if (phones[2] !== undefined) body.altPhone2 = phones[2];
    if (emails[1] !== undefined) body.altEmail1 = emails[1];
  }
  return body;
}

/** Windows of every length, also across midnight; dates and expiries near and far. */
export function drawTiming({ chance, clock }: World): Record<string, unknown> {
  const timing: Record<string, unknown> = {};
  if (chance.maybe(0.4)) {
    timing.timezone = chance.pick(ZONES);
    if (chance.maybe(0.8)) {
      timing.sendWindowStart = drawTime(chance);
      timing.sendWindowEnd = drawTime(chance);
    }
    if (chance.maybe(0.3)) timing.allowedDaysOfWeek = [0, 1, 2, 3, 4, 5, 6].filter(() => chance.maybe(0.6));
  }
  const ahead = chance.maybe(0.2) ? chance.spread(60_000, 20 * HOUR_MS) : 0;
  if (ahead > 0) timing.scheduledDate = new Date(clock.now() + ahead).toISOString();
  if (chance.maybe(0.2))
    timing.expiresAt = new Date(clock.now() + ahead + chance.spread(5_000, 30 * HOUR_MS)).toISOString();
  return timing;
}

function drawTime(chance: Chance): string {
  return `${String(chance.between(0, 23)).padStart(2, '0')}:${chance.pick(['00', '15', '30', '45', '59'])}`;
}

function drawFallback({ chance }: World, messageType: string): Record<string, unknown> {
  if (messageType !== 'imessage') return {};
  if (chance.maybe(0.05)) return { forceFallback: true };
  return chance.maybe(0.25) ? { sendFallbackSmsOnFailed: true } : {};
}

function brief(request: Ask['request']): Record<string, unknown> {
  const { messageType, recipientPhone, recipientEmail, leadId, fromLineId, scheduledDate, expiresAt } =
    request;
  const {
    timezone,
    sendWindowStart,
    sendWindowEnd,
    allowedDaysOfWeek,
    forceFallback,
    sendFallbackSmsOnFailed,
  } = request;
  const window = [timezone, sendWindowStart, sendWindowEnd, allowedDaysOfWeek];
  return {
    messageType,
    recipientPhone,
    recipientEmail,
    leadId,
    fromLineId,
    scheduledDate,
    expiresAt,
    window,
    forceFallback,
    sendFallbackSmsOnFailed,
  };
}
