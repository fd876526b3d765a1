/**
 * Who listens to what happens in a workspace. While anybody does, one watcher of this process looks once a second and
 * tells all of them; each is told only what changed, and as much of it as it reads.
 */

import { problem } from '../../contract/problems.ts';
import { LIVE_TOPICS, type LiveTopic } from '../../contract/workspace/now.ts';
import type { Deps } from '../../deps.ts';
import type { Clock } from '../../lib/clock.ts';
import { EventStream } from '../../lib/event-stream.ts';
import type { Log } from '../../lib/log.ts';
import type { Caller } from '../access/authenticate.ts';
import { topicsBetween } from './live-topics.ts';
import { lookNow, type NowLook } from './read-now.ts';

export interface LiveWatch {
  /** Throws a Problem when there are too many already. */
  listen(caller: Caller, listener: Listener): EventStream;
}

export interface Listener {
  /** It was here before, and has missed what happened meanwhile. */
  isBack: boolean;
  /** Asked every second: keys are removed, sessions end. */
  isStillAdmitted(): Promise<boolean>;
  /** Fires when the server closes, or the reader is gone. */
  gone: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;
const PING_EVERY_MS = 15_000;
/** Who has read nothing for a minute is no reader any more. */
const MISSED_PINGS = 4;
const RETRY_MS = 2_000;
const OF_ONE_CALLER = 20;
const OF_ONE_WORKSPACE = 200;

type WatchDeps = Pick<Deps, 'database' | 'clock' | 'log' | 'snapshots'>;

export async function listenLive(deps: Deps, caller: Caller, listener: Listener): Promise<EventStream> {
  return deps.live.listen(caller, listener);
}

export function createLiveWatch(deps: WatchDeps): LiveWatch {
  const watchers = new Map<string, Watcher>();
  return {
    listen(caller, listener) {
      const { workspaceId } = caller;
      const watcher = watchers.get(workspaceId) ?? new Watcher(deps, workspaceId);
      const stream = watcher.add(callerName(caller), listener);
      if (!watchers.has(workspaceId)) {
        watchers.set(workspaceId, watcher);
        void watcher.run(() => watchers.delete(workspaceId));
      }
      return stream;
    },
  };
}

function callerName({ apiKeyId, personId }: Caller): string {
  return personId ?? apiKeyId;
}

interface Place extends Listener {
  caller: string;
  stream: EventStream;
}

class Watcher {
  readonly #deps: WatchDeps;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #workspaceId: string;
  readonly #places = new Set<Place>();
  #last: NowLook | null = null;
  #lastText = '';
  #pingedAt: number;
  /** Cut short when the last one has left. */
  #sleep = new AbortController();

  constructor(deps: WatchDeps, workspaceId: string) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#workspaceId = workspaceId;
    this.#pingedAt = deps.clock.now();
  }

  add(caller: string, listener: Listener): EventStream {
    const ofCaller = [...this.#places].filter((place) => place.caller === caller).length;
    if (ofCaller >= OF_ONE_CALLER || this.#places.size >= OF_ONE_WORKSPACE) throw problem('TOO_MANY_STREAMS');
    const place = { ...listener, caller, stream: new EventStream(RETRY_MS) };
    this.#places.add(place);
    const leave = () => this.#remove(place);
    place.stream.once('close', leave);
    if (listener.gone.aborted) leave();
    else listener.gone.addEventListener('abort', leave, { once: true });
    if (listener.isBack) tell(place.stream, LIVE_TOPICS);
    // What was seen a moment ago; newcomers do not make it look sooner than once a second.
    if (this.#last !== null) this.#putNow(place.stream);
    return place.stream;
  }

  /** `onOver` is called in the instant in which it finds that nobody listens: whoever comes later gets another one. */
  async run(onOver: () => void): Promise<void> {
    while (this.#places.size > 0) {
      await Promise.all([this.#look(), this.#readmit()]);
      this.#ping();
      this.#sleep = new AbortController();
      if (this.#places.size > 0) await this.#clock.sleep(LOOK_EVERY_MS, this.#sleep.signal);
    }
    onOver();
  }

  #remove(place: Place): void {
    this.#places.delete(place);
    place.stream.end();
    if (this.#places.size === 0) this.#sleep.abort();
  }

  async #look(): Promise<void> {
    const before = this.#last;
    try {
      const look = await lookNow(this.#deps, this.#workspaceId);
      const topics =
        before === null ? [] : await topicsBetween(this.#deps.database, this.#workspaceId, before, look);
      const text = JSON.stringify({ ...look.now, at: null });
      const hasChanged = text !== this.#lastText;
      this.#last = look;
      this.#lastText = text;
      for (const { stream } of this.#places) {
        if (hasChanged) this.#putNow(stream);
        if (topics.length > 0) tell(stream, topics);
      }
    } catch (error) {
      if (this.#places.size > 0)
        this.#log.warn({ err: error, workspaceId: this.#workspaceId }, 'could not look at what happens now');
    }
  }

  #putNow(stream: EventStream): void {
    if (this.#last !== null) stream.put('now', JSON.stringify(this.#last.now), this.#last.now.at);
  }

  async #readmit(): Promise<void> {
    await Promise.all(
      [...this.#places].map(async (place) => {
        // While the database is away nobody can tell: it stays.
        const isAdmitted = await place.isStillAdmitted().catch(() => true);
        if (!isAdmitted) this.#remove(place);
      }),
    );
  }

  #ping(): void {
    const now = this.#clock.now();
    if (now - this.#pingedAt < PING_EVERY_MS && now >= this.#pingedAt) return;
    this.#pingedAt = now;
    for (const { stream } of this.#places) if (stream.ping() >= MISSED_PINGS) stream.destroy();
  }
}

/** Together with what it was told and has not read yet. */
function tell(stream: EventStream, topics: readonly LiveTopic[]): void {
  const unread = stream.unread('changed');
  const known: LiveTopic[] = unread === null ? [] : JSON.parse(unread).topics;
  stream.put('changed', JSON.stringify({ topics: [...new Set([...known, ...topics])] }));
}
