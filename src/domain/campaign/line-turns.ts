/**
 * Which of its lines a campaign writes from (contract 4.12, D16, D18): the one it wrote to the contact from before; else one
 * of them that talks to the contact already; else the one its steps were meant to leave from; else they take turns.
 */
import type { LineDecision } from '../line-choice.ts';
import type { LineDownPolicy } from '../words.ts';

/** `isUp`: active, set up and healthy. */
export interface CampaignLine {
  id: string;
  isUp: boolean;
}

export interface TurnWish {
  /** The line of the steps before, whether or not one of them left from it: an SMS may have stood in for all. */
  stayOn: CampaignLine | null;
  /** Lines that have written to the contact, latest first. */
  talking: readonly string[];
  lineDownPolicy: LineDownPolicy;
}

export interface Turn {
  decision: LineDecision;
  /** Whose turn it is next: a place among the lines. */
  nextLine: number;
}

/** `lines`: the campaign's own, in its order. null when none of them is up: then there is nobody to take a turn. */
export function takeTurn(lines: readonly CampaignLine[], wish: TurnWish, nextLine: number): Turn | null {
  const known = stays(lines, wish);
  if (known !== null) return { decision: known, nextLine };
  for (let step = 0; step < lines.length; step += 1) {
    const place = (nextLine + step) % lines.length;
    const line = lines[place];
    if (line?.isUp !== true) continue;
    const decision: LineDecision = {
      lineId: line.id,
      reason: 'campaign_turn',
      because: `${wish.stayOn === null ? '' : 'The line of the steps before is down. '}The lines of the campaign take turns; it was this one’s.`,
    };
    return { decision, nextLine: (place + 1) % lines.length };
  }
  return null;
}

/** A line that is down keeps its conversations, unless the workspace has them moved. */
function stays(
  lines: readonly CampaignLine[],
  { stayOn, talking, lineDownPolicy }: TurnWish,
): LineDecision | null {
  const keeps = (line: CampaignLine | undefined | null): line is CampaignLine =>
    line != null && (line.isUp || lineDownPolicy !== 'move');
  const staying = keeps(stayOn) ? decide(stayOn, 'The contact stays on the line of the steps before.') : null;
  if (staying !== null && talking.includes(staying.lineId)) return staying;
  const talked = talking.map((id) => lines.find((line) => line.id === id)).find((line) => line !== undefined);
  if (keeps(talked)) return decide(talked, 'This line of the campaign already talks to the contact.');
  return staying;
}

function decide({ id }: CampaignLine, because: string): LineDecision {
  return { lineId: id, reason: 'conversation', because };
}
