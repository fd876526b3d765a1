import { apart } from '../actions/apart.ts';
import type { Deps } from '../deps.ts';
import { isRecent } from '../lib/clock.ts';
import type { DueMessage } from '../store/messages/due.ts';

const ASIDE_MS = 60_000;
const MOST_ASIDE = 1_000;

/**
 * Messages nobody could rule on. For a minute they are left alone: they stay due, and would take their places in every
 * scan, keep the loop turning and fill the log.
 */
export class SetAside {
  readonly #since = new Map<string, number>();
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  ids(): string[] {
    const now = this.#deps.clock.now();
    for (const [id, since] of this.#since) if (!isRecent(since, ASIDE_MS, now)) this.#since.delete(id);
    return [...this.#since.keys()];
  }

  async each(due: readonly DueMessage[], rule: (message: DueMessage) => Promise<unknown>): Promise<void> {
    await Promise.all(
      due.map(async (message) => {
        const { workspaceId, id } = message;
        if (await apart(this.#deps, { workspaceId, messageId: id }, () => rule(message))) return;
        if (this.#since.size < MOST_ASIDE) this.#since.set(id, this.#deps.clock.now());
      }),
    );
  }
}
