/**
 * What keeps one message back keeps back all of its kind on the line: who waits for the same window, or belongs to the same
 * paused campaign. One by one, in a pass each, the backlog of an evening would keep everybody else on the line waiting.
 */
import type { Gate } from '../domain/gates.ts';
import type { SendWindow } from '../domain/window.ts';
import type { Sql } from '../store/database.ts';
import { lockDueBehind, type Waiting } from '../store/messages/deliveries.ts';
import { lockCampaignBehind } from '../store/messages/held-messages.ts';
import type { MessageRow } from '../store/messages/messages.ts';

/** A gate that was found closed, and for whom. */
export interface Closed {
  lineId: string;
  behind: { window: SendWindow } | { campaignId: string };
  /** When it opens. */
  dueAt: number;
  gate: Gate;
}

/** In one pass, of each class: the lines that it has in hand send nothing meanwhile. */
const HELD_AT_ONCE = 500;
const HELD_OF_ALL = 2_000;

/** null: the gate is the message's own affair. */
export function closedFor(
  { lineId, settings, campaignId }: MessageRow,
  gate: Gate,
  dueAt: number,
): Closed | null {
  if (gate.gate === 'window' && settings !== null)
    return { lineId, behind: { window: settings }, dueAt, gate };
  if (gate.gate === 'campaign' && campaignId !== null) return { lineId, behind: { campaignId }, dueAt, gate };
  return null;
}

export function lockBehind(
  tx: Sql,
  workspaceId: string,
  { lineId, behind }: Closed,
  /** How many were found closed in this pass. */
  among: number,
  now: number,
): Promise<Waiting[]> {
  const limit = Math.min(HELD_AT_ONCE, Math.ceil(HELD_OF_ALL / among));
  return 'window' in behind
    ? lockDueBehind(tx, workspaceId, { lineId, ...behind }, now, limit)
    : lockCampaignBehind(tx, workspaceId, { lineId, ...behind }, now, limit);
}
