/** Contacts who answer, as often as the request assumes: drawn with its seed, so that asked again they do the same. */
import { receiveInbound } from '../actions/news/receive-inbound.ts';
import type { Outgoing } from '../channels/channel.ts';
import type { Deps } from '../deps.ts';
import { seededRandom } from '../lib/random.ts';
import type { Outside } from './drive.ts';

const SOONEST_MS = 60_000;
const LATEST_MS = 86_400_000;

interface Reply {
  at: number;
  lineId: string;
  address: string;
}

export class Replies implements Outside {
  readonly #rate: number;
  readonly #random: ReturnType<typeof seededRandom>;
  /** Latest first, so that the next one is taken from the end. */
  readonly #coming: Reply[] = [];
  #world: { deps: Deps; workspaceId: string } | null = null;

  constructor(rate: number, seed: number) {
    this.#rate = rate;
    this.#random = seededRandom(seed);
  }

  /** They write into this world. */
  comeInto(deps: Deps, workspaceId: string): void {
    this.#world = { deps, workspaceId };
  }

  /** Somebody got a message: perhaps they answer. */
  onSent({ address }: Outgoing, lineId: string, now: number): void {
    if (this.#rate === 0 || this.#random.next() >= this.#rate) return;
    // Most answers come soon: every tenfold of the time is as likely as the next.
    const at = Math.round(now + SOONEST_MS * (LATEST_MS / SOONEST_MS) ** this.#random.next());
    const place = this.#coming.findIndex((other) => other.at < at);
    this.#coming.splice(place < 0 ? this.#coming.length : place, 0, { at, lineId, address });
  }

  nextAt(): number | null {
    return this.#coming.at(-1)?.at ?? null;
  }

  async happen(): Promise<void> {
    if (this.#world === null) return;
    const { deps, workspaceId } = this.#world;
    const now = deps.clock.now();
    for (let next = this.#coming.at(-1); next !== undefined && next.at <= now; next = this.#coming.at(-1)) {
      this.#coming.pop();
      const { lineId, address, at } = next;
      await receiveInbound(deps, {
        workspaceId,
        lineId,
        address,
        message: 'OK',
        externalMessageId: null,
        at,
      });
    }
  }
}
