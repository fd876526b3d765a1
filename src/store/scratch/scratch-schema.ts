/**
 * Tables for a world of its own beside the real ones: same columns, same indexes, in a schema that is dropped when the world
 * ends. They are made after the tables that are there, not by the migrations: half a second less, and no lock that a process
 * about to start would wait for. Not logged, since a crash may take them along.
 */
import { invariant } from '../../lib/invariant.ts';
import { passing, type Sql, statement } from '../database.ts';

const NAME = /^sim_([0-9a-f]{24})_(\d+)$/;

/** One try of one simulation: another process that starts it again does so in a schema of its own. */
export function scratchName(simulationId: string, attempt: number): string {
  const name = `sim_${simulationId}_${attempt}`;
  invariant(NAME.test(name), 'the name needs no quotes');
  return name;
}

/**
 * Read from the catalogue, where only the real tables are looked at: those that are found without naming a schema. What belongs
 * to no workspace (who signs in, with what) has no business there.
 */
const REAL = `c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('messages'))
  AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped)`;
/** Rows that are overwritten in every pass. */
const OVERWRITTEN = ['lines', 'devices', 'campaigns'];

export async function createScratch(sql: Sql, schema: string): Promise<void> {
  await sql.query(
    passing(`DO $$ DECLARE t record; BEGIN
         CREATE SCHEMA ${schema};
         FOR t IN SELECT c.oid::regclass AS name, c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND ${REAL}
         LOOP EXECUTE format('CREATE UNLOGGED TABLE ${schema}.%I (LIKE %s INCLUDING DEFAULTS) WITH (autovacuum_enabled = false, fillfactor = %s)',
           t.relname, t.name, CASE WHEN t.relname = ANY('{${OVERWRITTEN}}') THEN 20 ELSE 90 END);
         END LOOP; END $$`),
    [],
  );
}

/**
 * Beside the unique ones. Nobody searches, counts or reads a feed there, and a row of a line or a device is found among a
 * few hundred: each index less is one less to write into with every message, or lets a row be overwritten in its place.
 */
const NEEDED = [
  'leads_list',
  'lead_addresses_lead_id',
  'messages_waiting',
  'messages_lead',
  'messages_under_way',
  'messages_expiry',
  'campaigns_look_at',
  'campaign_leads_look_at',
  'campaign_leads_lead',
  'campaign_leads_status',
  'condition_answers_ask',
];
/** That each step is made once is guarded where several make them. */
const UNNEEDED = ['messages_step'];
/**
 * All rows are of one workspace, so its id in front of every key says nothing and has to be compared each time. Of unique ones only
 * these are asked too often for that; others may be named by an `ON CONFLICT`.
 */
const OFTEN_ASKED = ['messages_pkey', 'leads_pkey', 'lines_pkey', 'devices_pkey'];

/** Once the rows are in: an index is made more quickly than it grows. */
export async function indexScratch(sql: Sql, schema: string): Promise<void> {
  await sql.query(
    passing(`DO $$ DECLARE i record; BEGIN
         FOR i IN SELECT c.relname, CASE WHEN x.indisunique AND n.relname <> ALL('{${OFTEN_ASKED}}') THEN d.made
             ELSE replace(d.made, '(workspace_id, ', '(') END AS made
           FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class n ON n.oid = x.indexrelid,
             pg_get_indexdef(x.indexrelid) AS d(made)
           WHERE ${REAL} AND c.relname <> 'events' AND n.relname <> ALL('{${UNNEEDED}}')
             AND (x.indisunique OR n.relname = ANY('{${NEEDED}}'))
         LOOP EXECUTE regexp_replace(i.made, ' ON (ONLY )?\\S+ USING ', format(' ON ${schema}.%I USING ', i.relname));
         END LOOP; END $$`),
    [],
  );
  // When an attempt began is all that is ever asked of events there.
  await sql.query(
    passing(`CREATE INDEX ON ${schema}.events (workspace_id, message_id) WHERE type = 'message.sending'`),
    [],
  );
}

export async function analyzeScratch(sql: Sql, schema: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql.query(passing(`ANALYZE ${schema}.${table}`), []);
}

export async function dropScratch(sql: Sql, schema: string): Promise<void> {
  await sql.query(passing(`DROP SCHEMA IF EXISTS ${schema} CASCADE`), []);
}

const LIST_SCRATCH = statement(
  'list_scratch',
  `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'sim\\_%'`,
);

export interface Scratch {
  schema: string;
  simulationId: string;
  attempt: number;
}

/** Those that are there, whether anybody still works in them or not. */
export async function listScratch(sql: Sql): Promise<Scratch[]> {
  const rows = await sql.query<{ name: string }>(LIST_SCRATCH, []);
  return rows.flatMap(({ name }) => {
    const [, simulationId, attempt] = NAME.exec(name) ?? [];
    return simulationId === undefined ? [] : [{ schema: name, simulationId, attempt: Number(attempt) }];
  });
}
