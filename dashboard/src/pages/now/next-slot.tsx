import type { NextSlot as Slot } from '@trunkline/sdk';
import { useSeconds } from '../../lib/seconds.ts';
import { slotWords } from './slot-words.ts';

export function NextSlot({ slot }: { slot: Slot }) {
  const { when, why } = slotWords(slot, useSeconds());
  return (
    <span className="tabular-nums">
      {when}
      {why !== null && <span className="text-muted-foreground"> ({why})</span>}
    </span>
  );
}
