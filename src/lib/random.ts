import { randomBytes } from 'node:crypto';

/** Source of chance, so that a simulation can replay it from a seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** An unsigned 32-bit integer. */
  uint32(): number;
}

const POOL_BYTES = 4096;

/** Cryptographically strong; drawn from a pool because a system call per id is measurable at ten thousand ids a second. */
export function systemRandom(): Random {
  let pool = randomBytes(POOL_BYTES);
  let used = 0;
  const uint32 = () => {
    if (used + 4 > pool.length) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    used += 4;
    return pool.readUInt32LE(used - 4);
  };
  return { uint32, next: () => uint32() / 2 ** 32 };
}

/** Deterministic (mulberry32): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uint32 = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { uint32, next: () => uint32() / 2 ** 32 };
}
