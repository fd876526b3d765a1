/** What stands in the form of assumptions, and what is asked by it; and assumptions in words. Pure. */
import type { SimulateBody, SimulationAnswer } from '@trunkline/sdk';
import { formatNumber, formatPercent, plural } from '../../../lib/format.ts';

/** As typed. */
export interface Wishes {
  startAt: string;
  replyPercent: string;
  http: boolean;
  addLines: string;
  dailyNew: string;
  dailyTotal: string;
  hourlyNew: string;
}

export function bodyOf({
  startAt,
  replyPercent,
  http,
  addLines,
  dailyNew,
  dailyTotal,
  hourlyNew,
}: Wishes): SimulateBody {
  const caps = {
    dailyNewConversationsLimit: capOf(dailyNew),
    dailyTotalMessagesLimit: capOf(dailyTotal),
    hourlyNewConversationsLimit: capOf(hourlyNew),
  };
  return {
    ...(startAt === '' ? {} : { startAt: new Date(startAt).toISOString() }),
    assume: { replyRate: Number(replyPercent) / 100, http },
    addLines: Number(addLines),
    caps: Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== null)),
  };
}

function capOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

type Asked = SimulationAnswer['simulation']['asked'];

const CAP_WORDS: Readonly<Record<string, string>> = {
  dailyNewConversationsLimit: 'new conversations a day',
  dailyTotalMessagesLimit: 'messages a day',
  hourlyNewConversationsLimit: 'new conversations an hour',
};

export const AS_THINGS_ARE = 'as things are';

/** "as things are", or all that differs from that. */
export function askedWords({ replyRate, http, addLines, caps }: Asked): string {
  const words = [
    addLines > 0 && `${plural(addLines, 'more line')}`,
    replyRate > 0 && `${formatPercent(replyRate)} reply`,
    http && 'HTTP conditions hold',
    ...Object.entries(caps).map(
      ([name, cap]) => `${cap === null ? 'no cap of' : formatNumber(Number(cap))} ${CAP_WORDS[name] ?? name}`,
    ),
  ].filter(Boolean);
  return words.length === 0 ? AS_THINGS_ARE : words.join(', ');
}
