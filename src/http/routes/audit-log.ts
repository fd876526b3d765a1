import { z } from 'zod';
import { AUDIT_ENTITIES, AuditLogAnswer, parseListAuditLog } from '../../contract/access/audit-log.ts';
import { Id } from '../../contract/common.ts';
import { MAX_LIST_LIMIT } from '../../contract/messages/messages.ts';
import { ok, type Route } from '../route.ts';

export const auditLogRoutes: readonly Route[] = [
  {
    operationId: 'listAuditLog',
    method: 'GET',
    path: '/api/audit-log',
    tag: 'Workspace',
    // Settings in full, also those of others: for whoever may change them.
    scope: 'admin',
    summary: 'List who changed what',
    description:
      'Every change of settings, lines, keys, webhooks and lists, written in the commit of the change, without secrets.',
    query: z.object({
      limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
      cursor: Id.optional().meta({ description: '`nextCursor` of the page before.' }),
      entity: z.enum(AUDIT_ENTITIES).optional(),
      entityId: z.string().optional(),
    }),
    answers: { 200: { description: 'One page, newest first.', schema: AuditLogAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.listAuditLog(deps, caller, parseListAuditLog(query))),
  },
];
