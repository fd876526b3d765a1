/** Many leads at once, and one lead as a whole: every column that callers may set. */
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { addLeadCounts, inLists } from './lead-counts.ts';
import { deleteLeadAddresses, LEAD_JSON, type LeadRow, readLeads, storeLeadAddresses } from './leads.ts';

export type WholeLead = Omit<LeadRow, 'optedOutAt' | 'createdAt' | 'updatedAt'>;

const COLUMNS: Readonly<Record<keyof Omit<WholeLead, 'id'>, string>> = {
  listId: 'list_id text',
  firstName: 'first_name text',
  lastName: 'last_name text',
  email: 'email text',
  phone: 'phone text',
  altPhone1: 'alt_phone1 text',
  altPhone2: 'alt_phone2 text',
  altPhone3: 'alt_phone3 text',
  altEmail1: 'alt_email1 text',
  altEmail2: 'alt_email2 text',
  altEmail3: 'alt_email3 text',
  companyName: 'company_name text',
  jobTitle: 'job_title text',
  linkedinUrl: 'linkedin_url text',
  notes: 'notes text',
  customFields: 'custom_fields jsonb',
  source: 'source text',
  externalId: 'external_id text',
  contactOwnerEmail: 'contact_owner_email text',
  availabilityStatus: 'availability_status text',
  hsContactId: 'hs_contact_id text',
  hsPortalId: 'hs_portal_id text',
  ghlContactId: 'ghl_contact_id text',
  ghlLocationId: 'ghl_location_id text',
  tags: 'tags text[]',
};
const RECORD = Object.values(COLUMNS).join(', ');
const NAMES = Object.values(COLUMNS)
  .map((column) => column.split(' ')[0])
  .join(', ');

/** What is null is left out, which halves the text to parse. */
function record(lead: WholeLead): Record<string, unknown> {
  const row: Record<string, unknown> = { id: lead.id };
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = lead[name as keyof WholeLead];
    if (value !== null) row[column.split(' ')[0] as string] = value;
  }
  return row;
}

const INSERT_LEADS = statement(
  'insert_leads',
  `INSERT INTO leads (workspace_id, id, ${NAMES}, created_at, updated_at)
   SELECT $1, id, ${NAMES}, $3::timestamptz, $3::timestamptz FROM json_to_recordset($2::json) AS r(id text, ${RECORD})
   ON CONFLICT DO NOTHING RETURNING id`,
);
const INSERT_ADDRESSES = statement(
  'insert_lead_addresses',
  `INSERT INTO lead_addresses (workspace_id, address, lead_id)
   SELECT $1, a.address, a.lead_id FROM unnest($2::text[], $3::text[]) AS a(address, lead_id)`,
);

const ROWS_PER_STATEMENT = 1000;

/**
 * Answers the ids of those that are stored now. The others share a phone or an email with a lead that their list got in
 * between; it is waited for, when it is not committed yet.
 */
export async function insertLeads(
  tx: Sql,
  workspaceId: string,
  leads: readonly WholeLead[],
  ids: Ids,
  now: number,
): Promise<Set<string>> {
  const stored = new Set<string>();
  // In one order, so that two who store the same leads at once don't wait for each other in a circle.
  const ordered = leads.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (let from = 0; from < ordered.length; from += ROWS_PER_STATEMENT) {
    const some = ordered.slice(from, from + ROWS_PER_STATEMENT);
    const values = [workspaceId, JSON.stringify(some.map(record)), toIso(now)];
    for (const { id } of await tx.query<{ id: string }>(INSERT_LEADS, values)) stored.add(id);
    const addresses = some.filter(({ id }) => stored.has(id)).flatMap(addressesOf);
    await tx.query(INSERT_ADDRESSES, [
      workspaceId,
      addresses.map(({ address }) => address),
      addresses.map(({ id }) => id),
    ]);
  }
  const more = leads.filter(({ id }) => stored.has(id));
  await addLeadCounts(tx, workspaceId, inLists(more, 1), ids);
  return stored;
}

function addressesOf(lead: WholeLead): { id: string; address: string }[] {
  const { id, phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3 } = lead;
  const all = [phone, altPhone1, altPhone2, altPhone3, email, altEmail1, altEmail2, altEmail3];
  return [...new Set(all)].flatMap((address) => (address === null ? [] : { id, address }));
}

function keyOf({ phone, email }: WholeLead): string {
  return `${phone} ${email}`;
}

// Step by step, and the list is looked at here: a planner without statistics of a young table reads the whole list for the
// ten thousand numbers of a call, and compares each with each (52 s for a list of 300,000).
const FIND_HOLDERS = statement(
  'find_address_holders',
  'SELECT DISTINCT a.lead_id AS id FROM lead_addresses a WHERE a.workspace_id = $1 AND a.address = ANY($2)',
);
/** Who has one of these as phone or email in the list. */
export async function findInList(
  sql: Sql,
  workspaceId: string,
  listId: string,
  leads: readonly Pick<LeadRow, 'phone' | 'email'>[],
): Promise<Map<string, LeadRow>> {
  const addresses = leads.flatMap(({ phone, email }) => [phone, email].filter((each) => each !== null));
  const ids = (await sql.query<{ id: string }>(FIND_HOLDERS, [workspaceId, addresses])).map(({ id }) => id);
  const found = await readLeads(sql, workspaceId, ids);
  const holders = new Map<string, LeadRow>();
  for (const lead of found.filter((each) => each.listId === listId)) {
    if (lead.phone !== null) holders.set(lead.phone, lead);
    if (lead.email !== null) holders.set(lead.email, lead);
  }
  return holders;
}

const LOCK_LEAD = statement(
  'lock_lead',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.id = $2 FOR NO KEY UPDATE`,
);

export async function lockLead(tx: Sql, workspaceId: string, id: string): Promise<LeadRow | null> {
  return (await tx.query<{ lead: LeadRow }>(LOCK_LEAD, [workspaceId, id]))[0]?.lead ?? null;
}

const UPDATE_LEAD = statement(
  'update_lead',
  `UPDATE leads l SET (${NAMES}, updated_at) = (SELECT ${NAMES.replaceAll(/\b(\w+)/g, 'r.$1')}, $4::timestamptz
     FROM json_to_record($3::json) AS r(${RECORD}))
   WHERE l.workspace_id = $1 AND l.id = $2`,
);
const NOTE_DIFFERING_RECIPIENTS = statement(
  'note_differing_recipients',
  `UPDATE messages m SET recipient_differs = true
   WHERE m.workspace_id = $1 AND m.lead_id = $2 AND m.direction = 'sent' AND m.recipient_given AND NOT m.recipient_differs
     AND (m.recipient_phone IN ($3, $4) OR m.recipient_email IN ($3, $4))`,
);

/** The caller holds the row's lock. */
export async function updateLead(
  tx: Sql,
  workspaceId: string,
  before: WholeLead,
  lead: WholeLead,
  ids: Ids,
  now: number,
): Promise<void> {
  await tx.query(UPDATE_LEAD, [workspaceId, lead.id, JSON.stringify(record(lead)), toIso(now)]);
  await addLeadCounts(tx, workspaceId, [...inLists([before], -1), ...inLists([lead], 1)], ids);
  await deleteLeadAddresses(tx, workspaceId, lead.id);
  await storeLeadAddresses(tx, workspaceId, lead.id);
  // Messages that name the lead's own address are found by way of the lead: now they name another one.
  const [phone, email] = [before.phone, before.email].map((address, index) =>
    address === [lead.phone, lead.email][index] ? null : address,
  );
  if (phone !== null || email !== null)
    await tx.query(NOTE_DIFFERING_RECIPIENTS, [workspaceId, lead.id, phone, email]);
}

const DELETE_LEADS = statement(
  'delete_leads',
  'DELETE FROM leads WHERE workspace_id = $1 AND id = ANY($2) RETURNING id, list_id AS "listId"',
);

/** With their addresses. Messages stay. */
export async function deleteLeads(
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
  ids: Ids,
): Promise<string[]> {
  const deleted = await tx.query<{ id: string; listId: string }>(DELETE_LEADS, [workspaceId, leadIds]);
  await addLeadCounts(tx, workspaceId, inLists(deleted, -1), ids);
  return deleted.map(({ id }) => id);
}
