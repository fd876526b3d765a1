/** What becomes of a step's message, for the contact's way through the campaign: in the commit that settles the message. */
import type { Deps } from '../../deps.ts';
import type { Hold, Stop } from '../../domain/campaign/next-step.ts';
import type { MessageStatus } from '../../domain/words.ts';
import { endEntries, holdEntries } from '../../store/campaigns/campaign-gate.ts';
import { type SettledStep, settledStep, wakeEntries } from '../../store/campaigns/campaign-leads.ts';
import type { Sql } from '../../store/database.ts';
import type { MessageRow } from '../../store/messages/messages.ts';
import type { Ruling } from '../messages/settle-messages.ts';

/** With `stop` the contact leaves the campaign; held, the step waits and says why. */
export type StepRuling = Stop | Hold;

export function stopRuling(messageId: string, attempt: number, stop: Stop): Ruling {
  return {
    messageId,
    attempt,
    event: 'stop',
    reason: 'campaign_stopped',
    errorMessage: stop.detail,
    step: stop,
  };
}

/** Gathered while rulings are applied, written at once. */
export class StepsOfCampaigns {
  readonly #settled: (SettledStep & { restMs: number })[] = [];
  readonly #stopped: (SettledStep & { stop: Stop })[] = [];
  readonly #held: (SettledStep & { hold: Hold })[] = [];
  readonly #deps: Pick<Deps, 'ids' | 'restOfStep'>;

  constructor(deps: Pick<Deps, 'ids' | 'restOfStep'>) {
    this.#deps = deps;
  }

  note(row: MessageRow, from: MessageStatus, ruling: StepRuling | undefined): void {
    if (ruling !== undefined) this.#take(row, ruling);
    if (row.status === from || (from === 'sent' && row.status === 'delivered')) return;
    const step = settledStep(row);
    if (step === null) return;
    const restMs = this.#deps.restOfStep?.(step.campaignId, row.stepKey ?? '') ?? 0;
    this.#settled.push({ ...step, restMs });
  }

  #take({ id: messageId, campaignId, leadId, campaignEntry: entry }: MessageRow, ruling: StepRuling): void {
    if (campaignId === null || entry === null) return;
    const step = { messageId, campaignId, leadId, entry };
    if (ruling.do === 'stop') this.#stopped.push({ ...step, stop: ruling });
    else this.#held.push({ ...step, hold: ruling });
  }

  /** What follows for those that go on is decided in a commit of its own, woken by this one. */
  async store(tx: Sql, workspaceId: string, now: number): Promise<void> {
    const { ids } = this.#deps;
    await endEntries(tx, workspaceId, this.#stopped, ids, now);
    await holdEntries(tx, workspaceId, this.#held, ids, now);
    await wakeEntries(tx, workspaceId, this.#settled, ids, now);
  }
}
