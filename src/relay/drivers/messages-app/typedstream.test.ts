import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributedBody } from '../../../../test/fakes/messages/archive.ts';
import { textOfAttributedBody } from './typedstream.ts';

/** "hi", as Messages archives it: what comes in, and what a Mac sends. */
const RECEIVED =
  '040b73747265616d747970656481e803840140848484124e5341747472696275746564537472696e67008484084e534f626a6563740085928484' +
  '84084e53537472696e67019484012b02686986840269490102928484840c4e5344696374696f6e617279009484016901928496961d5f5f6b494d' +
  '4d657373616765506172744174747269627574654e616d658692848484084e534e756d626572008484074e5356616c7565009484012a84999900868686';
const SENT =
  '040b73747265616d747970656481e803840140848484194e534d757461626c6541747472696275746564537472696e67008484124e5341747472' +
  '696275746564537472696e67008484084e534f626a6563740085928484840f4e534d757461626c65537472696e67018484084e53537472696e67' +
  '019584012b02686986840269490102928484840c4e5344696374696f6e617279009584016901928498981d5f5f6b494d4d657373616765506172' +
  '744174747269627574654e616d658692848484084e534e756d626572008484074e5356616c7565009584012a849b9b00868686';
/** A photo and a text after it, with an attribute of its own each. */
const PHOTO =
  '040b73747265616d747970656481e803840140848484194e534d757461626c6541747472696275746564537472696e67008484124e5341747472' +
  '696275746564537472696e67008484084e534f626a6563740085928484840f4e534d757461626c65537472696e67018484084e53537472696e67' +
  '019584012b08efbfbc206c6f6f6b86840269490101928484840c4e5344696374696f6e617279009584016901928498981d5f5f6b494d4d657373' +
  '616765506172744174747269627574654e616d6586';

const hex = (archive: string) => Buffer.from(archive, 'hex');

describe('the text of an attributedBody', () => {
  test.each([
    ['received', RECEIVED, 'hi'],
    ['sent from a Mac', SENT, 'hi'],
    ['with a file in it', PHOTO, '\uFFFC look'],
  ])('%s is read from the bytes that Messages writes', (_what, archive, text) => {
    expect(textOfAttributedBody(hex(archive))).toBe(text);
  });

  test('and the fake Messages writes those very bytes', () => {
    expect(attributedBody('hi', false).toString('hex')).toBe(RECEIVED);
    expect(attributedBody('hi', true).toString('hex')).toBe(SENT);
  });

  test.each([
    ['127 bytes', 'x'.repeat(127)],
    ['128 bytes', 'x'.repeat(128)],
    ['32,767 bytes', 'x'.repeat(32_767)],
    ['more than 32,767 bytes', '🌅'.repeat(20_000)],
    ['what looks like a marker of the format', '\u0001+\u0084\u0086NSString'],
    ['a byte order mark in front', '\uFEFFHello'],
    ['nothing', ''],
  ])('is whole: %s', (_what, text) => {
    for (const isMutable of [true, false])
      expect(textOfAttributedBody(attributedBody(text, isMutable))).toBe(text);
  });

  test('is whole, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.boolean(), (text, isMutable) => {
        expect(textOfAttributedBody(attributedBody(text, isMutable))).toBe(text);
      }),
    );
  });
});

describe('what is no such archive', () => {
  test.each([
    ['nothing', ''],
    ['the newer kind of archive', '62706c6973743030d4010203'],
    [
      'an archive of a font',
      '040b73747265616d747970656481e803840140848484064e53466f6e741e8484084e534f626a65637400',
    ],
    ['a header alone', '040b73747265616d747970656481e803'],
  ])('has no text: %s', (_what, archive) => {
    expect(textOfAttributedBody(hex(archive))).toBeNull();
  });

  test('never throws: cut short anywhere', () => {
    for (let length = 0; length < SENT.length / 2; length += 1)
      expect([null, 'hi']).toContain(textOfAttributedBody(hex(SENT).subarray(0, length)));
  });

  test('never throws: any bytes, also behind a true beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(SENT.length / 2), (noise, kept) => {
        for (const bytes of [noise, Buffer.concat([hex(SENT).subarray(0, kept), noise])]) {
          const text = textOfAttributedBody(bytes);
          expect(text === null || typeof text === 'string').toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
