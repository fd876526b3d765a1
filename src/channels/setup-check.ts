/** A guided check goes step by step, each with what those before it found, and ends in time whatever a server does. */
import { type Found, failed, type SetupStep, skipped } from '../domain/setup-step.ts';
import { type Clock, within } from '../lib/clock.ts';

export interface SetupQuestion {
  key: string;
  /** Asked only when everything before it went well. Throws nothing: what it meets is its answer. */
  ask(): Promise<Found> | Found;
}

/** Together. Whoever waits for it sits before a page. */
const LONGEST_MS = 25_000;
const TOO_LATE = failed(
  'No answer came in time',
  'See whether the server is busy or asleep, and whether a firewall drops what comes from here.',
);
const NOT_REACHED = skipped('Not asked: a step before it failed');

export async function askInOrder(clock: Clock, questions: readonly SetupQuestion[]): Promise<SetupStep[]> {
  const until = clock.now() + LONGEST_MS;
  const steps: SetupStep[] = [];
  let isStuck = false;
  for (const { key, ask } of questions) {
    const left = Math.max(0, until - clock.now());
    const found: Found = isStuck ? NOT_REACHED : await within(clock, left, answerOf(ask), TOO_LATE);
    isStuck ||= found.state === 'failed';
    steps.push({ key, ...found });
  }
  return steps;
}

async function answerOf(ask: SetupQuestion['ask']): Promise<Found> {
  return ask();
}
