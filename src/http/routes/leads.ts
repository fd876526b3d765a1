import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import { LeadAnswer, parseLeadQuery } from '../../contract/leads.ts';
import { ok, type Route } from '../route.ts';

export const leadRoutes: readonly Route[] = [
  {
    operationId: 'getLead',
    method: 'GET',
    path: '/api/leads',
    tag: 'Leads',
    scope: 'read',
    summary: 'Read one lead',
    query: z.object({ id: Id }),
    answers: { 200: { description: 'The lead.', schema: LeadAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_LEAD_QUERY_ID', 'LEAD_NOT_FOUND'],
    handle: async (call) =>
      ok(await call.actions.getLead(call.deps, call.caller, parseLeadQuery(call.query))),
  },
];
