import { useSyncExternalStore } from 'react';
import { formatInstant, formatInZone, relativeTime } from '../lib/format.ts';
import { Tooltip } from './tooltip.tsx';

interface TimeProps {
  /** ISO 8601, as the API has it; null shows a dash. */
  at: string | null | undefined;
  /** Of the message or the line; shown on hover and focus beside the viewer's own. */
  zone?: string | null | undefined;
  /** "in 3 min", kept up to date, instead of date and time. */
  relative?: boolean;
}

/** An instant, in the viewer's zone. */
export function Time({ at, zone, relative = false }: TimeProps) {
  const now = useSyncExternalStore(subscribe, currentTick);
  if (at == null) return <span className="text-muted-foreground">–</span>;
  const text = relative ? sinceTick(at, now) : formatInstant(at);
  const lines = [
    ...(relative ? [formatInstant(at)] : []),
    ...(zone ? [`${formatInZone(at, zone)} (${zone})`] : []),
    ...(!relative && !zone ? [relativeTime(at, now)] : []),
  ];
  return (
    <Tooltip text={lines.map((line) => <div key={line}>{line}</div>)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the other zone must be reachable without a mouse */}
      <time dateTime={at} tabIndex={0} className="whitespace-nowrap tabular-nums">
        {text}
      </time>
    </Tooltip>
  );
}

/** What happened since the last tick is not yet to come. */
function sinceTick(at: string, now: number): string {
  return Math.abs(Date.parse(at) - now) < TICK_MS ? 'now' : relativeTime(at, now);
}

const TICK_MS = 10_000;
let tick = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** One timer for all of them. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // While nothing was shown it stood still.
    tick = Date.now();
    timer = setInterval(() => {
      tick = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function currentTick(): number {
  return tick;
}
