/** At most so many at once; whoever comes later waits for a place, first come, first served. */
export type Limiter = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createLimiter(places: number): Limiter {
  const waiting: (() => void)[] = [];
  let free = places;

  const takePlace = (): Promise<void> | undefined => {
    if (free === 0) return new Promise((resolve) => void waiting.push(resolve));
    free -= 1;
    return undefined;
  };
  const leavePlace = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  return async (work) => {
    await takePlace();
    try {
      return await work();
    } finally {
      leavePlace();
    }
  };
}
