/** Many leads that get further fields in one call; their addresses and lists stay. */
import { toIso } from '../../lib/clock.ts';
import { type Sql, statement } from '../database.ts';
import { LEAD_JSON, type LeadRow } from './leads.ts';

const LOCK_LEAD_ROWS = statement(
  'lock_lead_rows',
  `SELECT ${LEAD_JSON} AS lead FROM leads l WHERE l.workspace_id = $1 AND l.id = ANY($2) ORDER BY l.id FOR NO KEY UPDATE`,
);

/** In the order of ids, so that two lockers cannot wait for each other. */
export async function lockLeadRows(
  tx: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, LeadRow>> {
  const rows = await tx.query<{ lead: LeadRow }>(LOCK_LEAD_ROWS, [workspaceId, ids]);
  return new Map(rows.map(({ lead }) => [lead.id, lead]));
}

const NAMES = [
  'first_name',
  'last_name',
  'company_name',
  'job_title',
  'linkedin_url',
  'notes',
  'external_id',
  'contact_owner_email',
  'hs_contact_id',
  'hs_portal_id',
  'ghl_contact_id',
  'ghl_location_id',
];
const CHANGES = NAMES.map((name) => `${name} = r.${name}`).join(', ');
const RECORD = NAMES.map((name) => `${name} text`).join(', ');
const STORE_MERGED = statement(
  'store_merged_leads',
  `UPDATE leads l SET ${CHANGES}, custom_fields = r.custom_fields, tags = r.tags, updated_at = $3
   FROM json_to_recordset($2::json) AS r(id text, ${RECORD}, custom_fields jsonb, tags text[])
   WHERE l.workspace_id = $1 AND l.id = ANY($4) AND l.id = r.id`,
);
const ROWS_PER_STATEMENT = 1000;

/** The caller holds their locks. */
export async function storeMerged(
  tx: Sql,
  workspaceId: string,
  leads: readonly LeadRow[],
  now: number,
): Promise<void> {
  for (let from = 0; from < leads.length; from += ROWS_PER_STATEMENT) {
    const some = leads.slice(from, from + ROWS_PER_STATEMENT);
    const rows = some.map((lead) => ({
      id: lead.id,
      first_name: lead.firstName,
      last_name: lead.lastName,
      company_name: lead.companyName,
      job_title: lead.jobTitle,
      linkedin_url: lead.linkedinUrl,
      notes: lead.notes,
      external_id: lead.externalId,
      contact_owner_email: lead.contactOwnerEmail,
      hs_contact_id: lead.hsContactId,
      hs_portal_id: lead.hsPortalId,
      ghl_contact_id: lead.ghlContactId,
      ghl_location_id: lead.ghlLocationId,
      custom_fields: lead.customFields,
      tags: lead.tags,
    }));
    const ids = some.map(({ id }) => id);
    await tx.query(STORE_MERGED, [workspaceId, JSON.stringify(rows), toIso(now), ids]);
  }
}
