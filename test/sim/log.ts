/** A log that nobody reads but the judge: what the app calls an error must have been the carrier's doing. */
import { pino } from 'pino';
import type { Log } from '../../src/lib/log.ts';

export function createLog(onError: (text: string) => void): Log {
  const write = (line: string) => {
    const entry = JSON.parse(line) as { msg?: string; err?: { type?: string; message?: string } };
    if (entry.err?.type !== 'ScriptedFailure') onError(`${entry.msg}: ${entry.err?.message ?? line.trim()}`);
  };
  return pino({ level: 'error', base: null }, { write });
}
