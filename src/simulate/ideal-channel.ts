/** The carrier of a simulation: it takes everything at once, but for addresses of which it is known that they are not on iMessage. */
import type { Channel, Outgoing } from '../channels/channel.ts';

export function idealChannel(
  isUnavailable: (address: string) => boolean,
  onSent: (outgoing: Outgoing, lineId: string) => void,
): Channel {
  return {
    sendTimeoutMs: 30_000,
    async send(line, outgoing) {
      onSent(outgoing, line.lineId);
      return { outcome: 'accepted', externalMessageId: outgoing.reference };
    },
    reconcile: async (_, reference) => ({ finding: 'found', externalMessageId: reference, address: null }),
    checkAvailability: async (_, address) =>
      // Whom nobody asked after counts as available, and nothing is noted of them.
      isUnavailable(address) ? { availability: 'unavailable' } : { availability: 'cannot_check' },
    checkHealth: async () => ({ healthy: true }),
    validateConfig: () => null,
    close: async () => {},
  };
}
