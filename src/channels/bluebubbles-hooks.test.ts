/** Anybody may call, and who holds the secret may still say anything. */
import { describe, expect, test } from 'vitest';
import { answerBlueBubbles, tokenOf } from './bluebubbles-hooks.ts';
import type { ChannelLine } from './channel.ts';

const line = { workspaceId: 'org_1', lineId: 'a'.repeat(24) } as ChannelLine;
const call = (body: string, url = `/hooks/org_1/${line.lineId}/events?token=${tokenOf(line, 'word')}`) =>
  answerBlueBubbles(line, 'word', { hook: 'events', url, headers: {}, body: Buffer.from(body) });

describe('a call to a line', () => {
  test.each(['http://[/hooks/x', 'http://', '//', '/hooks?token=%00', '/hooks?token='])(
    'at an address like %s is refused',
    (url) => {
      expect(call('{}', url)).toMatchObject({ status: 403, news: [], isHint: false });
    },
  );

  test.each([
    'null',
    '[]',
    '{"type":{"toString":1}}',
    '{"type":"imessage-aliases-removed"}',
    '{"type":"imessage-aliases-removed","data":null}',
    '{"type":"imessage-aliases-removed","data":{"aliases":[{"toString":1}]}}',
    `{"type":"imessage-aliases-removed","data":{"aliases":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
  ])('that says %s breaks nothing', (body) => {
    expect(call(body)).toMatchObject({ status: 200, isHint: false });
  });
});
