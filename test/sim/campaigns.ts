/** Sequences in a town: written, launched, entered one by one, paused for a while, and answered. */
import { enterLead } from '../../src/actions/campaigns/enter-lead.ts';
import { createCampaign } from '../../src/actions/campaigns/manage-campaigns.ts';
import { steerCampaign } from '../../src/actions/campaigns/steer-campaigns.ts';
import { createList } from '../../src/actions/leads/manage-lists.ts';
import { saveLeads } from '../../src/actions/leads/save-leads.ts';
import { parseCreateCampaign, parseEnterLead } from '../../src/contract/campaigns/campaign-requests.ts';
import { parseSaveLeads } from '../../src/contract/leads/lead-requests.ts';
import { parseCreateList } from '../../src/contract/leads/lists.ts';
import { Problem } from '../../src/contract/problems.ts';
import { waitMs } from '../../src/domain/campaign/campaign.ts';
import type { Chance } from './chance.ts';
import { CRM } from './crm.ts';
import type { CampaignRecord, ContactRecord } from './history.ts';
import { Timeline } from './timeline.ts';
import type { Person } from './town.ts';
import { type World, ZONES } from './world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const CONDITIONS = {
  customer: { type: 'tag', tag: 'customer', is: 'present' },
  lost: { type: 'field', field: 'customFields.stage', operator: 'eq', value: 'lost' },
  won: { type: 'http', url: CRM, path: 'won', operator: 'eq', value: 'true' },
} as const satisfies Record<keyof ContactRecord, object>;
const STOPS = ['customer', 'lost', 'won'] as const;
const UNKEYED = { idempotencyKey: null, requestHash: '', warnings: [] };

/** One or two in each workspace, over the same lines; people enter for as long as there are faults. */
export async function keepCampaigning(world: World, people: readonly Person[], until: number): Promise<void> {
  const { chance, clock, history } = world;
  for (const workspaceId of history.workspaces.keys()) {
    const count = chance.between(1, 2);
    const own = people.filter((each) => each.workspaceId === workspaceId);
    for (let n = 1; n <= count; n += 1) await launch(world, workspaceId, n, own);
  }
  while (clock.monotonic < until && !world.isOver) {
    await world.expect('entering a campaign', enter(world, chance.pick(people)));
    await clock.sleep(chance.spread(1_000, Math.max(60_000, (world.hours * HOUR_MS) / 30)));
  }
}

/** Until somebody resumes it. */
export async function pauseCampaign(world: World, campaign: CampaignRecord): Promise<void> {
  if ((await steer(world, campaign, 'pause')) === null) campaign.paused.set(world.clock.now(), true);
}

export async function resumeCampaign(world: World, campaign: CampaignRecord): Promise<void> {
  const { front, clock } = world;
  // From when it is asked on: a dispatcher may be quicker than the answer.
  campaign.paused.set(clock.now(), false);
  // One that paused by itself is resumed as soon as it has a line again; one that is complete by now is left alone.
  for (let refused = await steer(world, campaign, 'resume'); !world.isOver; ) {
    if (refused === null || refused.code === 'CAMPAIGN_STATE') return;
    await front.deps.clock.sleep(MINUTE_MS);
    refused = await steer(world, campaign, 'resume');
  }
}

/** null: it was done, or was so already. */
export async function steer(
  world: World,
  { id, workspaceId }: CampaignRecord,
  move: 'pause' | 'resume',
): Promise<Problem | null> {
  world.tell(`campaign ${id}: ${move}`, {});
  try {
    await steerCampaign(world.front.deps, world.callerOf(workspaceId), id, move);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

async function launch(
  world: World,
  workspaceId: string,
  n: number,
  people: readonly Person[],
): Promise<void> {
  const { chance, front, history } = world;
  const lines = [...history.lines.values()].filter((line) => line.workspaceId === workspaceId);
  const own = lines.filter(({ messageType }) => messageType === 'imessage');
  const steps = drawSteps(world);
  const schedule = chance.maybe(0.3)
    ? { timezone: chance.pick(ZONES), sendWindowStart: '06:30', sendWindowEnd: '22:15' }
    : null;
  const body = {
    name: `Campaign ${n} of ${workspaceId}`,
    listId: chance.maybe(0.6) ? await listOf(world, workspaceId, people) : null,
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
    steps: request.steps.map(({ key, wait, stopConditions }) => ({
      key,
      waitMs: waitMs(wait),
      stops: STOPS.filter((stop) => stopConditions.some(({ id }) => id.startsWith(stop))),
    })),
    stopsOnReply: request.onReply === 'stop',
    window:
      schedule === null ? null : { timezone: schedule.timezone, start: '06:30', end: '22:15', days: null },
    paused: new Timeline(false),
  });
  await steerCampaign(front.deps, caller, id, 'launch');
  world.tell(`campaign ${id} is launched: ${JSON.stringify(body)}`, {});
}

/** Some of the people, before anybody knows them or after. */
async function listOf(world: World, workspaceId: string, people: readonly Person[]): Promise<string> {
  const { chance, front } = world;
  const caller = world.callerOf(workspaceId);
  const { list } = await createList(front.deps, caller, parseCreateList({ name: 'Some' }).request);
  const some = Array.from({ length: chance.between(1, 10) }, () => chance.pick(people));
  const leads = [...new Set(some)].map(({ name, phones }) => ({ firstName: name, phone: phones[0] }));
  const { request } = await parseSaveLeads({ listId: list._id, leads });
  await saveLeads(front.deps, caller, request, { ...UNKEYED, badRows: [] });
  return list._id;
}

/** A reply may lead on to the last step, or out; so may what is known of the contact, or its silence. */
function drawSteps({ chance }: World): object[] {
  const count = chance.between(2, 4);
  const wait = () => ({ value: chance.spread(1, 200), unit: 'min' });
  const branch = () =>
    chance.maybe(0.6)
      ? { type: 'replied' }
      : chance.pick([...Object.values(CONDITIONS), { type: 'no_reply_for', wait: wait() }]);
  return Array.from({ length: count }, (_, index) => ({
    key: `s${index + 1}`,
    message: `Step ${index + 1} for {firstName|you}`,
    ...(index === 0 ? {} : { wait: wait(), onlyNonResponders: chance.maybe(0.2) }),
    ...(index === 0 ? {} : { stopConditions: drawStops(chance, index) }),
    branches:
      index + 1 < count && chance.maybe(0.4)
        ? [{ condition: branch(), to: chance.maybe(0.5) ? `s${count}` : 'end' }]
        : [],
  }));
}

function drawStops(chance: Chance, index: number): object[] {
  const drawn = STOPS.filter(() => chance.maybe(0.3));
  return drawn.map((stop) => ({ ...CONDITIONS[stop], id: `${stop}-${index}` }));
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
