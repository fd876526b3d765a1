/**
 * Whether an address is on iMessage, outside of sends (contract 3.3): from what is known as long as that is fresh (D22),
 * else by a line that can check. One commit takes the day's check of the line, the gap of its device and the question
 * itself, so that processes keep them together and nobody asks twice at once.
 */

import type { Availability } from '../../channels/channel.ts';
import { problem } from '../../contract/problems.ts';
import type { Deps } from '../../deps.ts';
import { type Checker, chooseChecker, usedChecks } from '../../domain/availability.ts';
import { isReusable } from '../../domain/cascade.ts';
import {
  claimAddress,
  giveBackCheck,
  type KnownAddress,
  lockChecker,
  readCheckers,
  readKnownAddresses,
  releaseAddress,
  takeCheck,
} from '../../store/leads/availability.ts';
import { findLine } from '../../store/lines/lines.ts';
import { noteAvailability } from '../../store/messages/settlements.ts';
import { channelLine } from '../lines/channel-line.ts';

/** What is known of an address; instants in epoch ms. */
export interface CheckResult {
  address: string;
  available: boolean;
  checkedAt: number;
  lineId: string | null;
  /** True: it was known before, and nobody was asked. */
  cached: boolean;
}

export type CheckStep =
  | { step: 'known'; result: CheckResult }
  | { step: 'error'; message: string; lineId: string }
  | CheckWait;

export type CheckWait =
  /** A device must rest, or somebody else is asking: try again then. */
  | { step: 'wait'; until: number }
  /** No line has a check left today. */
  | { step: 'exhausted'; until: number }
  | { step: 'no_line' };

/** Longer than an answer may take (channels/answer-limits.ts); after that the question is free again. */
const ASKING_MS = 45_000;
/** While somebody else asks for the same address, or holds the line. */
const LOOK_AGAIN_MS = 100;
/** A process that stood still between commit and question begins again: somebody else may be asking by now. */
const STOOD_STILL_MS = 1_000;

/** `spareMs`: stays that far behind the gap, so that those who are waited for by people come first. */
export async function tryCheck(
  deps: Deps,
  workspaceId: string,
  address: string,
  spareMs = 0,
): Promise<CheckStep> {
  for (;;) {
    const [known] = await readKnownAddresses(deps.database, workspaceId, [address]);
    const fresh = freshResult(known, deps.clock.now());
    if (fresh !== null) return { step: 'known', result: fresh };
    const taken = await take(deps, workspaceId, address, spareMs);
    if ('step' in taken) return taken;
    await deps.checkpoint('check.taken');
    const { day, at } = taken;
    const { lineId } = taken.checker;
    if (deps.clock.now() - at > STOOD_STILL_MS) {
      await giveBackCheck(deps.database, workspaceId, lineId, day, null);
      await releaseAddress(deps.database, workspaceId, address, at + ASKING_MS);
      continue;
    }
    const answer = await ask(deps, workspaceId, lineId, address);
    await deps.checkpoint('check.asked');
    const now = deps.clock.now();
    if (answer.availability === 'available' || answer.availability === 'unavailable') {
      const { availability } = answer;
      await deps.database.transaction(async (tx) => {
        await noteAvailability(tx, workspaceId, [{ address, availability, lineId }], now);
        await releaseAddress(tx, workspaceId, address, at + ASKING_MS);
      });
      const available = availability === 'available';
      return { step: 'known', result: { address, available, checkedAt: now, lineId, cached: false } };
    }
    if (answer.availability === 'cannot_check')
      await giveBackCheck(deps.database, workspaceId, lineId, day, now);
    await releaseAddress(deps.database, workspaceId, address, at + ASKING_MS);
    if (answer.availability === 'error') return { step: 'error', message: answer.message, lineId };
  }
}

/** Goes on until there is an answer; who waits for it may go, which ends the waiting. */
export async function untilChecked<Step extends { step: string }>(
  deps: Deps,
  gone: AbortSignal,
  attempt: () => Promise<Step | CheckWait>,
): Promise<Exclude<Step, CheckWait>> {
  for (;;) {
    gone.throwIfAborted();
    const step = await attempt();
    if (!isWait(step)) return step as Exclude<Step, CheckWait>;
    if (step.step === 'exhausted') throw problem('CHECK_QUOTA_EXHAUSTED');
    if (step.step === 'no_line') throw problem('CHECK_NOT_CONFIGURED');
    await deps.clock.sleep(step.until - deps.clock.now(), gone);
  }
}

export function isWait(step: { step: string }): step is CheckWait {
  return step.step === 'wait' || step.step === 'exhausted' || step.step === 'no_line';
}

async function take(
  deps: Deps,
  workspaceId: string,
  address: string,
  spareMs: number,
): Promise<
  CheckWait | { step: 'known'; result: CheckResult } | { checker: Checker; day: string; at: number }
> {
  const { database, clock } = deps;
  const choice = chooseChecker(await readCheckers(database, workspaceId), clock.now());
  if ('none' in choice)
    return choice.none === 'quota' ? { step: 'exhausted', until: choice.until } : { step: 'no_line' };
  const freeAt = (at: number) => (at > clock.now() ? at + spareMs : at);
  if (freeAt(choice.at) > clock.now()) return { step: 'wait', until: freeAt(choice.at) };
  return database.transaction(async (tx) => {
    const again = { step: 'wait' as const, until: clock.now() + LOOK_AGAIN_MS + spareMs };
    if (!(await lockChecker(tx, workspaceId, choice.checker))) return again;
    // As it stands now that nobody else can change it.
    const now = clock.now();
    const same = (await readCheckers(tx, workspaceId)).filter(
      ({ lineId }) => lineId === choice.checker.lineId,
    );
    const still = chooseChecker(same, now);
    if ('none' in still || still.at > now || still.checker.deviceId !== choice.checker.deviceId) return again;
    const claimed = await claimAddress(tx, workspaceId, address, now, now + ASKING_MS);
    if (claimed === null) return again;
    const fresh = freshResult(claimed, now);
    if (fresh !== null) {
      await releaseAddress(tx, workspaceId, address, now + ASKING_MS);
      return { step: 'known' as const, result: fresh };
    }
    const used = usedChecks(still.checker, now);
    await takeCheck(tx, workspaceId, still.checker, { ...used, checks: used.checks + 1 }, now);
    return { checker: still.checker, day: used.day, at: now };
  });
}

async function ask(deps: Deps, workspaceId: string, lineId: string, address: string): Promise<Availability> {
  const line = await findLine(deps.database, workspaceId, lineId);
  const channel = line === null ? undefined : deps.channels.get(line.transport);
  if (line === null || channel === undefined) return { availability: 'cannot_check' };
  try {
    return await channel.checkAvailability(channelLine(deps.secrets, line), address);
  } catch (error) {
    deps.log.warn({ err: error, workspaceId, lineId }, 'an availability check broke off');
    return { availability: 'error', message: (error as Error).message };
  }
}

function freshResult(known: KnownAddress | undefined, now: number): CheckResult | null {
  if (known === undefined || known.availability === null || known.checkedAt === null) return null;
  const { address, availability: status, checkedAt, lineId } = known;
  if (!isReusable({ status, checkedAt }, now)) return null;
  return { address, available: status === 'available', checkedAt, lineId, cached: true };
}
