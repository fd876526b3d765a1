/**
 * Every pool of ours is made here, for two habits of node-postgres: a connection lost while nobody uses it ends the
 * process unless somebody listens, and a pool calls itself ended while its connections are still closing. A server that
 * shuts down at that moment (the embedded one does, right after its last user) would be both.
 */
import pg from 'pg';
import { systemClock } from '../lib/clock.ts';

export interface PoolOptions extends pg.PoolConfig {
  /** A connection went away while it was idle. Not called for one that goes away while the pool closes. */
  onLost?(error: Error): void;
}

export interface OpenPool {
  pool: pg.Pool;
  /** Resolves when the connections have ended. */
  close(): Promise<void>;
}

/** A server that is cut off says no goodbye; its connections are not waited for any longer. */
const LONGEST_GOODBYE_MS = 2_000;
const clock = systemClock();

export function openPool({ onLost, ...config }: PoolOptions): OpenPool {
  const pool = new pg.Pool(config);
  const open = new Set<Promise<void>>();
  let closing = false;
  pool.on('error', (error) => {
    if (!closing) onLost?.(error);
  });
  pool.on('connect', (client) => {
    // Whoever uses the connection learns of it from the statement that fails.
    client.on('error', () => {});
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    open.add(ended);
    void ended.then(() => open.delete(ended));
  });
  return {
    pool,
    async close() {
      closing = true;
      await pool.end();
      const allEnded = new AbortController();
      void Promise.all(open).then(() => allEnded.abort());
      await clock.sleep(LONGEST_GOODBYE_MS, allEnded.signal);
    },
  };
}

export async function withPool<Result>(
  options: PoolOptions,
  work: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const { pool, close } = openPool(options);
  try {
    return await work(pool);
  } finally {
    await close();
  }
}
