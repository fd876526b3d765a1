/** The published schema and the parser beside it: any JSON, one verdict. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalOf } from '../testing.ts';
import { SendMessageBody } from './message-bodies.ts';
import { parseSendMessage } from './send-message.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const RUNS = { numRuns: 3_000 };

/** Rules that span fields or look into a text, which a schema of single fields does not state. */
const BEYOND_THE_SCHEMA = [
  'MESSAGE_EMPTY',
  'MESSAGE_TOO_LONG',
  'RECIPIENT_REQUIRED',
  'INVALID_SCHEDULED_DATE',
  'INVALID_TIME_FORMAT',
  'INVALID_WINDOW',
  'INVALID_FIELD',
  'LEAD_NOT_ACCESSIBLE',
  'LINE_NOT_FOUND',
  'BODY_TOO_DEEP',
];

const words = fc.constantFrom(
  '',
  ' ',
  'Hi',
  'imessage',
  'sms',
  '+12025550100',
  '2025550100',
  'ada@example.com',
  '09:00',
  '17:00',
  'UTC',
  'Europe/Berlin',
  '2027-01-01',
  '2026-12-24T10:00:00Z',
  'https://example.com/a.png',
  '0199c2f07a3b00010c9b2d4e',
  'x'.repeat(256),
  '🤷'.repeat(300),
  'a\u0000',
  '\ud800',
);
const anything = fc.oneof(
  { weight: 6, arbitrary: words },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, 1, 6, 7, -1, 0.5) },
  { weight: 2, arbitrary: fc.array(fc.oneof(words, fc.integer({ min: -1, max: 7 })), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const names = fc.constantFrom(...Object.keys(SendMessageBody.shape), 'foo', '__proto__');
const bodies = fc
  .array(fc.tuple(names, anything), { maxLength: 8 })
  .map((fields) =>
    Object.assign({ message: 'Hi', recipientPhone: '+12025550100' }, Object.fromEntries(fields)),
  );

function verdict(body: unknown) {
  return refusalOf(() => parseSendMessage(body, { now: NOW }));
}

test('any JSON value is either parsed or refused with a Problem of status 4xx', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), bodies), (body) => {
      const refusal = verdict(body);
      if (refusal === null) return;
      expect(refusal.status).toBeGreaterThanOrEqual(400);
      expect(refusal.status).toBeLessThan(500);
      expect(refusal.error).not.toBe('');
    }),
    RUNS,
  );
});

test('what the published schema refuses, the parser refuses', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      if (!SendMessageBody.safeParse(body).success) expect(verdict(body)).not.toBeNull();
    }),
    RUNS,
  );
});

test('what the parser refuses and the schema takes is refused for a reason no schema of single fields states', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const refusal = verdict(body);
      if (refusal !== null && SendMessageBody.safeParse(body).success) {
        expect(BEYOND_THE_SCHEMA).toContain(refusal.code);
        expect(refusal.error).not.toMatch(/must be (a string|true or false|an array)$/);
      }
    }),
    RUNS,
  );
});

test('what is parsed can be stored: no NUL, no half pair, nothing longer than its limit', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      if (verdict(body) !== null) return;
      const { request, warnings } = parseSendMessage(body, { now: NOW });
      const text = JSON.stringify({ request, warnings });
      expect(text).not.toContain('\\u0000');
      expect(text).not.toMatch(/\\ud[89a-f]/i);
      const scheduledDate = new Date(request.scheduledDate ?? NOW);
      expect(scheduledDate.getUTCFullYear()).toBeGreaterThanOrEqual(1);
      expect([...request.message].length).toBeLessThanOrEqual(10_000);
    }),
    RUNS,
  );
});

test('parsing changes nothing of what it was given', () => {
  fc.assert(
    fc.property(bodies, (body) => {
      const before = structuredClone(body);
      verdict(body);
      expect(body).toEqual(before);
    }),
  );
});
