import { useEffect, useState } from 'react';
import { relativeTime } from '../../lib/format.ts';

const TICK_MS = 10_000;

/** Within a link: what can take the focus itself must not stand in one. */
export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <time dateTime={at}>{relativeTime(at, Math.max(now, Date.parse(at)))}</time>;
}
