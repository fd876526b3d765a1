/** Calls that cost seconds are worked on in turn, and turned away before they are read where too many wait. */
import { problem } from '../contract/problems.ts';
import type { HeavyCall } from '../lib/heavy-calls.ts';
import type { Answer, Call } from './route.ts';

const RETRY_S = 5;

export async function takeTurn(
  { deps, caller }: Call,
  work: (inTurn: HeavyCall['inTurn']) => Promise<Answer>,
): Promise<Answer> {
  const call = deps.heavyCalls.enter(caller.workspaceId);
  if (call === null)
    throw problem('RATE_LIMITED', { error: 'Too many large calls at once', retryAfter: RETRY_S });
  try {
    return await work(call.inTurn);
  } finally {
    call.leave();
  }
}
