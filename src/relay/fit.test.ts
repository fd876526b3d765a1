import { expect, test } from 'vitest';
import { parseAnswer, parseNews, SelfTest } from '../contract/lines/relay.ts';
import { fitAnswer, fitNews, fitSelfTest } from './fit.ts';

const long = '“'.repeat(150_000);

test('whatever length a driver speaks at, the server can read it', () => {
  const refused = { outcome: 'rejected', permanent: true, code: 'E1', message: long } as const;
  expect(parseAnswer('send', refused)).toBeNull();
  expect(parseAnswer('send', fitAnswer(refused))).toMatchObject({ outcome: 'rejected', permanent: true });
  const inbound = { news: 'inbound', from: '+12025550100', text: long, externalMessageId: 'x' } as const;
  expect(parseNews(fitNews(inbound))).toMatchObject({ text: long.slice(0, 100_000) });
  const checks = Array.from({ length: 60 }, () => ({ check: long, ok: false, message: long }));
  expect(SelfTest.safeParse(fitSelfTest({ ok: false, checks, versions: { [long]: long } })).success).toBe(
    true,
  );
});

test('what is short enough stays as it is', () => {
  const answer = { finding: 'undecided', message: 'Not yet', final: false } as const;
  expect(fitAnswer(answer)).toEqual(answer);
});
