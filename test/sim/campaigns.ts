/** Sequences in a town: written, launched, entered one by one, paused for a while, and answered. */
import { enterLead } from '../../src/actions/campaigns/enter-lead.ts';
import { createCampaign } from '../../src/actions/campaigns/manage-campaigns.ts';
import { steerCampaign } from '../../src/actions/campaigns/steer-campaigns.ts';
import { parseCreateCampaign, parseEnterLead } from '../../src/contract/campaign-requests.ts';
import { Problem } from '../../src/contract/problems.ts';
import { waitMs } from '../../src/domain/campaign/campaign.ts';
import type { CampaignRecord } from './history.ts';
import { Timeline } from './timeline.ts';
import type { Person } from './town.ts';
import { type World, ZONES } from './world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const UNKEYED = { idempotencyKey: null, requestHash: '', warnings: [] };

/** One or two in each workspace, over the same lines; people enter for as long as there are faults. */
export async function keepCampaigning(world: World, people: readonly Person[], until: number): Promise<void> {
  const { chance, clock, history } = world;
  for (const workspaceId of history.workspaces.keys()) {
    const count = chance.between(1, 2);
    for (let n = 1; n <= count; n += 1) await launch(world, workspaceId, n);
  }
  while (clock.monotonic < until && !world.isOver) {
    await world.expect('entering a campaign', enter(world, chance.pick(people)));
    await clock.sleep(chance.spread(1_000, Math.max(60_000, (world.hours * HOUR_MS) / 30)));
  }
}

/** Until somebody resumes it. */
export async function pauseCampaign(world: World, campaign: CampaignRecord): Promise<void> {
  if (await steer(world, campaign, 'pause')) campaign.paused.set(world.clock.now(), true);
}

export async function resumeCampaign(world: World, campaign: CampaignRecord): Promise<void> {
  const { front, clock } = world;
  // From when it is asked on: a dispatcher may be quicker than the answer.
  campaign.paused.set(clock.now(), false);
  // One that paused by itself is resumed as soon as it has a line again.
  while (!world.isOver && !(await steer(world, campaign, 'resume'))) await front.deps.clock.sleep(MINUTE_MS);
}

/** Asked again and again, whoever paused it. */
export async function steer(world: World, { id, workspaceId }: CampaignRecord, move: 'pause' | 'resume') {
  world.tell(`campaign ${id}: ${move}`, {});
  try {
    await steerCampaign(world.front.deps, world.callerOf(workspaceId), id, move);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

async function launch(world: World, workspaceId: string, n: number): Promise<void> {
  const { chance, front, history } = world;
  const lines = [...history.lines.values()].filter((line) => line.workspaceId === workspaceId);
  const own = lines.filter(({ messageType }) => messageType === 'imessage');
  const steps = drawSteps(world);
  const schedule = chance.maybe(0.3)
    ? { timezone: chance.pick(ZONES), sendWindowStart: '06:30', sendWindowEnd: '22:15' }
    : null;
  const body = {
    name: `Campaign ${n} of ${workspaceId}`,
    lineIds: own.map(({ id }) => id),
    steps,
    onReply: chance.pick(['stop', 'stop', 'continue']),
    newLeadsFirst: chance.maybe(0.3),
    ...(schedule === null ? {} : { schedule }),
  };
  const { request } = parseCreateCampaign(body, front.deps.config);
  const caller = world.callerOf(workspaceId);
  const { answer } = await createCampaign(front.deps, caller, request, UNKEYED);
  const { _id: id } = answer.campaign;
  history.campaigns.set(id, {
    id,
    workspaceId,
    steps: request.steps.map(({ key, wait }) => ({ key, waitMs: waitMs(wait) })),
    stopsOnReply: request.onReply === 'stop',
    window:
      schedule === null ? null : { timezone: schedule.timezone, start: '06:30', end: '22:15', days: null },
    paused: new Timeline(false),
  });
  await steerCampaign(front.deps, caller, id, 'launch');
  world.tell(`campaign ${id} is launched: ${JSON.stringify(body)}`, {});
}

/** A reply may lead on to the last step, or out; silence, past the second. */
function drawSteps({ chance }: World): object[] {
  const count = chance.between(2, 4);
  const wait = () => ({ value: chance.spread(1, 200), unit: 'min' });
  return Array.from({ length: count }, (_, index) => ({
    key: `s${index + 1}`,
    message: `Step ${index + 1} for {firstName|you}`,
    ...(index === 0 ? {} : { wait: wait(), onlyNonResponders: chance.maybe(0.2) }),
    branches:
      index + 1 < count && chance.maybe(0.4)
        ? [{ condition: { type: 'replied' }, to: chance.maybe(0.5) ? `s${count}` : 'end' }]
        : [],
  }));
}

async function enter(world: World, { workspaceId, name, phones }: Person): Promise<void> {
  const { chance, front, history } = world;
  const campaigns = [...history.campaigns.values()].filter((each) => each.workspaceId === workspaceId);
  const { id } = chance.pick(campaigns);
  const { target } = parseEnterLead({ lead: { firstName: name, phone: phones[0] } });
  try {
    await enterLead(front.deps, world.callerOf(workspaceId), id, target, UNKEYED);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}
