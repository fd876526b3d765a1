/** What the agent's journal keeps for this driver: enough to find a message in chat.db after a crash. */
import type { Notes } from '../../driver.ts';

export interface SendNotes {
  /** The newest row before: what is sent later has a higher number. */
  before: number;
  /** The names under which its files are handed over. */
  files: readonly string[];
  /** When the script was about to be run, epoch ms; null: it never was. */
  startedAt: number | null;
  /** Its rows, as far as they are known. For people: what counts is in claims.ts. */
  guids: readonly string[];
}

export function readNotes(notes: Notes): SendNotes {
  const { before, files, startedAt, guids } = notes as Partial<SendNotes>;
  if (typeof before !== 'number' || !Array.isArray(files) || startedAt === undefined)
    throw new Error('These notes are not of the messages-app driver.');
  return { before, files, startedAt, guids: guids ?? [] };
}
