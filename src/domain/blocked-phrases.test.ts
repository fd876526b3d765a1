import { expect, test } from 'vitest';
import { blockedIn } from './blocked-phrases.ts';

test.each([
  ['This is RISK-free!', ['risk free'], ['risk free']],
  ['Don’t miss it', ["don't  miss"], ["don't  miss"]],
  ['A freelancer', ['free'], []],
  ['Act now!!!', ['!!!', '???'], ['!!!']],
  ['Grüße', ['GRÜSSE', 'grüße'], ['grüße']],
  ['', ['x', ' '], []],
])('%j with %j: %j', (text, phrases, found) => expect(blockedIn(text, phrases)).toEqual(found));
