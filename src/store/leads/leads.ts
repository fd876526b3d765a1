/** Leads and the addresses that lead to them. */
import type { AvailabilityStatus } from '../../domain/words.ts';
import { toIso } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { type Sql, statement } from '../database.ts';
import { addLeadCounts, inLists } from './lead-counts.ts';

export interface LeadRow {
  id: string;
  listId: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  altPhone1: string | null;
  altPhone2: string | null;
  altPhone3: string | null;
  altEmail1: string | null;
  altEmail2: string | null;
  altEmail3: string | null;
  companyName: string | null;
  jobTitle: string | null;
  linkedinUrl: string | null;
  notes: string | null;
  customFields: Record<string, unknown>;
  source: string;
  externalId: string | null;
  contactOwnerEmail: string | null;
  availabilityStatus: AvailabilityStatus | null;
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
  tags: string[];
  /** Epoch ms. */
  optedOutAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/**
 * As one JSON object, for sub-selects that must not become joins; instants in epoch ms. Made of a row: `json_build_object`
 * looks up the type of each of its arguments anew for each lead, which takes four times as long.
 */
export const LEAD_JSON = `(SELECT to_json(lead) FROM (SELECT l.id, l.list_id AS "listId", l.first_name AS "firstName",
  l.last_name AS "lastName", l.email, l.phone, l.alt_phone1 AS "altPhone1", l.alt_phone2 AS "altPhone2", l.alt_phone3 AS "altPhone3",
  l.alt_email1 AS "altEmail1", l.alt_email2 AS "altEmail2", l.alt_email3 AS "altEmail3", l.company_name AS "companyName",
  l.job_title AS "jobTitle", l.linkedin_url AS "linkedinUrl", l.notes, l.custom_fields AS "customFields",
  l.source, l.external_id AS "externalId", l.contact_owner_email AS "contactOwnerEmail",
  l.availability_status AS "availabilityStatus", l.hs_contact_id AS "hsContactId", l.hs_portal_id AS "hsPortalId",
  l.ghl_contact_id AS "ghlContactId", l.ghl_location_id AS "ghlLocationId", l.tags,
  extract(epoch FROM l.opted_out_at) * 1000 AS "optedOutAt",
  extract(epoch FROM l.created_at) * 1000 AS "createdAt", extract(epoch FROM l.updated_at) * 1000 AS "updatedAt") lead)`;

const FIND_LEAD = statement(
  'find_lead',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.id = $2`,
);

export async function findLead(sql: Sql, workspaceId: string, id: string): Promise<LeadRow | null> {
  const [row] = await sql.query<{ lead: LeadRow }>(FIND_LEAD, [workspaceId, id]);
  return row?.lead ?? null;
}

const READ_LEADS = statement(
  'read_leads',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.id = ANY($2)`,
);

/** In no order; without those that are gone. */
export async function readLeads(sql: Sql, workspaceId: string, ids: readonly string[]): Promise<LeadRow[]> {
  const rows = await sql.query<{ lead: LeadRow }>(READ_LEADS, [workspaceId, ids]);
  return rows.map(({ lead }) => lead);
}

const LOCK_LEADS = statement(
  'lock_leads',
  'SELECT id FROM leads WHERE workspace_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE',
);

/** In the order of ids, so that two lockers cannot wait for each other. */
export async function lockLeads(tx: Sql, workspaceId: string, ids: readonly string[]): Promise<void> {
  await tx.query(LOCK_LEADS, [workspaceId, ids]);
}

const FIND_LEADS_BY_ADDRESS = statement(
  'find_leads_by_address',
  `SELECT DISTINCT lead_id AS id FROM lead_addresses WHERE workspace_id = $1 AND address = $2 ORDER BY lead_id`,
);

/** All leads that hold the address, primary or alternate, oldest first. */
export async function findLeadIdsByAddress(
  sql: Sql,
  workspaceId: string,
  address: string,
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(FIND_LEADS_BY_ADDRESS, [workspaceId, address]);
  return rows.map((row) => row.id);
}

const FIND_LIST_LEADS = statement(
  'find_list_leads',
  `SELECT ARRAY(SELECT l.id FROM leads l WHERE l.workspace_id = $1 AND l.list_id = i.id ORDER BY l.id) AS ids
   FROM lists i WHERE i.workspace_id = $1 AND i.id = $2`,
);

/** Oldest first; null when there is no such list. */
export async function findListLeadIds(
  sql: Sql,
  workspaceId: string,
  listId: string,
): Promise<string[] | null> {
  return (await sql.query<{ ids: string[] }>(FIND_LIST_LEADS, [workspaceId, listId]))[0]?.ids ?? null;
}

export interface NewLead {
  id: string;
  listId: string;
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  email: string | null;
  altPhones: readonly (string | null)[];
  altEmails: readonly (string | null)[];
  source: string;
  contactOwnerEmail: string | null;
  hsContactId: string | null;
  hsPortalId: string | null;
  ghlContactId: string | null;
  ghlLocationId: string | null;
}

/** Row form for json_to_recordset. */
export function leadRecord(lead: NewLead): Record<string, unknown> {
  return {
    id: lead.id,
    list_id: lead.listId,
    first_name: lead.firstName,
    last_name: lead.lastName,
    phone: lead.phone,
    email: lead.email,
    alt_phone1: lead.altPhones[0] ?? null,
    alt_phone2: lead.altPhones[1] ?? null,
    alt_phone3: lead.altPhones[2] ?? null,
    alt_email1: lead.altEmails[0] ?? null,
    alt_email2: lead.altEmails[1] ?? null,
    alt_email3: lead.altEmails[2] ?? null,
    source: lead.source,
    contact_owner_email: lead.contactOwnerEmail,
    hs_contact_id: lead.hsContactId,
    hs_portal_id: lead.hsPortalId,
    ghl_contact_id: lead.ghlContactId,
    ghl_location_id: lead.ghlLocationId,
  };
}

/** `leadRecord` as SQL columns, in its order. */
export const LEAD_RECORD_COLUMNS = `id, list_id, first_name, last_name, phone, email, alt_phone1, alt_phone2, alt_phone3,
  alt_email1, alt_email2, alt_email3, source, contact_owner_email, hs_contact_id, hs_portal_id, ghl_contact_id, ghl_location_id`;

export const LEAD_RECORD_TYPES = LEAD_RECORD_COLUMNS.split(',')
  .map((column) => `${column.trim()} text`)
  .join(', ');

const INSERT_LEAD = statement(
  'insert_lead',
  `INSERT INTO leads (workspace_id, ${LEAD_RECORD_COLUMNS}, created_at, updated_at)
   SELECT $1, ${LEAD_RECORD_COLUMNS}, $3::timestamptz, $3::timestamptz FROM json_to_recordset($2::json) AS r(${LEAD_RECORD_TYPES})`,
);

export async function insertLead(
  tx: Sql,
  workspaceId: string,
  lead: NewLead,
  ids: Ids,
  now: number,
): Promise<void> {
  await tx.query(INSERT_LEAD, [workspaceId, JSON.stringify([leadRecord(lead)]), toIso(now)]);
  await storeLeadAddresses(tx, workspaceId, lead.id);
  await addLeadCounts(tx, workspaceId, inLists([lead], 1), ids);
}

const STORE_ALTERNATES = statement(
  'store_alternates',
  `UPDATE leads SET
     alt_phone1 = CASE WHEN $3::jsonb ? 'phone1' THEN $3::jsonb->>'phone1' ELSE alt_phone1 END,
     alt_phone2 = CASE WHEN $3::jsonb ? 'phone2' THEN $3::jsonb->>'phone2' ELSE alt_phone2 END,
     alt_phone3 = CASE WHEN $3::jsonb ? 'phone3' THEN $3::jsonb->>'phone3' ELSE alt_phone3 END,
     alt_email1 = CASE WHEN $3::jsonb ? 'email1' THEN $3::jsonb->>'email1' ELSE alt_email1 END,
     alt_email2 = CASE WHEN $3::jsonb ? 'email2' THEN $3::jsonb->>'email2' ELSE alt_email2 END,
     alt_email3 = CASE WHEN $3::jsonb ? 'email3' THEN $3::jsonb->>'email3' ELSE alt_email3 END,
     updated_at = $4
   WHERE workspace_id = $1 AND id = $2`,
);

export interface Alternates {
  /** Three each; undefined keeps what the lead has, null clears it. */
  altPhones: readonly (string | null | undefined)[];
  altEmails: readonly (string | null | undefined)[];
}

/** Merges alternates onto a lead: those given overwrite, those left out stay (contract §4.3). */
export async function mergeAlternates(
  tx: Sql,
  workspaceId: string,
  leadId: string,
  alternates: Alternates,
  now: number,
): Promise<void> {
  // JSON leaves out what is undefined and keeps what is null, which is the very difference meant here.
  const [phone1, phone2, phone3] = alternates.altPhones;
  const [email1, email2, email3] = alternates.altEmails;
  const given = JSON.stringify({ phone1, phone2, phone3, email1, email2, email3 });
  await tx.query(STORE_ALTERNATES, [workspaceId, leadId, given, toIso(now)]);
  await deleteLeadAddresses(tx, workspaceId, leadId);
  await storeLeadAddresses(tx, workspaceId, leadId);
}

const ADD_CRM_LINKS = statement(
  'add_crm_links',
  `UPDATE leads SET hs_contact_id = coalesce(hs_contact_id, $3), hs_portal_id = coalesce(hs_portal_id, $4),
     ghl_contact_id = coalesce(ghl_contact_id, $5), ghl_location_id = coalesce(ghl_location_id, $6), updated_at = $7
   WHERE workspace_id = $1 AND id = $2`,
);

/** Only where the lead has none: whom a contact is in the CRM is not changed by sending to it. */
export async function addCrmLinks(
  tx: Sql,
  workspaceId: string,
  leadId: string,
  links: Pick<LeadRow, 'hsContactId' | 'hsPortalId' | 'ghlContactId' | 'ghlLocationId'>,
  now: number,
): Promise<void> {
  const { hsContactId, hsPortalId, ghlContactId, ghlLocationId } = links;
  const values = [workspaceId, leadId, hsContactId, hsPortalId, ghlContactId, ghlLocationId, toIso(now)];
  await tx.query(ADD_CRM_LINKS, values);
}

const DELETE_LEAD_ADDRESSES = statement(
  'delete_lead_addresses',
  'DELETE FROM lead_addresses WHERE workspace_id = $1 AND lead_id = $2',
);

export async function deleteLeadAddresses(tx: Sql, workspaceId: string, leadId: string): Promise<void> {
  await tx.query(DELETE_LEAD_ADDRESSES, [workspaceId, leadId]);
}

const STORE_LEAD_ADDRESSES = statement(
  'store_lead_addresses',
  `INSERT INTO lead_addresses (workspace_id, address, lead_id)
   SELECT DISTINCT $1, a.address, $2 FROM leads l,
     LATERAL unnest(ARRAY[l.phone, l.alt_phone1, l.alt_phone2, l.alt_phone3, l.email, l.alt_email1, l.alt_email2, l.alt_email3]) AS a(address)
   WHERE l.workspace_id = $1 AND l.id = $2 AND a.address IS NOT NULL
   ON CONFLICT DO NOTHING`,
);

/** Those that the lead's row holds. */
export async function storeLeadAddresses(tx: Sql, workspaceId: string, leadId: string): Promise<void> {
  await tx.query(STORE_LEAD_ADDRESSES, [workspaceId, leadId]);
}

const MARK_OPTED_OUT = statement(
  'mark_opted_out',
  'UPDATE leads SET opted_out_at = $3, updated_at = $4 WHERE workspace_id = $1 AND id = ANY($2)',
);

/** `at` null lifts the opt-out. */
export async function markOptedOut(
  tx: Sql,
  workspaceId: string,
  leadIds: readonly string[],
  at: number | null,
  now: number,
): Promise<void> {
  await tx.query(MARK_OPTED_OUT, [workspaceId, leadIds, at === null ? null : toIso(at), toIso(now)]);
}

const INSERT_SPECIAL_LIST = statement(
  'insert_special_list',
  `INSERT INTO lists (workspace_id, id, name, description, special, created_at, updated_at)
   VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (workspace_id, special) WHERE special IS NOT NULL DO NOTHING`,
);
const FIND_SPECIAL_LIST = statement(
  'find_special_list',
  'SELECT id FROM lists WHERE workspace_id = $1 AND special = $2',
);

const SPECIAL_LISTS = {
  quick_sends: { name: 'Quick Sends', description: 'Quick send messages' },
  inbound: { name: 'Inbound', description: 'People who wrote first' },
} as const;

/** Makes the list when it is not there yet; safe to call from several processes at once. */
export async function ensureSpecialList(
  sql: Sql,
  workspaceId: string,
  special: keyof typeof SPECIAL_LISTS,
  newId: string,
  now: number,
): Promise<string> {
  const { name, description } = SPECIAL_LISTS[special];
  await sql.query(INSERT_SPECIAL_LIST, [workspaceId, newId, name, description, special, toIso(now)]);
  return (await findSpecialList(sql, workspaceId, special)) ?? newId;
}

export async function findSpecialList(
  sql: Sql,
  workspaceId: string,
  special: keyof typeof SPECIAL_LISTS,
): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(FIND_SPECIAL_LIST, [workspaceId, special]);
  return row?.id ?? null;
}
