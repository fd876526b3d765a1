/**
 * Cuts the text of a CSV file into pieces that are files of their own, each with the line of headings: one call each, so that
 * a file of any length is imported, its progress is seen, and what came of each row is known when its call is answered.
 */
export interface CsvPiece {
  /** With the line of headings. */
  text: string;
  rows: number;
  /** In the file, from 1, of the line that the piece calls `line`. */
  lineOf(line: number): number;
}

export interface CsvFile {
  header: string;
  rows: number;
  pieces: CsvPiece[];
  /** The row that begins at this line of the file, as it stands there. */
  rowAt(line: number): string;
}

const ROWS_PER_PIECE = 1_000;
/** The server takes 10 MB; a character may be three bytes of it. */
const CHARACTERS_PER_PIECE = 3_000_000;

interface Record {
  start: number;
  end: number;
  line: number;
}

export function splitCsv(text: string, rowsPerPiece = ROWS_PER_PIECE): CsvFile {
  const [head, ...rows] = recordsOf(text);
  const header = head === undefined ? '' : text.slice(head.start, head.end);
  // Each piece ends its lines as the file does: a second kind would be taken for part of a cell.
  const lineEnd = head === undefined ? '\n' : (/^(?:\r\n|\r|\n)/.exec(text.slice(head.end))?.[0] ?? '\n');
  const headerLines = countLines(header);
  const pieces: CsvPiece[] = [];
  for (let from = 0; from < rows.length; ) {
    const first = rows[from] as Record;
    let to = from + 1;
    for (; to < rows.length && to - from < rowsPerPiece; to += 1)
      if ((rows[to] as Record).end - first.start > CHARACTERS_PER_PIECE) break;
    const last = rows[to - 1] as Record;
    pieces.push({
      text: `${header}${lineEnd}${text.slice(first.start, last.end)}${lineEnd}`,
      rows: to - from,
      lineOf: (line) => first.line + line - 1 - headerLines,
    });
    from = to;
  }
  const byLine = new Map(rows.map((row) => [row.line, row]));
  const rowAt = (line: number) => {
    const row = byLine.get(line);
    return row === undefined ? '' : text.slice(row.start, row.end);
  };
  return { header, rows: rows.length, pieces, rowAt };
}

/** Without blank ones. A line may end within quotes, and goes on then. */
function recordsOf(text: string): Record[] {
  const records: Record[] = [];
  let start = 0;
  let line = 1;
  let lineOfStart = 1;
  let isQuoted = false;
  const close = (end: number) => {
    if (/[^\s,;|]/.test(text.slice(start, end))) records.push({ start, end, line: lineOfStart });
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === '\n' || sign === '\r') {
      const width = sign === '\r' && text[at + 1] === '\n' ? 2 : 1;
      line += 1;
      if (!isQuoted) {
        close(at);
        start = at + width;
        lineOfStart = line;
      }
      at += width - 1;
    }
  }
  close(text.length);
  return records;
}

function countLines(text: string): number {
  return text.split(/\r\n|\r|\n/).length;
}
