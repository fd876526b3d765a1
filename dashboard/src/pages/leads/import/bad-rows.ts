/** Bad rows as a file: as they stand in the original, after their line and what is wrong, to be put right and imported again. */
import type { BadRow } from './import-file.ts';

export const ADDED_HEADINGS: readonly string[] = ['Line', 'Error'];

export function badRowsCsv(
  badRows: readonly BadRow[],
  { header, rowAt }: { header: string; rowAt(line: number): string },
  delimiter: string,
): string {
  const errors = new Map<number, string[]>();
  for (const { line, error } of badRows) errors.set(line, [...(errors.get(line) ?? []), error]);
  const rows = [...errors].map(([line, all]) => [line, quoted(all.join('; ')), rowAt(line)].join(delimiter));
  return `${[[...ADDED_HEADINGS, header].join(delimiter), ...rows].join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
