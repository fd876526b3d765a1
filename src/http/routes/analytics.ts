import { CampaignAnalyticsAnswer } from '../../contract/campaigns/campaign-analytics.ts';
import { AnalyticsAnswer, AnalyticsQuery, parseAnalytics } from '../../contract/workspace/analytics.ts';
import { ok, type Route } from '../route.ts';
import { idOf, idParam } from './shared.ts';

export const analyticsRoutes: readonly Route[] = [
  {
    operationId: 'getAnalytics',
    method: 'GET',
    path: '/api/analytics',
    tag: 'Analytics',
    scope: 'read',
    summary: 'Count what was sent and what came back',
    description: 'The filters are intersected. Counted anew at each call, so that later changes are in it.',
    query: AnalyticsQuery,
    answers: { 200: { description: 'The figures, and what each counts.', schema: AnalyticsAnswer } },
    problems: [
      'INVALID_FIELD',
      'INVALID_CAMPAIGN_ID',
      'INVALID_LINE_ID',
      'INVALID_DATE_FROM',
      'INVALID_DATE_TO',
      'INVALID_DATE_RANGE',
      'AGENCY_NOT_SUPPORTED',
    ],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.readAnalytics(deps, caller, parseAnalytics(query))),
  },
  {
    operationId: 'getCampaignAnalytics',
    method: 'GET',
    path: '/api/campaigns/{id}/analytics',
    tag: 'Campaigns',
    scope: 'read',
    summary: 'Count what became of a campaign',
    description:
      'Whole, by step, by line and by day, and who left it why. Counted anew at each call; the totals are those of `GET /api/analytics?campaignId=`.',
    pathParams: idParam,
    answers: {
      200: { description: 'The figures, and what each counts.', schema: CampaignAnalyticsAnswer },
    },
    problems: ['CAMPAIGN_NOT_FOUND'],
    handle: async (call) => {
      const { deps, actions, caller } = call;
      return ok(await actions.readCampaignAnalytics(deps, caller, idOf(call, 'CAMPAIGN_NOT_FOUND')));
    },
  },
];
