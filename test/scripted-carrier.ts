/** A carrier at the port that a test tells what to say: what it took, what it will tell next, how it answers. */
import type {
  Channel,
  HookAnswer,
  NewsAnswer,
  NewsQuestion,
  Outcome,
  Outgoing,
} from '../src/channels/channel.ts';
import type { News } from '../src/channels/news.ts';

export interface ScriptedCarrier extends Channel {
  /** Everything it was handed, in that order. */
  readonly taken: Outgoing[];
  /** Every question for news it was asked. Only iMessage lines have any. */
  readonly questions: NewsQuestion[];
  /** How the next sends end; accepted when nothing is said. */
  readonly outcomes: Outcome[];
  /** Told once each, page by page; the cursor counts the pages that were told. */
  readonly pages: News[][];
  /** How many of the next questions find nobody at home. */
  silences: number;
}

/** A hook is genuine when its body says so; it then carries news as JSON. */
export const GENUINE = 'genuine ';

export function scriptedCarrier(): ScriptedCarrier {
  const taken: Outgoing[] = [];
  const questions: NewsQuestion[] = [];
  const outcomes: Outcome[] = [];
  const pages: News[][] = [];
  const carrier: ScriptedCarrier = {
    taken,
    questions,
    outcomes,
    pages,
    silences: 0,
    sendTimeoutMs: 10_000,
    knowsReceipts: true,
    newsEveryMs: 3_600_000,
    async send(_line, outgoing) {
      taken.push(outgoing);
      return outcomes.shift() ?? { outcome: 'accepted', externalMessageId: `ext-${taken.length}` };
    },
    reconcile: async () => ({ finding: 'undecided', message: 'not now', final: false }),
    checkAvailability: async () => ({ availability: 'available' }),
    checkHealth: async () => ({ healthy: true }),
    validateConfig: () => null,
    close: async () => {},
    async askForNews({ messageType }, question): Promise<NewsAnswer> {
      if (messageType !== 'imessage') return { news: [], cursor: null, more: false };
      questions.push(question);
      if (carrier.silences > 0) {
        carrier.silences -= 1;
        throw new Error('nobody at home');
      }
      const told = typeof question.cursor === 'number' ? question.cursor : 0;
      const page = pages[told];
      if (page === undefined) return { news: [], cursor: told, more: false };
      return { news: page, cursor: told + 1, more: pages.length > told + 1 };
    },
    async receiveHook(_line, { body, hook }): Promise<HookAnswer> {
      const text = body.toString();
      const answer = { contentType: 'text/xml', isHint: false, news: [] };
      if (!text.startsWith(GENUINE)) return { ...answer, status: 403, body: '<No/>' };
      const news = JSON.parse(text.slice(GENUINE.length)) as News[];
      return { ...answer, status: 200, body: '<Response/>', news, isHint: hook === 'hint' };
    },
  };
  return carrier;
}
