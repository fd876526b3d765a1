/** Idempotency-Key (D4): the first request with a key is carried out, any later one gets its answer. */
import { problem } from '../contract/problems.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/invariant.ts';
import { isUniqueViolation, type Sql } from '../store/database.ts';
import { findAnswer, storeAnswer } from '../store/messages/idempotency.ts';

export interface KeyedRequest {
  /** null: carried out whatever came before. */
  idempotencyKey: string | null;
  /** SHA-256 over method, path and the exact bytes of the body, in hex. */
  requestHash: string;
}

export interface KeyedAnswer<Answer> {
  httpStatus: number;
  answer: Answer;
  replayed: boolean;
}

/** `work` writes in the commit that keeps its answer. What it throws keeps nothing. */
export async function answerOnce<Answer>(
  deps: Deps,
  workspaceId: string,
  { idempotencyKey: key, requestHash }: KeyedRequest,
  /** Of the answer, where that decides. */
  status: number | ((answer: Answer) => number),
  work: (tx: Sql) => Promise<Answer>,
): Promise<KeyedAnswer<Answer>> {
  const carryOut = async (tx: Sql): Promise<KeyedAnswer<Answer>> => {
    const answer = await work(tx);
    return { httpStatus: typeof status === 'number' ? status : status(answer), answer, replayed: false };
  };
  if (key === null) return deps.database.transaction(carryOut);
  const replay = async (): Promise<KeyedAnswer<Answer> | null> => {
    const stored = await findAnswer(deps.database, workspaceId, key);
    if (stored === null) return null;
    if (stored.requestHash !== requestHash) throw problem('idempotency_mismatch');
    return { httpStatus: stored.httpStatus, answer: stored.answer as Answer, replayed: true };
  };
  const first = () =>
    deps.database.transaction(async (tx) => {
      const answered = await carryOut(tx);
      const { httpStatus, answer } = answered;
      await storeAnswer(tx, workspaceId, key, { requestHash, httpStatus, answer }, deps.clock.now());
      return answered;
    });
  return withKeyHeld(deps, workspaceId, key, async () => {
    const known = await replay();
    if (known !== null) return known;
    return first().catch(async (error: unknown) => {
      // Another process was a moment quicker with the same key.
      if (!isUniqueViolation(error, 'idempotency_keys_pkey')) throw error;
      const theirs = await replay();
      invariant(theirs !== null, 'a key that is taken has an answer');
      return theirs;
    });
  });
}

/** A key whose first request is not answered yet is refused here; across processes the database decides. */
export async function withKeyHeld<Result>(
  deps: Pick<Deps, 'keysInFlight'>,
  workspaceId: string,
  key: string | null,
  work: () => Promise<Result>,
): Promise<Result> {
  if (key === null) return work();
  const held = `${workspaceId} ${key}`;
  if (deps.keysInFlight.has(held)) throw problem('idempotency_in_flight');
  deps.keysInFlight.add(held);
  try {
    return await work();
  } finally {
    deps.keysInFlight.delete(held);
  }
}
