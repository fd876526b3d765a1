/** Simulated phones and mailboxes, over whichever simulated line the server chooses. */
import type { Body, Magic, Strangers } from './people.ts';

const phone = (
  recipientPhone: string,
  everyMs: number,
  more: Partial<Magic> = {},
  body: Body = {},
): Magic => ({
  body: { messageType: 'imessage', recipientPhone, ...body },
  everyMs,
  ...more,
});

/** What nobody knows the outcome of goes by two lines, because it is what is asked for. */
export const SANDBOX_MAGIC: readonly Magic[] = [
  phone('+12025550100', 400),
  phone('+12025550102', 900),
  phone('+12025550104', 900),
  phone('+12025550107', 900),
  phone('+12025550105', 5_000),
  phone('+12025550105', 5_000, {}, { messageType: 'sms' }),
  phone('+12025550106', 12_000, { ceasesMs: 12_000 }),
];

export function sandboxStrangers(strangers: Strangers): Body {
  const roll = strangers.roll();
  if (roll < 0.12) return { messageType: 'email', recipientEmail: strangers.email() };
  const recipientPhone = strangers.phone();
  if (roll < 0.24) return { messageType: 'sms', recipientPhone };
  if (roll < 0.28) return { forceFallback: true, recipientPhone };
  return { sendFallbackSmsOnFailed: roll < 0.5, recipientPhone };
}
