/** What will become of a campaign: the same rules on virtual time (docs/campaigns.md, "Foreseeing"). */
import { z } from 'zod';
import {
  parseCalendar,
  parseListSimulated,
  parseSimulate,
  SimulateBody,
  SimulatedMessages,
  SimulatedMessagesQuery,
  SimulationAnswer,
  SimulationCalendar,
  SimulationCalendarQuery,
  SimulationsAnswer,
} from '../../contract/campaigns/simulations.ts';
import { Id } from '../../contract/common.ts';
import { readCursor, readLimit } from '../../contract/list-queries.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { readWait } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam } from './shared.ts';

const tag = 'Campaigns';
const DEFAULT_WAIT_SECONDS = 10;
const one = {
  path: '/api/campaigns/{id}/simulations/{simulationId}',
  tag,
  pathParams: z.object({ id: Id, simulationId: Id }),
} as const;

export const simulationRoutes: readonly Route[] = [
  {
    operationId: 'simulateCampaign',
    method: 'POST',
    path: '/api/campaigns/{id}/simulate',
    tag,
    scope: 'send',
    summary: 'Foresee a campaign',
    description:
      'Runs the real rules over a copy of all that counts, on virtual time: when each lead gets which step from which line, and what never goes. A draft is launched there, a paused campaign resumed, a running one goes on from now. Nothing is sent, and nothing of the campaign changes.',
    pathParams: idParam,
    headers: z.object({
      prefer: z.string().optional().meta({
        description:
          '`wait=N` (RFC 7240): wait up to N seconds for the result, 10 when absent and 30 at most.',
        example: 'wait=30',
      }),
    }),
    body: SimulateBody,
    mayLackBody: true,
    answers: {
      200: { description: 'The result.', schema: SimulationAnswer },
      202: { description: 'It takes longer: ask for it by its `simulationId`.', schema: SimulationAnswer },
    },
    problems: [
      'READ_ONLY',
      'CAMPAIGN_NOT_FOUND',
      'CAMPAIGN_STATE',
      'INVALID_CAMPAIGN',
      'INVALID_FIELD',
      'TOO_MANY_SIMULATIONS',
    ],
    handle: simulateCampaign,
  },
  {
    operationId: 'listSimulations',
    method: 'GET',
    path: '/api/campaigns/{id}/simulations',
    tag,
    scope: 'read',
    summary: 'List the simulations of a campaign',
    description: 'What was asked of each, and its result in three figures. Kept for 30 days.',
    pathParams: idParam,
    query: z.object({ cursor: z.string().optional(), limit: z.string().optional() }),
    answers: { 200: { description: 'One page.', schema: SimulationsAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND', 'INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async (call) => {
      const asked = { cursor: readCursor(call.query), limit: readLimit(call.query) };
      return ok(await call.actions.listSimulations(call.deps, call.caller, campaignId(call), asked));
    },
  },
  {
    ...one,
    operationId: 'getSimulationCalendar',
    method: 'GET',
    path: `${one.path}/calendar`,
    scope: 'read',
    summary: 'Read the calendar of a simulation',
    description: 'How many messages go in each hour of each day, from each line.',
    query: SimulationCalendarQuery,
    answers: { 200: { description: 'Six weeks at most.', schema: SimulationCalendar } },
    problems: ['CAMPAIGN_NOT_FOUND', 'SIMULATION_NOT_FOUND', 'INVALID_FIELD'],
    handle: async (call) => {
      const asked = parseCalendar(call.query);
      const { deps, caller } = call;
      const [id, simulation] = [campaignId(call), simulationId(call)];
      return ok(await call.actions.readSimulationCalendar(deps, caller, id, simulation, asked));
    },
  },
  {
    ...one,
    operationId: 'getSimulation',
    method: 'GET',
    scope: 'read',
    summary: 'Read a simulation',
    description: 'How far it has come, or what came of it. Kept for 30 days.',
    answers: { 200: { description: 'The simulation.', schema: SimulationAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND', 'SIMULATION_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.getSimulation(call.deps, call.caller, campaignId(call), simulationId(call))),
  },
  {
    ...one,
    operationId: 'deleteSimulation',
    method: 'DELETE',
    scope: 'send',
    summary: 'Delete a simulation',
    description: 'One that runs is stopped.',
    answers: { 200: { description: 'Deleted.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['CAMPAIGN_NOT_FOUND', 'SIMULATION_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.deleteSimulation(call.deps, call.caller, campaignId(call), simulationId(call))),
  },
  {
    ...one,
    operationId: 'listSimulatedMessages',
    method: 'GET',
    path: `${one.path}/messages`,
    scope: 'read',
    summary: 'List the messages of a simulation',
    description: 'In the order in which they go; what never goes comes last.',
    query: SimulatedMessagesQuery,
    answers: { 200: { description: 'One page.', schema: SimulatedMessages } },
    problems: ['CAMPAIGN_NOT_FOUND', 'SIMULATION_NOT_FOUND', 'INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async (call) => {
      const asked = parseListSimulated(call.query);
      const { deps, caller } = call;
      return ok(await call.actions.listSimulated(deps, caller, campaignId(call), simulationId(call), asked));
    },
  },
];

async function simulateCampaign(call: Call): Promise<Answer> {
  const id = campaignId(call);
  const { request, warnings } = parseSimulate(call.body, call.deps.clock.now());
  const waitSeconds = readWait(call.headers);
  const { answer, isOver } = await call.actions.simulateCampaign(call.deps, call.caller, id, request, {
    waitMs: (waitSeconds ?? DEFAULT_WAIT_SECONDS) * 1000,
    gone: call.gone,
    warnings,
  });
  return { status: isOver ? 200 : 202, body: answer };
}

function campaignId(call: Call): string {
  return idOf(call, 'CAMPAIGN_NOT_FOUND');
}

function simulationId({ params }: Call): string {
  const { simulationId: id } = params;
  if (id === undefined || !isId(id)) throw problem('SIMULATION_NOT_FOUND');
  return id;
}
