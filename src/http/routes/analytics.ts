import { AnalyticsAnswer, AnalyticsQuery, parseAnalytics } from '../../contract/analytics.ts';
import { ok, type Route } from '../route.ts';

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
];
