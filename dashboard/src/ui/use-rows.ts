/**
 * Of a long list only what is seen is drawn. What is seen stays where it is when rows come in above it, unless it is the top
 * that is seen; and the row that has the focus is drawn wherever it has gone to.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

interface RowsOptions {
  /** What scrolls. Each row in it says its key as `data-row`. */
  box: RefObject<HTMLElement | null>;
  count: number;
  keyAt(index: number): string;
  /** Pixels of one row. */
  height: number;
  overscan: number;
}

export function useRows({ box, count, keyAt, height, overscan }: RowsOptions) {
  return useVirtualizer({
    count,
    getScrollElement: () => box.current,
    getItemKey: keyAt,
    estimateSize: () => height,
    overscan,
    anchorTo: isScrolled(box.current) ? 'end' : 'start',
    rangeExtractor: (range) => withHeld(defaultRangeExtractor(range), range, box.current, keyAt),
  });
}

export function isScrolled(box: HTMLElement | null): boolean {
  return box !== null && box.scrollTop > 0;
}

function withHeld(
  shown: number[],
  { count }: Range,
  box: HTMLElement | null,
  keyAt: (index: number) => string,
) {
  const focused = document.activeElement?.closest<HTMLElement>('[data-row]');
  if (!focused || !box?.contains(focused)) return shown;
  for (let index = 0; index < count; index += 1)
    if (keyAt(index) === focused.dataset.row)
      return shown.includes(index) ? shown : [...shown, index].sort((one, other) => one - other);
  return shown;
}
