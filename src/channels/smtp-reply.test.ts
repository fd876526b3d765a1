import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyReply, outcomeOf, parseReply, SMTP_REPLIES, type SmtpFailure } from './smtp-reply.ts';

const verdict = (response: string): string => {
  const reply = parseReply(response);
  if (reply === null) return 'no reply';
  const { permanent, addressBad, lineBad } = classifyReply(reply);
  if (lineBad) return permanent ? 'contradiction' : 'bad line';
  if (addressBad) return permanent ? 'bad address' : 'contradiction';
  return permanent ? 'never' : 'later';
};

describe('a refusal by an SMTP server', () => {
  test.each([
    ['550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown', 'bad address'],
    [
      '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 Learn more',
      'bad address',
    ],
    ['553 5.1.2 We cannot find that domain', 'bad address'],
    ['556 5.1.10 Recipient address has null MX', 'bad address'],
    ['551 5.1.6 Mailbox has moved', 'bad address'],
    ['550 5.2.1 The account is disabled', 'bad address'],
    ['552 5.2.2 Mailbox full', 'later'],
    ['452 4.2.2 Mailbox full', 'later'],
    ['422 4.2.2 The recipient has exceeded their quota', 'later'],
    ['452 4.5.3 Too many recipients', 'later'],
    ['552 5.3.4 Message size exceeds fixed limit', 'never'],
    ['554 5.2.3 Message too large', 'never'],
    ['552 Requested mail action aborted: exceeded storage allocation', 'never'],
    ['550 5.7.1 Message rejected as spam', 'never'],
    ['554 5.7.1 <anna@example.com>: Relay access denied', 'never'],
    ["553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 'never'],
    ['550 5.7.26 This mail is unauthenticated', 'never'],
    ['550 Invalid recipient: <anna@example.com>', 'never'],
    ['550 Requested action not taken: mailbox unavailable', 'never'],
    ['421 4.3.2 Service shutting down', 'later'],
    ['421 4.7.0 Try again later, closing connection', 'later'],
    ['450 4.7.1 Greylisted', 'later'],
    ['451 4.7.1 Greylisting in action, please come back later', 'later'],
    ['452 4.3.1 Insufficient system storage', 'later'],
    ['454 4.7.0 Temporary authentication failure', 'later'],
    ['530 5.7.0 Must issue a STARTTLS command first', 'bad line'],
    ['534 5.7.9 Application-specific password required', 'bad line'],
    ['535 5.7.8 Username and Password not accepted', 'bad line'],
    ['535 5.7.139 Authentication unsuccessful, basic authentication is disabled', 'bad line'],
    ['538 5.7.11 Encryption required', 'bad line'],
    ['500 5.5.2 Syntax error, command unrecognized', 'bad line'],
    ['502 5.5.1 Command not implemented', 'bad line'],
    ['503 5.5.1 Bad sequence of commands', 'later'],
    ['501 5.1.7 Bad sender address syntax', 'bad line'],
    ['501 5.1.3 Bad recipient address syntax', 'bad address'],
    ['555 5.5.4 Unsupported parameter', 'bad line'],
    ['554 5.4.6 Mail loop detected', 'never'],
    ['550 5.4.4 Unable to route', 'never'],
    ['450 5.1.1 Class and code contradict each other: the code counts', 'later'],
    ['499 Unheard of', 'later'],
    ['599 5.9.9 Unheard of', 'never'],
  ])('%s → %s', (response, expected) => {
    expect(verdict(response)).toBe(expected);
  });

  test('never blames the line for good, and never blames an address without an enhanced code', () => {
    for (const rule of SMTP_REPLIES) {
      if (rule.lineBad) expect(rule.permanent).toBe(false);
      if (rule.addressBad) expect(rule).toMatchObject({ permanent: true, lineBad: false });
      if (rule.addressBad) expect(rule.enhanced.length).toBeGreaterThan(0);
    }
  });

  test('with a 4yz code is never for good, whatever else it says', () => {
    const enhanced = fc
      .tuple(fc.constantFrom(2, 4, 5), fc.nat(20), fc.nat(40))
      .map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 499 }), enhanced, fc.string(), (code, status, words) => {
        const reply = parseReply(`${code} ${status} ${words}`);
        expect(reply).not.toBeNull();
        if (reply !== null)
          expect(classifyReply(reply)).toMatchObject({ permanent: false, addressBad: false });
      }),
    );
  });

  test('is read with its codes, on one line of bounded length', () => {
    expect(parseReply('550-5.1.1 No such\r\n550 5.1.1 user')).toEqual({
      code: 550,
      enhanced: '5.1.1',
      text: '550-5.1.1 No such user',
    });
    expect(parseReply('421')).toEqual({ code: 421, enhanced: null, text: '421' });
    expect(parseReply(`550 ${'x'.repeat(2_000)}`)?.text).toHaveLength(300);
    for (const noise of ['', '55', '5500 x', 'hello', '<html>']) expect(parseReply(noise)).toBeNull();
    fc.assert(
      fc.property(fc.string(), (words) => {
        expect(parseReply(`250 ${words}`)?.text ?? '').toMatch(/^[^\r\n]*$/);
      }),
    );
  });
});

describe('a failed session', () => {
  const lost: SmtpFailure = { code: 'ECONNECTION', command: 'CONN', message: 'Connection closed' };

  test('is a refusal for now before the content, and unknown from its first byte on', () => {
    expect(outcomeOf(lost, false)).toMatchObject({ outcome: 'rejected', permanent: false, lineBad: true });
    expect(outcomeOf(lost, true)).toMatchObject({ outcome: 'unknown' });
  });

  test('is settled by an answer to the content, and by no other words once the content is on its way', () => {
    const answered = (command: string, response: string) =>
      outcomeOf({ code: 'EMESSAGE', command, response, message: response }, true).outcome;
    expect(answered('DATA', '554 5.7.1 Spam')).toBe('rejected');
    expect(answered('DATA', '451 4.3.0 Try again')).toBe('rejected');
    expect(answered('DATA', '354 Go on')).toBe('unknown');
    expect(answered('CONN', '550 Torn off in the midd')).toBe('unknown');
  });

  test('before the message was mentioned is never for good', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('CONN', 'EHLO', 'STARTTLS', 'AUTH PLAIN', 'API', undefined),
        fc.integer({ min: 400, max: 599 }),
        (command, code) => {
          const outcome = outcomeOf({ command, response: `${code} No`, message: 'No' }, false);
          expect(outcome).toMatchObject({ outcome: 'rejected', permanent: false, code: String(code) });
        },
      ),
    );
  });

  test('by the end of the lease does not blame the line', () => {
    expect(outcomeOf({ code: 'EABORT', message: 'Too late' }, false)).toMatchObject({
      permanent: false,
      lineBad: false,
    });
  });

  test('always has a sentence', () => {
    expect(outcomeOf({ code: 'ECONNREFUSED', message: '' }, false)).toMatchObject({
      message: 'The mail server cannot be reached (ECONNREFUSED)',
    });
  });
});
