import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  AddDncBody,
  DncEntriesAnswer,
  DncEntryAnswer,
  DncHistoryQuery,
  DncLedgerAnswer,
  parseAddDnc,
  parseDncHistory,
  parseDncRemoval,
  parseListDnc,
} from '../../contract/leads/dnc.ts';
import { MAX_LABEL_CHARACTERS, MAX_LIST_LIMIT } from '../../contract/messages/messages.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { withWarnings } from './shared.ts';

const common = { path: '/api/dnc', tag: 'Do not contact' } as const;

export const dncRoutes: readonly Route[] = [
  {
    ...common,
    operationId: 'listDnc',
    method: 'GET',
    scope: 'read',
    summary: 'List the addresses that may not be written to',
    query: z.object({
      page: z.int().min(1).optional().meta({ default: 1 }),
      limit: z.int().min(1).max(MAX_LIST_LIMIT).optional(),
      search: z.string().optional().meta({ description: 'Part of the address.' }),
    }),
    answers: { 200: { description: 'One page, newest first.', schema: DncEntriesAnswer } },
    problems: ['INVALID_FIELD'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.listDnc(deps, caller, parseListDnc(query))),
  },
  {
    ...common,
    operationId: 'addDnc',
    method: 'POST',
    scope: 'send',
    summary: 'Enter an address that may not be written to',
    description:
      'The contact who has it counts as opted out on all channels, and what waits for them is cancelled. Given both, phone and email are entered, and the phone is answered; given `leadIds`, every address of these leads.',
    body: AddDncBody,
    answers: { 201: { description: 'Entered.', schema: DncEntryAnswer } },
    problems: ['READ_ONLY', 'DNC_TARGET_REQUIRED', 'LEAD_NOT_FOUND'],
    handle: addDnc,
  },
  {
    ...common,
    operationId: 'removeDnc',
    method: 'DELETE',
    scope: 'admin',
    summary: 'Let an address be written to again',
    query: z.object({
      id: Id,
      reason: z.string().max(MAX_LABEL_CHARACTERS).optional().meta({ description: 'For the ledger.' }),
    }),
    answers: { 200: { description: 'Lifted.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['INVALID_FIELD', 'READ_ONLY', 'DNC_NOT_FOUND'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.removeDnc(deps, caller, parseDncRemoval(query))),
  },
  {
    operationId: 'readDncHistory',
    method: 'GET',
    path: '/api/dnc/history',
    tag: 'Do not contact',
    scope: 'read',
    summary: 'Read the ledger of opt-outs, lifted ones included',
    query: DncHistoryQuery,
    answers: { 200: { description: 'One page, newest first.', schema: DncLedgerAnswer } },
    problems: ['INVALID_FIELD', 'INVALID_CURSOR', 'LEAD_NOT_FOUND'],
    handle: async ({ deps, actions, caller, query }) =>
      ok(await actions.readDncHistory(deps, caller, parseDncHistory(query))),
  },
];

async function addDnc({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseAddDnc(body);
  return { ...withWarnings(await actions.addDnc(deps, caller, request), warnings), status: 201 };
}
