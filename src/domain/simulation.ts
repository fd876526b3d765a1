/** What is asked of a simulation and what it answers, as it is stored; and what is worth pointing out in it. Instants in ms UTC. */

export interface Caps {
  dailyNewConversationsLimit?: number | null;
  dailyTotalMessagesLimit?: number | null;
  hourlyNewConversationsLimit?: number | null;
}

export interface SimulationWish {
  /** null: now. */
  startAt: number | null;
  /** Share of messages that are answered, 0 to 1. */
  replyRate: number;
  seed: number;
  /** What HTTP conditions answer. */
  http: boolean;
  /** So many more lines like the campaign's first. */
  addLines: number;
  /** Instead of those its lines have. */
  caps: Caps;
}

export interface SimulationResult {
  startAt: number;
  /** Days are days of this zone. */
  timezone: string;
  /** When the last message goes; null when none does. */
  finishAt: number | null;
  messages: number;
  firstTouches: number;
  fallbacks: number;
  /** Leads that get at least one message. */
  leads: number;
  perDay: { day: string; lineId: string; messages: number; firstTouches: number }[];
  perStep: { stepKey: string; messages: number; firstAt: number; lastAt: number }[];
  perLine: { lineId: string; messages: number; firstTouches: number; firstAt: number; lastAt: number }[];
  neverGoes: {
    total: number;
    byReason: {
      reason: string;
      stepKey: string | null;
      count: number;
      /** One of the sentences. */
      detail: string | null;
      sampleLeadIds: string[];
    }[];
  };
  assumptions: string[];
  warnings: string[];
}

export interface LineLimits {
  id: string;
  name: string;
  dailyNewConversationsLimit: number | null;
  dailyTotalMessagesLimit: number | null;
  /** Why it can't send, as a part of a sentence; null when it can. */
  trouble: string | null;
}

const DAY_MS = 86_400_000;
/** A line is behind the others when it ends later by more than this, and by a tenth of all the time. */
const BEHIND_MS = DAY_MS;

export function warningsOf(
  result: Omit<SimulationResult, 'warnings'>,
  lines: readonly LineLimits[],
): string[] {
  const warnings = lines.flatMap(({ name, trouble }) =>
    trouble === null ? [] : [`Line ${name} is ${trouble}: nothing is sent from it as long as it stays so.`],
  );
  const { finishAt, startAt, perLine, neverGoes } = result;
  if (neverGoes.total > 0)
    warnings.push(neverGoes.total === 1 ? 'One step never goes.' : `${neverGoes.total} steps never go.`);
  if (finishAt === null) return warnings;
  const capped = cappedDays(result, lines);
  const days = Math.ceil((finishAt - startAt) / DAY_MS);
  if (days > 1 && capped !== null && capped.days * 2 >= days)
    warnings.push(
      `The cap of ${capped.limit} ${capped.what} a day makes it last ${days} days: line ${capped.name} reaches it on ${capped.days} of them.`,
    );
  const [last, other] = perLine.toSorted((a, b) => b.lastAt - a.lastAt);
  if (last === undefined || other === undefined) return warnings;
  const behindMs = last.lastAt - other.lastAt;
  if (behindMs > Math.max(BEHIND_MS, (finishAt - startAt) / 10)) {
    const name = lines.find(({ id }) => id === last.lineId)?.name ?? last.lineId;
    const behind = Math.round(behindMs / DAY_MS);
    warnings.push(
      `Line ${name} is the bottleneck: it ends ${behind === 1 ? '1 day' : `${behind} days`} after all the others.`,
    );
  }
  return warnings;
}

/** The line that reaches a daily cap most often. */
function cappedDays(
  { perDay }: Pick<SimulationResult, 'perDay'>,
  lines: readonly LineLimits[],
): { name: string; limit: number; what: string; days: number } | null {
  const all = lines.flatMap((line) => {
    const { id, name, dailyNewConversationsLimit: first, dailyTotalMessagesLimit: total } = line;
    const own = perDay.filter(({ lineId }) => lineId === id);
    return [
      { name, limit: first ?? 0, what: 'new conversations', days: reached(own, 'firstTouches', first) },
      { name, limit: total ?? 0, what: 'messages', days: reached(own, 'messages', total) },
    ];
  });
  const most = all.toSorted((a, b) => b.days - a.days)[0];
  return most === undefined || most.days === 0 ? null : most;
}

function reached(
  days: SimulationResult['perDay'],
  what: 'messages' | 'firstTouches',
  limit: number | null,
): number {
  return limit === null ? 0 : days.filter((day) => day[what] >= limit).length;
}

/** Sentences for people: what was taken for granted. */
export function assumptionsOf({ replyRate, seed, http, addLines, caps }: SimulationWish): string[] {
  const capped = Object.entries(caps).map(([name, limit]) => `${name} ${limit ?? 'none'}`);
  return [
    'Every line takes each message at once; lines that are down, and campaigns that are paused, stay so.',
    'Addresses known not to be on iMessage stay so; all others are.',
    'What is under way now arrives; attachments are there.',
    replyRate === 0
      ? 'Nobody replies or opts out.'
      : `${Math.round(replyRate * 1000) / 10} % of the messages are answered with "OK", a minute to a day later (seed ${seed}).`,
    `HTTP conditions ${http ? 'hold' : 'do not hold'}.`,
    'Nothing else is accepted meanwhile, and nobody changes anything.',
    ...(addLines > 0 ? [`${addLines} more lines like the first of the campaign.`] : []),
    ...(capped.length > 0 ? [`Its lines have other caps: ${capped.join(', ')}.`] : []),
  ];
}
