/** People behind the fakes of carriers: on each line those whose behaviour matters for what gets lost or comes twice. */
import type { Body, Magic, Strangers } from './people.ts';

/** The lines of carriers, as the table and the traffic name them. */
export const CARRIERS = [
  'bluebubbles, Private API',
  'bluebubbles, AppleScript',
  'twilio',
  'smtp',
  'relay, simulated',
  'relay, Messages',
] as const;
export type Carrier = (typeof CARRIERS)[number];
/** Line by carrier. */
export type CarrierLines = Readonly<Record<Carrier, string>>;

/** All attempts of a message that never leaves: each must be known to be absent before the next. */
const ALL_ATTEMPTS_MS = 20_000;
const FALLS_BACK = { sendFallbackSmsOnFailed: true };

export function carrierMagic(lines: CarrierLines): readonly Magic[] {
  const to = (carrier: Carrier, recipient: string, everyMs: number, more: Body = {}): Magic => ({
    body: { ...bodyFor(carrier, lines, recipient), ...more },
    everyMs,
  });
  const inVain = (carrier: Carrier, recipient: string): Magic => ({
    ...to(carrier, recipient, ALL_ATTEMPTS_MS),
    ceasesMs: ALL_ATTEMPTS_MS,
  });
  const blueBubbles = (['bluebubbles, Private API', 'bluebubbles, AppleScript'] as const).flatMap((line) => [
    to(line, '+12025550102', 3_000),
    to(line, '+12025550103', 4_000, FALLS_BACK),
    to(line, '+12025550105', 6_000),
    to(line, '+12025550108', 8_000),
    to(line, '+12025550109', 8_000),
    to(line, '+12025550114', 8_000),
    inVain(line, '+12025550106'),
  ]);
  return [
    ...blueBubbles,
    to('twilio', '+15005550001', 6_000),
    to('twilio', '+15005550103', 3_000),
    to('twilio', '+15005550108', 5_000),
    to('twilio', '+15005550110', 5_000),
    to('twilio', '+15005550113', 8_000),
    to('twilio', '+15005550114', 2_000),
    to('twilio', '+15005550115', 2_000),
    to('twilio', '+15005550119', 8_000),
    inVain('twilio', '+15005550109'),
    inVain('twilio', '+15005550111'),
    to('smtp', 'refused@people.test', 3_000),
    to('smtp', 'lost@people.test', 5_000),
    to('smtp', 'late@people.test', 8_000),
    to('smtp', 'cut@people.test', 6_000),
    to('relay, simulated', '+12025550100', 1_500),
    to('relay, simulated', '+12025550102', 8_000),
    to('relay, simulated', '+12025550103', 8_000, FALLS_BACK),
    to('relay, simulated', '+12025550105', 8_000),
    inVain('relay, simulated', '+12025550106'),
    to('relay, Messages', '+12025550100', 3_000),
    to('relay, Messages', '+12025550110', 15_000),
    to('relay, Messages', '+12025550120', 15_000),
    to('relay, Messages', '+12025550132', 15_000),
    inVain('relay, Messages', '+12025550133'),
  ];
}

/** Macs carry less. */
const OFTEN: readonly Carrier[] = [...CARRIERS, ...CARRIERS.slice(0, 5), ...CARRIERS.slice(0, 4)];

export function carrierStrangers(lines: CarrierLines): (strangers: Strangers) => Body {
  return (strangers) => {
    const carrier = strangers.pick(OFTEN) ?? 'twilio';
    if (carrier === 'smtp') return bodyFor(carrier, lines, strangers.email());
    const isForced = carrier !== 'twilio' && strangers.roll() < 0.05;
    return { ...bodyFor(carrier, lines, strangers.phone()), ...(isForced ? { forceFallback: true } : {}) };
  };
}

function bodyFor(carrier: Carrier, lines: CarrierLines, recipient: string): Body {
  const fromLineId = lines[carrier];
  switch (carrier) {
    case 'smtp':
      return { messageType: 'email', recipientEmail: recipient, subject: 'Crash', fromLineId };
    case 'twilio':
      return { messageType: 'sms', recipientPhone: recipient, fromLineId };
    default:
      return { messageType: 'imessage', recipientPhone: recipient, fromLineId };
  }
}
