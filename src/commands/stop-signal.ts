import { systemClock } from '../lib/clock.ts';

/** One Ctrl-C may arrive twice: to the whole group, and handed on by a wrapper. */
const SAME_REQUEST_MS = 1_000;

/** The first SIGINT or SIGTERM asks to stop; a later one no longer waits. */
export function stopSignal(): Promise<void> {
  const clock = systemClock();
  let askedAt: number | null = null;
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        const now = clock.now();
        if (askedAt !== null && now - askedAt > SAME_REQUEST_MS) process.exit(1);
        askedAt ??= now;
        resolve();
      });
    }
  });
}
