/**
 * Tells clients of other services what becomes of their messages: what is stored is looked at again and again, more rarely
 * the longer nothing changes, and each step is told in order until it was taken. A crash repeats a step, and loses none.
 */
import { apart } from '../actions/apart.ts';
import { renderDoorCallback } from '../actions/doors/render-door-callback.ts';
import type { Deps } from '../deps.ts';
import { type Door, isLastStep, nextLookAt, stepsFor, stepsOf, tellingOf } from '../domain/door-states.ts';
import { chanceOf, hasArrived, nextAttemptAt } from '../domain/webhook-retry.ts';
import {
  claimDoorCallback,
  type DoorCallback,
  type DoorMessage,
  putOffDoorCallbacks,
  readDoorMessages,
  removeDoorCallbacks,
  scanDoorCallbacks,
} from '../store/messages/door-messages.ts';
import type { Launch } from './chores.ts';

const SCAN_LIMIT = 500;
const TIMEOUT_MS = 15_000;
/** Nobody else takes it before that. */
const LEASE_MS = 60_000;
const MOST_BYTES = 1_000_000;

/** At once, and of one receiver: one that is slow or dead fills its own places, and no others. */
const PLACES = 100;
const PLACES_PER_RECEIVER = 5;
/** Those that find no place: looked at again after that. */
const NO_PLACE_MS = 1_000;

export class DoorTeller {
  readonly #deps: Deps;
  readonly #inFlight = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async look(launch: Launch): Promise<void> {
    const { database, clock } = this.#deps;
    const due = await scanDoorCallbacks(database, clock.now(), SCAN_LIMIT);
    for (const [workspaceId, callbacks] of Map.groupBy(due, (callback) => callback.workspaceId))
      await apart(this.#deps, { workspaceId }, () => this.#serve(launch, workspaceId, callbacks));
  }

  async #serve(launch: Launch, workspaceId: string, callbacks: readonly DoorCallback[]): Promise<void> {
    const ids = callbacks.map(({ messageId }) => messageId);
    const found = await readDoorMessages(this.#deps.database, workspaceId, ids);
    const byId = new Map(found.map((each) => [each.message.id, each]));
    const over: string[] = [];
    const later: Later[] = [];
    const now = this.#deps.clock.now();
    for (const callback of callbacks) {
      const { messageId, told, failures } = callback;
      const message = byId.get(messageId);
      const isNews = message !== undefined && nextStep(callback, message) !== undefined;
      if (isNews && this.#take(callback)) {
        launch(() => this.#tell(callback, message), 'chore');
        continue;
      }
      const lookAt = isNews ? now + NO_PLACE_MS : message === undefined ? null : lookAgainAt(message, now);
      if (lookAt === null) over.push(messageId);
      else later.push({ messageId, lookAt, told, failures });
    }
    await putOffDoorCallbacks(this.#deps.database, workspaceId, later);
    await removeDoorCallbacks(this.#deps.database, workspaceId, over);
  }

  #take({ url }: DoorCallback): boolean {
    const { origin } = new URL(url);
    const own = this.#inFlight.get(origin) ?? 0;
    const all = [...this.#inFlight.values()].reduce((sum, count) => sum + count, 0);
    if (own >= PLACES_PER_RECEIVER || all >= PLACES) return false;
    this.#inFlight.set(origin, own + 1);
    return true;
  }

  #release({ url }: DoorCallback): void {
    const { origin } = new URL(url);
    const own = (this.#inFlight.get(origin) ?? 1) - 1;
    if (own === 0) this.#inFlight.delete(origin);
    else this.#inFlight.set(origin, own);
  }

  async #tell(callback: DoorCallback, found: DoorMessage): Promise<void> {
    const { workspaceId, messageId } = callback;
    try {
      await apart(this.#deps, { workspaceId, messageId }, () => tell(this.#deps, callback, found));
    } finally {
      this.#release(callback);
    }
  }
}

interface Later {
  messageId: string;
  lookAt: number;
  told: number;
  failures: number;
}

function nextStep({ door, told }: DoorCallback, { message, sms }: DoorMessage) {
  return stepsFor(door as Door, stepsOf(message, sms))[told];
}

function lookAgainAt({ message, sms }: DoorMessage, now: number): number | null {
  const changedAt = Math.max(message.updatedAt, sms?.updatedAt ?? 0);
  return nextLookAt(tellingOf(message, sms), changedAt, now);
}

async function tell(deps: Deps, callback: DoorCallback, found: DoorMessage): Promise<void> {
  const { workspaceId, messageId, told } = callback;
  const step = nextStep(callback, found);
  if (step === undefined) return;
  const begun = deps.clock.now();
  if (!(await claimDoorCallback(deps.database, callback, begun + LEASE_MS, begun))) return;
  const statusCode = await post(deps, callback, found, step);
  const now = deps.clock.now();
  const failures = callback.failures + 1;
  const answer = { statusCode, retryAfterMs: null };
  if (hasArrived(answer)) {
    if (isLastStep(callback.door as Door, step))
      await removeDoorCallbacks(deps.database, workspaceId, [messageId]);
    else
      await putOffDoorCallbacks(deps.database, workspaceId, [
        { messageId, lookAt: now, told: told + 1, failures: 0 },
      ]);
    return;
  }
  const lookAt = statusCode === 410 ? null : nextAttemptAt(failures, answer, chanceOf(messageId), now);
  if (lookAt !== null) {
    await putOffDoorCallbacks(deps.database, workspaceId, [{ messageId, lookAt, told, failures }]);
    return;
  }
  deps.log.warn({ workspaceId, messageId, step, statusCode }, 'a status callback was given up');
  await removeDoorCallbacks(deps.database, workspaceId, [messageId]);
}

/** null: nothing came back. */
async function post(
  deps: Deps,
  callback: DoorCallback,
  found: DoorMessage,
  step: Parameters<typeof renderDoorCallback>[3],
): Promise<number | null> {
  const { headers, body } = await renderDoorCallback(deps, callback, found, step);
  try {
    const options = { method: 'POST' as const, headers, body, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES };
    const answer = await deps.web.fetch(callback.url, options);
    answer.body.on('error', () => {}).destroy();
    return answer.status;
  } catch (error) {
    const { workspaceId, messageId } = callback;
    deps.log.debug({ err: error, workspaceId, messageId, step }, 'a status callback was not taken');
    return null;
  }
}
