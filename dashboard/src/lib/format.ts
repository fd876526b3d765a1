/** Numbers, instants and addresses as people read them, in the browser's language and zone. */
const number = new Intl.NumberFormat();
const instant = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

export function formatNumber(value: number): string {
  return number.format(value);
}

/** `value` of 0 to 1. */
export function formatPercent(value: number): string {
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(value);
}

export function formatInstant(iso: string): string {
  return instant.format(new Date(iso));
}

export function formatTimeOfDay(iso: string): string {
  return timeOfDay.format(new Date(iso));
}

/** A zone this browser does not know is left out rather than breaking the page. */
export function formatInZone(iso: string, zone: string): string {
  try {
    return new Intl.DateTimeFormat(undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: zone,
    }).format(new Date(iso));
  } catch {
    return formatInstant(iso);
  }
}

/** "in 3 minutes", "2 days ago", "now". */
export function relativeTime(iso: string, nowMs: number): string {
  const difference = new Date(iso).getTime() - nowMs;
  for (const [unit, size] of UNITS) {
    if (Math.abs(difference) >= size) return relative.format(Math.trunc(difference / size), unit);
  }
  return 'now';
}

/** Milliseconds as "1 h 20 min", "45 s". */
export function formatDuration(ms: number): string {
  const parts: readonly [number, string][] = [
    [Math.floor(ms / 86_400_000), 'd'],
    [Math.floor(ms / 3_600_000) % 24, 'h'],
    [Math.floor(ms / 60_000) % 60, 'min'],
    [Math.floor(ms / 1000) % 60, 's'],
  ];
  const told = parts.filter(([amount]) => amount > 0).slice(0, 2);
  return told.length === 0 ? '0 s' : told.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
