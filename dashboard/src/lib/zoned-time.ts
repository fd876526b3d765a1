/** Wall time in a zone to the instant and back, as `<input type="datetime-local">` has it: `2026-11-26T09:00`. */

/** The zone of whoever looks. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The day it is there. */
export function dayIn(zone: string): string {
  return wallOf(new Date().toISOString(), zone).slice(0, 10);
}

export function wallOf(iso: string, zone: string): string {
  return new Date(Date.parse(iso) + offsetMs(Date.parse(iso), zone)).toISOString().slice(0, 16);
}

/**
 * null: no date. A time that a change of clocks skips is the one an hour later; of one that comes twice it is the first.
 */
export function instantOf(wall: string, zone: string): string | null {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset before any change of that day: the first of two, and later where there is none.
  const before = asUtc - offsetMs(asUtc - DAY, zone);
  if (before + offsetMs(before, zone) === asUtc) return new Date(before).toISOString();
  const after = asUtc - offsetMs(asUtc + DAY, zone);
  const isReal = after + offsetMs(after, zone) === asUtc;
  return new Date(isReal ? after : before).toISOString();
}

const DAY = 86_400_000;

/** How far the clocks of the zone are ahead of UTC. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(at / 1000) * 1000;
}
