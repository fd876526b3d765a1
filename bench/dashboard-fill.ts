/** A workspace as an operator of many years has it: a million messages, 200 thousand leads, 50 lines, and what belongs to them. */
import pg from 'pg';
import type { Client } from '../test/client.ts';

export interface Size {
  messages: number;
  leads: number;
  lines: number;
}

export interface Filled {
  leadId: string;
  messageId: string;
  waitingId: string;
  lineId: string;
  campaignId: string;
  webhookId: string;
}

const DAYS = 90;
/** In the order in which they are filled. */
const LARGE = [
  'leads',
  'lead_addresses',
  'addresses',
  'messages',
  'touches',
  'events',
  'campaign_leads',
  'webhook_deliveries',
];

/** Lines, lists, campaigns and webhooks by the API; what is many by statements of its own, all of it as the application would store it. */
export async function fillWorkspace(
  api: Client,
  databaseUrl: string,
  workspaceId: string,
  size: Size,
): Promise<Filled> {
  const lineIds = await make(api, size.lines, '/api/lines', 'line', (n) => ({
    transport: 'sandbox',
    phone: `+1303${String(5_000_000 + n)}`,
    firstName: `Line ${n}`,
    dailyTotalMessagesLimit: 200,
    dailyNewConversationsLimit: 100,
  }));
  const listIds = await make(api, 5, '/api/lists', 'list', (n) => ({ name: `List ${n}` }));
  const campaignIds = await make(api, 5, '/api/campaigns', 'campaign', (n) => ({
    name: `Campaign ${n}`,
    steps: [{ message: 'Hello {firstName}' }, { message: 'Did you see it?' }],
  }));
  const webhookIds: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const hook = {
      url: `https://receiver.invalid/${n}`,
      name: `Webhook ${n}`,
      events: ['message.sent', 'message.reply'],
    };
    webhookIds.push(String((await made(api, '/api/webhooks', hook)).id));
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET enable_seqscan = on`,
    );
    await withoutIndexes(client, async () => {
      for (const text of STATEMENTS)
        await client.query(
          parametersOf(text, [
            workspaceId,
            size.messages,
            size.leads,
            lineIds,
            listIds,
            campaignIds,
            webhookIds,
            DAYS,
          ]),
        );
    });
    await client.query(
      `VACUUM (ANALYZE) ${[...LARGE, 'minute_counts', 'line_tallies', 'suppressions', 'audit_log', 'campaigns', 'lines'].join(', ')}`,
    );
    const some = await client.query<Filled>(
      `SELECT m.lead_id AS "leadId", m.id AS "messageId", m.line_id AS "lineId",
         (SELECT w.id FROM messages w WHERE w.workspace_id = $1 AND w.status = 'scheduled' ORDER BY w.id DESC LIMIT 1) AS "waitingId"
       FROM messages m WHERE m.workspace_id = $1 AND m.status = 'delivered' AND m.direction = 'sent' ORDER BY m.id DESC LIMIT 1`,
      [workspaceId],
    );
    const [found] = some.rows;
    if (found === undefined) throw new Error('nothing was filled in');
    return { ...found, campaignId: campaignIds[0] ?? '', webhookId: webhookIds[0] ?? '' };
  } finally {
    await client.end();
  }
}

async function make(
  api: Client,
  many: number,
  path: string,
  name: string,
  body: (n: number) => Record<string, unknown>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < many; n += 1) {
    const thing = (await made(api, path, body(n)))[name] as { _id: string };
    ids.push(thing._id);
  }
  return ids;
}

async function made(
  api: Client,
  path: string,
  body: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answer = await api.call('POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Filled row by row they would take most of the time. */
async function withoutIndexes(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
     WHERE i.indrelid::regclass::text = ANY($1) AND NOT i.indisprimary`,
    [LARGE],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await work();
  for (const { made: text } of rows) await client.query(text);
}

/** Those that a statement does not name can't be given. */
function parametersOf(text: string, values: readonly unknown[]): { text: string; values: unknown[] } {
  const used = [...new Set([...text.matchAll(/\$(\d)/g)].map(([, n]) => Number(n)))].sort();
  const renumbered = text.replaceAll(/\$(\d)/g, (_, n: string) => `$${used.indexOf(Number(n)) + 1}`);
  return { text: renumbered, values: used.map((n) => values[n - 1]) };
}

/** Ids sort by creation: milliseconds, then a number. */
const ID = (instant: string, n: string) =>
  `lpad(to_hex((extract(epoch FROM ${instant}) * 1000)::bigint), 12, '0') || lpad(to_hex(${n}), 12, '0')`;
const LEAD = (n: string) => `'0190' || lpad(to_hex(${n}), 20, '0')`;
const LINE_OF = (n: string) => `($4::text[])[1 + ${n} % cardinality($4::text[])]`;

/** Each lead has as many messages as go round; the fourth of every second lead is a reply. $8: days back. */
const SPREAD = `FROM generate_series(0, $2::int - 1) n, LATERAL (
  SELECT n % $3::int AS lead, n / $3::int AS k,
    date_trunc('milliseconds', now() - $8::int * interval '1 day' * (1 - n::float8 / $2::int)) AS at) s`;
const IS_REPLY = `(s.k = 3 AND s.lead % 2 = 0)`;
/** The last fiftieth waits for tomorrow. */
const WAITS = `(n >= $2::int - $2::int / 50 AND NOT ${IS_REPLY})`;

const STATEMENTS = [
  `INSERT INTO leads (workspace_id, id, list_id, first_name, last_name, phone, email, company_name, source, tags, availability_status,
     created_at, updated_at)
   SELECT $1::text, ${LEAD('n')}, ($5::text[])[1 + n % 5], 'First' || n % 997, 'Last' || n, '+1404' || lpad(n::text, 7, '0'),
     'lead' || n || '@example.com', 'Company ' || n % 5000, 'csv', CASE WHEN n % 10 = 0 THEN ARRAY['vip'] ELSE '{}'::text[] END,
     CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'unavailable' ELSE 'available' END, at, at
   FROM generate_series(0, $3::int - 1) n, LATERAL (SELECT now() - $8::int * interval '1 day' AS at) t`,
  `INSERT INTO lead_addresses SELECT l.workspace_id, a.address, l.id FROM leads l, unnest(ARRAY[l.phone, l.email]) AS a(address)
   WHERE l.workspace_id = $1`,
  `INSERT INTO addresses (workspace_id, address, availability, availability_checked_at, suppressed_at, suppressed_reason)
   SELECT l.workspace_id, l.phone, nullif(l.availability_status, 'error'), l.created_at,
     CASE WHEN right(l.phone, 2) = '77' THEN l.created_at END, CASE WHEN right(l.phone, 2) = '77' THEN 'manual' END
   FROM leads l WHERE l.workspace_id = $1 AND l.availability_status IS NOT NULL`,
  `INSERT INTO messages (workspace_id, id, direction, status, message_type, message, lead_id, recipient_phone, recipient_name, address,
     line_id, priority, first_touch, due_at, scheduled_date, attempt, attempts, retry_gap_ms, campaign_id, step_index, step_key,
     campaign_entry, campaign_started_at, external_message_id, is_positive, correlation_id, sent_at, delivered_at, created_at, updated_at)
   SELECT $1::text, ${ID('s.at', 'n')}, CASE WHEN ${IS_REPLY} THEN 'received' ELSE 'sent' END,
     CASE WHEN ${IS_REPLY} THEN 'delivered' WHEN ${WAITS} THEN 'scheduled'
       ELSE (ARRAY['delivered','delivered','delivered','delivered','sent','failed','fallback','cancelled'])[1 + n % 8] END,
     'imessage', 'Message ' || n || ' about something that takes a line or two to say', ${LEAD('s.lead')}, '+1404' || lpad(s.lead::text, 7, '0'),
     'First' || s.lead % 997, '+1404' || lpad(s.lead::text, 7, '0'), ${LINE_OF('s.lead')}, 1, s.k = 0,
     CASE WHEN ${WAITS} THEN now() + interval '1 day' ELSE s.at END, CASE WHEN ${WAITS} THEN now() + interval '1 day' END,
     CASE WHEN ${WAITS} THEN 0 ELSE 1 END, 5, 60000,
     CASE WHEN s.k < 2 THEN ($6::text[])[1 + s.lead % 5] END, CASE WHEN s.k < 2 THEN s.k END, CASE WHEN s.k < 2 THEN 'step' || s.k END,
     CASE WHEN s.k < 2 THEN 1 END, CASE WHEN s.k < 2 THEN now() - $8::int * interval '1 day' END, 'x' || n,
     CASE WHEN ${IS_REPLY} THEN n % 6 = 0 END, 'app_' || n, CASE WHEN NOT ${WAITS} THEN s.at END, CASE WHEN NOT ${WAITS} THEN s.at END, s.at, s.at
   ${SPREAD}`,
  `INSERT INTO touches (workspace_id, lead_id, line_id, message_id, first_at, last_at, last_reply_at, read_at)
   SELECT m.workspace_id, m.lead_id, m.line_id, min(m.id), min(m.created_at), max(m.created_at),
     max(m.created_at) FILTER (WHERE m.direction = 'received'),
     CASE WHEN right(m.lead_id, 1) <> '0' THEN max(m.created_at) FILTER (WHERE m.direction = 'received') END
   FROM messages m WHERE m.workspace_id = $1 GROUP BY m.workspace_id, m.lead_id, m.line_id`,
  // Of the last fifth: the rest has its like in it.
  `INSERT INTO events (workspace_id, id, type, message_id, lead_id, line_id, at, data, sequence)
   SELECT m.workspace_id, left(m.id, 12) || lpad(to_hex(e.n), 4, '0') || right(m.id, 8), e.type, m.id, m.lead_id, m.line_id, m.created_at,
     '{"status":"sent"}', CASE WHEN e.type <> 'message.accepted' THEN row_number() OVER (ORDER BY m.id, e.n) END
   FROM (SELECT * FROM messages WHERE workspace_id = $1 ORDER BY id DESC LIMIT $2::int / 5) m,
     (VALUES (0, 'message.accepted'), (1, 'message.sent'), (2, 'message.delivered')) AS e(n, type)`,
  `UPDATE campaigns SET status = 'active', list_id = ($5::text[])[1], line_ids = $4::text[], started_at = created_at WHERE workspace_id = $1`,
  `INSERT INTO campaign_leads (workspace_id, campaign_id, lead_id, entry, status, line_id, step_key, step_at, entered_at, ended_at, updated_at)
   SELECT $1::text, ($6::text[])[1 + n % 5], ${LEAD('n')}, 1, (ARRAY['active','finished','finished','stopped'])[1 + n % 4], ${LINE_OF('n')},
     'step1', at, at, CASE WHEN n % 4 > 0 THEN at END, at
   FROM generate_series(0, $3::int - 1) n, LATERAL (SELECT now() - interval '1 day' AS at) t`,
  // As it is folded.
  `INSERT INTO lead_counts (workspace_id, group_id, status, step_key, reason, leads)
   SELECT workspace_id, list_id, '', '', '', count(*) FROM leads WHERE workspace_id = $1::text GROUP BY 1, 2
   UNION ALL
   SELECT workspace_id, campaign_id, status, coalesce(step_key, ''), coalesce(reason, ''), count(*) FROM campaign_leads
   WHERE workspace_id = $1::text GROUP BY 1, 2, 3, 4, 5`,
  `INSERT INTO webhook_deliveries (workspace_id, webhook_id, event_id, event, message_id, subject, status, due_at, attempt, delivered_at, created_at)
   SELECT e.workspace_id, w.id, e.id, e.type, e.message_id, e.message_id, 'delivered', e.at, 1, e.at, e.at
   FROM (SELECT * FROM events WHERE workspace_id = $1 AND type = 'message.sent' ORDER BY id DESC LIMIT 50000) e, unnest($7::text[]) AS w(id)`,
  `INSERT INTO suppressions (workspace_id, id, action, lead_id, address, channel, source, words, at)
   SELECT $1::text, ${ID('at', 'n')}, 'opt_out', ${LEAD('n * 7')}, '+1404' || lpad((n * 7)::text, 7, '0'), 'all', 'words', 'STOP', at
   FROM generate_series(0, $3::int / 100) n, LATERAL (SELECT now() - n * interval '1 minute' AS at) t`,
  `INSERT INTO audit_log (workspace_id, id, at, api_key_id, route, action, entity, entity_id, before, after)
   SELECT $1::text, ${ID('at', 'n')}, at, '', 'PATCH /api/lines/{id}', 'update', 'line', ${LINE_OF('n')}, '{}', '{}'
   FROM generate_series(1, 5000) n, LATERAL (SELECT now() - n * interval '10 minutes' AS at) t`,
  `INSERT INTO minute_counts SELECT $1::text, date_trunc('minute', now()) - n * interval '1 minute', 8, 8, 7, 3, 1, 1, 1, 0, 0
   FROM generate_series(1, 3 * 1440) n`,
  `INSERT INTO line_tallies SELECT $1::text, l.id, date_trunc('hour', now()) - n * interval '1 hour', 40, 1, 0, 4
   FROM unnest($4::text[]) AS l(id), generate_series(0, 30) n`,
];
