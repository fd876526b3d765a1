/**
 * How long the processes of a run wait for carriers: as in the product, but so short that many leases end within a minute,
 * and that what is absent is believed before the run is over.
 */
import type { Patience } from '../../src/compose.ts';
import type { Times } from '../../src/relay/drivers/messages-app/messages.ts';
import { LEASE_MARGIN_MS, SEND_TIMEOUT_MS } from './orders.ts';

/** The Mac keeps three seconds of it for its answer, and needs a process for each script. */
const RELAY_MS = 8_000;
/** Several requests for one message. */
const HTTP_MS = 2_500;

export const HURRY: Patience = {
  sandbox: { sendTimeoutMs: SEND_TIMEOUT_MS },
  relay: { sendTimeoutMs: RELAY_MS },
  smtp: { connectMs: SEND_TIMEOUT_MS, greetingMs: SEND_TIMEOUT_MS, sendMs: SEND_TIMEOUT_MS },
  twilio: { sendTimeoutMs: HTTP_MS },
  bluebubbles: { sendTimeoutMs: HTTP_MS, confirmMs: 500, confirmEveryMs: 50 },
};

/** Of the agent that has Messages behind it. */
export const HURRY_ON_MAC: Partial<Times> = {
  scriptMs: 2_000,
  confirmMs: 2_000,
  pollMs: 20,
  downgradeMs: 100,
  settleMs: 8_000,
  quietMs: 1_000,
  patienceMs: 500,
};

export const LONGEST_LEASE_MS = RELAY_MS + LEASE_MARGIN_MS;
