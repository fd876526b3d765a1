import { describe, expect, test } from 'vitest';
import type { Channel } from './channel.ts';
import { storable, storableText } from './storable.ts';

describe('what a carrier says', () => {
  test.each([
    ['an ordinary id stays', '<7F3A@example.com>', '<7F3A@example.com>'],
    ['every script stays', 'Zustellung unmöglich 你好 🌅', 'Zustellung unmöglich 你好 🌅'],
    ['a zero byte goes', '7F\u00003A', '7F 3A'],
    ['several lines become one', ' 550 no\r\n\tsuch\u0085user\u001b ', '550 no such user'],
    ['half of a pair is replaced', 'id\ud83c', 'id\ufffd'],
  ])('%s', (_title, said, stored) => {
    expect(storableText(said)).toBe(stored);
  });

  test('is no longer than anybody would read, and no character is halved', () => {
    expect(storableText('🌅'.repeat(2_000))).toBe('🌅'.repeat(1_000));
  });

  test('is clean in every answer of a channel; what is no text stays as it is', async () => {
    const bad = 'a\u0000b';
    const said: Channel = {
      sendTimeoutMs: 7,
      send: async () => ({ outcome: 'rejected', permanent: true, code: bad, message: bad, addressBad: true }),
      reconcile: async () => ({ finding: 'found', externalMessageId: bad, address: null }),
      checkAvailability: async () => ({ availability: 'error', message: bad }),
      checkHealth: async () => ({ healthy: false, message: bad }),
      validateConfig: () => 'no',
      close: async () => {},
    };
    const channel = storable(said);
    const line = {} as Parameters<Channel['send']>[0];
    const mail = {} as Parameters<Channel['send']>[1];
    const lease = {} as Parameters<Channel['send']>[2];
    expect(await channel.send(line, mail, lease)).toEqual({
      outcome: 'rejected',
      permanent: true,
      code: 'a b',
      message: 'a b',
      addressBad: true,
    });
    expect(await channel.reconcile(line, '')).toEqual({
      finding: 'found',
      externalMessageId: 'a b',
      address: null,
    });
    expect(await channel.checkAvailability(line, '')).toEqual({ availability: 'error', message: 'a b' });
    expect(await channel.checkHealth(line)).toEqual({ healthy: false, message: 'a b' });
    expect([channel.sendTimeoutMs, channel.validateConfig({})]).toEqual([7, 'no']);
  });
});
