import { describe, expect, test } from 'vitest';
import { isEmail, isPhone } from './address.ts';
import { SANDBOX_RECIPIENTS, sandboxAnswer, sandboxRecipient } from './sandbox-script.ts';
import { MESSAGE_TYPES } from './words.ts';

describe('the table of simulated recipients', () => {
  test('names each recipient once, with a sentence for the docs', () => {
    const names = SANDBOX_RECIPIENTS.map(({ kind, recipient }) => `${kind} ${recipient}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { sentence } of SANDBOX_RECIPIENTS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  test('holds addresses in the form messages are sent to', () => {
    for (const { kind, recipient } of SANDBOX_RECIPIENTS) {
      expect(kind === 'phone' ? isPhone(recipient) : isEmail(`${recipient}@example.com`)).toBe(true);
    }
  });

  test('covers every documented number', () => {
    const numbers = Array.from({ length: 13 }, (_, index) => `+12025550${String(100 + index)}`);
    const rows = SANDBOX_RECIPIENTS.filter(({ kind }) => kind === 'phone');
    expect(rows.map(({ recipient }) => recipient)).toEqual(numbers);
  });

  test('schedules callbacks in the order they are told, replies after delivery', () => {
    for (const { callbacks } of SANDBOX_RECIPIENTS) {
      const times = callbacks.map(({ afterMs }) => afterMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      for (const { kind, message } of callbacks) expect(message !== null).toBe(kind === 'reply');
    }
  });
});

describe('who answers at an address', () => {
  const at = (messageType: (typeof MESSAGE_TYPES)[number], address: string) =>
    sandboxRecipient(messageType, address)?.recipient ?? null;

  test('is the row of the table, and the ordinary one for everybody else', () => {
    for (const { kind, recipient } of SANDBOX_RECIPIENTS) {
      if (kind === 'phone') expect(at('imessage', recipient)).toBe(recipient);
      if (kind === 'mailbox') expect(at('email', `${recipient}@any.example`)).toBe(recipient);
      if (kind === 'apple_id') expect(at('imessage', `${recipient}@any.example`)).toBe(recipient);
    }
    expect(at('sms', '+493012345678')).toBe('+12025550100');
    expect(at('email', 'anna@example.com')).toBe('delivered');
    expect(at('imessage', 'anna@example.com')).toBe('delivered');
  });

  test('does not change by a tag behind a plus, except where the tag is the point', () => {
    expect(at('email', 'bounced+anna@example.com')).toBe('bounced');
    expect(at('email', 'Stop+1+2@example.com')).toBe('stop');
    expect(at('email', 'imessage+no@example.com')).toBe('delivered');
    expect(at('email', '+x@example.com')).toBe('delivered');
    expect(at('imessage', 'imessage+yes@example.com')).toBe('delivered');
  });

  test('is nobody when a message of that type cannot be addressed there', () => {
    expect(at('sms', 'anna@example.com')).toBeNull();
    expect(at('email', '+12025550100')).toBeNull();
    for (const messageType of MESSAGE_TYPES) {
      for (const nowhere of ['', '@', '@example.com', '12025550100', '+1']) {
        expect(at(messageType, nowhere)).toBeNull();
      }
    }
  });
});

describe('what an attempt gets', () => {
  const answer = (messageType: (typeof MESSAGE_TYPES)[number], address: string, attempt = 1) => {
    const row = sandboxRecipient(messageType, address);
    return row === null ? null : sandboxAnswer(row, messageType, attempt);
  };

  test('by iMessage depends on who is there, by SMS it does not', () => {
    for (const number of ['+12025550102', '+12025550112']) {
      expect(answer('imessage', number)).toEqual({ answer: 'not_on_imessage' });
    }
    expect(answer('sms', '+12025550102')).toMatchObject({ answer: 'accepted' });
    expect(answer('sms', '+12025550112')).toMatchObject({ answer: 'refused', permanent: true });
    expect(answer('imessage', 'imessage+no@example.com')).toEqual({ answer: 'not_on_imessage' });
  });

  test('is a refusal for now until the attempt that is accepted, and for ever after', () => {
    const got = [1, 2, 3, 4, 50].map((attempt) => answer('sms', '+12025550104', attempt));
    expect(got.map((one) => one?.answer)).toEqual(['refused', 'refused', 'accepted', 'accepted', 'accepted']);
    expect(got[0]).toMatchObject({ permanent: false, addressBad: false });
  });

  test('leaves no callback with a recipient that never receives', () => {
    for (const row of SANDBOX_RECIPIENTS) {
      if (row.answer.answer === 'silence' && !row.answer.keepsCopy) expect(row.callbacks).toEqual([]);
    }
  });
});
