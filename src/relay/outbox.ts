/**
 * What the server must hear of and has not acknowledged yet. Said at once, said again on every new link, and every few
 * seconds in between: an answer can get lost on either way.
 */
import type { DeviceEnvelope } from '../contract/lines/relay.ts';

export interface Outbox {
  /** `make` is called each time it is said: what it says of the time must be fresh. */
  add(key: string, make: () => DeviceEnvelope): void;
  remove(key: string): void;
  has(key: string): boolean;
  all(): DeviceEnvelope[];
}

export function createOutbox(say: (envelope: DeviceEnvelope) => void): Outbox {
  const waiting = new Map<string, () => DeviceEnvelope>();
  return {
    add(key, make) {
      waiting.set(key, make);
      say(make());
    },
    remove: (key) => void waiting.delete(key),
    has: (key) => waiting.has(key),
    all: () => [...waiting.values()].map((make) => make()),
  };
}
