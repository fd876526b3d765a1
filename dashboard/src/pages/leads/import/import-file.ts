/** The calls of an import, piece by piece: first all of them without saving, then for good. */
import { type CsvCheckedAnswer, TrunklineError } from '@trunkline/sdk';
import { api } from '../../../api.ts';
import type { CsvFile } from './split-csv.ts';

export interface ImportOptions {
  /** Heading → field; null: left out. */
  mapping: Readonly<Record<string, string | null>>;
  defaultCountryCode: string;
  source: string;
  onDuplicate: 'keep' | 'update';
}

export interface BadRow {
  /** In the file. */
  line: number;
  param: string;
  error: string;
}

export interface Check {
  newCount: number;
  duplicateCount: number;
  /** Rows, not faults: one may have several. */
  badCount: number;
  badRows: BadRow[];
  /** Pieces in which nothing is valid: they are not sent. */
  emptyPieces: Set<number>;
}

export interface Saved {
  created: number;
  updated: number;
  duplicates: number;
  badCount: number;
  badRows: BadRow[];
  /** Pieces that were saved, from the first on. */
  done: number;
}

const PATIENCE_MS = 180_000;

function inputOf(options: ImportOptions) {
  const { mapping, defaultCountryCode, source, onDuplicate } = options;
  return { mapping: JSON.stringify(mapping), defaultCountryCode, source, onDuplicate };
}

export async function checkFile(
  file: CsvFile,
  options: ImportOptions,
  listId: string | undefined,
  onProgress: (pieces: number) => void,
  signal: AbortSignal,
): Promise<Check> {
  const check: Check = {
    newCount: 0,
    duplicateCount: 0,
    badCount: 0,
    badRows: [],
    emptyPieces: new Set(),
  };
  for (const [index, piece] of file.pieces.entries()) {
    onProgress(index);
    const answer = await api.importLeads(
      { ...inputOf(options), listId, dryRun: true, body: piece.text },
      { signal, timeoutMs: PATIENCE_MS },
    );
    check.newCount += answer.newCount;
    check.duplicateCount += answer.duplicateCount;
    check.badCount += countRows(answer.badRows);
    check.badRows.push(...placed(answer.badRows, piece.lineOf));
    if (answer.newCount + answer.duplicateCount === 0) check.emptyPieces.add(index);
  }
  return check;
}

/**
 * Goes on after `saved.done` pieces, which it counts up: whoever calls it again after a failure saves nothing twice, also when
 * the answer of the last call was lost (`importId` makes the key of each piece).
 */
export async function saveFile(
  file: CsvFile,
  options: ImportOptions,
  { listId, importId, emptyPieces }: { listId: string; importId: string; emptyPieces: ReadonlySet<number> },
  saved: Saved,
  onProgress: (saved: Saved) => void,
  signal: AbortSignal,
): Promise<void> {
  for (; saved.done < file.pieces.length; saved.done += 1) {
    onProgress({ ...saved });
    const piece = file.pieces[saved.done];
    if (piece === undefined || emptyPieces.has(saved.done)) continue;
    const answer = await savePiece(piece.text, options, listId, `${importId}-${saved.done}`, signal);
    if (answer === null) continue;
    const { savedCount, updatedCount = 0, duplicateCount, badRows = [] } = answer;
    saved.created += savedCount;
    saved.updated += updatedCount;
    saved.duplicates += duplicateCount - updatedCount;
    saved.badCount += countRows(badRows);
    saved.badRows.push(...placed(badRows, piece.lineOf));
  }
  onProgress({ ...saved });
}

/** null: nothing of it is valid. */
async function savePiece(
  body: string,
  options: ImportOptions,
  listId: string,
  idempotencyKey: string,
  signal: AbortSignal,
) {
  try {
    return await api.importLeads(
      { ...inputOf(options), listId, badRows: 'skip', body },
      { idempotencyKey, signal, timeoutMs: PATIENCE_MS },
    );
  } catch (error) {
    if (error instanceof TrunklineError && error.code === 'INVALID_LEADS') return null;
    throw error;
  }
}

function placed(badRows: CsvCheckedAnswer['badRows'], lineOf: (line: number) => number): BadRow[] {
  return badRows.map(({ line = 0, param, error }) => ({ line: lineOf(line), param, error }));
}

function countRows(badRows: CsvCheckedAnswer['badRows']): number {
  return new Set(badRows.map(({ index }) => index)).size;
}

export function nothingSaved(): Saved {
  return { created: 0, updated: 0, duplicates: 0, badCount: 0, badRows: [], done: 0 };
}
