/** A campaign's lines as they are now, and whose turn it is. */
import { type CampaignLine, takeTurn } from '../../domain/campaign/line-turns.ts';
import type { LineDecision } from '../../domain/line-choice.ts';
import { invariant } from '../../lib/invariant.ts';
import type { CampaignRow } from '../../store/campaigns/campaigns.ts';
import type { LineRow } from '../../store/lines/lines.ts';
import type { WorkspaceSnapshot } from '../messages/workspace-snapshot.ts';

type Turning = { snapshot: WorkspaceSnapshot; campaign: CampaignRow };

/** Moves `campaign.nextLine` on. */
export class LineTurns {
  readonly #run: Turning;
  readonly #lines: CampaignLine[];

  constructor(run: Turning) {
    this.#run = run;
    this.#lines = linesOf(run).map(({ id, ...line }) => ({ id, isUp: isUp(line) }));
  }

  get anyUp(): boolean {
    return this.#lines.some((line) => line.isUp);
  }

  take(stayOn: string | null, talking: readonly string[]): { line: LineRow; decision: LineDecision } {
    const { snapshot, campaign } = this.#run;
    // It may have been taken out of the campaign since: who was written to from it stays.
    const own = snapshot.lines.find(({ id }) => id === stayOn);
    const turn = takeTurn(
      this.#lines,
      {
        stayOn: own === undefined ? null : { id: own.id, isUp: isUp(own) },
        talking,
        lineDownPolicy: snapshot.workspace.lineDownPolicy,
      },
      campaign.nextLine,
    );
    invariant(turn !== null, 'somebody looked whether a line is up');
    campaign.nextLine = turn.nextLine;
    const line = snapshot.lines.find(({ id }) => id === turn.decision.lineId);
    invariant(line !== undefined, 'lines are never deleted');
    return { line, decision: turn.decision };
  }
}

/** Those it may use, in its order. */
export function linesOf({ snapshot: { lines }, campaign: { lineIds, messageType } }: Turning): LineRow[] {
  return lineIds.flatMap(
    (id) => lines.find((line) => line.id === id && line.messageType === messageType) ?? [],
  );
}

export function isUp(line: Pick<LineRow, 'isActive' | 'healthStatus' | 'provisioningStatus'>): boolean {
  return line.isActive && line.healthStatus === 'healthy' && line.provisioningStatus === 'active';
}
