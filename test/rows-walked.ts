/** How much of a table the database walks for some work: a figure that no busy machine changes. */
import { type Database, type Sql, statement } from '../src/store/database.ts';

const COUNT_WALKED = statement(
  '',
  `SELECT pg_stat_get_xact_tuples_returned(c.oid) + coalesce((
     SELECT sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid), 0)::bigint AS rows
   FROM pg_class c WHERE c.oid = $1::regclass`,
);

/** Entries of its indexes and rows of its scans that `work` was handed. */
export function rowsWalked(
  database: Database,
  table: string,
  work: (tx: Sql) => Promise<unknown>,
): Promise<number> {
  return database.transaction(async (tx) => {
    const count = async () =>
      (await tx.query<{ rows: number }>(COUNT_WALKED, [table]))[0]?.rows ?? Number.NaN;
    const before = await count();
    await work(tx);
    return (await count()) - before;
  });
}
