/**
 * Writes an `attributedBody` as Messages archives it: byte for byte the layout of a real one, for one text with one
 * attribute over all of it. The mutable kind is what is found on rows sent from a Mac.
 */
const PART_KEY = '__kIMMessagePartAttributeName';

export function attributedBody(text: string, isMutable = true): Buffer {
  /** How far classes that the mutable kind has more shift what points back. */
  const shift = isMutable ? 1 : 0;
  const stringClass = 0x96 + 2 * shift;
  const plus = 0x96 + 2 * shift;
  const object = 0x94 + shift;
  const smallInt = 0x99 + 2 * shift;
  return Buffer.concat([
    bytes(0x04, 0x0b),
    Buffer.from('streamtyped'),
    bytes(0x81, 0xe8, 0x03),
    bytes(0x84, 0x01, 0x40),
    bytes(0x84),
    ...(isMutable ? [newClass('NSMutableAttributedString', 0)] : []),
    newClass('NSAttributedString', 0),
    newClass('NSObject', 0),
    bytes(0x85, 0x92, 0x84),
    ...(isMutable ? [newClass('NSMutableString', 1)] : []),
    newClass('NSString', 1),
    bytes(object, 0x84, 0x01, 0x2b),
    counted(Buffer.from(text)),
    bytes(0x86, 0x84, 0x02, 0x69, 0x49, 0x01),
    // In UTF-16 units.
    integer(text.length),
    bytes(0x92, 0x84),
    newClass('NSDictionary', 0),
    bytes(object, 0x84, 0x01, 0x69, 0x01, 0x92, 0x84, stringClass, plus),
    counted(Buffer.from(PART_KEY)),
    bytes(0x86, 0x92, 0x84),
    newClass('NSNumber', 0),
    newClass('NSValue', 0),
    bytes(object, 0x84, 0x01, 0x2a, 0x84, smallInt, smallInt, 0x00, 0x86, 0x86, 0x86),
  ]);
}

function newClass(name: string, version: number): Buffer {
  return Buffer.concat([bytes(0x84, 0x84), counted(Buffer.from(name)), bytes(version)]);
}

function counted(value: Buffer): Buffer {
  return Buffer.concat([integer(value.length), value]);
}

function integer(value: number): Buffer {
  if (value < 0x80) return bytes(value);
  const long = Buffer.alloc(value < 0x8000 ? 3 : 5);
  long.writeUInt8(value < 0x8000 ? 0x81 : 0x82);
  if (value < 0x8000) long.writeUInt16LE(value, 1);
  else long.writeUInt32LE(value, 1);
  return long;
}

function bytes(...values: number[]): Buffer {
  return Buffer.from(values);
}
