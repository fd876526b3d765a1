/**
 * Which of the Mac's messages belongs to which job, kept in a file of the agent's folder. Two messages with the same text
 * to the same address can't be told apart by what Messages writes down, so a row counts for one job only: with as many
 * copies on the device as jobs are taken for sent, none is lost and none is sent again.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface Claim {
  jobId: string;
  reference: string;
  /** Of the rows that are this job's, in the order of its parts. */
  guids: readonly string[];
}

export interface Claims {
  isClaimed(guid: string): boolean;
  of(jobId: string): readonly string[];
  /** The server's id of the message that this row is a part of. */
  referenceOf(guid: string): string | null;
  guidOf(reference: string): string | null;
  /** Resolved by nothing: it is on disk when this returns. */
  add(claim: Claim): void;
  close(): void;
}

/** More than any message is followed for. */
const MOST_KEPT = 10_000;

export function openClaims(folder: string): Claims {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'claims.jsonl');
  const stored = readClaims(file);
  const kept = stored.slice(-MOST_KEPT);
  if (kept.length < stored.length) rewrite(file, kept);

  const byJob = new Map<string, string[]>();
  const owners = new Map<string, string>();
  const byReference = new Map<string, string>();
  const remember = ({ jobId, reference, guids }: Claim) => {
    byJob.set(jobId, [...guids]);
    for (const guid of guids) owners.set(guid, reference);
    const last = guids.at(-1);
    if (last !== undefined) byReference.set(reference, last);
  };
  for (const claim of kept) remember(claim);

  let written: number | null = openSync(file, 'a', 0o600);
  return {
    isClaimed: (guid) => owners.has(guid),
    of: (jobId) => byJob.get(jobId) ?? [],
    referenceOf: (guid) => owners.get(guid) ?? null,
    guidOf: (reference) => byReference.get(reference) ?? null,
    add(claim) {
      if (written === null) throw new Error('The claims are closed.');
      writeSync(written, `${JSON.stringify(claim)}\n`);
      fsyncSync(written);
      remember(claim);
    },
    close() {
      if (written !== null) closeSync(written);
      written = null;
    },
  };
}

/** A last line that a power cut left unfinished was never acted upon, and is left out. */
function readClaims(file: string): Claim[] {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  if (lines.at(-1) !== '') rewrite(file, lines.slice(0, -1).map(parseLine).filter(isClaim));
  return lines.slice(0, -1).map(parseLine).filter(isClaim);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isClaim(value: unknown): value is Claim {
  const claim = value as Partial<Claim> | null;
  return (
    typeof claim?.jobId === 'string' && typeof claim.reference === 'string' && Array.isArray(claim.guids)
  );
}

function rewrite(file: string, claims: readonly Claim[]): void {
  const next = `${file}.next`;
  const written = openSync(next, 'w', 0o600);
  writeSync(written, claims.map((claim) => `${JSON.stringify(claim)}\n`).join(''));
  fsyncSync(written);
  closeSync(written);
  renameSync(next, file);
}
