import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRetryAt, type RetryPolicy } from './backoff.ts';
import { lineDefaults } from './line-defaults.ts';

const anyPolicy = fc.record({
  attempts: fc.integer({ min: 1, max: 50 }),
  gapMs: fc.integer({ min: 1, max: 86_400_000 }),
});

/** Instants of all attempts when every one fails at once. */
function run(policy: RetryPolicy, start: number): number[] {
  const instants = [start];
  for (let attempt = 1; ; attempt++) {
    const at = nextRetryAt(policy, attempt, instants.at(-1) ?? start);
    if (at === null) return instants;
    instants.push(at);
  }
}

describe('retries', () => {
  it('of an individual send come five times in all, a minute apart', () => {
    const { attempts, retryGapMs } = lineDefaults('imessage', 'bluebubbles');
    expect(run({ attempts, gapMs: retryGapMs }, 1000)).toEqual([1000, 61_000, 121_000, 181_000, 241_000]);
  });

  it('do not come where one attempt is all there is, as for a campaign step', () => {
    expect(nextRetryAt({ attempts: 1, gapMs: 60_000 }, 1, 1000)).toBeNull();
  });

  it('never exceed the attempts of their policy', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(), (policy, start) => {
        expect(run(policy, start)).toHaveLength(policy.attempts);
      }),
    );
  });

  it('come one gap after the failure, counted from the failure and not from the plan', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(), fc.nat({ max: 60 }), (policy, now, attempt) => {
        expect(nextRetryAt(policy, attempt, now)).toBe(attempt < policy.attempts ? now + policy.gapMs : null);
      }),
    );
  });

  it('stay exhausted when more attempts were counted than allowed', () => {
    const policy = { attempts: 5, gapMs: 60_000 };
    expect(nextRetryAt(policy, 5, 0)).toBeNull();
    expect(nextRetryAt(policy, 6, 0)).toBeNull();
  });
});
