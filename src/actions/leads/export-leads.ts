/** Leads as a CSV file that spreadsheets read and `POST /api/leads/import` takes back; in pieces, however many there are. */
import type { ListLeads } from '../../contract/leads/lead-queries.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { csvRow } from '../../lib/csv.ts';
import { nextLeads } from '../../store/leads/lead-search.ts';
import type { LeadRow } from '../../store/leads/leads.ts';
import { findList } from '../../store/leads/lists.ts';
import type { Caller } from '../access/authenticate.ts';
import { presentLead } from './read-leads.ts';

const LEADS_PER_LOOK = 1000;
/** Without it, Excel takes UTF-8 for the encoding of its country. */
const BYTE_ORDER_MARK = '\uFEFF';

const COLUMNS = [
  '_id',
  'listId',
  'firstName',
  'lastName',
  'email',
  'phone',
  'altPhone1',
  'altPhone2',
  'altPhone3',
  'altEmail1',
  'altEmail2',
  'altEmail3',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'notes',
  'tags',
  'customFields',
  'source',
  'externalId',
  'contactOwnerEmail',
  'availabilityStatus',
  'hsContactId',
  'hsPortalId',
  'ghlContactId',
  'ghlLocationId',
  'optedOutAt',
  'createdAt',
  'updatedAt',
] as const;

/** Oldest first. What is changed while it runs may be in it or not; nobody is in it twice. */
export async function exportLeads(
  deps: Deps,
  { workspaceId }: Caller,
  filters: Pick<ListLeads, 'listId' | 'tag'>,
): Promise<AsyncIterable<string>> {
  const { listId } = filters;
  if (listId !== null && (await findList(deps.database, workspaceId, listId)) === null)
    throw problem('LIST_NOT_FOUND', { param: 'listId' });
  return write(deps, workspaceId, filters);
}

async function* write(
  deps: Deps,
  workspaceId: string,
  filters: Pick<ListLeads, 'listId' | 'tag'>,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvRow(COLUMNS);
  for (let after = ''; ; ) {
    const leads = await nextLeads(deps.database, workspaceId, filters, after, LEADS_PER_LOOK);
    const last = leads.at(-1);
    if (last === undefined) return;
    yield leads.map((lead) => csvRow(cellsOf(workspaceId, lead))).join('');
    if (leads.length < LEADS_PER_LOOK) return;
    after = last.id;
  }
}

function cellsOf(workspaceId: string, row: LeadRow): string[] {
  const { tags, customFields, ...lead } = presentLead(workspaceId, row);
  const texts = {
    ...lead,
    tags: tags.join(';'),
    customFields: Object.keys(customFields).length === 0 ? '' : JSON.stringify(customFields),
  };
  return COLUMNS.map((name) => texts[name] ?? '');
}
