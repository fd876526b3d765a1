/** A server that HTTP conditions ask about contacts: slow, now and then ill, and never asked over a real network. */
import { Readable } from 'node:stream';
import { FetchRefused, type GuardedFetch, type GuardedResponse } from '../../src/lib/guarded-fetch.ts';
import type { VirtualClock } from '../../src/simulate/virtual-clock.ts';
import type { Sender } from './carrier.ts';
import type { Chance } from './chance.ts';
import type { History } from './history.ts';

export const CRM = 'https://crm.example/deals?contact={leadId}';

export interface CrmOptions {
  clock: VirtualClock;
  chance: Chance;
  history: History;
  tell(text: string): void;
}

export class Crm {
  readonly #options: CrmOptions;
  /** Once it is calm. */
  isWell = false;

  constructor(options: CrmOptions) {
    this.#options = options;
  }

  /** As one process reaches it. */
  webFor(sender: Sender): GuardedFetch {
    return {
      fetch: (url, { timeoutMs }) => sender.survive(this.#answer(url, timeoutMs)),
      close: async () => {},
    };
  }

  async #answer(url: string, timeoutMs: number): Promise<GuardedResponse> {
    const { clock, chance, history, tell } = this.#options;
    const takesMs = this.isWell ? chance.between(5, 300) : chance.spread(5, 2 * timeoutMs);
    const fate = this.isWell
      ? 'well'
      : chance.weighted({ well: 10, 'with a 500': 1, 'without JSON': 1, 'breaking off': 1 });
    await clock.sleep(Math.min(takesMs, timeoutMs));
    const leadId = new URL(url).searchParams.get('contact') ?? '';
    const isWon = history.contact(leadId).won.latest;
    tell(`asked about ${leadId}: ${takesMs > timeoutMs ? 'no answer' : `${fate}, ${isWon}`}`);
    if (takesMs > timeoutMs) throw new FetchRefused('timeout', 'It takes too long');
    if (fate === 'breaking off') throw new Error('the connection was reset');
    const text = fate === 'without JSON' ? '<html>' : JSON.stringify({ won: isWon });
    return {
      status: fate === 'with a 500' ? 500 : 200,
      headers: {},
      url,
      body: Readable.from([Buffer.from(text)]),
    };
  }
}
