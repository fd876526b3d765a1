/** The calendar of a simulation as a grid: days down, hours across. Pure. */
export interface Hour {
  day: string;
  hour: number;
  messages: number;
}

export interface Heat {
  hours: number[];
  days: { day: string; cells: number[]; total: number }[];
  most: number;
}

const DAY_MS = 86_400_000;

/** Every day from `from` to the last on which anything goes, and the hours between the earliest and the latest. */
export function heatOf(cells: readonly Hour[], from: string, to: string): Heat {
  const used = cells.map(({ hour }) => hour);
  const [first, last] = used.length === 0 ? [0, -1] : [Math.min(...used), Math.max(...used)];
  const hours = Array.from({ length: last - first + 1 }, (_, n) => first + n);
  const byDay = Map.groupBy(cells, ({ day }) => day);
  const lastDay = [from, ...byDay.keys()].sort().at(-1) ?? from;
  const days: Heat['days'] = [];
  for (let day = from; day <= to && day <= lastDay; day = dayAfter(day)) {
    const own = byDay.get(day) ?? [];
    const row = hours.map((hour) => sum(own.filter((cell) => cell.hour === hour)));
    days.push({ day, cells: row, total: sum(own) });
  }
  return { hours, days, most: Math.max(0, ...days.flatMap((each) => each.cells)) };
}

function sum(cells: readonly Hour[]): number {
  return cells.reduce((total, { messages }) => total + messages, 0);
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How strongly a cell is coloured, in per cent: enough to be seen where there is anything, weak enough to be read on. */
export function strengthOf(messages: number, most: number): number {
  return messages === 0 || most === 0 ? 0 : Math.round(8 + 34 * (messages / most));
}

const weekday = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

/** "Thu, 26 Nov": a day as such, in no zone. */
export function dayWords(day: string): string {
  return weekday.format(Date.parse(day));
}

export function hourWords(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
