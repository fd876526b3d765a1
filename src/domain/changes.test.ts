import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

test('only what differs is told, in both states', () => {
  expect(changesOf({ name: 'A', limit: 1, days: [1, 2] }, { name: 'B', limit: 1, days: [1, 2] })).toEqual({
    before: { name: 'A' },
    after: { name: 'B' },
  });
});

test('a thing that is made or taken away has one state', () => {
  expect(changesOf(null, { name: 'A', phone: null })).toEqual({ before: {}, after: { name: 'A' } });
  expect(changesOf({ name: 'A' }, null)).toEqual({ before: { name: 'A' }, after: {} });
});

test('a secret is said to be set, changed or gone, and nothing else of it', () => {
  expect(changesOf({ secret: null }, { secret: 'a' }).after).toEqual({ secret: '(set)' });
  expect(changesOf({ secret: 'a' }, { secret: 'b' })).toEqual({
    before: { secret: '(set)' },
    after: { secret: '(changed)' },
  });
  expect(changesOf({ secret: 'a' }, { secret: null }).after).toEqual({ secret: null });
});

test('no secret comes through, however deep it lies and whatever its name around "token" or "password" is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('secret', 'authToken', 'imapPassword', 'apiKey', 'client_secret'),
      fc.array(fc.constantFrom('config', 'nested', 'list'), { maxLength: 4 }),
      (name, path) => {
        const value = path.reduce<unknown>((inner, step) => (step === 'list' ? [inner] : { [step]: inner }), {
          [name]: 'hunter2',
        });
        expect(JSON.stringify(changesOf(null, { value }))).not.toContain('hunter2');
        expect(JSON.stringify(changesOf({ value }, { value: 1 }))).not.toContain('hunter2');
      },
    ),
  );
});
