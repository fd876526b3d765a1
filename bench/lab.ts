/** What every benchmark needs: a durable database of its own, processes of its own, medians. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';

/** For leads that were put in by hand: how many each list has, as it is folded (store/leads/lead-counts.ts). */
export const COUNT_LISTS = `INSERT INTO lead_counts (workspace_id, group_id, status, step_key, reason, leads)
  SELECT workspace_id, list_id, '', '', '', count(*) FROM leads GROUP BY 1, 2`;

/** An embedded server with the product's own, durable settings. */
export async function databaseForBench() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trunkline-bench-'));
  const embedded = await startEmbeddedPostgres({ dataDir });
  const pool = new pg.Pool({ connectionString: embedded.url, max: 1 });
  await pool.query('CREATE DATABASE bench_template');
  await pool.end();
  const template = new URL(embedded.url);
  template.pathname = '/bench_template';
  const migrating = new pg.Pool({ connectionString: template.href, max: 1 });
  await migrate(migrating);
  await migrating.end();
  return {
    server: { url: embedded.url, prefix: 'bench_', template: 'bench_template' },
    async close() {
      await embedded.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface BenchServer {
  address: string;
  key: string;
  stop(): Promise<void>;
}

/** Starts a script that prints its address and key. */
export async function startChild(
  script: string,
  args: string[],
  env: Record<string, string>,
): Promise<BenchServer> {
  const child = spawnNode(script, args, env);
  const [line] = (await once(createInterface({ input: child.stdout ?? process.stdin }), 'line')) as [string];
  return {
    ...(JSON.parse(line) as { address: string; key: string }),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Runs a script that prints one line of JSON. */
export async function runChild(script: string, args: string[]): Promise<unknown> {
  const child = spawnNode(script, args, {});
  const [line] = (await once(createInterface({ input: child.stdout ?? process.stdin }), 'line')) as [string];
  if (child.exitCode === null) await once(child, 'exit');
  return JSON.parse(line);
}

function spawnNode(script: string, args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
