import { describe, expect, test } from 'vitest';
import { createMailTokens, TOKEN_CHARACTERS } from './mail-tokens.ts';

const tokens = createMailTokens(Buffer.alloc(32, 1));
const others = createMailTokens(Buffer.alloc(32, 2));
const line = { workspaceId: 'org_1', lineId: 'a'.repeat(24) };
const reference = '0123456789abcdef01234567';
const token = tokens.sign(line, reference, 'anna@example.com');

describe('a token of a message', () => {
  test('names its message, whoever changed its case on the way', () => {
    expect(token).toMatch(/^[0-9a-z]+$/);
    expect(token).toHaveLength(TOKEN_CHARACTERS);
    for (const text of [`replies+${token}@example.com`, `<REPLIES+${token.toUpperCase()}@EXAMPLE.COM>`])
      expect(tokens.find(line, text)).toMatchObject([{ reference, token }]);
  });

  test('tells to whom the message went and nobody else', () => {
    const [found] = tokens.find(line, token);
    expect(found?.isFor('Anna@Example.com')).toBe(true);
    expect(found?.isFor('ben@example.com')).toBe(false);
  });

  test('fits the address in either spelling of its domain', () => {
    const [found] = tokens.find(line, tokens.sign(line, reference, 'anna@müller.example'));
    expect(found?.isFor('anna@xn--mller-kva.example')).toBe(true);
  });

  test('is worth nothing once a character is changed, on another line, or under another key', () => {
    for (let at = 0; at < 34; at += 1) {
      const forged = token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1);
      expect(tokens.find(line, forged), forged).toEqual([]);
    }
    expect(tokens.find({ ...line, lineId: 'b'.repeat(24) }, token)).toEqual([]);
    expect(tokens.find({ ...line, workspaceId: 'org_2' }, token)).toEqual([]);
    expect(others.find(line, token)).toEqual([]);
    expect(tokens.find(line, `x${token}`)).toEqual([]);
  });
});

describe('an unsubscribe token', () => {
  const unsubscription = { ...line, reference, address: 'anna@example.com' };

  test('opens to what it was made for and shows nothing of it', () => {
    const sealed = tokens.sealUnsubscription(unsubscription);
    expect(tokens.openUnsubscription(sealed)).toEqual(unsubscription);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('anna');
  });

  test('of the longest address still fits a path', () => {
    const address = `${'a'.repeat(64)}@${'b'.repeat(185)}.com`;
    const sealed = tokens.sealUnsubscription({ ...unsubscription, workspaceId: 'o'.repeat(28), address });
    expect(sealed.length).toBeLessThanOrEqual(512);
  });

  test('is refused when cut, changed, empty, or of another key', () => {
    const sealed = tokens.sealUnsubscription(unsubscription);
    const middle = sealed.length >> 1;
    const changed = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
    for (const bad of [sealed.slice(0, -4), changed, '', 'x', others.sealUnsubscription(unsubscription)])
      expect(tokens.openUnsubscription(bad), bad).toBeNull();
  });
});
