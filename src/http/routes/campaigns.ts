/** Campaigns: written, launched and steered, and where each lead stands in them (docs/campaigns.md). */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { KeyedAnswer, KeyedRequest } from '../../actions/idempotency.ts';
import {
  CreateCampaignBody,
  EnrollBody,
  EnterLeadBody,
  EvaluateConditionsBody,
  UpdateCampaignBody,
} from '../../contract/campaigns/campaign-bodies.ts';
import {
  type EnterTarget,
  ListCampaignLeadsQuery,
  ListCampaignsQuery,
  parseCreateCampaign,
  parseEnroll,
  parseEnterLead,
  parseEvaluateConditions,
  parseListCampaignLeads,
  parseListCampaigns,
  parseUpdateCampaign,
} from '../../contract/campaigns/campaign-requests.ts';
import {
  CampaignAnswer,
  CampaignLeadAnswer,
  CampaignLeadsAnswer,
  CampaignsAnswer,
  ChangedCampaignAnswer,
  ConditionsEvaluatedAnswer,
  EnteredLeadAnswer,
} from '../../contract/campaigns/campaigns.ts';
import { Id } from '../../contract/common.ts';
import { problem } from '../../contract/problems.ts';
import { isId } from '../../lib/ids.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Campaigns';
const one = { path: '/api/campaigns/{id}', tag, pathParams: idParam } as const;

const keyed = {
  headers: z.object({
    'idempotency-key': z.string().optional().meta({
      description: 'Same key and same body: the first answer again. Kept for 24 hours at least.',
    }),
  }),
} as const;
const replayed = z.object({
  'idempotent-replayed': z
    .string()
    .optional()
    .meta({ description: '`true`: the answer to an earlier request.' }),
});
const KEY_REFUSED = ['INVALID_IDEMPOTENCY_KEY', 'idempotency_mismatch', 'idempotency_in_flight'] as const;

const entering = {
  method: 'POST',
  tag,
  scope: 'send',
  pathParams: idParam,
  ...keyed,
  answers: {
    200: { description: 'It is in the campaign already.', schema: EnteredLeadAnswer, headers: replayed },
    201: { description: 'It entered.', schema: EnteredLeadAnswer, headers: replayed },
  },
  problems: [
    'READ_ONLY',
    'CAMPAIGN_NOT_FOUND',
    'CAMPAIGN_ARCHIVED',
    'CAMPAIGN_STATE',
    'ENTER_TARGET_REQUIRED',
    'ENTER_TARGET_INVALID',
    'LEAD_FIRST_NAME_REQUIRED',
    'LEAD_ADDRESS_REQUIRED',
    'LEAD_NOT_RESOLVED',
    'LEAD_NOT_FOUND',
    'LEAD_NOT_ENTERED',
    ...KEY_REFUSED,
  ],
} as const;

export const campaignRoutes: readonly Route[] = [
  {
    operationId: 'listCampaigns',
    method: 'GET',
    path: '/api/campaigns',
    tag,
    scope: 'read',
    summary: 'List campaigns, newest first',
    query: ListCampaignsQuery,
    answers: { 200: { description: 'One page.', schema: CampaignsAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async (call) =>
      ok(await call.actions.listCampaigns(call.deps, call.caller, parseListCampaigns(call.query))),
  },
  {
    operationId: 'createCampaign',
    method: 'POST',
    path: '/api/campaigns',
    tag,
    scope: 'send',
    summary: 'Make a campaign',
    description:
      'A draft: it may lack what it needs, `problems` says what. Nothing is sent before it is launched.',
    ...keyed,
    body: CreateCampaignBody,
    answers: { 201: { description: 'Made.', schema: CampaignAnswer, headers: replayed } },
    problems: ['READ_ONLY', 'INVALID_CAMPAIGN', ...KEY_REFUSED],
    handle: createCampaign,
  },
  {
    operationId: 'evaluateConditions',
    method: 'POST',
    path: '/api/campaigns/evaluate-conditions',
    tag,
    scope: 'send',
    summary: 'Ask conditions of a lead',
    description:
      'As a campaign would ask them now, with what they were asked of. HTTP conditions are really asked.',
    body: EvaluateConditionsBody,
    answers: { 200: { description: 'Each in its order.', schema: ConditionsEvaluatedAnswer } },
    problems: ['READ_ONLY', 'INVALID_CAMPAIGN', 'CAMPAIGN_NOT_FOUND', 'LEAD_ID_REQUIRED', 'LEAD_NOT_FOUND'],
    handle: evaluateConditions,
  },
  {
    ...one,
    operationId: 'getCampaign',
    method: 'GET',
    scope: 'read',
    summary: 'Read one campaign',
    answers: { 200: { description: 'The campaign and how far it has come.', schema: CampaignAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getCampaign(call.deps, call.caller, campaignId(call))),
  },
  {
    ...one,
    operationId: 'updateCampaign',
    method: 'PATCH',
    scope: 'send',
    summary: 'Change a campaign',
    description:
      'Once it was launched, steps that are not made yet follow the new text; `alreadyMade` names the messages that stay as they are.',
    body: UpdateCampaignBody,
    answers: { 200: { description: 'The campaign as it is now.', schema: ChangedCampaignAnswer } },
    problems: [
      'READ_ONLY',
      'CAMPAIGN_NOT_FOUND',
      'NOTHING_TO_CHANGE',
      'INVALID_CAMPAIGN',
      'CAMPAIGN_ARCHIVED',
    ],
    handle: updateCampaign,
  },
  {
    ...one,
    operationId: 'deleteCampaign',
    method: 'DELETE',
    scope: 'send',
    summary: 'Delete a campaign that does not run',
    description: 'With where its leads stood; its messages stay.',
    answers: { 200: { description: 'Deleted.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['READ_ONLY', 'CAMPAIGN_NOT_FOUND', 'CAMPAIGN_STATE'],
    handle: async (call) => ok(await call.actions.deleteCampaign(call.deps, call.caller, campaignId(call))),
  },
  {
    ...moving('launch'),
    summary: 'Launch a campaign',
    description:
      'The leads of its list enter, and their first steps become due. Refused with everything that is in the way.',
    problems: ['READ_ONLY', 'CAMPAIGN_NOT_FOUND', 'CAMPAIGN_STATE', 'INVALID_CAMPAIGN'],
  },
  {
    ...moving('pause'),
    summary: 'Pause a campaign',
    description: 'Nothing of it leaves from then on, but for what is just being sent.',
  },
  {
    ...moving('resume'),
    summary: 'Resume a paused campaign',
    description:
      'What has become due meanwhile goes as its lines allow. Refused while none of them can be used.',
    problems: ['READ_ONLY', 'CAMPAIGN_NOT_FOUND', 'CAMPAIGN_STATE', 'INVALID_CAMPAIGN'],
  },
  {
    ...moving('complete'),
    summary: 'Complete a campaign',
    description: 'Who is on the way is stopped, and what waits is cancelled.',
  },
  {
    ...moving('archive'),
    summary: 'Archive a campaign',
    description: 'As completing it, and nothing about it changes any more.',
  },
  {
    ...entering,
    operationId: 'addLeadToCampaign',
    path: '/api/campaigns/{id}/leads',
    summary: 'Add a lead to a campaign',
    description:
      'One there is, or one that is found by its phone or email, or made. A completed campaign becomes active again; in a draft it waits for the launch.',
    body: EnterLeadBody,
    handle: (call) => enter(call, parseEnterLead(call.body)),
  },
  {
    ...entering,
    operationId: 'enrollLead',
    path: '/api/campaigns/{id}/enroll',
    summary: 'Add a lead to a campaign, by its id',
    body: EnrollBody,
    handle: (call) => enter(call, parseEnroll(call.body)),
  },
  {
    operationId: 'listCampaignLeads',
    method: 'GET',
    path: '/api/campaigns/{id}/leads',
    tag,
    scope: 'read',
    summary: 'List the leads of a campaign, and where each stands',
    pathParams: idParam,
    query: ListCampaignLeadsQuery,
    answers: { 200: { description: 'One page.', schema: CampaignLeadsAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND', 'INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async (call) => {
      const asked = parseListCampaignLeads(call.query);
      return ok(await call.actions.listCampaignLeads(call.deps, call.caller, campaignId(call), asked));
    },
  },
  {
    operationId: 'stopCampaignLead',
    method: 'POST',
    path: '/api/campaigns/{id}/leads/{leadId}/stop',
    tag,
    scope: 'send',
    summary: 'Take a lead out of a campaign',
    description: 'A step that waits is cancelled with it; one that is just being sent still goes.',
    pathParams: z.object({ id: Id, leadId: Id }),
    answers: { 200: { description: 'Where it stood.', schema: CampaignLeadAnswer } },
    problems: ['READ_ONLY', 'CAMPAIGN_NOT_FOUND', 'CAMPAIGN_LEAD_NOT_FOUND'],
    handle: stopCampaignLead,
  },
];

function moving(move: 'launch' | 'pause' | 'resume' | 'complete' | 'archive') {
  return {
    operationId: `${move}Campaign`,
    method: 'POST',
    path: `/api/campaigns/{id}/${move}`,
    tag,
    scope: 'send',
    pathParams: idParam,
    answers: { 200: { description: 'The campaign as it is now.', schema: CampaignAnswer } },
    problems: ['READ_ONLY', 'CAMPAIGN_NOT_FOUND', 'CAMPAIGN_STATE'],
    handle: async (call: Call) =>
      ok(await call.actions.steerCampaign(call.deps, call.caller, campaignId(call), move)),
  } as const;
}

async function createCampaign(call: Call): Promise<Answer> {
  const { request, warnings } = parseCreateCampaign(call.body, call.deps.config);
  const options = { ...keyOf(call, '/api/campaigns'), warnings };
  return kept(await call.actions.createCampaign(call.deps, call.caller, request, options));
}

async function updateCampaign(call: Call): Promise<Answer> {
  const id = campaignId(call);
  const { request, warnings } = parseUpdateCampaign(call.body, call.deps.config);
  const answer = await call.actions.updateCampaign(call.deps, call.caller, id, request);
  return withWarnings(answer, [...warnings, ...answer.warnings]);
}

async function enter(
  call: Call,
  { target, warnings }: { target: EnterTarget; warnings: string[] },
): Promise<Answer> {
  const id = campaignId(call);
  const options = { ...keyOf(call, `/api/campaigns/${id}/leads`), warnings };
  return kept(await call.actions.enterLead(call.deps, call.caller, id, target, options));
}

async function stopCampaignLead(call: Call): Promise<Answer> {
  const id = campaignId(call);
  const { leadId } = call.params;
  if (leadId === undefined || !isId(leadId)) throw problem('CAMPAIGN_LEAD_NOT_FOUND');
  return ok(await call.actions.stopCampaignLead(call.deps, call.caller, id, leadId));
}

async function evaluateConditions(call: Call): Promise<Answer> {
  const { request, warnings } = parseEvaluateConditions(call.body, call.deps.config);
  return withWarnings(await call.actions.evaluateConditions(call.deps, call.caller, request), warnings);
}

/** What a key vouches for is this call with these bytes. */
function keyOf({ headers, bytes }: Call, path: string): KeyedRequest {
  const idempotencyKey = readIdempotencyKey(headers);
  const signed = [Buffer.from(`POST ${path}\n`), bytes];
  return {
    idempotencyKey,
    requestHash: idempotencyKey === null ? '' : hash('sha256', Buffer.concat(signed)),
  };
}

function kept({ httpStatus, answer, replayed }: KeyedAnswer<object>): Answer {
  return {
    status: httpStatus,
    body: answer,
    ...(replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
  };
}

function campaignId(call: Call): string {
  return idOf(call, 'CAMPAIGN_NOT_FOUND');
}
