import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  AvailabilityJobAnswer,
  CheckAddressAnswer,
  CheckAddressesAnswer,
  CheckAddressesBody,
  CheckLeadAnswer,
  CheckLeadsAnswer,
  CheckLeadsBody,
  parseCheckAddress,
  parseCheckAddresses,
  parseCheckedId,
  parseCheckLeads,
  parseReachContact,
  ReachContactAnswer,
  ReachContactBody,
} from '../../contract/leads/availability.ts';
import { Problem, type ProblemCode, problem } from '../../contract/problems.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const base = { tag: 'Availability', scope: 'read', limited: 'checks' } as const;
const CHECK_PROBLEMS = ['CHECK_NOT_CONFIGURED', 'CHECK_QUOTA_EXHAUSTED'] as const satisfies ProblemCode[];
const COSTS =
  'What is known and fresh is answered at once and costs nothing. A check costs one of the 70 a line has per day (UTC) and waits until the device has rested for 3 seconds since the one before. Sends neither use these nor wait for them.';

export const availabilityRoutes: readonly Route[] = [
  {
    ...base,
    operationId: 'checkAddress',
    method: 'GET',
    path: '/api/check-availability',
    summary: 'Is this address on iMessage?',
    description: COSTS,
    query: z.object({
      address: z.string().meta({ description: 'Phone number or e-mail address, URL-encoded.' }),
    }),
    answers: { 200: { description: 'What is known of it.', schema: CheckAddressAnswer } },
    problems: ['ADDRESS_REQUIRED', 'INVALID_FIELD', ...CHECK_PROBLEMS],
    handle: async ({ deps, actions, caller, query, gone }) =>
      ok(await actions.checkAddress(deps, caller, parseCheckAddress(query), gone)),
  },
  {
    ...base,
    operationId: 'checkAddresses',
    method: 'POST',
    path: '/api/check-availability',
    summary: 'Are these addresses on iMessage?',
    description: `${COSTS} Addresses are checked one after another, so that 100 new ones take five minutes with one device. Whoever hangs up ends it; what was found out by then is known, and the same request again goes on from there, as it does after a refusal because the day is used up.`,
    body: CheckAddressesBody,
    answers: { 200: { description: 'All of them, in their order.', schema: CheckAddressesAnswer } },
    problems: ['ADDRESSES_REQUIRED', 'TOO_MANY_ADDRESSES', ...CHECK_PROBLEMS],
    handle: checkAddresses,
  },
  {
    ...base,
    operationId: 'checkLead',
    method: 'GET',
    path: '/api/leads/check-availability',
    summary: 'Is this lead on iMessage?',
    description: `A lead is when any of its addresses is, in the order in which they are sent to; addresses that opted out are not asked. The lead’s \`availabilityStatus\` is set to what comes out. ${COSTS}`,
    query: z.object({ id: Id }),
    answers: { 200: { description: 'What came out.', schema: CheckLeadAnswer } },
    problems: ['LEAD_ID_REQUIRED', 'LEAD_NOT_FOUND', ...CHECK_PROBLEMS],
    handle: async ({ deps, actions, caller, query, gone }) =>
      ok(await actions.checkLead(deps, caller, parseCheckedId(query, 'LEAD_ID_REQUIRED'), gone)),
  },
  {
    ...base,
    operationId: 'checkLeads',
    method: 'POST',
    path: '/api/leads/check-availability',
    summary: 'Are these leads on iMessage?',
    description: `One \`address\`, or the leads of \`leadIds\` or \`listId\`. Up to 10 leads are checked at once (\`processingMode: "synchronous"\`); more in the background, where the job waits for the next day when this one is used up. ${COSTS}`,
    body: CheckLeadsBody,
    answers: { 200: { description: 'What came out, or what was started.', schema: CheckLeadsAnswer } },
    problems: ['AVAILABILITY_TARGET_REQUIRED', 'LEAD_NOT_FOUND', 'LIST_NOT_FOUND', ...CHECK_PROBLEMS],
    handle: checkLeads,
  },
  {
    ...base,
    operationId: 'reachContact',
    method: 'POST',
    path: '/api/check-availability-rr',
    summary: 'Can this contact be reached on iMessage?',
    description: `Phones first, then e-mail addresses, until one is available. Refusals carry \`available: false\` and a \`reason\` beside the usual fields. ${COSTS}`,
    body: ReachContactBody,
    answers: { 200: { description: 'Whether one of them is available.', schema: ReachContactAnswer } },
    problems: ['NO_ADDRESSES_PROVIDED', 'TOO_MANY_ADDRESSES', ...CHECK_PROBLEMS],
    handle: reachContact,
  },
  {
    operationId: 'getAvailabilityJob',
    method: 'GET',
    path: '/api/availability-jobs/{jobId}',
    tag: 'Availability',
    scope: 'read',
    summary: 'How far has a background check come?',
    description: 'Finished jobs are kept for 30 days.',
    pathParams: z.object({ jobId: z.string() }),
    answers: { 200: { description: 'Its progress.', schema: AvailabilityJobAnswer } },
    problems: ['AVAILABILITY_JOB_NOT_FOUND'],
    handle: async ({ deps, actions, caller, params }) =>
      ok(await actions.getAvailabilityJob(deps, caller, params.jobId ?? '')),
  },
];

async function checkAddresses({ deps, actions, caller, body, gone }: Call): Promise<Answer> {
  const { addresses, warnings } = parseCheckAddresses(body);
  const results = await actions.checkAddresses(deps, caller, addresses, gone);
  return withWarnings({ success: true, results }, warnings);
}

async function checkLeads({ deps, actions, caller, body, gone }: Call): Promise<Answer> {
  const { request, warnings } = parseCheckLeads(body);
  const answer =
    'address' in request
      ? await actions.checkAddress(deps, caller, request.address, gone)
      : await actions.checkLeads(deps, caller, request, gone);
  return withWarnings(answer, warnings);
}

/** Who asks this way branches on `available` alone, so the refusals it is documented with say it too. */
async function reachContact({ deps, actions, caller, body, gone }: Call): Promise<Answer> {
  try {
    const { addresses, warnings } = parseReachContact(body);
    return withWarnings(await actions.reachContact(deps, caller, addresses, gone), warnings);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    const { code, error: sentence, param, retryAfter } = error;
    throw problem(code, {
      error: sentence,
      reason: sentence,
      ...(param === null ? {} : { param }),
      ...(retryAfter === null ? {} : { retryAfter }),
      also: { available: false },
    });
  }
}
