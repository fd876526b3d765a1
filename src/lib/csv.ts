/** Cells of a CSV file (RFC 4180), as spreadsheets should read them: never as a formula. */

/** Where a spreadsheet begins to calculate; the wide ones too, which some of them take for the narrow. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;
/** A telephone number calculates nothing. */
const PHONE = /^\+\d+$/;

export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const harmless = FORMULA.test(text) && !PHONE.test(text) ? `'${text}` : text;
  return /[",\r\n\t]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The text as it was before `csvRow` made it harmless. */
export function readCsvCell(cell: string): string {
  const rest = cell.slice(1);
  return cell.startsWith("'") && FORMULA.test(rest) && !PHONE.test(rest) ? rest : cell;
}
