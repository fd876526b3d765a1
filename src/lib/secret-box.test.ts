import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretBox, SECRET_KEY_BYTES } from './secret-box.ts';

const CONTEXT = 'line:org_1:0199c2f07a3b00010c9b2d4e';
const box = createSecretBox(Buffer.alloc(SECRET_KEY_BYTES, 1));
const anyText = fc.string({ unit: 'binary' });

describe('a sealed secret', () => {
  it('opens to the very same text', () => {
    fc.assert(
      fc.property(anyText, anyText, (secret, context) => {
        expect(box.open(box.seal(secret, context), context)).toBe(secret);
      }),
    );
  });

  it('does not hold its text, and never looks the same twice', () => {
    const [one, two] = [box.seal('hunter2 hunter2', CONTEXT), box.seal('hunter2 hunter2', CONTEXT)];
    expect(one.includes('hunter2')).toBe(false);
    expect(one.equals(two)).toBe(false);
  });

  it('does not open for another line, so that secrets cannot be swapped in the database', () => {
    expect(() => box.open(box.seal('hunter2', CONTEXT), CONTEXT.replace('org_1', 'org_2'))).toThrow();
  });

  it('does not open with another key', () => {
    const other = createSecretBox(Buffer.alloc(SECRET_KEY_BYTES, 2));
    expect(() => other.open(box.seal('hunter2', CONTEXT), CONTEXT)).toThrow();
  });

  it('does not open once any one of its bits was changed, or its end is missing', () => {
    const sealed = box.seal('hunter2', CONTEXT);
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const forged = Buffer.from(sealed);
        forged[at] = (forged[at] ?? 0) ^ (1 << bit);
        expect(() => box.open(forged, CONTEXT)).toThrow();
        expect(() => box.open(sealed.subarray(0, at), CONTEXT)).toThrow();
      }),
    );
  });
});

describe('the key', () => {
  it.each([0, 16, 31, 33])('of %i bytes is refused', (bytes) => {
    expect(() => createSecretBox(Buffer.alloc(bytes))).toThrow('the secret key must be 32 bytes long');
  });
});
