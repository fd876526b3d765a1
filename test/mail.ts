/** What an smtp channel needs to be tried without the application around it. */
import { createMailTokens } from '../src/channels/mail-tokens.ts';
import { systemClock } from '../src/lib/clock.ts';

export const MAIL = {
  clock: systemClock(),
  tokens: createMailTokens(Buffer.alloc(32, 7)),
  publicUrl: 'https://trunkline.example.com',
};
