/** What a paired Mac might say, and a broken one: deeper than the schema of a poll, which leaves envelopes open. */
import fc from 'fast-check';
import { hostileText, hostileValue } from './hostile.ts';

const mostly = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 4, arbitrary: arbitrary as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: hostileValue },
  );
const instant = mostly(fc.constantFrom(0, 1_800_000_000_000, 2 ** 53 - 1));
const selfTest = mostly(
  fc.record({
    ok: fc.boolean(),
    checks: fc.array(fc.record({ check: hostileText, ok: fc.boolean(), message: hostileText }), {
      maxLength: 2,
    }),
    versions: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
  }),
);

/** `word`: an id, address or token that exists, or something else. */
export function envelopesOf(word: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const news = fc.record({
    news: fc.constantFrom('receipt', 'inbound', 'reaction', 'line', 'suppression'),
    reference: word,
    receipt: fc.constantFrom('accepted', 'delivered', 'read', 'bounced', 'not_on_channel'),
    from: mostly(fc.constantFrom('+12025550171', 'a@b.co')),
    text: hostileText,
    externalMessageId: word,
    targetExternalMessageId: word,
    reaction: hostileText,
    isRemoved: fc.boolean(),
    health: fc.constantFrom('fine', 'wrong'),
    message: hostileText,
    at: instant,
    inReplyTo: word,
    attachments: fc.array(
      fc.record({ name: hostileText, mimeType: fc.constant(null), source: hostileValue }),
      { maxLength: 2 },
    ),
  });
  const envelope = fc.record({
    type: fc.constantFrom('hello', 'take', 'result', 'news', 'self-test', 'bye'),
    protocol: mostly(fc.constantFrom(1, 2, 2 ** 40)),
    agent: hostileText,
    driver: hostileText,
    name: hostileText,
    selfTest,
    jobId: word,
    fence: mostly(fc.constant('abcdefgh')),
    at: instant,
    answer: hostileValue,
    newsId: word,
    news: fc.array(mostly(news), { maxLength: 3 }),
  });
  return fc.array(mostly(envelope), { maxLength: 3 });
}
