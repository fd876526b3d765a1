/** What people need who look at leads all day: tags, many changed at once, where one stands in campaigns. */
import { LeadCampaignsAnswer } from '../../contract/campaigns/campaigns.ts';
import { ChangedLeadsAnswer, ChangeLeadsBody, parseChangeLeads } from '../../contract/leads/lead-changes.ts';
import { TagsAnswer } from '../../contract/leads/tags.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { takeTurn } from '../take-turn.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Leads';
/** Changes of more are worked on in turn with imports. */
const MANY_LEADS = 1_000;

export const leadSheetRoutes: readonly Route[] = [
  {
    operationId: 'changeLeads',
    method: 'POST',
    path: '/api/leads/change',
    tag,
    scope: 'send',
    summary: 'Tag many leads, or move them to a list',
    description:
      'Up to 10,000. Who can’t be changed is told under `skipped`; all others are, in one commit. Ids that are none of the workspace’s leads are ignored.',
    body: ChangeLeadsBody,
    answers: { 200: { description: 'What came of it.', schema: ChangedLeadsAnswer } },
    problems: [
      'RATE_LIMITED',
      'READ_ONLY',
      'LEAD_IDS_REQUIRED',
      'INVALID_LEAD_IDS',
      'NOTHING_TO_CHANGE',
      'LIST_NOT_FOUND',
    ],
    handle: changeLeads,
  },
  {
    operationId: 'listTags',
    method: 'GET',
    path: '/api/tags',
    tag,
    scope: 'read',
    summary: 'List the tags that leads have',
    description: 'In a workspace with many, the counts may be half a minute old.',
    answers: { 200: { description: 'The most frequent first.', schema: TagsAnswer } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listTags(deps, caller)),
  },
  {
    operationId: 'listLeadCampaigns',
    method: 'GET',
    path: '/api/leads/{id}/campaigns',
    tag,
    scope: 'read',
    summary: 'Where does this lead stand in campaigns?',
    pathParams: idParam,
    answers: { 200: { description: 'One for each time it entered one.', schema: LeadCampaignsAnswer } },
    problems: ['LEAD_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.listLeadCampaigns(call.deps, call.caller, idOf(call, 'LEAD_NOT_FOUND'))),
  },
];

async function changeLeads(call: Call): Promise<Answer> {
  const { actions, deps, caller, body } = call;
  const { request, warnings } = parseChangeLeads(body);
  const work = async () => withWarnings(await actions.changeLeads(deps, caller, request), warnings);
  return request.ids.length <= MANY_LEADS ? work() : takeTurn(call, (inTurn) => inTurn(work));
}
