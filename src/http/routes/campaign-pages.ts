/** What whoever works on a campaign asks beside it: how far it is, whom it reaches, what an edit would come to; and copies of it. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Proposal } from '../../actions/campaigns/check-changes.ts';
import { UpdateCampaignBody } from '../../contract/campaigns/campaign-bodies.ts';
import {
  CampaignAudienceAnswer,
  CampaignAudienceQuery,
  CampaignCheckAnswer,
  CampaignProgressAnswer,
  EnterListBody,
  parseAudience,
  parseEnterList,
} from '../../contract/campaigns/campaign-progress.ts';
import { parseUpdateCampaign } from '../../contract/campaigns/campaign-requests.ts';
import { CampaignAnswer } from '../../contract/campaigns/campaigns.ts';
import { Problem } from '../../contract/problems.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const one = { tag: 'Campaigns', pathParams: idParam } as const;

export const campaignPageRoutes: readonly Route[] = [
  {
    ...one,
    operationId: 'getCampaignProgress',
    method: 'GET',
    path: '/api/campaigns/{id}/progress',
    scope: 'read',
    summary: 'How far a campaign has come',
    description:
      'Leads by where they stand and why, messages by step and line. Quick enough to be asked while it runs; figures to keep are those of `…/analytics`.',
    answers: { 200: { description: 'As it was counted last.', schema: CampaignProgressAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.readCampaignProgress(call.deps, call.caller, campaignId(call))),
  },
  {
    ...one,
    operationId: 'getCampaignAudience',
    method: 'GET',
    path: '/api/campaigns/{id}/audience',
    scope: 'read',
    summary: 'Count whom a list would bring into a campaign',
    description:
      'Each lead is counted once. What is known of addresses is not asked: a simulation does that.',
    query: CampaignAudienceQuery,
    answers: { 200: { description: 'The counts.', schema: CampaignAudienceAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND', 'LIST_NOT_FOUND'],
    handle: async (call) => {
      const listId = parseAudience(call.query);
      return ok(await call.actions.readCampaignAudience(call.deps, call.caller, campaignId(call), listId));
    },
  },
  {
    ...one,
    operationId: 'checkCampaign',
    method: 'POST',
    path: '/api/campaigns/{id}/check',
    scope: 'send',
    summary: 'Check a change to a campaign, without making it',
    description:
      'What a PATCH with the same body would come to: what is wrong with it, each with its place, and which messages and leads it would touch. Nothing is stored.',
    body: UpdateCampaignBody,
    answers: { 200: { description: 'What it would come to.', schema: CampaignCheckAnswer } },
    problems: ['CAMPAIGN_NOT_FOUND', 'NOTHING_TO_CHANGE', 'CAMPAIGN_ARCHIVED'],
    handle: checkCampaign,
  },
  {
    ...one,
    operationId: 'duplicateCampaign',
    method: 'POST',
    path: '/api/campaigns/{id}/duplicate',
    scope: 'send',
    summary: 'Make a copy of a campaign',
    description: 'A draft with the same steps, list, lines and settings, headers of its conditions included.',
    headers: z.object({
      'idempotency-key': z.string().optional().meta({
        description: 'Same key: the first answer again. Kept for 24 hours at least.',
      }),
    }),
    answers: {
      201: {
        description: 'Made.',
        schema: CampaignAnswer,
        headers: z.object({
          'idempotent-replayed': z
            .string()
            .optional()
            .meta({ description: '`true`: the answer to an earlier request.' }),
        }),
      },
    },
    problems: [
      'READ_ONLY',
      'CAMPAIGN_NOT_FOUND',
      'INVALID_IDEMPOTENCY_KEY',
      'idempotency_mismatch',
      'idempotency_in_flight',
    ],
    handle: duplicateCampaign,
  },
  {
    ...one,
    operationId: 'addListToCampaign',
    method: 'POST',
    path: '/api/campaigns/{id}/lists',
    scope: 'send',
    summary: 'Add the leads of a list to a campaign that was launched',
    description:
      'They enter a thousand at a time; who has been in it already stays as it is. A completed campaign becomes active again. Asked once more for the same list, whoever came into it meanwhile enters.',
    body: EnterListBody,
    answers: { 200: { description: 'The campaign as it is now.', schema: CampaignAnswer } },
    problems: [
      'READ_ONLY',
      'CAMPAIGN_NOT_FOUND',
      'CAMPAIGN_ARCHIVED',
      'CAMPAIGN_STATE',
      'LIST_NOT_FOUND',
      'INVALID_FIELD',
    ],
    handle: addListToCampaign,
  },
];

async function checkCampaign(call: Call): Promise<Answer> {
  const id = campaignId(call);
  return ok(await call.actions.checkCampaignChanges(call.deps, call.caller, id, proposalOf(call)));
}

/** What can't be read is an answer here, not a refusal. */
function proposalOf({ body, deps }: Call): Proposal {
  try {
    const { request, warnings } = parseUpdateCampaign(body, deps.config);
    return { changes: request, unread: [], warnings };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'INVALID_CAMPAIGN') throw error;
    return { changes: null, unread: [...error.problems], warnings: [] };
  }
}

async function duplicateCampaign(call: Call): Promise<Answer> {
  const id = campaignId(call);
  const idempotencyKey = readIdempotencyKey(call.headers);
  const requestHash = idempotencyKey === null ? '' : hash('sha256', `POST /api/campaigns/${id}/duplicate`);
  const { httpStatus, answer, replayed } = await call.actions.duplicateCampaign(call.deps, call.caller, id, {
    idempotencyKey,
    requestHash,
  });
  return {
    status: httpStatus,
    body: answer,
    ...(replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
  };
}

async function addListToCampaign(call: Call): Promise<Answer> {
  const id = campaignId(call);
  const { listId, warnings } = parseEnterList(call.body);
  const answer = await call.actions.addListToCampaign(call.deps, call.caller, id, listId);
  return withWarnings(answer, [...warnings, ...answer.warnings]);
}

function campaignId(call: Call): string {
  return idOf(call, 'CAMPAIGN_NOT_FOUND');
}
