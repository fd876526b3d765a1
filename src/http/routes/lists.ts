import { z } from 'zod';
import {
  ChangedListAnswer,
  CreateListBody,
  ListAnswer,
  ListsAnswer,
  parseCreateList,
  parseUpdateList,
  UpdateListBody,
} from '../../contract/leads/lists.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const all = { path: '/api/lists', tag: 'Leads' } as const;
const one = { path: '/api/lists/{id}', tag: 'Leads', pathParams: idParam } as const;

export const listRoutes: readonly Route[] = [
  {
    ...all,
    operationId: 'listLists',
    method: 'GET',
    scope: 'read',
    summary: 'List the lists of leads',
    answers: { 200: { description: 'All of them.', schema: ListsAnswer } },
    problems: [],
    handle: async ({ deps, actions, caller }) => ok(await actions.listLists(deps, caller)),
  },
  {
    ...all,
    operationId: 'createList',
    method: 'POST',
    scope: 'send',
    summary: 'Make a list of leads',
    body: CreateListBody,
    answers: { 201: { description: 'Made.', schema: ChangedListAnswer } },
    problems: ['READ_ONLY'],
    handle: createList,
  },
  {
    ...one,
    operationId: 'getList',
    method: 'GET',
    scope: 'read',
    summary: 'Read one list',
    answers: { 200: { description: 'The list.', schema: ListAnswer } },
    problems: ['LIST_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getList(call.deps, call.caller, listId(call))),
  },
  {
    ...one,
    operationId: 'updateList',
    method: 'PATCH',
    scope: 'send',
    summary: 'Rename or describe a list',
    body: UpdateListBody,
    answers: { 200: { description: 'The list as it is now.', schema: ChangedListAnswer } },
    problems: ['READ_ONLY', 'NOTHING_TO_CHANGE', 'LIST_NOT_FOUND', 'LIST_IS_SPECIAL'],
    handle: updateList,
  },
  {
    ...one,
    operationId: 'deleteList',
    method: 'DELETE',
    scope: 'send',
    summary: 'Delete an empty list',
    answers: { 200: { description: 'Deleted.', schema: z.object({ success: z.literal(true) }) } },
    problems: ['READ_ONLY', 'LIST_NOT_FOUND', 'LIST_IS_SPECIAL', 'LIST_IN_USE', 'LIST_NOT_EMPTY'],
    handle: async (call) => ok(await call.actions.deleteList(call.deps, call.caller, listId(call))),
  },
];

async function createList({ deps, actions, caller, body }: Call): Promise<Answer> {
  const { request, warnings } = parseCreateList(body);
  return { ...withWarnings(await actions.createList(deps, caller, request), warnings), status: 201 };
}

async function updateList(call: Call): Promise<Answer> {
  const id = listId(call);
  const { request, warnings } = parseUpdateList(call.body);
  return withWarnings(await call.actions.updateList(call.deps, call.caller, id, request), warnings);
}

function listId(call: Call): string {
  return idOf(call, 'LIST_NOT_FOUND');
}
