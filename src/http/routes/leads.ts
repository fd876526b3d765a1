/** Leads: saved, searched, changed, imported and exported. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { Id } from '../../contract/common.ts';
import {
  CsvCheckedAnswer,
  CsvPreviewAnswer,
  ImportLeadsQuery,
  isDryRun,
  isPreview,
  parseLeadsCsv,
  previewCsv,
} from '../../contract/leads/lead-csv.ts';
import { ListLeadsQuery, parseLeadFilters, parseListLeads } from '../../contract/leads/lead-queries.ts';
import {
  DeleteLeadsBody,
  parseDeleteLeads,
  parseSaveLeads,
  parseUpdateLead,
  type SaveLeads,
  SaveLeadsBody,
  UpdateLeadBody,
} from '../../contract/leads/lead-requests.ts';
import {
  DeletedLeadsAnswer,
  DuplicateLeadsAnswer,
  LeadAnswer,
  LeadsAnswer,
  SavedLeadsAnswer,
  UpdateLeadAnswer,
} from '../../contract/leads/leads.ts';
import { type BadRow, problem } from '../../contract/problems.ts';
import { within } from '../../lib/clock.ts';
import { readCsvUpload } from '../csv-upload.ts';
import { readIdempotencyKey } from '../headers.ts';
import { type Answer, type Call, ok, type Route } from '../route.ts';
import { takeTurn } from '../take-turn.ts';
import { idOf, idParam, withWarnings } from './shared.ts';

const tag = 'Leads';
/** Ten thousand leads of 1.6 KB each. */
const SAVE_LIMIT_BYTES = 16 * 1_048_576;

/** What brings more is worked on in turn with imports. */
const HEAVY_BYTES = 100_000;
/** 10 MB over a line of 700 kbit/s. */
const UPLOAD_MS = 120_000;

const saving = {
  scope: 'send',
  tag,
  method: 'POST',
  headers: z.object({
    'idempotency-key': z.string().optional().meta({
      description:
        'Same key and same call: the first answer again, and nothing is saved. Kept for 24 hours at least.',
    }),
  }),
} as const;

const replayed = z.object({
  'idempotent-replayed': z
    .string()
    .optional()
    .meta({ description: '`true`: the answer to an earlier request.' }),
});
const saved = { description: 'At least one is new.', schema: SavedLeadsAnswer, headers: replayed };

const SAVING_PROBLEMS = [
  'RATE_LIMITED',
  'READ_ONLY',
  'LEADS_REQUIRED',
  'TOO_MANY_LEADS',
  'INVALID_LEADS',
  'LEAD_LIST_NOT_FOUND',
  'INVALID_IDEMPOTENCY_KEY',
  'idempotency_mismatch',
  'idempotency_in_flight',
] as const;

const changing = {
  path: '/api/leads/{id}',
  tag,
  scope: 'send',
  summary: 'Change a lead',
  description:
    'What is left out stays. New addresses are checked for iMessage in the background; what waits for the lead goes to the addresses it has when its turn comes.',
  pathParams: idParam,
  body: UpdateLeadBody,
  answers: { 200: { description: 'The lead as it is now.', schema: UpdateLeadAnswer } },
  problems: ['READ_ONLY', 'NOTHING_TO_CHANGE', 'LEAD_NOT_FOUND', 'LIST_NOT_FOUND', 'LEAD_EXISTS'],
  handle: updateLead,
} as const;

export const leadRoutes: readonly Route[] = [
  {
    ...saving,
    operationId: 'saveLeads',
    path: '/api/leads',
    summary: 'Save leads',
    description:
      'Up to 10,000, all or none. Who is in the list already, by phone or by email, is not saved again but told under `duplicates`. New leads are checked for iMessage in the background.',
    bodyLimitBytes: SAVE_LIMIT_BYTES,
    body: SaveLeadsBody,
    answers: {
      200: { description: 'All were in the list.', schema: DuplicateLeadsAnswer, headers: replayed },
      201: saved,
    },
    problems: SAVING_PROBLEMS,
    handle: saveLeads,
  },
  {
    operationId: 'listLeads',
    method: 'GET',
    path: '/api/leads',
    tag,
    scope: 'read',
    summary: 'Search leads, or read one',
    query: ListLeadsQuery,
    answers: {
      200: {
        description: 'One page, newest first; with `id`, the lead.',
        schema: z.union([LeadsAnswer, LeadAnswer]),
      },
    },
    problems: [
      'INVALID_FIELD',
      'INVALID_LEAD_QUERY_ID',
      'INVALID_CURSOR',
      'LEAD_NOT_FOUND',
      'SEARCH_TIMED_OUT',
    ],
    handle: listLeads,
  },
  {
    operationId: 'deleteLeads',
    method: 'DELETE',
    path: '/api/leads',
    tag,
    scope: 'send',
    summary: 'Delete leads',
    description:
      'For good. What waits for them is cancelled; their messages stay readable. Ids that are none of the workspace’s leads are ignored.',
    body: DeleteLeadsBody,
    answers: { 200: { description: 'Deleted.', schema: DeletedLeadsAnswer } },
    problems: ['READ_ONLY', 'LEAD_IDS_REQUIRED', 'INVALID_LEAD_IDS'],
    handle: deleteLeads,
  },
  {
    ...saving,
    operationId: 'importLeads',
    path: '/api/leads/import',
    summary: 'Import a CSV file',
    description:
      'As `text/csv`, or as the file of a form; at most 10 MB and 10,000 rows, in UTF-8, with a line of headings. Rows follow the rules of `POST /api/leads`, all or none. Larger files are cut into several calls, each with the line of headings.',
    query: ImportLeadsQuery,
    takesCsv: true,
    answers: {
      200: {
        description: 'All were in the list; or the preview; or the dry run.',
        schema: z.union([DuplicateLeadsAnswer, CsvPreviewAnswer, CsvCheckedAnswer]),
        headers: replayed,
      },
      201: saved,
    },
    problems: [
      ...SAVING_PROBLEMS,
      'INVALID_FIELD',
      'FILE_REQUIRED',
      'CSV_TOO_LARGE',
      'CSV_ENCODING',
      'CSV_MALFORMED',
      'UNSUPPORTED_MEDIA_TYPE',
      'BAD_REQUEST',
      'TIMEOUT',
    ],
    handle: importLeads,
  },
  {
    operationId: 'exportLeads',
    method: 'GET',
    path: '/api/leads/export',
    tag,
    scope: 'read',
    summary: 'Export leads as CSV',
    description:
      'Oldest first, streamed. Cells that a spreadsheet would take for a formula begin with an apostrophe, which `POST /api/leads/import` takes away again.',
    query: z.object({ listId: Id.optional(), tag: z.string().optional() }),
    answers: {
      200: {
        description: 'UTF-8 with a byte order mark.',
        contentType: 'text/csv',
        example: '\ufefffirstName,lastName,email,phone\r\nAda,Lovelace,ada@example.com,+12025550100\r\n',
      },
    },
    problems: ['INVALID_FIELD', 'LIST_NOT_FOUND'],
    handle: exportLeads,
  },
  {
    operationId: 'getLead',
    method: 'GET',
    path: '/api/leads/{id}',
    tag,
    scope: 'read',
    summary: 'Read one lead',
    pathParams: idParam,
    answers: { 200: { description: 'The lead.', schema: LeadAnswer } },
    problems: ['LEAD_NOT_FOUND'],
    handle: async (call) => ok(await call.actions.getLead(call.deps, call.caller, leadId(call))),
  },
  { ...changing, operationId: 'updateLead', method: 'PATCH' },
  { ...changing, operationId: 'putLead', method: 'PUT', summary: 'Change a lead: the same as PATCH' },
];

async function saveLeads(call: Call): Promise<Answer> {
  const work = async () => {
    const { request, warnings } = await parseSaveLeads(call.body);
    return save(call, request, { warnings }, ['POST /api/leads\n', call.bytes]);
  };
  return call.bytes.length < HEAVY_BYTES ? work() : takeTurn(call, (inTurn) => inTurn(work));
}

async function importLeads(call: Call): Promise<Answer> {
  return takeTurn(call, async (inTurn) => {
    const { bytes, fields } = await readInTime(call);
    const options = { ...call.query, ...fields };
    return inTurn(async () => {
      if (isPreview(options)) return ok(await previewCsv(bytes, options));
      const file = await parseLeadsCsv(bytes, options);
      if (isDryRun(options)) {
        const counts = await call.actions.dryRunLeads(call.deps, call.caller, file.request);
        const { totalRows, badRows, mapping } = file;
        return ok({ totalRows, ...counts, badRows, mapping });
      }
      return save(call, file.request, { badRows: file.badRows }, [
        `POST /api/leads/import ${JSON.stringify(options)}\n`,
        bytes,
      ]);
    });
  });
}

async function readInTime({ deps, headers, stream }: Call): ReturnType<typeof readCsvUpload> {
  const upload = await within(deps.clock, UPLOAD_MS, readCsvUpload(headers, stream), null);
  if (upload === null) throw problem('TIMEOUT');
  return upload;
}

/** `signature`: what an Idempotency-Key vouches for. */
async function save(
  { actions, deps, caller, headers }: Call,
  request: SaveLeads,
  told: { warnings?: string[]; badRows?: BadRow[] },
  signature: readonly [string, Buffer],
): Promise<Answer> {
  const idempotencyKey = readIdempotencyKey(headers);
  const [head, bytes] = signature;
  const requestHash =
    idempotencyKey === null ? '' : hash('sha256', Buffer.concat([Buffer.from(head), bytes]));
  const kept = await actions.saveLeads(deps, caller, request, {
    idempotencyKey,
    requestHash,
    warnings: [],
    badRows: [],
    ...told,
  });
  return {
    status: kept.httpStatus,
    body: kept.answer,
    ...(kept.replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
  };
}

async function listLeads({ actions, deps, caller, query }: Call): Promise<Answer> {
  const asked = parseListLeads(query);
  return ok(
    typeof asked === 'string'
      ? await actions.getLead(deps, caller, asked)
      : await actions.listLeads(deps, caller, asked),
  );
}

async function updateLead(call: Call): Promise<Answer> {
  const id = leadId(call);
  const { request, warnings } = parseUpdateLead(call.body);
  return withWarnings(await call.actions.updateLead(call.deps, call.caller, id, request), warnings);
}

async function deleteLeads({ actions, deps, caller, body }: Call): Promise<Answer> {
  const { ids, warnings } = parseDeleteLeads(body);
  return withWarnings(await actions.deleteLeads(deps, caller, ids), warnings);
}

async function exportLeads({ actions, deps, caller, query, method }: Call): Promise<Answer> {
  const { listId, tag: withTag } = parseLeadFilters(query);
  const text = await actions.exportLeads(deps, caller, { listId, tag: withTag });
  return {
    status: 200,
    body: method === 'HEAD' ? '' : Readable.from(text, { objectMode: false }),
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="leads.csv"',
    },
  };
}

function leadId(call: Call): string {
  return idOf(call, 'LEAD_NOT_FOUND');
}
