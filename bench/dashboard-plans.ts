/** Which statements calls make, and what the database would do for each: nothing that grows with what the workspace has. */
import pg from 'pg';

export interface Recorder {
  /** Statements of the work, each with the values it was first given. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  statements(): ReadonlyMap<string, readonly unknown[]>;
}

/** Of all connections of this process, from now on. */
export function recordStatements(): Recorder {
  const seen = new Map<string, readonly unknown[]>();
  let isOn = false;
  const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  Object.assign(pg.Client.prototype, {
    query(this: unknown, ...args: unknown[]) {
      const [asked] = args as [{ text?: string; values?: unknown[] } | string];
      if (
        isOn &&
        typeof asked === 'object' &&
        typeof asked.text === 'string' &&
        /^\s*(SELECT|WITH)\b/i.test(asked.text)
      )
        if (!seen.has(asked.text)) seen.set(asked.text, asked.values ?? []);
      return query.apply(this, args);
    },
  });
  return {
    async during(work) {
      isOn = true;
      try {
        return await work();
      } finally {
        isOn = false;
      }
    },
    statements: () => seen,
  };
}

/** Tables that grow with what a workspace sends and knows. */
const BIG = new Set([
  'messages',
  'leads',
  'lead_addresses',
  'addresses',
  'touches',
  'events',
  'campaign_leads',
  'webhook_deliveries',
]);
/** Rows of a big table that one statement may walk, whichever way. Bounded counts go to 10,000. */
const MOST_ROWS = 30_000;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** One sentence for each statement that reads all of a big table, or much of it. */
export async function judgePlans(
  url: string,
  statements: ReadonlyMap<string, readonly unknown[]>,
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const faults: string[] = [];
  try {
    for (const [text, values] of statements) {
      // As the application's connections are set; what it would write is undone.
      await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off');
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>({
        text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values: [...values],
      });
      await client.query('ROLLBACK');
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      for (const fault of plan === undefined ? [] : faultsOf(plan))
        faults.push(`${fault}: ${text.replaceAll(/\s+/g, ' ').slice(0, 160)}`);
    }
  } finally {
    await client.end();
  }
  return faults;
}

function faultsOf(plan: Plan): string[] {
  const relation = plan['Relation Name'] ?? '';
  const walked =
    ((plan['Actual Rows'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0)) * (plan['Actual Loops'] ?? 1);
  const kind = plan['Node Type'];
  const own = !BIG.has(relation)
    ? []
    : kind === 'Seq Scan' && walked > 0
      ? [`reads all of ${relation}`]
      : walked > MOST_ROWS
        ? [
            `walks ${Math.round(walked)} rows of ${relation} (${kind}${plan['Index Name'] ? ` of ${plan['Index Name']}` : ''})`,
          ]
        : [];
  return [...own, ...(plan.Plans ?? []).flatMap(faultsOf)];
}
