/** The rules that keep this schema ready to be sharded by workspace (head of migrations/0001_base.sql), read back from the catalogue. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { withClient } from '../database-server.ts';

const STORE = path.resolve(import.meta.dirname, '../../src/store');

/** Copied whole to every shard, or to none: no workspace is known yet when they are read. */
const REFERENCE_TABLES: Readonly<Record<string, string>> = {
  api_keys: 'a request starts with a key and knows no workspace yet',
  people: 'whoever signs in names no workspace',
  sessions: 'a session is known before any workspace',
  accounts: 'of people',
  verifications: 'of people',
  two_factors: 'of people',
  memberships: 'asked of a session: in which workspaces is this person?',
  invitations: 'whoever brings a link names no workspace',
  setup_links: 'whoever brings a link names no workspace',
  sign_in_attempts: 'of people, and of whoever tries to be one',
  pairing_codes: 'whoever types a code at a Mac knows no workspace yet',
  schema_migrations: 'the ledger of the schema itself',
};

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function ask<Row extends object>(sql: string): Promise<Row[]> {
  return withClient(database.url, async (client) => (await client.query<Row>(sql)).rows);
}

describe('the schema', () => {
  test('knows the reference tables by name; every other table belongs to a workspace', async () => {
    const tables = await ask<{ name: string; owned: boolean }>(`
      SELECT c.relname AS name, bool_or(a.attname = 'workspace_id' AND a.attnotnull) AS owned
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname`);
    expect(tables.length).toBeGreaterThan(10);
    const names = tables.map(({ name }) => name);
    for (const name of Object.keys(REFERENCE_TABLES)) expect(names).toContain(name);
    const homeless = tables.filter(({ name, owned }) => !owned && REFERENCE_TABLES[name] === undefined);
    expect(homeless).toEqual([]);
  });

  test('puts workspace_id first in every primary key and unique index', async () => {
    const indexes = await ask<{ name: string; table: string; first: string }>(`
      SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS table,
        pg_get_indexdef(i.indexrelid, 1, true) AS first
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace`);
    expect(indexes.length).toBeGreaterThan(10);
    const wrong = indexes.filter(
      ({ table, first }) => first !== 'workspace_id' && REFERENCE_TABLES[table] === undefined,
    );
    expect(wrong).toEqual([]);
  });

  test('gives every table a primary key', async () => {
    const without = await ask(`
      SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`);
    expect(without).toEqual([]);
  });

  test('leads every foreign key by workspace_id on both sides, names it, and never sets it null', async () => {
    const keys = await ask<{ name: string; own: string[]; theirs: string[]; onDelete: string }>(`
      SELECT k.conname AS name, k.confdeltype AS "onDelete",
        ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY i) AS own,
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
              JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY i) AS theirs
      FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace`);
    for (const { name, own, theirs, onDelete } of keys) {
      expect([own[0], theirs[0]], name).toEqual(['workspace_id', 'workspace_id']);
      expect(name).not.toMatch(/_fkey$/);
      // n: SET NULL, d: SET DEFAULT.
      expect(['n', 'd'], name).not.toContain(onDelete);
    }
  });

  test('has no triggers, no rules and no functions of its own', async () => {
    expect(await ask('SELECT tgname FROM pg_trigger WHERE NOT tgisinternal')).toEqual([]);
    expect(await ask("SELECT rulename FROM pg_rules WHERE schemaname = 'public'")).toEqual([]);
    // Those of an extension belong to it.
    expect(
      await ask(`SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS
        (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`),
    ).toEqual([]);
  });

  test('has no sequences, identities or defaults that draw from one: ids are made by the application', async () => {
    expect(
      await ask("SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"),
    ).toEqual([]);
    const drawn = await ask(`
      SELECT a.attrelid::regclass::text AS table, a.attname AS column FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~ 'nextval|uuid|random')`);
    expect(drawn).toEqual([]);
  });

  test('lets instants come in as parameters: no column dates itself', async () => {
    const dated = await ask(`
      SELECT d.adrelid::regclass::text AS table, pg_get_expr(d.adbin, d.adrelid) AS expression FROM pg_attrdef d
      JOIN pg_class c ON c.oid = d.adrelid AND c.relnamespace = 'public'::regnamespace
      WHERE pg_get_expr(d.adbin, d.adrelid) ~* 'now\\(|current_|clock_timestamp|statement_timestamp'`);
    expect(dated.filter((each) => !JSON.stringify(each).includes('schema_migrations'))).toEqual([]);
  });
});

/** Statements that serve no single workspace. Whoever adds one says why. */
const ACROSS_WORKSPACES: Readonly<Record<string, string>> = {
  find_api_keys: 'reference table: the key tells the workspace',
  insert_api_key: 'reference table',
  note_key_use: 'reference table',
  scan_due_lines: 'scan without locks; claimed per workspace',
  scan_due_campaigns: 'scan without locks; each campaign is locked in its workspace',
  scan_condition_questions: 'scan without locks; claimed per workspace',
  scan_old_condition_answers: 'scan without locks; deleted per workspace',
  scan_expired_leases: 'scan without locks; settled per workspace',
  scan_reconciliations: 'scan without locks; claimed per workspace',
  scan_expired_messages: 'scan without locks; settled per workspace',
  scan_down_lines: 'scan without locks; moved per workspace',
  scan_unchecked_lines: 'scan without locks; claimed per workspace',
  scan_old_idempotency_keys: 'scan without locks; deleted per workspace',
  scan_news_questions: 'scan without locks; claimed per workspace',
  scan_availability_jobs: 'scan without locks; claimed per workspace',
  scan_old_availability_jobs: 'scan without locks; deleted per workspace',
  scan_inbound_attachments: 'scan without locks; claimed per workspace',
  scan_due_webhooks: 'scan without locks; claimed per workspace',
  scan_webhook_replays: 'scan without locks; continued per workspace',
  scan_webhooks_to_trim: 'scan without locks; trimmed per workspace',
  next_due_webhook: 'one instant for all, to know how long to sleep',
  scan_due_sandbox_callbacks: 'scan without locks; removed per workspace',
  find_person: 'reference table',
  find_person_by_email: 'reference table',
  insert_person: 'reference table',
  set_password: 'reference table',
  switch_off_codes: 'reference table',
  find_sessions: 'reference tables: the session tells the workspaces',
  delete_session: 'reference table',
  delete_sessions: 'reference table',
  forget_browsers: 'reference table',
  list_memberships: 'reference table, with the names of its workspaces',
  has_any_owner: 'reference table: one yes or no for the whole server',
  insert_invitation: 'reference table',
  find_invitation: 'reference table: the token tells the workspace',
  use_invitation: 'reference table: the token tells the workspace',
  find_setup_link: 'reference table: the token tells the workspace',
  count_sign_in_attempt: 'reference table',
  forget_sign_in_attempts: 'reference table',
  forget_expired_sign_ins: 'reference tables',
  insert_pairing_code: 'reference table',
  use_pairing_code: 'reference table: the code tells the workspace',
  scan_revoked_relay_devices: 'scan without locks, of devices that are linked here',
  scan_queued_relay_jobs: 'scan without locks; offered per workspace',
  scan_old_relay_jobs: 'scan without locks; deleted per workspace',
  scan_door_callbacks: 'scan without locks; claimed per workspace',
  next_due: 'one instant for all, to know how long to sleep',
  scan_due_simulations: 'scan without locks; claimed per workspace',
  scan_old_simulations: 'scan without locks; deleted per workspace',
  find_simulations_under_way: 'whose scratch schemas are still in use; their names tell no workspace',
  list_scratch: 'reads no table of ours',
  make_room_to_count: 'reads no table',
  count_as_of_one_instant: 'reads no table',
  scan_fresh_counts: 'scan without locks; folded per workspace',
  scan_fresh_lead_counts: 'scan without locks; folded per workspace',
  scan_unclosed_workspaces: 'scan without locks; closed per workspace',
  scan_unfolded_days: 'scan without locks; folded per workspace',
  next_transaction: 'reads no table',
  is_all_over: 'reads no table',
  latest_clock: 'reads no table',
  limit_statement_time: 'reads no table',
  sort_in_pending_leads: 'looks after an index',
  notify: 'reads no table',
};

/** What the figures ask of a message (store/figures/counted.ts). */
const FIGURES_ASK =
  /\b(direction|status|fallback_sms_dispatched|is_positive|lead_id|line_id|campaign_id|created_by_user_id|answers_user_id|created_at) =/;

/** Before and after, the message counts as nothing: it waits, is on its way, or is withdrawn. */
const OF_WAITING_MESSAGES: readonly string[] = [
  'cancel_messages',
  'edit_message',
  'hold_messages',
  'lease_messages',
  'move_messages',
];

interface Declared {
  file: string;
  name: string;
  text: string;
}

/** As written: placeholders of template strings stay placeholders. A list of conditions counts by its fixed first one. */
function statementsIn(folder: string): Declared[] {
  const declaration = /\bstatement\(\s*(?:\/\/[^\n]*\s*)*(['`])(.+?)\1,\s*(?:'([^']*)'|`([^`]*)`)/g;
  return sourcesIn(folder).flatMap(({ file, source }) => {
    const [, condition = ''] = /const conditions = \['([^']*)'/.exec(source) ?? [];
    return [...source.matchAll(declaration)].map((match) => ({
      file,
      name: (match[2] ?? '').replace(/\$\{.*/, ''),
      text: (match[3] ?? match[4] ?? '').replace(/\$\{conditions[^}]*\}/, condition),
    }));
  });
}

function sourcesIn(folder: string): { file: string; source: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => ({ file, source: readFileSync(path.join(folder, file), 'utf8') }));
}

describe('the statements of src/store', () => {
  const statements = statementsIn(STORE);

  test('are all found by this test', () => {
    const calls = sourcesIn(STORE).flatMap(({ source }) => [...source.matchAll(/\bstatement\((?!name)/g)]);
    expect(statements.length).toBe(calls.length);
    expect(statements.length).toBeGreaterThan(50);
  });

  test('serve one workspace, the first parameter, unless they are known to serve all', () => {
    const boundTo = /\bworkspace_id = \$1\b/;
    const insertsFor =
      /\bINSERT INTO \w+ (AS \w+ )?\(workspace_id,[^)]*\)\s*(SELECT (DISTINCT )?|VALUES \()\$1,/;
    const loose = statements.filter(({ text }) => !boundTo.test(text) && !insertsFor.test(text));
    const unknown = loose.filter(({ name }) => ACROSS_WORKSPACES[name] === undefined);
    expect(unknown.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
    const outdated = Object.keys(ACROSS_WORKSPACES).filter(
      (name) => !loose.some((each) => each.name === name),
    );
    expect(outdated).toEqual([]);
  });

  test('bind every table of a sub-select, join or union to the workspace too', () => {
    const tables =
      /\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+(messages|leads|lines|devices|lead_addresses|addresses|touches|events|lists|line_wakes|line_tallies|fresh_counts|minute_counts|fresh_lead_counts|lead_counts|availability_jobs|availability_job_leads|idempotency_keys|suppressions|files|fetched_urls|inbound_attachments|line_news|reactions|webhooks|webhook_deliveries|event_feeds|audit_log|language_audits|sandbox_\w+|relay_\w+|line_requests|door_callbacks|figure_folds|touched_days|counted_leads|day_figures|campaigns|campaign_leads|campaign_wakes|simulations|simulation_messages|simulation_hours)\b/g;
    const wrong = statements
      .filter(({ name }) => ACROSS_WORKSPACES[name] === undefined)
      .filter(({ text }) => {
        const named = [...text.matchAll(tables)].length;
        return [...text.matchAll(/\bworkspace_id\b/g)].length < named;
      });
    expect(wrong.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  test('that change what the figures count of a message mark its day, unless it waits and counts as nothing', () => {
    const changes = statements.filter(({ text }) =>
      [...text.matchAll(/\bUPDATE messages\b.*?\bSET\b(.*?)\bWHERE\b/gs)].some(([, set = '']) =>
        FIGURES_ASK.test(set),
      ),
    );
    const unmarked = changes.filter(({ text }) => !text.includes('touching(')).map(({ name }) => name);
    expect(unmarked.sort()).toEqual(OF_WAITING_MESSAGES);
    expect(changes.map(({ name }) => name)).toContain('store_settlements');
  });

  test('never lock rows of several workspaces', () => {
    const locking = statements.filter(
      ({ name, text }) => ACROSS_WORKSPACES[name] !== undefined && /FOR (NO KEY )?UPDATE/.test(text),
    );
    expect(locking.map(({ name }) => name)).toEqual([]);
  });

  test('name no schema: a simulation runs them in one of its own', () => {
    const elsewhere = statements.filter(({ text }) => /\bpublic\s*\./i.test(text));
    expect(elsewhere.map(({ name }) => name)).toEqual([]);
  });

  test('take time as a parameter', () => {
    const own = statements.filter(
      ({ name, text }) =>
        name !== 'latest_clock' && /\b(now\(\)|current_timestamp|clock_timestamp)/i.test(text),
    );
    expect(own.map(({ name }) => name)).toEqual([]);
  });

  test('have names of their own, which PostgreSQL tells apart', () => {
    const names = statements.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name.length).toBeLessThan(64);
  });
});
