/** The rows of one message, looked for in chat.db and claimed as soon as they are seen. */

import type { Claims } from '../../claims.ts';
import type { ChatDb, Row } from './chat-db.ts';
import { isDoubtful, isTo, type Part, rowsOfParts } from './evidence.ts';

export interface Wanted {
  jobId: string;
  reference: string;
  address: string;
  parts: readonly Part[];
  /** Only rows after this one. */
  before: number;
}

export interface Found {
  /** One for each part, null where there is none. */
  rows: (Row | null)[];
  /** Rows of nobody that may be its own, though they don't show it. */
  doubtful: readonly Row[];
  /** Rows were claimed that were not its own before. */
  isNew: boolean;
}

const MOST_ROWS = 500;

export function search(db: ChatDb, claims: Claims, wanted: Wanted): Found {
  return searchAmong(db.rowsAfter(wanted.before, 'from-me', MOST_ROWS), claims, wanted);
}

export function searchAmong(rows: readonly Row[], claims: Claims, wanted: Omit<Wanted, 'before'>): Found {
  const { jobId, reference, address, parts } = wanted;
  const own = new Set(claims.of(jobId));
  const free = rows.filter(({ guid }) => own.has(guid) || !claims.isClaimed(guid));
  const found = rowsOfParts(
    parts,
    free.filter((row) => isTo(row, address)),
  );
  const guids = found.flatMap((row) => (row === null ? [] : [row.guid]));
  const isNew = guids.some((guid) => !own.has(guid));
  if (isNew) claims.add({ jobId, reference, guids });
  const doubtful = free.filter((row) => !guids.includes(row.guid) && isDoubtful(row, address));
  return { rows: found, doubtful, isNew };
}
