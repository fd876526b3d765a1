/**
 * Days that are over are folded into rows for the figures. First they are closed: whoever changes what is counted of them
 * marks them from then on. Then whatever may not have seen that is waited out. Then they are folded, one a commit.
 */
import { apart } from '../actions/apart.ts';
import type { Deps } from '../deps.ts';
import { DAY_MS } from '../domain/folded-days.ts';
import {
  closeDays,
  foldNextDay,
  isAllOverBefore,
  readNextTransaction,
  scanUnfolded,
  type Unfolded,
} from '../store/figures/day-figures.ts';

/** A message gets its date before it is stored: by then it is, whatever held it up. */
const AFTER_ITS_END_MS = 3_600_000;
const WORKSPACES_PER_ROUND = 1_000;

export class DayFolder {
  readonly #deps: Deps;
  readonly #stopping: AbortSignal;
  /** Workspaces seen with days that are closed, and a transaction: older ones may not have seen that. */
  #next: { unfolded: Unfolded[]; transaction: string } | null = null;

  constructor(deps: Deps, stopping: AbortSignal) {
    this.#deps = deps;
    this.#stopping = stopping;
  }

  /** One round. It waits for nobody: what is still under way ends until the next one. */
  async look(): Promise<void> {
    const { database, clock } = this.#deps;
    if (this.#next === null) {
      const today = Math.floor((clock.now() - AFTER_ITS_END_MS) / DAY_MS) * DAY_MS;
      await closeDays(database, today, WORKSPACES_PER_ROUND);
      const unfolded = await scanUnfolded(database, WORKSPACES_PER_ROUND);
      if (unfolded.length === 0) return;
      await this.#deps.checkpoint('days.closed');
      this.#next = { unfolded, transaction: await readNextTransaction(database) };
    }
    if (!(await isAllOverBefore(database, this.#next.transaction))) return;
    const { unfolded } = this.#next;
    this.#next = null;
    for (const each of unfolded)
      await apart(this.#deps, { workspaceId: each.workspaceId }, () => this.#fold(each));
  }

  async #fold(unfolded: Unfolded): Promise<void> {
    let more = true;
    while (more && !this.#stopping.aborted) {
      more = await this.#deps.database.transaction((tx) => foldNextDay(tx, unfolded));
      await this.#deps.checkpoint('day.folded');
    }
  }
}
