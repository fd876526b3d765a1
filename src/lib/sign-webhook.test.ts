import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newWebhookSecret, signBody, signStandard } from './sign-webhook.ts';

test('signs as the published vector of Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const signed = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1_614_265_330,
    body: Buffer.from('{"test": 2432232314}'),
  };
  expect(signStandard([secret], signed)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('signs as the official package does, once for each secret', () => {
  const secrets = [newWebhookSecret(), newWebhookSecret()];
  const at = new Date(1_700_000_000_000);
  const text = '{"message":"Grüße 👋"}';
  const signed = { id: 'a'.repeat(24), timestamp: at.getTime() / 1000, body: Buffer.from(text) };
  const theirs = secrets.map((secret) => new Webhook(secret).sign(signed.id, at, text)).join(' ');
  expect(signStandard(secrets, signed)).toBe(theirs);
});

test('signs the body alone with the secret as it stands, in hex', () => {
  // printf '{}' | openssl dgst -sha256 -hmac 'whsec_AA=='
  expect(signBody('whsec_AA==', Buffer.from('{}'))).toBe(
    '7a7e08a2140fb83955b54affe037e1b8b2a022e3bd1ac0f9b863093fdef200f7',
  );
});

test('makes secrets of 32 random bytes', () => {
  const [one, two] = [newWebhookSecret(), newWebhookSecret()];
  expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(one).not.toBe(two);
});
