import { Readable } from 'node:stream';
import type { Deadline } from './clock.ts';

/**
 * Bytes on their way to a carrier: notes when the first was asked for, which is once there is a connection to write it to,
 * and gives none when that is too late. A process may stand still between its last look at the lease and that instant.
 */
export class LeasedContent extends Readable {
  begun = false;
  readonly #bytes: Buffer;
  readonly #lease: Deadline;

  constructor(bytes: Buffer, lease: Deadline) {
    super();
    this.#bytes = bytes;
    this.#lease = lease;
  }

  override _read(): void {
    if (this.begun) return;
    if (this.#lease.hasPassed()) {
      this.destroy(new Error('The time for this attempt ran out before it was sent'));
      return;
    }
    this.begun = true;
    this.push(this.#bytes);
    this.push(null);
  }
}
