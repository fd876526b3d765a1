/**
 * One simulation from beginning to end: what counts is copied into a scratch schema, the campaign is launched or goes on there,
 * the world turns until all of its leads have gone their way, and what was seen is kept.
 */
import { steerCampaign } from '../actions/campaigns/steer-campaigns.ts';
import { lineGateFacts } from '../actions/messages/delivery-facts.ts';
import type { Deps } from '../deps.ts';
import { assumeSteps } from '../domain/campaign/assume.ts';
import { type Step, waitMs } from '../domain/campaign/campaign.ts';
import { lineGates } from '../domain/gates.ts';
import { troubleOf } from '../domain/line-choice.ts';
import { whatShares } from '../domain/shared-lines.ts';
import { assumptionsOf, type LineLimits, type SimulationWish, warningsOf } from '../domain/simulation.ts';
import { type CampaignRow, findCampaign } from '../store/campaigns/campaigns.ts';
import { finishSimulation, type Held, lockSimulation } from '../store/campaigns/simulations.ts';
import { type Database, passing } from '../store/database.ts';
import { type LineRow, listLines } from '../store/lines/lines.ts';
import { changeScratchLines, copyToScratch } from '../store/scratch/scratch-copy.ts';
import { openScratchDatabase } from '../store/scratch/scratch-database.ts';
import { isThrough } from '../store/scratch/scratch-due.ts';
import { collect, countCollected } from '../store/scratch/scratch-results.ts';
import { analyzeScratch, createScratch, indexScratch } from '../store/scratch/scratch-schema.ts';
import {
  type RunningCampaign,
  readRunningCampaigns,
  readUnavailable,
} from '../store/scratch/scratch-scope.ts';
import { drive, PATIENCE_MS } from './drive.ts';
import { Replies } from './replies.ts';
import { createWorld, type World } from './world.ts';

export interface Running extends Held {
  campaignId: string;
  asked: SimulationWish;
  schema: string;
}

export interface RunOptions {
  databaseUrl: string;
  /** Its own connection to the real tables. */
  database: Database;
  /** How far it has come; false: stop, nobody wants it any more. Others get their turn meanwhile. */
  goOn(messages: number, at: number): Promise<boolean>;
}

/** Longer than anybody plans. */
const HORIZON_MS = 400 * 86_400_000;
const ANALYZED = [
  'messages',
  'leads',
  'lines',
  'devices',
  'addresses',
  'lead_addresses',
  'touches',
  'campaign_leads',
];

/** False: it was stopped on the way, and nothing is kept. */
export async function runSimulation(deps: Deps, running: Running, options: RunOptions): Promise<boolean> {
  const { database } = options;
  const { workspaceId, campaignId, asked, schema } = running;
  const campaign = await findCampaign(database, workspaceId, campaignId);
  if (campaign === null) throw new CannotSimulate('The campaign was deleted');
  const now = deps.clock.now();
  const rests = await copyWorld(database, running, campaign, now);
  const replies = new Replies(asked.replyRate, asked.seed);
  const unavailable = await readUnavailable(database, schema);
  const { databaseUrl: url } = options;
  const { namedStatements } = deps.config;
  const scratch = await openScratchDatabase({ url, schema, namedStatements, log: deps.log });
  try {
    let messages = 0;
    const world = createWorld(deps, {
      scratch,
      unavailable,
      startAt: now,
      seed: asked.seed,
      onSent(outgoing, lineId, at) {
        messages += 1;
        replies.onSent(outgoing, lineId, at);
      },
      // Who replies is looked at when they do.
      restOfStep: (id, stepKey) => (asked.replyRate > 0 ? 0 : (rests.get(`${id} ${stepKey}`) ?? 0)),
    });
    replies.comeInto(world.deps, workspaceId);
    const anyLineDown = (await listLines(scratch, workspaceId)).some((line) => line.downSince !== null);
    let isWanted = true;
    const turn = (until: number, isOver: () => Promise<boolean>) =>
      drive(world, {
        workspaceId,
        until,
        patienceMs: asked.replyRate > 0 ? 0 : PATIENCE_MS,
        anyLineDown,
        outside: replies,
        async goOn(at) {
          isWanted = await options.goOn(messages, at);
          return isWanted && !(await isOver());
        },
      });
    const startAt = Math.max(now, asked.startAt ?? now);
    if (campaign.status !== 'active') {
      await turn(startAt, async () => false);
      world.clock.goTo(startAt);
      await start(world, workspaceId, campaign);
    }
    if (isWanted) await turn(now + HORIZON_MS, () => isThrough(scratch, workspaceId, campaignId));
    await scratch.commit();
    return isWanted && (await keep(deps, world, running, { database, startAt, campaign, since: now }));
  } finally {
    await scratch.close();
  }
}

/** Tells, in a sentence for the caller, why there is nothing to simulate. */
export class CannotSimulate extends Error {
  override name = 'CannotSimulate';
}

async function copyWorld(
  database: Database,
  { workspaceId, schema, asked }: Running,
  campaign: CampaignRow,
  now: number,
): Promise<Map<string, number>> {
  const lines = await listLines(database, workspaceId);
  const running = await readRunningCampaigns(database, workspaceId);
  const listId = campaign.enteringListId ?? campaign.listId;
  const asIfRunning = { ...campaign, listId, isEntering: true };
  const others = running.filter(({ id }) => id !== campaign.id);
  const shared = whatShares(campaign.lineIds, { lines, campaigns: [asIfRunning, ...others] });
  const sharing: Omit<RunningCampaign, 'lineIds'>[] = [asIfRunning, ...others].filter(({ id }) =>
    shared.campaignIds.includes(id),
  );
  const campaigns = sharing.map(({ id, steps }) => ({ id, steps: assumeSteps(steps, asked) }));
  const listIds = sharing.flatMap(({ isEntering, listId }) =>
    isEntering && listId !== null ? [listId] : [],
  );
  // Their fallback SMS go from a line of its own.
  const lineIds = [
    ...new Set([
      ...shared.lineIds,
      ...lines.filter((line) => line.messageType === 'sms').map(({ id }) => id),
    ]),
  ];
  await createScratch(database, schema);
  const withAddressBook = asked.replyRate > 0;
  await copyToScratch(database, schema, { workspaceId, lineIds, campaigns, listIds, now, withAddressBook });
  await changeScratchLines(database, schema, campaign.id, {
    added: Array.from({ length: asked.addLines }, (_, n) => `added-${n + 1}`),
    like: campaign.lineIds[0] ?? '',
    caps: { ...asked.caps },
  });
  await indexScratch(database, schema);
  await analyzeScratch(database, schema, ANALYZED);
  return new Map(campaigns.flatMap(({ id, steps }) => restsOf(id, steps)));
}

/** Of the last steps: that a lead is through may be noticed with others. */
function restsOf(campaignId: string, steps: readonly Step[]): [step: string, restMs: number][] {
  return steps.map((step, place) => {
    const targets = [step.next, ...step.branches.map(({ to }) => to)].map((to) =>
      to === null ? place + 1 : steps.findIndex(({ key }) => key === to),
    );
    const waits = [
      ...targets
        .flatMap((target) => (target > place ? (steps[target] ?? []) : []))
        .map(({ wait }) => waitMs(wait)),
      ...step.branches.flatMap(({ condition }) =>
        condition.type === 'no_reply_for' ? [waitMs(condition.wait)] : [],
      ),
    ];
    return [`${campaignId} ${step.key}`, waits.length === 0 ? PATIENCE_MS : Math.min(...waits)];
  });
}

async function start({ deps, scratch }: World, workspaceId: string, { id, status }: CampaignRow) {
  const caller = {
    workspaceId,
    apiKeyId: 'simulation',
    scopes: ['admin'],
    sendsAs: 'imessage_first',
  } as const;
  await steerCampaign(deps, { ...caller, route: 'simulate' }, id, status === 'draft' ? 'launch' : 'resume');
  await scratch.commit();
}

async function keep(
  deps: Deps,
  world: World,
  { workspaceId, id, attempt, campaignId, asked, schema }: Running,
  facts: { database: Database; startAt: number; campaign: CampaignRow; since: number },
): Promise<boolean> {
  const { database, startAt, campaign, since } = facts;
  const lines = await listLines(world.scratch, workspaceId);
  const snapshot = await world.deps.snapshots.read(workspaceId);
  const readOnly = snapshot?.workspace.billingStatus === 'past_due';
  const end = await findCampaign(world.scratch, workspaceId, campaignId);
  await world.scratch.commit();
  const now = world.clock.now();
  const waits = lines.flatMap((line) => {
    const shut = lineGates(lineGateFacts(line, readOnly), now, true).find(
      ({ state, until }) => state === 'blocked' && until === null,
    );
    return shut === undefined ? [] : [[line.id, shut.reason]];
  });
  const held = { workspaceId, id, attempt };
  return database.transaction(async (tx) => {
    if (!(await lockSimulation(tx, held))) return false;
    await tx.query(READ_ALL, []);
    const collecting = {
      schema,
      workspaceId,
      simulationId: id,
      campaignId,
      stepKeys: campaign.steps.map(({ key }) => key),
      since,
      waits: Object.fromEntries(waits),
      waitsElse:
        end?.pauseReason === 'no_line'
          ? 'The campaign pauses: none of its lines can send'
          : 'It does not come up within 400 days',
    };
    await collect(tx, collecting);
    const timezone = snapshot?.workspace.timezone ?? 'UTC';
    const counted = await countCollected(tx, collecting, timezone);
    const result = { startAt, timezone, ...counted, assumptions: assumptionsOf(asked) };
    const own = lines.filter((line) => end?.lineIds.includes(line.id)).map(limitsOf);
    const warnings = warningsOf(result, own);
    await finishSimulation(tx, held, { result: { ...result, warnings } }, deps.clock.now());
    return true;
  });
}

const READ_ALL = passing('SET LOCAL enable_seqscan = on');

function limitsOf(line: LineRow): LineLimits {
  const { id, phone, email, dailyNewConversationsLimit, dailyTotalMessagesLimit } = line;
  return {
    id,
    name: phone ?? email ?? id,
    dailyNewConversationsLimit,
    dailyTotalMessagesLimit,
    trouble: troubleOf({ isActive: line.isActive, isHealthy: line.healthStatus === 'healthy' }),
  };
}
