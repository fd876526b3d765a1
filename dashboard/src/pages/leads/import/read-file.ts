/** A file of contacts as text: which letters it was written in is told, so that somebody can see when it is wrong. */
export interface ReadFile {
  name: string;
  text: string;
  encoding: string;
}

/** Throws an Error with a sentence where it is no text at all. */
export async function readCsvFile(file: File): Promise<ReadFile> {
  const { text, encoding } = decode(new Uint8Array(await file.arrayBuffer()));
  return { name: file.name, text, encoding };
}

export function decode(bytes: Uint8Array): { text: string; encoding: string } {
  const begins = (...first: number[]) => first.every((byte, index) => bytes[index] === byte);
  if (bytes.length === 0) throw new Error('The file is empty.');
  if (begins(0x50, 0x4b, 3, 4) || begins(0xd0, 0xcf, 0x11, 0xe0))
    throw new Error('This is a workbook. Save it as CSV first: in Excel, “Save as”, “CSV UTF-8”.');
  if (begins(0x1f, 0x8b)) throw new Error('This file is compressed. Unpack it first.');
  if (begins(0xff, 0xfe)) return { text: decodeAs('utf-16le', bytes), encoding: 'UTF-16' };
  if (begins(0xfe, 0xff)) return { text: decodeAs('utf-16be', bytes), encoding: 'UTF-16' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new Error('This is not text.');
    return { text, encoding: begins(0xef, 0xbb, 0xbf) ? 'UTF-8 with a byte order mark' : 'UTF-8' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: decodeAs('windows-1252', bytes), encoding: 'Windows-1252, by the look of it' };
  }
}

function decodeAs(label: string, bytes: Uint8Array): string {
  return new TextDecoder(label).decode(bytes);
}
