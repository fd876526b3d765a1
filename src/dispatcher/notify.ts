/**
 * Webhooks, beside the passes: finds those with something due and gives each of them places. A slow or dead receiver fills only its
 * own: one always is there for everybody, those that fail get no more than that, each success earns one more, and where places
 * are few the workspace that has the fewest comes first. Sends go on meanwhile: of the database's connections a few at most
 * are used here.
 */
import { apart } from '../actions/apart.ts';
import { continueReplay } from '../actions/webhooks/replay-webhooks.ts';
import type { Deps } from '../deps.ts';
import { hasArrived } from '../domain/webhook-retry.ts';
import { createLimiter } from '../lib/limiter.ts';
import { type DueWebhook, scanDueWebhooks } from '../store/events/webhook-queue.ts';
import { scanReplays } from '../store/events/webhooks.ts';
import type { Launch } from './chores.ts';
import { claimTellings, note, send, type Telling } from './tell-webhook.ts';

/** Beyond these nobody gets a second one. */
const PLACES = 400;
/** From here on places that come free are shared out anew, but for everybody's one. */
const CROWDED = 200;
const PLACES_PER_WEBHOOK = 10;
/** Of one that answers, as far as is known. */
const PLACES_AT_FIRST = 3;
const SCAN_LIMIT = 500;
const CONNECTIONS = 4;
const REPLAY_PAGES_PER_LOOK = 20;

interface Receiver {
  workspaceId: string;
  id: string;
  /** How many it may have. */
  width: number;
  inFlight: number;
  /** Somebody is claiming for it; whoever comes meanwhile has nothing to add. */
  isClaiming: boolean;
}

export class Notifier {
  readonly #deps: Deps;
  readonly #stopping: AbortSignal;
  /** Those with something in flight. */
  readonly #receivers = new Map<string, Receiver>();
  readonly #withDatabase = createLimiter(CONNECTIONS);

  constructor(deps: Deps, stopping: AbortSignal) {
    this.#deps = deps;
    this.#stopping = stopping;
  }

  /** Hands out the places that are free. */
  async look(launch: Launch): Promise<void> {
    const busy = [...this.#receivers.values()].filter((each) => this.#roomOf(each) === 0);
    const names = busy.map(({ id }) => id);
    const due = await scanDueWebhooks(this.#deps.database, this.#deps.clock.now(), names, SCAN_LIMIT);
    for (const webhook of this.#inTurn(due)) this.#serve(launch, this.#receiverOf(webhook));
  }

  /** Replays under way, each some pages further. */
  async replay(): Promise<void> {
    for (const { workspaceId, id } of await scanReplays(this.#deps.database, SCAN_LIMIT)) {
      await apart(this.#deps, { workspaceId, webhookId: id }, async () => {
        for (let page = 1; page <= REPLAY_PAGES_PER_LOOK && !this.#stopping.aborted; page += 1)
          if (!(await continueReplay(this.#deps, workspaceId, id))) return;
      });
    }
  }

  /** Takes what there is room for. */
  #serve(launch: Launch, receiver: Receiver, places = PLACES): void {
    const room = this.#roomOf(receiver, places);
    if (receiver.isClaiming || room === 0 || this.#stopping.aborted) {
      this.#leave(receiver);
      return;
    }
    receiver.isClaiming = true;
    receiver.inFlight += room;
    launch(() => this.#claim(launch, receiver, room), 'chore');
  }

  async #claim(launch: Launch, receiver: Receiver, room: number): Promise<void> {
    const { workspaceId, id } = receiver;
    let tellings: Telling[] = [];
    let more = false;
    try {
      await apart(this.#deps, { workspaceId, webhookId: id }, async () => {
        const claim = () => claimTellings(this.#deps, workspaceId, id, room);
        ({ tellings, more } = await this.#withDatabase(claim));
      });
    } finally {
      receiver.isClaiming = false;
      receiver.inFlight -= room - tellings.length;
    }
    for (const telling of tellings) launch(() => this.#tell(launch, receiver, telling), 'chore');
    if (more) this.#serve(launch, receiver, CROWDED);
    else this.#leave(receiver);
  }

  async #tell(launch: Launch, receiver: Receiver, telling: Telling): Promise<void> {
    const { workspaceId, webhook, eventId } = telling;
    try {
      await apart(this.#deps, { workspaceId, webhookId: webhook.id, eventId }, async () => {
        const posted = await send(this.#deps, telling);
        receiver.width = hasArrived(posted) ? Math.min(receiver.width + 1, PLACES_PER_WEBHOOK) : 1;
        // Cut off by our own end: that says nothing of the receiver. The lease runs out, and it is told again.
        if (posted.statusCode === null && this.#stopping.aborted) return;
        await this.#withDatabase(() => note(this.#deps, telling, posted));
      });
    } finally {
      receiver.inFlight -= 1;
    }
    this.#serve(launch, receiver, CROWDED);
  }

  #roomOf({ width, inFlight }: Receiver, places = PLACES): number {
    const one = inFlight === 0 ? 1 : 0;
    return Math.max(one, Math.min(width - inFlight, places - this.#inFlight()));
  }

  #inFlight(): number {
    return [...this.#receivers.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  #receiverOf({ workspaceId, id, isFailing }: DueWebhook): Receiver {
    const known = this.#receivers.get(id);
    if (known !== undefined) return known;
    const width = isFailing ? 1 : PLACES_AT_FIRST;
    const receiver = { workspaceId, id, width, inFlight: 0, isClaiming: false };
    this.#receivers.set(id, receiver);
    return receiver;
  }

  #leave(receiver: Receiver): void {
    if (receiver.inFlight === 0 && !receiver.isClaiming) this.#receivers.delete(receiver.id);
  }

  /** The first of each workspace, then the second of each; before them those of workspaces that have fewer in flight. */
  #inTurn(due: readonly DueWebhook[]): DueWebhook[] {
    const taken = new Map<string, number>();
    for (const { workspaceId, inFlight } of this.#receivers.values())
      taken.set(workspaceId, (taken.get(workspaceId) ?? 0) + inFlight);
    return due
      .map((webhook) => {
        const rank = taken.get(webhook.workspaceId) ?? 0;
        taken.set(webhook.workspaceId, rank + PLACES_AT_FIRST);
        return { webhook, rank };
      })
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ webhook }) => webhook);
  }
}
