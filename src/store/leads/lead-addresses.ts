/** What is known of the addresses of a lead, for people to look at. */
import type { KnownAvailability } from '../../domain/cascade.ts';
import { type Sql, statement } from '../database.ts';

export interface AddressFacts {
  address: string;
  availability: KnownAvailability['status'] | null;
  checkedAt: number | null;
  lineId: string | null;
  /** Of the line: its number or mailbox. */
  lineAddress: string | null;
  transport: string | null;
  suppressedAt: number | null;
  suppressedReason: string | null;
  suppressedBy: string | null;
  words: string | null;
}

const READ_ADDRESS_FACTS = statement(
  'read_address_facts',
  `SELECT a.address, a.availability, a.availability_checked_at AS "checkedAt", l.id AS "lineId",
     coalesce(l.phone, l.email) AS "lineAddress", l.transport, a.suppressed_at AS "suppressedAt",
     a.suppressed_reason AS "suppressedReason", a.suppressed_by AS "suppressedBy", s.words
   FROM addresses a
     LEFT JOIN lines l ON l.workspace_id = $1 AND l.id = a.availability_line_id
     LEFT JOIN suppressions s ON s.workspace_id = $1 AND s.id = a.suppressed_by
   WHERE a.workspace_id = $1 AND a.address = ANY($2)`,
);

/** In no order; without those of which nothing is known. */
export function readAddressFacts(
  sql: Sql,
  workspaceId: string,
  addresses: readonly string[],
): Promise<AddressFacts[]> {
  return sql.query(READ_ADDRESS_FACTS, [workspaceId, addresses]);
}
