/**
 * The text of an `attributedBody`: an NSAttributedString, archived in the old NeXT "typedstream" format. Since macOS 13 the
 * text of most outgoing messages stands nowhere else. A walk in the order of the bytes, never a search for a marker: what
 * looks like one occurs inside texts too. The string is the first thing in the archive; its attributes are not read.
 */

const HEADER = Buffer.from('\x04\x0bstreamtyped', 'latin1');

/** In front of what is written out, of nothing, and the lowest byte of what points back to something written before. */
const NEW = 0x84;
const NIL = 0x85;
const FIRST_REFERENCE = 0x92;
/** In front of an integer of two or four bytes, little-endian; every other byte is an integer itself. */
const TWO_BYTES = 0x81;
const FOUR_BYTES = 0x82;

/** Null when these bytes are no such archive, or broken; never throws. */
export function textOfAttributedBody(archive: Uint8Array): string | null {
  try {
    return readText(archive);
  } catch (error) {
    if (error instanceof NotReadable) return null;
    throw error;
  }
}

class NotReadable extends Error {}

function readText(archive: Uint8Array): string {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  if (!bytes.subarray(0, HEADER.length).equals(HEADER)) throw new NotReadable('no typedstream');
  let at = HEADER.length;
  const types: string[] = [];
  /** Classes and objects share one list; of an object only its place counts here. */
  const written: (string | null)[] = [];

  integer(); // version of the system that wrote it
  expect(type(), '@');
  if (!/^NS(Mutable)?AttributedString$/.test(objectClass())) throw new NotReadable('no attributed string');
  expect(type(), '@');
  if (!/^NS(Mutable)?String$/.test(objectClass())) throw new NotReadable('no string');
  expect(type(), '+');
  // A BOM is a character of the text like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(take(integer()));

  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new NotReadable('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  }
  function byte(): number {
    return take(1).readUInt8();
  }
  function integer(head = byte()): number {
    if (head === TWO_BYTES) return take(2).readUInt16LE();
    if (head === FOUR_BYTES) return take(4).readUInt32LE();
    return head;
  }
  /** A string that is written once and pointed to afterwards: what type follows, what a class is called. */
  function type(): string {
    const head = byte();
    if (head !== NEW) return known(types, head);
    const name = take(integer()).toString('latin1');
    types.push(name);
    return name;
  }
  /** The beginning of an object, up to its first value. */
  function objectClass(): string {
    if (byte() !== NEW) throw new NotReadable('no new object');
    written.push(null);
    return classChain() ?? '';
  }
  /** The class and all its ancestors; answers the name of the first. */
  function classChain(): string | null {
    const head = byte();
    if (head === NIL) return null;
    if (head !== NEW) return known(written, head);
    const name = type();
    integer(); // its version
    written.push(name);
    classChain();
    return name;
  }
  function known<Thing>(list: readonly (Thing | null)[], head: number): Thing {
    const thing = list[integer(head) - FIRST_REFERENCE];
    if (thing === undefined || thing === null) throw new NotReadable('points nowhere');
    return thing;
  }
  function expect(found: string, wanted: string): void {
    if (found !== wanted) throw new NotReadable(`${found} where ${wanted} belongs`);
  }
}
