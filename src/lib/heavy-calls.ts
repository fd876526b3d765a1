/**
 * Calls that cost a process seconds and tens of megabytes: few are worked on at once, so that all others find the database
 * and their turn; some wait; what comes beyond that is turned away, and nobody takes all places for himself.
 */
import { createLimiter, type Limiter } from './limiter.ts';

export interface HeavyCalls {
  /** null: there are too many, of this owner or of all. */
  enter(owner: string): HeavyCall | null;
}

export interface HeavyCall {
  /** Waits for a turn. */
  inTurn: Limiter;
  leave(): void;
}

export interface HeavyLimits {
  atOnce: number;
  ofOne: number;
  ofAll: number;
}

export function createHeavyCalls({ atOnce, ofOne, ofAll }: HeavyLimits): HeavyCalls {
  const inTurn = createLimiter(atOnce);
  const owners = new Map<string, number>();
  let all = 0;
  return {
    enter(owner) {
      const own = owners.get(owner) ?? 0;
      if (own >= ofOne || all >= ofAll) return null;
      owners.set(owner, own + 1);
      all += 1;
      return {
        inTurn,
        leave() {
          all -= 1;
          const left = (owners.get(owner) ?? 1) - 1;
          if (left === 0) owners.delete(owner);
          else owners.set(owner, left);
        },
      };
    },
  };
}
