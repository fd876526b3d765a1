/** Judged by Twilio's own package, and by the vector of its documentation. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { processorTime } from '../../test/processor-time.ts';
import { isSignedByTwilio, twilioSignature } from './twilio-signature.ts';

const TOKEN = '12345';
const DOCUMENTED = {
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  form: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+12349013030',
    Digits: '1234',
    From: '+12349013030',
    To: '+18005551212',
  },
  signature: '0/KCTR6DLpKmkAf8muzZqo1nDgQ=',
};

const formCall = (url: string, form: Record<string, string> | URLSearchParams, signature: string | null) => ({
  url,
  signature,
  contentType: 'application/x-www-form-urlencoded; charset=UTF-8',
  body: Buffer.from(new URLSearchParams(form).toString()),
});

describe('the signature of a form', () => {
  test('is that of the documentation', () => {
    const form = new URLSearchParams(DOCUMENTED.form);
    expect(twilioSignature(TOKEN, DOCUMENTED.url, form)).toBe(DOCUMENTED.signature);
    expect(isSignedByTwilio(TOKEN, formCall(DOCUMENTED.url, DOCUMENTED.form, DOCUMENTED.signature))).toBe(
      true,
    );
  });

  test('agrees with Twilio’s own package, whatever is in the form, fields given twice too', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 20 });
    const forms = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 10 }),
      fc.oneof(value, fc.array(value, { minLength: 1 })),
    );
    fc.assert(
      fc.property(forms, (fields) => {
        const form = new URLSearchParams();
        for (const [name, given] of Object.entries(fields))
          for (const each of [given].flat()) form.append(name, each);
        const { url } = DOCUMENTED;
        const ours = twilioSignature(TOKEN, url, form);
        expect(ours).toBe(twilio.getExpectedTwilioSignature(TOKEN, url, fields));
        expect(isSignedByTwilio(TOKEN, formCall(url, form, ours))).toBe(true);
        expect(twilio.validateRequest(TOKEN, ours, url, fields)).toBe(true);
      }),
    );
  });

  test.each([
    ['https://example.com/a?mid=1', 'https://example.com:443/a?mid=1'],
    ['http://example.com/a', 'http://example.com:80/a'],
    ['https://example.com:8443/a', 'https://example.com/a'],
    ['https://example.com', 'https://example.com:443'],
    ['http://[::1]:8080/a', 'http://[::1]/a'],
  ])('is accepted with and without the port: %s, %s', (one, other) => {
    for (const [ours, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      const hasPort = /:\d+(\/|$)/.test(ours.replace('[::1]', ''));
      if (!hasPort && !/:(80|443)(\/|$)/.test(theirs)) continue;
      const signature = twilioSignature(TOKEN, theirs, new URLSearchParams(DOCUMENTED.form));
      expect(isSignedByTwilio(TOKEN, formCall(ours, DOCUMENTED.form, signature))).toBe(true);
    }
  });

  test.each([
    [
      'another token',
      formCall(
        DOCUMENTED.url,
        DOCUMENTED.form,
        twilioSignature('54321', DOCUMENTED.url, new URLSearchParams(DOCUMENTED.form)),
      ),
    ],
    ['another address', formCall(`${DOCUMENTED.url}3`, DOCUMENTED.form, DOCUMENTED.signature)],
    [
      'http instead of https',
      formCall(DOCUMENTED.url.replace('https', 'http'), DOCUMENTED.form, DOCUMENTED.signature),
    ],
    ['another field', formCall(DOCUMENTED.url, { ...DOCUMENTED.form, Digits: '1235' }, DOCUMENTED.signature)],
    ['a field more', formCall(DOCUMENTED.url, { ...DOCUMENTED.form, More: '' }, DOCUMENTED.signature)],
    ['a field less', formCall(DOCUMENTED.url, { Caller: '1' }, DOCUMENTED.signature)],
    ['no signature', formCall(DOCUMENTED.url, DOCUMENTED.form, null)],
    ['an empty one', formCall(DOCUMENTED.url, DOCUMENTED.form, '')],
    ['half of it', formCall(DOCUMENTED.url, DOCUMENTED.form, DOCUMENTED.signature.slice(0, 14))],
    [
      'its bytes in another writing',
      formCall(DOCUMENTED.url, DOCUMENTED.form, DOCUMENTED.signature.toLowerCase()),
    ],
  ])('is refused for %s', (_what, call) => {
    expect(isSignedByTwilio(TOKEN, call)).toBe(false);
  });
});

test('a form of a megabyte is judged at once, however many fields it has', () => {
  const form = Array.from({ length: 200_000 }, (_, n) => `${n.toString(36)}=`).join('&');
  const begun = processorTime();
  const call = { url: DOCUMENTED.url, signature: DOCUMENTED.signature, body: Buffer.from(form) };
  expect(isSignedByTwilio(TOKEN, { ...call, contentType: 'application/x-www-form-urlencoded' })).toBe(false);
  expect(processorTime() - begun).toBeLessThan(5_000);
});

describe('the signature of a JSON body', () => {
  const body = Buffer.from('{"MessageSid":"SM1"}');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const url = `https://example.com/hooks?bodySHA256=${sha256}`;
  const signature = twilioSignature(TOKEN, url, new URLSearchParams());
  const call = { url, signature, contentType: 'application/json', body };

  test('covers the address, which holds the hash of the body; Twilio’s own package agrees', () => {
    expect(isSignedByTwilio(TOKEN, call)).toBe(true);
    expect(twilio.validateRequestWithBody(TOKEN, signature, url, body.toString())).toBe(true);
  });

  test('is refused for another body, and for one whose hash is not in the address', () => {
    expect(isSignedByTwilio(TOKEN, { ...call, body: Buffer.from('{"MessageSid":"SM2"}') })).toBe(false);
    const bare = 'https://example.com/hooks';
    const unhashed = { ...call, url: bare, signature: twilioSignature(TOKEN, bare, new URLSearchParams()) };
    expect(isSignedByTwilio(TOKEN, unhashed)).toBe(false);
    expect(isSignedByTwilio(TOKEN, { ...unhashed, body: Buffer.alloc(0) })).toBe(true);
  });
});
